"""A page as lines with boxes: what the field readers look at."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from math import prod
from statistics import median

from ocr.grammar import letters
from ocr.language.names import is_no_family, likely_name, mended
from ocr.lines import hull
from workstation.domain.fields import FieldOrigin, IndexField, Proposal, WeakWord, nfc
from workstation.domain.page import AGAIN, LIKELY, Box, PageText, Word
from workstation.domain.syllables import core

DOUBT_BELOW = 0.8
WEAK_WORD = 0.8
"""A field is as good as its weakest word: where that is not right with this probability, the clerk is asked to look.

Measured on 54 made documents of 495 fields (``bench index --seed 100``): of the values that are not asked about 0.2 % are
wrong, and 11.5 % are asked about; with Tesseract's own confidences and no doubts it was 1.6 % and 12.5 %.
"""

WHOLE_BELOW = 0.85
"""So likely it has to be that every word of a field is right. Measured on 316 pages of made corpora (2,184 fields, three levels):
of 1,509 values shown as sure four are wrong, the names of types apart; at 0.7 it is ten."""
KNOWN_BELOW = 0.4
"""Of a value that is one of a closed list, letter for letter: where its words are as weak as that, the list doesn't help."""
_MOST_WEAK = 8
"""Words of one field that are shown to be weak; of more, all of it wants looking at."""


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

    @property
    def heard(self) -> "Line":
        """With what more readings of the line say in the place of its words; they stay in doubt."""
        if not any(w.doubt == AGAIN and w.suggestion for w in self.words):
            return self
        words = tuple(
            replace(w, text=w.suggestion, suggestion="") if w.doubt == AGAIN and w.suggestion else w for w in self.words
        )
        return Line(self.page, words, " ".join(w.text for w in words), self.box)

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


def part(page: int, words: Sequence[Word]) -> Line:
    """A line of these words of a page."""
    return Line(page, tuple(words), " ".join(w.text for w in words), hull(w.box for w in words))


def without_scraps(line: Line) -> Line:
    """Without the strokes before its first word and behind its last; a dash may be meant."""
    kept = [i for i, w in enumerate(line.words) if any(c.isalnum() for c in w.text) or w.text in ("-", "–")]
    return part(line.page, line.words[kept[0] : kept[-1] + 1]) if kept else line


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
    lines = tuple(part(index, ws) for _, ws in sorted(by_line.items()))
    return Sheet(index, text.width_px, text.height_px, lines)


def field(
    name: str,
    parts: Sequence[Line],
    value: str | None = None,
    *,
    sure: float = 1.0,
    wrong: bool = False,
    known: bool = False,
    judged: Sequence[Word] | None = None,
    enumerated: bool = False,
) -> IndexField:
    """A field read from ``parts`` (their texts joined unless ``value`` says otherwise), boxed on its first page.

    ``sure``: how much the place and the grammar speak for it, 0 to 1. ``wrong``: a rule speaks against it. ``known``: the value
    is one of a list, and only marks of it were put right, so no reading of a word speaks against it, unless other letters, or
    none, were read where one stands that is only likely. A word in doubt puts the field in doubt: the value has what is likelier
    for it, and what was read is proposed; where it can't be said which of two equal words is meant, the value is as read.
    ``judged``: the words on which the value hangs, if not on all. ``enumerated``: a list, so long that hardly one would be sure
    as a whole; it is judged by its weakest word.
    """
    first = [p for p in parts if p.page == parts[0].page]
    text = nfc(" ".join(p.text for p in parts) if value is None else value)
    words = list(judged) if judged else [w for p in parts for w in p.words]
    score = round(confidence(words) * sure, 3)
    chances = [w.confidence for w in words if _counts(w)]
    weak = min(chances, default=0.0) < WEAK_WORD or (not enumerated and prod(chances) < WHOLE_BELOW)
    against = any(map(_only_likely, words)) if known else weak or any(w.doubt for w in words)
    unsure = against or score < (KNOWN_BELOW if known else DOUBT_BELOW)
    doubt = wrong or not text or unsure
    mended = text if known else _with(text, words, _likelier, everywhere=False)
    likelier = mended if known else _with(text, words, _likelier, everywhere=True)
    read = text if known or mended != text else _with(text, words, _first, everywhere=False)
    proposals = (Proposal(likelier, "spelling"),) if likelier != mended else (Proposal(read, "read"),) if mended != read else ()
    score = max(score, 0.9 * sure) if known else score
    dubious = _weak(mended, words, enumerated=enumerated) if doubt and len(first) == len(parts) else ()
    box = hull(p.box for p in first)
    return IndexField(name, mended, score, parts[0].page, box, FieldOrigin.READ, doubt, proposals, weak=dubious)


def _weak(value: str, words: Sequence[Word], *, enumerated: bool) -> tuple[WeakWord, ...]:
    """The words that make a value doubtful: those with a doubt of their own, and the weakest, until the rest would be sure. Only
    those of which it is certain where they stand in the value."""
    weakest = sorted((i for i, w in enumerate(words) if _counts(w)), key=lambda i: words[i].confidence)
    chances = [words[i].confidence for i in weakest]
    sure = (n for n, c in enumerate(chances) if c >= WEAK_WORD and (enumerated or prod(chances[n:]) >= WHOLE_BELOW))
    count = next(sure, len(chances))
    at = _spans(value, words)
    told = [i for n, i in enumerate(weakest) if (n < count or words[i].doubt) and i in at][:_MOST_WEAK]
    return tuple(WeakWord(*at[i], words[i].box) for i in sorted(told, key=lambda i: at[i]))


def _spans(value: str, words: Sequence[Word]) -> dict[int, tuple[int, int]]:
    """Where words stand in the value, by their index: those that occur there as often as among the words, as they were read or
    else as they were suggested; the signs round them apart."""
    there: dict[str, list[tuple[int, int]]] = {}
    for token in re.finditer(r"\S+", value):
        inner = core(token[0])
        start = token.start() + token[0].index(inner)
        there.setdefault(inner, []).append((start, start + len(inner)))
    read: dict[str, list[int]] = {}
    for i, word in enumerate(words):
        said = core(word.text) if core(word.text) in there else core(word.likelier)
        read.setdefault(said, []).append(i)
    same = [(own, there[said]) for said, own in read.items() if said and len(own) == len(there.get(said, ()))]
    return {i: span for own, spans in same for i, span in zip(own, spans, strict=True)}


def name_field(name: str, line: Line, value: str | None = None, *, sure: float = 1.0, wrong: bool = False) -> IndexField:
    """``field`` for a person: a family that nobody is called by puts it in doubt, and one of the same letters takes its place."""
    made = field(name, [line], value, sure=sure, wrong=wrong)
    chances: dict[str, float] = {}
    for word in line.words:
        for said in (core(word.text), core(word.likelier)):
            chances[said] = min(word.confidence, chances.get(said, 1.0))
    family = likely_name(made.value)
    likely = mended(family or made.value, [chances.get(core(w), 1.0) for w in made.value.split()])
    if likely == made.value:
        return made if family and not is_no_family(made.value) else replace(made, doubt=True)
    return replace(made, value=likely, doubt=True, proposals=(Proposal(made.value, "read"), *made.proposals)[:3], weak=())


def _only_likely(word: Word) -> bool:
    """Whether it stands where other letters were read, or none (``setlines``)."""
    return word.doubt == LIKELY and letters(word.text) != letters(word.suggestion)


def _likelier(word: Word) -> str:
    return word.likelier


def _first(word: Word) -> str:
    """What was read where another word stands."""
    return word.suggestion if word.doubt == LIKELY else ""


def _with(value: str, words: Sequence[Word], said: Callable[[Word], str], *, everywhere: bool) -> str:
    """The value with what is ``said`` of its words in their places. ``everywhere``: also of a word of which nothing is in another
    place."""
    wanted = {core(w.text): core(said(w)) for w in words if said(w)}
    for word in words:
        if not said(word) and not everywhere:
            wanted.pop(core(word.text), None)
    out = " ".join(token.replace(core(token), wanted.get(core(token), core(token)), 1) for token in value.split())
    for word in words:  # the value is a part of a word: the notation of ``12/QD-UBND``
        at = word.text.find(value)
        if at > 0 and len(said(word)) == len(word.text):
            out = said(word)[at : at + len(value)]
    return nfc(out)
