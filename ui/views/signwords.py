"""What Sign says: of an empty queue, of what is missing, and of a batch that is over."""

from collections.abc import Sequence

from ui import messages
from ui.models.signing import passed
from ui.theme import Tone
from workstation.usecases.views import SignProgress, SignRow

SIGNER_ONLY = "Chỉ người ký mới ký được – Ctrl+U đổi người dùng"
PLUG_IN = "Cắm USB ký số để ký"
NO_NUMBER = "Nhập số văn bản: 1 đến 6 chữ số"
NOTHING = {
    False: ("Không có văn bản chờ ký", "Văn bản đạt kiểm tra sẽ tự vào đây. Việc khác vẫn làm được (F2, F3)."),
    True: ("Không có văn bản chờ đóng dấu", "Văn bản người có thẩm quyền vừa ký sẽ tự vào đây để vào số, ghi ngày, đóng dấu."),
}
"""Of an empty queue: of officials, and of the registrar."""


def why_none(rows: Sequence[SignRow], *, seals: bool) -> str:
    """Why nothing is chosen."""
    if not rows:
        return NOTHING[seals][0]
    unseen = sum(passed(r) and not r.seen for r in rows)
    if unseen:
        return f"Còn {unseen} văn bản đạt kiểm tra chưa xem – xem rồi nhấn Space"
    return "Chưa văn bản nào đạt kiểm tra – xem danh sách bên phải"


def of_results(results: Sequence[SignProgress], asked: int, do: str) -> tuple[str, Tone]:
    """``do``: ký, đóng dấu."""
    good = sum(r.error is None for r in results)
    failed = [r.error for r in results if r.error is not None]
    left = asked - len(results)
    words = f"Đã {do} {good} văn bản."
    if left > 0:
        words += f" Còn {left} văn bản chưa {do}, vẫn trong hàng chờ."
    if failed:
        words += f" {len(failed)} văn bản chưa {do} được: {messages.sentence(failed[0])} {failed[0].code}"
    low = sum(bool(r.notes) for r in results)
    if low:
        words += f" {low} văn bản chưa đủ dấu thời gian, sẽ tự bổ sung trước khi gửi."
    return words, Tone.WARN if failed or left > 0 else Tone.INFO if low else Tone.GOOD
