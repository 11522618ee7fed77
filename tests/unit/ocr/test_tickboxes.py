"""Boxes to tick: found among letters, told as signs, and nothing else taken for one."""

from pathlib import Path

import numpy as np
import pymupdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from ocr import process
from ocr.engine import recognizer
from ocr.frames import Pixels
from ocr.lines import RawWord
from ocr.sheet import part
from ocr.tickboxes import TickBox, boxes_on, boxes_to_letters, told
from ocr.values import value_field
from tests.pagemaker.fonts import font_file
from workstation.domain.doctype import FieldDefinition, ValueKind
from workstation.domain.ids import Sha256
from workstation.domain.page import Word
from workstation.domain.pagejobs import PageJob

FACES = [
    f"/usr/share/fonts/truetype/croscore/{face}.ttf" for face in ("Tinos-Regular", "Tinos-Bold", "Arimo-Bold", "Cousine-Regular")
]
LETTERS = "BDEFHIMNOPQRTUVZĐÔƠ 0689 [] {} || == ## ĐỘC LẬP"


def box_at(draw: ImageDraw.ImageDraw, x: int, y: int, side: int, stroke: int, crossed: bool) -> None:
    draw.rectangle([x, y, x + side, y + side], outline=0, width=stroke)
    if crossed:
        draw.line([x, y, x + side, y + side], fill=0, width=stroke)
        draw.line([x + side, y, x, y + side], fill=0, width=stroke)


def form(side: int = 40, stroke: int = 3) -> Pixels:
    """``Giới tính: ☐ Nam ☒ Nữ`` and a line without boxes, 300 dpi."""
    image = Image.new("L", (1800, 500), 255)
    draw, font = ImageDraw.Draw(image), ImageFont.truetype(FACES[0], 54)
    x, y = 100, 120
    for said in ("Giới tính: ", False, " Nam ", True, " Nữ"):
        if isinstance(said, str):
            draw.text((x, y), said, font=font, fill=0)
            x += round(draw.textlength(said, font=font))
        else:
            box_at(draw, x, y + 55 - side, side, stroke, said)
            x += side + 12
    draw.text((100, 260), "Nơi cư trú: phường Tân Định, thành phố Hồ Chí Minh", font=font, fill=0)
    return np.asarray(image, np.uint8)


@pytest.mark.parametrize("side", [30, 40, 55, 70])
@pytest.mark.parametrize("stroke", [2, 4])
def test_empty_and_crossed_boxes_are_told_apart(side: int, stroke: int) -> None:
    found = sorted(boxes_on(form(side, stroke), 300), key=lambda b: b.box)
    assert [b.ticked for b in found] == [False, True]
    assert all(abs(b.box[2] - b.box[0] - side) <= 3 and abs(b.box[3] - 175.5) <= 3 for b in found)


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("size", [40, 54, 72, 100])
def test_no_letter_is_a_box(face: str, size: int) -> None:
    image = Image.new("L", (3000, 400), 255)
    ImageDraw.Draw(image).text((60, 100), LETTERS, font=ImageFont.truetype(face, size), fill=0)
    page = np.asarray(image, np.uint8)
    assert boxes_on(page, 300) == ()
    assert boxes_to_letters(page, 300) is page


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("size", [36, 44, 54])
@pytest.mark.parametrize("blur", [0.0, 1.2, 1.8])
def test_no_figure_or_letter_in_a_box_is_a_tick(face: str, size: int, blur: float) -> None:
    """Bold ones on a soft scan have ink on both diagonals, as 8, B and K do."""
    signs, font = "0123456789ABCDHKMNVYZ", ImageFont.truetype(face, size)
    for side in (40, 50, 60):
        image = Image.new("L", (140 * len(signs), 200), 255)
        draw = ImageDraw.Draw(image)
        for k, sign in enumerate(signs):
            box_at(draw, 60 + 140 * k, 60, side, 3, False)
            draw.text((60 + 140 * k + side / 2, 60 + side / 2), sign, font=font, fill=0, anchor="mm")
        assert boxes_on(np.asarray(image.filter(ImageFilter.GaussianBlur(blur)), np.uint8), 300) == ()


def test_figures_and_pen_strokes_in_boxes_bullets_and_cells_are_left_to_be_read() -> None:
    image = Image.new("L", (1800, 600), 255)
    draw = ImageDraw.Draw(image)
    box_at(draw, 100, 100, 60, 3, False)
    draw.text((115, 98), "7", font=ImageFont.truetype(FACES[0], 54), fill=0)
    draw.rectangle([300, 100, 340, 140], fill=0)
    for x in range(500, 801, 60):
        draw.line([x, 100, x, 280], fill=0, width=3)
    for y in range(100, 281, 60):
        draw.line([500, y, 800, y], fill=0, width=3)
    box_at(draw, 1000, 100, 50, 3, False)
    draw.line([1010, 125, 1022, 140, 1045, 108], fill=190, width=4)  # a pencil's tick
    box_at(draw, 0, 300, 40, 3, False)  # cut by the page's edge, or its rim
    assert boxes_on(np.asarray(image, np.uint8), 300) == ()


def test_a_form_is_read_with_its_boxes(tmp_path: Path) -> None:
    page = np.full((2000, 1800), 255, np.uint8)
    page[200:700] = form()
    Image.fromarray(page).save(tmp_path / "form.png", dpi=(300, 300))
    job = PageJob(tmp_path / "form.png", Sha256("0" * 64), 0, tmp_path / "cache", ())
    text = process.process(job, recognizer()).text
    assert text.text.splitlines() == ["Giới tính: ☐ Nam ☒ Nữ", "Nơi cư trú: phường Tân Định, thành phố Hồ Chí Minh"]
    assert [(t["ticked"], t.reason) for t in text.steps if t.name == "tick_boxes"] == [
        (0.0, "a box to tick"),
        (1.0, "a box to tick"),
    ]
    assert not [a for a in text.unread if a.kind == "lost_line"]


def test_boxes_in_a_table_stand_in_their_cells(tmp_path: Path) -> None:
    image = Image.new("L", (2000, 2400), 255)
    draw, font = ImageDraw.Draw(image), ImageFont.truetype(FACES[0], 54)
    for y in range(300, 901, 150):
        draw.line([150, y, 1850, y], fill=0, width=4)
    for x in (150, 1000, 1425, 1850):
        draw.line([x, 300, x, 900], fill=0, width=4)
    rows = (
        ("Giấy tờ phải nộp", "Có", "Không"),
        ("Tờ khai đăng ký", True, False),
        ("Giấy chứng sinh", False, True),
        ("Giấy ủy quyền", False, False),
    )
    for k, row in enumerate(rows):
        for x, said in zip((190, 1040, 1465), row, strict=True):
            if isinstance(said, str):
                draw.text((x, 345 + 150 * k), said, font=font, fill=0)
            else:
                box_at(draw, x + 100, 355 + 150 * k, 40, 3, bool(said))
    image.save(tmp_path / "table.png", dpi=(300, 300))
    job = PageJob(tmp_path / "table.png", Sha256("0" * 64), 0, tmp_path / "cache", ())
    assert process.process(job, recognizer()).text.text.splitlines() == [
        "Giấy tờ phải nộp Có Không", "Tờ khai đăng ký ☒ ☐", "Giấy chứng sinh ☐ ☒", "Giấy ủy quyền ☐ ☐",
    ]  # fmt: skip


def test_a_written_page_keeps_its_own_words_beside_boxes(tmp_path: Path) -> None:
    with pymupdf.open() as document:
        page = document.new_page()
        page.insert_font("F", str(font_file("Tinos", "Regular")))
        page.insert_text((72, 100), "Giới tính:      Nam      Nữ", fontname="F", fontsize=12)
        page.insert_textbox(
            (72, 120, 520, 700), "Ủy ban nhân dân phường thông báo để được biết và thực hiện. " * 8, fontname="F", fontsize=12
        )
        for x in (131, 173):
            page.draw_rect((x, 90, x + 10, 100))
        document.save(tmp_path / "form.pdf")
    text = process.process(PageJob(tmp_path / "form.pdf", Sha256("0" * 64), 0, tmp_path / "cache", ()), recognizer()).text
    assert text.text.splitlines()[0].split() == ["Giới", "tính:", "Nam", "Nữ"]
    assert not text.unread


PLACES = st.tuples(st.integers(0, 900), st.integers(0, 900), st.integers(5, 200), st.integers(5, 60))


@given(st.lists(PLACES, max_size=8), st.lists(PLACES, max_size=3))
def test_words_beside_boxes_stay_and_each_box_is_told_once(
    words: list[tuple[int, int, int, int]], boxes: list[tuple[int, int, int, int]]
) -> None:
    given_words = [RawWord(f"w{k}", (x, y, x + w, y + h), 0.9, (k,)) for k, (x, y, w, h) in enumerate(words)]
    ticks = [TickBox((float(x), float(y), float(x + w), float(y + w)), k % 2 == 1) for k, (x, y, w, _) in enumerate(boxes)]
    out = told(given_words, ticks)
    assert [w.text for w in out if not w.text.startswith("w")] == ["☒" if t.ticked else "☐" for t in ticks]
    assert {w for w in given_words if not any(w.box[0] < t.box[2] and t.box[0] < w.box[2] for t in ticks)} <= set(out)


@pytest.mark.parametrize(
    ("text", "value", "doubt"),
    [
        ("☐ Nam ☒ Nữ", "Nữ", False),
        ("Nam ☒ Nữ ☐", "Nam", False),
        ("Nam ☐ Nữ ☒", "Nữ", False),
        ("☐ Nam ☐ Nữ", "☐ Nam ☐ Nữ", True),
        ("☒ Nam ☒ Nữ", "☒ Nam ☒ Nữ", True),
        ("Nam", "Nam", False),
    ],
)
def test_a_fields_value_is_what_is_ticked(text: str, value: str, doubt: bool) -> None:
    words = [Word(w, (60 * k, 100, 60 * k + 50, 130), 0.97, 1) for k, w in enumerate(text.split())]
    made = value_field(FieldDefinition("sex", "Giới tính", "Sex", ValueKind.SEX), [part(0, words)]).field
    assert (made.value, made.doubt) == (value, doubt)
