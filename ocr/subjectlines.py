"""The lines of a subject, read again where words of them are doubtful: what a word likelier was is chosen from all readings of
it, known words of nearly the same strokes and what stands beside it, all at once (``language.decoding``).

The words of the page stay as they were first read; the likelier ones are suggested, in doubt. Only where the print was
parted into wrong words do those of another reading stand in their place, in doubt too.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from statistics import median

from ocr.engine import Recognizer
from ocr.grammar import is_upper, plain
from ocr.language.decoding import Option, alternatives, likeliest
from ocr.language.mending import in_place, is_of_letters, likelier
from ocr.language.wording import key
from ocr.lines import RawWord, hull
from ocr.missed import Paper
from ocr.numberline import three_readings
from workstation.domain.page import AGAIN
from workstation.domain.syllables import core, is_syllable

_FOOT = 0.4
"""Share of a page's height in which a subject ends."""
_BEGINS = re.compile(r"^\W*(?:V\s?[/|!1IL.,]{1,2}\s?[VYW]\b|\w{1,3}\W{1,2}VI[EÉ]C\b)")
"""``V/v`` or ``Về việc`` as they may be read."""
_DOUBTFUL = 0.6
"""The recogniser's confidence below which a word's line is read again."""
_SURELY = 0.95
"""The recogniser's confidence, which is never much more, from which a word is not doubted."""
_MOST_LINES = 3
_SAID, _SURE = 0.3, 0.7
"""What a reading of a word counts for, and its confidence."""
_SAME = 0.5
"""Share of two words' common width from which they are one word read twice."""


def subjects_read_again(paper: Paper, words: tuple[RawWord, ...], recognizer: Recognizer) -> tuple[RawWord, ...]:
    """The words in their order, the doubtful ones of a subject with what they likelier were suggested."""
    out: list[tuple[RawWord, ...]] = [(word,) for word in words]
    for line in _lines(words, _FOOT * paper.page.shape[0]):
        own = [words[i] for i in line]
        if _is_doubtful(own):
            for i, likely in zip(line, _likely(own, three_readings(paper, own, recognizer)), strict=True):
                out[i] = likely
    return tuple(word for likely in out for word in likely)


def _likely(own: Sequence[RawWord], others: Sequence[Sequence[RawWord]]) -> Iterator[tuple[RawWord, ...]]:
    """What stands in each word's place: the word, with what it likelier was suggested. Where another reading parts the print into
    other words and these are likelier, its words, in doubt, in the place of the first."""
    places = [_options(own, n, others) for n in range(len(own))]
    options = [[option for option, _ in place] for place in places]
    for n, (word, place, best) in enumerate(zip(own, places, likeliest(options), strict=True)):
        option, parted = place[best] if best >= 0 else (Option("", 0.0), ())
        better = core(option.text)
        if best < 0 or parted:
            yield tuple(replace(w, line=word.line, doubt=AGAIN) for w in parted)
        elif key(better) != key(word.text) and not word.doubt and is_syllable(better):
            yield (replace(word, doubt=AGAIN, suggestion=in_place(better, word.text, first=n == 0)),)
        else:
            yield (word,)


def _is_doubtful(line: Sequence[RawWord]) -> bool:
    """Whether a word of letters was read with doubt, or is none; or one that was not read with all confidence never stands so."""
    if any(_is_misread(word) for word in line):
        return True
    sure = [word.confidence for word in line]
    return min(sure) < _SURELY and bool(likelier([word.text for word in line], sure, every=True))


def _is_misread(word: RawWord) -> bool:
    """Whether what is no number or code was read with doubt, or is no word."""
    inner = core(word.text)
    return "/" not in inner and is_of_letters(inner) and (word.confidence < _DOUBTFUL or not is_syllable(inner))


_Options = list[tuple[Option, tuple[RawWord, ...]]]


def _options(own: Sequence[RawWord], n: int, others: Sequence[Sequence[RawWord]]) -> _Options:
    """What may stand in a word's place: what readings say, the less likely the fewer and the less sure they are, and known words
    near to these; with it the words of a reading that parts the print otherwise. A number, or a part of a name, is what was read
    first."""
    word = own[n]
    parted = [found for line in others if (found := _parted(own, n, line))]
    otherwise = [(Option(" ".join(w.text for w in there), _sure_of(own[n : n + k]), k), there) for k, there in parted]
    if _is_kept(own, n) or not is_of_letters(core(word.text)):
        return [(Option(word.text, 0.0), ()), *otherwise]
    said = [word, *(w for w in (_same_place(word, line) for line in others) if w is not None and core(w.text).isalpha())]
    weights = dict[str, float]()
    for one in said:
        weights[key(one.text)] = weights.get(key(one.text), 0.0) + _SAID + _SURE * one.confidence
    total = sum(weights.values())
    out: _Options = []
    for one in said:
        cost = total - weights[key(one.text)]
        for option in alternatives(word.text if one is word else core(one.text), one.confidence):
            out.append((option._replace(cost=option.cost + cost), ()))
    return out + otherwise


def _is_kept(own: Sequence[RawWord], n: int) -> bool:
    """Whether a word is a part of a name, or holds figures and was not misread."""
    inner = core(own[n].text)
    beside = [core(own[m].text) for m in (n - 1, n + 1) if 0 <= m < len(own)]
    named = n > 0 and inner.istitle() and any(one[:1].isupper() for one in beside)
    return named or (any(c.isdigit() for c in inner) and not _is_misread(own[n]))


def _sure_of(words: Sequence[RawWord]) -> float:
    """What it costs to take others for them, by how sure the least of them is."""
    return _SAID + _SURE * min(w.confidence for w in words)


def _parted(own: Sequence[RawWord], n: int, line: Sequence[RawWord]) -> tuple[int, tuple[RawWord, ...]] | None:
    """How many words from this on another reading parts otherwise, and how; None if it does not, has no words of the
    language there, or nothing there was misread. Of several such groups that with the fewest words."""
    for k in range(1, min(_MOST_WORDS, len(own) - n) + 1):
        left, right = own[n].box[0], max(w.box[2] for w in own[n : n + k])
        if (n and own[n - 1].box[2] > left) or (n + k < len(own) and own[n + k].box[0] < right):
            continue  # a box that reaches over its neighbours
        there = tuple(w for w in line if min(w.box[2], right) - max(w.box[0], left) > 0.3 * (w.box[2] - w.box[0]))
        ends = there and abs(there[0].box[0] - left) + abs(there[-1].box[2] - right) < _ENDS * (own[n].box[3] - own[n].box[1])
        if ends and len(there) == k:
            return None  # so far both part it alike: what is parted otherwise begins behind it
        if ends:
            known = all(is_of_letters(core(w.text)) and is_syllable(core(w.text)) for w in there)
            free = not any(_is_kept(own, m) or own[m].doubt for m in range(n, n + k)) and any(map(_is_misread, own[n : n + k]))
            return (k, there) if known and free and len(there) <= _MOST_WORDS else None
    return None


_MOST_WORDS = 4
"""That another reading may part otherwise."""
_ENDS = 0.6
"""Of a word's height, by how much both ends of the same print may differ in two readings."""


def _same_place(word: RawWord, line: Sequence[RawWord]) -> RawWord | None:
    """The one word of another reading that stands where the word stands; None if it is in pieces there, or a part of another."""
    there = [w for w in line if _common(w, word) > 0.2 * min(w.box[2] - w.box[0], word.box[2] - word.box[0])]
    if len(there) != 1:
        return None
    wide = max(there[0].box[2], word.box[2]) - min(there[0].box[0], word.box[0])
    return there[0] if _common(there[0], word) > _SAME * wide else None


def _common(a: RawWord, b: RawWord) -> float:
    return min(a.box[2], b.box[2]) - max(a.box[0], b.box[0])


def _lines(words: Sequence[RawWord], foot: float) -> list[list[int]]:
    """Indices of the words of a subject's lines, each left to right: that which begins as one does, and those right under it."""
    by_line: dict[tuple[int, ...], list[int]] = {}
    for i, word in enumerate(words):
        if word.box[3] < foot:
            by_line.setdefault(word.line, []).append(i)
    lines = sorted((sorted(line, key=lambda i: words[i].box[0]) for line in by_line.values()), key=lambda n: words[n[0]].box[1])
    first = next((k for k, line in enumerate(lines) if _BEGINS.match(plain(_text(words, line)))), None)
    if first is None:
        return []
    taken = [lines[first]]
    for line in lines[first + 1 :]:
        above, box = hull(words[i].box for i in taken[-1]), hull(words[i].box for i in line)
        high = median(words[i].box[3] - words[i].box[1] for i in taken[-1])
        if min(above[2], box[2]) - max(above[0], box[0]) <= 0 or box[1] < above[1] + 0.5 * high:
            continue  # of the other column, or level with it
        if box[1] - above[3] > 1.2 * high or is_upper(_text(words, line)) or len(taken) == _MOST_LINES:
            break
        taken.append(line)
    return taken


def _text(words: Sequence[RawWord], line: Sequence[int]) -> str:
    return " ".join(words[i].text for i in line)
