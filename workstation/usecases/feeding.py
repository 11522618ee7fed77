"""One run of a feeder: each sheet is taken in before the next is drawn in, and the clerk is told in sheets of paper."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from workstation.domain.doublefeed import Size, Suspicion, suspected
from workstation.domain.errors import WorkstationError
from workstation.domain.page import Finding
from workstation.domain.pagejobs import FrameInfo
from workstation.domain.ports import Scanner, ScanWish
from workstation.domain.scanprofile import sheets
from workstation.usecases.views import ImportOutcome

PAPER_SECONDS = 1.0
"""Between two questions whether there is paper in the feeder."""


@dataclass(slots=True)
class Feeding:
    scanner: Scanner
    source_id: str
    wish: ScanWish
    folder: Path
    """Where sheets lie until they are originals."""
    take_in: Callable[[Path, Suspicion], ImportOutcome]
    progress: Callable[[ImportOutcome], None]
    cancelled: Callable[[], bool]
    wait_seconds: float = 0.0
    """For which an empty feeder is asked again."""
    _full: bool = False
    _sizes: list[Size] = field(default_factory=list)

    def ended(self) -> bool:
        """By the clerk, or because the disk is full: what lies in the feeder is safer there."""
        return self._full or self.cancelled()

    def run(self, coming: Callable[[Path], None] = lambda _: None) -> int:
        """Gives the sheets of paper; ``coming``: told of each side before it is taken in. Q01 to Q08 with the ``count`` of sheets
        that are safe, and ``sheet``, the one to go on from."""

        def sheet(path: Path) -> None:
            coming(path)
            outcome = self.take_in(path, self._suspect)
            self._full = self._full or (outcome.error is not None and outcome.error.code == "M01")
            self.progress(outcome)

        until = time.monotonic() + self.wait_seconds
        while True:
            try:
                sides = self.scanner.scan(self.source_id, self.wish, self.folder, sheet, self.ended)
                return sheets(sides, duplex=self.wish.duplex)
            except WorkstationError as error:
                if error.code != "Q02" or error.params.get("count") or time.monotonic() >= until:
                    raise _in_sheets(error, duplex=self.wish.duplex) from error
            if self.ended():
                return 0
            time.sleep(PAPER_SECONDS)

    def _suspect(self, frame: FrameInfo) -> tuple[Finding, ...]:
        size = frame.width_px / frame.dpi * 25.4, frame.height_px / frame.dpi * 25.4
        found = suspected(size, self.wish.paper_mm, self._sizes)
        self._sizes.append(size)
        return found


def _in_sheets(error: WorkstationError, *, duplex: bool) -> WorkstationError:
    """A scanner counts files, a clerk sheets. A sheet of which one side arrived is scanned again, so it doesn't count."""
    sides = error.params.get("count")
    if not isinstance(sides, int):
        return error
    whole = sides // 2 if duplex else sides
    return WorkstationError(error.code, **{**error.params, "count": whole, "sheet": whole + 1})
