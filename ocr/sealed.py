"""Rows that a seal's ring crosses, read again from a picture without the ring: of a black or grey one it is taken off here, of a
red one it went when the page was prepared, with a grain of it left and the print under it broken.

Of 98 worn pages with a signer 46 bore such a seal, most of them over the signer's name, of which a word or two was all that
could be read: nine were right, now 30 (28 to 30 with rims a little other; signers of all 98: 54 to 76 %). The row is read up to
three times more; of these readings that with most in it becomes the page's text, and a word of a name gets the likeliest after
all of them as a suggestion. What stood before words that were read surely is held against what is seen there too
(``ocr.shapes``): with that and with the rows of red seals 29 signers right of 39 worn pages became 34, and 38 once their errors
had been looked at; of 13 pages never looked at 12 became 13. Of 278 rows kept aside 209 were right, and 222 since names are
set with all their marks, what the recogniser doubts itself counts less, and black stars and bars say nothing. All that lay
under the seal stays in doubt. Not kept: telling print under a grey seal by its tone (one name more, where it was not as pale
as the seal); letters of the seal's own text taken out (they took the name's along); more readings, larger or softened (no
better); shapes of print with its fading evened (no better).
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import pairwise

import cv2
import numpy as np

from ocr.again import evened
from ocr.digits import REREAD
from ocr.engine import Recognizer
from ocr.frames import Pixels
from ocr.grammar import is_person_name, is_upper
from ocr.ink import Circle
from ocr.language.names import Candidate, Reading, has_family_letters, is_common, is_family, is_given, likeliest, ranked
from ocr.layout import Layout, TextLine, confidence, cut_out, find_lines
from ocr.lines import UNDER_SEALS, RawWord, moved
from ocr.missed import share
from ocr.seals import RIMS, UPPER, without_seals
from ocr.shapes import Place, Print, at_most, fit, places, seen
from workstation.domain.page import Box
from workstation.domain.syllables import core, is_malformed, is_syllable

_BEYOND_MM = (60.0, 8.0)
"""To the right of a seal and below it, what a row of its block may reach."""
_ENDS = 0.3
"""Radii to the right of a seal's middle where the shortest row that its ring crosses may end."""
_LEAST = 3
"""Letters of a row."""
_TAKEN = 2.0
"""Width of a letter that a ring has taken whole, with the space behind it, in heights of a row's small letters."""
_ACCEPTED = (0.5, 0.4)
"""Mean confidence from which a reading is one, and of what is a name after all readings."""
_SURE = 0.85
"""Confidence from which a word of a name needs no second look."""
_ABOVE, _BELOW, _BESIDE = 1.9, 0.8, 0.4
"""Room for marks, for tails and for a broken letter, in heights of a row's letters."""
_PAD = 10
_ROOM = 12, 4
"""Before a row for the longest family's name and over it, in heights of its small letters."""
_SEEN_AT_ALL = 0.4, 0.25
"""Share of a word's letters, read or seen, from which it may stand there; and of the one that is missing
before two others, which has to be a family's."""
_WORD = 0.65
"""What a word more has to bring, as likeness: some word is a little like anything."""
_USUALLY, _OF_MORE = 3, 0.2
"""Words of a name mostly, and what is taken from one of more: one person in six has one."""
_LOST = 2
"""Words before those that were read surely."""
_TRIED = 3
"""Words of a name, the likeliest, before which others are looked for."""
_CAPITAL = 1.5
"""Height of a capital, in heights of a row's small letters."""
_LETTER = 1.4
"""Height of a letter with its marks and tails, in heights of a row's letters."""
_NO_NAME, _NO_NAME_OF_TWO = 0.42, 0.3
"""Likeness to any family's name below which what stands first is the seal's own ink, and where only two words would be left."""
_NAME = (2, 5)
"""Words of a name."""
_LIKE_A_NAME = 0.5
"""Mean likeness of a name's words, and of each that is suggested."""
_SURELY_A_NAME = 0.75
"""The same from which a name is taken however little the recogniser gives for its words: two read as one it gives nothing for."""
_LOOK_ALIKE = str.maketrans("018#", "oiôH")
_WORDS = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of letters, ``foot`` and ``rise`` as a text line's, in pixels of the page, and its readings."""

    left: float
    right: float
    foot: float
    rise: float
    readings: tuple[tuple[RawWord, ...], ...]
    print: Print | None = None
    """The row and what lies around it, as it is seen."""

    def holds(self, box: Box) -> bool:
        """Whether a word stands in the row."""
        level = self.foot - 1.2 * self.rise < (box[1] + box[3]) / 2 < self.foot + 0.3 * self.rise
        return level and box[2] > self.left - self.rise and box[0] < self.right + self.rise


def rows_again(
    page: Pixels, seals: Sequence[Circle], words: Sequence[RawWord], dpi: float, recognizer: Recognizer, *,
    gone: Sequence[Circle] = (),
) -> tuple[RawWord, ...]:  # fmt: skip
    """The words of a prepared grey page with those of the rows that ``seals`` cross, as they were read best, without the signs
    that were made of a ring. ``gone``: seals that are no longer on the page, but were."""
    every = (*seals, *gone)
    if not every:
        return tuple(words)
    bare, out = without_seals(page, seals), tuple(words)
    for number, seal in enumerate(every):
        ring = page if number < len(seals) else None
        for k, row in enumerate(_rows(ring, bare, seal, words, dpi, recognizer)):
            out = _with_row(out, row, seal, (UNDER_SEALS + number, k))
    return tuple(w for w in out if any(c.isalnum() for c in w.text) or not any(_under(w, s) for s in every))


# --- reading


def _rows(
    page: Pixels | None, bare: Pixels, seal: Circle, words: Sequence[RawWord], dpi: float, recognizer: Recognizer
) -> Iterator[_Row]:
    """Rows below a seal's middle that begin left of its right edge and end right of its middle: a name, if it was not read whole
    already. The office over it is told by its list. ``bare``: the page without its seals' rings; ``page``: with this one's, if
    it is still there."""
    right, below = (v * dpi / 25.4 for v in _BEYOND_MM)
    left, top = max(0, int(seal.box[0])), max(0, int(seal.y - UPPER * seal.radius))
    around = np.s_[top : int(seal.box[3] + below), left : int(seal.box[2] + right)]
    part = np.ascontiguousarray(bare[around])
    barer = cache(lambda: part if page is None else np.ascontiguousarray(without_seals(page, (seal,), RIMS[1])[around]))
    layout = find_lines(part, dpi)
    for k, line in enumerate(layout.lines):
        crossed = line.left + left < seal.box[2] + _TAKEN * line.rise and line.right + left > seal.x + _ENDS * seal.radius
        foot = float(np.median(line.level(np.array([line.left, line.right]))))
        row = _Row(line.left + left, line.right + left, foot + top, line.rise, ())
        whole = _whole_name([w for w in words if row.holds(w.box)])
        if crossed and len(line.letters) >= _LEAST and row.foot > seal.y and not whole:
            read = _readings(part, barer, layout, k, foot, dpi, recognizer)
            said = tuple(_moved(words, left, top) for words in read)
            yield replace(row, readings=said, print=seen(bare, page, _around(row), row.rise))


def _around(row: _Row) -> Box:
    """With room before it for a family's name that is not in the row, and over it for marks."""
    return row.left - _ROOM[0] * row.rise, row.foot - _ROOM[1] * row.rise, row.right + 2 * row.rise, row.foot + 2 * row.rise


def _readings(
    part: Pixels, barer: Callable[[], Pixels], layout: Layout, number: int, foot: float, dpi: float, recognizer: Recognizer
) -> Iterator[tuple[RawWord, ...]]:
    """With all that lies in the row, broken letters too; and, if that is no whole name, with less of the ring, and by the row's
    letters alone, which leaves out what is the seal's."""
    strip, x, y = _strip(part, layout.lines[number], foot)
    (first,) = recognizer.lines([strip], dpi)
    yield _moved(first, x, y)
    if _whole_name(first):
        return
    cut = cut_out(part, layout, number)
    other = _strip(barer(), layout.lines[number], foot)[0]
    if barer() is part:
        other = evened(other, _LETTER * layout.lines[number].rise)
    again, *own = recognizer.lines([other, *([cut.pixels] if cut else [])], dpi)
    yield _moved(again, x, y)
    if cut is not None:
        yield tuple(replace(w, box=cut.back(w.box)) for w in own[0])


def _strip(part: Pixels, line: TextLine, foot: float) -> tuple[Pixels, int, int]:
    """A row cut out as it is, in a white frame, and where its corner lies."""
    x, y = int(max(0, line.left - _BESIDE * line.rise)), int(max(0, foot - _ABOVE * line.rise))
    cut = part[y : int(foot + _BELOW * line.rise), x : int(line.right + _BESIDE * line.rise)]
    framed = cv2.copyMakeBorder(cut, _PAD, _PAD, _PAD, _PAD, cv2.BORDER_CONSTANT, value=255)
    return np.asarray(framed, np.uint8), x - _PAD, y - _PAD


def _moved(words: Sequence[RawWord], dx: float, dy: float) -> tuple[RawWord, ...]:
    return tuple(moved(w, dx, dy) for w in words)


# --- choosing


def _with_row(words: tuple[RawWord, ...], row: _Row, seal: Circle, own: tuple[int, ...]) -> tuple[RawWord, ...]:
    """The words with the row's best reading in the place of theirs."""
    there = tuple(w for w in words if row.holds(w.box))
    if _whole_name(there):
        return words
    best = max(row.readings, key=_read, default=())
    named, like = ((), 0.0) if _whole_name(best) else _looked_for(best, row)
    if not named:
        named, like = _named(best, (*row.readings, there), seal)
    sure = confidence(best) >= _ACCEPTED[bool(named)] or like >= _SURELY_A_NAME
    if not sure or not (named or _read(best) > _read(there)):
        return words
    line = there[-1].line if there else own
    said = [w for w in named or best if any(c.isalnum() for c in w.text)]
    kept = [w for w in words if w not in there and not any(share(s.box, w.box) > 0.5 for s in said)]
    return (*kept, *(_doubted(replace(w, line=line), seal) for w in said))


def _whole_name(words: Sequence[RawWord]) -> bool:
    """Whether nothing of a name is missing: it begins with a family, and every word of it is sure and a syllable."""
    if len(words) <= _NAME[0] or min(w.confidence for w in words) < _SURE:
        return False
    syllables = not any(is_malformed(w.text) for w in words)
    return syllables and is_person_name(" ".join(w.text for w in words)) and is_family(words[0].text)


def _read(words: Sequence[RawWord]) -> float:
    """How much was read with confidence. What a broken letter costs counts little: before, its word was not read at all."""
    return sum(w.confidence**2 * sum(c.isalpha() for c in w.text) for w in words)


def _doubted(word: RawWord, seal: Circle) -> RawWord:
    under = word.box[0] < seal.box[2] and word.box[2] > seal.box[0]
    return replace(word, doubt=REREAD) if under or word.suggestion else word


def _under(word: RawWord, seal: Circle) -> bool:
    x, y = (word.box[0] + word.box[2]) / 2, (word.box[1] + word.box[3]) / 2
    return float(np.hypot(x - seal.x, y - seal.y)) < seal.radius


def _named(best: Sequence[RawWord], readings: Sequence[Sequence[RawWord]], seal: Circle) -> tuple[tuple[RawWord, ...], float]:
    """The words of a name without the seal's ink before it, each with the likeliest word after all readings, and how like the
    readings these are; empty for what is no name."""
    if is_upper(" ".join(w.text for w in best)):
        return (), 0.0
    pieces = [(word, box) for word in best for _, box in _pieces(word)]
    heard = [(piece, [h for r in readings if (h := _heard(piece[1], r))]) for piece in pieces]
    told = [(piece, one) for piece, one in heard if any(len(text) > 1 for text, _ in one)]
    places, said = [piece for piece, _ in told], [one for _, one in told]
    if 2 * sum(any(text.istitle() for text, _ in one) for one in said) < max(len(said), 1):
        return (), 0.0
    first = 0
    while len(said) - first > _NAME[0] and places[first][1][0] < seal.box[2]:
        limit = _NO_NAME if len(said) - first > _NAME[0] + 1 else _NO_NAME_OF_TWO
        if likeliest(said[first], family=True)[1] >= limit:
            break
        first += 1
    likely = [likeliest(one, family=i == 0) for i, one in enumerate(said[first:])]
    like = sum(score for _, score in likely) / max(1, len(likely))
    if not _NAME[0] <= len(likely) <= _NAME[1] or like < _LIKE_A_NAME:
        return (), 0.0
    out = []
    for word in dict.fromkeys(w for w, _ in places[first:]):
        parts = [one for (w, _), one in zip(places[first:], likely, strict=True) if w is word]
        name = " ".join(said for said, _ in parts)
        near = all(score >= _LIKE_A_NAME for _, score in parts) and name != core(word.text)
        out.append(replace(word, suggestion=name if near else ""))
    return tuple(out), like


# --- by what is seen


def _looked_for(best: Sequence[RawWord], row: _Row) -> tuple[tuple[RawWord, ...], float]:
    """A name whose last words were read surely, those before them by their readings and by what is seen in their places, and how
    like these it is; empty where no face fits, or no family's name is seen."""
    small = sum(w.text[:1].islower() and w.confidence >= _ACCEPTED[0] and is_syllable(w.text) for w in best)
    if len(best) > _NAME[1] or small >= max(1, sum(w.text.istitle() for w in best)):
        return (), 0.0
    behind = _behind(best, row.readings)
    faces = places(row.print, behind, row.rise) if row.print and behind else ()
    every = (words for at in faces for words in _before(row, at, _LOST) if not _seals_own(words))
    found = max(every, key=lambda words: _brought(words, len(behind)), default=())
    alone = len(found) == 1 and len(behind) > 1
    if not found or found[0][0].like < _SEEN_AT_ALL[alone]:
        return (), 0.0
    words = [_as_read(one, box, best) for one, box in found]
    readings = [[h for r in row.readings if (h := _heard(word.box, r))] for word in behind]
    likely = [likeliest(one, family=False)[0] if one else word.text for word, one in zip(behind, readings, strict=True)]
    own = best[len(best) - len(behind) :]
    mended = (replace(w, suggestion=said if said != w.text else "") for w, said in zip(own, likely, strict=True))
    return (*words, *mended), sum(one.like for one, _ in found) / len(found)


def _brought(found: "_Found", behind: int) -> float:
    """How likely words are before so many that were read."""
    long = _OF_MORE if len(found) + behind > _USUALLY else 0.0
    return sum(one.score - _WORD for one, _ in found) - long


def _seals_own(found: "_Found") -> bool:
    """Whether a rare family stands before a family, which begins the name: it was seen in the seal's ink."""
    (first, _), *rest = found
    return bool(rest) and is_family(rest[0][0].word) and not is_common(first.word)


def _behind(best: Sequence[RawWord], readings: Sequence[Sequence[RawWord]]) -> tuple[RawWord, ...]:
    """The last words of a name, those that were read surely; not the family's, which is held against what is seen."""
    behind: tuple[RawWord, ...] = ()
    for word in reversed(best[-_NAME[1] + 1 :]):
        told = _surely(word, readings)
        if told is None:
            break
        behind = (told, *behind)
    more, all_read = len(behind) > _NAME[0], len(behind) == len(best)
    if (more or all_read) and behind and (has_family_letters(behind[0].text) or (more and all_read)):
        return behind[1:]
    return behind


def _as_read(one: Candidate, box: Box, best: Sequence[RawWord]) -> RawWord:
    """A word with what was read in its place, if anything was, and what it likelier is."""
    heard = _heard(box, best)
    sure = min(_ACCEPTED[0], max(0.0, one.like))
    if heard is None or heard[0] == one.word:
        return RawWord(one.word, box, sure, (), REREAD)
    return RawWord(heard[0], box, min(sure, heard[1]), (), REREAD, one.word)


_Found = tuple[tuple[Candidate, Box], ...]


def _before(row: _Row, at: Place, most: int) -> Iterator[_Found]:
    """The words that may stand before a place, ``most`` at most (1 or more), the first of each a family's."""
    if row.print is None:
        return
    heard = [h for r in row.readings if (h := _ending(r, row.print.at[0] + at.end, row.rise))]
    shape, exact = partial(at_most, row.print, at, rise=row.rise), partial(fit, row.print, at, rise=row.rise)
    # where one word is wanted, looking for others than a family's would find nothing to stand before them
    for family, many in ((True, 1), (False, _TRIED)) if most > 1 else ((True, 1),):
        for one in ranked(heard, shape, family=family, exact=exact, many=many):
            own = ((one, _box_before(row, row.print, at, one.word)),)
            if family:
                yield own
            elif one.like >= _SEEN_AT_ALL[0]:
                yield from ((*before, *own) for before in _before(row, at.before(one.word), most - 1))


def _box_before(row: _Row, found: Print, at: Place, word: str) -> Box:
    x = found.at[0]
    return x + at.before(word).x, row.foot - _CAPITAL * row.rise, x + at.end, row.foot


def _ending(reading: Sequence[RawWord], x: float, rise: float) -> Reading | None:
    """What a reading says of the word that ends there."""
    ends = [(abs(box[2] - x), text, word.confidence) for word in reading for text, box in _pieces(word)]
    off, text, sure = min(ends, default=(rise, "", 0.0))
    return (text, sure) if off < rise else None


def _surely(word: RawWord, readings: Sequence[Sequence[RawWord]]) -> RawWord | None:
    """A word of a name as people are called, if it was read surely so, or twice; None for any other."""
    if is_given(word.text) and word.confidence >= _SURE and not word.text.islower():
        return word
    heard = [h[0] for r in readings if (h := _heard(word.box, r)) and not h[0].islower()]
    said = max(heard, key=heard.count, default="")
    return replace(word, text=said) if is_given(said) and heard.count(said) > 1 else None


def _heard(box: Box, reading: Sequence[RawWord]) -> Reading | None:
    """What a reading says in a place; None if nothing, or what reaches far beyond it."""
    width, parts = box[2] - box[0], []
    for word in sorted(reading, key=lambda w: w.box[0]):
        for text, (x0, _, x1, _) in _pieces(word):
            if min(x1, box[2]) - max(x0, box[0]) > 0.5 * min(x1 - x0, width):
                parts.append((text, word.confidence, x1 - x0))
    if not parts or any(wide > 1.5 * width for _, _, wide in parts):
        return None
    return "".join(text for text, _, _ in parts), min(sure for _, sure, _ in parts)


def _pieces(word: RawWord) -> Iterator[tuple[str, Box]]:
    """A word's runs of letters and where each stands: two words of a name with a rest of the ring between are read as one. A
    figure among letters is one of them."""
    text = word.text
    if any(c.isalpha() for c in text):
        text = re.sub(r"^8(?=[^\W\d_])", "B", re.sub(r"^1(?=[^\W\d_])", "l", text)).translate(_LOOK_ALIKE)
    x0, y0, x1, y1 = word.box
    unit = (x1 - x0) / len(text)
    for run in _WORDS.finditer(text):
        ends = [k for k in range(run.start() + 1, run.end()) if text[k].isupper() and text[k - 1].islower()]
        for start, end in pairwise((run.start(), *ends, run.end())):
            yield text[start:end], (x0 + unit * start, y0, x0 + unit * end, y1)
