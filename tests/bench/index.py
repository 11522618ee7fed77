"""``bench index``: fields of whole documents, exactly right or not, beside plain regular expressions over stock OCR text."""

import argparse
import itertools
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.corpus import LEVELS, same_value, write_images
from tests.bench.peers import tesseract_texts
from tests.bench.processes import WORKSTATION, need, run, say
from tests.bench.rows import Row, Target, at_least, at_most, share
from tests.bench.text import norm
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
    parser.add_argument("--documents", type=int, default=12, help="documents a level, six kinds in turn (default 12)")
    parser.add_argument("--seed", type=int, default=800, help="of the first document; each has its own (default 800)")


@dataclass(frozen=True, slots=True)
class TrueDocument:
    folder: Path
    level: str
    fields: dict[str, str]
    pages: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """One field of one document: the truth and what was given for it (empty: nothing)."""

    level: str
    name: str
    truth: str
    read: str
    doubt: bool = False

    @property
    def right(self) -> bool:
        return same_value(self.name, self.truth, self.read)


def measure(chosen: argparse.Namespace, work: Path) -> list[Row]:
    need("tesseract")
    say("drawing documents")
    documents = make_documents(work / "documents", chosen.documents, chosen.seed)
    say("reading")
    done = run([*WORKSTATION, "read", "--json", *(str(d.folder) for d in documents)], work / "read", accept=(0, 1))
    files = json.loads(done.stdout)["files"]
    say("stock Tesseract")
    images = [page for d in documents for page in d.pages]
    texts = dict(zip(images, tesseract_texts(images), strict=True))
    ours = [a for d, row in zip(documents, files, strict=True) for a in answers(d, row["documents"])]
    plain = [a for d in documents for a in plain_answers(d, "\n".join(texts[p] for p in d.pages))]
    split = [len(row["documents"]) == 1 for row in files]
    return [
        *rate_rows(ours, plain),
        *doubt_rows(documents, ours),
        Row("documents kept in one piece", share(sum(split), len(split)), "%", note=f"of {len(split)}"),
        Row("CPU a page, read", done.cost.cpu / len(images), "s"),
    ]


def make_documents(work: Path, count: int, seed: int) -> list[TrueDocument]:
    jobs, documents = [], []
    for at, (level, wear) in enumerate(LEVELS.items()):
        for number in range(count):
            kind, case_seed = KINDS[number % len(KINDS)], seed + 100 * at + number
            manuscript = write(kind, random_case(case_seed), 300)
            folder = work / f"{level}-{number:02d}"
            pages = tuple(folder / f"{n + 1:03d}.jpg" for n in range(len(manuscript.sheets)))
            jobs += [(path, PageSpec(kind, n, seed=case_seed, wear=wear)) for n, path in enumerate(pages)]
            fields = {name: value for page in manuscript.fields for name, value in page.items()}
            documents.append(TrueDocument(folder, level, fields, pages))
    write_images(jobs)
    return documents


def answers(document: TrueDocument, found: Sequence[dict[str, Any]]) -> list[Answer]:
    """If the scan was split where it should not be, the first part that has the field speaks."""
    given: dict[str, dict[str, Any]] = {}
    for part in found:
        for name, value in part["fields"].items():
            given.setdefault(name, value)
    return [
        Answer(
            document.level,
            name,
            truth,
            str(given[name]["value"]) if name in given else "",
            bool(given[name].get("doubt")) if name in given else True,
        )
        for name, truth in document.fields.items()
    ]


# --- the plain way

_LINES: tuple[tuple[str, str], ...] = (
    ("number", r"^\s*Số\s*[:.]?\s*(\d+)\s*/"),
    ("notation", r"^\s*Số\s*[:.]?\s*\d+\s*/\s*([^\s]+)"),
    ("place", r"([^\W\d_]+(?: [^\W\d_]+){0,3}),\s*ngày\s+\d"),
    ("type_name", r"^\s*(QUYẾT ĐỊNH|THÔNG BÁO|ĐƠN ĐỀ NGHỊ|GIẤY KHAI SINH|TỜ TRÌNH|KẾ HOẠCH|BÁO CÁO|BIÊN BẢN)\s*$"),
    ("subject", r"(?:^\s*(?:QUYẾT ĐỊNH|THÔNG BÁO|ĐƠN ĐỀ NGHỊ)\s*\n+\s*|V/v\s+)([^\n]+(?:\n[^\n]+)?)"),
    ("signer_name", r"(?:CHỦ TỊCH|CÔNG CHỨC)[^\n]*\n+(?:[^\n]*\n+){0,3}?\s*((?:[A-ZĐ][^\W\d_]+\s+){2,3}[A-ZĐ][^\W\d_]+)\s*$"),
    ("recipients", r"Nơi nhận:?\s*\n((?:\s*-[^\n]+\n)+)"),
    ("person_name", r"(?:Tôi tên là|Họ, chữ đệm, tên|Họ và tên)\s*:?\s*([^\n.:]+)"),
    ("identity_number", r"\b(\d{12})\b"),
)
_DATE = re.compile(r"ngày\s+(\d{1,2})\s+tháng\s+(\d{1,2})\s+năm\s+(\d{4})")


def plain_fields(text: str) -> dict[str, str]:
    """What a script of regular expressions takes from a text: the first match each."""
    found = {}
    for name, pattern in _LINES:
        if match := re.search(pattern, text, re.MULTILINE):
            found[name] = norm(match[1])
    if match := _DATE.search(text):
        found["issued_date"] = f"{int(match[3]):04d}-{int(match[2]):02d}-{int(match[1]):02d}"
    if "recipients" in found:
        found["recipients"] = "; ".join(part.strip(" ;.") for part in found["recipients"].split("- ") if part.strip(" ;."))
    if "ỦY BAN NHÂN DÂN" in text and (ward := re.search(r"\b(?:PHƯỜNG|XÃ (?!HỘI))[^\n]*", text)):
        # stock text runs the two columns of a header together: the organ ends where its capitals do
        capitals = itertools.takewhile(str.isupper, ward[0].split())
        found["organ_name"] = " ".join(["ỦY BAN NHÂN DÂN", *capitals])
    if "place" in found:
        found["place"] = " ".join([*itertools.takewhile(str.istitle, found["place"].split()[::-1])][::-1])
    if titles := re.findall(r"PHÓ CHỦ TỊCH|CHỦ TỊCH", text):
        found["signer_title"] = titles[-1]
    if "type_name" not in found and "V/v" in text:
        found["type_name"] = "Công văn"
    return found


def plain_answers(document: TrueDocument, text: str) -> list[Answer]:
    found = plain_fields(text)
    return [Answer(document.level, name, truth, found.get(name, "")) for name, truth in document.fields.items()]


# --- rows


def _rate(found: Iterable[Answer]) -> tuple[float | None, int]:
    judged = [a.right for a in found]
    return share(sum(judged), len(judged)), len(judged)


def rate_rows(ours: Sequence[Answer], plain: Sequence[Answer]) -> list[Row]:
    rows = []
    for level, (header, long) in REACH.items():
        for name in FIELD_NAMES:
            mine, count = _rate(a for a in ours if (a.level, a.name) == (level, name))
            theirs, _ = _rate(a for a in plain if (a.level, a.name) == (level, name))
            target: Target | None = at_least(header) if name in HEADER else at_least(long) if name in LONG else None
            rows.append(Row(f"{name} {level}", mine, "%", target, f"of {count}"))
            rows.append(Row(f"{name} {level}, plain expressions", theirs, "%"))
    return rows


def doubt_rows(documents: Sequence[TrueDocument], ours: Sequence[Answer]) -> list[Row]:
    undoubted = [a for a in ours if a.read and not a.doubt]
    wrong = [a for a in undoubted if not a.right]
    names = ", ".join(sorted({f"{a.name} {a.level}" for a in wrong}))
    untouched, at = 0, 0
    for document in documents:
        own = ours[at : at + len(document.fields)]
        at += len(own)
        untouched += all(a.right and not a.doubt for a in own)
    return [
        Row(
            "wrong among the undoubted",
            share(len(wrong), len(undoubted)),
            "%",
            UNDOUBTED_WRONG,
            f"{len(wrong)} of {len(undoubted)}: {names}",
        ),
        Row(
            "fields put in doubt", share(sum(a.doubt for a in ours), len(ours)), "%", note=f"of {len(ours)}, empty ones included"
        ),
        Row("documents that need no touch", share(untouched, len(documents)), "%", note=f"of {len(documents)}"),
    ]
