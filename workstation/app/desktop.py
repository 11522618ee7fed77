"""Opens the desktop on a home folder: recovers what the last run left, starts the lanes, hands the desk to ``ui``."""

import logging
import sys
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path

from workstation.app import training
from workstation.app.compose import open_workstation
from workstation.app.console import words
from workstation.app.display import go_without, has_display
from workstation.app.lock import desk_lock
from workstation.app.settings import Settings, load
from workstation.usecases.recover import Recovery

log = logging.getLogger(__name__)


@contextmanager
def _ward(folder: Path, settings: Settings) -> Iterator[str | None]:
    """A practice office gets its own ward server for as long as the desktop is open."""
    if settings.office.training:
        with training.practice_ward(folder, settings) as url:
            yield url
    else:
        yield None


def open_desktop(folder: Path, screenshots: Path | None) -> int:
    """Runs until the window is closed; with ``screenshots`` writes a picture of each screen there and ends.

    Without a display it says so and does the same into the home folder.
    """
    if not has_display():
        go_without()
        if screenshots is None:
            screenshots = folder / "screenshots"
            notice = words(
                "Máy này không có màn hình dùng được (DISPLAY): chụp các màn hình vào",
                "This PC has no display that answers (DISPLAY): taking pictures of the screens into",
            )
            sys.stderr.write(f"{notice} {screenshots}\n")
    from ui.app import run  # Qt is loaded only when a screen is wanted
    from ui.app import screenshots as take

    settings = load(folder)
    with desk_lock(folder), _ward(folder, settings) as url, open_workstation(folder, url) as ws:
        ws.desk.resume().add_done_callback(log_recovery)
        ws.ticker.start()
        ws.indexer.start()
        if ws.settings.capture.watch_folder:
            ws.watcher.start()
        if screenshots is None:
            return run(ws.desk, ws.pages.warm)
        for path in take(ws.desk, screenshots):
            sys.stdout.write(f"{path}\n")
    return 0


def log_recovery(resumed: Future[Recovery]) -> None:
    """What the last run left, for IT: the person is told by the line's note (M05), and failures are logged by the desk."""
    if resumed.cancelled() or resumed.exception() is not None:
        return
    found = resumed.result()
    counts = len(found.sealed), len(found.to_read), len(found.to_publish)
    if any(counts):
        log.info("going on with what the last run left: %d signed, %d to read, %d to publish", *counts)
