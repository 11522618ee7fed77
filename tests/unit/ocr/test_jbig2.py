"""JBIG2 as we write it, read by decoders that are not ours."""

import subprocess
from pathlib import Path

import numpy as np
import pikepdf
import pymupdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from PIL import Image

from ocr.jbig2 import Coder, encoded
from ocr.pictures import group4, writing

# T.88, H.2: the bits of these bytes, all in one context, and what a coder makes of them
SAMPLE = bytes.fromhex("00020051000000C00352872AAAAAAAAA82C02000FCD79EF6BF7FED904F46A3BF")
SAMPLE_CODED = bytes.fromhex("84C73BFCE1A1430402200000410DBB86F4317FFF88FF37471ADB6ADFFFAC")


def pdf_of(mask: np.ndarray, path: Path) -> Path:
    height, width = mask.shape
    pdf = pikepdf.Pdf.new()
    pdf.add_blank_page(page_size=(200, 200))
    pdf.pages[0].Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=pikepdf.Stream(
        pdf, encoded(mask), Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=width, Height=height,
        BitsPerComponent=1, ColorSpace=pikepdf.Name.DeviceGray, Filter=pikepdf.Name.JBIG2Decode,
    )))  # fmt: skip
    pdf.pages[0].Contents = pikepdf.Stream(pdf, b"200 0 0 200 0 0 cm /Im0 Do")
    pdf.save(path)
    return path


def by_mupdf(path: Path) -> np.ndarray:
    """Ones where the filter gives 0, as it does for what the coder calls black."""
    with pymupdf.open(path) as document:
        drawn = pymupdf.Pixmap(document, document[0].get_images()[0][0])
    return (np.frombuffer(drawn.samples, np.uint8).reshape(drawn.height, drawn.stride)[:, : drawn.width] < 128).astype(np.uint8)


def marks(height: int, width: int, seed: int) -> np.ndarray:
    """Strokes on white, as many rows as take several bands."""
    chance = np.random.default_rng(seed)
    mask = np.zeros((height, width), np.uint8)
    for y, x, h, w in chance.integers((0, 0, 1, 1), (height, width, 9, 40), (300, 4)):
        mask[y : y + h, x : x + w] ^= 1
    return mask


def test_the_coder_gives_the_standards_own_sample() -> None:
    coder = Coder()
    coder.code([2 * 77 + int(bit) for bit in np.unpackbits(np.frombuffer(SAMPLE, np.uint8))])
    assert coder.end() == SAMPLE_CODED


@given(st.lists(st.tuples(st.integers(0, 5000), st.lists(st.integers(1, 7), max_size=6)), max_size=8), st.integers(0, 9000))
def test_white_taken_together_is_white_one_by_one(pieces: list[tuple[int, list[int]]], last: int) -> None:
    together, single = Coder(), Coder()
    for white, others in [*pieces, (last, [])]:
        together.white(white)
        together.code(others)
        single.code([0] * white + others)
    assert together.end() == single.end()


@settings(max_examples=40)
@given(mask=arrays(np.uint8, array_shapes(min_dims=2, max_dims=2, max_side=40), elements=st.integers(0, 1)))
def test_any_mask_comes_back(mask: np.ndarray, tmp_path_factory: pytest.TempPathFactory) -> None:
    assert np.array_equal(by_mupdf(pdf_of(mask, tmp_path_factory.mktemp("any") / "a.pdf")), mask)


@pytest.mark.parametrize("mask", [
    np.zeros((600, 333), np.uint8), np.ones((300, 301), np.uint8), marks(777, 1001, 1), marks(255, 64, 2), marks(257, 9, 3),
])  # fmt: skip
def test_rows_of_several_bands_blank_and_black_ones_come_back(mask: np.ndarray, tmp_path: Path) -> None:
    assert np.array_equal(by_mupdf(pdf_of(mask, tmp_path / "a.pdf")), mask)


def test_poppler_reads_it_too(tmp_path: Path) -> None:
    mask = marks(600, 1001, 4)
    subprocess.run(["pdfimages", "-png", str(pdf_of(mask, tmp_path / "a.pdf")), str(tmp_path / "out")], check=True)
    with Image.open(tmp_path / "out-000.png") as image:
        assert np.array_equal(1 - np.asarray(image.convert("1"), np.uint8), mask)


def test_the_smaller_coding_of_a_mask_is_taken() -> None:
    page, shape = marks(1200, 900, 5), np.ones((40, 60), np.uint8)
    assert writing(page).filter == "/JBIG2Decode"
    assert len(writing(page).data) < 0.85 * len(group4(page > 0).data)
    assert writing(shape) == group4(shape > 0)
