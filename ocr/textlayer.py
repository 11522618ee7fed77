"""Invisible text whose words lie on the image's words: the content stream of one page."""

from collections.abc import Sequence
from statistics import median

from ocr.glyphless import WIDTH_EM
from workstation.domain.page import PageText, Word

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


def text_layer(text: PageText) -> bytes:
    """``q BT 3 Tr … ET Q``; empty without words. Set in q/Q: the rendering mode outlives ET and would hide a later stamp."""
    lines: dict[int, list[Word]] = {}
    for word in text.words:
        if word.box[2] > word.box[0] and word.box[3] > word.box[1]:
            lines.setdefault(word.line, []).append(word)
    if not lines:
        return b""
    scale = 72 / text.dpi
    ops, start = ["q", "BT", "3 Tr"], (0, 0)
    for _, words in sorted(lines.items()):
        top, bottom = line_box(words)
        size = round(max(1.0, (bottom - top) * scale), 1)
        shown, start = _line(words, size, round(10 * (text.height_px - bottom) * scale), scale, start)
        ops += [f"{FONT} {size:g} Tf", *shown]
    return "\n".join([*ops, "ET", "Q", ""]).encode("ascii")


def _line(words: Sequence[Word], size: float, y: int, scale: float, start: tuple[int, int]) -> tuple[list[str], tuple[int, int]]:
    """The operators that show a line's words, and where the last ``Td`` began (``start``: the one before; in tenths of a point).

    A word goes to where it ends on the page, and the space after it to where the next word begins, each from where the pen
    came to: so what is rounded off never adds up, and a place is given only where the pen can't reach it – as numbers for each
    word they would be a fifth of the layer's bytes. The space can't reach into the next word, and a phrase is marked as one.
    """
    pen, ops = -1.0, list[str]()
    for word, after in zip(words, [*words[1:], None], strict=True):
        left, right = word.box[0] * scale, word.box[2] * scale
        if pen < 0 or abs(pen - left) > 0.4 * scale:
            x = round(10 * left)
            ops.append(f"{(x - start[0]) / 10:g} {(y - start[1]) / 10:g} Td")
            start, pen = (x, y), x / 10
        code, pen = _shown(word.text, right - pen, size, pen, 0.5 * scale)
        ops.append(code)
        if after is not None:
            code, pen = _shown(" ", max(0.5 * scale, after.box[0] * scale - pen), size, pen, 0.2 * scale)
            ops.append(code)
    return ops, start


def _shown(text: str, width: float, size: float, pen: float, off: float) -> tuple[str, float]:
    """The operators that show ``text`` ``width`` points wide from ``pen`` on, and where the pen then stands.

    In whole percents where that is at most ``off`` points beside, else in tenths.
    """
    width = max(width, 0.01)  # of a hair, thinner than what places are rounded to
    code = text.encode("utf-16-be")
    units = len(code) // 2
    exact = 100 * width / (WIDTH_EM * size * units)
    whole = abs(round(exact) - exact) * width / exact <= off and round(exact) > 0
    percent = round(exact) if whole else max(0.1, round(exact, 1))
    return f"{percent:g} Tz<{code.hex().upper()}>Tj", pen + percent / 100 * WIDTH_EM * size * units
