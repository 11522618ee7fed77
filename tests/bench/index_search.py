"""``bench index --only search``: how long a question to the search index takes, by kind of question, over a million documents.

Documents are syllables drawn by frequency (Zipf) with the standing phrases that every office paper has, and fields as real ones
have them. They go into the index as the program puts them there (``--postgres``: that of a PostgreSQL store); what is timed is
what ``desk.search`` does with the index and the papers it gives: the question, fifty hits, their passages. ``python -m
tests.bench.index_search DIR DOCUMENTS`` keeps the index in ``DIR`` and asks it again the next time.
"""

import argparse
import bisect
import itertools
import random
import statistics
import sys
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from tests.bench.processes import say
from tests.bench.rows import Row, at_most, table
from tests.postgres import running
from workstation.domain.folding import plain
from workstation.domain.ids import DocumentId, DossierId
from workstation.domain.search import Paper
from workstation.domain.searchquery import Filters, ask
from workstation.domain.snippet import lighted, passage
from workstation.store.fulltext import SqlSearchIndex
from workstation.store.searchindex import open_index

DOCUMENTS = 1_000_000
WORDS = 60
"""Drawn for the text of a document on the average, besides its standing phrases."""
STREETS = 200_000
"""Each is in some five documents of a million."""
AT_ONCE = 5_000
ASKED = 40
"""Questions of each kind."""
LIMIT_MS = at_most(100)
"""Issue 7."""
SEED = 7

ONSETS = "b c ch d đ g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x"
RHYMES = (
    "a ai an ang anh ao au ay ac at ăn ăng ăt ân âng âu ây ât e em en eo ê ên êu i ia iên "
    "iêu in inh o oa oan oi on ong ô ôi ôn ông ơ ơi ơn u ua uân ui un ung ư ưa ươi ương ưu y yên"
)
TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
FAMILIES = "Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý"
TYPES = (("QĐ", "Quyết định"), ("TB", "Thông báo"), ("GKS", "Giấy khai sinh"), ("DON", "Đơn"), ("CV", "Công văn"))
STATES = ("to_index", "to_check", "to_sign", "signed", "signed", "signed", "signed")
STANDING = (
    "Cộng hòa xã hội chủ nghĩa Việt Nam Độc lập Tự do Hạnh phúc Ủy ban nhân dân phường Căn cứ Luật Tổ chức chính quyền địa phương"
)


@dataclass(frozen=True, slots=True)
class Language:
    """The words that documents are made of, the common ones first."""

    words: tuple[str, ...]
    weights: tuple[float, ...]
    communes: tuple[str, ...]


def language(rng: random.Random) -> Language:
    all_of_them = [unicodedata.normalize("NFC", o + _toned(r, t)) for o in ONSETS.split() for r in RHYMES.split() for t in TONES]
    words = tuple(rng.sample(sorted(set(all_of_them)), 6_500))
    weights = tuple(itertools.accumulate(1 / (rank + 2.7) for rank in range(len(words))))
    communes = tuple(f"phường {rng.choice(words).title()} {rng.choice(words).title()}" for _ in range(170))
    return Language(words, weights, communes)


def _toned(rhyme: str, tone: str) -> str:
    """The tone on the first vowel: where it belongs does not matter here."""
    at = next(i for i, c in enumerate(rhyme) if c in "aăâeêioôơuưy")
    return rhyme[: at + 1] + tone + rhyme[at + 1 :]


def street(number: int, spoken: Language) -> str:
    """A name that few documents have; no syllable of the language."""
    return f"{spoken.words[number % 97].title()}x{number:06d}"


def document_id(n: int) -> DocumentId:
    return DocumentId(f"{n:036d}")


def papers(count: int, spoken: Language) -> Iterator[Paper]:
    rng = random.Random(SEED)
    first = date(1990, 1, 1)
    for n in range(count):
        code, name = rng.choice(TYPES)
        person = f"{rng.choice(FAMILIES.split())} {' '.join(rng.choices(spoken.words, k=2))}".title()
        commune = spoken.communes[min(int(rng.expovariate(0.02)), len(spoken.communes) - 1)]
        text = rng.choices(spoken.words, cum_weights=spoken.weights, k=max(10, int(rng.gauss(WORDS, 20))))
        issued = first + timedelta(days=rng.randrange(13_000))
        fields = (
            ("type_name", name),
            ("number", str(rng.randrange(1, 3_000))),
            ("notation", f"{code}-UBND"),
            ("issued_date", issued.isoformat()),
            ("organ_name", f"Ủy ban nhân dân {commune}"),
            ("subject", f"Về việc {' '.join(text[:8])}"),
            ("person_name", person),
            ("identity_number", f"{rng.randrange(10**12):012d}"),
        )
        where = f"đường {street(rng.randrange(STREETS), spoken)}"
        body = f"{STANDING}\nngày {issued.day} tháng {issued.month} năm {issued.year}\n{person}, {where}\n{' '.join(text)}"
        dossier = n // 3
        yield Paper(
            document_id(n), DossierId(f"{dossier:036d}"), 1, f"HS-{dossier:06d}", "", code, name, rng.choice(STATES),
            fields, body, "x",
        )  # fmt: skip


# --- what is asked


Question = tuple[str, Filters, bool]
"""What is typed, the filters beside it, and whether somebody is still typing."""
NONE = Filters()


def questions(rng: random.Random, spoken: Language) -> dict[str, list[Question]]:
    """By kind."""
    common, usual, seldom = spoken.words[:30], spoken.words[100:1000], spoken.words[4000:]

    def rare() -> str:
        return street(rng.randrange(STREETS), spoken)

    kinds: dict[str, Callable[[], Question]] = {
        "rare word": lambda: (rare(), NONE, False),
        "seldom word": lambda: (rng.choice(seldom), NONE, False),
        "very common word": lambda: (rng.choice(common), NONE, False),
        "very common, no diacritics": lambda: (plain(rng.choice(common)), NONE, False),
        "in every document": lambda: (rng.choice(("nhân dân", "ủy ban", "Việt Nam", "uy ban nhan dan", "độc lập")), NONE, False),
        "two common words": lambda: (" ".join(rng.sample(common, 2)), NONE, False),
        "two usual words": lambda: (" ".join(rng.sample(usual, 2)), NONE, False),
        "two seldom words, mostly nowhere": lambda: (" ".join(rng.sample(seldom, 2)), NONE, False),
        "five usual words": lambda: (" ".join(rng.sample(usual, 5)), NONE, False),
        "a common and a rare word": lambda: (f"{rng.choice(common)} {rare()}", NONE, False),
        "common words in quotation marks": lambda: (f'"{" ".join(rng.sample(common, 2))}"', NONE, False),
        "name": lambda: (f"{rng.choice(FAMILIES.split())} {' '.join(rng.sample(usual, 2))}", NONE, False),
        "name, no diacritics": lambda: (plain(f"{rng.choice(FAMILIES.split())} {rng.choice(usual)}"), NONE, False),
        "number and notation": lambda: (f"{rng.randrange(1, 3_000)}/QĐ-UBND", NONE, False),
        "identity number": lambda: (f"{rng.randrange(10**12):012d}", NONE, False),
        "day": lambda: (f"{rng.randrange(1, 29)}/{rng.randrange(1, 13)}/{rng.randrange(1990, 2025)}", NONE, False),
        "common word and type": lambda: (rng.choice(common), Filters(type_code="GKS"), False),
        "common word and year": lambda: (f"{rng.choice(common)} năm:{rng.randrange(1990, 2025)}", NONE, False),
        "usual word and days": lambda: (
            rng.choice(usual), Filters(first=date(2003, 5, 7), last=date(2003, 5, 7) + timedelta(rng.randrange(1, 900))), False,
        ),
        "common word and organ": lambda: (rng.choice(common), Filters(organ=rng.choice(spoken.communes)), False),
        "usual word, type, state and year": lambda: (
            f"{rng.choice(usual)} năm:{rng.randrange(1990, 2025)}", Filters(type_code="QĐ", states=("to_sign",)), False,
        ),
        "filter alone": lambda: ("", Filters(organ=rng.choice(spoken.communes), type_code="TB"), False),
        "half a word": lambda: (rng.choice(usual)[: rng.randrange(1, 4)], NONE, True),
        "a word and half a word": lambda: (f"{rng.choice(common)} {rng.choice(usual)[:2]}", NONE, True),
        "half a number": lambda: (f"{rng.randrange(10**5):05d}", NONE, True),
    }  # fmt: skip
    return {kind: [make() for _ in range(ASKED)] for kind, make in kinds.items()}


@dataclass(frozen=True, slots=True)
class Taken:
    ms: float
    cpu_ms: float
    hits: int
    searched_all: bool


def timed(index: SqlSearchIndex, question: Question) -> Taken:
    typed, filters, typing = question
    began, cpu = time.perf_counter(), time.thread_time()
    asked = ask(typed, filters, TYPES, typing=typing)
    found = index.find(asked.wanted, 50)
    for paper in found.papers:
        passage(paper.body, asked.lit)
        lighted(paper.field("subject"), asked.lit)
    return Taken(1000 * (time.perf_counter() - began), 1000 * (time.thread_time() - cpu), len(found.papers), found.searched_all)


def p95(values: Sequence[float]) -> float:
    return sorted(values)[max(0, -(-95 * len(values) // 100) - 1)]


def ask_all(index: SqlSearchIndex, spoken: Language) -> list[Row]:
    asked = questions(random.Random(SEED + 1), spoken)
    mixed = [(kind, question) for kind, all_of_them in asked.items() for question in all_of_them]
    random.Random(SEED + 2).shuffle(mixed)
    taken: dict[str, list[Taken]] = {kind: [] for kind in asked}
    for kind, question in mixed:
        taken[kind].append(timed(index, question))
    rows = [_row("search: every kind", [t for many in taken.values() for t in many])]
    return rows + [_row(f"search: {kind}", many) for kind, many in taken.items()]


def _row(name: str, taken: Sequence[Taken]) -> Row:
    """Wall time is the target's; CPU time says what it would be on a machine that does nothing else."""
    times, cpu = [t.ms for t in taken], [t.cpu_ms for t in taken]
    cut = sum(not t.searched_all for t in taken)
    note = f"p50 {statistics.median(times):.0f}, max {max(times):.0f}; CPU p95 {p95(cpu):.0f}, max {max(cpu):.0f}"
    note += f"; {sum(bool(t.hits) for t in taken)}/{len(taken)} found" + (f"; {cut} without the oldest" if cut else "")
    return Row(f"{name}, p95", p95(times), "ms", LIMIT_MS, note)


# --- the index


def fill(index: SqlSearchIndex, count: int, spoken: Language) -> Row:
    """Goes on where it was broken off."""
    done = bisect.bisect_left(range(count), True, key=lambda n: not index.papers([document_id(n)]))
    making = itertools.islice(papers(count, spoken), done, None)
    fresh, began = max(1, count - done), time.process_time()
    while some := list(itertools.islice(making, AT_ONCE)):
        index.put(some)
        done += len(some)
        if done % 100_000 == 0:
            say(f"{done} documents")
    index.begun()
    return Row("search: CPU to put a document into the index", 1000 * (time.process_time() - began) / fresh, "ms")


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--documents-searched", type=int, default=DOCUMENTS, metavar="N", help=f"default {DOCUMENTS:,}")
    parser.add_argument("--postgres", action="store_true", help="the index beside a PostgreSQL store, not in a file")


def rows(chosen: argparse.Namespace, work: Path) -> list[Row]:
    if not chosen.postgres:
        return measured(work / "search", chosen.documents_searched)
    with running() as cluster:
        address = cluster.new_database()
        index = open_index(work / "unused", address)
        try:
            return asked_of(index, chosen.documents_searched, lambda: cluster.bytes_of(address))
        finally:
            index.close()


def measured(folder: Path, count: int) -> list[Row]:
    """An index that is in the folder already is asked again."""
    folder.mkdir(parents=True, exist_ok=True)
    index = open_index(folder / "search.sqlite3")
    try:
        return asked_of(index, count, lambda: sum(f.stat().st_size for f in folder.iterdir()))
    finally:
        index.close()


def asked_of(index: SqlSearchIndex, count: int, size: Callable[[], int]) -> list[Row]:
    spoken = language(random.Random(SEED))
    filled = [] if index.whole() else [fill(index, count, spoken)]
    say("asking")
    return [
        Row("search: documents", count, "", note=f"{WORDS} words each, and standing phrases"),
        Row("search: index on disk", size() / 1e9, "GB"), *filled, *ask_all(index, spoken),
    ]  # fmt: skip


if __name__ == "__main__":
    sys.stdout.write(table(measured(Path(sys.argv[1]), int(sys.argv[2]))) + "\n")
