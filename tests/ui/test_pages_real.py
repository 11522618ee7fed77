"""Pages over the real desk: what keys do there reaches the page's picture, and undo takes it back."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from tests.ui.hands import press, see
from ui import app as desktop
from ui.shell import Shell
from workstation.app import training
from workstation.app.compose import Workstation, open_workstation
from workstation.domain.page import PageState
from workstation.usecases.views import PageView

SAMPLE = Path(training.__file__).parent / "samples" / "ban-sao-chung-thuc"
LONG_MS = 60_000


@pytest.fixture
def office(tmp_path: Path, qapp: object) -> Iterator[Workstation]:
    """A practice office with one page, read."""
    home = tmp_path / "home"
    home.mkdir()
    training.prepare(home)
    scan = shutil.copy(next(p for p in sorted(SAMPLE.iterdir()) if p.suffix in (".jpg", ".png", ".tif")), tmp_path)
    with open_workstation(home) as ws:
        dossier_id = ws.desk.new_dossier("Hồ sơ thử").result(30)
        ws.desk.import_files(dossier_id, [Path(scan)], lambda _: None).result(60)
        yield ws


class Window:
    def __init__(self, ws: Workstation, bot: QtBot) -> None:
        self.bot = bot
        self.shell = Shell(ws.desk)
        bot.addWidget(self.shell)
        self.shell.resize(1366, 697)
        self.shell.show()
        self.shell.activateWindow()

    @property
    def screen(self) -> Any:
        return self.shell.current

    def page(self) -> PageView:
        page = self.screen.page()
        assert isinstance(page, PageView)
        return page

    def wait_read(self) -> PageView:
        """Until the page is made and its picture is on the screen."""

        def there() -> bool:
            page = self.screen.page()
            return page is not None and page.state is PageState.READ and self.screen.look.shows(page)

        self.bot.waitUntil(there, timeout=LONG_MS)
        desktop.settle(5000, 20)
        return self.page()

    def keys(self, *pressed: str) -> None:
        for key in pressed:
            press(key)
            desktop.settle(10_000, 20)

    def picture(self) -> tuple[int, int, int]:
        """Width and height in pixels of the cleaned page (rounded as pictures are), and a sum that stands for its ink."""
        paper, image = self.screen.look.paper(), self.screen.look.canvas.picture.toImage()
        ink = sum(
            QColor(image.pixel(x, y)).value() < 128 for x in range(0, image.width(), 3) for y in range(0, image.height(), 3)
        )
        return round(paper.width), round(paper.height), ink


def test_keys_crop_and_straighten_the_page_and_undo_takes_it_back(office: Workstation, qtbot: QtBot) -> None:
    window = Window(office, qtbot)
    qtbot.waitUntil(lambda: window.screen.page() is not None, timeout=LONG_MS)
    window.screen.strip.setFocus()
    window.keys("Return")
    first = window.wait_read()
    width, height, ink = window.picture()
    mm = first.dpi / 25.4

    window.keys("C", *["Right"] * 10, "Return")
    cropped = window.wait_read()
    assert [t.name for t in cropped.work] == ["crop"] and see(window.shell, "Cắt khung")
    assert window.picture()[0] == pytest.approx(width - 10 * mm, abs=2), "ten millimetres less at the left"
    assert window.picture()[1] == height, "and nothing else"

    window.keys("T")
    proposed = window.screen.work.tool.degrees
    window.keys("Right", "Right", "Right", "Right", "Right", "Return")
    turned = window.wait_read()
    assert [t.name for t in turned.work] == ["crop", "deskew"]
    assert turned.work[1]["degrees"] == pytest.approx(-proposed - 0.5), "turned clockwise: the slope was to the left"

    window.keys("Ctrl+Z")
    assert window.wait_read().recipe == cropped.recipe
    window.keys("Ctrl+Z")
    assert window.wait_read().recipe == first.recipe and window.picture() == (width, height, ink)

    window.keys("B")
    assert see(window.shell, "Như khi quét")
    window.keys("B", "R")
    assert window.wait_read().work[0]["degrees"] == 90
    assert window.picture()[0] == pytest.approx(height, abs=3) and window.picture()[1] == pytest.approx(width, abs=3)
    window.shell.close()
