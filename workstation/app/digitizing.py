"""``workstation read`` and ``workstation digitize``: builds the lane, runs the arrows, shapes the JSON."""

import gc
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from ui.messages import Lang
from workstation.app.console import usable_folder, words
from workstation.app.dossier_folder import INDEX, folders_of, head, is_free, take, taken
from workstation.app.paper_lane import page_lane, page_tools
from workstation.app.shapes import documents_json, engine_json, outcome_json, page_json, read_json
from workstation.app.stopping import ended_by_signals
from workstation.domain.durable import stream_durably
from workstation.domain.errors import WorkstationError
from workstation.domain.filelist import expand
from workstation.domain.ids import Sha256
from workstation.domain.ownfolder import own_temporary_folder
from workstation.domain.pagejobs import DocumentDraft, PdfForm
from workstation.domain.shelf import Shelf
from workstation.rules.places import load_places
from workstation.rules.reader import load_rules
from workstation.usecases.digitize import Bench, ReadFile, index_pages, publish, read_files, with_words
from workstation.usecases.office import day

_HELD = 100
"""Texts of pages in memory, for what looks at them more than once: 16 MB of dense pages."""

_KEPT_OBJECTS = 20_000
"""So many objects more than there were before Python's collector looks for rings among them: tables, words and drafts have none,
and with its usual 700 looking is a tenth of the work."""

Results = tuple[list[ReadFile], dict[str, Any]]


@contextmanager
def _collected_seldom() -> Iterator[None]:
    usual = gc.get_threshold()
    gc.set_threshold(_KEPT_OBJECTS, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


@contextmanager
def _bench(jobs: int, profile: str) -> Iterator[Bench]:
    rules, today = load_rules(), day(datetime.now(UTC))
    try:
        chosen = rules.profile(profile, today)
    except KeyError as e:
        raise WorkstationError("U01", detail=f"--profile {profile}") from e
    tools = page_tools(rules, attended=False)
    tools = replace(tools, load_text=lru_cache(_HELD)(tools.load_text))
    lane = page_lane(jobs, reads=True)
    lane.warm()
    try:
        with ended_by_signals(), _collected_seldom(), own_temporary_folder("tram-so-hoa-") as cache:
            yield Bench(lane, tools, rules, chosen, cache, Shelf(), today, load_places)
    finally:
        lane.close()


def _sha256(path: Path) -> Sha256:
    with path.open("rb") as f:
        return Sha256(hashlib.file_digest(f, "sha256").hexdigest())


def run_read(files: list[Path], jobs: int, profile: str, lang: Lang, tell: Callable[[str], None]) -> Results:
    """Text and fields of each argument."""
    with _bench(jobs, profile) as bench:
        results = []
        for read in read_files(bench, files, _sha256):
            tell(Path(read.name).name)
            results.append(_whole(bench, read))
    return results, read_json(results, lang)


def run_digitize(
    files: list[Path],
    output: Path,
    profile: str,
    code: str,
    split: bool,
    form: PdfForm,
    jobs: int,
    lang: Lang,
    as_json: bool,
    tell: Callable[[str], None],
) -> Results:
    """PDF/A of each argument's documents in ``output``/<code, folder or file name>/ (``dossier_folder``), and ``dossier.json``
    beside them. Of what can't be read nothing is written. U01 if another dossier with the code is there."""
    inputs = folders_of(expand(files))
    everything = list(map(str, files))
    with _bench(jobs, profile) as bench:
        usable_folder(output, "-o")
        if code and not is_free(output / code, everything, inputs):
            raise _other_dossier(code)
        created = datetime.now(UTC).replace(microsecond=0).isoformat()
        results, first = list[ReadFile](), 1
        for read in read_files(bench, files, _sha256):
            tell(Path(read.name).name)
            if _is_read(read):
                sources = everything if code else [read.name]
                folder = output / code if code else taken(output, _name(Path(read.name)), sources, inputs)
                if code and not take(folder, sources, inputs):  # another run's, begun meanwhile
                    raise _other_dossier(code)
                whole = read if split else replace(read, documents=_joined(bench, read))
                read = publish(bench, whole, folder, first, created, form)
                if code:
                    first += len(whole.documents)
                else:
                    stream_durably(folder / INDEX, _index(bench, [read], folder.name, sources, lang))
            results.append(read)
        if code and any(map(_is_read, results)):
            stream_durably(output / code / INDEX, _index(bench, results, code, everything, lang))
        if not as_json:
            return results, {}
        return results, read_json([_whole(bench, r) for r in results], lang)


def _other_dossier(code: str) -> WorkstationError:
    return WorkstationError("U01", detail=f"--code {code}: " + words("-o đã có hồ sơ khác", "-o holds another dossier"))


def _is_read(read: ReadFile) -> bool:
    return any(page.result for page in read.pages)


def _name(argument: Path) -> str:
    """Of a dossier: a folder's whole name, for codes have points. In Unicode, which a name on disk needn't be."""
    name = argument.name if argument.is_dir() else argument.stem
    return os.fsencode(name).decode("utf-8", "replace")


def _whole(bench: Bench, read: ReadFile) -> ReadFile:
    return replace(read, pages=tuple(with_words(bench, p) for p in read.pages))


def _joined(bench: Bench, read: ReadFile) -> tuple[DocumentDraft, ...]:
    """``--no-split``: all scanned pages are one document; files that go through as they are stay documents of their own."""
    own = tuple(d for d in read.documents if read.pages[d.pages[0]].whole)
    numbers = tuple(i for i, p in enumerate(read.pages) if p.result is not None and not p.whole)
    if not numbers:
        return own
    return (index_pages(bench, read.pages, numbers), *own)


def _index(bench: Bench, files: list[ReadFile], code: str, sources: list[str], lang: Lang) -> Iterator[bytes]:
    """``dossier.json``, a document and a page a line and in memory: a thousand pages are 100 MB."""
    first = head(engine_json(files), code, sources)
    yield from (piece.encode("utf-8", "replace") for piece in _pieces(bench, files, first, lang))  # names may be any bytes


def _pieces(bench: Bench, files: list[ReadFile], head: str, lang: Lang) -> Iterator[str]:
    yield head
    for n, file in enumerate(files):
        yield (",\n" if n else "\n") + _json(outcome_json(file, lang))[:-1] + ', "documents": ['
        yield from _lines(documents_json(file))
        yield '], "pages": ['
        yield from _lines(page_json(i, with_words(bench, page), lang) for i, page in enumerate(file.pages))
        yield "\n]}"
    yield "\n]}\n"


def _lines(values: Iterable[dict[str, Any]]) -> Iterator[str]:
    for i, value in enumerate(values):
        yield (",\n" if i else "\n") + _json(value)


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False)
