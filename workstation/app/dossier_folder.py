"""Where ``digitize`` puts a dossier. Nothing that lies in the output is overwritten but what was made of the same sources:
results may be asked for beside the scans, and two folders of scans may have the same name.
"""

import json
import os
from collections.abc import Collection, Iterable, Sequence
from itertools import count
from pathlib import Path

from workstation.domain.durable import sync_folder

INDEX = "dossier.json"


def folders_of(files: Iterable[Path]) -> frozenset[Path]:
    """The folders that hold the files, and those that hold them, by whatever path they were named: few of thousands of scans."""
    places = {place for file in files for place in (file.parent, Path(os.path.realpath(file)).parent)}
    real = {Path(os.path.realpath(place)) for place in places}
    return frozenset(real.union(*(place.parents for place in real)))


def taken(output: Path, name: str, sources: Sequence[str], inputs: Collection[Path]) -> Path:
    """``name`` in ``output``, else ``name-2``, ``name-3``, …: the first that can be taken."""
    names = (name if n == 1 else f"{name}-{n}" for n in count(1))
    return next(folder for n in names if take(folder := output / n, sources, inputs))


def take(folder: Path, sources: Sequence[str], inputs: Collection[Path]) -> bool:
    """Makes the folder if it ``is_free``, with an index of nothing yet: a command that was stopped finds its own again, and of
    two that run at once only one gets it."""
    if not is_free(folder, sources, inputs):
        return False
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with (folder / INDEX).open("xb") as file:
            file.write(f"{head(None, folder.name, sources)}\n]}}\n".encode())
            file.flush()
            os.fsync(file.fileno())
        sync_folder(folder)
    except FileExistsError:
        return _sources(folder) == _told(sources)
    return True


def is_free(folder: Path, sources: Sequence[str], inputs: Collection[Path]) -> bool:
    """Whether the dossier may lie there: new, empty, or made of the same ``sources`` (arguments of the command), and none of the
    ``inputs`` (``folders_of`` them) lies in it or below."""
    if Path(os.path.realpath(folder)) in inputs:
        return False
    if not os.path.lexists(folder):
        return True
    return folder.is_dir() and (_sources(folder) == _told(sources) or next(folder.iterdir(), None) is None)


def head(engine: dict[str, str] | None, code: str, sources: Sequence[str]) -> str:
    """First line of the index."""
    line = json.dumps({"engine": engine, "code": code, "sources": _told(sources)}, ensure_ascii=False)
    return f'{line[:-1]}, "files": ['


def _sources(folder: Path) -> list[str] | None:
    """What a folder says it was made of; None if it says nothing."""
    try:
        with (folder / INDEX).open(encoding="utf-8") as file:
            said = json.loads(f"{file.readline()}]}}")
    except (OSError, ValueError):
        return None
    return said.get("sources") if isinstance(said, dict) else None


def _told(sources: Sequence[str]) -> list[str]:
    """As the index can say them, each in its own way: names on disk needn't be Unicode."""
    return [source.encode("utf-8", "backslashreplace").decode() for source in sources]
