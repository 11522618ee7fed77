"""The desk of the ledger of authorised signers: everybody reads it, the registrar enters and ends."""

from concurrent.futures import Future
from datetime import date

from workstation.domain.authority import CERTIFYING, Authority
from workstation.domain.ids import AuthorityId
from workstation.usecases import signers
from workstation.usecases.desklanes import DeskLanes, nothing
from workstation.usecases.office import day
from workstation.usecases.signers import AuthorityWish
from workstation.usecases.views import LedgerView


class LedgerDesk(DeskLanes):
    def ledger(self) -> Future[LedgerView]:
        """What is in force first, then by first day, newest first."""
        office = self._office

        def run() -> LedgerView:
            today = day(office.clock.now())

            def order(entry: Authority) -> tuple[bool, int]:
                return not entry.in_force(today), -entry.valid_from.toordinal()

            forms = tuple((f.code, f.name) for f in office.rules.behalf_forms(today))
            types = tuple((r.type.code, r.type.name) for r in office.rules.documents)
            entries = tuple(sorted(signers.ledger(office), key=order))
            return LedgerView(entries, today, forms, (*types, (CERTIFYING, "Chứng thực bản sao")))

        return self._ask(run)

    def enter_authority(self, wish: AuthorityWish) -> Future[Authority]:
        """C32 (``entry``: the part that can't be)."""
        user, office = self.user.name, self._office
        return self._do_registrar(lambda: signers.enter(office, wish.entry(office.clock.now(), user), user))

    def end_authority(self, entry_id: AuthorityId, last: date, revoked: bool) -> Future[None]:
        """``last``: the last day on which it counts, at the earliest yesterday. C32."""
        user = self.user.name
        return self._do_registrar(lambda: nothing(signers.end(self._office, entry_id, last, revoked=revoked, by=user)))
