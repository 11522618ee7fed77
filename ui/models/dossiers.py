"""The list of dossiers, and the one state word of each."""

from ui import messages
from ui.models.rows import RowsModel
from ui.theme import Tone
from workstation.domain.dossier import DocumentState, DossierState
from workstation.usecases.views import DossierRow

_TONES = {
    DossierState.SCANNING: Tone.ACTIVE,
    DossierState.READY: Tone.PLAIN,
    DossierState.QUEUED: Tone.PLAIN,
    DossierState.RECEIVED: Tone.GOOD,
    DossierState.REJECTED: Tone.BAD,
}
_PRESSING = (
    (DocumentState.RETURNED, Tone.WARN),
    (DocumentState.REFUSED, Tone.BAD),
    (DocumentState.TO_INDEX, Tone.PLAIN),
    (DocumentState.TO_CHECK, Tone.PLAIN),
    (DocumentState.TO_SETTLE, Tone.WARN),
    (DocumentState.TO_SIGN, Tone.PLAIN),
    (DocumentState.TO_SEAL, Tone.PLAIN),
    (DocumentState.PASSED, Tone.PLAIN),
    (DocumentState.SIGNED, Tone.GOOD),
    (DocumentState.EXEMPT, Tone.GOOD),
)
"""Of a dossier in work, the state of its documents that asks for somebody first."""


def state_of(row: DossierRow) -> tuple[str, Tone]:
    """The chip of a row: what it waits for, in words."""
    if row.needs_look and row.state is DossierState.SCANNING:
        return f"{row.needs_look} trang cần xem", Tone.WARN
    if row.reading:
        return "Đang đọc chữ", Tone.BUSY
    if row.state in (DossierState.PROCESSING, DossierState.READY):
        for state, tone in _PRESSING:
            if state in row.document_states:
                return messages.DOCUMENT_STATES[state][0], tone
    return messages.DOSSIER_STATES[row.state][0], _TONES.get(row.state, Tone.PLAIN)


def heading(row: DossierRow) -> str:
    return f"{row.code} · {row.title}" if row.title else row.code


def dossier_model() -> RowsModel[DossierRow]:
    def text(row: DossierRow, column: int) -> str:
        return f"{heading(row)}, {row.pages} trang, {state_of(row)[0]}"

    def tip(row: DossierRow) -> str:
        return messages.sentence(row.error) if row.error else heading(row)

    return RowsModel(lambda r: r.id, text, ("Hồ sơ",), tip)
