"""``domain.search.SearchIndex`` in a database: SQLite's FTS5, in a file of its own, or PostgreSQL's text search beside the store.

How it stays fast with a million papers: nothing is ranked that is not shown soon. The newest ``CANDIDATES`` papers that have
every word are taken from the index of all text, and as many from the small one of the fields, both in the order of their
numbers, which a full-text index gives without looking at more; they are ordered by which of the sharper questions (with the
diacritics, in the names, in the fields, one behind the other) find them too. ``bm25`` reads every paper that has a word: seconds
where it is a common one. Where there are fewer than that, the sharper questions are about these only. PostgreSQL is asked block
by block, newest first, since its index gives no order; what was found in the first says how large the next has to be.
"""

import json
import math
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from enum import Enum
from typing import Any, Protocol

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from workstation.domain.errors import WorkstationError
from workstation.domain.ids import DocumentId
from workstation.domain.search import Choice, Found, Paper, Tokens, Wanted, tokens
from workstation.store.engine import READ_ONLY

VERSION = 2
"""Of what is in an index, and how text is folded: an index of another one is thrown away."""
CANDIDATES = 500
_ROOM = 1.5
"""Times the papers in which the missing should be, to be looked through next."""
COMPLETIONS = 60
DIGITS_OF_A_BEGINNING = 3
"""Fewer begin too many numbers."""

METADATA = MetaData()
PAPER = Table(
    "search_paper",
    METADATA,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("document_id", String(36), unique=True, nullable=False),
    Column("paper", LargeBinary, nullable=False),
)
_BYTEWISE = Text(collation="C").with_variant(Text(), "sqlite")
VOCABULARY = Table("search_vocabulary", METADATA, Column("word", _BYTEWISE, primary_key=True))
META = Table("search_meta", METADATA, Column("name", String(16), primary_key=True), Column("value", Integer, nullable=False))

Expression = str
"""A part of a question, in the language of the database."""
Question = Sequence[Expression]
"""All of these."""


class Where(Enum):
    """Where a question is asked."""

    EVERYTHING = "search_text"
    FIELDS = "search_field"


class Dialect(Protocol):
    """What SQLite and PostgreSQL say differently."""

    block: int
    """Papers looked through at first; each further step looks through as many as should hold what is missing, if enough were
    found to tell, and ``growth`` times as many as the step before at most."""
    growth: int

    def make(self, connection: Connection) -> None: ...

    def drop(self, connection: Connection) -> None: ...

    def write(self, connection: Connection, rows: Sequence[tuple[int, Tokens]]) -> None: ...

    def erase(self, connection: Connection, rows: Sequence[tuple[int, Tokens]]) -> None:
        """``rows``: as they were written."""
        ...

    def shred(self, connection: Connection) -> None: ...

    def all_of(self, expressions: Sequence[Expression]) -> Expression: ...

    def any_of(self, expressions: Sequence[Expression]) -> Expression: ...

    def phrase(self, words: Sequence[str], *, begins: bool = False, names: bool = False) -> Expression:
        """``names``: in the names only, and in a question that is asked of the fields."""
        ...

    def find(self, connection: Connection, where: Where, question: Question, span: tuple[int, int], limit: int) -> list[int]:
        """Numbers of the newest papers, newest first. ``span``: the lowest and the highest number that counts."""
        ...

    def find_among(self, connection: Connection, where: Where, question: Question, numbers: Sequence[int]) -> list[int]:
        """Which of these; others may be among them."""
        ...


class SqlSearchIndex:
    """See the module."""

    def __init__(self, engine: Engine, dialect: Dialect) -> None:
        self._engine, self._dialect = engine, dialect
        with self._changing() as connection:
            METADATA.create_all(connection)
            version = connection.scalar(select(META.c.value).where(META.c.name == "version"))
            if version != VERSION:
                self._make_anew(connection)

    @contextmanager
    def _changing(self) -> Iterator[Connection]:
        with self._errors(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def _looking(self) -> Iterator[Connection]:
        with self._errors(), self._engine.connect() as bare:
            yield bare.execution_options(**{READ_ONLY: True})

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Trouble with the index is none of the office's records."""
        try:
            yield
        except WorkstationError as e:
            if e.code == "M04":
                raise WorkstationError("T02", reason=e.params.get("reason", "open")) from e
            raise

    def _make_anew(self, connection: Connection) -> None:
        self._dialect.drop(connection)
        for table in (PAPER, VOCABULARY, META):
            connection.execute(delete(table))
        self._dialect.make(connection)
        connection.execute(
            insert(META), [{"name": "version", "value": VERSION}, {"name": "whole", "value": 0}, {"name": "shred", "value": 0}]
        )

    # --- keeping

    def clear(self) -> None:
        with self._changing() as connection:
            self._make_anew(connection)

    def whole(self) -> bool:
        with self._looking() as connection:
            return bool(connection.scalar(select(META.c.value).where(META.c.name == "whole")))

    def begun(self) -> None:
        with self._changing() as connection:
            self._set(connection, "whole", 1)

    def put(self, papers: Sequence[Paper]) -> None:
        with self._changing() as connection:
            if self._engine.dialect.name == "postgresql":  # two stations that put the same paper: one behind the other
                connection.exec_driver_sql("LOCK TABLE search_paper IN SHARE ROW EXCLUSIVE MODE")
            known = self._rows(connection, [p.document_id for p in papers])
            new = [p for p in {p.document_id: p for p in papers}.values() if _moved_on(p, known.get(p.document_id))]
            again = [known[p.document_id] for p in new if p.document_id in known]
            self._dialect.erase(connection, [(number, tokens(old)) for number, old in again])
            last = connection.scalar(select(func.max(PAPER.c.id))) or 0
            rows = []
            for paper in new:
                if paper.document_id in known:
                    number = known[paper.document_id][0]
                    connection.execute(update(PAPER).where(PAPER.c.id == number).values(paper=packed(paper)))
                else:
                    number = last = last + 1
                    values = {"id": number, "document_id": paper.document_id, "paper": packed(paper)}
                    connection.execute(insert(PAPER), values)
                rows.append((number, tokens(paper)))
            self._dialect.write(connection, rows)
            self._learn(connection, [t for _, t in rows])

    def _learn(self, connection: Connection, written: Sequence[Tokens]) -> None:
        fresh = {w for t in written for w in t.everything.split() if _is_word(w)}
        if fresh:
            dialect = postgresql if self._engine.dialect.name == "postgresql" else sqlite
            rows = [{"word": w} for w in sorted(fresh)]
            connection.execute(dialect.insert(VOCABULARY).on_conflict_do_nothing(), rows)

    def _unlearn(self, connection: Connection, erased: Sequence[Tokens]) -> None:
        """Words that are in no paper any more."""
        span = (1, connection.scalar(select(func.max(PAPER.c.id))) or 0)
        for word in {w for t in erased for w in t.everything.split() if _is_word(w)}:
            if not self._dialect.find(connection, Where.EVERYTHING, [self._dialect.phrase([word])], span, 1):
                connection.execute(delete(VOCABULARY).where(VOCABULARY.c.word == word))

    def forget(self, document_ids: Sequence[DocumentId], *, shred: bool = False) -> None:
        with self._changing() as connection:
            known = self._rows(connection, document_ids)
            self._dialect.erase(connection, [(number, tokens(paper)) for number, paper in known.values()])
            for number, _ in known.values():
                connection.execute(delete(PAPER).where(PAPER.c.id == number))
            if shred:
                self._unlearn(connection, [tokens(paper) for _, paper in known.values()])
                self._set(connection, "shred", 1)
        if shred:
            self.finish_shredding()

    def finish_shredding(self) -> None:
        with self._looking() as connection:
            if not connection.scalar(select(META.c.value).where(META.c.name == "shred")):
                return
        with self._errors(), self._engine.connect() as connection:
            self._dialect.shred(connection)
        with self._changing() as connection:
            self._set(connection, "shred", 0)

    @staticmethod
    def _set(connection: Connection, name: str, value: int) -> None:
        connection.execute(update(META).where(META.c.name == name).values(value=value))

    def papers(self, document_ids: Sequence[DocumentId]) -> Mapping[DocumentId, Paper]:
        with self._looking() as connection:
            return {d: paper for d, (_, paper) in self._rows(connection, document_ids).items()}

    def _rows(self, connection: Connection, document_ids: Sequence[DocumentId]) -> dict[DocumentId, tuple[int, Paper]]:
        query = select(PAPER).where(PAPER.c.document_id.in_(document_ids))
        return {DocumentId(row.document_id): (row.id, unpacked(row.paper)) for row in connection.execute(query)}

    def close(self) -> None:
        self._engine.dispose()

    # --- finding

    def find(self, wanted: Wanted, limit: int, offset: int = 0, patience: float = 0.25) -> Found:
        with self._looking() as connection:
            search = _Search(connection, self._dialect, wanted, time.monotonic() + patience)
            numbers = search.ranked()
            shown = numbers[offset : offset + limit]
            query = select(PAPER.c.id, PAPER.c.paper).where(PAPER.c.id.in_(shown))
            papers = {row.id: unpacked(row.paper) for row in connection.execute(query)}
        more = len(numbers) > offset + limit
        return Found(tuple(papers[n] for n in shown if n in papers), more, search.searched_all)


class _Search:
    """One question, asked in one transaction."""

    def __init__(self, connection: Connection, dialect: Dialect, wanted: Wanted, until: float) -> None:
        self._connection, self._dialect, self._wanted, self._until = connection, dialect, wanted, until
        self._highest = connection.scalar(select(func.max(PAPER.c.id))) or 0
        self.searched_all = True
        self._share = dict.fromkeys(Where, math.inf)
        """Of the papers looked through, what was found there: a sharper question finds no more, nor do the fields alone."""
        self._filters = [dialect.any_of([dialect.phrase([m]) for m in marks]) for marks in wanted.filters]

    def ranked(self) -> list[int]:
        """All candidates, the best first."""
        usual = self._question()
        text = self._newest(Where.EVERYTHING, usual)
        if len(text) < CANDIDATES and self.searched_all:  # there are no others: the sharper questions are about these only
            fields = self._among(Where.FIELDS, usual, text)
        else:
            fields = self._newest(Where.FIELDS, usual)
        scores = dict.fromkeys((*fields, *text), 0)
        if not scores:
            return []
        sharper: list[tuple[int, Iterable[int]]] = [
            (2, fields),
            (4, self._among(Where.FIELDS, self._question(names=True), fields)),
        ]
        if self._wanted.exact:
            found = self._exact(text)
            scores |= {n: 0 for n in found if n not in scores}
            sharper.append((8, found))
        if len(self._wanted.near) > 1:
            near = [self._dialect.phrase(self._wanted.near), *usual]
            sharper.append((1, self._among(Where.EVERYTHING, near, text)))
        for worth, numbers in sharper:
            for number in numbers:
                if number in scores:
                    scores[number] += worth
        return sorted(scores, key=lambda n: (-scores[n], -n))

    def _exact(self, text: Sequence[int]) -> set[int]:
        """With the diacritics that were typed: also such as are older than all candidates."""
        sharp = self._question(exact=True)
        if len(text) < CANDIDATES and self.searched_all:
            return set(self._among(Where.EVERYTHING, sharp, text))
        found = self._newest(Where.EVERYTHING, sharp)
        if len(found) < CANDIDATES and self.searched_all:  # what the fields have is among these
            return set(found)
        return {*self._newest(Where.FIELDS, sharp), *found}

    def _question(self, *, exact: bool = False, names: bool = False) -> Question:
        """``exact``: with the diacritics that were typed; ``names``: in the names."""
        groups = [g.exact if exact and g.exact else g.choices for g in self._wanted.groups]
        asked = [self._dialect.any_of([self._choice(c, names) for c in choices]) for choices in groups]
        return [*asked, *self._filters]

    def _choice(self, choice: Choice, names: bool) -> Expression:
        alone = choice.begins and len(choice.phrase) == 1
        parts = [(choice.phrase, choice.begins), *(((word,), alone) for word in choice.also)]
        return self._dialect.all_of([self._phrase(words, begins, names) for words, begins in parts])

    def _phrase(self, words: Sequence[str], begins: bool, names: bool) -> Expression:
        """If the last word is a beginning, it is looked up what words there are; numbers that begin so the database finds."""
        *before, last = words
        if not begins or not _is_word(last):
            return self._dialect.phrase(words, begins=begins and len(last) >= DIGITS_OF_A_BEGINNING, names=names)
        query = select(VOCABULARY.c.word).where(VOCABULARY.c.word >= last, VOCABULARY.c.word < last + "\U0010ffff")
        known = self._connection.scalars(query.order_by(func.length(VOCABULARY.c.word), VOCABULARY.c.word).limit(COMPLETIONS))
        completions = dict.fromkeys((last, *known))
        return self._dialect.any_of([self._dialect.phrase((*before, word), names=names) for word in completions])

    def _newest(self, where: Where, question: Question) -> list[int]:
        """Block by block, so that a question with few answers among many common words ends in time."""
        found: list[int] = []
        high, share = self._highest, min(self._share[where], self._share[Where.EVERYTHING])
        block = self._next(self._dialect.block, share, CANDIDATES)
        while high > 0 and len(found) < CANDIDATES:
            if high < self._highest and time.monotonic() > self._until:
                self.searched_all = False
                break
            low = max(1, high - block + 1)
            found += self._dialect.find(self._connection, where, question, (low, high), CANDIDATES - len(found))
            share, high = len(found) / (self._highest - low + 1), low - 1
            block = self._next(block, share, CANDIDATES - len(found))
        self._share[where] = min(self._share[where], share)
        return found

    def _next(self, block: int, share: float, missing: int) -> int:
        most = self._dialect.growth * block
        return min(most, max(block, int(_ROOM * missing / share))) if share else most

    def _among(self, where: Where, question: Question, numbers: Sequence[int]) -> list[int]:
        return self._dialect.find_among(self._connection, where, question, numbers) if numbers else []


def _moved_on(paper: Paper, known: tuple[int, Paper] | None) -> bool:
    return known is None or known[1].dossier_id != paper.dossier_id or known[1].version <= paper.version


def _is_word(token: str) -> bool:
    """Not a number, and no mark: these begin with no letter."""
    return token.isalpha()


def packed(paper: Paper) -> bytes:
    return zlib.compress(json.dumps(asdict(paper), ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass"), 3)


def unpacked(data: bytes) -> Paper:
    values: dict[str, Any] = json.loads(zlib.decompress(data).decode("utf-8", "surrogatepass"))
    return Paper(**{**values, "fields": tuple((name, value) for name, value in values["fields"])})
