"""What waits to be sent."""

from datetime import UTC, datetime

from ui import messages
from ui.models.rows import RowsModel
from ui.theme import Tone
from workstation.domain.errors import Actor
from workstation.domain.outbox import OutboxState, who_acts
from workstation.usecases.views import OutboxRow

DOSSIER, STATE, SIZE, TRIES, NEXT, REASON = range(6)
HEADERS = ("Hồ sơ", "Trạng thái", "Dung lượng", "Lần gửi", "Gửi lại", "Lý do · biên nhận")

TONES: dict[OutboxState, tuple[Tone, str]] = {
    OutboxState.QUEUED: (Tone.PLAIN, "clock"),
    OutboxState.SENDING: (Tone.INFO, "outbox"),
    OutboxState.UNKNOWN: (Tone.WARN, "question"),
    OutboxState.RECEIVED: (Tone.GOOD, "check"),
    OutboxState.REJECTED: (Tone.BAD, "cross"),
    OutboxState.PAUSED: (Tone.PLAIN, "pause"),
}


def size_text(row: OutboxRow) -> str:
    if row.state is OutboxState.RECEIVED or not row.done:
        return messages.size(row.bytes)
    return f"{messages.size(row.done)} / {messages.size(row.bytes)}"


def next_text(row: OutboxRow) -> str:
    if row.state in (OutboxState.QUEUED, OutboxState.UNKNOWN):
        if row.next_try is None:
            return "ngay"
        return "đang đợi" if awaits_level(row) else messages.clock_time(row.next_try)
    return "—"


def awaits_level(row: OutboxRow) -> bool:
    """Signed, and held until its signature has what it lacks."""
    return row.error is not None and row.error.code == "C09" and row.next_try is not None


def reason_text(row: OutboxRow) -> str:
    if row.receipt is not None:
        return f"Biên nhận {row.receipt.id}"
    if row.error is None:
        return ""
    who = who_acts(row.error, datetime.now(UTC))
    acts = f" · {messages.actor(who)}" if who is not Actor.NOBODY else ""
    return f"{messages.sentence(row.error)} {row.error.code}{acts}"


def outbox_model() -> RowsModel[OutboxRow]:
    def text(row: OutboxRow, column: int) -> str:
        return (
            f"{row.code} {row.title}".strip(),
            messages.OUTBOX_STATES[row.state][0],
            size_text(row),
            str(row.attempts),
            next_text(row),
            reason_text(row),
        )[column]

    return RowsModel(lambda r: r.id, text, HEADERS, reason_text)
