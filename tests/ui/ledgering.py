"""A desk with a ledger of authorised signers."""

from concurrent.futures import Future
from dataclasses import replace
from datetime import date, timedelta

from tests.ui.answers import failed
from tests.ui.invented import AT
from tests.ui.paper import Sheet
from tests.ui.sealing import SealingDesk
from workstation.domain.authority import Authority
from workstation.domain.ids import AuthorityId, UserName
from workstation.usecases.signers import AuthorityWish
from workstation.usecases.views import LedgerView, User

TODAY = date(2026, 11, 21)
FORMS = (("KT", "Ký thay"), ("TL", "Thừa lệnh"), ("TUQ", "Thừa ủy quyền"))
KINDS = (("QD", "Quyết định"), ("TB", "Thông báo"), ("KHAI_SINH", "Giấy khai sinh"), ("CHUNG_THUC", "Chứng thực bản sao"))


def entry(n: int, **change: object) -> Authority:
    made = Authority(
        AuthorityId(f"a{n}"), f"{n}/QĐ-UBND", "KT", "Chủ tịch Ủy ban nhân dân phường", UserName("Phạm Văn Ký"), "", ("QD", "TB"),
        date(2026, 1, 1), None, AT, UserName("Võ Thị Dấu"),
    )  # fmt: skip
    return replace(made, **change)  # type: ignore[arg-type]


class LedgerDesk(SealingDesk):
    def __init__(self, sheets: dict[str, Sheet]) -> None:
        super().__init__(sheets)
        self.users = (*self.users, User(UserName("Phạm Văn Ký"), "official"))
        self.entries = [
            entry(12),
            entry(7, form="TUQ", scope=("*",), procedures=("1.005129", "2.000815"), valid_until=date(2026, 12, 31)),
            entry(3, form="TL", ended=date(2026, 10, 1), revoked=True),
        ]
        self.fault = ""

    def ledger(self) -> "Future[LedgerView]":
        return self._note("ledger", LedgerView(tuple(self.entries), TODAY, FORMS, KINDS))

    def enter_authority(self, wish: AuthorityWish) -> "Future[Authority]":
        self.calls.append(("enter_authority", wish))
        if self.fault:
            return failed("C32", entry=self.fault)
        self.entries.insert(0, replace(wish.entry(AT, self.user.name), id=AuthorityId("new")))
        return self._note("entered", self.entries[0])

    def end_authority(self, entry_id: AuthorityId, last: date, revoked: bool) -> "Future[None]":
        self.entries = [
            replace(e, ended=last + timedelta(days=1), revoked=revoked) if e.id == entry_id else e for e in self.entries
        ]
        return self._note("end_authority", None, entry_id, last, revoked)
