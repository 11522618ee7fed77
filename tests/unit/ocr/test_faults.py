"""What is wrong with a page: planted faults are found and their near misses are not; figures are in ``bench capture``."""

from collections.abc import Callable
from functools import partial

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw

from ocr.covered import Covered, covered
from ocr.edges import clipped_mm, lost_mm, outline
from ocr.geometry import apply_recipe
from ocr.likeness import difference_mm2, fingerprint
from ocr.quality import blank_ink, sharpness
from tests.pagemaker import OFFICE, Kind, MadePage, PageSpec, faults, make_page
from tests.pagemaker.faults import RUBBER, SIDES, SKIN, WOOD, Rgb8
from tests.pagemaker.fonts import font
from tests.pagemaker.sheet import Rgb
from workstation.domain.findings import PROGRAM_LIMITS
from workstation.domain.likeness import MAY_BE_SAME_BITS, distance
from workstation.domain.page import Transform

DPI = 150
MM = DPI / 25.4
Fault = Callable[[Rgb8, np.random.Generator], Rgb8]


@pytest.fixture(scope="module")
def page() -> MadePage:
    return make_page(PageSpec(Kind.LETTER, dpi=DPI, wear=OFFICE, seed=41))


@pytest.fixture(scope="module")
def pixels(page: MadePage) -> Rgb8:
    return np.asarray(page.image)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(7)


def whole(pixels: Rgb8) -> "np.ndarray[tuple[int, ...], np.dtype[np.float32]]":
    return outline((), pixels.shape[1], pixels.shape[0], pixels)


def clipped(pixels: Rgb8) -> float:
    return clipped_mm(pixels, DPI, whole(pixels))


def hidden(pixels: Rgb8) -> Covered:
    return covered(pixels, DPI, whole(pixels))


# --- over the edge


@pytest.mark.parametrize("side", SIDES)
def test_print_that_runs_over_an_edge_is_told_and_a_narrow_margin_is_not(page: MadePage, pixels: Rgb8, side: str) -> None:
    assert clipped(faults.cut_through(pixels, page.lines, side, MM, 6)) > 2 * PROGRAM_LIMITS.max_clipped_mm
    assert clipped(faults.cut_through(pixels, page.lines, side, MM, -1.2)) == 0


def test_a_seal_counts_only_where_it_is_cut(pixels: Rgb8, rng: np.random.Generator) -> None:
    wide = pixels.shape[1] / MM
    assert clipped(faults.sealed(pixels, rng, MM, wide - 9, 150, 17)) > PROGRAM_LIMITS.max_clipped_mm
    assert clipped(faults.sealed(pixels, rng, MM, wide - 18, 150, 17)) == 0


@pytest.mark.parametrize("fault", [
    lambda p, r: faults.holes(p, MM),
    lambda p, r: faults.holes(p, MM, from_edge_mm=1),
    lambda p, r: faults.streak(p, r, MM),
    lambda p, r: faults.ruled(p, MM),
    lambda p, r: faults.on_table(p, r, MM, 14, 1.5, WOOD[0]),
    lambda p, r: faults.finger(p, r, MM, "left", 18, 20, RUBBER[0]),
    lambda p, r: np.pad(p, ((40, 0), (0, 30), (0, 0)), constant_values=20),
])  # fmt: skip
def test_what_lies_at_the_edge_without_being_print_is_not_told(pixels: Rgb8, rng: np.random.Generator, fault: Fault) -> None:
    assert clipped(fault(pixels, rng)) <= PROGRAM_LIMITS.max_clipped_mm


def test_after_straightening_the_edge_is_still_the_picture_s(page: MadePage, pixels: Rgb8) -> None:
    """The white corners that turning brings in lie between the cut and the page's own edge."""
    recipe = (Transform("deskew", 1, (("degrees", 2.0),), "level"),)
    for scan, least, most in ((faults.cut_through(pixels, page.lines, "left", MM, 8), 5, 20), (pixels, 0, 0)):
        level = apply_recipe(scan, recipe)
        corners = outline(recipe, scan.shape[1], scan.shape[0], level)
        assert least <= clipped_mm(level, DPI, corners) <= most


def copied(pixels: Rgb8, rng: np.random.Generator) -> Rgb8:
    """A shadow 1.5 mm wide at the right, darkest at the top, as a copier's black and white shows it."""
    out, wide = pixels.copy(), round(1.5 * MM)
    share = np.linspace(0.65, 0.0, len(out))[:, None]
    out[:, -wide:][rng.random((len(out), wide)) < share] = 0
    return out


def test_a_copier_s_grain_along_the_edge_is_no_print_and_hides_none(
    page: MadePage, pixels: Rgb8, rng: np.random.Generator
) -> None:
    recipe = (Transform("deskew", 1, (("degrees", 0.8),), "level"),)  # its edges are of two sides each then
    for scan, least, most in ((pixels, 0, 1), (faults.cut_through(pixels, page.lines, "left", MM, 8), 5, 20)):
        level = apply_recipe(copied(scan, rng), recipe)
        corners = outline(recipe, scan.shape[1], scan.shape[0], level)
        assert least <= clipped_mm(level, DPI, corners) <= most


@pytest.mark.parametrize("corner", range(4))
def test_a_wedge_of_the_lid_lies_along_one_edge_and_is_not_cut_by_the_other(pixels: Rgb8, corner: int) -> None:
    scan = np.rot90(pixels, corner).copy()
    cv2.fillPoly(scan, [np.array([(0, 0), (round(2.6 * MM), 0), (0, round(80 * MM))])], (20, 20, 20))
    assert clipped(np.ascontiguousarray(np.rot90(scan, -corner))) == 0


# --- over the paper


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("colour", [*SKIN, RUBBER[0]])
def test_a_finger_of_any_colour_is_found_and_measured(pixels: Rgb8, rng: np.random.Generator, side: str, colour: Rgb) -> None:
    found = hidden(faults.finger(pixels, rng, MM, side, 18, 24, colour))
    assert 0.5 * 18 * 24 < found.thumb_mm2 < 1.2 * 18 * 24
    assert found.folded_mm2 == 0


def test_a_clamp_is_found(pixels: Rgb8, rng: np.random.Generator) -> None:
    assert hidden(faults.clamp(pixels, rng, MM, "top", 30, 11)).thumb_mm2 == pytest.approx(330, rel=0.2)


@pytest.mark.parametrize("fault", [
    lambda p, r: p,
    lambda p, r: faults.finger(p, r, MM, "bottom", 16, 2, SKIN[1]),
    lambda p, r: faults.fingerprint_ink(p, r, MM, 6, 150),
    lambda p, r: faults.sealed(p, r, MM, 3, 150),
    lambda p, r: faults.holes(p, MM, from_edge_mm=2),
    *[partial(lambda p, r, wood: faults.on_table(p, r, MM, 16, 1.0, wood), wood=wood) for wood in WOOD],
])  # fmt: skip
def test_seals_fingerprints_holes_and_the_table_behind_hide_nothing(pixels: Rgb8, rng: np.random.Generator, fault: Fault) -> None:
    found = hidden(fault(pixels, rng))
    assert max(found.thumb_mm2, found.folded_mm2) <= PROGRAM_LIMITS.max_covered_mm2


def test_a_finger_is_found_in_front_of_the_table_too(pixels: Rgb8, rng: np.random.Generator) -> None:
    table = faults.on_table(pixels, rng, MM, 10, 0.0, WOOD[1])
    held = faults.finger(table, rng, MM, "bottom", 18, 32, SKIN[2])
    assert hidden(held).thumb_mm2 > PROGRAM_LIMITS.max_covered_mm2


@pytest.mark.parametrize("corner", range(4))
def test_a_folded_corner_is_told_as_such(pixels: Rgb8, rng: np.random.Generator, corner: int) -> None:
    found = hidden(faults.folded(pixels, rng, MM, 24, corner))
    assert found.folded_mm2 > 200 and found.thumb_mm2 == 0


@pytest.mark.parametrize(("corner", "degrees"), [(0, 0.6), (1, 0.6), (2, 0.6), (2, -2.5)])
def test_a_small_folded_corner_is_told_after_straightening_too(
    pixels: Rgb8, rng: np.random.Generator, corner: int, degrees: float
) -> None:
    """Turning lays white beside the corner, and cuts its tips off."""
    recipe = (Transform("deskew", 1, (("degrees", degrees),), "level"),)
    level = apply_recipe(faults.folded(pixels, rng, MM, 15, corner), recipe)
    found = covered(level, DPI, outline(recipe, pixels.shape[1], pixels.shape[0], level))
    assert found.folded_mm2 > PROGRAM_LIMITS.max_folded_mm2 and found.thumb_mm2 == 0


@pytest.mark.parametrize("corner", range(4))
def test_the_ground_beside_a_crooked_sheet_is_no_folded_corner(pixels: Rgb8, corner: int) -> None:
    scan = np.rot90(pixels, corner).copy()
    cv2.fillPoly(scan, [np.array([(0, 0), (round(9 * MM), 0), (0, round(85 * MM))])], (20, 20, 20))
    assert hidden(np.ascontiguousarray(np.rot90(scan, -corner))).folded_mm2 == 0


# --- blank, blurred, lost


def test_holes_and_a_streak_on_an_empty_page_are_no_writing(rng: np.random.Generator) -> None:
    empty = np.full((round(297 * MM), round(210 * MM), 3), 240, np.uint8)
    assert blank_ink(faults.streak(faults.holes(empty, MM, 4), rng, MM), DPI) == 0
    assert blank_ink(faults.sealed(empty, rng, MM, 100, 150), DPI) > PROGRAM_LIMITS.min_ink_mm2


@pytest.mark.parametrize("axis", ["both", "x", "y"])
def test_blur_is_seen_in_whichever_direction_the_paper_moved(axis: str) -> None:
    sharp = np.asarray(make_page(PageSpec(Kind.QUICK, dpi=200)).image)
    assert sharpness(sharp, 200) > PROGRAM_LIMITS.min_sharpness
    assert sharpness(faults.blurred(sharp, 200 / 25.4, 0.2, axis), 200) < PROGRAM_LIMITS.min_sharpness


def test_the_lost_end_of_a_picture_is_measured() -> None:
    page = np.full((1000, 700, 3), 250, np.uint8)
    assert lost_mm(page, 100) == 0
    page[700:] = 128
    assert lost_mm(page, 100) == pytest.approx(300 / 100 * 25.4)
    page[-1, 5] = 127
    assert lost_mm(page, 100) == 0, "paper that is really grey has grain"


# --- the same sheet


def test_a_second_scan_is_the_same_sheet(pixels: Rgb8, rng: np.random.Generator) -> None:
    again = faults.scanned_again(pixels, rng, MM, 0.4)
    assert distance(fingerprint(pixels, DPI), fingerprint(again, DPI)) <= MAY_BE_SAME_BITS
    assert difference_mm2(pixels, DPI, again, DPI) < PROGRAM_LIMITS.min_difference_mm2


def test_a_stamp_more_or_a_word_less_makes_it_another_page(pixels: Rgb8, rng: np.random.Generator) -> None:
    assert difference_mm2(pixels, DPI, faults.sealed(pixels, rng, MM, 105, 140), DPI) > 1
    less = pixels.copy()
    x0, y0, x1, y1 = (round(v) for v in make_page(PageSpec(Kind.LETTER, dpi=DPI, wear=OFFICE, seed=41)).lines[8].box)
    less[y0:y1, x0 : x0 + (x1 - x0) // 4] = np.median(pixels[y0:y1], axis=(0, 1))
    assert difference_mm2(pixels, DPI, less, DPI) > PROGRAM_LIMITS.min_difference_mm2


def test_scans_of_another_resolution_are_compared_in_millimetres(pixels: Rgb8) -> None:
    finer = np.asarray(cv2.resize(pixels, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC), np.uint8)
    assert difference_mm2(pixels, DPI, finer, 2 * DPI) < PROGRAM_LIMITS.min_difference_mm2


@pytest.mark.parametrize(("one", "other"), [("37", "38"), ("48", "49"), ("695", "696")])
def test_the_next_number_is_another_page(one: str, other: str) -> None:
    """In print of 13 point, between words that are the same."""
    face = font("Tinos", "Regular", round(13 / 72 * 200))
    sheets = []
    for number in (one, other):
        sheet = Image.new("L", (900, 300), 240)
        ImageDraw.Draw(sheet).text((150, 130), f"Số: {number}/TB-UBND", 30, face)
        sheets.append(np.asarray(sheet))
    assert difference_mm2(sheets[0], 200, sheets[1], 200) > PROGRAM_LIMITS.min_difference_mm2
