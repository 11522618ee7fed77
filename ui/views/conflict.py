"""Two versions of one dossier beside each other, in words: what is the same, what is only here, what is only there."""

from ui import messages
from workstation.domain.outbox import Comparison, FailureClass
from workstation.usecases.views import OutboxRow

CONFLICT = FailureClass.XUNG_DOT.value
_SHOWN = 3
"""Files that are named on each side."""
_DIGITS = 12
"""Of a hash: enough to find it by on the ward's page."""


def lines(row: OutboxRow, found: Comparison | None) -> list[str]:
    if found is None:
        return ["", "Ở hệ thống dùng chung: chưa tiếp nhận trọn bản nào. Bản trên máy còn nguyên."]
    ours = len(found.same) + len(found.only_ours)
    return [
        "",
        f"Bản trên máy: vào hộp gửi {messages.moment(row.created_at.isoformat())} · {ours} tệp",
        f"Bản ở hệ thống: tiếp nhận {messages.moment(found.theirs.received_at)} · {len(found.theirs.files)} tệp",
        f"Biên nhận ở đó: {found.theirs.receipt_id}",
        f"Tệp giống nhau: {len(found.same)}",
        *_listed("Chỉ có trên máy", found.only_ours),
        *_listed("Chỉ có ở hệ thống", tuple(f"{sha256[:_DIGITS]}…" for sha256 in found.only_theirs)),
        *(
            ()
            if found.only_ours or found.only_theirs or found.described_alike
            else ("Tệp như nhau; tên, thứ tự hoặc trường khác.",)
        ),
        "Giữ cả hai bản, không ghi đè.",
    ]


def _listed(title: str, names: tuple[str, ...]) -> list[str]:
    if not names:
        return []
    more = f" và {len(names) - _SHOWN} tệp khác" if len(names) > _SHOWN else ""
    return [f"{title}: {', '.join(names[:_SHOWN])}{more}"]
