"""What the recogniser is shown: seals and leaders gone, letters whole."""

from collections.abc import Sequence

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from ocr.frames import Pixels
from ocr.prepare import PREPARATION, erase_leaders, flatten_shading, prepare, prepared, red_to_paper, stretch_levels

FONT = ImageFont.truetype("/usr/share/fonts/truetype/croscore/Tinos-Regular.ttf", 54)


def drawn(text: str, dots: bool, shift: int = 0, leader: str = "." * 115) -> Pixels:
    """A line at 300 dpi, with leaders under it if wanted."""
    image = Image.new("L", (1800, 200), 255)
    draw = ImageDraw.Draw(image)
    draw.text((60, 60), text, font=FONT, fill=0)
    if dots:
        draw.text((40, 66 + shift), leader, font=FONT, fill=0)
    return np.asarray(image)


def test_leaders_go_also_between_the_letters_over_them() -> None:
    text = "Nơi sinh: Trạm y tế"
    wiped = erase_leaders(drawn(text, True), 300)
    right = wiped[:, 900:]
    assert (right < 128).sum() == 0, "nothing is left where nothing is written"
    bare = drawn(text, False)[:, :900] < 128
    under = (drawn(text, True)[:, :900] < 128) & ~bare
    assert ((wiped[:, :900] < 128) & ~bare).sum() < 0.4 * under.sum(), "only dots that touch letters may stay"


@pytest.mark.parametrize("leader", ["-" * 80, "- " * 45, ". " * 55], ids=["dashes", "dashes apart", "dots apart"])
def test_leaders_of_dashes_and_of_dots_with_a_space_between_go_too(leader: str) -> None:
    """They are read as dashes, and part a line into columns."""
    wiped = erase_leaders(drawn("Nơi sinh: Trạm y tế", True, leader=leader), 300)
    assert (wiped[:, 900:] < 128).sum() == 0, "nothing is left where nothing is written"
    bare = drawn("Nơi sinh: Trạm y tế", False) < 128
    assert (bare & ~(wiped < 128)).sum() < 0.03 * bare.sum(), "letters stay whole"


@pytest.mark.parametrize("at", [(40, 71, 99, 160, 188, 240, 301, 333), range(40, 1000, 120), (40, 71, 102, 133, 164)])
def test_dashes_stay_where_they_are_no_leader(at: Sequence[int]) -> None:
    """A rule that is broken here and there, one dash a column, and a few in a row."""
    page = np.full((120, 1200), 255, np.uint8)
    for x in at:
        page[60:64, x : x + 16] = 0
    assert np.array_equal(erase_leaders(page, 300), page)


def test_marks_and_full_stops_stay() -> None:
    text = "Việt, Độc lập, hạnh phúc; ạ ẹ ị ọ ụ. i i i i i i: . . ./. 1 - 2 - 3 - 4 - 5 – 6"
    page = drawn(text, False)
    assert np.array_equal(erase_leaders(page, 300), page)


def test_a_dot_under_a_letter_stays_where_it_keeps_step_with_leaders() -> None:
    """Leaders of small dots 12 pixels apart; the dot of ị is larger, stands among them and in step with them."""
    page = np.full((120, 1200), 255, np.uint8)
    for x in range(40, 1160, 12):
        page[60:64, x : x + 4] = 0
    page[59:65, 519:525] = 0
    wiped = erase_leaders(page, 300)
    assert (wiped[59:65, 519:525] == 0).all()
    wiped[59:65, 519:525] = 255
    assert (wiped == 255).all(), "all the others go"


@pytest.mark.parametrize("shift", [0, 12])
def test_letters_over_leaders_stay_whole(shift: int) -> None:
    text = "Quốc tịch: Việt Nam. Hộ tịch, địa chỉ"
    bare = drawn(text, False) < 128
    wiped = erase_leaders(drawn(text, True, shift), 300) < 128
    assert (bare & ~wiped).sum() < 0.03 * bare.sum()


def test_red_ink_becomes_paper_and_black_under_it_stays() -> None:
    page = np.full((40, 60, 3), 240, np.uint8)
    page[10:20] = (205, 40, 50)  # seal
    page[30:40] = (30, 30, 32)  # print
    page[5:15, 20:30] = (60, 12, 15)  # print under the seal
    out = red_to_paper(page, 300)
    assert out[12, 50] > 190 and out[35, 5] < 60 and out[12, 25] < 110
    assert abs(int(out[2, 2]) - 240) <= 1
    assert np.array_equal(red_to_paper(out, 300), out), "a grey page is left alone"


def test_shadows_and_faint_ink_are_levelled() -> None:
    page = np.tile(np.linspace(110, 240, 1200), (900, 1)).astype(np.float64)
    ink = np.zeros_like(page, bool)
    ink[100:800:40, 100:1100] = True
    ink[101:801:40, 100:1100] = True
    page[ink] *= 0.6
    out = stretch_levels(flatten_shading(page.astype(np.uint8), 150), 150)
    inner = (slice(150, 750), slice(150, 1050))
    assert out[inner][~ink[inner]].min() > 200
    assert out[inner][ink[inner]].max() < 110


def test_an_empty_page_stays_empty() -> None:
    page = np.full((1169, 827, 3), 236, np.uint8)
    assert prepare(page, 100).min() > 180


def test_steps_are_named_and_versioned_for_the_record() -> None:
    names = [
        ("stamps_to_paper", 1), ("red_to_paper", 1), ("flatten", 2), ("levels", 1), ("stamp_frames", 2), ("tick_boxes", 1),
        ("leaders", 4),
    ]  # fmt: skip
    assert [(s.name, s.version) for s in PREPARATION] == names
    page = np.stack([drawn("Nơi sinh: Trạm y tế", True)] * 3, axis=2)
    page[20:120, 1000:1100] = (200, 30, 40)
    page[10:150, 1200:1600] = (40, 60, 160)  # a blue frame
    page[16:144, 1206:1594] = 255
    taken = prepared(page, 300)[1]
    assert [(t.name, t.version, t.reason) for t in taken] == [
        (s.name, s.version, s.reason) for s in PREPARATION if s.name not in ("stamp_frames", "tick_boxes")
    ]  # no stamp leans there, and there is no box


def test_steps_are_chosen_by_what_is_on_the_page_and_say_why() -> None:
    bare = np.stack([drawn("Nơi sinh: Trạm y tế", False)] * 3, axis=2)
    dotted = np.stack([drawn("Nơi sinh: Trạm y tế", True)] * 3, axis=2)
    sealed = bare.copy()
    sealed[20:120, 1000:1100] = (200, 30, 40)
    taken = [[step.name for step in prepared(page, 300)[1]] for page in (bare, dotted, sealed)]
    assert taken == [["flatten", "levels"], ["flatten", "levels", "leaders"], ["red_to_paper", "flatten", "levels"]]
    assert all(step.reason for step in prepared(sealed, 300)[1])
