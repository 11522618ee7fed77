"""Opens the desktop on a home folder: recovers what the last run left, starts the lanes, hands the desk to ``ui``."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workstation.app import training
from workstation.app.compose import open_workstation
from workstation.app.lock import desk_lock
from workstation.app.settings import Settings, load


@contextmanager
def _ward(folder: Path, settings: Settings) -> Iterator[str | None]:
    """A practice office gets its own ward server for as long as the desktop is open."""
    if settings.office.training:
        with training.practice_ward(folder, settings) as url:
            yield url
    else:
        yield None


def has_display() -> bool:
    return sys.platform == "win32" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def open_desktop(folder: Path, screenshots: Path | None) -> int:
    """Runs until the window is closed; with ``screenshots`` writes a picture of each screen there and ends.

    Without a display it says so and does the same into the home folder.
    """
    if screenshots is None and not has_display():
        screenshots = folder / "screenshots"
        sys.stderr.write(f"Máy này không có màn hình (DISPLAY): chụp các màn hình vào {screenshots}\n")
    if screenshots is not None and not has_display():
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from ui.app import run  # Qt is loaded only when a screen is wanted
    from ui.app import screenshots as take

    folder.mkdir(parents=True, exist_ok=True)
    settings = load(folder)
    with desk_lock(folder), _ward(folder, settings) as url, open_workstation(folder, url) as ws:
        ws.desk.resume()
        ws.ticker.start()
        if screenshots is None:
            return run(ws.desk)
        for path in take(ws.desk, screenshots):
            sys.stdout.write(f"{path}\n")
    return 0
