"""The page maker is what other tests believe: its truth has to be what stands on the paper."""

import unicodedata
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fontTools.ttLib import TTFont
from PIL import Image

from tests.letters import VIETNAMESE_LETTERS
from tests.pagemaker import (
    BAD,
    CLEAN,
    OFFICE,
    PHOTOCOPY,
    TYPE_CODES,
    Kind,
    PageSpec,
    TruthLine,
    Wear,
    make_document,
    make_page,
    quick_page,
    write_page,
)
from tests.pagemaker.fonts import FAMILIES, STYLES, font, font_file
from workstation.domain.fields import FIELD_NAMES, nfc

DPI = 100
BARE = replace(CLEAN, blur_px=0, noise=0)


def ink_share(image: Image.Image, line: TruthLine) -> float:
    """Share of dark pixels within a line's box."""
    left, top, right, bottom = (round(v) for v in line.box)
    part = np.asarray(image.convert("L"))[top:bottom, left:right]
    return float((part < 140).mean())


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("family", FAMILIES)
def test_fonts_cover_every_vietnamese_letter(family: str, style: str) -> None:
    covered = TTFont(font_file(family, style)).getBestCmap()
    assert [letter for letter in VIETNAMESE_LETTERS if ord(letter) not in covered] == []
    assert font(family, style, 40).getlength("ẫ") > 0


@pytest.mark.parametrize("wear", [CLEAN, BAD], ids=["clean", "bad"])
def test_the_same_spec_gives_the_same_pixels(wear: Wear) -> None:
    spec = PageSpec(Kind.LETTER, seed=4, dpi=72, wear=wear)
    first, again, other = make_page(spec), make_page(spec), make_page(replace(spec, seed=5))
    assert first.image.tobytes() == again.image.tobytes()
    assert (first.lines, first.fields) == (again.lines, again.fields)
    assert first.image.tobytes() != other.image.tobytes()
    assert first.text != other.text


@pytest.mark.parametrize("kind", list(Kind))
def test_truth_is_nfc_and_speaks_our_field_names(kind: Kind) -> None:
    for page in make_document(PageSpec(kind, dpi=72)):
        for line in page.lines:
            assert line.text == nfc(line.text)
            assert unicodedata.is_normalized("NFC", line.text)
        assert page.fields.keys() <= set(FIELD_NAMES)
        assert all(value and value == nfc(value) for value in page.fields.values())


def test_every_kind_has_a_type() -> None:
    assert TYPE_CODES.keys() == set(Kind)


@pytest.mark.parametrize("seed", range(1, 6))
def test_a_decision_ends_on_a_numbered_second_page(seed: int) -> None:
    first, second = make_document(PageSpec(Kind.DECISION, seed=seed, dpi=DPI))
    assert second.lines[0].text == "2"
    left, _, right, _ = second.lines[0].box
    assert (left + right) / 2 == pytest.approx(second.image.width / 2, abs=3)
    assert {"type_name", "number", "notation", "issued_date", "organ_name", "place", "subject"} == first.fields.keys()
    assert {"signer_name", "signer_title", "recipients"} == second.fields.keys()
    assert second.lines[1].text.startswith("Điều ") or len(second.lines) > 7


@pytest.mark.parametrize("kind", [k for k in Kind if k is not Kind.DECISION])
@pytest.mark.parametrize("dpi", [72, 150])
def test_the_other_kinds_take_one_page(kind: Kind, dpi: int) -> None:
    for seed in (1, 2):
        assert len(make_document(PageSpec(kind, seed=seed, dpi=dpi))) == 1


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize("skew", [0.0, 2.0])
def test_boxes_lie_on_the_ink_however_the_page_is_turned(turn: int, skew: float) -> None:
    wear = replace(BARE, skew_deg=skew, border_mm=(5.0, 3.0, 0.0, 8.0))
    page = make_page(PageSpec(Kind.NOTICE, dpi=DPI, wear=wear, turn=turn))
    assert (page.image.width > page.image.height) == (turn in {90, 270})
    for line in page.lines:
        assert ink_share(page.image, line) > (0.04 if skew else 0.08), line


def test_skew_follows_the_sign_of_the_deskew_transform() -> None:
    """Clockwise positive: on the image the right end of a line lies lower than its left end."""
    page = make_page(PageSpec(Kind.NOTICE, dpi=DPI, wear=replace(BARE, skew_deg=3.0)))
    organ = next(line for line in page.lines if line.text == "ỦY BAN NHÂN DÂN")
    state = next(line for line in page.lines if line.text.startswith("CỘNG HÒA"))
    assert state.box[1] > organ.box[1] + 5


def test_a_black_border_is_black_and_outside_the_paper() -> None:
    page = make_page(PageSpec(Kind.QUICK, dpi=DPI, wear=replace(BARE, border_mm=(10, 0, 0, 0))))
    pixels = np.asarray(page.image.convert("L"))
    assert pixels[:, :30].max() < 60
    assert np.median(pixels[:, 50:]) > 200


def test_seal_and_signature_are_red_and_blue() -> None:
    pixels = np.asarray(make_page(PageSpec(Kind.NOTICE, dpi=DPI)).image).astype(int)
    red, green, blue = pixels[..., 0], pixels[..., 1], pixels[..., 2]
    assert ((red - green > 60) & (red - blue > 60)).sum() > 500
    assert ((blue - red > 50) & (blue - green > 50)).sum() > 200


def test_a_blank_page_has_no_text_but_something_shines_through() -> None:
    page = make_page(PageSpec(Kind.BLANK, dpi=DPI, wear=OFFICE))
    assert page.text == ""
    assert page.fields == {}
    even = make_page(PageSpec(Kind.BLANK, dpi=DPI, wear=replace(OFFICE, bleed=0.0001)))
    difference = np.abs(np.asarray(page.image).astype(int) - np.asarray(even.image))
    assert 4 < difference.max() < 60


@pytest.mark.parametrize("name", ["page.jpg", "page.png", "page.tif"])
def test_written_pages_carry_their_resolution(tmp_path: Path, name: str) -> None:
    made = write_page(tmp_path / name, PageSpec(Kind.QUICK, dpi=150))
    with Image.open(tmp_path / name) as image:
        assert image.size == made.image.size
        assert image.mode == "RGB"
        assert float(image.info["dpi"][0]) == pytest.approx(150, abs=0.5)


def test_the_quick_page_is_small_and_has_text() -> None:
    page = quick_page()
    assert page.image.width * page.image.height < 1_200_000
    assert "THÔNG BÁO" in page.text


def test_a_list_has_its_rows_within_rules() -> None:
    made = make_page(PageSpec(Kind.LIST, dpi=DPI, wear=BARE))
    rows = [line for line in made.lines if line.text.split()[0].isdigit() and "500.000" in line.text]
    assert len(rows) == 12
    grey = np.asarray(made.image.convert("L"))
    x0, y0, x1, y1 = (round(v) for v in rows[5].box)
    assert (grey[:, x0 - 40 : x1 + 40][y0 - 30 : y1 + 30] < 128).mean(axis=1).max() > 0.9, "a rule above or below"


def test_a_photocopy_is_black_and_white() -> None:
    image = np.asarray(make_page(PageSpec(Kind.NOTICE, dpi=DPI, wear=PHOTOCOPY)).image)
    assert set(np.unique(image)) == {0, 255}
    assert 0.01 < (image == 0).mean() < 0.2
