"""The queue of documents to sign."""

from collections.abc import Mapping, Sequence
from itertools import count

from ui import messages
from ui.models.rows import RowsModel
from ui.theme import Tone
from workstation.domain.dossier import DocumentState
from workstation.domain.errors import ERRORS, Severity
from workstation.domain.ids import DocumentId
from workstation.domain.issue import number_of
from workstation.usecases.views import DocumentView, SignRow

DOCUMENT, PAGES, SEEN, GATE = range(4)


def passed(row: SignRow) -> bool:
    return all(c.ok for c in row.gate)


def ready(row: SignRow) -> bool:
    """Ticked: seen, nothing in the way, not signed already."""
    return row.seen and passed(row) and row.document.state in (DocumentState.TO_SIGN, DocumentState.TO_SEAL)


def proposed(rows: Sequence[SignRow], typed: Mapping[DocumentId, str], shown: DocumentId | None) -> dict[DocumentId, str]:
    """The number of each document that is to be numbered now: as printed or typed, else the next of its symbol and year that no
    other in the queue gets. ``shown``: one that is on the screen and not chosen yet."""
    taken: dict[tuple[str, str], set[int]] = {}
    for row in rows:
        number = number_of(row.number or typed.get(row.document.id, ""))
        if number is not None:
            taken.setdefault(_series(row), set()).add(number)
    found = {}
    for row in rows:
        if row.number or not row.marks:
            found[row.document.id] = row.number
        elif row.document.id in typed:
            found[row.document.id] = typed[row.document.id]
        elif ready(row) or row.document.id == shown:
            used = taken.setdefault(_series(row), set())
            number = next(n for n in count(row.next_number) if n not in used)
            used.add(number)
            found[row.document.id] = f"{number:02d}"
    return found


def _series(row: SignRow) -> tuple[str, str]:
    return row.notation, row.issued[:4]


def gate_text(row: SignRow) -> tuple[str, Tone]:
    if row.document.state is DocumentState.SIGNED:
        return "Đã đóng dấu" if row.marks else "Đã ký", Tone.GOOD
    if not row.gate:
        return "Đang kiểm tra", Tone.BUSY
    if row.document.error is not None and ERRORS[row.document.error.code].severity is Severity.ERROR:
        return "Lỗi – xem bên phải", Tone.BAD
    good = sum(c.ok for c in row.gate)
    if good == len(row.gate):
        return f"Đạt {good}/{good}", Tone.GOOD
    return messages.gate_short(next(c for c in row.gate if not c.ok)), Tone.BAD


def seen_text(row: SignRow) -> tuple[str, Tone]:
    if row.seen:
        return "Đã xem", Tone.GOOD
    return ("Chưa xem", Tone.PLAIN) if passed(row) else ("—", Tone.PLAIN)


def shown_title(document: DocumentView) -> str:
    """The title with its leading kind in small letters: paper prints it in capitals, which read badly in a list."""
    words = (document.title or document.type_name).split(" ")
    shouted = 0
    while shouted < len(words) and words[shouted].isalpha() and words[shouted].isupper():
        shouted += 1
    return " ".join([" ".join(words[:shouted]).capitalize(), *words[shouted:]]).strip()


def two_lines(document: DocumentView) -> tuple[str, str]:
    """``Quyết định 127/QĐ-UBND`` over ``HS-0016 · Về việc …``: the number stays whole however long the rest is."""
    name, _, about = shown_title(document).partition(" – ")
    return name, f"{document.dossier_code} · {about}" if about else document.dossier_code


def sign_model() -> RowsModel[SignRow]:
    def text(row: SignRow, column: int) -> str:
        document = row.document
        return (
            f"{shown_title(document)}, {document.dossier_code}{', đã chọn ký' if ready(row) else ''}",
            str(row.pages),
            seen_text(row)[0],
            gate_text(row)[0],
        )[column]

    def tip(row: SignRow) -> str:
        return messages.sentence(row.document.error) if row.document.error else row.document.title

    return RowsModel(lambda r: r.document.id, text, ("Văn bản", "Trang", "Đã xem", "Kiểm tra"), tip)
