"""Files and folders as a source of pages, in the order in which a person would lay them down."""

import os
import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

_UNFINISHED = (".part", ".partial", ".tmp", ".crdownload", ".download", ".filepart")
_SYSTEM = {"thumbs.db", "desktop.ini", "ehthumbs.db"}
_DIGITS = re.compile(r"(\d+)")


def natural_key(name: str) -> tuple[tuple[tuple[bool, int, str], ...], str]:
    """Sorts ``2.jpg`` before ``10.jpg``, whatever the case of letters and however the name is encoded."""
    parts = _DIGITS.split(unicodedata.normalize("NFC", name).casefold())
    return tuple((False, int(p), "") if p.isdecimal() else (True, 0, p) for p in parts if p), name


def expand(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Each file in the order given; a folder stands for the files in it and below it, in natural order, its own files first.

    Hidden and system files and those still being copied are left out of folders; what was named itself is taken as it is,
    also if it does not exist (the import then says so). Links to folders are not followed.
    """
    found = (file for path in paths for file in (_below(path) if path.is_dir() else (path,)))
    return tuple(dict.fromkeys(found))


def _below(folder: Path) -> Iterator[Path]:
    entries = sorted(folder.iterdir(), key=lambda p: natural_key(p.name))
    yield from (e for e in entries if e.is_file() and not _ignored(e.name))
    for entry in entries:
        if entry.is_dir() and not entry.is_symlink() and not entry.name.startswith("."):
            yield from _below(entry)


def _ignored(name: str) -> bool:
    lower = name.lower()
    return lower.startswith((".", "~$")) or lower.endswith(("~", *_UNFINISHED)) or lower in _SYSTEM


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
