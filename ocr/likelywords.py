"""Words of a worn page: the likeliest sentence, of words that are like the ink too.

On worn pages one word in nine is misread, most by a mark, and of half of these Tesseract is sure. What papers usually say
(``language.decoding``) tells what such a word likely was, and sometimes what it was not: a word takes the place of what was
read only if, set in its line's face (``setword``), it is like the ink. It stands in doubt, with the first reading beside it. On
238 worn tuning pages 3,233 words were put right so, 16 that were right were spoilt, 263 wrong ones made others.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from itertools import groupby

from ocr.columns import columns_of, middles_of, within
from ocr.digits import REREAD, AWord
from ocr.frames import Pixels
from ocr.grammar import plain
from ocr.grids import Table
from ocr.language import names
from ocr.language.decoding import Option, alternatives, expected, likeliest, misread
from ocr.language.wording import in_place_of
from ocr.lines import RawWord, goes_on_under
from ocr.setword import Spot, Type, spot, type_of
from ocr.typeset import LETTERS
from workstation.domain.page import LIKELY, Transform, Word
from workstation.domain.syllables import core, is_syllable

_FOR, _FOR_NAME, _AGAINST, _AGAINST_SURE = 1.0, 4.0, 8.0, 2.0
"""What a word's likeness counts for at most, as the costs of ``decoding`` do: the box of a surely read word may be cut, and then
another fits it better. For a name, of which neighbours say nothing; and how much ink may speak against a likely word, and against
one in the place of a word that was read surely."""
_BY_INK = 0.8
"""Share of what ``decoding`` says that it costs that a word was misread, where its ink is asked too."""
_LIKE = 0.6
"""Least likeness of a word that takes another's place."""
_SURE = 0.9
"""Of a name that was read so surely no letter is changed; a thing of letters and figures that was read so surely is no word."""
_USUAL, _OFTEN = 1.5, 3
"""What it counts for that so many cells of a column say a word."""
_UNIT = 2
"""Letters behind a number that are its unit (``m²``, read as ``mỹ``)."""
_STOPS = ".,;:)"


STEP = Transform("likely_words", 2, (), "worn print")
"""For the record."""


@dataclass(frozen=True, slots=True)
class _May:
    """A text that may stand in a word's place; what it costs that it was read so, and what its likeness may count for at most."""

    text: str
    cost: float
    most: float


AnyWords = Sequence[Word | RawWord]


class _Lines:
    """The type of each line of a page, or of all of a table as one, told when it is first asked."""

    def __init__(self, page: Pixels, words: AnyWords, dpi: float, *, as_one: bool = False) -> None:
        self.page, self.words, self.dpi, self.as_one = page, words, dpi, as_one
        self.types: dict[object, Type | None] = {}

    def spot(self, word: Word | RawWord) -> Spot | None:
        line = None if self.as_one else word.line
        if line not in self.types:
            self.types[line] = type_of(self.page, [w for w in self.words if self.as_one or w.line == line], self.dpi)
        of = self.types[line]
        return spot(self.page, word, of) if of else None


def beside_tables(page: Pixels, words: Sequence[AWord], dpi: float) -> tuple[AWord, ...]:
    """The words in their order; those that likely were others, and are like them, with these in their place, and in doubt."""
    lines = _Lines(page, words, dpi)
    out: list[AWord] = []
    for run in _runs(words):
        out += _judged(lines, run)
    out = [_with_comma(word, out[i + 1]) if i + 1 < len(out) else word for i, word in enumerate(out)]
    return tuple(map(_squared, out))


def in_table(page: Pixels, table: Table, words: Sequence[Word], dpi: float) -> tuple[Word, ...]:
    """The same of a table's words, cell by cell; what several cells of a column say is likely in its others."""
    lines, middles = _Lines(page, words, dpi, as_one=True), middles_of(words)
    out = list(words)
    for column in columns_of(table):
        mine = [within(middles, cell) for cell in column]
        usual = _usual(core(words[i].text) for own in mine for i in own)
        for own in mine:
            for i, word in zip(own, _judged(lines, [words[i] for i in own], usual), strict=True):
                out[i] = word
    return tuple(map(_squared, out))


def _usual(said: Iterable[str]) -> frozenset[str]:
    """Of a column's words those that several cells say; of the same letters with other marks the commonest."""
    often = {text: cells for text, cells in Counter(said).most_common() if cells >= _OFTEN and is_syllable(text)}
    commonest: dict[str, str] = {}
    for text in often:
        commonest.setdefault(plain(text), text)
    return frozenset(commonest.values())


def _with_comma(word: AWord, after: AWord) -> AWord:
    """Before a small letter no sentence ends: of 197 such points on worn pages none was one."""
    inner = core(word.text)
    goes_on = after.line == word.line and after.text[:1].islower()
    judged = word.suggestion and word.doubt != LIKELY
    if judged or not (goes_on and word.text == f"{inner}." and is_syllable(inner)):
        return word
    return replace(word, text=f"{inner},", doubt=LIKELY, suggestion=word.suggestion or word.text)


_SQUARE = re.compile(r"(?<!\w)m[?°º*](?!\w)")
"""Of square metres the small figure, which was read so: no letter or sign stands there."""


def _squared(word: AWord) -> AWord:
    text = _SQUARE.sub("m²", word.text)
    if text == word.text or (word.suggestion and word.doubt != LIKELY):
        return word
    return replace(word, text=text, doubt=LIKELY, suggestion=word.suggestion or word.text)


def _runs(words: Sequence[AWord]) -> Iterator[list[AWord]]:
    """Words that follow one another: lines, with those that go on under them."""
    run: list[AWord] = []
    for _, group in groupby(words, key=lambda w: w.line):
        line = list(group)
        if run and not goes_on_under(run[-1].box, line[0].box):
            yield run
            run = []
        run += line
    if run:
        yield run


def _judged(lines: _Lines, run: Sequence[AWord], usual: Set[str] = frozenset()) -> Iterator[AWord]:
    """Only where another word would be chosen if it were as like as can be, ink is looked at: that takes most of the time."""
    may = [tuple(_may_be(run, n, usual)) for n in range(len(run))]
    hoped = _chosen(run, [[Option(other.text, other.cost - other.most) for other in others] for others in may])
    if not any(hoped):
        yield from run
        return
    held = [_held(run[i], lines.spot(run[i]), may[i]) if n else [] for i, n in enumerate(hoped)]
    for i, n in enumerate(_chosen(run, [[option for option, _ in like] for like in held])):
        yield _instead(run[i], *held[i][n - 1]) if n > 0 else run[i]


def _chosen(run: AnyWords, others: Sequence[Sequence[Option]]) -> list[int]:
    """Of each place which of the others makes the likeliest sentence, from 1 on; 0 for what was read."""
    return likeliest([[Option(word.text, 0.0), *own] for word, own in zip(run, others, strict=True)])


def _instead(word: AWord, other: Option, like: float) -> AWord:
    return replace(word, text=other.text, confidence=round(like, 2), doubt=LIKELY, suggestion=word.text)


def _held(word: Word | RawWord, at: Spot | None, may: Sequence[_May]) -> list[tuple[Option, float]]:
    """Those that are like the ink, with what they cost then, and how like they are."""
    if at is None:
        return []
    out: dict[str, tuple[Option, float]] = {}
    against = _AGAINST_SURE if word.confidence > _SURE and is_syllable(core(word.text)) else _AGAINST
    for one in may:
        if one.text not in out and at.fits(one.text):
            like = at.likeness(one.text)
            favours = at.favours(like)
            if like > _LIKE and favours > -against:
                out[one.text] = Option(one.text, one.cost - min(one.most, favours)), like
    return list(out.values())


def _may_be(run: AnyWords, n: int, usual: Set[str]) -> Iterator[_May]:
    """What may stand in a word's place, in its case. ``usual``: what its column says; nothing else stands for one of those, nor
    for a name that people have, or a commune in its letterhead may have: it is as like to another as to itself."""
    word, inner = run[n], core(run[n].text)
    if not _is_word(word, inner) or inner in usual or (len(inner) == _UNIT and n and run[n - 1].text[-1:].isdigit()):
        return
    if word.suggestion:  # other readings have judged it
        if core(word.suggestion).isalpha():
            yield _May(word.suggestion, 0.0, _FOR)
        return
    named = _is_name(run, n)
    if named and (names.is_listed(inner) or (inner.isupper() and is_syllable(inner))):
        return
    for other in usual:
        letters, marks = names.apart(inner, other)
        if 2 * letters <= len(other):
            yield _May(in_place_of(word.text, other), misread(letters, marks, word.confidence) - _USUAL, _FOR_NAME)
    if named:
        for name, letters, marks in names.near(inner, 0 if word.confidence > _SURE else 1):
            yield _May(in_place_of(word.text, name), misread(letters, marks, word.confidence), _FOR_NAME)
    for known in _known(run, n):
        if known.text != word.text and (not named or plain(known.text) == plain(inner)):
            share = _BY_INK if plain(known.text) == plain(inner) else 1.0
            yield _May(in_place_of(word.text, known.text), share * known.cost, _FOR)


def _known(run: AnyWords, n: int) -> Iterator[Option]:
    """Single words of the wording that are near to what was read, or usually stand between its neighbours."""
    word, said = run[n], ["", "", *(core(w.text) for w in run), "", ""]
    for known in alternatives(word.text, word.confidence):
        if known.text.isalpha():
            yield known
    yield from expected(said[n : n + 2], word.text, said[n + 3 : n + 5], word.confidence)


def _is_word(word: Word | RawWord, inner: str) -> bool:
    """Whether it is a word, or was: no number, code or abbreviation, and nothing that other readings have judged."""
    letters = [c for c in inner if c.isalpha()]
    if len(letters) < 2 or word.doubt == REREAD or not LETTERS.issuperset(letters) or "/" in inner or "-" in inner:
        return False
    if len(letters) == len(inner):
        short = inner.isupper() and (word.text[0] == "(" or not any(c in _VOWELS for c in plain(inner)))
        return not short
    return 2 * len(letters) >= len(inner) and word.confidence < _SURE


_VOWELS = "AEIOUY"


def _is_name(run: AnyWords, n: int) -> bool:
    """Whether a word with a capital stands beside another, no stop between them, or is behind what units are called by."""
    if any(core(w.text).lower() in _UNITS for w in run[max(0, n - _NAMED) : n]) and core(run[n].text)[:1].isupper():
        return True
    return (n > 0 and _joined(run[n - 1], run[n])) or (n + 1 < len(run) and _joined(run[n], run[n + 1]))


_UNITS = frozenset({"phường", "xã", "trấn", "khu", "huyện", "quận", "tỉnh", "phố", "đường", "ấp", "thôn"})
_NAMED = 2
"""Words behind a unit's that may be its name."""


def _joined(a: Word | RawWord, b: Word | RawWord) -> bool:
    return a.line == b.line and _has_capital(a) and _has_capital(b) and a.text[-1] not in _STOPS


def _has_capital(word: Word | RawWord) -> bool:
    inner = core(word.text)
    return len(inner) > 1 and inner.isalpha() and inner[0].isupper() and not inner[1:].isupper()
