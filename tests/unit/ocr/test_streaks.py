"""Lines of dirt from edge to edge of a scan: found, bridged for reading, told, and nothing else taken for them."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ocr import streaks, worker
from ocr.frames import load_frame
from ocr.streaks import Streak
from tests.bench.text import score
from tests.pagemaker import CLEAN, OFFICE, Kind, MadePage, PageSpec, faults, make_page, save_page
from tests.pagemaker.faults import Rgb8
from tests.unit.ocr.conftest import sha256
from workstation.domain.pagejobs import BoxJob, PageJob, PageLook, PageResult

DPI = 200
MM = DPI / 25.4


@pytest.fixture(scope="module")
def page() -> MadePage:
    return make_page(PageSpec(Kind.LETTER, dpi=DPI, wear=OFFICE, seed=41))


@pytest.fixture(scope="module")
def pixels(page: MadePage) -> Rgb8:
    return np.asarray(page.image)


def dirty(pixels: Rgb8, columns: tuple[tuple[int, int], ...], by: float = 0.5) -> Rgb8:
    out = pixels.astype(np.float32)
    for start, end in columns:
        out[:, start:end] *= by
    return out.astype(np.uint8)


DIRT = ((520, 522), (900, 901), (1204, 1207))


@pytest.mark.parametrize("by", [0.0, 0.5, 0.85])
def test_streaks_are_found_where_they_are(pixels: Rgb8, by: float) -> None:
    assert streaks.find(dirty(pixels, DIRT, by), DPI) == tuple(Streak(*columns) for columns in DIRT)
    grey = cv2.cvtColor(dirty(pixels, DIRT, by), cv2.COLOR_RGB2GRAY)
    assert streaks.find(np.asarray(grey, np.uint8), DPI) == tuple(Streak(*columns) for columns in DIRT)


def test_where_the_driver_turned_the_picture_they_are_level(pixels: Rgb8) -> None:
    on_its_side = np.ascontiguousarray(np.rot90(dirty(pixels, DIRT)))
    width = pixels.shape[1]
    assert streaks.find(on_its_side, DPI) == tuple(Streak(width - b, width - a, level=True) for a, b in reversed(DIRT))


def test_they_are_found_past_the_sheet_s_end_and_where_black_and_white_broke_them(pixels: Rgb8) -> None:
    scan = dirty(pixels, DIRT)
    scan[: round(4 * MM)] = 15  # the lid
    assert len(streaks.find(scan, DPI)) == 3
    rng = np.random.default_rng(5)
    copied = np.where(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY) < 150, 0, 255).astype(np.uint8)
    copied[:, 700:702][rng.random((len(copied), 2)) < 0.5] = 0
    copied[rng.random(copied.shape) < 0.01] = 0
    (found,) = streaks.find(copied, DPI)
    assert 699 <= found.start <= 700 and 701 <= found.end <= 703


@pytest.mark.parametrize("kind", [Kind.LETTER, Kind.LIST, Kind.BIRTH_CERTIFICATE, Kind.CERTIFIED_COPY, Kind.BLANK])
def test_no_page_without_dirt_has_streaks(kind: Kind) -> None:
    for wear in (CLEAN, OFFICE):
        made = np.asarray(make_page(PageSpec(kind, dpi=DPI, wear=wear, seed=7)).image)
        assert streaks.find(made, DPI) == ()


def framed(at_mm: float) -> Rgb8:
    """A sheet with a frame all round it."""
    out = np.full((round(297 * MM), round(210 * MM), 3), 250, np.uint8)
    a = round(at_mm * MM)
    cv2.rectangle(out, (a, a), (out.shape[1] - a, out.shape[0] - a), (20, 20, 20), 2)
    return out


def filled() -> Rgb8:
    """A table that fills the sheet."""
    out = np.full((round(297 * MM), round(210 * MM), 3), 250, np.uint8)
    for x in range(100, out.shape[1], 250):
        out[:, x : x + 2] = 30
    for y in range(60, out.shape[0], 90):
        out[y : y + 2] = 30
    return out


@pytest.mark.parametrize("sheet", [framed(12), framed(20), filled(), np.full((30, 40, 3), 200, np.uint8)])
def test_frames_and_tables_and_crumbs_of_pictures_have_none(sheet: Rgb8) -> None:
    assert streaks.find(sheet, DPI) == ()


def test_the_lines_of_an_exercise_book_stay(pixels: Rgb8) -> None:
    assert streaks.find(faults.ruled(pixels, MM), DPI) == ()


def test_bridging_touches_nothing_else_and_not_the_scan(pixels: Rgb8) -> None:
    scan = dirty(pixels, DIRT)
    before = scan.copy()
    done = streaks.bridged(scan, streaks.find(scan, DPI))
    assert np.array_equal(scan, before)
    near = np.zeros(scan.shape[1], bool)
    for start, end in DIRT:
        near[start - 1 : end + 1] = True
    assert np.array_equal(done[:, ~near], scan[:, ~near])
    blank = np.abs(done[:60, near].astype(int) - pixels[:60, near])  # nothing is printed at the upper edge
    assert blank.mean() < 4


@given(start=st.integers(0, 39), width=st.integers(1, 6), level=st.booleans(), colour=st.booleans())
def test_a_bridge_goes_from_side_to_side_at_any_place(start: int, width: int, level: bool, colour: bool) -> None:
    ramp = np.tile(np.arange(40, dtype=np.uint8) * 5, (40, 1))
    sheet = np.dstack([ramp.T if level else ramp] * 3) if colour else (ramp.T if level else ramp).copy()
    done = streaks.bridged(sheet, (Streak(start, min(40, start + width), level),))
    assert np.abs(done.astype(int) - sheet).max() <= 5 * (width + 2)
    inside = start >= 2 and start + width <= 38
    assert not inside or np.abs(done.astype(int) - sheet).max() <= 1


@given(by=st.floats(0.35, 0.95), width=st.integers(1, 4))
def test_what_shows_through_a_streak_is_seen(by: float, width: int) -> None:
    """Also a stroke that lies wholly under it."""
    rng = np.random.default_rng(3)
    sheet = np.full((300, 60), 240, np.uint8)
    sheet[rng.random(300) < 0.3, 20 : 20 + width] = 60
    scan = sheet.astype(np.float32)
    scan[:, 20 : 20 + width] *= by
    done = streaks.bridged(scan.astype(np.uint8), (Streak(20, 20 + width),))
    assert np.abs(done.astype(int) - sheet).max() <= 4


def test_a_page_without_dirt_is_not_even_copied(pixels: Rgb8, tmp_path: Path) -> None:
    Image.fromarray(pixels).save(tmp_path / "page.png", dpi=(DPI, DPI))
    frame = load_frame(tmp_path / "page.png", 0)
    assert streaks.cleared(frame) == (frame, ())
    assert streaks.cleared(frame)[0] is frame


# --- in the page's job


def processed(path: Path, cache: Path) -> PageResult:
    return worker.process_page(PageJob(path, sha256(path), 0, cache))


@pytest.mark.parametrize(("by", "wide"), [(0.0, 2), (0.45, 3)])
def test_print_under_streaks_is_read_and_the_clerk_is_told(tmp_path: Path, by: float, wide: int) -> None:
    """They were taken for the rules of a table: three quarters of the letters came out wrong."""
    made = make_page(PageSpec(Kind.LETTER, dpi=DPI, wear=CLEAN, seed=43))
    clear, spoilt = tmp_path / "clear.png", tmp_path / "spoilt.png"
    save_page(clear, made)
    with Image.open(clear) as image:
        rgb = np.asarray(image.convert("RGB"))
    columns = tuple((x, x + wide) for x in (400, 641, 903, 1150))
    Image.fromarray(dirty(rgb, columns, by)).save(spoilt, dpi=(DPI, DPI))
    read = [processed(p, tmp_path / "cache") for p in (clear, spoilt)]
    errors = [score(r.text.text, [made.text]).cer or 0.0 for r in read]
    assert errors[1] <= errors[0] + 0.4
    assert [f.value for f in read[1].findings if f.code == "streak"] == [4] and all(f.ok for f in read[1].findings[-1:])
    assert not any(f.code == "streak" for f in read[0].findings)
    steps = [t for t in read[1].text.steps if t.name == "streak"]
    assert [(t["start"], t["end"]) for t in steps] == list(columns)
    # of what is kept nothing changed: the recipe of the archive's picture knows of no streak
    assert "streak" not in {t.name for t in read[1].recipe}


def test_a_place_that_a_person_points_at_is_read_without_them(tmp_path: Path) -> None:
    made = make_page(PageSpec(Kind.LETTER, dpi=DPI, wear=CLEAN, seed=43))
    clear, spoilt = tmp_path / "clear.png", tmp_path / "spoilt.png"
    save_page(clear, made)
    with Image.open(clear) as image:
        rgb = np.asarray(image.convert("RGB"))
    result = processed(clear, tmp_path / "cache")
    word = max(result.text.words, key=lambda w: w.box[2] - w.box[0])
    x = round((word.box[0] + word.box[2]) / 2)
    Image.fromarray(dirty(rgb, ((x - 5, x - 2), (x + 6, x + 9)), 0.45)).save(spoilt, dpi=(DPI, DPI))
    jobs = [BoxJob(PageLook(p, 0, result.recipe), word.box) for p in (clear, spoilt)]
    assert worker.read_box(jobs[1]) == worker.read_box(jobs[0]) != ""
