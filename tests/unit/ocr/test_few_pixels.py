"""Pictures of so few pixels that they are no pages: they are read as nothing, and stop nobody."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ocr import process
from ocr.engine import Unread
from tests.unit.ocr.conftest import sha256
from workstation.domain.pagejobs import PageJob

SIZES = [
    (1, 1),
    (3, 50),
    (10, 10),
    (20, 20),
    (30, 30),
    (50, 50),
    (100, 20),
    (20, 100),
    (200, 10),
    (30, 1200),
    (1200, 30),
    (3000, 60),
]


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_they_have_findings_and_no_words(size: tuple[int, int], tmp_path: Path) -> None:
    noise = np.random.default_rng(3).integers(0, 256, (*size[::-1], 3)).astype(np.uint8)
    pictures = {"white": np.full_like(noise, 255), "grey": noise[..., 0], "colour": noise}
    for dpi in (0, 300):
        for name, pixels in pictures.items():
            path = tmp_path / f"{name}-{dpi}.png"
            Image.fromarray(pixels).save(path, dpi=(dpi, dpi))
            result = process.process(PageJob(path, sha256(path), 0, tmp_path / "cache"), Unread())
            assert result.text.words == () and {"dpi", "blank"} <= {f.code for f in result.findings}, path.name
