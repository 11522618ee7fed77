"""A desk in a world of tests, with a feeder and a line of its own."""

from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from tests.unit.usecases.bench import CHECKER, CLERK, KEY, OFFICIAL, World
from tests.unit.usecases.lanes import InlineLane, LineAllowed
from tests.unit.usecases.machine import Sheet, verify
from workstation.domain.dossier import Dossier
from workstation.domain.ids import UserName
from workstation.domain.ports import ScanSource, ScanWish, SendReport
from workstation.domain.signature import FileVerdict
from workstation.store.searchindex import LateIndex, open_index
from workstation.usecases.desk import Desk
from workstation.usecases.desklanes import DeskParts, nothing
from workstation.usecases.search import Searcher
from workstation.usecases.views import User


class Feeder:
    """A scanner with these sheets in its feeder."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.sheets: list[Sheet] = []

    def sources(self) -> tuple[ScanSource, ...]:
        return (ScanSource("feeder", "Khay"),)

    def scan(
        self, source_id: str, wish: ScanWish, out: Path, sheet: Callable[[Path], None], cancelled: Callable[[], bool]
    ) -> int:
        for i, paper in enumerate(self.sheets):
            path = out / f"sheet-{i:04d}.tif"
            self.world.paper(paper).replace(path)
            sheet(path)
        return len(self.sheets)


class Line:
    def __init__(self) -> None:
        self.rounds = 0

    def send_due(self, cancelled: Callable[[], bool]) -> tuple[SendReport, ...]:
        self.rounds += 1
        return ()

    def send_beside(self, cancelled: Callable[[], bool]) -> None:
        return

    def probe(self) -> bool:
        return True


def write_plainly(out: Path, name: str, verdict: FileVerdict) -> None:
    out.write_text(f"{name} {verdict.verdict.value}", "utf-8")


class Room:
    """A desk in a world; reading happens when ``read`` is called, as if the background were slow."""

    def __init__(self, world: World, *, at_once: bool = True) -> None:
        self.world, self.feeder, self.line, self.limits = world, Feeder(world), Line(), LineAllowed()
        self.waiting: list[Callable[[], Any]] = []
        self.free_gb = 100.0
        self.asked: list[Path] = []
        self.index = LateIndex(lambda: open_index(world.root / "search.sqlite3"))
        parts = DeskParts(
            store=InlineLane(),
            background=InlineLane() if at_once else Slow(self),
            scanner=self.feeder,
            sender=self.line,
            limits=self.limits,
            key=KEY,
            verify_online=self.look_closely,
            save_report=write_plainly,
            save_separators=lambda out, kind, count: nothing(out.write_text(f"{kind.value} {count}", "utf-8")),
            save_slip=lambda out, dossier, site: nothing(out.write_text(f"{dossier.code} {site}", "utf-8")),
            wake=lambda: None,
            incoming=world.root / "incoming",
            free_gb=lambda: self.free_gb,
            searcher=Searcher(world.office, self.index),
        )
        users = (User(CLERK, "clerk"), User(CHECKER, "checker"), User(OFFICIAL, "official"))
        self.desk = Desk(world.office, parts, "Trạm mẫu", users)

    def read(self) -> None:
        waiting, self.waiting = self.waiting, []
        for job in waiting:
            job()

    def imported(self, *sheets: Sheet) -> Dossier:
        dossier_id = self.desk.new_dossier("Hồ sơ mẫu").result()
        self.desk.import_files(dossier_id, [self.world.paper(*sheets)], lambda _: None).result()
        return self.world.get(dossier_id)

    def look_closely(self, path: Path) -> FileVerdict:
        self.asked.append(path)
        return verify(path)

    def sit(self, name: UserName) -> None:
        self.desk.user = next(u for u in self.desk.users if u.name == name)


class Slow(InlineLane):
    def __init__(self, room: Room) -> None:
        self.room = room

    def submit(self, fn: Callable[..., Any], *args: Any, timeout: float | None = None, urgent: bool = False) -> "Future[Any]":
        future: Future[Any] = Future()
        self.room.waiting.append(lambda: InlineLane.submit(self, fn, *args).result())
        return future
