"""Every screen in every state at both sizes: nothing clipped, nothing overlapping, everything named, in Vietnamese."""

import re

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAbstractButton, QAbstractScrollArea, QComboBox, QFrame, QLabel, QLineEdit, QPushButton, QWidget

from tests.ui import states, verifystates
from tests.ui.conftest import Opener, settle
from tests.ui.hands import next_action, press, see, text_of, visible
from tests.ui.paper import Sheet
from ui.shell import Shell
from ui.widgets import Elided, KeyLabel, Pill

SCREENS = ("capture", "pages", "verify", "sign", "outbox")
SIZES = ((1366, 697), (1280, 680))
NEEDS_NAME = {
    QAccessible.Role.Button,
    QAccessible.Role.PushButton,
    QAccessible.Role.EditableText,
    QAccessible.Role.CheckBox,
    QAccessible.Role.Table,
    QAccessible.Role.List,
    QAccessible.Role.ComboBox,
    QAccessible.Role.RadioButton,
}
ENGLISH = re.compile(
    r"\b(the|and|of|is|page|pages|error|file|files|open|cancel|save|close|document|sign|send|scan|retry|back|next|look in|name"
    r"|none|true|false)\b",
    re.IGNORECASE,
)
"""Words that no Vietnamese text on these screens holds ("in" and "do" are Vietnamese too, and left out)."""


def clipped(root: QWidget) -> list[str]:
    bad = []
    for w in (*visible(root, QLabel), *visible(root, QPushButton), *visible(root, Pill)):
        if isinstance(w, Elided) or (isinstance(w, QLabel) and not w.text()):
            continue
        need = w.sizeHint()
        if isinstance(w, QLabel) and w.wordWrap():
            if w.heightForWidth(w.width()) > w.height() + 1:
                bad.append(f"{text_of(w)!r} needs {w.heightForWidth(w.width())} px of height, has {w.height()}")
        elif need.width() > w.width() + 1 or need.height() > w.height() + 1:
            bad.append(f"{text_of(w)!r} needs {need.toTuple()}, has {w.size().toTuple()}")
    return bad


def overlapping(root: QWidget) -> list[str]:
    """Visible leaves that hold text or take input and cover each other."""
    leaves = [w for kind in (QLabel, QAbstractButton, QLineEdit, QComboBox, Pill) for w in visible(root, kind)]
    # a button may hold labels of its own, and a scrolled-away row lies under its neighbour
    leaves = [w for w in dict.fromkeys(leaves) if not any(isinstance(p, QAbstractButton | QComboBox) for p in _parents(w))]
    rects = [(w, QRect(w.mapTo(root, QPoint(0, 0)), w.size()).intersected(_window_of(w, root))) for w in leaves]
    bad = []
    for i, (a, ra) in enumerate(rects):
        for b, rb in rects[i + 1 :]:
            both = ra.intersected(rb)
            if both.width() > 2 and both.height() > 2:
                bad.append(f"{type(a).__name__} {text_of(a)!r} and {type(b).__name__} {text_of(b)!r}")
    return bad


def _parents(w: QWidget) -> list[QWidget]:
    found = []
    p = w.parentWidget()
    while p is not None:
        found.append(p)
        p = p.parentWidget()
    return found


def _window_of(w: QWidget, root: QWidget) -> QRect:
    """The part of the window in which ``w`` can show: what all its parents leave."""
    room = root.rect()
    for p in _parents(w):
        if p is root:
            break
        room = room.intersected(QRect(p.mapTo(root, QPoint(0, 0)), p.size()))
    return room


def unnamed(root: QWidget) -> list[str]:
    bad: list[str] = []

    def walk(node: QAccessibleInterface, depth: int) -> None:
        if depth > 12 or node.state().invisible:
            return
        thing = node.object()
        own = isinstance(thing, QWidget) and not thing.objectName().startswith("qt_")
        if node.role() in NEEDS_NAME and own and not node.text(QAccessible.Text.Name):
            bad.append(f"{node.role()} {type(thing).__name__}")
        if isinstance(thing, QWidget) and node.role() in (
            QAccessible.Role.Table,
            QAccessible.Role.List,
            QAccessible.Role.ComboBox,
        ):
            return
        for i in range(node.childCount()):
            child = node.child(i)
            if child is not None and child.isValid():
                walk(child, depth + 1)

    walk(QAccessible.queryAccessibleInterface(root), 0)
    return bad


def english(root: QWidget) -> list[str]:
    texts = [text_of(w) for kind in (QLabel, QAbstractButton) for w in visible(root, kind)]
    texts += [w.toolTip() for w in visible(root, QWidget)] + [w.placeholderText() for w in visible(root, QLineEdit)]
    return [t for t in texts if t and ENGLISH.search(re.sub(r"<[^>]*>", "", t))]


def outside(root: QWidget) -> list[str]:
    """What reaches over the window's edge, or over the edge of its screen."""
    bad = []
    for kind in (QFrame, QLabel, QAbstractButton, QLineEdit, QComboBox, Pill):
        for w in visible(root, kind):
            if any(isinstance(p, QAbstractScrollArea) for p in _parents(w)):
                continue
            if not root.rect().contains(QRect(w.mapTo(root, QPoint(0, 0)), w.size())):
                bad.append(f"{type(w).__name__} {text_of(w)!r}")
    return bad


def check(shell: Shell) -> None:
    assert outside(shell) == []
    assert clipped(shell) == []
    assert overlapping(shell) == []
    assert unnamed(shell) == []
    assert english(shell) == []
    blue = [b for b in visible(shell, QPushButton) if b.objectName() == "primary"]
    assert len(blue) == 1 and blue[0].isEnabled() and blue[0].isDefault()
    assert "Ctrl+Enter" in next_action(shell)
    picture = shell.grab()
    assert picture.width() >= shell.width()


@pytest.mark.parametrize("size", SIZES, ids=["1366", "1280"])
@pytest.mark.parametrize("state", list(states.STATES))
@pytest.mark.parametrize("screen", SCREENS)
def test_state(opened: Opener, screen: str, state: str, size: tuple[int, int]) -> None:
    shell, _desk = opened(screen, state, size)
    assert (shell.width(), shell.height()) == size
    check(shell)


@pytest.mark.parametrize(
    "state",
    ["proposals", "part_of_a_date", "blind", "differing", "unreadable", "card", "no_card", "copy", "reuse", "type_letters"],
)
def test_state_of_verify(opened: Opener, sheets: dict[str, Sheet], state: str) -> None:
    """At the smaller size, where less has room."""
    made, keys = verifystates.STATES[state]
    shell, _desk = opened("verify", desk=made(sheets), size=SIZES[1])
    for key in keys:
        press(key)
    settle()
    check(shell)


@pytest.mark.parametrize("screen", SCREENS)
def test_screen_of_1366_by_768_at_125_percent(opened: Opener, screen: str) -> None:
    """There the window has 1093×558 logical pixels: things may scroll, but nothing is cut or covered."""
    shell, _desk = opened(screen, "normal", (1093, 558))
    check(shell)


@pytest.mark.parametrize("screen", (*SCREENS, "search"))
def test_tab_goes_through_the_screen_and_comes_back(opened: Opener, screen: str) -> None:
    """Every control that takes the focus is reached by Tab, once a round, and none holds it for itself."""
    shell, _desk = opened(screen)
    start = shell.focusWidget()
    assert start is not None
    reached = [start]
    for _ in range(60):
        shell.focusNextChild()
        now = shell.focusWidget()
        assert now is not None
        if now is start:
            break
        reached.append(now)
    assert shell.focusWidget() is start, "Tab never comes round"
    missing = [
        w
        for w in (*visible(shell, QPushButton), *visible(shell, QLineEdit), *visible(shell, QComboBox))
        if w.focusPolicy() & Qt.FocusPolicy.TabFocus and w.isEnabled() and w not in reached
    ]
    assert [text_of(w) for w in missing] == []
    foot = [w for w in reached if w.parentWidget() is shell.foot]
    assert foot[-1].objectName() == "primary", "the blue button is the last of the foot bar"


def test_form_is_tabbed_in_paper_order(opened: Opener) -> None:
    shell, _desk = opened("verify")
    form = shell.screens["verify"].form  # type: ignore[attr-defined]
    form.focus("type_name")
    names = ["type_name"]
    for _ in form.rows:
        shell.focusNextChild()
        names.append(form.current)
    assert names == ["type_name", *(r.name for r in form.rows)]
    tops = [r.mapTo(shell, QPoint(0, 0)).y() for r in form.rows]
    assert tops == sorted(tops)


def test_empty_screens_say_what_to_do(opened: Opener) -> None:
    for screen, words in (
        ("capture", "Đặt giấy vào khay rồi nhấn F5"),
        ("verify", "Hết hồ sơ chờ. Quét tiếp (F2)"),
        ("sign", "Không có văn bản chờ ký"),
        ("outbox", "Mọi hồ sơ đã được tiếp nhận"),
    ):
        shell, _desk = opened(screen, "empty")
        assert see(shell, words)


def test_busy_screens_say_how_far(opened: Opener) -> None:
    shell, _desk = opened("verify", "busy")
    assert see(shell, "Đang đọc chữ trang 2/2 – nhập tay được ngay")
    shell, desk = opened("capture", "busy")
    capture = shell.screens["capture"]
    capture.scan()  # type: ignore[attr-defined]
    settle(200)
    assert capture.strip._incoming.startswith("Đang nhận")  # type: ignore[attr-defined]
    check(shell)
    desk.release()
    settle()
    shell, desk = opened("sign", "busy")
    sign = shell.screens["sign"]
    sign.pin.setText("12345678")  # type: ignore[attr-defined]
    sign.primary()
    settle(300)
    assert see(shell, "Đang ký 2/8 – Esc: dừng sau văn bản này")
    check(shell)


def test_offline_says_that_all_is_safe(opened: Opener) -> None:
    shell, _desk = opened("outbox", "offline")
    assert see(shell, "Mất mạng từ 09:12. Cứ làm tiếp; 42 hồ sơ đã lưu trên máy và sẽ tự gửi.")
    assert any(p.text() == "Mất mạng · 42 hồ sơ chờ gửi" for p in visible(shell, Pill))


def test_quarantined_page_says_why(opened: Opener) -> None:
    shell, _desk = opened("capture", "error")
    assert see(shell, "Trang 4 không xử lý được nên đã để riêng; ảnh gốc còn nguyên.")
    assert see(shell, "Còn 1 trang cách ly")


def test_key_sheet_lists_every_key_of_the_screen(opened: Opener) -> None:
    shell, _desk = opened("verify")
    shell.toggle_keys()
    assert "? hoặc Ctrl+/" in {k.accessibleName() for k in visible(shell.key_sheet, KeyLabel)}
    assert see(shell.key_sheet, "Nhận gợi ý") and see(shell.key_sheet, "Đổi người dùng")
    assert english(shell.key_sheet) == [] and clipped(shell.key_sheet) == []
    shell.toggle_keys()
    assert not shell.key_sheet.isVisible()


@pytest.mark.parametrize("size", SIZES, ids=["1366", "1280"])
@pytest.mark.parametrize("screen", (*SCREENS, "search"))
def test_key_sheet_fits_the_window(opened: Opener, screen: str, size: tuple[int, int]) -> None:
    shell, _desk = opened(screen, "normal", size)
    shell.toggle_keys()
    settle()
    assert clipped(shell.key_sheet) == [] and outside(shell.key_sheet) == []


@pytest.mark.parametrize("size", (*SIZES, (1093, 558)), ids=["1366", "1280", "1093"])
@pytest.mark.parametrize("keys", [("C",), ("T", "Up"), ("P",), ("B",), ("Ctrl+A", "Ctrl+X"), ("Right", "Right", "Right", "K")])
def test_pages_with_something_in_hand(opened: Opener, keys: tuple[str, ...], size: tuple[int, int]) -> None:
    """A tool, what was before, pages that wait to be moved, a reason being typed."""
    shell, _desk = opened("pages", "normal", size)
    for key in keys:
        press(key)
        settle()
    settle()
    check(shell)
