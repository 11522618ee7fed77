"""Invented documents for the tests of exchange."""

from datetime import UTC, date, datetime
from pathlib import Path

from sync.adapters.edxml import (
    Answered,
    Attachment,
    Business,
    Code,
    Edoc,
    Organ,
    Signer,
    Staff,
    StatusCode,
    StatusMessage,
    Trace,
    document_id,
)

GOLDEN = Path(__file__).parents[3] / "golden"
WARD = Organ(
    "H29.99.01", "Ủy ban nhân dân phường Hòa Mẫu", "Ủy ban nhân dân Thành phố Mẫu", "Số 00, đường Mẫu", "vanthu@example.vn"
)
CITY = Organ("H29.99", "Văn phòng Ủy ban nhân dân Thành phố Mẫu")
CODE = Code("127", "QĐ-UBND")
ISSUED = date(2026, 3, 14)
PDF = b"%PDF-1.7\n% invented\n%%EOF\n"


def decision(**changes: object) -> Edoc:
    values: dict[str, object] = {
        "sender": WARD,
        "receivers": (CITY,),
        "code": CODE,
        "place": "Hòa Mẫu",
        "issued": ISSUED,
        "type_name": "Quyết định",
        "subject": "Về việc trợ cấp xã hội hằng tháng & cấp thẻ <bảo hiểm y tế>",
        "signer": Signer("Phạm Văn Minh Họa", "CHỦ TỊCH"),
        "document_id": document_id(WARD.id, ISSUED, CODE),
        "attachments": (Attachment("0199a1b2-0000-7000-8000-000000000001", "quyet-dinh.pdf", "application/pdf", PDF),),
        "traces": (Trace(WARD.id, datetime(2026, 3, 14, 2, 30, 15, tzinfo=UTC)),),
        "content": "Về việc trợ cấp xã hội hằng tháng",
        "to_places": ("Như Điều 6",),
        "pages": 2,
        **changes,
    }
    return Edoc(**values)  # type: ignore[arg-type]


def recall() -> Edoc:
    return decision(
        due=date(2026, 3, 20),
        business=Business.RECALL,
        reason="Ban hành nhầm",
        answers=(Answered(CITY.id, "15/UBND-VP", date(2026, 3, 1), "H29.99,2026/03/01,15/UBND-VP"),),
        staff=Staff("Văn thư", "Nguyễn Thị Thí Dụ", "", "vanthu@example.vn"),
        appendixes=("Danh sách kèm theo",),
    )


REFUSAL = (GOLDEN / "edxml" / "tu-choi.xml").read_bytes()
"""A status as the axis brings it."""


def refusal() -> StatusMessage:
    """What stands in it."""
    about = Answered(WARD.id, str(CODE), ISSUED, document_id(WARD.id, ISSUED, CODE))
    return StatusMessage(
        CITY, about, StatusCode.REFUSED, "Sai thẩm quyền", datetime(2026, 3, 15, 1, 0, tzinfo=UTC), Staff("Văn thư", "Lê Văn Thử")
    )
