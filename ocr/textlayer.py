"""Invisible text whose words lie on the image's words: the content stream of one page."""

from collections.abc import Sequence
from statistics import median

from ocr.glyphless import WIDTH_EM
from workstation.domain.page import Box, PageText, Word

FONT = "/F0"


def line_box(words: Sequence[Word]) -> tuple[float, float]:
    """Top and bottom that all words of a line share, in pixels: level text reads in order on a skewed scan too.

    A speck taken into a word must not swell the line: tops and bottoms count up to 0.6 of the median height beyond.
    """
    height = median(w.box[3] - w.box[1] for w in words)
    top, bottom = median(w.box[1] for w in words), median(w.box[3] for w in words)
    tops = [w.box[1] for w in words if w.box[1] >= top - 0.6 * height]
    bottoms = [w.box[3] for w in words if w.box[3] <= bottom + 0.6 * height]
    return min(tops, default=top), max(bottoms, default=bottom)


def _hex(text: str) -> str:
    return f"<{text.encode('utf-16-be').hex().upper()}>"


def _units(text: str) -> int:
    return len(text.encode("utf-16-be")) // 2


def _stretch(width: float, text: str, size: float) -> float:
    """Tz (percent) that makes ``text`` ``width`` points wide at ``size`` points."""
    return 100 * width / (WIDTH_EM * size * _units(text))


def text_layer(text: PageText) -> bytes:
    """``q BT 3 Tr … ET Q``; empty without words. Set in q/Q: the rendering mode outlives ET and would hide a later stamp."""
    lines: dict[int, list[Word]] = {}
    for word in text.words:
        if word.box[2] > word.box[0] and word.box[3] > word.box[1]:
            lines.setdefault(word.line, []).append(word)
    if not lines:
        return b""
    scale = 72 / text.dpi
    ops, at = ["q", "BT", "3 Tr"], (0, 0)
    for _, words in sorted(lines.items()):
        size, shown = _line(words, scale, text.height_px)
        ops.append(f"{FONT} {size:.2f} Tf")
        for place, code in shown:
            ops.append(f"{(place[0] - at[0]) / 10:g} {(place[1] - at[1]) / 10:g} Td {code}")
            at = place
    return "\n".join([*ops, "ET", "Q", ""]).encode("ascii")


def _line(words: Sequence[Word], scale: float, height_px: int) -> tuple[float, list[tuple[tuple[int, int], str]]]:
    """Font size in points, and for each word its place in tenths of a point and the operators that show it.

    A tenth is a third of a pixel at 300 dpi; finer steps and absolute places would each be a fifth of the layer's bytes.
    """
    top, bottom = line_box(words)
    size = max(1.0, (bottom - top) * scale)
    y = round(10 * (height_px - bottom) * scale)
    shown = []
    for word, after in zip(words, [*words[1:], None], strict=True):
        code = f"{_stretch(_width(word.box) * scale, word.text, size):.1f} Tz {_hex(word.text)} Tj"
        if after is not None:
            # the space fills the gap to the next word: it can't reach into it, and a phrase is found and marked as one
            gap = max(0.5, (after.box[0] - word.box[2])) * scale
            code += f"\n{_stretch(gap, ' ', size):.0f} Tz {_hex(' ')} Tj"
        shown.append(((round(10 * word.box[0] * scale), y), code))
    return size, shown


def _width(box: Box) -> float:
    return box[2] - box[0]
