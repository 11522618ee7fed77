"""The registrar's desk: what officials have signed waits for number, date and seal."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

from tests.ui.answers import failed, now
from tests.ui.fakes import FakeDesk
from tests.ui.invented import document
from tests.ui.paper import Sheet
from workstation.domain.dossier import DocumentState
from workstation.domain.errors import ErrorNote
from workstation.domain.ids import DocumentId, UserName
from workstation.domain.signature import TokenState, TokenStatus
from workstation.domain.signing import Secret, StampPlace
from workstation.usecases.seal import SealWish
from workstation.usecases.views import GateCheck, GateRule, SignProgress, SignRow, User

GATE = (
    GateCheck(GateRule.LEADER, True, None, (("signer", "Phạm Văn Ký"),)),
    GateCheck(GateRule.NUMBERING, True, None, (("notation", "QĐ-UBND"),)),
    GateCheck(GateRule.AGENCY, True),
    GateCheck(GateRule.SEAL, True),
)
HOMES = {"N1": (28.0, 38.0, 34.0, 44.0), "N2": (128.0, 38.0, 190.0, 44.0), "S2": (100.0, 205.0, 136.0, 241.0)}
LINES = {"N2": ("ngày 21 tháng 11 năm 2026",), "S2": ()}


class SealingDesk(FakeDesk):
    """Three documents of one symbol, of which one page each is to be seen; the second has its number on the paper."""

    def __init__(self, sheets: dict[str, Sheet]) -> None:
        super().__init__(sheets)
        registrar = User(UserName("Võ Thị Dấu"), "registrar")
        self.users = (*self.users[:2], registrar)
        self.token = TokenStatus(TokenState.READY, "UBND Phường Hòa Hưng", "UBND Phường Hòa Hưng", "2030-06-30")
        self.seal_picture: Path | None = None
        self.has_seal = True
        self.guessed = False
        self.prints: set[str] = set()
        """Marks that lie over print at home."""
        self.sign_rows = [self._row(n, "" if n != 2 else "118") for n in (1, 2, 3)]

    def _row(self, n: int, number: str) -> SignRow:
        made = document(n, (), dossier="HS-0016", title=f"Quyết định {n}", state=DocumentState.TO_SEAL)
        marks = ("S2",) if number else ("N1", "N2", "S2")
        return SignRow(made, 1, False, GATE, marks, "QĐ-UBND", number, 128, "2026-11-21")

    def lack_seal(self) -> None:
        self.has_seal = False
        lacking = (*GATE[:-1], GateCheck(GateRule.SEAL, False, ErrorNote("C34")))
        self.sign_rows = [replace(r, gate=lacking) for r in self.sign_rows]

    def keep_seal(self, source: Path) -> "Future[None]":
        self.seal_picture = source
        self.sign_rows = [replace(r, gate=GATE) for r in self.sign_rows]
        return self._note("keep_seal", None, source)

    def mark_places(
        self, document_id: DocumentId, moves: Mapping[str, tuple[float, float]], number: str
    ) -> "Future[tuple[StampPlace, ...]]":
        row = next(r for r in self.sign_rows if r.document.id == document_id)
        places = []
        for preset in row.marks:
            x0, y0, x1, y1 = HOMES[preset]
            dx, dy = moves.get(preset, (0.0, 0.0))
            box = (x0 + dx, y0 + dy, x1 + dx, y1 + dy)
            area = (x0 - 10, y0 - 10, x1 + 10, y1 + 10)
            lines = (number or row.number,) if preset == "N1" else LINES[preset]
            picture = self.seal_picture if preset == "S2" else None
            guessed = self.guessed and preset == "N1"
            places.append(
                StampPlace(
                    0,
                    (210, 297),
                    box,
                    HOMES[preset],
                    area,
                    1.0,
                    lines,
                    4.6,
                    picture,
                    guessed,
                    preset,
                    preset in self.prints and not dy,
                )
            )
        return self._note("mark_places", tuple(places), document_id, dict(moves), number)

    def seal(
        self,
        wishes: Sequence[SealWish],
        pin: Secret,
        progress: Callable[[SignProgress], None],
        cancelled: Callable[[], bool],
        otp: Secret | None = None,
    ) -> "Future[tuple[SignProgress, ...]]":
        self.calls.append(("seal", tuple(wishes)))
        if pin.reveal() != self.right_pin:
            return failed("C02")
        taken = {"7"}
        done = []
        for i, wish in enumerate(wishes, 1):
            error = ErrorNote("C38", (("number", "07"), ("notation", "QĐ-UBND"))) if wish.number in taken else None
            done.append(SignProgress(wish.document_id, i, len(wishes), error))
            if error is None:
                self.sign_rows = [r for r in self.sign_rows if r.document.id != wish.document_id]
            progress(done[-1])
        return now(tuple(done))
