"""Black edges, shading, shine-through and specks on the page that is kept: they go, and nothing else changes."""

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from ocr.frames import Pixels
from ocr.geometry import grey
from ocr.tones import TONES, bleed_through, borders, despeckle, flatten, paper_light
from tests.pagemaker import BAD, CLEAN, OFFICE, Kind, Mark, MarkKind, PageSpec, Wear, make_page
from workstation.domain.pagework import TONES as NAMES

DPI = 200
STAMP = Mark(MarkKind.FRAMED, 60, 230, 52, (36, 60, 160), "CÔNG VĂN ĐẾN\nSố: 1234", 3)
LETTER = PageSpec(Kind.LETTER, dpi=DPI, wear=Wear(paper=(240, 232, 210)), marks=(STAMP,))
Mask = NDArray[np.bool_]


def pixels(spec: PageSpec) -> Pixels:
    return np.asarray(make_page(spec).image)


def worn(**wear: object) -> Pixels:
    return pixels(replace(LETTER, wear=replace(LETTER.wear, **wear)))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def plain() -> Pixels:
    return pixels(LETTER)


def print_on(page: Pixels) -> Mask:
    """Ink that anybody would call so."""
    return np.asarray(cv2.erode((grey(page) < 140).astype(np.uint8), np.ones((2, 2), np.uint8)) > 0)


def colour_on(page: Pixels) -> Mask:
    chroma = page.max(axis=2).astype(int) - page.min(axis=2)
    return np.asarray(cv2.erode((chroma > 75).astype(np.uint8), np.ones((2, 2), np.uint8)) > 0)


def hues(page: Pixels, where: Mask) -> NDArray[np.float64]:
    """Degrees."""
    return np.asarray(2.0 * cv2.cvtColor(page, cv2.COLOR_RGB2HSV)[..., 0][where], np.float64)


def apart(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.abs((a - b + 180) % 360 - 180)


def test_every_step_that_can_be_asked_for_is_there() -> None:
    assert {name for name, _ in TONES} == set(NAMES)


@pytest.mark.parametrize("step", TONES.values(), ids=[name for name, _ in TONES])
def test_seal_pen_and_stamp_keep_their_colours_and_print_stays(step: Callable[[Pixels, float], Pixels]) -> None:
    page = worn(shadow=0.35, bleed=0.14, specks=0.0002, border_mm=(6, 0, 0, 5), skew_deg=1.5, noise=1.0)
    before = page.copy()
    done = step(page, DPI)
    assert np.array_equal(page, before), "what it was given is not touched"
    assert done.shape == page.shape and done.dtype == np.uint8
    coloured = colour_on(page)
    red, blue = coloured & (page[..., 0] > page[..., 2]), coloured & (page[..., 2] > page[..., 0])
    for ink in (red, blue):
        assert ink.sum() > 500
        assert np.percentile(apart(hues(page, ink), hues(done, ink)), 95) <= 4
        chroma = done.max(axis=2).astype(int) - done.min(axis=2)
        assert (chroma[ink] > 60).mean() > 0.99, "no part of it paled"
    inner = np.zeros(page.shape[:2], bool)
    inner[200:-200, 200:-200] = True
    ink = print_on(page) & inner
    assert (grey(done)[ink] < 170).mean() > 0.995
    assert np.array_equal(step(page, DPI), done), "the same twice"
    again = step(done, DPI)
    assert (np.abs(again.astype(int) - done).max(axis=2) > 12)[inner].mean() < 0.002, "once is enough"


@pytest.mark.parametrize("step", [borders, bleed_through, despeckle])
@pytest.mark.parametrize("kind", [Kind.LETTER, Kind.BIRTH_CERTIFICATE, Kind.APPLICATION])
def test_a_clean_page_stays_as_it_is(step: Callable[[Pixels, float], Pixels], kind: Kind) -> None:
    page = pixels(PageSpec(kind, dpi=DPI))
    changed = np.abs(step(page, DPI).astype(int) - page).max(axis=2)
    assert (changed > 25).mean() < 2e-5
    assert not (changed[print_on(page)] > 10).any()


@pytest.mark.parametrize("step", TONES.values(), ids=[name for name, _ in TONES])
@pytest.mark.parametrize("form", ["grey", "black", "white", "tiny", "bits"])
def test_odd_pages_come_through(step: Callable[[Pixels, float], Pixels], form: str, plain: Pixels) -> None:
    page = {
        "grey": grey(plain), "black": np.zeros((300, 200, 3), np.uint8), "white": np.full((300, 200), 255, np.uint8),
        "tiny": np.full((3, 2, 3), 128, np.uint8), "bits": np.where(grey(plain) < 128, 0, 255).astype(np.uint8),
    }[form]  # fmt: skip
    done = step(page, DPI)
    assert done.shape == page.shape and done.dtype == np.uint8


# --- black edges


@pytest.mark.parametrize("skew", [0.0, 2.0, -2.0])
def test_the_lid_becomes_paper_up_to_the_edge(skew: float) -> None:
    page = worn(border_mm=(9, 6, 4, 8), skew_deg=skew)
    done = borders(page, DPI)
    assert (grey(page) < 70).mean() > 0.04
    rim = np.ones(page.shape[:2], bool)
    rim[80:-80, 80:-80] = False
    assert not (grey(done)[rim] < 150).any()
    paper = np.median(page[600:700, 400:1000].reshape(-1, 3), axis=0)
    assert np.abs(np.median(done[rim], axis=0) - paper).max() < 12, "of the paper's own colour"
    inner = page[160:-160, 160:-160]
    assert np.array_equal(done[160:-160, 160:-160], inner)


def test_a_dark_picture_at_the_edge_is_no_lid() -> None:
    page = np.full((1600, 1100, 3), 240, np.uint8)
    page[0:900, 0:600] = 30
    assert borders(page, 150) is page
    page[:] = 20
    assert borders(page, 150) is page


# --- shading


def test_shadows_go_and_paper_is_even() -> None:
    page = worn(shadow=0.45)

    def papers(of: Pixels) -> list[float]:
        spots = [(y, x) for y in range(60, 2200, 120) for x in range(60, 1560, 120)]
        return [float(np.percentile(grey(of)[y : y + 60, x : x + 60], 80)) for y, x in spots]

    assert np.ptp(papers(page)) > 50 and np.ptp(papers(flatten(page, DPI))) < 12


def test_a_photograph_on_the_page_is_no_shadow() -> None:
    """A portrait of 3 × 4 cm keeps its greys beside each other and stays dark."""
    page = worn(shadow=0.3).copy()
    mm = DPI / 25.4
    portrait = np.tile(np.linspace(40, 170, round(30 * mm)).astype(np.uint8)[None, :, None], (round(40 * mm), 1, 3))
    page[1400 : 1400 + portrait.shape[0], 300 : 300 + portrait.shape[1]] = portrait
    done = flatten(page, DPI)[1400 : 1400 + portrait.shape[0], 300 : 300 + portrait.shape[1]]
    ratio = done.astype(float)[10:-10, 10:-10] / portrait[10:-10, 10:-10]
    assert ratio.max() / ratio.min() < 1.25
    assert ratio.min() > 0.9 and ratio.max() < 1.6


def test_paper_is_seen_through_what_stands_on_it(plain: Pixels) -> None:
    light = paper_light(grey(plain), DPI)
    paper = float(np.median(grey(plain)))
    assert abs(light - paper).max() < 10


# --- shine-through


@pytest.mark.parametrize("bleed", [0.08, 0.14, 0.2])
def test_what_shines_through_goes_and_what_is_faint_on_this_side_stays(bleed: float) -> None:
    spec = PageSpec(Kind.DECISION, page=1, dpi=DPI, wear=Wear(bleed=bleed, fade=0.35, paper=(240, 232, 210)))
    clean = pixels(replace(spec, wear=replace(spec.wear, bleed=0.0)))
    through = pixels(replace(spec, behind=PageSpec(Kind.DECISION)))
    done = bleed_through(through, DPI)
    ghost = (grey(clean).astype(int) - grey(through) > 0.6 * 230 * bleed) & (grey(clean) > 200)
    assert ghost.mean() > 0.01
    left = grey(clean)[ghost].astype(int) - grey(done)[ghost]
    assert np.percentile(left, 90) < 0.3 * 230 * bleed
    ink = print_on(clean)
    assert np.array_equal(done[ink], through[ink]), "faded print is print"


def test_pale_blue_handwriting_is_nobody_s_other_side() -> None:
    pen = Mark(MarkKind.SIGNATURE, 120, 200, 40, (150, 165, 235))
    page = pixels(PageSpec(Kind.LETTER, dpi=DPI, marks=(pen,)))
    without = pixels(PageSpec(Kind.LETTER, dpi=DPI))
    strokes = np.abs(page.astype(int) - without).max(axis=2) > 60
    assert strokes.sum() > 300
    changed = np.abs(bleed_through(page, DPI).astype(int) - page).max(axis=2)
    assert (changed[strokes] > 12).mean() < 0.01


# --- specks


def test_specks_go_and_dots_of_letters_and_leaders_stay() -> None:
    """Dots under ạ, over i, full stops, and rows of dots in forms: smaller than some specks."""
    rng = np.random.default_rng(3)
    page = pixels(PageSpec(Kind.APPLICATION, dpi=DPI))
    dusty = page.copy()
    far = cv2.distanceTransform((grey(page) > 200).astype(np.uint8), cv2.DIST_L2, 5) > 2.2 / 25.4 * DPI
    spots = [(int(y), int(x)) for y, x in rng.permutation(np.argwhere(far))[:400]]
    for y, x in spots:
        dusty[y : y + int(rng.integers(1, 4)), x : x + int(rng.integers(1, 4))] = 50
    done = despeckle(dusty, DPI)
    left = sum(int(grey(done)[y, x] < 170) for y, x in spots)
    assert left <= 0.03 * len(spots)
    changed = np.abs(done.astype(int) - dusty).max(axis=2) > 40
    assert not (changed & (grey(page) < 150)).any(), "no dot of the page itself went"


@pytest.mark.parametrize("wear", [OFFICE, BAD, CLEAN])
def test_no_letter_is_lost_on_worn_pages(wear: Wear) -> None:
    """By the boxes of the page's own lines: what goes lies beside them."""
    made = make_page(PageSpec(Kind.BIRTH_CERTIFICATE, dpi=DPI, wear=replace(wear, stains=0, specks=0.0)))
    page = np.asarray(made.image)
    changed = np.abs(despeckle(page, DPI).astype(int) - page).max(axis=2) > 40
    inside = np.zeros(page.shape[:2], bool)
    for line in made.lines:
        x0, y0, x1, y1 = (int(v) for v in line.box)
        inside[y0:y1, x0:x1] = True
    assert (changed & inside).sum() <= 3


def test_black_and_white_stays_so() -> None:
    copy = np.asarray(make_page(PageSpec(Kind.LETTER, dpi=DPI, wear=Wear(photocopy=True, specks=0.001))).image.convert("L"))
    assert set(np.unique(copy)) == {0, 255}
    done = despeckle(copy, DPI)
    assert (done != copy).any() and set(np.unique(done)) <= {0, 255}
    Image.fromarray(done)
