"""Fake desks in given states: empty, at work, with 300 rows, with errors, offline."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.ui.fakes import FakeDesk
from tests.ui.invented import AT, BLUR, GATE_OK, GOOD, TYPES, document, fields, gate_failing, page
from tests.ui.paper import Sheet
from workstation.domain.dossier import DocumentState, DossierState
from workstation.domain.errors import ErrorNote
from workstation.domain.fields import FieldOrigin, IndexField
from workstation.domain.ids import DocumentId, DossierId, OutboxId, PageId, Sha256
from workstation.domain.outbox import OutboxState, Receipt
from workstation.domain.page import Finding, PageState, UnreadArea
from workstation.domain.peers import DeliveryState, PeerDelivery
from workstation.domain.signature import TokenState, TokenStatus
from workstation.usecases.views import DossierRow, DossierView, GateRule, LineStatus, OutboxRow, SignRow


def empty(sheets: dict[str, Sheet]) -> FakeDesk:
    return FakeDesk(sheets)


def normal(sheets: dict[str, Sheet]) -> FakeDesk:
    desk = FakeDesk(sheets)
    _capture(desk)
    _verify(desk)
    _sign(desk)
    _outbox(desk)
    desk.status = LineStatus(True, None, 4)
    return desk


def _capture(desk: FakeDesk) -> None:
    s = desk.sheets
    plan = [
        ("decision", 1),
        ("list", 1),
        ("clean", 2),
        ("application", 2),
        ("blank", 2),
        ("birth", 3),
        ("clean", 3),
        ("list", 3),
        ("birth", 3),
    ]
    pages = []
    for n, (kind, doc) in enumerate(plan, 1):
        change: dict[str, Any] = {}
        if kind == "application":
            change = {"findings": (BLUR, *(f for f in GOOD if f.code != "blur")), "failing": (BLUR,)}
        elif kind == "blank":
            change = {"blank": True}
        elif n == 7:
            change = {"rotation": 180}
        pages.append(page(n, f"HS-0019-d{doc}", s[kind], **change))
        desk.page_sheets[f"p{n}"] = s[kind]
    docs = tuple(
        document(
            n,
            tuple(p for p in pages if p.document_id == f"HS-0019-d{n}"),
            kind=kind,
            state=DocumentState.NEW,
            fields=fields(s["decision"]) if n == 1 else (),
        )
        for n, kind in enumerate(TYPES[:3], 1)
    )
    states = (
        ("HS-0019", "", 9, DossierState.SCANNING, (), 0, 1),
        ("HS-0018", "Mai táng phí", 7, DossierState.SCANNING, (), 0, 2),
        ("HS-0017", "Xác nhận cư trú", 4, DossierState.PROCESSING, (), 3, 0),
        ("HS-0016", "Khai sinh", 6, DossierState.PROCESSING, (DocumentState.TO_CHECK,), 0, 0),
        ("HS-0015", "Khai tử", 5, DossierState.PROCESSING, (DocumentState.TO_INDEX,), 0, 0),
        ("HS-0014", "Trợ cấp xã hội", 11, DossierState.READY, (DocumentState.TO_SIGN,), 0, 0),
        ("HS-0013", "Khai sinh", 3, DossierState.RECEIVED, (DocumentState.SIGNED,), 0, 0),
        ("HS-0012", "Kết hôn", 5, DossierState.REJECTED, (DocumentState.SIGNED,), 0, 0),
    )
    desk.rows = [DossierRow(DossierId(c), c, t, n, st, ds, r, look, None) for c, t, n, st, ds, r, look in states]
    missing = ErrorNote("A02", (("limit", 60), ("page", 4), ("value", 41)))
    desk.views["HS-0019"] = DossierView(desk.rows[0], tuple(pages), docs, AT, missing, PageId("p4"), False, False)


def _verify(desk: FakeDesk) -> None:
    s = desk.sheets
    first = (page(21, "HS-0016-d1", s["decision"], number=1), page(22, "HS-0016-d1", s["list"], number=2))
    desk.page_sheets |= {"p21": s["decision"], "p22": s["list"], "p23": s["birth"]}
    desk.queue = [
        document(1, first, dossier="HS-0016", title="Quyết định – hỗ trợ mai táng phí", fields=fields(s["decision"])),
        document(
            2,
            (page(23, "HS-0016-d2", s["birth"], number=3),),
            dossier="HS-0016",
            kind=TYPES[2],
            title="Giấy khai sinh",
            fields=fields(None, doubts=False),
        ),
        document(1, first, dossier="HS-0015", of=1, title="Quyết định 118", fields=fields(s["decision"], doubts=False)),
    ]


SIGN_TITLES = (
    ("Quyết định 127 – mai táng phí", "HS-0016", 2, True),
    ("Giấy xác nhận cư trú", "HS-0015", 1, True),
    ("Quyết định 131 – trợ cấp xã hội", "HS-0014", 3, True),
    ("Biên bản xác minh", "HS-0014", 4, False),
    ("Trích lục khai tử", "HS-0012", 1, True),
    ("Đơn đề nghị", "HS-0011", 2, False),
    ("Giấy khai sinh", "HS-0010", 1, True),
    ("Quyết định 118", "HS-0009", 2, True),
    ("Danh sách chi trả", "HS-0009", 6, False),
    ("Giấy chứng nhận kết hôn", "HS-0008", 1, False),
    ("Tờ trình 44", "HS-0007", 2, True),
    ("Quyết định 109", "HS-0006", 2, True),
)


def _sign(desk: FakeDesk) -> None:
    for n, (title, code, pages, seen) in enumerate(SIGN_TITLES, 1):
        gate = GATE_OK
        if title == "Đơn đề nghị":
            gate = gate_failing(GateRule.QUALITY, ErrorNote("A02", (("page", 2),)))
        if title.startswith("Giấy chứng nhận"):
            gate = gate_failing(GateRule.FIELDS, ErrorNote("K01", (("field", "signer_name"),)))
        d = document(n, (), dossier=code, title=title, state=DocumentState.TO_SIGN)
        desk.sign_rows.append(SignRow(d, pages, seen, gate))


def item(n: int, state: OutboxState, title: str = "Trợ cấp xã hội", **change: Any) -> OutboxRow:
    made = OutboxRow(
        OutboxId(f"o{n}"),
        DossierId(f"HS-{n:04d}"),
        f"HS-{n:04d}",
        title,
        state,
        780_000 + n * 31_000,
        0,
        0,
        None,
        None,
        None,
        AT - timedelta(hours=n),
    )
    return replace(made, **change)


def _peers(n: int) -> tuple[PeerDelivery, ...]:
    """One that has it, and one that sent it back."""
    return (
        PeerDelivery(OutboxId(f"o{n}"), "cong-quoc-gia", AT, DeliveryState.DELIVERED, reference="H29.17-20261120-0092637"),
        PeerDelivery(OutboxId(f"o{n}"), "mot-cua", AT, DeliveryState.REJECTED, error=ErrorNote("G12", (("field", "MaTTHC"),))),
    )


def _outbox(desk: FakeDesk) -> None:
    receipt = Receipt("BN-2026-000417", "2026-11-20T09:12:44+00:00", Sha256("0" * 64), "k1", "e30.e30.c2ln")
    desk.items = [
        item(19, OutboxState.SENDING, "Mai táng phí", done=400_000, attempts=1),
        item(
            18,
            OutboxState.QUEUED,
            "Xác nhận cư trú",
            next_try=AT + timedelta(hours=20),
            error=ErrorNote("C09", (("level", "B"),)),
        ),
        item(17, OutboxState.QUEUED, "Khai sinh", attempts=2, next_try=AT + timedelta(minutes=4), error=ErrorNote("G09")),
        item(16, OutboxState.UNKNOWN, "Khai tử", attempts=1, next_try=AT + timedelta(minutes=1), error=ErrorNote("G07")),
        item(
            15,
            OutboxState.REJECTED,
            "Kết hôn",
            attempts=1,
            error=ErrorNote("G12", (("document", 2), ("field", "identity_number"))),
        ),
        item(14, OutboxState.PAUSED, "Đơn đề nghị"),
        item(13, OutboxState.RECEIVED, "Quyết định 118", done=900_000, attempts=1, receipt=receipt, peers=_peers(13)),
        item(12, OutboxState.RECEIVED, "Quyết định 109", done=900_000, attempts=1, receipt=replace(receipt, id="BN-2026-000416")),
    ]


def busy(sheets: dict[str, Sheet]) -> FakeDesk:
    """Pages being read, a scan under way, a signing that takes its time."""
    desk = normal(sheets)
    view = desk.views["HS-0019"]
    pages = tuple(
        replace(p, state=PageState.NEW, thumbnail=None, findings=(), failing=(), blank=False) if p.number > 5 else p
        for p in view.pages
    )
    desk.rows[0] = replace(desk.rows[0], reading=4)
    desk.views["HS-0019"] = replace(view, row=desk.rows[0], pages=pages)
    first = desk.queue[0]
    unread = replace(first.pages[1], state=PageState.NEW, thumbnail=None)
    desk.queue[0] = replace(
        first, pages=(first.pages[0], unread), fields=tuple(replace(f, value="", proposals=()) for f in first.fields)
    )
    desk.answers["scan"] = desk.hold
    desk.sign_gate.clear()
    return desk


def many(sheets: dict[str, Sheet]) -> FakeDesk:
    desk = normal(sheets)
    desk.rows = [replace(desk.rows[i % 8], id=DossierId(f"D{i}"), code=f"HS-{900 - i:04d}") for i in range(300)]
    desk.rows[0] = replace(desk.rows[0], pages=300)
    kinds = list(sheets.values())
    pages = tuple(page(1000 + i, f"m{i // 4}", kinds[i % 5], number=i + 1) for i in range(300))
    docs = tuple(document(i + 1, pages[i * 4 : i * 4 + 4], of=75, kind=TYPES[i % 4], id=DocumentId(f"m{i}")) for i in range(75))
    desk.views["D0"] = DossierView(desk.rows[0], pages, docs, AT, None, None, True, True)
    base = desk.queue
    desk.queue = [replace(base[i % 3], id=DocumentId(f"v{i}")) for i in range(300)]
    rows = desk.sign_rows
    desk.sign_rows = [replace(rows[i % 12], document=replace(rows[i % 12].document, id=DocumentId(f"s{i}"))) for i in range(300)]
    desk.items = [replace(desk.items[i % 8], id=OutboxId(f"x{i}")) for i in range(300)]
    return desk


def error(sheets: dict[str, Sheet]) -> FakeDesk:
    """A page in quarantine, a document without OCR, no token, returned dossiers, no scanner."""
    desk = normal(sheets)
    view = desk.views["HS-0019"]
    note = ErrorNote("F06", (("page", 4),))
    pages = tuple(
        replace(p, state=PageState.QUARANTINED, thumbnail=None, findings=(), failing=(), error=note) if p.number == 4 else p
        for p in view.pages
    )
    desk.views["HS-0019"] = replace(view, pages=pages, missing=note)
    desk.sources = ()
    desk.queue[0] = replace(
        desk.queue[0], error=ErrorNote("O01"), fields=tuple(IndexField(f.name, "", 0) for f in desk.queue[0].fields)
    )
    desk.token = TokenStatus(TokenState.ABSENT)
    return desk


def offline(sheets: dict[str, Sheet]) -> FakeDesk:
    desk = normal(sheets)
    desk.status = LineStatus(False, datetime(2026, 11, 21, 2, 12, tzinfo=UTC), 42)
    desk.items = [i for i in desk.items if i.state is not OutboxState.REJECTED]
    return desk


def unread(sheets: dict[str, Sheet]) -> FakeDesk:
    """A number written by hand, and a signer's name that was not read, under a seal."""
    desk = normal(sheets)
    sheet = sheets["decision"]
    number, name = sheet.boxes["number"], sheet.boxes["signer_name"]
    areas = (
        UnreadArea("handwriting", (number[0] + 80, number[1], number[0] + 180, number[3])),
        UnreadArea("lost_line", name),
        UnreadArea("stamp", (1500.0, 2650.0, 2140.0, 3030.0)),
        UnreadArea("stamp", (140.0, 900.0, 480.0, 1080.0), "ĐẾN Số: 532 Ngày: 14/3"),
    )
    desk.page_sheets["p21"] = replace(sheet, unread=areas)
    first = desk.queue[0]
    counts = (Finding("unread", 1, 0, True), Finding("handwriting", 1, 0, True))
    page = replace(first.pages[0], findings=(*GOOD, *counts))
    by_hand = {"number": ("", FieldOrigin.HANDWRITTEN), "signer_name": ("", FieldOrigin.READ)}
    fields = tuple(
        replace(f, value=by_hand[f.name][0], origin=by_hand[f.name][1], doubt=True) if f.name in by_hand else f
        for f in first.fields
    )
    desk.queue[0] = replace(first, pages=(page, *first.pages[1:]), fields=fields)
    view = desk.views["HS-0019"]
    desk.views["HS-0019"] = replace(view, pages=(replace(view.pages[0], findings=(*GOOD, *counts)), *view.pages[1:]))
    return desk


STATES: dict[str, Callable[[dict[str, Sheet]], FakeDesk]] = {
    "empty": empty,
    "normal": normal,
    "busy": busy,
    "many": many,
    "error": error,
    "offline": offline,
    "unread": unread,
}
