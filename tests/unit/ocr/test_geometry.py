"""How a page lies: four turns, skew both ways, black borders."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from ocr.engine import recognizer
from ocr.frames import Frame, Pixels
from ocr.geometry import Lie, apply_recipe, crop_step, grey, lie_recipe, measure_lie
from ocr.process import clean
from ocr.work import Cleaned
from tests.pagemaker import BAD, CLEAN, OFFICE, Kind, PageSpec, Wear, faults, make_page
from workstation.domain.page import Transform, recipe_matrix


def frame(spec: PageSpec) -> Frame:
    return Frame(np.asarray(make_page(spec).image), spec.dpi, True, 24)


def cleaned(spec: PageSpec) -> Cleaned:
    return clean(frame(spec), (), recognizer())


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize(("kind", "page"), [
    (Kind.DECISION, 0), (Kind.DECISION, 1), (Kind.APPLICATION, 0), (Kind.BIRTH_CERTIFICATE, 0), (Kind.LETTER, 0),
])  # fmt: skip
def test_every_turn_comes_upright(kind: Kind, page: int, turn: int) -> None:
    found = cleaned(PageSpec(kind, page=page, dpi=150, wear=OFFICE, turn=turn))
    assert (found.lie.rotation + turn) % 360 == 0
    assert found.lie.skew_deg == pytest.approx(OFFICE.skew_deg, abs=0.15)


@pytest.mark.parametrize("turn", [0, 180])
def test_a_badly_kept_page_comes_upright(turn: int) -> None:
    found = cleaned(PageSpec(Kind.LETTER, dpi=200, wear=BAD, turn=turn))
    assert (found.lie.rotation + turn) % 360 == 0
    # on a page scanned upside down the black border moves, and the slope is still the paper's
    assert found.lie.skew_deg == pytest.approx(BAD.skew_deg, abs=0.2)


@pytest.mark.parametrize("skew", [-9.0, -5.0, -2.0, -0.8, 0.8, 2.0, 5.0, 9.0])
def test_skew_is_found_and_turned_back(skew: float) -> None:
    page = frame(PageSpec(Kind.DECISION, dpi=150, wear=replace(CLEAN, skew_deg=skew)))
    found = clean(page, (), recognizer())
    assert found.lie.skew_deg == pytest.approx(skew, abs=0.15)
    again = measure_lie(grey(found.page), 150, lambda level: 0)
    assert abs(again.skew_deg) < 0.2


@pytest.mark.parametrize("skew", [-0.3, 0.0, 0.3])
def test_within_the_dead_zone_pixels_stay_as_they_are(skew: float) -> None:
    page = frame(PageSpec(Kind.DECISION, dpi=150, wear=replace(CLEAN, skew_deg=skew)))
    found = clean(page, (), recognizer())
    assert found.recipe == ()
    assert np.array_equal(found.page, page.pixels)


@pytest.mark.parametrize("sign", [-1, 1])
@pytest.mark.parametrize(("least", "most"), [(0.9, 2.6), (1.5, 3.1), (-0.5, 3.0)])
def test_a_sheet_whose_lines_fan_out_lies_as_they_do_on_the_whole(sign: int, least: float, most: float) -> None:
    """Ink lies in rows of pixels as nowhere else if a page is not turned: of bent pages 0 stood out."""
    pixels = grey(frame(PageSpec(Kind.DECISION, dpi=150, wear=CLEAN)).pixels)
    height, width = pixels.shape
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    slope = np.tan(np.radians(sign * (least + (most - least) * y / height)))
    bent = cv2.remap(pixels, x, (y - slope * (x - width / 2)).astype(np.float32), cv2.INTER_LINEAR, borderValue=255)
    lie = measure_lie(np.asarray(bent, np.uint8), 150, lambda level: 0)
    assert lie.skew_deg == pytest.approx(sign * (least + most) / 2, abs=0.6)


BORDERS = (9.0, 6.0, 4.0, 8.0)


@pytest.mark.parametrize("skew", [0.0, 2.0, -2.0])
def test_black_borders_go_and_no_ink_with_them(skew: float) -> None:
    wear = Wear(border_mm=BORDERS, skew_deg=skew)
    found = cleaned(PageSpec(Kind.DECISION, dpi=150, wear=wear))
    assert found.recipe[-1].name == "crop"
    edges = [grey(found.page)[0], grey(found.page)[-1], grey(found.page)[:, 0], grey(found.page)[:, -1]]
    # a skewed sheet leaves wedges in its corners; no side stays black
    assert all((edge < 70).mean() < 0.4 for edge in edges)
    paper = 297 / 25.4 * 150, 210 / 25.4 * 150
    for side, full in zip(found.page.shape[:2], paper, strict=True):
        assert 0.97 * full < side < 1.06 * full


def test_a_page_without_borders_is_not_cropped() -> None:
    for wear in (CLEAN, OFFICE):
        assert crop_step(frame(PageSpec(Kind.DECISION, dpi=150, wear=wear)).pixels, (), 150) is None


def test_a_picture_that_is_dark_all_over_is_not_cropped() -> None:
    dark: Pixels = np.full((800, 600), 20, np.uint8)
    assert crop_step(dark, (), 100) is None
    half = dark.copy()
    half[400:] = 240
    assert crop_step(half, (), 100) is None, "half a page of black is content"


@pytest.mark.parametrize("gain", [1.0, 0.25])
def test_an_underexposed_page_keeps_its_print_and_loses_its_borders(gain: float) -> None:
    """At a quarter of the light its shaded paper is as dark as a lid in good light."""
    shade = np.linspace(1.0, 1.25, 600)
    page: Pixels = (np.tile(shade * 200, (800, 1)) * gain).astype(np.uint8)
    assert crop_step(page, (), 100) is None
    page[:, :30] = round(25 * gain)
    step = crop_step(page, (), 100)
    assert step is not None
    assert 30 <= step["x0"] <= 33
    assert (step["y0"], step["x1"], step["y1"]) == (0, 600, 800)


def test_pixels_follow_the_recipe_matrix() -> None:
    rng = np.random.default_rng(5)
    pixels = np.full((400, 300), 255, np.uint8)
    recipe = (
        Transform("rotate", 1, (("degrees", 90.0),)),
        Transform("deskew", 1, (("degrees", 2.0),)),
        Transform("crop", 1, (("x0", 10.0), ("y0", 20.0), ("x1", 380.0), ("y1", 290.0))),
    )
    x, y = (int(v) for v in rng.integers(100, 200, 2))
    pixels[y - 3 : y + 3, x - 3 : x + 3] = 0
    (a, b, c, d, e, f), width, height = recipe_matrix(recipe, 300, 400)
    out = apply_recipe(pixels, recipe)
    assert out.shape == (height, width)
    ink = 255.0 - out
    column, row = np.average(np.arange(out.shape[1]), weights=ink.sum(0)), np.average(np.arange(out.shape[0]), weights=ink.sum(1))
    assert (column + 0.5, row + 0.5) == pytest.approx((a * x + c * y + e, b * x + d * y + f), abs=0.1)


def test_quarter_turns_and_crops_are_exact() -> None:
    pixels = np.arange(12, dtype=np.uint8).reshape(3, 4)
    turned = apply_recipe(pixels, (Transform("rotate", 1, (("degrees", 90.0),)),))
    assert np.array_equal(turned, np.rot90(pixels, -1))
    crop = Transform("crop", 1, (("x0", 1.0), ("y0", 1.0), ("x1", 3.0), ("y1", 3.0)))
    assert np.array_equal(apply_recipe(pixels, (crop,)), pixels[1:3, 1:3])


def test_an_empty_page_lies_as_it_lies() -> None:
    assert measure_lie(np.full((1100, 800), 250, np.uint8), 100, lambda level: 180) == Lie(0, 0.0)
    assert lie_recipe(Lie(0, 0.39)) == ()


@pytest.mark.parametrize("seed", [2, 13, 16])
def test_a_finger_on_a_blank_back_does_not_turn_it(seed: int) -> None:
    """Its rim slants; as far as anybody looks, or farther."""
    back = np.full((round(297 * 200 / 25.4), round(210 * 200 / 25.4), 3), 244, np.uint8)
    held = faults.finger(back, np.random.default_rng(seed), 200 / 25.4, "bottom", 18, 20, faults.SKIN[0])
    assert measure_lie(grey(held), 200, lambda level: 0).skew_deg == 0


@pytest.mark.parametrize("slope", [21.0, -24.5])
def test_text_is_straightened_from_as_far(slope: float) -> None:
    scan = faults.skewed(frame(PageSpec(Kind.LETTER, dpi=100)).pixels, slope)
    assert measure_lie(grey(scan), 100, lambda level: 0).skew_deg == pytest.approx(slope, abs=0.1)


def test_a_blank_back_with_shine_through_is_blank_and_a_short_page_is_not(tmp_path: Path) -> None:
    assert cleaned(PageSpec(Kind.BLANK, dpi=150, wear=OFFICE)).blank
    assert cleaned(PageSpec(Kind.BLANK, dpi=150, wear=replace(OFFICE, bleed=0.15, border_mm=(5, 5, 0, 0)))).blank
    assert not cleaned(PageSpec(Kind.DECISION, page=1, dpi=150, wear=OFFICE)).blank
    line = Image.new("L", (1240, 1754), 250)
    line.paste(make_page(PageSpec(Kind.QUICK, dpi=150)).image.convert("L").crop((0, 0, 800, 160)), (200, 800))
    assert not clean(Frame(np.asarray(line), 150, True, 8), (), recognizer()).blank
