"""Documents that were there before, by their number, their person and the picture of their pages."""

from collections.abc import Collection, Iterable, Sequence
from itertools import combinations, islice
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, delete, insert, literal_column, or_, select

from workstation.domain.dossier import Document, DocumentState
from workstation.domain.ids import DocumentId, PageId
from workstation.domain.likeness import distance
from workstation.domain.ports import Alike, Namesake
from workstation.domain.series import Around, Entry, entry_of
from workstation.store import tables
from workstation.store.mapping import Row, Stored
from workstation.store.rows import table_of
from workstation.store.transaction import Transaction

SERIES: Table = table_of(tables.SeriesRow)
PRINT: Table = table_of(tables.PrintRow)
DOCUMENT: Table = table_of(tables.DocumentRow)
DOSSIER: Table = table_of(tables.DossierRow)
FIELD: Table = table_of(tables.FieldRow)
PAGE: Table = table_of(tables.PageRow)

_NEAR_BITS = 11
"""What bands that differ in at most two bits each are sure to find."""
_MOST_ALIKE, _MOST_NEAR = 200, 1_000
"""Given, and looked at: the nearest. Forms of one kind are alike by the ten thousand, and no print tells one from another."""
_BANDS = ("b0", "b1", "b2", "b3")
_BAND_BITS = 16


def _masks() -> tuple[int, ...]:
    bits = [1 << n for n in range(_BAND_BITS)]
    return (0, *bits, *(a | b for a, b in combinations(bits, 2)))


_MASKS = _masks()


class SqlEarlier:
    """``domain.ports.Earlier``."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def same_number(self, entry: Entry, but: DocumentId) -> tuple[Namesake, ...]:
        if not entry.number:
            return ()
        same = [SERIES.c.series == entry.series, SERIES.c.number == entry.number, SERIES.c.letter == entry.letter]
        if entry.year:
            same.append(SERIES.c.year.in_((entry.year, 0)))
        return self._namesakes(SERIES, and_(*same), but)

    def around(self, entry: Entry, but: DocumentId) -> Around:
        series = (SERIES.c.series == entry.series) & (SERIES.c.year == entry.year)
        sure = series & SERIES.c.sure & (SERIES.c.document_id != but)
        if not entry.year or not (entry.number or entry.issued):
            return Around()
        place, own = (SERIES.c.number, entry.number) if entry.number else (SERIES.c.issued, entry.issued)
        before = self._first(sure & (place < own), place.desc(), SERIES.c.number.desc())
        after = self._first(sure & (place > own), place, SERIES.c.number)
        if before is None or after is None or entry.number:
            return Around(before, after)
        between = series & SERIES.c.number.between(before.number, after.number) & (SERIES.c.document_id != but)
        taken = self._tx.rows(select(SERIES.c.number).where(between).limit(100))
        return Around(before, after, frozenset(row["number"] for row in taken))

    def _first(self, where: ColumnElement[bool], *order: ColumnElement[Any]) -> Entry | None:
        rows = self._tx.rows(select(SERIES).where(where).order_by(*order).limit(1))
        return _entry(rows[0]) if rows else None

    def same_person(self, number: str, type_code: str, states: Iterable[DocumentState], but: DocumentId) -> tuple[Namesake, ...]:
        # a partial index is used only where its condition stands in the query itself
        named = literal_column("field_value.name") == literal_column("'identity_number'")
        kept = DOCUMENT.c.state.in_([s.value for s in states]) & (DOCUMENT.c.type_code == type_code)
        return self._namesakes(FIELD, and_(named, FIELD.c.value == number, kept), but)

    def _namesakes(self, table: Table, where: ColumnElement[bool], but: DocumentId) -> tuple[Namesake, ...]:
        joined = table.join(DOCUMENT, DOCUMENT.c.id == table.c.document_id).join(DOSSIER, DOSSIER.c.id == DOCUMENT.c.dossier_id)
        query = select(DOCUMENT.c.id, DOSSIER.c.code).select_from(joined).where(where, DOCUMENT.c.id != but)
        return tuple(
            Namesake(DocumentId(row["id"]), row["code"]) for row in self._tx.rows(query.order_by(DOCUMENT.c.id).limit(20))
        )

    def keep_print(self, page_id: PageId, fingerprint: str) -> None:
        connection = self._tx.connection
        connection.execute(delete(PRINT).where(PRINT.c.page_id == page_id))
        if fingerprint:
            bands = dict(zip(_BANDS, _banded(fingerprint), strict=True))
            connection.execute(insert(PRINT), {"page_id": page_id, **bands})

    def alike(self, fingerprint: str, type_code: str, states: Iterable[DocumentState]) -> tuple[Alike, ...]:
        near = or_(
            *(
                PRINT.c[name].in_([band ^ mask for mask in _MASKS])
                for name, band in zip(_BANDS, _banded(fingerprint), strict=True)
            )
        )
        # most rows share a band by chance: they are sorted out before anything is asked about their pages
        far = ((distance(fingerprint, whole(row)), row["page_id"]) for row in self._tx.rows(select(PRINT).where(near)))
        bits = {page_id: d for d, page_id in far if d <= _NEAR_BITS}
        nearest = sorted(sorted(bits, reverse=True), key=lambda page_id: bits[page_id])[:_MOST_NEAR]
        kept = DOCUMENT.c.state.in_([s.value for s in states]) & (DOCUMENT.c.type_code == type_code) & PAGE.c.dropped.is_(False)
        pages = select(PAGE.c.id, PAGE.c.document_id).join(DOCUMENT, DOCUMENT.c.id == PAGE.c.document_id)
        owners = {row["id"]: row["document_id"] for row in self._tx.rows(pages.where(PAGE.c.id.in_(nearest), kept))}
        found = (page_id for page_id in nearest if page_id in owners)
        return tuple(Alike(PageId(page_id), DocumentId(owners[page_id]), bits[page_id]) for page_id in islice(found, _MOST_ALIKE))


def _banded(fingerprint: str) -> tuple[int, ...]:
    return tuple(int(fingerprint[i : i + 4], 16) for i in range(0, 16, 4))


def whole(row: Stored) -> str:
    return "".join(f"{row[name]:04x}" for name in _BANDS)


def _entry(row: Stored) -> Entry:
    return Entry(row["series"], row["year"], row["number"], row["letter"], row["issued"], row["sure"])


def series_row(document: Document) -> Row | None:
    """None for a document without a number in a series."""
    entry = entry_of(document)
    if entry is None or not entry.number:
        return None
    return {
        "document_id": document.id,
        "series": entry.series,
        "year": entry.year,
        "number": entry.number,
        "letter": entry.letter,
        "issued": entry.issued,
        "sure": entry.sure,
    }


class SeriesKeeper:
    """Makes the rows follow what is saved of documents: what changed is taken out first, since its document may go."""

    def __init__(
        self, transaction: Transaction, stored: Collection[str], before: Sequence[Document] | None, after: Sequence[Document]
    ) -> None:
        """``stored``: ids of the documents that are written over; ``before``: the same as they were, None: not known."""
        self._tx = transaction
        old = None if before is None else {d.id: series_row(d) for d in before}
        new = {d.id: series_row(d) for d in after}
        self._out = [i for i in {*stored, *new} if old is None or old.get(DocumentId(i)) != new.get(DocumentId(i))]
        self._in = [row for i, row in new.items() if row is not None and i in set(self._out)]

    def take_out(self) -> None:
        if self._out:
            self._tx.connection.execute(delete(SERIES).where(SERIES.c.document_id.in_(self._out)))

    def put_in(self) -> None:
        if self._in:
            self._tx.connection.execute(insert(SERIES), self._in)
