"""What scanners share: sheets as durable files with running numbers."""

import os
import re
from pathlib import Path


def make_durable(path: Path) -> None:
    """The file's bytes, then its name in its folder, are on disk when this returns."""
    for each in (path, path.parent):
        descriptor = os.open(each, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def next_sheet_number(out: Path) -> int:
    """1, or one above the highest number of the sheets that lie in ``out``."""
    numbers = [int(m[1]) for p in out.glob("sheet-*") if (m := re.match(r"sheet-(\d+)", p.name))]
    return max(numbers, default=0) + 1
