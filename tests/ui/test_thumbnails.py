"""The screen's small pictures, a strip of a thousand pages, and lists that tell what changed."""

import random
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QSize
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.ui import fakes, invented, states
from tests.ui.answers import failed, now
from tests.ui.conftest import settle
from tests.ui.paper import Sheet
from ui import images
from ui.models.pages import page_model
from ui.models.rows import RowsModel
from ui.pace import Pace
from ui.views.strip import TILE_H, TILE_W, PageStrip
from workstation.domain.ids import DocumentId
from workstation.domain.thumbs import RAW, StoredThumb, Thumb
from workstation.usecases.views import DocumentView, PageView


class Album(fakes.FakeDesk):
    """Holds pictures by page; ``draw_thumbnail`` puts one there unless ``trouble`` says why not."""

    def __init__(self, sheets: dict[str, Sheet]) -> None:
        super().__init__(sheets)
        self.album: dict[str, StoredThumb] = {}
        self.jpeg = sheets["clean"].thumbnail.read_bytes()
        self.trouble = ""
        self.looked: list[Thumb] = []
        self.draws = "cleaned"

    def thumbnail(self, wanted: Thumb) -> StoredThumb | None:
        self.looked.append(wanted)
        return self.album.get(wanted.page)

    def draw_thumbnail(self, page_id: str) -> object:  # type: ignore[override]
        self.calls.append(("draw_thumbnail", page_id))
        if self.trouble:
            return failed(self.trouble)
        self.album[page_id] = StoredThumb(self.draws, self.jpeg)
        return now(None)


@pytest.fixture
def desk(sheets: dict[str, Sheet]) -> Album:
    return Album(sheets)


@pytest.fixture
def thumbnails(qtbot: QtBot, desk: Album) -> images.Thumbnails:
    owner = QWidget()
    qtbot.addWidget(owner)
    made = images.Thumbnails(owner, desk, QSize(100, 140), lambda: None, keep=50)
    made.setObjectName("kept")
    qtbot.thumbnail_owner = owner  # type: ignore[attr-defined]
    return made


def page(n: int = 1, kind: str = "cleaned", document: str = "d") -> PageView:
    return invented.page(n, document, None, thumbnail=Thumb(Path("pack"), f"p{n}", kind))


def test_what_is_there_is_shown_and_what_is_not_is_drawn_once(thumbnails: images.Thumbnails, desk: Album) -> None:
    desk.album["p1"] = StoredThumb("cleaned", desk.jpeg)
    assert thumbnails.get(page(1)) is None and thumbnails.get(page(2)) is None and thumbnails.get(page(2)) is None
    settle()
    for n in (1, 2):
        picture = thumbnails.get(page(n))
        assert picture is not None and picture.height() == 140
    assert desk.called("draw_thumbnail") == [("p2",)]
    looked = len(desk.looked)
    thumbnails.get(page(1))
    settle()
    assert len(desk.looked) == looked


def test_the_old_picture_stands_until_the_new_one_is_there(thumbnails: images.Thumbnails, desk: Album) -> None:
    desk.album["p1"] = StoredThumb(RAW, desk.jpeg)
    thumbnails.get(page(1, RAW))
    settle()
    raw = thumbnails.get(page(1, RAW))
    assert raw is not None
    assert thumbnails.get(page(1)) is raw, "nobody sees a gap"
    settle()
    assert desk.called("draw_thumbnail") == [("p1",)]
    assert thumbnails.get(page(1)) is not raw
    desk.looked.clear()
    thumbnails.get(page(1, RAW))
    settle()
    assert not desk.looked, "a page that is read again keeps what it had"


@pytest.mark.parametrize(("code", "again"), [("F03", 0), ("M01", 1)])
def test_a_picture_that_can_not_be_drawn_is_asked_for_again_when_there_may_be_room(
    thumbnails: images.Thumbnails, desk: Album, code: str, again: int
) -> None:
    desk.trouble = code
    thumbnails.get(page(1))
    settle()
    thumbnails.get(page(1))
    settle()
    assert len(desk.called("draw_thumbnail")) == 1 + again
    desk.trouble = ""
    assert thumbnails.get(page(1)) is None
    settle()
    assert (thumbnails.get(page(1)) is not None) is bool(again)
    assert thumbnails.get(page(1, "turned")) is None or again
    settle()
    assert thumbnails.get(page(1, "turned")) is not None, "another picture of the page is asked for in any case"


def test_a_damaged_picture_is_no_end(thumbnails: images.Thumbnails, desk: Album) -> None:
    desk.album["p1"] = StoredThumb("cleaned", b"no picture at all")
    for n in range(1, 8):
        thumbnails.get(page(n))
    settle()
    assert thumbnails.get(page(1)) is None
    assert all(thumbnails.get(page(n)) is not None for n in range(2, 8)), "four that fail take nobody's place"


def test_what_is_scrolled_past_is_not_fetched_and_memory_is_bounded(thumbnails: images.Thumbnails, desk: Album) -> None:
    for start in range(0, 1000, 10):
        thumbnails.look()
        for n in range(start, start + 10):
            thumbnails.get(page(n))
    settle()
    assert len(desk.looked) <= 2 * (images.Thumbnails.AT_ONCE + 10)
    assert all(thumbnails.get(page(n)) is not None for n in range(990, 1000))
    for n in range(200):
        thumbnails.get(page(n))
        if n % 40 == 39:
            settle()
    settle()
    assert len(thumbnails._have) == 50


# --- the strip


@pytest.fixture
def strip(qtbot: QtBot, desk: Album) -> PageStrip:
    strip = PageStrip(desk)
    qtbot.addWidget(strip)
    strip.resize(820, 560)
    model = page_model()
    strip.setModel(model)
    strip.page_rows = model  # type: ignore[attr-defined]  # a view holds no model by itself
    return strip


def fill(strip: PageStrip, sizes: list[int]) -> tuple[PageView, ...]:
    pages: list[PageView] = []
    documents: list[DocumentView] = []
    for number, size in enumerate(sizes, 1):
        members = tuple(page(len(pages) + i + 1, document=f"HS-0019-d{number}") for i in range(size))
        pages += members
        documents.append(invented.document(number, members))
    strip.page_rows.show(pages)  # type: ignore[attr-defined]
    strip.show_documents(tuple(documents))
    return tuple(pages)


def test_every_place_of_the_strip_is_the_tile_that_is_there(strip: PageStrip) -> None:
    """By arithmetic as by looking at every tile, at any scroll."""
    rng = random.Random(3)
    fill(strip, [rng.choice([1, 2, 3, 5, 9, 14]) for _ in range(60)])
    strip.show()
    for _ in range(400):
        strip.verticalScrollBar().setValue(rng.randint(0, strip.verticalScrollBar().maximum()))
        at = QPoint(rng.randint(-5, 820), rng.randint(-5, 560))
        wanted = next((i for i in range(len(strip.pages())) if strip._tile(i).contains(at)), -1)
        assert strip.indexAt(at).row() == wanted
        seen = {i for i in range(len(strip.pages())) if strip._tile(i).intersects(strip.viewport().rect())}
        rows = strip._rows_seen()
        assert {i for i in range(len(strip.pages())) if strip._places[i][1] in rows} >= seen


def test_a_thousand_pages_paint_only_what_is_seen(strip: PageStrip, desk: Album) -> None:
    fill(strip, [3] * 333 + [1])
    strip.show()
    settle()
    shown = len({t.page for t in desk.looked})
    assert 12 <= shown <= 24
    strip.scrollTo(strip.model().index(999, 0))
    settle()
    assert "p1000" in {t.page for t in desk.looked}
    assert len({t.page for t in desk.looked}) <= 2 * shown + 6
    rect = strip.visualRect(strip.model().index(999, 0))
    assert rect.size() == QSize(TILE_W, TILE_H) and strip.viewport().rect().contains(rect.center())


def test_the_strip_follows_pages_that_come_go_and_change_document(strip: PageStrip) -> None:
    strip.show()
    rng = random.Random(5)
    for _ in range(40):
        sizes = [rng.randint(1, 4) for _ in range(rng.randint(0, 8))]
        pages = fill(strip, sizes)
        settle()
        strip.grab()
        assert len(strip._places) == len(pages) == sum(sizes)
        assert [i for run in strip._runs for i in range(run.first, run.last + 1)] == list(range(len(pages)))


# --- lists


def test_a_list_tells_what_came_went_and_changed(qtbot: QtBot) -> None:
    """Whatever the change: after it the signals have told of every row that is another, and nothing was reset without need."""
    model = RowsModel[tuple[str, int]](lambda row: row[0], lambda row, _: row[0], ("x",))
    told: list[tuple[object, ...]] = []
    model.rowsInserted.connect(lambda _, a, b: told.append(("in", a, b)))
    model.rowsRemoved.connect(lambda _, a, b: told.append(("out", a, b)))
    model.dataChanged.connect(lambda a, _b: told.append(("is", a.row())))
    model.modelReset.connect(lambda: told.append(("all",)))
    for rows, wanted in (
        ("a1 b1 c1", [("in", 0, 2)]),
        ("a1 b2 c1", [("is", 1)]),
        ("a1 x1 y1 b2 c3", [("in", 1, 2), ("is", 4)]),
        ("a2 c3", [("out", 1, 3), ("is", 0)]),
        ("a2 c3 d1", [("in", 2, 2)]),
        ("d1 c3 a2", [("all",)]),
        ("d1 c3 a2", []),
        ("", [("out", 0, 2)]),
    ):
        told.clear()
        model.show([(row[0], int(row[1])) for row in rows.split()])
        assert told == wanted, rows
        assert [f"{k}{v}" for k, v in model.rows] == rows.split()


def test_a_call_is_made_at_once_and_then_no_more_often(qtbot: QtBot) -> None:
    calls: list[int] = []
    owner = QWidget()
    qtbot.addWidget(owner)
    pace = Pace(owner, 60, lambda: calls.append(1))
    for _ in range(5):
        pace.soon()
    assert len(calls) == 1
    qtbot.waitUntil(lambda: len(calls) == 2)
    settle()
    assert len(calls) == 2
    qtbot.waitUntil(lambda: not pace._resting.isActive())
    pace.soon()
    assert len(calls) == 3


def test_moving_a_page_to_another_document_moves_its_tile(strip: PageStrip) -> None:
    pages = fill(strip, [2, 2])
    before = list(strip._runs)
    moved = replace(pages[2], document_id=DocumentId("HS-0019-d1"))
    strip.page_rows.show([*pages[:2], moved, pages[3]])  # type: ignore[attr-defined]
    strip.show_documents(tuple(states.normal(strip.thumbnails._desk.sheets).queue[:0]))  # type: ignore[attr-defined]
    assert strip._runs != before and strip._runs[0].last == 2
