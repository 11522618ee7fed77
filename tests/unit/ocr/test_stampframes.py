"""A stamp's frame over print is taken off for reading; rules of tables, level or bent, and what crosses a side stay."""

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from ocr.frames import Pixels
from ocr.prepare import prepared
from ocr.stampframes import erase_frames
from tests.unit.ocr.test_unread import DPI, read

MM = DPI / 25.4
FACE = ImageFont.truetype("/usr/share/fonts/truetype/croscore/Tinos-Regular.ttf", 36)
LINES = (
    "Công trình nhà ở riêng lẻ của hộ gia đình",
    "tôn, diện tích xây dựng theo hồ sơ",
    "Luật Xây dựng.",
    "Qua kiểm tra thực địa",
)


def printed() -> Image.Image:
    image = Image.new("L", (1654, 1200), 255)
    draw = ImageDraw.Draw(image)
    for n, text in enumerate((*LINES, *[" ".join(LINES)] * 8)):
        draw.text((250, 300 + 60 * n), text, 0, FACE)
    return image


def framed(
    degrees: float = 5.0, tone: int = 110, sides: tuple[int, ...] = (0, 1, 2, 3), stroke: int = 3
) -> tuple[Pixels, np.ndarray]:
    """The page with a frame of 42 by 20 mm over its lines' beginnings, and where the frame's ink lies."""
    page, angle = np.array(printed()), np.radians(degrees)
    half = np.array([(-21, -10), (21, -10), (21, 10), (-21, 10)]) * MM
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    corners = np.round(half @ turn.T + (270, 400)).astype(int)
    stamp = np.full_like(page, 255)
    for side in sides:
        cv2.line(stamp, corners[side].tolist(), corners[(side + 1) % 4].tolist(), tone, stroke, cv2.LINE_AA)
    return np.minimum(page, stamp), stamp < 190


@pytest.mark.parametrize("degrees", [-6.0, -2.0, 1.5, 5.0])
@pytest.mark.parametrize("sides", [(0, 1, 2, 3), (0, 2, 3), (1, 2, 3)])
def test_a_frame_that_leans_goes_and_print_stays(degrees: float, sides: tuple[int, ...]) -> None:
    page, frame = framed(degrees, sides=sides)
    bare, before = erase_frames(page, DPI), np.array(printed())
    alone = frame & (cv2.erode(before, np.ones((9, 9), np.uint8)) > 200)  # where no print is near
    assert float((bare[alone] < 190).mean()) < 0.03  # a bit of a corner
    strokes = before < 60
    assert float((bare[strokes] > 190).mean()) < 0.01
    beside = cv2.dilate(frame.astype(np.uint8), np.ones((17, 17), np.uint8)) == 0
    assert int((bare[beside] != page[beside]).sum()) < 60  # what of a letter lies on a side that was seen too long


@pytest.mark.parametrize(("degrees", "stroke", "tone"), [(0.65, 3, 110), (-0.65, 2, 110), (-0.7, 3, 140), (6.5, 2, 140)])
def test_a_frame_that_leans_hardly_or_is_thin_and_leans_much_goes(degrees: float, stroke: int, tone: int) -> None:
    page, frame = framed(degrees, tone, stroke=stroke)
    assert float((erase_frames(page, DPI)[frame & (np.array(printed()) > 240)] < 190).mean()) < 0.1


def test_the_step_is_named_where_it_was_taken_and_lines_under_a_frame_are_read() -> None:
    page, _ = framed()
    assert [t.name for t in prepared(page, DPI)[1]].count("stamp_frames") == 1
    assert "stamp_frames" not in [t.name for t in prepared(np.array(printed()), DPI)[1]]
    text = read(page)
    assert all(line in text.text for line in LINES), text.text
    assert not [a for a in text.unread if a.kind == "lost_line"]


def test_of_a_black_frame_what_crosses_it_stays_too() -> None:
    page, frame = framed(tone=0)
    bare, before = erase_frames(page, DPI), np.array(printed())
    stems = (before < 60) & (cv2.morphologyEx((before < 100).astype(np.uint8), cv2.MORPH_OPEN, np.ones((14, 1), np.uint8)) > 0)
    assert stems.sum() > 2000 and float((bare[stems] > 190).mean()) < 0.02
    assert float((bare[frame & (before > 240)] < 190).mean()) < 0.1


@pytest.mark.parametrize("lean", [0.0, 0.02])
def test_rules_of_a_table_stay_also_where_they_are_bent(lean: float) -> None:
    page = np.full((1200, 1654), 255, np.uint8)
    at = lambda x, y: (round(x - lean * y), round(y + lean * x))  # noqa: E731
    for n in range(7):
        cv2.line(page, at(200, 300 + 110 * n), at(1300, 300 + 110 * n), 0, 2)
    for x in (200, 500, 900, 1300):
        cv2.line(page, at(x, 300), at(x, 960), 0, 2)
    assert erase_frames(page, DPI) is page


def test_neither_two_sides_nor_a_level_box_nor_an_empty_page_is_a_frame() -> None:
    corner, _ = framed(sides=(0, 1))
    level, _ = framed(0.0)
    for page in (corner, level, np.full((500, 400), 255, np.uint8), np.zeros((500, 400), np.uint8)):
        assert erase_frames(page, DPI) is page
