"""What ``workstation read`` loads before its first page."""

import subprocess
import sys

HEAVY = {"cv2", "numpy", "PIL", "pymupdf", "pikepdf", "tesserocr", "sqlalchemy", "httpx", "pyhanko", "PySide6"}


def test_reading_paper_loads_no_imaging_store_or_line_in_the_main_process() -> None:
    """0.2 instead of 1.1 CPU seconds, in which no core would read: they are loaded in the workers, or not at all."""
    asked = "import sys, workstation.__main__, workstation.app.digitizing; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert not HEAVY & set(done.stdout.split())
    # each page worker loads these two as well, and needs neither the rules on documents nor the commands
    assert {"ocr.worker", "workstation.__main__"} <= set(done.stdout.split())
    assert not {"ocr.split", "workstation.app.cli"} & set(done.stdout.split())
