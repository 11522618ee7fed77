"""Steps of undo and redo, in the store."""

from typing import Any

from sqlalchemy import Table, delete, func, insert, select, update

from workstation.domain.arrangement import Standing, Step
from workstation.domain.dossier import Document
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import DocumentId, DossierId, PageId
from workstation.store import mapping, tables
from workstation.store.rows import table_of
from workstation.store.transaction import Transaction

HISTORY: Table = table_of(tables.HistoryRow)


class SqlHistory:
    """``domain.ports.History``. A dossier's steps have running numbers: those that can be undone, then those that can be redone.

    Who writes here has read the dossier in the same unit of work, and so holds its lock.
    """

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def can(self, dossier_id: DossierId) -> tuple[bool, bool]:
        query = select(HISTORY.c.past).where(HISTORY.c.dossier_id == dossier_id).distinct()
        kinds = {row["past"] for row in self._tx.rows(query)}
        return True in kinds, False in kinds

    def next(self, dossier_id: DossierId, *, back: bool) -> Step | None:
        found = self._next(dossier_id, back)
        return None if found is None else found[1]

    def add(self, dossier_id: DossierId, step: Step) -> None:
        connection = self._tx.connection
        connection.execute(delete(HISTORY).where(HISTORY.c.dossier_id == dossier_id, HISTORY.c.past.is_(False)))
        last = select(func.max(HISTORY.c.number)).where(HISTORY.c.dossier_id == dossier_id)
        number = (connection.execute(last).scalar() or 0) + 1
        connection.execute(insert(HISTORY), {"dossier_id": dossier_id, "number": number, "past": True, "step": _out(step)})

    def turn(self, dossier_id: DossierId, taken: Step, left: Step, *, back: bool) -> None:
        found = self._next(dossier_id, back)
        if found is None or found[1] != taken:
            raise WorkstationError("K04", reason="moved")
        row = (HISTORY.c.dossier_id == dossier_id) & (HISTORY.c.number == found[0])
        self._tx.connection.execute(update(HISTORY).where(row).values(past=not back, step=_out(left)))

    def clear(self, dossier_id: DossierId) -> None:
        self._tx.connection.execute(delete(HISTORY).where(HISTORY.c.dossier_id == dossier_id))

    def _next(self, dossier_id: DossierId, back: bool) -> tuple[int, Step] | None:
        query = select(HISTORY).where(HISTORY.c.dossier_id == dossier_id, HISTORY.c.past.is_(back))
        rows = self._tx.rows(query.order_by(HISTORY.c.number.desc() if back else HISTORY.c.number).limit(1))
        return (rows[0]["number"], _in(rows[0]["step"])) if rows else None


def _out(step: Step) -> dict[str, Any]:
    """Without what is empty: most steps are about one page."""
    parts = {
        "pages": [_standing_out(s) for s in step.pages],
        "joins": [[document, list(pages)] for document, pages in step.joins],
        "moved": [list(move) for move in step.moved],
        "made": [mapping.page_values(p) for p in step.made],
        "unmade": list(step.unmade),
        "documents": [_document_out(d) for d in step.documents],
        "gone": list(step.gone),
        "batch": step.batch,
    }
    return {name: part for name, part in parts.items() if part}


def _in(value: dict[str, Any]) -> Step:
    return Step(
        tuple(_standing(*said) for said in value.get("pages", ())),
        tuple(
            (None if document is None else DocumentId(document), tuple(PageId(p) for p in pages))
            for document, pages in value.get("joins", ())
        ),
        tuple((PageId(page), None if behind is None else PageId(behind)) for page, behind in value.get("moved", ())),
        tuple(mapping.page(row) for row in value.get("made", ())),
        tuple(PageId(p) for p in value.get("unmade", ())),
        tuple(_document(row) for row in value.get("documents", ())),
        tuple(DocumentId(d) for d in value.get("gone", ())),
        value.get("batch", ""),
    )


def _standing_out(s: Standing) -> list[Any]:
    """What most pages don't have is left out at the end."""
    rest = [s.with_note, s.pair_of, mapping.cue_out(s.cue), s.separator]
    return [s.page, mapping.recipe_out(s.work), s.dropped, s.kept_reason, *(rest if any(rest) else ())]


def _standing(page: str, work: list[Any], dropped: bool, kept: str, *rest: Any) -> Standing:
    note, pair, cue, separator = rest or (False, None, None, "")
    said = PageId(page), mapping.recipe(work), dropped, kept
    return Standing(*said, note, None if pair is None else PageId(pair), mapping.cue_in(cue), separator)


def _document_out(document: Document) -> dict[str, Any]:
    return {**mapping.document_values(document), "fields": [mapping.field_values(f) for f in document.fields]}


def _document(row: dict[str, Any]) -> Document:
    return mapping.document(row, tuple(mapping.index_field(f) for f in row["fields"]))
