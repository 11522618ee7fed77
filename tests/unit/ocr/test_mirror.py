"""What shows through from the sheet's other side, told by how it reads in a mirror."""

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ocr.engine import recognizer
from ocr.frames import Pixels
from ocr.lines import RawWord
from ocr.mirror import mirrored, plainly_mirrored, read_both_ways

DPI = 200
FACE = ImageFont.truetype("/usr/share/fonts/truetype/croscore/Tinos-Regular.ttf", 36)


def said(text: str, confidence: float) -> tuple[RawWord, ...]:
    return (RawWord(text, (0, 0, 9, 9), confidence, (0,)),)


def test_what_reads_better_in_a_mirror_is_the_other_sides() -> None:
    front, back = (RawWord("xĐI", (0, 0, 9, 9), 0.1, (0,)),), (RawWord("Khai", (0, 0, 9, 9), 0.5, (0,)),)
    assert mirrored(front, back) and not mirrored(back, front)
    # figures look alike in a mirror: 1956 read so is 8121
    assert not mirrored((RawWord("LUS6", (0, 0, 9, 9), 0.0, (0,)),), (RawWord("8121.", (0, 0, 9, 9), 0.75, (0,)),))


def test_capitals_look_alike_in_a_mirror_and_a_silent_line_is_the_other_sides_if_the_mirror_speaks() -> None:
    assert not mirrored(said("'THAM", 0.4), said("MAHT", 0.65))
    assert mirrored(said("H3JT", 0.2), said("THÀNH", 0.65)) and not mirrored(said("THÀNH", 0.2), said("HNÁHT", 0.65))
    assert mirrored((), said("thành", 0.68)) and not mirrored((), said("thành", 0.5)) and not mirrored((), said("MAHT", 0.7))


def test_syllables_in_a_mirror_count_more_than_letters_that_are_none() -> None:
    """Surer of itself than the mirror, but nothing that anyone wrote."""
    assert mirrored((*said("8v", 0.87), *said("pnQb", 0.74)), (*said("đồng", 0.69), *said("và", 0.83)))
    assert not mirrored(said("pnQb", 0.95), said("đồng", 0.6)), "far surer"
    assert not mirrored(said("đồng", 0.8), said("thuận", 0.7)), "both are syllables"
    assert not mirrored(said("8v", 0.6), said("và", 0.6)), "too few letters"
    assert not mirrored(said("1986", 0.4), said("8801", 0.8))


def test_of_a_letter_or_two_only_a_sure_syllable_of_more_is_believed() -> None:
    assert plainly_mirrored(said("4/1", 0.39), said("tự", 0.79)) and plainly_mirrored((), said("lễ", 0.86))
    assert not plainly_mirrored(said("4/1", 0.39), said("tự", 0.6)) and not plainly_mirrored(said("41", 0.6), said("tự", 0.8))
    assert not plainly_mirrored(said("ủy", 0.4), said("tự", 0.8)) and not plainly_mirrored(said("3", 0.1), said("E", 0.9))


def line(text: str, specks: float) -> Pixels:
    """A line of which only specks are left, as of the other side in a scan in black and white: that share of its ink."""
    image = Image.new("L", (420, 70), 255)
    ImageDraw.Draw(image).text((30, 12), text, 0, FACE)
    ink = np.array(image) < 128
    return np.where(ink & (np.random.default_rng(3).random(ink.shape) < specks), 0, 255).astype(np.uint8)


def test_specks_of_a_name_that_shows_through_are_grown_together_before_they_are_told() -> None:
    name = line("Lương Văn Dũng", 0.4)
    through = np.ascontiguousarray(name[:, ::-1])
    assert read_both_ways([name, through], [False, False], DPI, recognizer())[1] == [False, True]
    assert read_both_ways([name, through], [True, True], DPI, recognizer())[1] == [False, False], "a letter is not grown"
    whole = read_both_ways([name, through], [False, False], DPI, recognizer(), lambda i: i == 1)[1]
    assert whole == [False, False], "of strokes as whole as print there are no specks to grow"
    assert read_both_ways([], [], DPI, recognizer()) == ((), [])
