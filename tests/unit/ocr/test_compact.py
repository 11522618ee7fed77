"""Compact pages: what becomes of writing, seals, signatures and photographs, and which pages keep their scan."""

import io
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pikepdf
import pymupdf
import pytest
from pikepdf.pdfa import validate_written
from PIL import Image, ImageDraw
from PIL.JpegImagePlugin import get_sampling

from ocr import worker
from ocr.compact import MAX_DOUBT, words_on_scan
from ocr.frames import Pixels, load_frame
from ocr.mixed import grown, rules, split
from tests.bench.text import score
from tests.pagemaker import BAD, CLEAN, OFFICE, Kind, PageSpec, make_page, save_page
from tests.unit.ocr.conftest import Read, Reader
from workstation.domain.page import Engine, PageText
from workstation.domain.pagejobs import PdfForm, PublishJob, PublishPage
from workstation.domain.signature import PublishedPdf

CREATED = "2026-11-21T08:00:00+00:00"
MM = 300 / 25.4
WORN = replace(BAD, noise=20, fade=0.6)
"""Grain as strong as the faded strokes."""


def publish(out: Path, *pages: PublishPage, form: PdfForm = PdfForm.COMPACT) -> PublishedPdf:
    return worker.publish_document(PublishJob(pages, out, "Quyết định", "vi", CREATED, form))


def unread(path: Path, dpi: float = 300) -> PublishPage:
    """A page whose words nobody read."""
    with Image.open(path) as image:
        width, height = image.size
    return PublishPage(path, 0, (), PageText(width, height, dpi, (), Engine("none", "", "", ""), 0))


@pytest.fixture(scope="module")
def signed_page(tmp_path_factory: pytest.TempPathFactory, read_page: Reader) -> Read:
    """The last page of a decision: text, a red seal, a blue signature over it, a signer's name under both."""
    path = tmp_path_factory.mktemp("page") / "a.jpg"
    save_page(path, make_page(PageSpec(Kind.DECISION, page=1, wear=OFFICE, seed=3)))
    return read_page(path)


@pytest.fixture(scope="module")
def compact(signed_page: Read, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out") / "a.pdf"
    assert publish(out, signed_page.publish).forms == ("layers",)
    return out


def by_mupdf(pdf: Path, dpi: int, page: int = 0) -> Pixels:
    with pymupdf.open(pdf) as document:
        drawn = document[page].get_pixmap(dpi=dpi, alpha=False)
    return np.frombuffer(drawn.samples, np.uint8).reshape(drawn.height, drawn.width, 3)


def by_poppler(pdf: Path, dpi: int, page: int = 0) -> Pixels:
    number = str(page + 1)
    command = ["pdftoppm", "-r", str(dpi), "-f", number, "-l", number, str(pdf)]
    drawn = subprocess.run(command, capture_output=True, check=True).stdout
    with Image.open(io.BytesIO(drawn)) as image:
        return np.asarray(image.convert("RGB"))


def red(pixels: Pixels) -> np.ndarray:
    r, g, b = (pixels[..., i].astype(int) for i in range(3))
    return r - np.maximum(g, b) > 40


def blue(pixels: Pixels) -> np.ndarray:
    r, g, b = (pixels[..., i].astype(int) for i in range(3))
    return b - np.maximum(r, g) > 30


def test_it_conforms_is_the_same_each_time_and_far_smaller(signed_page: Read, compact: Path, tmp_path: Path) -> None:
    assert validate_written(compact, "2b").verdict == "pass"
    assert compact.stat().st_size < 80_000 < signed_page.path.stat().st_size / 5
    publish(tmp_path / "again.pdf", signed_page.publish)
    assert (tmp_path / "again.pdf").read_bytes() == compact.read_bytes()


def test_the_mask_is_lossless_on_the_scans_own_grid(signed_page: Read, compact: Path) -> None:
    with pikepdf.open(compact) as pdf, Image.open(signed_page.path) as scan:
        masks = [image.SMask for image in pdf.pages[0].obj.Resources.XObject.values() if "/SMask" in image]
        assert [(int(m.Width), int(m.Height), str(m.Filter)) for m in masks if m.Width > 1000] == [(*scan.size, "/JBIG2Decode")]
        assert {str(m.Filter) for m in masks} <= {"/JBIG2Decode", "/CCITTFaxDecode"}


def test_a_stamps_colour_stays_beside_the_letters_it_stands_on(compact: Path) -> None:
    """At a quarter of the resolution it would colour them: patches keep it whole."""
    with pikepdf.open(compact) as pdf:
        drawn = list(pdf.pages[0].obj.Resources.XObject.values())
        kinds = [get_sampling(Image.open(io.BytesIO(image.read_raw_bytes()))) for image in drawn]
    assert len(kinds) > 2
    assert set(kinds[2:]) == {0}  # behind paper and ink


@pytest.mark.parametrize("engine", [by_mupdf, by_poppler])
def test_both_engines_draw_the_page_as_it_was(signed_page: Read, compact: Path, engine: object, tmp_path: Path) -> None:
    publish(tmp_path / "scan.pdf", signed_page.publish, form=PdfForm.ARCHIVE)
    drawn, wanted = engine(compact, 150), engine(tmp_path / "scan.pdf", 150)  # type: ignore[operator]
    assert drawn.shape == wanted.shape
    difference = np.abs(drawn.astype(int) - wanted.astype(int)).mean(axis=2)
    assert difference.mean() < 4
    assert (difference > 90).mean() < 0.002
    for colour in (red, blue):  # neither seal nor signature turned black, nor lost its faint parts
        before, after = colour(wanted), colour(drawn)
        assert before.sum() > 1000
        assert (before & cv2.dilate(after.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)).sum() > 0.93 * before.sum()


def test_it_reads_as_well_as_the_scan(read_page: Reader, tmp_path: Path) -> None:
    """A whole page, drawn by both engines and read again: at most half a point of its letters more are wrong."""
    made = make_page(PageSpec(Kind.NOTICE, wear=OFFICE, seed=6))
    save_page(tmp_path / "a.jpg", made)
    scan = read_page(tmp_path / "a.jpg")
    assert publish(tmp_path / "a.pdf", scan.publish).forms == ("layers",)
    before = score(scan.result.text.text, (made.text,)).cer or 0.0
    for engine in (by_mupdf, by_poppler):
        Image.fromarray(engine(tmp_path / "a.pdf", 300)).save(tmp_path / f"{engine.__name__}.png", dpi=(300, 300))
        again = read_page(tmp_path / f"{engine.__name__}.png").result.text.text
        assert (score(again, (made.text,)).cer or 0.0) <= before + 0.5, engine.__name__


def test_no_patch_edge_cuts_a_word(signed_page: Read) -> None:
    with Image.open(signed_page.path) as image:
        pixels = np.asarray(image.convert("RGB"))
    boxes = words_on_scan(signed_page.publish, load_frame(signed_page.path, 0))
    layers = split(pixels, 300, boxes)
    assert layers.patches
    drawn = np.zeros(pixels.shape[:2], np.uint8)
    for patch in layers.patches:
        x0, y0, x1, y1 = patch.box
        shape = np.ones((y1 - y0, x1 - x0), np.uint8)
        if patch.shape is not None:
            shape = np.asarray(cv2.resize(patch.shape, (x1 - x0, y1 - y0), interpolation=cv2.INTER_NEAREST), np.uint8)
        drawn[y0:y1, x0:x1] |= shape
    inside = [drawn[round(y0) : round(y1), round(x0) : round(x1)].mean() for x0, y0, x1, y1 in boxes]
    assert 3 < sum(v > 0.97 for v in inside) < len(inside) / 2
    assert [v for v in inside if 0.03 < v <= 0.97] == []


def test_a_patch_grows_to_what_sticks_out_of_it_and_no_further() -> None:
    words = np.array([[90, 10, 130, 20], [140, 10, 180, 20], [20, 40, 60, 50], [125, 18, 135, 30]], np.float64)
    groups = grown([(0, 0, 100, 60)], words, (200, 300))
    assert groups == (((0, 0, 100, 60), (89, 9, 131, 21), (124, 17, 136, 31)),)
    (touching,) = grown([(0, 0, 50, 50), (40, 40, 80, 80)], words[:0], (200, 300))
    assert set(touching) == {(0, 0, 50, 50), (40, 40, 80, 80)}


def photograph(width: int, height: int) -> Image.Image:
    y, x = np.mgrid[0:height, 0:width]
    tone = 128 + 70 * np.sin(x / 90) * np.cos(y / 70) + 30 * np.sin(x / 11)
    return Image.fromarray(np.clip(np.stack([tone, tone * 0.8 + 20, 230 - tone], axis=2), 0, 255).astype(np.uint8))


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_a_photograph_on_a_page_stays_continuous_tone(mode: str, tmp_path: Path, read_page: Reader) -> None:
    page = make_page(PageSpec(Kind.APPLICATION, seed=5)).image.convert("RGB")
    at = (int(150 * MM), int(250 * MM))
    page.paste(photograph(int(30 * MM), int(40 * MM)), at)
    page.convert(mode).save(tmp_path / "a.jpg", quality=92, dpi=(300, 300))
    publish(tmp_path / "a.pdf", read_page(tmp_path / "a.jpg").publish)
    drawn = by_poppler(tmp_path / "a.pdf", 300)
    x0, y0, x1, y1 = at[0] + 10, at[1] + 10, int(at[0] + 30 * MM) - 10, int(at[1] + 40 * MM) - 10
    wanted = np.asarray(page.convert(mode).convert("RGB"))[y0:y1, x0:x1].astype(int)
    assert np.abs(drawn[y0:y1, x0:x1] - wanted).mean() < 6
    assert (tmp_path / "a.pdf").stat().st_size < 120_000


def test_a_page_of_photographs_is_one_picture(tmp_path: Path) -> None:
    photograph(2480, 3508).save(tmp_path / "a.jpg", quality=92, dpi=(300, 300))
    made = publish(tmp_path / "a.pdf", unread(tmp_path / "a.jpg"))
    assert made.forms == ("picture",)
    drawn = by_mupdf(tmp_path / "a.pdf", 300)[:3508, :2480].astype(int)
    assert np.abs(drawn - np.asarray(photograph(2480, 3508))).mean() < 8


def test_worn_paper_and_black_and_white_and_coarse_scans_stay_as_scanned(tmp_path: Path, read_page: Reader) -> None:
    save_page(tmp_path / "worn.jpg", make_page(PageSpec(Kind.LETTER, seed=4, wear=WORN)))
    good = make_page(PageSpec(Kind.LETTER, seed=4, wear=CLEAN)).image
    good.convert("1", dither=Image.Dither.NONE).save(tmp_path / "bits.tif", dpi=(300, 300), compression="group4")
    good.resize((827, 1169)).save(tmp_path / "coarse.jpg", dpi=(100, 100))
    pages = [read_page(tmp_path / name).publish for name in ("worn.jpg", "bits.tif", "coarse.jpg")]
    assert publish(tmp_path / "a.pdf", *pages).forms == ("scan",) * 3
    with pikepdf.open(tmp_path / "a.pdf") as pdf:
        raw = [next(iter(page.obj.Resources.XObject.values())).read_raw_bytes() for page in pdf.pages]
    assert raw[0] == (tmp_path / "worn.jpg").read_bytes() and raw[2] == (tmp_path / "coarse.jpg").read_bytes()


@pytest.mark.parametrize(("wear", "worn"), [(CLEAN, False), (OFFICE, False), (WORN, True)])
def test_worn_strokes_are_told_from_good_ones(wear: object, worn: bool) -> None:
    spec = replace(PageSpec(Kind.DECISION, seed=8), wear=wear)  # type: ignore[arg-type]
    doubt = split(np.asarray(make_page(spec).image.convert("RGB")), spec.dpi, ()).doubt
    assert (doubt > 1.15 * MAX_DOUBT) if worn else (doubt < 0.9 * MAX_DOUBT)


def lines(pixels: Sequence[int], width: float) -> Image.Image:
    """Level, upright and slanted strokes of ``width`` pixels at the given brightness on white."""
    page = Image.new("L", (1654, 2339), 250)
    draw = ImageDraw.Draw(page)
    for n, tone in enumerate(pixels):
        y = 300 + 200 * n
        draw.line((200, y, 1400, y), tone, round(width))
        draw.line((200, y + 20, 1400, y + 160), tone, round(width))
    return page


def test_thin_strokes_stay(tmp_path: Path) -> None:
    """Hair lines of two pixels at 200 dpi, black to pale grey, are where they were."""
    lines((0, 40, 80, 120), 2).save(tmp_path / "a.png", dpi=(200, 200))
    publish(tmp_path / "a.pdf", unread(tmp_path / "a.png", 200))
    for engine in (by_mupdf, by_poppler):
        drawn = engine(tmp_path / "a.pdf", 200)[..., 0]
        wanted = np.asarray(lines((0, 40, 80, 120), 2)) < 200
        seen = cv2.dilate((drawn < 225).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        assert (seen & wanted).sum() > 0.98 * wanted.sum()


def certificate(paper: int, frame: int) -> Pixels:
    """A page at 200 dpi with grain and a crooked double frame of hair lines around bold print."""
    page = Image.new("L", (1654, 2339), paper)
    draw = ImageDraw.Draw(page)
    for inset in (150, 162):
        draw.rectangle((inset, inset, 1654 - inset, 2339 - inset), outline=frame)
    for n in range(600):
        x, y = 300 + 30 * (n % 30), 400 + 70 * (n // 30)
        draw.rectangle((x, y, x + 12, y + 30), 20)
    turned = np.asarray(page.rotate(0.4, Image.Resampling.BICUBIC, fillcolor=paper)).astype(float)
    return np.clip(turned + np.random.default_rng(5).normal(0, 3, turned.shape), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("engine", [by_mupdf, by_poppler])
def test_the_faint_frame_of_a_certificate_does_not_dissolve(engine: object, tmp_path: Path) -> None:
    """A frame a tenth darker than its paper is there on all four sides, without gaps."""
    Image.fromarray(certificate(235, 205)).save(tmp_path / "a.png", dpi=(200, 200))
    assert publish(tmp_path / "a.pdf", unread(tmp_path / "a.png", 200)).forms == ("layers",)
    drawn = engine(tmp_path / "a.pdf", 200)[..., 0]  # type: ignore[operator]
    clear = drawn < 235 - 18
    upright, level = clear[300:2000], clear[:, 300:1300]
    sides = (
        upright[:, 130:190].any(axis=1),
        upright[:, -190:-130].any(axis=1),
        level[130:190].any(axis=0),
        level[-190:-130].any(axis=0),
    )
    assert [round(float(side.mean()), 2) for side in sides] == [pytest.approx(1, abs=0.02)] * 4


def test_leaders_and_letters_are_no_rules() -> None:
    page = Image.new("L", (1654, 2339), 245)
    draw = ImageDraw.Draw(page)
    for n in range(120):
        draw.ellipse((200 + 10 * n, 300, 204 + 10 * n, 304), 60)
        draw.rectangle((200 + 10 * n, 500, 204 + 10 * n, 530), 30)
    assert not rules(np.asarray(page), 200).any()
    draw.line((200, 700, 1400, 700), 200)
    found = rules(np.asarray(page), 200)
    assert found[700, 220:1380].all() and not found[:690].any() and not found[710:].any()
