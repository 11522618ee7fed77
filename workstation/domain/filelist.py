"""Files and folders as a source of pages, in the order in which a person would lay them down."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

_UNFINISHED = (".part", ".partial", ".tmp", ".crdownload", ".download", ".filepart")
_BESIDE = (".json", ".txt", ".xml", ".jws", ".csv")
"""What programs put beside pages: indexes, truth, receipts."""
_SYSTEM = {"thumbs.db", "desktop.ini", "ehthumbs.db"}
_DIGITS = re.compile(r"(\d+)")


def natural_key(name: str) -> tuple[tuple[str | int, ...], str]:
    """Sorts ``2.jpg`` before ``10.jpg``, whatever the case of letters and however the name is encoded.

    A flat row, letters and numbers in turn (the first letters may be none): a folder's keys are in memory all at once.
    """
    parts = _DIGITS.split(unicodedata.normalize("NFC", name).casefold())
    return tuple(int(part) if n % 2 else part for n, part in enumerate(parts)), name


def expand(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Each file in the order given; a folder stands for the files in it and below it, in natural order, its own files first.

    Hidden and system files, those still being copied and text beside pages are left out of folders; what was named itself
    is taken as it is, also if it does not exist (the import then says so). Links to folders are not followed.
    """
    found = (file for path in paths for file in (_below(path) if path.is_dir() else (path,)))
    return tuple(dict.fromkeys(found))


def _below(folder: Path) -> Iterator[Path]:
    entries = sorted(folder.iterdir(), key=lambda p: natural_key(p.name))
    yield from (e for e in entries if e.is_file() and is_page_file(e.name))
    for entry in entries:
        if entry.is_dir() and not entry.is_symlink() and not entry.name.startswith("."):
            yield from _below(entry)


def is_page_file(name: str) -> bool:
    """Not hidden, not a system's own, not still being copied, not text beside pages."""
    lower = name.lower()
    return not (lower.startswith((".", "~$")) or lower.endswith(("~", *_UNFINISHED, *_BESIDE)) or lower in _SYSTEM)
