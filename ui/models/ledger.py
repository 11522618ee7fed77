"""The rows of the ledger of authorised signers."""

from datetime import date

from ui.models.rows import RowsModel
from workstation.domain.authority import ALL_TYPES, Authority


def scope_text(entry: Authority, types: dict[str, str]) -> str:
    """``Quyết định, Thông báo · thủ tục 1.005129``."""
    kinds = "Mọi loại" if ALL_TYPES in entry.scope else ", ".join(types.get(code, code) for code in entry.scope)
    return f"{kinds} · thủ tục {', '.join(entry.procedures)}" if entry.procedures else kinds


def days_text(entry: Authority) -> str:
    until = entry.valid_until.strftime("%d/%m/%Y") if entry.valid_until else "…"
    return f"{entry.valid_from:%d/%m/%Y} – {until}"


def standing_text(entry: Authority, today: date) -> str:
    if entry.ended is not None and entry.ended <= today:
        return f"{'Thu hồi' if entry.revoked else 'Thôi'} từ {entry.ended:%d/%m/%Y}"
    if entry.in_force(today):
        return f"Còn hiệu lực, thôi từ {entry.ended:%d/%m/%Y}" if entry.ended else "Còn hiệu lực"
    return "Chưa đến ngày" if today < entry.valid_from else "Đã hết hạn"


class LedgerModel(RowsModel[Authority]):
    def __init__(self) -> None:
        self.types: dict[str, str] = {}
        self.today = date.min

        def text(entry: Authority, column: int) -> str:
            return (
                entry.number,
                f"{entry.form}. {entry.on_behalf_of}",
                entry.user or f"Chứng thư {entry.certificate[:12]}…",
                scope_text(entry, self.types),
                days_text(entry),
                standing_text(entry, self.today),
            )[column]

        headers = ("Số quyết định", "Ký thay cho", "Người ký", "Phạm vi", "Thời hạn", "Hiệu lực")
        super().__init__(lambda e: e.id, text, headers, lambda e: scope_text(e, self.types))
