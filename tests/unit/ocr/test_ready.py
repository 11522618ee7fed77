"""What a page worker has from its fork server: loaded once, and nothing that a fork could not take along."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CODE = """
import ocr.ready
from pathlib import Path
from ocr import tesseract
from ocr.language import decoding, wording
loaded = tesseract._loaded, tesseract._model, wording.pairs, decoding._sides, decoding._by_pieces
print(len(list(Path("/proc/self/task").iterdir())), *(f.cache_info().currsize for f in loaded))
"""


def ready(code: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True, env=os.environ | environment
    )
    return done.stdout + done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="a process's threads are counted in /proc")
def test_the_network_and_the_wording_are_there_and_no_thread() -> None:
    assert ready(CODE, OPENBLAS_NUM_THREADS="1").split() == ["1", *"11111"]


@pytest.mark.parametrize("data", ["missing", "broken"])
def test_without_vietnamese_data_the_page_says_so(tmp_path: Path, data: str) -> None:
    """Not the server, which would be gone for all lanes."""
    if data == "broken":
        (tmp_path / "vie.traineddata").write_bytes(bytes(range(256)) * 400)
    code = """
import numpy as np
import ocr.ready
from ocr.engine import recognizer
from workstation.domain.errors import WorkstationError
try:
    recognizer().read(np.full((50, 50), 255, np.uint8), 300)
except WorkstationError as e:
    print(e.code)
"""
    assert ready(code, TESSDATA_PREFIX=str(tmp_path)).strip() == "O01"
