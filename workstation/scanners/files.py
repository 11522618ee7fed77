"""What scanners share: sheets as durable files with running numbers."""

import os
import re
from pathlib import Path

from workstation.domain.durable import sync_folder

_PNG_END = b"IEND\xaeB`\x82"


def is_whole_png(path: Path) -> bool:
    """The last bytes may fail to be written without a driver noticing: a PNG without its last chunk is half a page."""
    try:
        with path.open("rb") as file:
            file.seek(-len(_PNG_END), os.SEEK_END)
            return file.read() == _PNG_END
    except OSError:
        return False


def make_durable(path: Path) -> None:
    """The file's bytes, then its name in its folder, are on disk when this returns."""
    with path.open("r+b") as file:  # Windows flushes what may be written only
        os.fsync(file.fileno())
    sync_folder(path.parent)


def next_sheet_number(out: Path) -> int:
    """1, or one above the highest number of the sheets that lie in ``out``."""
    numbers = [int(m[1]) for p in out.glob("sheet-*") if (m := re.match(r"sheet-(\d+)", p.name))]
    return max(numbers, default=0) + 1
