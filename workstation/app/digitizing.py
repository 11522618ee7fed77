"""``workstation read`` and ``workstation digitize``: builds the lane, runs the arrows, shapes the JSON."""

import hashlib
import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ui.messages import Lang
from workstation.app.console import usable_folder
from workstation.app.paper_lane import page_lane, page_tools
from workstation.app.shapes import read_json
from workstation.domain.durable import write_durably
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import Sha256
from workstation.domain.ports import DocumentDraft, PdfForm
from workstation.rules.reader import load_rules
from workstation.usecases.digitize import Bench, ReadFile, read_files, start_publishing

Results = tuple[list[ReadFile], dict[str, Any]]


@contextmanager
def _bench(jobs: int, profile: str) -> Iterator[Bench]:
    rules = load_rules()
    try:
        chosen = rules.profile(profile, datetime.now(UTC).date())
    except KeyError as e:
        raise WorkstationError("U01", detail=f"--profile {profile}") from e
    lane = page_lane(jobs)
    lane.warm()
    try:
        with tempfile.TemporaryDirectory(prefix="tram-so-hoa-") as cache:
            yield Bench(lane, page_tools(rules), rules, chosen, Path(cache))
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
            results.append(read)
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
    tell: Callable[[str], None],
) -> Results:
    """PDF/A of each argument's documents in ``output``/<code, folder or file name>/, and ``dossier.json`` beside them."""
    with _bench(jobs, profile) as bench:
        usable_folder(output, "-o")
        created = datetime.now(UTC).replace(microsecond=0).isoformat()
        started, numbers = [], dict[str, int]()
        for read in read_files(bench, files, _sha256):
            tell(Path(read.name).name)
            name = code or Path(read.name).stem
            whole = read if split else replace(read, documents=_joined(bench, read))
            started.append(start_publishing(bench, whole, output / name, numbers.get(name, 1), created, form))
            numbers[name] = numbers.get(name, 1) + len(whole.documents)
        results = [publishing.finish() for publishing in started]
    data = read_json(results, lang)
    for name in dict.fromkeys(code or Path(r.name).stem for r in results):
        own = [row for row, r in zip(data["files"], results, strict=True) if (code or Path(r.name).stem) == name]
        _write_index(output / name / "dossier.json", {"engine": data["engine"], "code": name, "files": own})
    return results, data


def _joined(bench: Bench, read: ReadFile) -> tuple[DocumentDraft, ...]:
    """``--no-split``: all scanned pages are one document; files that go through as they are stay documents of their own."""
    own = tuple(d for d in read.documents if read.pages[d.pages[0]].whole)
    numbers = tuple(i for i, p in enumerate(read.pages) if p.result is not None and not p.whole)
    if not numbers:
        return own
    results = (read.pages[i].result for i in numbers)
    texts = tuple(r.text if r and not r.blank else None for r in results)
    return (replace(bench.tools.index(texts), pages=numbers), *own)


def _write_index(path: Path, data: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_durably(path, (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode())
