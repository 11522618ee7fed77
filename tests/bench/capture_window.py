"""Child of ``bench capture``: the real window on a real office, while pages arrive and while a long dossier is gone through.

``python -m tests.bench.capture_window WHAT HOME FILES``: prints one line of JSON.
"""

import json
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QObject, QTimer

from ocr import thumbs
from tests.bench.processes import high_water
from tests.bench.ticks import lateness
from ui import app as desktop
from ui.shell import Shell
from ui.views.capture import CaptureScreen
from workstation.app.compose import Workstation, open_workstation
from workstation.app.paper_lane import page_workers
from workstation.domain.dossier import Document, DocumentState, Dossier
from workstation.domain.fields import FIELD_NAMES, IndexField
from workstation.domain.ids import DocumentId, DossierId, PageId, new_id
from workstation.domain.page import Finding, Page, PageSource, PageState, Transform
from workstation.domain.ports import ScanSource, ScanWish
from workstation.scanners.files import make_durable
from workstation.usecases import scan
from workstation.usecases.thumbnails import thumb_of

PAGES_A_DOCUMENT = 3
DIFFERENT = 8
"""Pages that the long file repeats."""
SHEET_SECONDS = 0.8
LIMIT_SECONDS = 120.0
"""More than any of it takes: what hangs is told."""
FINDINGS = tuple(Finding(code, 300.0, 300.0, True) for code in ("dpi", "color", "blur", "skew", "dark", "contrast", "blank"))


class PacedScanner:
    """``domain.ports.Scanner``: one source, whose feeder holds files; each sheet's finishing is noted."""

    def __init__(self, files: list[Path], seconds: float) -> None:
        self.files, self.seconds = files, seconds
        self.finished: list[float] = []

    def sources(self) -> tuple[ScanSource, ...]:
        return (ScanSource("paced", "Máy quét đo"),)

    def scan(
        self, source_id: str, wish: ScanWish, out: Path, sheet: Callable[[Path], None], cancelled: Callable[[], bool]
    ) -> int:
        for number, file in enumerate(self.files):
            time.sleep(self.seconds)
            target = out / f"sheet-{number + 1:04d}{file.suffix}"
            shutil.copyfile(file, target)
            self.finished.append(time.perf_counter())
            make_durable(target)
            sheet(target)
        return len(self.files)


class PaintedTiles(QObject):
    """When each tile of the strip was first painted with its picture."""

    def __init__(self, screen: CaptureScreen) -> None:
        super().__init__()
        self.screen = screen
        self.at: list[float] = []
        screen.strip.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            shown = [p for p in self.screen.strip.pages() if self.screen.strip.thumbnails.get(p) is not None]
            # what this very event paints is on the screen when the next one is handled
            QTimer.singleShot(0, self, lambda: self._painted(len(shown)))
        return False

    def _painted(self, count: int) -> None:
        self.at += [time.perf_counter()] * (count - len(self.at))


def _window(ws: Workstation) -> tuple[Shell, CaptureScreen]:
    shell = desktop.open_window(ws.desk)
    shell.setGeometry(desktop.application().primaryScreen().availableGeometry())
    shell.open("capture")
    desktop.settle()
    screen = shell.current
    if not isinstance(screen, CaptureScreen):
        raise TypeError(type(screen).__name__)
    return shell, screen


def _warm(ws: Workstation) -> None:
    """Each worker does something at the same time, so that none has to start in what is measured."""
    ws.pages.warm()
    count = page_workers(ws.settings.machine.page_workers)
    busy = [*(ws.pages.submit(time.sleep, 1.0) for _ in range(count)), ws.pages.submit(time.sleep, 1.0, urgent=True)]
    for future in busy:
        future.result()


def arriving(ws: Workstation, files: list[Path]) -> dict[str, Any]:
    """Files come in at a stroke, and are then read: the window meanwhile, and for as long alone before."""
    _warm(ws)
    shell, screen = _window(ws)
    begun = time.monotonic()
    alone = lateness(shell, lambda: None, lambda: time.monotonic() - begun > 6)
    start = time.monotonic()
    ended: list[float] = []
    screen.intake.ended.connect(lambda _: ended.append(time.monotonic() - start))

    def over() -> bool:
        passed = time.monotonic() - start
        return passed > LIMIT_SECONDS or (bool(ended) and passed > ended[0] + 15)

    late = lateness(shell, lambda: screen.take_in(files), over)
    told = {"alone": alone, "late": late, "seconds": ended[:1], "pages": len(screen.strip.pages()), "memory": high_water()}
    shell.close()
    return told


def sheets(ws: Workstation, files: list[Path]) -> dict[str, Any]:
    """From the sheet's file to its painted tile; first with idle workers, then while they read another dossier."""
    _warm(ws)
    third = len(files) // 3
    shell, screen = _window(ws)
    idle = _scanned(ws, shell, screen, files[:third])
    other = scan.open_dossier(ws.office, "Đang đọc", ws.settings.users[0].name)
    ws.desk.import_files(other, files[2 * third :], lambda _: None).result()
    busy = _scanned(ws, shell, screen, files[third : 2 * third])
    unread = sum(p.state is PageState.NEW for p in ws.office.dossier(other).pages)
    shell.close()
    return {"idle": idle, "busy": busy, "unread": unread}


def _scanned(ws: Workstation, shell: Shell, screen: CaptureScreen, feed: list[Path]) -> list[float]:
    """Milliseconds of each sheet."""
    screen._wanted = ws.desk.new_dossier().result()
    screen.reload()
    desktop.settle(3000)
    scanner = PacedScanner(feed, SHEET_SECONDS)
    object.__setattr__(ws.desk._parts, "scanner", scanner)
    screen.sources = scanner.sources()
    painted, start = PaintedTiles(screen), time.monotonic()
    lateness(shell, screen.scan, lambda: len(painted.at) >= len(feed) or time.monotonic() - start > LIMIT_SECONDS)
    desktop.settle(3000)
    return [1000 * (seen - made) for made, seen in zip(scanner.finished, painted.at, strict=True)]


def _long_dossier(ws: Workstation, file: Path, count: int) -> DossierId:
    """Frames of one file as read pages, in documents of a few pages each."""
    office, clerk = ws.office, ws.settings.users[0].name
    blob = office.blobs.put_file(file)
    recipe = (
        Transform("deskew", 1, (("degrees", 0.7),)),
        Transform("crop", 1, (("x0", 3.0), ("y0", 3.0), ("x1", 870.0), ("y1", 1230.0))),
    )
    documents = [DocumentId(new_id()) for _ in range(-(-count // PAGES_A_DOCUMENT))]
    pages = tuple(
        Page(PageId(new_id()), PageSource(blob, i), documents[i // PAGES_A_DOCUMENT], PageState.READ, recipe, FINDINGS)
        for i in range(count)
    )
    fields = tuple(IndexField(name, "2026-11-21" if name == "issued_date" else "Giá trị mẫu", 0.97) for name in FIELD_NAMES)
    dossier = Dossier(
        DossierId(new_id()), "HS-9000", "Hồ sơ nghìn trang", office.clock.now(), clerk, pages=pages,
        documents=tuple(Document(d, DocumentState.TO_INDEX, "", fields) for d in documents),
    )  # fmt: skip
    with office.uow() as uow:
        uow.dossiers.add(dossier)
        uow.commit()
    return dossier.id


def large(ws: Workstation, files: list[Path]) -> dict[str, Any]:
    """A dossier of a thousand pages: shown, scrolled through twice, changed; the second time its pictures are there."""
    count = int(files[0].stem.rpartition("-")[2])
    dossier_id = _long_dossier(ws, files[0], count)
    _draw_all(ws, dossier_id)
    shell, screen = _window(ws)
    bar = screen.strip.verticalScrollBar()
    begun = time.monotonic()
    alone = lateness(shell, lambda: None, lambda: time.monotonic() - begun > 6)
    opened: list[float] = []

    def show() -> None:
        begun = time.perf_counter()
        screen._wanted = dossier_id
        screen.reload()
        QTimer.singleShot(0, shell, lambda: opened.append(begun))

    shown = lateness(shell, show, lambda: len(screen.strip.pages()) == count)
    runs, down = [], [(16, lambda: bar.setValue(bar.value() + 90))]
    for _ in range(2):
        bar.setValue(0)
        runs.append(lateness(shell, lambda: None, lambda: bar.value() >= bar.maximum(), down))
    turned = [p.id for p in screen.strip.pages()[:: max(1, count // 20)]]

    def turn() -> None:
        if turned:
            ws.desk.keep_page(turned.pop(), "đo")

    changing = lateness(shell, lambda: None, lambda: not turned, [(150, turn)])
    told = {"alone": alone, "shown": shown, "first": runs[0], "again": runs[1], "changing": changing, "memory": high_water()}
    shell.close()
    return told


def _draw_all(ws: Workstation, dossier_id: DossierId) -> None:
    """Its thumbnails, as reading leaves them: the file repeats a few pages, so the few are drawn and laid down for all."""
    dossier = ws.office.dossier(dossier_id)
    wanted = [thumb_of(ws.office.cache, dossier_id, page) for page in dossier.pages]
    for page in dossier.pages[:DIFFERENT]:
        ws.desk.draw_thumbnail(page.id).result()
    drawn = [ws.desk.thumbnail(one) for one in wanted[:DIFFERENT]]
    for number, one in enumerate(wanted[DIFFERENT:]):
        if (known := drawn[number % DIFFERENT]) is not None:
            thumbs.put(one.pack, one.page, one.kind, known.jpeg)


def main() -> int:
    what, home, folder = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    desktop.application()
    with open_workstation(home) as ws:
        told = {"arriving": arriving, "sheets": sheets, "large": large}[what](ws, sorted(folder.iterdir()))
    sys.stdout.write(json.dumps(told) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
