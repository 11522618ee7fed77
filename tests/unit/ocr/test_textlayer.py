"""The text layer against known places of words, as viewers and pdftotext see it, on level and crooked scans."""

import math
import re
import subprocess
from dataclasses import dataclass, replace
from html import unescape
from itertools import pairwise
from pathlib import Path

import numpy as np
import pymupdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from ocr import worker
from ocr.textlayer import text_layer
from tests.pagemaker.fonts import font
from tests.pagemaker.words import PROSE
from tests.unit.ocr.conftest import Read, Reader
from workstation.domain.page import Box, Engine, PageText, Word, recipe_matrix
from workstation.domain.pagejobs import PdfForm, PublishJob

DPI, WIDTH, HEIGHT = 200, 1654, 2339
NEAR = 3 * 72 / 150
"""Points: three pixels at 150 dpi."""


@dataclass(frozen=True)
class Placed:
    text: str
    box: Box
    """Of its ink, in pixels of the scan before it was laid askew."""


def level_page() -> tuple[Image.Image, list[Placed]]:
    """Justified print of some 150 words, each with the place of its ink."""
    page, face = Image.new("L", (WIDTH, HEIGHT), 252), font("Tinos", "Regular", round(13 / 72 * DPI))
    pen, words, x, y = ImageDraw.Draw(page), [], 230.0, 250.0
    for word in " ".join(s.format(ward="phường Hòa Hưng") for s in PROSE[:7]).split():
        width = face.getlength(word)
        if x + width > WIDTH - 170:
            x, y = 230.0, y + 56
        pen.text((x, y), word, 20, face)
        words.append(Placed(word, pen.textbbox((x, y), word, face)))
        x += width + 14
    return page, words


def askew(page: Image.Image, degrees: float) -> Image.Image:
    """Turned clockwise about its centre, as a sheet in a feeder."""
    return page.rotate(-degrees, Image.Resampling.BICUBIC, fillcolor=252)


@dataclass(frozen=True)
class Crooked:
    read: Read
    pdf: Path
    words: list[Placed]
    """Where they stand on the published page, in points from its top left."""


@pytest.fixture(scope="module", params=[0.0, 0.3, 1.7, -3.0])
def crooked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, read_page: Reader) -> Crooked:
    folder, degrees = tmp_path_factory.mktemp("askew"), request.param
    page, words = level_page()
    askew(page, degrees).save(folder / "a.jpg", dpi=(DPI, DPI), quality=90)
    read = read_page(folder / "a.jpg")
    worker.publish_document(PublishJob((read.publish,), folder / "a.pdf", "x", form=PdfForm.COMPACT))
    return Crooked(read, folder / "a.pdf", [on_page(word, degrees, read) for word in words])


def on_page(word: Placed, degrees: float, read: Read) -> Placed:
    """The word's middle follows the feeder's turn and the recipe; both turn about the same centre, so its size stays."""
    x0, y0, x1, y1 = word.box
    r = math.radians(degrees)
    dx, dy = (x0 + x1 - WIDTH) / 2, (y0 + y1 - HEIGHT) / 2
    x, y = WIDTH / 2 + dx * math.cos(r) - dy * math.sin(r), HEIGHT / 2 + dx * math.sin(r) + dy * math.cos(r)
    a, b, c, d, e, f = recipe_matrix(read.result.recipe, WIDTH, HEIGHT)[0]
    x, y, w, h = a * x + c * y + e, b * x + d * y + f, x1 - x0, y1 - y0
    k = 72 / DPI
    return Placed(word.text, ((x - w / 2) * k, (y - h / 2) * k, (x + w / 2) * k, (y + h / 2) * k))


_BBOX = re.compile(r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</word>')


def bboxes(pdf: Path) -> list[Placed]:
    html = subprocess.run(["pdftotext", "-bbox", "-enc", "UTF-8", pdf, "-"], capture_output=True, text=True, check=True).stdout
    return [Placed(unescape(m[5]), (float(m[1]), float(m[2]), float(m[3]), float(m[4]))) for m in _BBOX.finditer(html)]


def once(words: list[Placed]) -> dict[str, Box]:
    texts = [w.text for w in words]
    return {w.text: w.box for w in words if texts.count(w.text) == 1}


def test_words_lie_where_they_were_printed(crooked: Crooked) -> None:
    truth, found = once(crooked.words), once(bboxes(crooked.pdf))
    both = truth.keys() & found.keys()
    assert len(both) > 0.9 * len(truth) > 30
    off = {w for w in both if abs(truth[w][0] - found[w][0]) > NEAR or abs(truth[w][2] - found[w][2]) > NEAR}
    off |= {w for w in both if not found[w][1] - NEAR < (truth[w][1] + truth[w][3]) / 2 < found[w][3] + NEAR}
    assert len(off) <= 0.02 * len(both), {w: (truth[w], found[w]) for w in off}


def test_pdftotext_reads_in_order(crooked: Crooked) -> None:
    """Also on skewed pages, where layers that follow the tilt come out in a wrong order."""
    text = subprocess.run(["pdftotext", "-enc", "UTF-8", crooked.pdf, "-"], capture_output=True, text=True, check=True).stdout
    assert text.split() == crooked.read.result.text.text.split()
    assert "\u00ad" not in text and "\u037e" not in text


def test_a_phrase_that_is_searched_for_is_marked_on_its_words(crooked: Crooked) -> None:
    truth = crooked.words
    right = {w.text for w in crooked.read.result.text.words}
    tried = 0
    with pymupdf.open(crooked.pdf) as document:
        for i in range(0, len(truth) - 2, 7):
            phrase = truth[i : i + 3]
            text = " ".join(w.text for w in phrase)
            level = abs(phrase[0].box[1] - phrase[2].box[1]) < 12
            if not level or not all(w.text in right for w in phrase):
                continue
            hits = document[0].search_for(text)
            covers = [
                abs(hit.x0 - phrase[0].box[0]) < NEAR and abs(hit.x1 - phrase[2].box[2]) < NEAR
                and hit.y0 - NEAR < min(w.box[1] for w in phrase) and max(w.box[3] for w in phrase) < hit.y1 + NEAR
                for hit in hits
            ]  # fmt: skip
            assert any(covers), (text, [w.box for w in phrase], hits)
            tried += 1
    assert tried >= 8


def test_the_layer_adds_no_ink(crooked: Crooked, tmp_path: Path) -> None:
    read = crooked.read.publish
    bare = replace(read, text=replace(read.text, words=()))
    worker.publish_document(PublishJob((bare,), tmp_path / "bare.pdf", "x"))
    worker.publish_document(PublishJob((read,), tmp_path / "full.pdf", "x"))
    drawn = []
    for name in ("bare.pdf", "full.pdf"):
        with pymupdf.open(tmp_path / name) as document:
            drawn.append(np.frombuffer(document[0].get_pixmap(dpi=72).samples, np.uint8))
    assert np.array_equal(drawn[0], drawn[1])


@st.composite
def lines_of_words(draw: st.DrawFn) -> PageText:
    """Words as bad pages give them: touching, one over the other, thin as a hair, at any resolution."""
    words, dpi = [], draw(st.sampled_from([72.0, 100.0, 199.7, 300.0, 600.0]))
    for line in range(draw(st.integers(1, 3))):
        x, y = float(draw(st.integers(0, 300))), 100 * line + draw(st.integers(0, 40))
        for _ in range(draw(st.integers(1, 12))):
            text = draw(st.text("aỹ1.𝟙", min_size=1, max_size=12))
            width, height = draw(st.integers(1, 400) | st.floats(0.05, 1)), draw(st.integers(1, 60))
            words.append(Word(text, (x, y, x + width, y + height), 0.9, line))
            x = max(0.0, x + width + draw(st.integers(-40, 90)))
    return PageText(4000, 400, dpi, tuple(words), Engine("", "", "", ""), 0.0)


_OPERATION = re.compile(rb"/F0 (?P<size>\S+) Tf|(?P<dx>\S+) (?P<dy>\S+) Td|(?P<stretch>\S+) Tz|<(?P<code>[0-9A-F]+)>Tj")


@given(lines_of_words())
def test_a_word_begins_and_ends_where_it_lies_whatever_stands_around_it(text: PageText) -> None:
    shown, size, stretch, start, pen, places = [], 0.0, 0.0, 0.0, 0.0, 0
    for m in _OPERATION.finditer(text_layer(text).replace(b"Tz<", b"Tz <")):
        if m["size"]:
            size = float(m["size"])
        elif m["dx"]:
            start += float(m["dx"])
            pen, places = start, places + 1
        elif m["stretch"]:
            stretch = float(m["stretch"])
        else:
            left, pen = pen, pen + len(m["code"]) // 4 * 0.5 * size * stretch / 100
            if m["code"] != b"0020":
                shown.append((bytes.fromhex(m["code"].decode()).decode("utf-16-be"), left, pen))
    pixel = 72 / text.dpi
    assert [s[0] for s in shown] == [w.text for w in text.words]
    for (_, left, right), word in zip(shown, text.words, strict=True):
        assert abs(left - word.box[0] * pixel) < pixel and abs(right - word.box[2] * pixel) < pixel, (word, left, right)
    by_line = [[w for w in text.words if w.line == n] for n in {w.line for w in text.words}]
    apart = sum(b.box[0] - a.box[2] < 1 for line in by_line for a, b in pairwise(line))
    assert places <= len(by_line) + apart, "a place is given only where the pen can't reach it"
