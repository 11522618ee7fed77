"""A page as lines with boxes: what the field readers look at."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import median

from ocr.language.names import likely_name
from ocr.language.syllables import core
from ocr.lines import hull
from workstation.domain.fields import FieldOrigin, IndexField, nfc
from workstation.domain.page import Box, PageText, Word

DOUBT_BELOW = 0.8
WEAK_WORD = 0.8
"""A field is as good as its weakest word: where that is not right with this probability, the clerk is asked to look.

Measured on 54 made documents of 495 fields (``bench index --seed 100``): of the values that are not asked about 0.2 % are
wrong, and 11.5 % are asked about; with Tesseract's own confidences and no doubts it was 1.6 % and 12.5 %.
"""


@dataclass(frozen=True, slots=True)
class Line:
    page: int
    """Index of the page within the document."""
    words: tuple[Word, ...]
    text: str
    box: Box

    @property
    def confidence(self) -> float:
        return confidence(self.words)

    @property
    def centre(self) -> float:
        return (self.box[0] + self.box[2]) / 2

    @property
    def height(self) -> float:
        return self.box[3] - self.box[1]

    def cut(self, start: int, end: int | None = None) -> "Line":
        """The line's part between two positions of its text, with the words it takes from."""
        stop = len(self.text) if end is None else end
        kept, at = [], 0
        for word in self.words:
            if at < stop and at + len(word.text) > start:
                kept.append(word)
            at += len(word.text) + 1
        words = tuple(kept) or self.words
        return Line(self.page, words, self.text[start:stop].strip(), hull(w.box for w in words))


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page of a document. Empty for a blank page."""

    index: int
    width: float
    height: float
    lines: tuple[Line, ...]

    @property
    def pitch(self) -> float:
        """Usual height of a line, pixels."""
        return median(line.height for line in self.lines) if self.lines else 1.0


def confidence(words: Iterable[Word]) -> float:
    """Mean weighted by length, dashes and stops left out; 0 without words."""
    weights = [(len(w.text), w.confidence) for w in words if _counts(w)]
    total = sum(n for n, _ in weights)
    return sum(n * c for n, c in weights) / total if total else 0.0


def _counts(word: Word) -> bool:
    return any(c.isalnum() for c in word.text)


def sheet(index: int, text: PageText | None) -> Sheet:
    if text is None:
        return Sheet(index, 1, 1, ())
    by_line: dict[int, list[Word]] = {}
    for word in text.words:
        by_line.setdefault(word.line, []).append(word)
    lines = tuple(
        Line(index, tuple(ws), " ".join(w.text for w in ws), hull(w.box for w in ws)) for _, ws in sorted(by_line.items())
    )
    return Sheet(index, text.width_px, text.height_px, lines)


def field(name: str, parts: Sequence[Line], value: str | None = None, *, sure: float = 1.0, wrong: bool = False) -> IndexField:
    """A field read from ``parts`` (their texts joined unless ``value`` says otherwise), boxed on its first page.

    ``sure``: how much the place and the grammar speak for it, 0 to 1. ``wrong``: a rule speaks against it. A word in doubt
    puts the field in doubt, and what is suggested for the word is suggested for the field.
    """
    first = [p for p in parts if p.page == parts[0].page]
    text = nfc(" ".join(p.text for p in parts) if value is None else value)
    words = [w for p in parts for w in p.words]
    score = round(confidence(words) * sure, 3)
    weak = min((w.confidence for w in words if _counts(w)), default=0.0) < WEAK_WORD
    doubt = wrong or weak or score < DOUBT_BELOW or not text or any(w.doubt for w in words)
    better = _mended(text, words)
    return IndexField(name, text, score, parts[0].page, hull(p.box for p in first), FieldOrigin.READ, doubt, better)


def name_field(name: str, line: Line, value: str | None = None, *, sure: float = 1.0, wrong: bool = False) -> IndexField:
    """``field`` for a person: a family that nobody is called by puts it in doubt."""
    made = field(name, [line], value, sure=sure, wrong=wrong)
    likely = likely_name(made.value)
    return made if likely == made.value else replace(made, doubt=True, suggestion=made.suggestion or likely)


def _mended(value: str, words: Sequence[Word]) -> str:
    """The value with the suggestions for its words in their places; empty where there are none."""
    wanted = {core(w.text): core(w.suggestion) for w in words if w.suggestion}
    for word in words:
        if not word.suggestion:
            wanted.pop(core(word.text), None)  # right in one place, doubtful in another: which is meant can't be said
    out = " ".join(token.replace(core(token), wanted.get(core(token), core(token)), 1) for token in value.split())
    for word in words:  # the value is a part of a word: the notation of ``12/QD-UBND``
        at = word.text.find(value)
        if at > 0 and len(word.suggestion) == len(word.text):
            out = word.suggestion[at : at + len(value)]
    return "" if out == value else out
