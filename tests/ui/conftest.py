"""Fixtures of the screens: drawn paper once a session, a window on a fake desk, and hands that type as people do."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.ui import fakes, paper, states
from ui import app as desktop
from ui.shell import Shell


@pytest.fixture(scope="session")
def qapp() -> object:
    """pytest-qt's application, dressed as the program dresses it."""
    return desktop.application()


@pytest.fixture(scope="session")
def sheets(qapp: object, tmp_path_factory: pytest.TempPathFactory) -> dict[str, paper.Sheet]:
    return paper.make(Path(tmp_path_factory.mktemp("paper")))


Opened = tuple[Shell, fakes.FakeDesk]
Opener = Callable[..., Opened]


@pytest.fixture
def opened(qtbot: QtBot, sheets: dict[str, paper.Sheet]) -> Iterator[Opener]:
    """``opened("verify", "normal")`` gives the window on that screen, settled, and its desk."""
    desks: list[fakes.FakeDesk] = []

    def open_shell(
        screen: str, state: str = "normal", size: tuple[int, int] = (1366, 697), desk: fakes.FakeDesk | None = None
    ) -> Opened:
        desk = desk or states.STATES[state](sheets)
        if screen == "sign":
            desk.user = desk.users[2]
        desks.append(desk)
        shell = Shell(desk)
        qtbot.addWidget(shell)
        shell.setMinimumSize(800, 500)
        shell.resize(*size)
        shell.show()
        qtbot.waitExposed(shell)
        shell.activateWindow()
        shell.open(screen)
        settle()
        return shell, desk

    yield open_shell
    for desk in desks:
        desk.release()
    settle()


def settle(limit_ms: int = 5000) -> None:
    desktop.settle(limit_ms, quiet_ms=20)
