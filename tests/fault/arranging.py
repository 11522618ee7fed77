"""Arranges a dossier and undoes half of it, or scans a page over, and kills its own process (SIGKILL) at the n-th durable border.

Run: ``python -m tests.fault.arranging JOB FOLDER BORDER`` (0: no crash). Prints the name of each border as it is passed, and the
dossier's arrangement after every move that was told to be done.
"""

import json
import sys
from pathlib import Path

from tests.fault.crashing import Borders
from tests.unit.usecases.bench import CLERK, World, open_world
from tests.unit.usecases.machine import BODY, HEAD, Sheet
from tests.unit.usecases.room import Room
from workstation.domain.dossier import Dossier
from workstation.store.blobs import FileBlobs
from workstation.store.unit_of_work import SqlUnitOfWork
from workstation.usecases import edit, history, read

Arranged = list[list[object]]


def arranged(dossier: Dossier) -> Arranged:
    return [[p.id, p.document_id, [[list(x) for x in t.params] for t in p.work], p.dropped, p.kept_reason] for p in dossier.pages]


def prepare(folder: Path) -> None:
    with open_world(folder) as world:
        world.read(HEAD, BODY, BODY, HEAD, BODY)


def moves(world: World, dossier: Dossier) -> None:
    office, pages = world.office, [p.id for p in dossier.pages]

    def tell(after: Dossier) -> None:
        sys.stdout.write(json.dumps(arranged(after)) + "\n")
        sys.stdout.flush()

    tell(dossier)
    for change in (
        lambda: edit.split_before(office, pages[1], CLERK),
        lambda: edit.rotate(office, pages[3], 90, CLERK),
        lambda: edit.set_dropped(office, pages[2], True, CLERK),
        lambda: edit.merge_with_previous(office, world.get(dossier).documents[-1].id, CLERK),
    ):
        tell(change())
    for back in (True, True, False):
        history.travel(office, dossier.id, CLERK, back=back)
        tell(world.get(dossier))
    read.read_dossier(office, dossier.id)


def scan_over(world: World, dossier: Dossier) -> None:
    """Two sheets on their way to the second page's place: the first takes it, the other goes behind."""
    room = Room(world)
    room.feeder.sheets = [Sheet(fields={"number": "8"}), Sheet(fields={"number": "9"})]
    room.desk.scan_over(dossier.pages[1].id, "feeder", "", lambda _: None, lambda: False).result()


JOBS = {"arrange": moves, "scan_over": scan_over}


def main() -> None:
    folder, fatal = Path(sys.argv[2]), int(sys.argv[3])
    with open_world(folder) as world, world.office.look() as uow:
        (dossier,) = uow.dossiers.list()
        borders = Borders(fatal)
        borders.guard(SqlUnitOfWork, "commit", "commit")
        borders.guard(FileBlobs, "put_file", "blob")
        JOBS[sys.argv[1]](world, dossier)


if __name__ == "__main__":
    main()
