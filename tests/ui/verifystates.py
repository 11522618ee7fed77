"""Verify in its own states, each with the keys that bring it about once the window stands."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.ui.fakes import FakeDesk
from tests.ui.invented import page
from tests.ui.paper import Sheet
from tests.ui.states import normal
from workstation.domain.dossier import DocumentState
from workstation.domain.errors import ErrorNote
from workstation.domain.fields import FieldOrigin, IndexField, Proposal, WeakWord
from workstation.domain.idcard import IdCard
from workstation.domain.ids import DocumentId, DossierId
from workstation.domain.page import PageState
from workstation.domain.rekey import Difference
from workstation.usecases.known import KnownCopy

CRITICAL = ("number", "notation", "issued_date", "identity_number")
CARD = IdCard(
    "001047000123", "", "Lê Văn Mẫu", "1947-03-02", "Nam", "Số 00 đường Mẫu, phường Hòa Hưng, TP. Hồ Chí Minh", "2021-05-10"
)
OTHER = IdCard("001052000456", "023456789", "Trần Thị Thử", "1952-11-20", "Nữ", "Ấp Mẫu, xã Thử Nghiệm", "2022-01-15")

WAYS = (Proposal("2019-03-14", "words"), Proposal("2019-03-15", "arrival"), Proposal("2019-03-13", "neighbours"))
COPY = KnownCopy(
    DocumentId("HS-0007-d1"),
    DossierId("HS-0007"),
    dossier_code="HS-0007",
    type_code="KS",
    title="Giấy khai sinh",
    issued_date="2024-05-10",
    by=("person", "pages"),
    signer="Nguyễn Văn A",
    signed_at="2024-05-10T18:30:00+00:00",
)


def with_fields(desk: FakeDesk, changes: dict[str, dict[str, Any]], **document: Any) -> FakeDesk:
    first = desk.queue[0]
    fields = tuple(replace(f, **changes.get(f.name, {})) for f in first.fields)
    desk.queue[0] = replace(first, fields=fields, **document)
    return desk


def reading(sheets: dict[str, Sheet]) -> FakeDesk:
    """Two of six pages are read."""
    desk = normal(sheets)
    first = desk.queue[0]
    pages = tuple(
        page(40 + n, first.id, sheets["list"], number=n, **({} if n < 3 else {"state": PageState.NEW, "thumbnail": None}))
        for n in range(1, 7)
    )
    empty = {f.name: {"value": "", "proposals": (), "box": None, "page": None} for f in first.fields if f.name != "number"}
    return with_fields(desk, empty, pages=pages)


def saving(sheets: dict[str, Sheet]) -> FakeDesk:
    desk = normal(sheets)
    desk.answers["confirm"] = desk.hold
    return desk


def proposals(sheets: dict[str, Sheet]) -> FakeDesk:
    """Three ways to put a date right, and two checks that speak against it."""
    against = ("date_words", "series_order")
    changes = {"issued_date": {"value": "2019-08-14", "doubt": True, "proposals": WAYS, "against": against}}
    return with_fields(normal(sheets), changes)


def weak(sheets: dict[str, Sheet]) -> FakeDesk:
    """Of the subject two words may be misread, of the signer's name one; nothing is proposed."""
    value, box = "Về việc giải quyết hỗ trợ mai tảng phí đối với đối tượng bảo trợ xả hội", sheets["decision"].boxes["weak"]
    words = tuple(WeakWord(at := value.index(word), at + len(word), box) for word in ("tảng", "xả"))
    signer = (WeakWord(7, 10, sheets["decision"].boxes["signer_name"]),)
    changes: dict[str, dict[str, Any]] = {
        "subject": {"value": value, "proposals": (), "weak": words},
        "signer_name": {"weak": signer},
    }
    return with_fields(normal(sheets), changes)


def by_hand(sheets: dict[str, Sheet]) -> FakeDesk:
    """Number and day in handwriting; of the date month and year are printed."""
    hand = {"value": "", "origin": FieldOrigin.HANDWRITTEN, "doubt": True}
    near = (Proposal("127", "neighbours"), Proposal("128", "neighbours"))
    part = (Proposal("2019-03", "read"),)
    return with_fields(normal(sheets), {"number": {**hand, "proposals": near}, "issued_date": {**hand, "proposals": part}})


def blind(sheets: dict[str, Sheet]) -> FakeDesk:
    """The checker types four fields without seeing what was entered."""
    covered = {name: {"value": "", "doubt": True, "proposals": ()} for name in CRITICAL}
    clear = {name: {"doubt": False, "proposals": ()} for name in ("subject", "signer_name")}
    desk = with_fields(normal(sheets), {**covered, **clear}, blind=frozenset(CRITICAL))
    desk.user = desk.users[1]
    return desk


def differing(sheets: dict[str, Sheet]) -> FakeDesk:
    """Two persons keyed a number and a subject differently."""
    old = next(f for f in normal(sheets).queue[0].fields if f.name == "subject").value
    between = (
        Difference("number", "127", "721"),
        Difference("subject", old, old.replace("tảng", "táng")),
        Difference("identity_number", "", "001047000123", first_unreadable=True),
    )
    covered = {d.name: {"value": "", "doubt": True, "proposals": ()} for d in between}
    state: dict[str, Any] = {"state": DocumentState.TO_SETTLE, "differing": between, "blind": frozenset(covered)}
    return with_fields(normal(sheets), {**covered, "signer_name": {"doubt": False}}, **state)


def unreadable(sheets: dict[str, Sheet]) -> FakeDesk:
    gone = {"value": "", "origin": FieldOrigin.UNREADABLE, "doubt": False, "proposals": ()}
    return with_fields(normal(sheets), {"signer_name": gone})


def card(sheets: dict[str, Sheet]) -> FakeDesk:
    """Two cards on the pages; the person's name differs in a mark."""
    desk = with_fields(normal(sheets), {"person_name": {"value": "Lê Văn Mậu"}})
    desk.cards = (OTHER, CARD)
    return desk


def copy(sheets: dict[str, Sheet]) -> FakeDesk:
    desk = normal(sheets)
    desk.copies = (COPY, replace(COPY, dossier_code="HS-0003"))
    return desk


def spoiled_copy(sheets: dict[str, Sheet]) -> FakeDesk:
    """One that its signature does not hold."""
    desk = normal(sheets)
    desk.copies = (replace(COPY, note=ErrorNote("V04")),)
    return desk


def no_card(sheets: dict[str, Sheet]) -> FakeDesk:
    return normal(sheets)


def long_form(sheets: dict[str, Sheet]) -> FakeDesk:
    """A list of a hundred persons, three fields each."""
    desk = normal(sheets)
    first = desk.queue[0]
    more = tuple(IndexField(f"row_{n}", f"Nguyễn Văn Mẫu {n}", 0.97, doubt=n == 250) for n in range(300 - len(first.fields)))
    desk.queue[0] = replace(first, fields=(*first.fields, *more))
    return desk


State = tuple[Callable[[dict[str, Sheet]], FakeDesk], tuple[str, ...]]
STATES: dict[str, State] = {
    "reading": (reading, ()),
    "saving": (saving, ("Return", "Return", "Ctrl+Return")),
    "proposals": (proposals, ()),
    "weak": (weak, ()),
    "by_hand": (by_hand, ()),
    "part_of_a_date": (by_hand, ("Alt+1", "Return", "Alt+1")),
    "blind": (blind, ()),
    "differing": (differing, ()),
    "unreadable": (unreadable, ("Tab",)),
    "card": (card, ("Ctrl+Q",)),
    "copy": (copy, ()),
    "spoiled_copy": (spoiled_copy, ()),
    "reuse": (copy, ("Alt+R",)),
    "no_card": (no_card, ("Ctrl+Q",)),
    "sent_back": (normal, ("Ctrl+B",)),
    "type_letters": (normal, ("Shift+Tab",) * 6 + ("g",)),
    "long_form": (long_form, ()),
}
