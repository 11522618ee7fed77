"""The stamp's typeface: measuring, wrapping, and the font objects that go into the PDF.

pyHanko's own text stamps write widths in font units and lay text out by scaling it into the box; here the letters have to
be exactly 10 points wide-for-wide with the font program, wrapped, and turned with the page. So the font is embedded by
hand as the usual CID font (ISO 32000-1, 9.7): glyph numbers as codes, widths straight from ``hmtx``.
"""

import io
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

FONT_NAME = "TramSerif-Regular"
UNITS_PER_EM = 1000
_REPLACEMENT = "?"


def _font_bytes() -> bytes:
    return (files("signing") / "fonts" / f"{FONT_NAME}.ttf").read_bytes()


@dataclass(frozen=True, slots=True)
class Metrics:
    """Advance widths in thousandths of an em, by character."""

    advances: dict[str, int]
    ascent: int
    descent: int
    cap_height: int
    box: tuple[int, int, int, int]

    def width(self, text: str) -> int:
        """Width of ``text`` in thousandths of the font size."""
        return sum(self.advances[letter] for letter in text)

    def printable(self, text: str) -> str:
        """NFC on one line, with a question mark for every letter that the face lacks."""
        line = " ".join(unicodedata.normalize("NFC", text).split())
        return "".join(letter if letter in self.advances else _REPLACEMENT for letter in line)


@lru_cache(maxsize=1)
def metrics() -> Metrics:
    font = TTFont(io.BytesIO(_font_bytes()))
    if font["head"].unitsPerEm != UNITS_PER_EM:
        raise AssertionError("the stamp font must have 1000 units per em: run signing/fonts/make.py")
    widths = font["hmtx"].metrics
    head = font["head"]
    return Metrics(
        advances={chr(code): widths[glyph][0] for code, glyph in font.getBestCmap().items()},
        ascent=font["hhea"].ascent,
        descent=font["hhea"].descent,
        cap_height=font["OS/2"].sCapHeight,
        box=(head.xMin, head.yMin, head.xMax, head.yMax),
    )


def wrap(text: str, limit: int) -> tuple[str, ...]:
    """Breaks ``text`` into lines not wider than ``limit`` (thousandths of the font size): at spaces, and inside a word only
    if the word alone is too wide."""
    face = metrics()
    lines: list[str] = []
    line = ""
    for word in text.split():
        candidate = f"{line} {word}" if line else word
        if face.width(candidate) <= limit:
            line = candidate
            continue
        if line:
            lines.append(line)
        *full, line = _pieces(word, limit)
        lines += full
    return (*lines, line) if line else tuple(lines)


def _pieces(word: str, limit: int) -> list[str]:
    """A word cut where a line is full, each piece at least a letter. One pass: a name that somebody else chose has any length."""
    advances, pieces, start, width = metrics().advances, [], 0, 0
    for at, letter in enumerate(word):
        if at > start and width + advances[letter] > limit:
            pieces.append(word[start:at])
            start, width = at, 0
        width += advances[letter]
    return [*pieces, word[start:]]


@dataclass(frozen=True, slots=True)
class FontSubset:
    """A font program with only the glyphs of some text, and how to write and read that text with it."""

    program: bytes
    codes: dict[str, int]
    """Glyph number of each character, which is its code (Identity-H)."""
    widths: tuple[int, ...]
    """Advance of each glyph number."""
    tag: str
    """Six capitals, different for different letters (ISO 32000-1, 9.6.4)."""

    def encode(self, text: str) -> bytes:
        """The text as a hexadecimal PDF string."""
        return b"<" + b"".join(b"%04X" % self.codes[letter] for letter in text) + b">"

    def to_unicode(self) -> bytes:
        """The CMap that gives the letters back (ISO 32000-1, 9.10.3)."""
        pairs = sorted((code, letter) for letter, code in self.codes.items())
        blocks = [pairs[start : start + 100] for start in range(0, len(pairs), 100)]
        lines = [
            "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
            "/CMapName /Adobe-Identity-UCS def /CMapType 2 def",
            "1 begincodespacerange <0000> <FFFF> endcodespacerange",
        ]
        for block in blocks:
            lines.append(f"{len(block)} beginbfchar")
            lines.extend(f"<{code:04X}> <{letter.encode('utf-16-be').hex().upper()}>" for code, letter in block)
            lines.append("endbfchar")
        lines.append("endcmap CMapName currentdict /CMap defineresource pop end end")
        return "\n".join(lines).encode("ascii")


@lru_cache(maxsize=8)
def subset(letters: str) -> FontSubset:
    """The face reduced to ``letters`` (each once, sorted; all of them in the face)."""
    font = TTFont(io.BytesIO(_font_bytes()), recalcTimestamp=False)
    options = Options(hinting=False, layout_features=[], name_IDs=[6], notdef_outline=True, glyph_names=False)
    options.drop_tables += ["OS/2", "post"]
    subsetter = Subsetter(options)
    subsetter.populate(text=letters)
    subsetter.subset(font)
    order = font.getGlyphOrder()
    number = {glyph: index for index, glyph in enumerate(order)}
    codes = {chr(code): number[glyph] for code, glyph in font.getBestCmap().items() if chr(code) in letters}
    advances = font["hmtx"].metrics
    out = io.BytesIO()
    font.save(out)
    return FontSubset(out.getvalue(), codes, tuple(advances[glyph][0] for glyph in order), _tag(letters))


def _tag(letters: str) -> str:
    value = int.from_bytes(letters.encode("utf-8")) % 26**6
    return "".join(chr(ord("A") + value // 26**place % 26) for place in range(6))
