"""What is asked of a page, on pages that a made camera or scanner saw: places in millimetres, reading, and what is published."""

import time
import tracemalloc
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from PIL import Image

from ocr import worker
from ocr.corners import find_corners
from ocr.dewarp import Curl, find_curl
from ocr.frames import Pixels, load_frame
from ocr.geometry import grey
from ocr.grammar import distance
from ocr.work import applied, gutter
from tests.pagemaker import Kind, MadePage, PageSpec, Wear, make_page
from tests.pagemaker.camera import Camera, Shot
from tests.unit.ocr.conftest import sha256
from workstation.domain.fields import nfc
from workstation.domain.page import Recipe, Transform
from workstation.domain.pagejobs import PageJob, PageLook, PageResult, PdfForm, PdfRenderJob, PublishJob, PublishPage, RenderJob
from workstation.domain.pagework import arranged, asked, cropped, halves, made_anew, rectified, straightened, toggled, turned
from workstation.domain.projection import place, recipe_projection

A4 = (210.0, 297.0)
SLANTED = Camera(tilt=26, pan=18, roll=4, fills=0.7, shade=0.2)
CURLED = Camera(curl_mm=32, fills=0.72)
"""Tesseract follows lines that bend less by itself."""


@dataclass(frozen=True)
class Photo:
    made: MadePage
    shot: Shot
    path: Path
    pixels: Pixels


def photographed(folder: Path, camera: Camera, spec: PageSpec) -> Photo:
    made = make_page(spec)
    shot = Shot(camera, *A4)
    pixels = shot.take(np.asarray(made.image))
    path = folder / f"{abs(hash((camera, spec)))}.jpg"
    Image.fromarray(pixels).save(path, quality=90, subsampling=0)
    return Photo(made, shot, path, pixels)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("photos")


LETTER = PageSpec(Kind.LETTER, dpi=200)


@pytest.fixture(scope="module")
def slanted(folder: Path) -> Photo:
    return photographed(folder, SLANTED, LETTER)


@pytest.fixture(scope="module")
def curled(folder: Path) -> Photo:
    """So that it is read badly as it is: a full page, since of a letter that bends more Tesseract still reads most lines."""
    return photographed(folder, replace(CURLED, curl_mm=22), PageSpec(Kind.DECISION, dpi=200))


def job(path: Path, work: Recipe = (), **changes: object) -> PageJob:
    return replace(PageJob(path, sha256(path), 0, path.parent / "cache", work), **changes)  # type: ignore[arg-type]


def done(path: Path, work: Recipe = (), *, read: bool = False) -> PageResult:
    return worker.process_page(job(path, work, read=read))


def cer(result: PageResult, made: MadePage) -> float:
    wanted, found = nfc(made.text).split(), result.text.text.split()
    return distance("".join(wanted), "".join(found)) / len("".join(wanted))


def page_of(path: Path, result: PageResult) -> Pixels:
    return applied(load_frame(path, 0).pixels, result.recipe)


# --- corners and perspective


@pytest.mark.parametrize("camera", [
    SLANTED, replace(SLANTED, roll=94, fills=0.6), Camera(tilt=-22, fills=0.7), Camera(ground=(20, 20, 22)),
    Camera(pan=14, ground=(120, 150, 175), fills=0.7), Camera(ground=(205, 170, 95), tilt=8, fills=0.75),
    Camera(tilt=12, shade=0.5, fills=0.7, noise=6),
])  # fmt: skip
def test_corners_are_found_within_a_millimetre(folder: Path, camera: Camera) -> None:
    photo = photographed(folder, camera, LETTER)
    found = find_corners(photo.pixels)
    assert found is not None
    mm = abs(complex(*photo.shot.corners[0]) - complex(*photo.shot.corners[3])) / A4[1]
    for corner in found:
        assert min(abs(complex(*corner) - complex(*true)) for true in photo.shot.corners) < 1.0 * mm


@pytest.mark.parametrize("camera", [
    CURLED, Camera(fills=1.3), Camera(ground=(252, 250, 243)), Camera(fills=0.25), Camera(tilt=20, fills=1.0),
])  # fmt: skip
def test_where_it_is_not_sure_there_are_no_corners(folder: Path, camera: Camera) -> None:
    """Curled, filling the picture, white on white, far away, partly outside."""
    assert find_corners(photographed(folder, camera, LETTER).pixels) is None


def test_scans_and_odd_pictures_have_no_corners() -> None:
    for wear in (Wear(), Wear(border_mm=(9, 6, 4, 8), skew_deg=2)):
        page = np.asarray(make_page(replace(LETTER, wear=wear)).image)
        assert find_corners(page) is None or any(wear.border_mm)
    for odd in (np.zeros((50, 40, 3), np.uint8), np.full((900, 700), 255, np.uint8), np.full((3, 3), 7, np.uint8)):
        assert find_corners(odd) is None
    noise = np.random.default_rng(1).integers(0, 256, (900, 700, 3), dtype=np.uint8)
    assert find_corners(noise) is None


def laid_out(photo: Photo, *more: Recipe) -> tuple[PageResult, Recipe]:
    """As a clerk does it: the page as it came in, its corners looked for on it, then asked for."""
    before = done(photo.path)
    corners = worker.find_corners(PageLook(photo.path, 0, before.recipe))
    assert corners is not None
    work = rectified((), corners)
    return done(photo.path, work, read=True), work


def test_a_sheet_seen_aslant_is_laid_out_and_read_as_if_it_lay_flat(slanted: Photo) -> None:
    result, work = laid_out(slanted)
    assert "perspective" in [t.name for t in result.recipe] and made_anew(result.recipe)
    width, height = result.text.width_px, result.text.height_px
    assert width / height == pytest.approx(A4[0] / A4[1], rel=0.01)
    assert width / result.text.dpi * 25.4 == pytest.approx(A4[0], rel=0.01), "true to paper"
    whole, *_ = recipe_projection(result.recipe, *slanted.pixels.shape[1::-1])
    for x in range(10, 210, 38):
        for y in range(10, 297, 55):
            at = place(whole, *slanted.shot.place(x, y))
            assert (at[0] / width * A4[0], at[1] / height * A4[1]) == pytest.approx((x, y), abs=1.0)
    flat = cer(result, slanted.made)
    crooked = cer(done(slanted.path, read=True), slanted.made)
    assert flat < 0.02 < crooked
    on = grey(page_of(slanted.path, result))
    sure = [w for w in result.text.words if w.confidence > 0.8]
    dark = [on[int(w.box[1]) : int(w.box[3]), int(w.box[0]) : int(w.box[2])].min() < 130 for w in sure]
    assert len(sure) > 100 and np.mean(dark) > 0.99, "words lie on their ink"
    assert done(slanted.path, work, read=True) == result


def test_a_photographed_page_is_published_from_its_own_pixels(slanted: Photo, tmp_path: Path) -> None:
    result, _ = laid_out(slanted)
    for form in PdfForm:
        publish = PublishJob((PublishPage(slanted.path, 0, result.recipe, result.text),), tmp_path / "a.pdf", "Thư", form=form)
        made = worker.publish_document(publish)
        assert made.conformance == "PDF/A-2b" and worker.publish_document(publish) == made
        with pikepdf.open(tmp_path / "a.pdf") as pdf:
            page = pdf.pages[0]
            assert [float(v) for v in page.mediabox[2:]] == pytest.approx([595.3, 841.9], abs=1.5)
            drawn = [image.read_raw_bytes() for image in page.obj.Resources.XObject.values()]
            assert drawn and slanted.path.read_bytes() not in drawn
        shown = worker.render_pdf(PdfRenderJob(tmp_path / "a.pdf", made.sha256, 0, 0, tmp_path, 1200))
        with Image.open(shown.path) as image:
            seen = image.convert("L")
        kept = Image.fromarray(grey(page_of(slanted.path, result))).resize(seen.size)
        difference = np.abs(np.asarray(seen, float) - np.asarray(kept, float))
        assert difference.mean() < 6 and np.percentile(difference, 99) < 90


# --- a curl


def test_a_curled_sheet_is_read_as_if_it_lay_flat(curled: Photo) -> None:
    corners = tuple(curled.shot.corners)
    hand = rectified((asked("as_scanned"),), corners)  # type: ignore[arg-type]
    bent, flat = done(curled.path, hand, read=True), done(curled.path, toggled(hand, "dewarp"), read=True)
    assert "dewarp" in [t.name for t in flat.recipe]
    assert cer(flat, curled.made) < 0.02 < 0.08 < cer(bent, curled.made)
    first = {w.line: w for w in reversed(flat.text.words)}
    last = {w.line: w for w in flat.text.words}
    long = [n for n in first if last[n].box[2] - first[n].box[0] > 0.6 * flat.text.width_px]
    mm = flat.text.dpi / 25.4
    assert len(long) > 8
    assert max(abs(last[n].box[3] - first[n].box[3]) for n in long) < 2.0 * mm, "lines are level, but for descenders"


@pytest.mark.parametrize(
    "camera", [replace(CURLED, curl_mm=20), replace(CURLED, curl_mm=12, focal=1.1), replace(CURLED, curl_mm=-10, focal=0.65)]
)
def test_places_on_the_uncurled_sheet_are_true_to_millimetres(folder: Path, camera: Camera) -> None:
    """Within the part of the sheet that holds text: what has no lines is not told about."""
    photo = photographed(folder, camera, PageSpec(Kind.DECISION, dpi=150))
    work = toggled(rectified((asked("as_scanned"),), tuple(photo.shot.corners)), "dewarp")  # type: ignore[arg-type]
    result = done(photo.path, work)
    steps = {t.name: t for t in result.recipe}
    before = tuple(t for t in result.recipe if t.name != "dewarp")
    whole, *_ = recipe_projection(before, *photo.pixels.shape[1::-1])
    curl = find_curl(applied(photo.pixels, before), result.text.dpi)
    assert curl is not None and "dewarp" in steps
    found, true = [], []
    for y in range(30, 250, 20):
        for x in range(35, 195, 10):
            found.append(flat_place(curl, *place(whole, *photo.shot.place(x, y))))
            true.append((x, y))
    off = _beside_a_similarity(np.array(true, float), np.array(found))
    assert np.percentile(off, 95) < 2.5 and off.max() < 4.0


def flat_place(curl: Curl, x: float, y: float) -> tuple[float, float]:
    """Where a point of the picture lies on the flat sheet."""
    a, b = (float(v[0]) for v in curl.bends(np.array([x])))
    across = float(np.interp(x, curl.columns, np.arange(len(curl.columns)) + 0.5))
    return across, (y - a + b) / (1 + b / (curl.height / 2)) - curl.rows[0]


def _beside_a_similarity(true: np.ndarray, found: np.ndarray) -> np.ndarray:
    """Millimetres by which points differ after one is moved, scaled along each axis and turned onto the other: where the sheet's
    own frame lies is the corners' matter, not the curl's."""
    terms = np.concatenate([found, np.ones((len(found), 1))], axis=1)
    fit = np.linalg.lstsq(terms, true, rcond=None)[0]
    assert abs(fit[0, 1]) < 0.02 * abs(fit[0, 0]) and abs(fit[1, 0]) < 0.02 * abs(fit[1, 1]), "no shear hides a curl"
    assert abs(fit[0, 0]) / abs(fit[1, 1]) == pytest.approx(1, abs=0.06), "nor stretching"
    return np.asarray(np.linalg.norm(terms @ fit - true, axis=1))


@pytest.mark.parametrize("kind", [Kind.LETTER, Kind.DECISION, Kind.APPLICATION, Kind.BIRTH_CERTIFICATE, Kind.BLANK])
def test_a_flat_page_has_no_curl(kind: Kind) -> None:
    for wear in (Wear(), Wear(skew_deg=0.3, noise=3)):
        assert find_curl(np.asarray(make_page(PageSpec(kind, dpi=150, wear=wear)).image), 150) is None


def test_uncurling_takes_two_seconds_at_most(folder: Path) -> None:
    photo = photographed(folder, replace(CURLED, long_px=4300), replace(LETTER, dpi=300))
    begun = time.process_time()
    curl = find_curl(photo.pixels, 300)
    assert curl is not None
    flat = applied(photo.pixels, (curl.step(),))
    assert time.process_time() - begun < 2.0
    assert min(flat.shape[:2]) >= min(photo.pixels.shape[:2])


# --- two pages side by side


def spread_of(first: PageSpec, second: PageSpec, shade: float, skew: float = 0.0) -> tuple[Pixels, int]:
    """Two pages and the column at which they meet; ``shade``: of the fold between them."""
    left, right = (np.asarray(make_page(s).image) for s in (first, second))
    both = np.concatenate([left, right], axis=1).astype(np.float32)
    meet = left.shape[1]
    x = np.arange(both.shape[1])
    both *= (1 - shade * np.exp(-np.abs(x - meet) / (0.012 * both.shape[1])))[None, :, None]
    image = Image.fromarray(both.astype(np.uint8))
    if skew:
        image = image.rotate(-skew, resample=Image.Resampling.BICUBIC, fillcolor=(246, 244, 238))
    return np.asarray(image), meet


@pytest.mark.parametrize(("shade", "skew", "turn"), [(0.0, 0.0, 0), (0.35, 0.0, 0), (0.35, 1.5, 0), (0.35, 0.0, 90)])
def test_a_spread_becomes_its_two_pages(tmp_path: Path, shade: float, skew: float, turn: int) -> None:
    """Which end of one scanned sideways is up is only told by reading."""
    first, second = PageSpec(Kind.LETTER, dpi=150, seed=3), PageSpec(Kind.DECISION, dpi=150, seed=4)
    pixels, meet = spread_of(first, second, shade, skew)
    path = tmp_path / "a.jpg"
    Image.fromarray(np.ascontiguousarray(np.rot90(pixels, -turn // 90))).save(path, dpi=(150, 150), quality=90)
    left, right = (done(path, work, read=bool(turn)) for work in halves(()))
    for result in (left, right):
        assert not made_anew(result.recipe), "a part of the scan is drawn, not made anew"
        assert (result.text.height_px, result.text.width_px) == pytest.approx((1754, 1240), abs=45)
        assert not result.blank and abs(result.skew_deg) < 0.3
    at = next(t["x"] for t in left.recipe if t.name == "spread")
    assert at == pytest.approx(meet, abs=3 / 25.4 * 150 + 25 * (skew > 0))
    original = make_page(first).image.convert("L").resize((124, 175))
    again = Image.fromarray(grey(page_of(path, left))).resize((124, 175))
    other = Image.fromarray(grey(page_of(path, right))).resize((124, 175))
    assert _like(again, original) > 0.6 > 0.3 > _like(other, original)


def _like(a: Image.Image, b: Image.Image) -> float:
    return float(np.corrcoef(np.asarray(a, float).ravel(), np.asarray(b, float).ravel())[0, 1])


def test_the_halves_of_a_spread_share_the_scan_s_bytes_in_the_file(tmp_path: Path) -> None:
    pixels, _ = spread_of(PageSpec(Kind.LETTER, dpi=150), PageSpec(Kind.DECISION, dpi=150), 0.3)
    path = tmp_path / "a.jpg"
    Image.fromarray(pixels).save(path, dpi=(150, 150), quality=85)
    results = [done(path, work) for work in halves(())]
    pages = tuple(PublishPage(path, 0, r.recipe, r.text) for r in results)
    made = worker.publish_document(PublishJob(pages, tmp_path / "a.pdf", "Thư"))
    assert made.pages == 2 and made.bytes < 1.2 * path.stat().st_size
    for number, result in enumerate(results):
        shown = worker.render_pdf(PdfRenderJob(tmp_path / "a.pdf", made.sha256, 0, number, tmp_path, 1000))
        with Image.open(shown.path) as image:
            kept = Image.fromarray(grey(page_of(path, result))).resize(image.size)
            assert _like(image.convert("L"), kept) > 0.95


def test_the_blank_half_of_a_spread_is_blank(tmp_path: Path) -> None:
    pixels, _ = spread_of(PageSpec(Kind.LETTER, dpi=150), PageSpec(Kind.BLANK, dpi=150), 0.3)
    Image.fromarray(pixels).save(tmp_path / "a.png", dpi=(150, 150))
    assert [done(tmp_path / "a.png", work).blank for work in halves(())] == [False, True]


def test_without_anything_to_see_the_middle_is_the_middle() -> None:
    assert gutter(np.full((400, 900), 250, np.uint8), 100) == pytest.approx(450, abs=2)
    assert gutter(np.zeros((4, 3), np.uint8), 100) == 1


# --- in order, the same each time


@pytest.fixture(scope="module")
def skewed(folder: Path) -> Path:
    path = folder / "skewed.jpg"
    make_page(PageSpec(Kind.LETTER, dpi=150, wear=Wear(skew_deg=2, border_mm=(8, 5, 5, 8)))).image.save(path, dpi=(150, 150))
    return path


def names(result: PageResult) -> list[str]:
    return [t.name for t in result.recipe]


def test_a_page_as_scanned_is_neither_straightened_nor_cut(skewed: Path) -> None:
    plain = done(skewed)
    assert names(plain) == ["deskew", "crop"]
    raw = done(skewed, toggled((), "as_scanned"))
    assert raw.recipe == () and raw.text.width_px == raw.frame.width_px != plain.text.width_px
    by_hand = done(skewed, straightened(toggled((), "as_scanned"), 2.0))
    assert names(by_hand) == ["deskew"] and by_hand.recipe[0]["degrees"] == 2.0


def test_steps_act_on_the_page_as_the_ones_before_left_it(skewed: Path) -> None:
    plain = page_of(skewed, done(skewed))
    height, width = plain.shape[:2]
    cut = done(skewed, cropped((), (100, 200, 700, 900)))
    assert np.abs(page_of(skewed, cut).astype(int) - plain[200:900, 100:700]).max() <= 30
    assert np.abs(page_of(skewed, cut).astype(int) - plain[200:900, 100:700]).mean() < 0.5
    turned_after = page_of(skewed, done(skewed, turned(cropped((), (100, 200, 700, 900)), 90)))
    assert np.abs(turned_after.astype(int) - np.rot90(plain[200:900, 100:700], -1)).mean() < 3
    turned_before = page_of(skewed, done(skewed, cropped(turned((), 90), (100, 200, 700, 900))))
    assert np.abs(turned_before.astype(int) - np.rot90(plain, -1)[200:900, 100:700]).mean() < 3
    beyond = done(skewed, cropped((), (-50, 100, width + 80, height + 9)))
    assert (beyond.text.width_px, beyond.text.height_px) == (width, height - 100), "a box ends where the page does"
    assert names(done(skewed, cropped((), (width + 5, 0, width + 50, 40)))) == ["deskew", "crop"], "nothing of the page in it"


WORKS: tuple[Recipe, ...] = (
    cropped(turned((), 180), (10, 20, 800, 900)),
    toggled(toggled(toggled(toggled((), "despeckle"), "borders"), "flatten"), "bleed_through"),
    toggled(rectified((), ((20, 30), (1100, 10), (1150, 1600), (30, 1650))), "flatten"),
    toggled((), "dewarp"),
    toggled(halves(())[1], "borders"),
)


@pytest.mark.parametrize("work", WORKS, ids=["affine", "tones", "perspective", "dewarp", "half"])
def test_the_same_wishes_make_the_same_page_from_nothing(skewed: Path, tmp_path: Path, work: Recipe) -> None:
    first = done(skewed, work)
    asked_again = replace(job(skewed, arranged(work)), cache=tmp_path / "other", read=False)
    again = worker.process_page(asked_again)
    assert again.recipe == first.recipe and again.findings == first.findings
    assert again.fingerprint == first.fingerprint
    page = page_of(skewed, first)
    assert page.shape[:2] == (first.text.height_px, first.text.width_px)
    assert np.array_equal(page, page_of(skewed, again))
    seen = worker.render_page(RenderJob(skewed, sha256(skewed), 0, first.recipe, tmp_path, 2400))
    with Image.open(seen.path) as image:
        assert image.size == (page.shape[1], page.shape[0])
        assert np.abs(np.asarray(image.convert("RGB"), int) - page).mean() < 4


def test_an_affine_page_is_published_with_the_scan_s_own_bytes_and_another_is_not(skewed: Path, tmp_path: Path) -> None:
    for work, own in ((cropped((), (50, 60, 900, 1200)), True), (halves(())[0], True), (toggled((), "flatten"), False)):
        result = done(skewed, work)
        page = PublishPage(skewed, 0, result.recipe, result.text)
        worker.publish_document(PublishJob((page,), tmp_path / "a.pdf", "Thư"))
        with pikepdf.open(tmp_path / "a.pdf") as pdf:
            assert (pdf.pages[0].obj.Resources.XObject["/Im0"].read_raw_bytes() == skewed.read_bytes()) == own
            size = [float(v) * 150 / 72 for v in pdf.pages[0].mediabox[2:]]
            assert size == pytest.approx([result.text.width_px, result.text.height_px], abs=1)


def test_a_step_of_a_newer_program_is_refused_and_not_left_out(skewed: Path) -> None:
    with pytest.raises(ValueError, match="flatten 2"):
        applied(np.zeros((10, 10), np.uint8), (replace(asked("flatten", dpi=150), version=2),))
    with pytest.raises(ValueError, match="as_scanned"):
        applied(np.zeros((10, 10), np.uint8), (asked("as_scanned"),))


@pytest.mark.parametrize("step", ["dewarp", "flatten", "bleed_through", "despeckle", "borders", "perspective"])
def test_a_step_takes_no_more_memory_than_a_worker_has(step: str) -> None:
    """A4 in colour at 600 dpi has 35 million pixels: at 28 bytes each a gigabyte beside the 0.4 of an idle worker."""
    page = np.array(make_page(PageSpec(Kind.LETTER, dpi=300, wear=Wear(shadow=0.3, bleed=0.1))).image)
    height, width = page.shape[:2]
    asked_for = {
        "dewarp": Curl(width, height, (3.0, 9.0, 2.0, 1.0, 0.0), (20.0, 9.0, 2.0, 1.0, 0.0)).step(),
        "perspective": _resolved(width, height),
    }.get(step) or asked(step, dpi=300)
    applied(page[:400], (asked("flatten", dpi=300),))  # what is loaded once
    tracemalloc.start()
    try:
        applied(page, (asked_for,))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 28 * height * width


def _resolved(width: int, height: int) -> Transform:
    corners = {"x0": 20, "y0": 30, "x1": width - 40, "y1": 10, "x2": width, "y2": height, "x3": 5, "y3": height - 30}
    return asked("perspective", **corners, width=width, height=height)
