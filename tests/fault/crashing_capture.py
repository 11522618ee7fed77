"""Scans a pile of paper into a dossier and kills its own process (SIGKILL) at the n-th durable border.

``python -m tests.fault.crashing_capture HOME PILE BORDER`` (0: no crash). Takes in first what the last run left, then goes on
with the sheet behind those that the dossier has, as a clerk does who is told how many came in. Prints ``resumed N`` and the
name of each sheet as it is reported; at the end ``done``.
"""

import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.fault.crashing import Borders
from workstation.app.compose import open_workstation
from workstation.app.lock import desk_lock
from workstation.domain.ids import DossierId
from workstation.domain.ports import ScanSource, ScanWish
from workstation.scanners import files
from workstation.scanners.files import next_sheet_number
from workstation.store.blobs import FileBlobs
from workstation.store.unit_of_work import SqlUnitOfWork
from workstation.usecases.views import ImportOutcome


class Pile:
    """``domain.ports.Scanner``: a feeder that holds files, from one of them on."""

    def __init__(self, sheets: list[Path]) -> None:
        self.sheets = sheets

    def sources(self) -> tuple[ScanSource, ...]:
        return (ScanSource("pile", "Chồng giấy"),)

    def scan(
        self, source_id: str, wish: ScanWish, out: Path, sheet: Callable[[Path], None], cancelled: Callable[[], bool]
    ) -> int:
        first = next_sheet_number(out)
        for number, path in enumerate(self.sheets):
            target = out / f"sheet-{first + number:04d}{path.suffix}"
            part = target.with_name(f".{target.name}.part")
            shutil.copyfile(path, part)
            part.replace(target)
            files.make_durable(target)
            sheet(target)
        return len(self.sheets)


def tell(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


def main() -> None:
    home, pile, fatal = Path(sys.argv[1]), sorted(Path(sys.argv[2]).iterdir()), int(sys.argv[3])
    with desk_lock(home), open_workstation(home) as ws:
        ws.desk.resume().result()
        with ws.office.look() as uow:
            dossiers = uow.dossiers.list()
        dossier_id = DossierId(dossiers[0].id) if dossiers else ws.desk.new_dossier().result()
        got = len(ws.office.dossier(dossier_id).pages)
        tell(f"resumed {got}")
        borders = Borders(fatal)
        borders.guard(SqlUnitOfWork, "commit", "commit")
        borders.guard(FileBlobs, "put_file", "blob")
        borders.guard(files, "make_durable", "sheet")
        object.__setattr__(ws.desk._parts, "scanner", Pile(pile[got:]))

        def reported(outcome: ImportOutcome) -> None:
            if outcome.error is not None or outcome.pages != 1:
                raise RuntimeError(str(outcome.error))
            tell(outcome.name)

        ws.desk.scan(dossier_id, "pile", "", reported, lambda: False).result()
        while any(page.state.value == "new" for page in ws.office.dossier(dossier_id).pages):
            time.sleep(0.05)
        tell("done")


if __name__ == "__main__":
    main()
