"""Invented pages, documents and checks for the screens."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from tests.ui.paper import Sheet
from workstation.domain.dossier import DocumentState
from workstation.domain.errors import ErrorNote
from workstation.domain.fields import FIELD_NAMES, IndexField, Proposal, WeakWord
from workstation.domain.ids import DocumentId, DossierId, PageId, UserName
from workstation.domain.page import Finding, PageState, Transform
from workstation.domain.thumbs import Thumb
from workstation.rules.reader import load_rules
from workstation.usecases.views import (
    DocumentView,
    GateCheck,
    GateRule,
    PageView,
)

AT = datetime(2026, 11, 21, 1, 41, 12, tzinfo=UTC)
TYPES = (("QĐ", "Quyết định"), ("DON", "Đơn đề nghị"), ("KHAI_SINH", "Giấy khai sinh"), ("XN", "Giấy xác nhận cư trú"))
REQUIRED = frozenset({"number", "notation", "issued_date", "organ_name", "subject", "signer_name", "person_name"})
GOOD = (
    Finding("dpi", 300, 300, True),
    Finding("color", 24, 24, True),
    Finding("blur", 82, 60, True),
    Finding("clipped", 0, 1, True),
)


LEVEL = Transform("deskew", 1, (("degrees", 0.9),), "level")
BLUR = Finding("blur", 41, 60, False)


def page(n: int, document: str, sheet: Sheet | None, **change: Any) -> PageView:
    made = PageView(
        id=PageId(f"p{n}"),
        number=n,
        state=PageState.READ,
        thumbnail=Thumb(sheet.thumbnail, str(sheet.thumbnail), "cleaned") if sheet else None,
        findings=GOOD,
        failing=(),
        blank=False,
        dropped=False,
        kept_reason="",
        rotation=0,
        skew_deg=0.9,
        dpi=300.0,
        error=None,
        document_id=DocumentId(document),
        recipe=(LEVEL,),
    )
    return replace(made, **change)


def fields(sheet: Sheet | None, doubts: bool = True) -> tuple[IndexField, ...]:
    values = {
        "number": ("127", ""),
        "notation": ("QĐ-UBND", ""),
        "issued_date": ("2019-03-14", ""),
        "organ_name": ("UBND Phường 14, Quận 10", ""),
        "place": ("Quận 10", ""),
        "subject": (
            "Về việc giải quyết hỗ trợ mai tảng phí đối với đối tượng bảo trợ xã hội",
            "Về việc giải quyết hỗ trợ mai táng phí đối với đối tượng bảo trợ xã hội",
        ),
        "signer_name": ("Nguyễn Văn A", ""),
        "signer_title": ("Chủ tịch", ""),
        "recipients": ("Như Điều 3; Lưu: VT", ""),
        "person_name": ("Lê Văn Mẫu", ""),
        "identity_number": ("", ""),
    }
    made = []
    for name in FIELD_NAMES:
        if name == "type_name":
            continue
        value, better = values.get(name, ("", ""))
        doubt = doubts and name in ("subject", "signer_name")
        box = sheet.boxes.get("number" if name == "notation" else name) if sheet else None
        at = value.find("tảng")
        known = doubt and sheet is not None and at >= 0 and "weak" in sheet.boxes
        made.append(
            IndexField(
                name,
                value,
                0.5 if doubt else 0.97,
                0 if box else None,
                box,
                doubt=doubt,
                proposals=(Proposal(better, "spelling"),) if doubt and better else (),
                weak=(WeakWord(at, at + 4, sheet.boxes["weak"]),) if known and sheet else (),
            )
        )
    return tuple(made)


def document(
    n: int,
    pages: tuple[PageView, ...],
    *,
    dossier: str = "HS-0019",
    of: int = 3,
    state: DocumentState = DocumentState.TO_CHECK,
    kind: tuple[str, str] = TYPES[0],
    title: str = "",
    **change: Any,
) -> DocumentView:
    made = DocumentView(
        id=DocumentId(f"{dossier}-d{n}"),
        dossier_id=DossierId(dossier),
        dossier_code=dossier,
        number=n,
        of=of,
        state=state,
        type_code=kind[0],
        type_name=kind[1],
        title=title or kind[1],
        fields=(),
        required=REQUIRED,
        form=(),
        pages=pages,
        entered_by=UserName("Trần Thị Mẫu"),
        checked_by=None,
        reason="",
        error=None,
    )
    made = replace(made, **change)
    own = {f.name: f for f in load_rules().document(made.type_code).fields}
    return replace(made, form=tuple(own.get(f.name) or load_rules().other.definition(f.name) for f in made.fields))


_DETAILS: dict[GateRule, tuple[tuple[str, str | int], ...]] = {
    GateRule.QUALITY: (("dpi", 300),),
    GateRule.PAGES: (("have", 2), ("need", 2)),
    GateRule.CONFORMANCE: (("level", "PDF/A-2b"),),
    GateRule.FIELDS: (("have", 11), ("need", 11)),
}


_OFFICIALS = list(GateRule)[: list(GateRule).index(GateRule.PLACEMENT) + 1]
GATE_OK = tuple(GateCheck(r, True, None, _DETAILS.get(r, ())) for r in _OFFICIALS if r is not GateRule.PICTURE)


def gate_failing(rule: GateRule, note: ErrorNote) -> tuple[GateCheck, ...]:
    return tuple(GateCheck(rule, False, note, ()) if c.rule is rule else c for c in GATE_OK)
