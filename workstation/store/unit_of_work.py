"""One transaction and the repositories that share it. ``domain.ports`` says what each method promises."""

import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import Engine, Select, Table, insert, select, update

from workstation.domain.dossier import Document, DocumentState, Dossier, DossierState
from workstation.domain.errors import WorkstationError
from workstation.domain.events import AuditEvent, chain_hash
from workstation.domain.fields import IndexField
from workstation.domain.holds import document_follows, dossier_holds, held_changed
from workstation.domain.ids import DocumentId, DossierId, Sha256
from workstation.domain.page import Page, PageState
from workstation.domain.peers import Deliveries
from workstation.domain.ports import (
    Archive,
    Audit,
    Cursors,
    Dossiers,
    Earlier,
    Erasures,
    History,
    KeyedValues,
    Numbers,
    Outbox,
    Register,
    Signers,
)
from workstation.domain.search import DueDocuments
from workstation.store import mapping, tables
from workstation.store.archive import SqlArchive
from workstation.store.cursors import SqlCursors
from workstation.store.deliveries import SqlDeliveries
from workstation.store.due import SqlDueDocuments
from workstation.store.earlier import SeriesKeeper, SqlEarlier
from workstation.store.erasures import ERASURE, SqlErasures
from workstation.store.history import SqlHistory
from workstation.store.keyed import SqlKeyed
from workstation.store.ledger import SqlSigners
from workstation.store.mapping import Stored
from workstation.store.numbers import SqlNumbers
from workstation.store.outbox import SqlOutbox
from workstation.store.register import SqlRegister
from workstation.store.rows import key_of, one_of, remove_rows, table_of, write_rows
from workstation.store.transaction import Transaction

T = TypeVar("T")
ORIGINAL = table_of(tables.OriginalRow)
DOSSIER = table_of(tables.DossierRow)
DOCUMENT = table_of(tables.DocumentRow)
FIELD = table_of(tables.FieldRow)
PAGE = table_of(tables.PageRow)
AUDIT = table_of(tables.AuditRow)
HEAD = table_of(tables.AuditHeadRow)
COUNTER = table_of(tables.CounterRow)

_NAMED_IDS = 500
"""More dossiers than that are read with all there are, rather than by a list of ids."""

GENESIS = ""
"""What the first line of the audit chain follows."""


class SeenDossiers:
    """Committed dossiers by version: screens ask for all of them after each change, and one has changed; and each page that is
    read changes one page of what may be a thousand.

    Of what is committed id and version name one content for ever. What a writer has changed may be rolled back, and its version
    given to something else: that comes here after the commit.
    """

    def __init__(self, limit: int = 2_000) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._dossiers: dict[str, Dossier] = {}

    def get(self, dossier_id: str, version: int) -> Dossier | None:
        found = self._dossiers.get(dossier_id)
        return found if found is not None and found.version == version else None

    def put(self, dossier: Dossier) -> None:
        with self._lock:
            self._dossiers.pop(dossier.id, None)
            while self._dossiers and len(self._dossiers) >= self._limit:
                del self._dossiers[next(iter(self._dossiers))]
            if self._limit:
                self._dossiers[dossier.id] = dossier


class SqlDossiers:
    """``domain.ports.Dossiers``. What a writing unit of work reads here stays locked for others until it ends (on SQLite
    the whole database), so K04 comes only if the caller kept a dossier over several units of work."""

    def __init__(self, transaction: Transaction, seen: "SeenDossiers") -> None:
        self._tx = transaction
        self._seen = seen
        self._due = SqlDueDocuments(transaction)
        self._written: dict[str, Dossier] = {}
        """By this unit of work, not yet committed."""

    def add(self, dossier: Dossier) -> None:
        """K13 as for ``save``."""
        _require_holding(dossier)
        self._tx.connection.execute(insert(DOSSIER), mapping.dossier_row(dossier))
        self._due.add(dossier.id, dossier.version, self._write_parts(dossier, None, added=True))
        self._written[dossier.id] = dossier

    def get(self, dossier_id: DossierId) -> Dossier:
        return one_of(self._load(select(DOSSIER).where(DOSSIER.c.id == dossier_id)), dossier_id)

    def by_code(self, code: str) -> Dossier | None:
        return next(iter(self._load(select(DOSSIER).where(DOSSIER.c.code == code))), None)

    def by_import_key(self, key: str) -> Dossier | None:
        return next(iter(self._load(select(DOSSIER).where(DOSSIER.c.import_key == key))), None)

    def by_document(self, document_id: str) -> Dossier:
        owner = select(DOCUMENT.c.dossier_id).where(DOCUMENT.c.id == document_id).scalar_subquery()
        return one_of(self._load(select(DOSSIER).where(DOSSIER.c.id == owner)), document_id)

    def by_page(self, page_id: str) -> Dossier:
        owner = select(PAGE.c.dossier_id).where(PAGE.c.id == page_id).scalar_subquery()
        return one_of(self._load(select(DOSSIER).where(DOSSIER.c.id == owner)), page_id)

    def save(self, dossier: Dossier) -> Dossier:
        """K13 for a document in a state whose conditions it does not meet, or can't have come to from how it stands."""
        _require_holding(dossier)
        saved = replace(dossier, version=dossier.version + 1)
        unchanged = (DOSSIER.c.id == dossier.id) & (DOSSIER.c.version == dossier.version)
        result = self._tx.connection.execute(update(DOSSIER).where(unchanged).values(mapping.dossier_row(saved)))
        if result.rowcount != 1:
            raise WorkstationError("K04", reason="moved")
        before = self._known(dossier.id, dossier.version)
        changed = self._write_parts(dossier, before)
        if before is None or (before.code, before.title) != (dossier.code, dossier.title):
            changed |= {d.id for d in dossier.documents}
        self._due.add(dossier.id, saved.version, changed)
        self._written[dossier.id] = saved
        return saved

    def committed(self) -> None:
        """What was written is what everybody reads from now on."""
        for dossier in self._written.values():
            self._seen.put(replace(dossier, created_at=dossier.created_at.astimezone(UTC)))
        self._written.clear()

    def _known(self, dossier_id: str, version: int) -> Dossier | None:
        written = self._written.get(dossier_id)
        return written if written is not None and written.version == version else self._seen.get(dossier_id, version)

    def list(self, states: Iterable[DossierState] = ()) -> tuple[Dossier, ...]:
        query = select(DOSSIER).order_by(DOSSIER.c.created_at.desc(), DOSSIER.c.id.desc())
        wanted = [s.value for s in states]
        return self._assemble(self._tx.rows(query.where(DOSSIER.c.state.in_(wanted)) if wanted else query))

    def has_original(self, sha256: Sha256) -> bool:
        return bool(self._tx.rows(select(ORIGINAL.c.sha256).where(ORIGINAL.c.sha256 == sha256)))

    def document_states(self, document_ids: Sequence[DocumentId]) -> Mapping[DocumentId, DocumentState]:
        rows = self._tx.rows(select(DOCUMENT.c.id, DOCUMENT.c.state).where(DOCUMENT.c.id.in_(document_ids)))
        return {DocumentId(row["id"]): DocumentState(row["state"]) for row in rows}

    def titles(self, dossier_ids: Sequence[DossierId]) -> Mapping[DossierId, str]:
        rows = self._tx.rows(select(DOSSIER.c.id, DOSSIER.c.title).where(DOSSIER.c.id.in_(dossier_ids)))
        return {DossierId(row["id"]): row["title"] for row in rows}

    def next_code(self) -> str:
        """Taken from a counter, so two clerks never get the same; a code that was given by hand is passed over."""
        step = update(COUNTER).where(COUNTER.c.name == "dossier").values(value=COUNTER.c.value + 1).returning(COUNTER.c.value)
        while True:
            code = f"HS-{self._tx.connection.execute(step).scalar_one():04d}"
            if self._tx.connection.execute(select(DOSSIER.c.id).where(DOSSIER.c.code == code)).first() is None:
                return code

    def _load(self, query: Select[Any]) -> tuple[Dossier, ...]:
        return self._assemble(self._tx.rows(self._tx.locked(query)))

    def _assemble(self, rows: Sequence[Stored]) -> tuple[Dossier, ...]:
        """In the order of ``rows``; all parts that are not known yet with three queries, however many dossiers."""
        found = {row["id"]: known for row in rows if (known := self._known(row["id"], row["version"])) is not None}
        for dossier in self._build([row for row in rows if row["id"] not in found]):
            found[dossier.id] = dossier
            if self._tx.read_only:
                self._seen.put(dossier)
        return tuple(found[row["id"]] for row in rows)

    def _build(self, rows: Sequence[Stored]) -> tuple[Dossier, ...]:
        if not rows:
            return ()
        only = [row["id"] for row in rows] if len(rows) <= _NAMED_IDS else None
        fields: dict[str, list[IndexField]] = defaultdict(list)
        for row in self._fields(only):
            fields[row["document_id"]].append(mapping.index_field(row))
        documents: dict[str, list[Document]] = defaultdict(list)
        for row in self._parts(DOCUMENT, only):
            documents[row["dossier_id"]].append(mapping.document(row, tuple(fields[row["id"]])))
        pages: dict[str, list[Page]] = defaultdict(list)
        for row in self._parts(PAGE, only):
            pages[row["dossier_id"]].append(mapping.page(row))
        return tuple(mapping.dossier(row, tuple(pages[row["id"]]), tuple(documents[row["id"]])) for row in rows)

    def _parts(self, table: Table, dossier_ids: Sequence[str] | None) -> Sequence[Stored]:
        query = select(table).order_by(table.c.dossier_id, table.c.position)
        return self._tx.rows(query if dossier_ids is None else query.where(table.c.dossier_id.in_(dossier_ids)))

    def _fields(self, dossier_ids: Sequence[str] | None) -> Sequence[Stored]:
        query = select(FIELD).order_by(FIELD.c.document_id, FIELD.c.position)
        if dossier_ids is not None:
            query = query.join(DOCUMENT, DOCUMENT.c.id == FIELD.c.document_id).where(DOCUMENT.c.dossier_id.in_(dossier_ids))
        return self._tx.rows(query)

    def _write_parts(self, dossier: Dossier, before: Dossier | None, *, added: bool = False) -> set[str]:
        """What differs from ``before``, the dossier as it is stored (None: that is read first), in the order in which the foreign
        keys allow it. Gives the documents that differ, or of which a page does."""
        connection = self._tx.connection
        if before is None:
            new_documents, new_pages = list(enumerate(dossier.documents)), list(enumerate(dossier.pages))
            stored_documents = _by_key(DOCUMENT, self._parts(DOCUMENT, [dossier.id]))
            stored_pages = _by_key(PAGE, self._parts(PAGE, [dossier.id]))
            stored_fields = _by_key(FIELD, self._fields([dossier.id]))
            known = {row["original"] for row in stored_pages.values()}
        else:
            old_documents, new_documents = differing(before.documents, dossier.documents)
            old_pages, new_pages = differing(before.pages, dossier.pages)
            stored_documents = _by_key(DOCUMENT, mapping.document_rows(dossier.id, old_documents))
            stored_pages = _by_key(PAGE, mapping.page_rows(dossier.id, old_pages))
            stored_fields = _by_key(FIELD, mapping.field_rows(old_documents))
            known = set(before.originals)
        if not added:
            _require_following(new_documents, stored_documents, stored_fields)
            self._require_held(dossier, stored_pages.values(), [page for _, page in new_pages])
        documents, pages = mapping.document_rows(dossier.id, new_documents), mapping.page_rows(dossier.id, new_pages)
        fields = mapping.field_rows(new_documents)
        old = None if before is None else [d for _, d in old_documents]
        series = SeriesKeeper(self._tx, [key[0] for key in stored_documents], old, [d for _, d in new_documents])
        self._tx.insert_missing(ORIGINAL, [{"sha256": s} for s in sorted(set(dossier.originals) - known)])
        series.take_out()
        write_rows(connection, DOCUMENT, stored_documents, documents)
        write_rows(connection, PAGE, stored_pages, pages)
        write_rows(connection, FIELD, stored_fields, fields)
        remove_rows(connection, FIELD, stored_fields, fields)
        remove_rows(connection, PAGE, stored_pages, pages)
        remove_rows(connection, DOCUMENT, stored_documents, documents)
        series.put_in()
        owners = {row["document_id"] for row in (*stored_pages.values(), *pages)} - {None}
        return owners | {row["id"] for row in (*stored_documents.values(), *documents)}

    def _require_held(self, dossier: Dossier, stored: Iterable[Stored], pages: Sequence[Page]) -> None:
        """K13 for a page with a mark of a state secret that is another one now without a person's word, or gone although nobody
        ordered its file to be erased."""
        held = [page for row in stored if (page := mapping.page(row)).state is PageState.HELD]
        if not held:
            return
        after = {page.id: page for page in pages}
        ordered = select(ERASURE.c.sha256).where(ERASURE.c.dossier_id == dossier.id)
        erased = {row["sha256"] for row in self._tx.rows(ordered)}
        gone = any(page.id not in after and page.source.original not in erased for page in held)
        if gone or held_changed(held, after) is not None:
            raise WorkstationError("K13", reason="state_secret")


def _require_holding(dossier: Dossier) -> None:
    if reason := dossier_holds(dossier):
        raise WorkstationError("K13", reason=reason)


def _require_following(new: Sequence[tuple[int, Document]], stored: Mapping[Any, Stored], fields: Mapping[Any, Stored]) -> None:
    """``stored``, ``fields``: rows of the documents that ``new`` is written over."""
    read = defaultdict[str, list[IndexField]](list)
    for row in fields.values():
        read[row["document_id"]].append(mapping.index_field(row))
    before = {row["id"]: mapping.document(row, tuple(read[row["id"]])) for row in stored.values()}
    for _, document in new:
        if reason := document_follows(before.get(document.id), document):
            raise WorkstationError("K13", reason=reason)


def _by_key(table: Table, rows: Sequence[Stored]) -> dict[tuple[Any, ...], Stored]:
    return {key_of(table, row): row for row in rows}


def differing(before: Sequence[T], after: Sequence[T]) -> tuple[list[tuple[int, T]], list[tuple[int, T]]]:
    """What is not the very same value at the very same place, of both: a change keeps the values that it does not touch, so a
    thousand pages are told apart without looking into them."""
    old, new = [(i, id(x)) for i, x in enumerate(before)], [(i, id(x)) for i, x in enumerate(after)]
    same = set(old) & set(new)
    return [(i, before[i]) for i, x in old if (i, x) not in same], [(i, after[i]) for i, x in new if (i, x) not in same]


class SqlAudit:
    """``domain.ports.Audit``: one hash chain for the store.

    A changed, removed or inserted line shows, also at the end (the head row keeps the last one). What a chain inside the
    database can't show is that somebody with write access rewrote *all* lines from one on and the head with them: for that
    the last line's hash (``Store.audit_head``) has to be kept elsewhere as well.
    """

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def append(self, event: AuditEvent) -> None:
        head = one_of(self._tx.rows(self._tx.locked(select(HEAD).where(HEAD.c.id == 1))), "head")
        at = event.at.astimezone(UTC)
        number, digest = head["number"] + 1, chain_hash(head["hash"], replace(event, at=at))
        self._tx.connection.execute(insert(AUDIT), mapping.audit_row(event, at, number, digest))
        self._tx.connection.execute(update(HEAD).where(HEAD.c.id == 1).values(number=number, hash=digest))

    def events(self, subject: str | None = None, since: datetime | None = None) -> tuple[AuditEvent, ...]:
        query = select(AUDIT).order_by(AUDIT.c.number)
        if subject is not None:
            query = query.where(AUDIT.c.subject == subject)
        if since is not None:
            query = query.where(AUDIT.c.at >= since)
        return tuple(mapping.audit_event(row) for row in self._tx.rows(query))

    def verify(self) -> int | None:
        """None if the chain holds, else the number of the first line that breaks it (or that is missing)."""
        previous, expected = GENESIS, 1
        for row in self._tx.rows(select(AUDIT).order_by(AUDIT.c.number)):
            if row["number"] != expected or row["hash"] != chain_hash(previous, mapping.audit_event(row)):
                return expected
            previous, expected = row["hash"], expected + 1
        heads = self._tx.rows(select(HEAD))
        intact = len(heads) == 1 and (heads[0]["number"], heads[0]["hash"]) == (expected - 1, previous)
        return None if intact else expected


class SqlUnitOfWork:
    """``domain.ports.UnitOfWork``. Keep it short: on SQLite a writing one keeps every other writer waiting."""

    def __init__(self, engine: Engine, seen: SeenDossiers, *, read_only: bool = False) -> None:
        """``seen``: what is known from before."""
        self._tx = Transaction(engine, read_only)
        self._dossiers = SqlDossiers(self._tx, seen)
        self.dossiers: Dossiers = self._dossiers
        self.outbox: Outbox = SqlOutbox(self._tx)
        self.cursors: Cursors = SqlCursors(self._tx)
        self.audit: Audit = SqlAudit(self._tx)
        self.signers: Signers = SqlSigners(self._tx)
        self.archive: Archive = SqlArchive(self._tx)
        self.register: Register = SqlRegister(self._tx)
        self.deliveries: Deliveries = SqlDeliveries(self._tx)
        self.numbers: Numbers = SqlNumbers(self._tx)
        self.earlier: Earlier = SqlEarlier(self._tx)
        self.history: History = SqlHistory(self._tx)
        self.keyed: KeyedValues = SqlKeyed(self._tx)
        self.erasures: Erasures = SqlErasures(self._tx)
        self.due: DueDocuments = SqlDueDocuments(self._tx)

    def __enter__(self) -> "SqlUnitOfWork":
        return self

    def __exit__(self, *exc: object) -> None:
        self._tx.close()

    def commit(self) -> None:
        """Stores all that was done since the last commit. The unit may go on; what follows is a transaction of its own."""
        self._tx.commit()
        self._dossiers.committed()
