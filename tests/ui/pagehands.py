"""Hands for the tests of Pages and of the strip."""

from typing import Any

from tests.ui.conftest import settle
from tests.ui.hands import press
from workstation.domain.ids import PageId


def now(shell: Any) -> Any:
    """The screen in front."""
    return shell.current


def numbers(screen: Any) -> list[int]:
    return [p.number for p in screen.chosen()]


def go_to(screen: Any, row: int) -> None:
    screen.grid.choice.only(row)


def change(shell: Any, desk: Any, page_id: str, **what: Any) -> None:
    desk._change_page(PageId(page_id), **what)
    reload(shell)


def reload(shell: Any) -> None:
    """Now, not when the timer that waits for more changes is over."""
    now(shell).reload()
    settle_all()


def settle_all() -> None:
    """Widgets made by the last answer are shown by an event of their own: a second round sees them on a busy machine too."""
    settle()
    settle()


def keys(*pressed: str) -> None:
    for key in pressed:
        press(key)
        settle_all()
