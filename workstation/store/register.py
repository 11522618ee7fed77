"""The books of copies in the store."""

from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from sqlalchemy import Table, func, insert, select, update

from workstation.domain.attestation import Attestation
from workstation.domain.copies import CopyKind, Entry, EntryState, Medium, SourceIs, Subject
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import EntryId, Sha256, UserName
from workstation.domain.signature import PublishedPdf, SealedPdf
from workstation.store import mapping, tables
from workstation.store.mapping import Row, Stored
from workstation.store.rows import one_of, table_of
from workstation.store.transaction import Transaction

ENTRY: Table = table_of(tables.EntryRow)
COUNTER: Table = table_of(tables.CounterRow)


class SqlRegister:
    """``domain.ports.Register``."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def next_number(self, book: str, year: int) -> int:
        """The counter's row is the lock: the update holds it until the unit ends, and a unit that is not committed gives the
        number back."""
        name = f"{book}/{year}"
        self._tx.insert_missing(COUNTER, [{"name": name, "value": 0}])
        step = update(COUNTER).where(COUNTER.c.name == name).values(value=COUNTER.c.value + 1).returning(COUNTER.c.value)
        return int(self._tx.connection.execute(step).scalar_one())

    def last_day(self, book: str) -> date | None:
        found: date | None = self._tx.connection.execute(select(func.max(ENTRY.c.day)).where(ENTRY.c.book == book)).scalar()
        return found

    def add(self, entry: Entry) -> None:
        self._tx.connection.execute(insert(ENTRY), _row(entry))

    def save(self, entry: Entry, was: Entry) -> None:
        """Of a line only its state and signed files change."""
        stored = self._one(was.id)
        if (stored.state, stored.sealed) != (was.state, was.sealed) or replace(entry, state=was.state, sealed=was.sealed) != was:
            raise WorkstationError("K04", reason="moved")
        row = _row(entry)
        changed = {name: row[name] for name in ("state", "sealed")}
        self._tx.connection.execute(update(ENTRY).where(ENTRY.c.id == entry.id).values(changed))

    def get(self, entry_id: EntryId) -> Entry:
        return self._one(entry_id)

    def by_request(self, request: str) -> tuple[Entry, ...]:
        query = select(ENTRY).where(ENTRY.c.request == request).order_by(ENTRY.c.created_at, ENTRY.c.id)
        return tuple(_entry(row) for row in self._tx.rows(self._tx.locked(query)))

    def list(self, year: int = 0, states: Iterable[EntryState] = ()) -> tuple[Entry, ...]:
        query = select(ENTRY).order_by(ENTRY.c.year, ENTRY.c.book, ENTRY.c.number)
        if wanted := [state.value for state in states]:
            query = query.where(ENTRY.c.state.in_(wanted))
        if year:
            query = query.where(ENTRY.c.year == year)
        return tuple(_entry(row) for row in self._tx.rows(query))

    def _one(self, entry_id: EntryId) -> Entry:
        rows = self._tx.rows(self._tx.locked(select(ENTRY).where(ENTRY.c.id == entry_id)))
        return _entry(one_of(rows, entry_id))


def _row(e: Entry) -> Row:
    s = e.subject
    return {
        "id": e.id,
        "kind": e.kind.value,
        "book": e.book,
        "year": e.year,
        "number": e.number,
        "code": e.code,
        "day": e.day,
        "agency": e.agency,
        "subject": {
            "title": s.title,
            "source": s.source,
            "medium": s.medium.value,
            "is_a": s.is_a.value,
            "declared": s.declared,
            "source_pages": s.source_pages,
            "pages": list(s.pages),
        },
        "recipients": e.recipients,
        "reason": e.reason,
        "approver": e.approver,
        "request": e.request,
        "published": mapping.published_out(e.published),
        "created_at": e.created_at,
        "created_by": e.created_by,
        "state": e.state.value,
        "sealed": mapping.sealed_out(e.sealed),
        "attestation": _attestation_out(e.attestation),
    }


def _attestation_out(a: Attestation | None) -> Row | None:
    return None if a is None else {**asdict(a), "version": a.version.isoformat()}


def _attestation_in(value: dict[str, Any] | None) -> Attestation | None:
    if value is None:
        return None
    lists = {name: tuple(value[name]) for name in ("lines", "captions", "under")}
    return Attestation(**{**value, **lists, "version": date.fromisoformat(value["version"])})


def _entry(row: Stored) -> Entry:
    values: dict[str, Any] = {
        name: row[name] for name in ("book", "year", "number", "code", "day", "agency", "recipients", "reason", "request")
    }
    return Entry(
        id=EntryId(row["id"]),
        kind=CopyKind(row["kind"]),
        subject=_subject(row["subject"]),
        approver=mapping.user(row["approver"]),
        published=PublishedPdf(**row["published"]),
        created_at=row["created_at"],
        created_by=UserName(row["created_by"]),
        state=EntryState(row["state"]),
        sealed=SealedPdf(**row["sealed"]) if row["sealed"] else None,
        attestation=_attestation_in(row["attestation"]),
        **values,
    )


def _subject(value: dict[str, Any]) -> Subject:
    return Subject(
        title=value["title"],
        source=Sha256(value["source"]),
        medium=Medium(value["medium"]),
        is_a=SourceIs(value["is_a"]),
        declared=value["declared"],
        source_pages=value["source_pages"],
        pages=tuple(value["pages"]),
    )
