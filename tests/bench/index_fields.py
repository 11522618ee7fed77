"""Fields of whole documents, exactly right or not, beside plain regular expressions over stock OCR text."""

import argparse
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.corpus import LEVELS, TruePage, folder_pages, same_value, write_images
from tests.bench.index_plain import plain_fields
from tests.bench.peers import tesseract_texts
from tests.bench.processes import WORKSTATION, need, run, say
from tests.bench.rows import Row, Target, at_least, at_most, share
from tests.pagemaker import Kind, PageSpec, random_case
from tests.pagemaker.kinds import write
from workstation.domain.fields import FIELD_NAMES

KINDS = (Kind.DECISION, Kind.LETTER, Kind.NOTICE, Kind.APPLICATION, Kind.BIRTH_CERTIFICATE, Kind.CERTIFIED_COPY)
HEADER = ("number", "notation", "issued_date", "type_name", "organ_name")
LONG = ("subject", "signer_name")
REACH: dict[str, tuple[float, float]] = {"clean": (99, 97), "office": (97, 95), "bad": (85, 80)}
"""Issue 7: of the header fields, of subject and signer; per cent."""
UNDOUBTED_WRONG = at_most(0.5)


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--documents", type=int, default=12, help="made documents a level, six kinds in turn (default 12)")
    parser.add_argument("--seed", type=int, default=800, help="of the first document; each has its own (default 800)")
    told = "a folder of pages with their truth, each a document, besides the made ones (may be given again)"
    parser.add_argument("--corpus", type=Path, action="append", default=[], help=told)
    parser.add_argument("--worst", type=int, default=0, help="name so many documents with most that is wrong, and what")


@dataclass(frozen=True, slots=True)
class TrueDocument:
    folder: Path
    level: str
    fields: dict[str, str]
    pages: tuple[Path, ...]
    about: str = ""
    """Where it comes from."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One field of one document: the truth and what was given for it (empty: nothing)."""

    level: str
    name: str
    truth: str
    read: str
    doubt: bool = False
    confidence: float = 0.0

    @property
    def right(self) -> bool:
        return same_value(self.name, self.truth, self.read)


@dataclass(frozen=True, slots=True)
class Answered:
    """A document, what was given for the fields of which the truth is known, and which others the clerk is sent to."""

    document: TrueDocument
    answers: tuple[Answer, ...]
    others_in_doubt: tuple[str, ...] = ()

    @property
    def untouched(self) -> bool:
        """Whether the clerk may pass it on as it is: everything right, nothing in doubt."""
        return all(a.right and not a.doubt for a in self.answers) and not self.others_in_doubt


def rows(chosen: argparse.Namespace, work: Path) -> list[Row]:
    need("tesseract")
    say("drawing documents")
    documents = make_documents(work / "documents", chosen.documents, chosen.seed)
    for at, folder in enumerate(chosen.corpus):
        documents += corpus_documents(folder, work / f"corpus-{at}")
    say("reading")
    done = run([*WORKSTATION, "read", "--json", *(str(d.folder) for d in documents)], work / "read", accept=(0, 1))
    files = json.loads(done.stdout)["files"]
    say("stock Tesseract")
    images = [page for d in documents for page in d.pages]
    texts = dict(zip(images, tesseract_texts(images), strict=True))
    ours = [answered(d, row["documents"]) for d, row in zip(documents, files, strict=True)]
    plain = [plain_answered(d, "\n".join(texts[p] for p in d.pages)) for d in documents]
    split = [len(row["documents"]) == 1 for row in files]
    for line in worst(ours, chosen.worst):
        say(line)
    return [
        *rate_rows(ours, plain),
        *doubt_rows(ours),
        Row("documents kept in one piece", share(sum(split), len(split)), "%", note=f"of {len(split)}"),
        Row("CPU a page, read", done.cost.cpu / len(images), "s"),
    ]


# --- documents with known truth


def make_documents(work: Path, count: int, seed: int) -> list[TrueDocument]:
    """The page maker's, ``count`` a level."""
    jobs, documents = [], []
    for at, (level, wear) in enumerate(LEVELS.items()):
        for number in range(count):
            kind, case_seed = KINDS[number % len(KINDS)], seed + 100 * at + number
            manuscript = write(kind, random_case(case_seed), 300)
            folder = work / f"{level}-{number:02d}"
            pages = tuple(folder / f"{n + 1:03d}.jpg" for n in range(len(manuscript.sheets)))
            jobs += [(path, PageSpec(kind, n, seed=case_seed, wear=wear)) for n, path in enumerate(pages)]
            fields = {name: value for page in manuscript.fields for name, value in page.items()}
            documents.append(TrueDocument(folder, level, fields, pages, f"{kind.value} {case_seed} {level}"))
    write_images(jobs)
    return documents


def corpus_documents(folder: Path, work: Path) -> list[TrueDocument]:
    """Of a corpus each page that begins a document, alone in a folder below ``work``."""
    documents = []
    for at, page in enumerate(p for p in folder_pages(folder) if p.kind not in _NO_DOCUMENT):
        alone = work / f"{at:03d}"
        alone.mkdir(parents=True)
        image = alone / page.image.name
        image.symlink_to(page.image)
        about = f"{page.kind} {folder.name}/{page.image.stem}"
        documents.append(TrueDocument(alone, page.level, form_truth(page), (image,), about))
    return documents


_NO_DOCUMENT = frozenset({"trang_tiep"})
"""A page from the middle of one."""
_APPLICATIONS, _UNSIGNED = frozenset({"dat_dai"}), ("signer_name", "signer_title")
"""A citizen signs an application in no capacity: its form has no such fields."""
_FORM_NAMES = {"ho_ten": "person_name", "cccd": "identity_number"}


def form_truth(page: TruePage) -> dict[str, str]:
    """The truth under the program's names, as they are meant: a civil-status paper's agency without the address behind it, its
    day of registration as the day of issue."""
    said = {_FORM_NAMES.get(name, name): value for name, value in page.fields.items()}
    if registry := said.get("noi_dang_ky"):
        said["organ_name"] = registry.rpartition(",")[0] or registry
    if day := re.fullmatch(r"(\d\d)/(\d\d)/(\d{4})", said.get("ngay_dang_ky", "")):
        said["issued_date"] = "-".join(reversed(day.groups()))
    unasked = _UNSIGNED if page.kind in _APPLICATIONS else ()
    return {name: value for name, value in said.items() if name in FIELD_NAMES and name not in unasked}


# --- answers


def answered(document: TrueDocument, found: Sequence[Mapping[str, Any]]) -> Answered:
    """If the scan was split where it should not be, the first part that has the field speaks."""
    given: dict[str, Mapping[str, Any]] = {}
    for part in found:
        for name, value in part["fields"].items():
            given.setdefault(name, value)
    nothing: Mapping[str, Any] = {"value": "", "doubt": True, "confidence": 0.0}
    made = []
    for name, truth in document.fields.items():
        told = given.get(name, nothing)
        value, doubt = str(told["value"]), bool(told.get("doubt")) or not told["value"]
        made.append(Answer(document.level, name, truth, value, doubt, float(told.get("confidence") or 0.0)))
    others = tuple(n for n, told in given.items() if n not in document.fields and told.get("doubt"))
    return Answered(document, tuple(made), others)


def plain_answered(document: TrueDocument, text: str) -> Answered:
    found = plain_fields(text)
    return Answered(document, tuple(Answer(document.level, n, truth, found.get(n, "")) for n, truth in document.fields.items()))


# --- rows


def _rate(found: Iterable[Answer]) -> tuple[float | None, int]:
    judged = [a.right for a in found]
    return share(sum(judged), len(judged)), len(judged)


def rate_rows(ours: Sequence[Answered], plain: Sequence[Answered]) -> list[Row]:
    made = []
    mine, theirs = ([a for one in side for a in one.answers] for side in (ours, plain))
    for level, (header, long) in REACH.items():
        for name in FIELD_NAMES:
            rate, count = _rate(a for a in mine if (a.level, a.name) == (level, name))
            beside, _ = _rate(a for a in theirs if (a.level, a.name) == (level, name))
            target: Target | None = at_least(header) if name in HEADER else at_least(long) if name in LONG else None
            if count:
                made.append(Row(f"{name} {level}", rate, "%", target, f"of {count}"))
                made.append(Row(f"{name} {level}, plain expressions", beside, "%"))
    return made


def doubt_rows(ours: Sequence[Answered]) -> list[Row]:
    answers = [a for one in ours for a in one.answers]
    undoubted = [a for a in answers if a.read and not a.doubt]
    wrong = [a for a in undoubted if not a.right]
    names = ", ".join(sorted({f"{a.name} {a.level}" for a in wrong}))
    note = f"{len(wrong)} of {len(undoubted)}: {names}"
    made = [
        Row("wrong among the undoubted", share(len(wrong), len(undoubted)), "%", UNDOUBTED_WRONG, note),
        Row("fields put in doubt", share(sum(a.doubt for a in answers), len(answers)), "%", note=f"of {len(answers)}, empty too"),
    ]
    for level in (*REACH, "all"):
        chosen = [one for one in ours if level in (one.document.level, "all")]
        untouched = sum(one.untouched for one in chosen)
        made.append(Row(f"documents that need no touch {level}", share(untouched, len(chosen)), "%", note=f"of {len(chosen)}"))
    return made


def worst(ours: Sequence[Answered], count: int) -> list[str]:
    """The documents with most wrong values, and their wrong values beside the truth."""
    missed = sorted(((sum(not a.right for a in one.answers), at) for at, one in enumerate(ours)), reverse=True)[:count]
    told = []
    for number, at in missed:
        one = ours[at]
        told.append(f"{one.document.about}: {number} wrong of {len(one.answers)}")
        told += [f"    {a.name}: {a.read!r} for {a.truth!r}{'' if a.doubt else ' UNDOUBTED'}" for a in one.answers if not a.right]
    return told
