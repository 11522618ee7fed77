"""Bridge, models, pictures, theme and dates, each alone."""

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import shiboken6
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QElapsedTimer, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QPixmap
from PySide6.QtWidgets import QGraphicsSimpleTextItem, QLabel, QWidget
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from tests.ui import invented, states
from tests.ui.conftest import Opener, settle
from tests.ui.paper import Sheet
from ui import actions, app, dates, images, theme
from ui.bridge import Inbox
from ui.models.dossiers import dossier_model, state_of
from ui.models.outbox import outbox_model
from ui.models.pages import page_model
from ui.models.signing import shown_title, sign_model
from ui.shell import Shell
from ui.views.canvas import PageCanvas
from ui.views.strip import Run, flow
from ui.widgets import Elided
from workstation.domain.dossier import DocumentState, DossierState
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.ids import DocumentId, DossierId
from workstation.domain.page import UnreadArea
from workstation.usecases.views import DossierRow, ImportOutcome

# --- bridge


@pytest.mark.expect_log("unexpected ZeroDivisionError")
def test_answers_come_on_the_thread_of_the_screen(qtbot: QtBot) -> None:
    owner = QWidget()
    qtbot.addWidget(owner)
    inbox = Inbox(owner)
    seen: list[tuple[str, int]] = []
    with ThreadPoolExecutor(1) as pool:
        inbox.ask(
            "a", pool.submit(lambda: threading.get_ident()), lambda worker: seen.append(("ok", threading.get_ident() - worker))
        )
        inbox.ask("b", pool.submit(lambda: 1 / 0), lambda _: None, lambda note: seen.append((note.code, threading.get_ident())))
        qtbot.waitUntil(lambda: len(seen) == 2)
    here = threading.get_ident()
    assert dict(seen)["ok"] != 0 and dict(seen)["B01"] == here


def test_older_answers_are_dropped(qtbot: QtBot) -> None:
    owner = QWidget()
    qtbot.addWidget(owner)
    inbox = Inbox(owner)
    seen: list[str] = []
    first: Future[str] = Future()
    second: Future[str] = Future()
    inbox.ask("page", first, seen.append)
    inbox.ask("page", second, seen.append)
    second.set_result("new")
    first.set_result("old")
    settle()
    assert seen == ["new"]


def test_answers_for_a_destroyed_widget_are_dropped(qtbot: QtBot) -> None:
    owner = QWidget()
    inbox = Inbox(owner)
    seen: list[str] = []
    late: Future[str] = Future()
    inbox.ask("x", late, seen.append)
    told = inbox.crossing(seen.append)
    shiboken6.delete(owner)
    late.set_result("late")
    told("late")
    settle()
    assert seen == []


def test_cancelled_is_not_failed(qtbot: QtBot) -> None:
    owner = QWidget()
    qtbot.addWidget(owner)
    inbox = Inbox(owner)
    seen: list[str] = []
    future: Future[str] = Future()
    inbox.ask("x", future, seen.append, lambda note: seen.append(note.code), lambda: seen.append("cancelled"))
    future.cancel()
    future.set_running_or_notify_cancel()
    settle()
    assert seen == ["cancelled"]


# --- models


@pytest.mark.parametrize("state", ["empty", "normal", "many"])
def test_models(qtmodeltester: ModelTester, sheets: dict[str, Sheet], state: str) -> None:
    desk = states.STATES[state](sheets)
    pages = next(iter(desk.views.values())).pages if desk.views else ()
    cases: list[tuple[Any, Any]] = [
        (dossier_model(), desk.rows),
        (page_model(), pages),
        (sign_model(), desk.sign_rows),
        (outbox_model(), desk.items),
    ]
    for model, rows in cases:
        model.show(rows[: len(rows) // 2])
        qtmodeltester.check(model)
        model.show(rows)
        qtmodeltester.check(model)
        model.show(tuple(reversed(rows)))
        qtmodeltester.check(model)
        assert all(
            isinstance(model.index(r, c).data(), str)
            for r in range(min(model.rowCount(), 20))
            for c in range(model.columnCount())
        )


def test_a_change_of_one_row_repaints_one_row(qtbot: QtBot, sheets: dict[str, Sheet]) -> None:
    desk = states.normal(sheets)
    model = outbox_model()
    model.show(desk.items)
    changed, resets = [], []
    model.dataChanged.connect(lambda a, b: changed.append(a.row()))
    model.modelReset.connect(lambda: resets.append(1))
    desk.set_paused(desk.items[1].id, True)
    model.show(desk.items)
    assert changed == [1] and resets == []


def test_dossier_chip_says_what_it_waits_for() -> None:
    def row(state: DossierState, *documents: DocumentState, reading: int = 0, look: int = 0) -> str:
        return state_of(DossierRow(DossierId("x"), "HS-1", "", 3, state, documents, reading, look, None))[0]

    assert row(DossierState.SCANNING) == "Đang quét"
    assert row(DossierState.SCANNING, look=2) == "2 trang cần xem"
    assert row(DossierState.PROCESSING, DocumentState.TO_INDEX, reading=3) == "Đang đọc chữ"
    assert row(DossierState.PROCESSING, DocumentState.TO_CHECK, DocumentState.TO_INDEX) == "Chờ nhập"
    assert row(DossierState.READY, DocumentState.SIGNED, DocumentState.TO_SIGN) == "Chờ ký"
    assert row(DossierState.RECEIVED) == "Đã tiếp nhận"


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("QUYẾT ĐỊNH 127/QĐ-UBND – Về việc", "Quyết định 127/QĐ-UBND – Về việc"),
        ("ĐƠN ĐỀ NGHỊ – Giải quyết", "Đơn đề nghị – Giải quyết"),
        ("Giấy khai sinh", "Giấy khai sinh"),
        ("", "Quyết định"),
    ],
)
def test_titles_do_not_shout(title: str, shown: str) -> None:
    assert shown_title(replace(invented.document(1, ()), title=title)) == shown


# --- the strip's layout


def test_documents_that_fit_a_row_are_not_torn() -> None:
    a, b, c = (DocumentId(x) for x in "abc")
    places, runs = flow([a, a, b, b, b, c, c, c, c], 5)
    assert places == [(0, 0), (1, 0), (2, 0), (3, 0), (4, 0), (0, 1), (1, 1), (2, 1), (3, 1)]
    assert runs == [Run(a, 0, 1, True, True), Run(b, 2, 4, True, True), Run(c, 5, 8, True, True)]


def test_a_document_longer_than_a_row_goes_on_below() -> None:
    a = DocumentId("a")
    places, runs = flow([a] * 7, 3)
    assert places[-1] == (0, 2)
    assert runs == [Run(a, 0, 2, True, False), Run(a, 3, 5, False, False), Run(a, 6, 6, False, True)]
    assert flow([], 3) == ([], [])


@given(st.lists(st.integers(1, 9), max_size=12), st.integers(1, 6))
def test_every_page_has_its_place_and_its_bracket(sizes: list[int], columns: int) -> None:
    documents: list[DocumentId | None] = [DocumentId(str(n)) for n, size in enumerate(sizes) for _ in range(size)]
    places, runs = flow(documents, columns)
    assert len(places) == len(set(places)) == len(documents)
    assert all(column < columns for column, _ in places)
    assert [i for r in runs for i in range(r.first, r.last + 1)] == list(range(len(documents)))
    for r in runs:
        assert {documents[i] for i in range(r.first, r.last + 1)} == {r.document}
        assert len({places[i][1] for i in range(r.first, r.last + 1)}) == 1
    assert sum(r.opens for r in runs) == sum(r.closes for r in runs) == len(sizes)
    assert all(sum(r.document == DocumentId(str(n)) for r in runs) == 1 for n, size in enumerate(sizes) if size <= columns)


# --- pictures


def test_pictures_are_made_small_while_decoded(sheets: dict[str, Sheet]) -> None:
    image = images.decode(sheets["decision"].path, QSize(200, 200))
    assert image.height() == 200 and image.width() == pytest.approx(141, abs=1)
    with pytest.raises(WorkstationError, match="F07"):
        images.decode(Path("khong-co.png"), None)


def test_damaged_picture(tmp_path: Path) -> None:
    bad = tmp_path / "hong.png"
    bad.write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    with pytest.raises(WorkstationError, match="F03"):
        images.decode(bad, None)


def test_a_line_without_room_drops_whole_parts(qtbot: QtBot) -> None:
    line = Elided("Đã lưu vào máy 08:41:12 · an toàn khi mất mạng")
    qtbot.addWidget(line)
    line.show()
    line.resize(line.sizeHint().width() - 5, 20)
    assert line.text() == "Đã lưu vào máy 08:41:12" and line.toolTip() == line.full_text()
    line.resize(60, 20)
    assert line.text().endswith("…")


def test_at_most_three_pages_stay_decoded(qtbot: QtBot, sheets: dict[str, Sheet]) -> None:
    owner = QWidget()
    qtbot.addWidget(owner)
    pages = images.PageImages(owner)
    for sheet in sheets.values():
        pages.fetch(sheet.path, lambda pixmap: None, lambda note: None)
        settle()
    assert pages.held == 3


# --- theme and texts


def _contrast(a: str, b: str) -> float:
    def light(color: str) -> float:
        c = QColor(color)
        parts = (c.redF(), c.greenF(), c.blueF())
        r, g, b_ = ((x / 12.92) if x <= 0.03928 else ((x + 0.055) / 1.055) ** 2.4 for x in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b_

    high, low = sorted((light(a), light(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast_of_every_pair_of_text_and_ground() -> None:
    pairs = [(t.ink, t.paper) for t in theme.Tone]
    pairs += [(t.ink, theme.CARD) for t in theme.Tone if t is not theme.Tone.ACTIVE]
    pairs += [(t.ink, theme.BLUE_SOFT) for t in theme.Tone if t is not theme.Tone.ACTIVE]
    pairs += [
        (theme.TEXT, theme.CARD),
        (theme.MUTED, theme.CARD),
        (theme.MUTED, theme.WINDOW),
        (theme.MUTED, theme.BLUE_SOFT),
        (theme.MUTED, theme.CANVAS),
        (theme.RAIL_TEXT, theme.RAIL),
        ("#ffffff", theme.RAIL_SELECTED),
        (theme.BADGE_TEXT, theme.BADGE),
        (theme.PLACEHOLDER, theme.CARD),
        (theme.PLACEHOLDER, theme.AMBER_SOFT),
        ("#ffffff", theme.BLUE),
        (theme.TEXT, theme.AMBER_SOFT),
        (theme.TEXT, theme.LIT),
    ]
    assert [(a, b, round(_contrast(a, b), 2)) for a, b in pairs if _contrast(a, b) < 4.5] == []


def test_no_text_is_smaller_than_twelve_pixels(opened: Opener) -> None:
    for screen in ("capture", "pages", "verify", "sign", "outbox"):
        shell, _desk = opened(screen)
        assert all(w.fontInfo().pixelSize() >= 12 for w in shell.findChildren(QLabel))


def test_every_icon_draws_something(qapp: object) -> None:
    for path in sorted((Path(theme.__file__).parent / "icons").glob("*.svg")):
        image = theme.pixmap(path.stem, "#000000", 24).toImage()
        assert any(image.pixelColor(x, y).alpha() for x in range(24) for y in range(24)), path.name


def test_no_key_means_two_things_on_one_screen() -> None:
    everywhere = {k for c in actions.of_screen(actions.ALL) for k in c.keys}
    for screen in ("capture", "pages", "verify", "sign", "outbox"):
        keys = [k for c in actions.of_screen(screen) for k in c.keys]
        assert len(keys) == len(set(keys)) and not everywhere & set(keys), screen


@pytest.mark.parametrize(
    ("typed", "iso"),
    [("14032019", "2019-03-14"), ("140319", "2019-03-14"), ("14/3/19", "2019-03-14"), ("14-3-2019", "2019-03-14"),
     ("1/1/85", "1985-01-01"), ("14 3 2019", "2019-03-14"), ("2019-03-14", "2019-03-14"), (" 14/03/2019 ", "2019-03-14")],
)  # fmt: skip
def test_dates(typed: str, iso: str) -> None:
    parsed = dates.parse(typed, today=date(2026, 11, 21))
    assert parsed is not None and parsed.isoformat() == iso
    assert dates.stored(dates.shown(iso)) == iso


@pytest.mark.parametrize("typed", ["", "31/2/2019", "14/13/2019", "hôm qua", "1403", "14/3", "140320190"])
def test_no_dates(typed: str) -> None:
    assert (dates.parse(typed) is None and dates.stored(typed) == typed.strip()) or dates.stored(typed) == typed


# --- the thread of the screen


def _gaps_while_switching(shell: Shell) -> list[int]:
    """Milliseconds between the ticks of a 5 ms timer while every screen is opened twice, sorted."""
    gaps: list[int] = []
    clock = QElapsedTimer()
    timer = QTimer(shell, interval=5)
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(lambda: gaps.append(clock.restart()))
    clock.start()
    timer.start()
    for screen in ("pages", "verify", "sign", "outbox", "capture") * 2:
        shell.open(screen)
        settle()
    timer.stop()
    return sorted(gaps)


def test_switching_screens_never_stalls(opened: Opener) -> None:
    """With 300 rows everywhere nothing stops the screen for a quarter second (the reference's outer limit).

    A stall of ours comes every time; one of the machine's does not: the best of three rounds counts.
    """
    shell, _desk = opened("capture", "many")
    for screen in ("pages", "verify", "sign", "outbox", "capture"):
        shell.open(screen)  # the fake makes its pictures on this thread, once
        settle()
    rounds = [_gaps_while_switching(shell) for _ in range(3)]
    best = min(rounds, key=lambda gaps: gaps[-1])
    assert best[-1] <= 250, rounds
    assert best[int(len(best) * 0.9)] <= 60, best


def test_screenshots(sheets: dict[str, Sheet], tmp_path: Path, qapp: object) -> None:
    made = app.screenshots(states.normal(sheets), tmp_path / "hinh")
    assert [p.name for p in made] == ["capture.png", "pages.png", "verify.png", "sign.png", "outbox.png", "search.png"]
    for path in made:
        image = images.decode(path, None)
        assert (image.width(), image.height()) == app.CLIENT


# --- the page to look at


def _names(qtbot: QtBot, *tops: float) -> int:
    """How many of frames at these heights, 30 high, have their name beside them."""
    canvas = PageCanvas("Trang")
    qtbot.addWidget(canvas)
    page = QPixmap(600, 800)
    page.fill(QColor("white"))
    canvas.set_page(page, 1.0)
    canvas.show_unread([UnreadArea("lost_line", (100, y, 200, y + 30)) for y in tops])
    return sum(isinstance(item, QGraphicsSimpleTextItem) for item in canvas.scene().items())


def test_what_was_not_read_is_named_where_there_is_room_for_it(qtbot: QtBot) -> None:
    assert _names(qtbot, 100, 300, 500) == 3
    assert _names(qtbot, 100, 150, 500) == 2, "the second's name would lie on the first"
    assert _names(qtbot, *range(100, 800, 100)) == 0, "of so many, names hide the page; the line over it says how many"


def test_files_that_could_not_be_taken_in_are_named(opened: Opener) -> None:
    shell, _desk = opened("capture")
    intake = shell.screens["capture"].intake  # type: ignore[attr-defined]
    names = ["hong.jpg", "ghi-chu.txt", "rong.pdf", "khac.pdf", "nua.pdf"]
    said = []
    for count in (1, 2, 3, 5):
        intake.failures = [ImportOutcome(name, 0, ErrorNote("F03", (("file", name),))) for name in names[:count]]
        said.append(intake.failed()[1].partition("Tệp hong.jpg")[0])
    assert said == [
        "",
        "2 tệp chưa nhập được (gồm cả ghi-chu.txt). ",
        "3 tệp chưa nhập được (gồm cả ghi-chu.txt, rong.pdf). ",
        "5 tệp chưa nhập được (gồm cả ghi-chu.txt, rong.pdf và 2 tệp khác). ",
    ]


def test_no_key_is_named_in_english() -> None:
    """Those of the arrows stand as arrows on the sheet; Home, Enter, Del, Esc and PgDn stand so on the keyboard."""
    for command in actions.COMMANDS:
        assert not {"Left", "Right", "Up", "Down", "Return", "Escape"} & set(command.sheet_key.replace("+", " ").split()), command
