"""The lines of a subject, read again where words of them are doubtful: what a word likelier was is chosen from all readings of
it, known words of nearly the same strokes and what stands beside it, all at once (``language.decoding``).

The words of the page stay as they were first read; the likelier ones are suggested, in doubt.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from statistics import median

from ocr.engine import Recognizer
from ocr.grammar import is_upper, plain
from ocr.language.decoding import Option, alternatives, likeliest
from ocr.language.mending import in_place
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
_MOST_LINES = 3
_SAID, _SURE = 0.3, 0.7
"""What a reading of a word counts for, and its confidence."""
_SHORTEST = 2
"""Letters of a word that may be another: of one alone the rest of a word is missing."""
_SAME = 0.5
"""Share of two words' common width from which they are one word read twice."""


def subjects_read_again(paper: Paper, words: tuple[RawWord, ...], recognizer: Recognizer) -> tuple[RawWord, ...]:
    """The words in their order, the doubtful ones of a subject with what they likelier were suggested."""
    out = list(words)
    for line in _lines(words, _FOOT * paper.page.shape[0]):
        own = [words[i] for i in line]
        if all(w.confidence >= _DOUBTFUL or not core(w.text).isalpha() for w in own):
            continue
        others = three_readings(paper, own, recognizer)
        places = [tuple(_options(own, n, others)) for n in range(len(own))]
        for i, options, best in zip(line, places, likeliest(places), strict=True):
            better, word = options[best].text, out[i]
            if key(better) != key(word.text) and not word.doubt and is_syllable(core(better)):
                out[i] = replace(word, doubt=AGAIN, suggestion=in_place(core(better), word.text, first=i == line[0]))
    return tuple(out)


def _options(own: Sequence[RawWord], n: int, others: Sequence[Sequence[RawWord]]) -> Iterator[Option]:
    """What may stand in a word's place: what readings say, the less likely the fewer and the less sure they are, and known words
    near to these. A number, or a part of a name, is what was read first."""
    word = own[n]
    inner = core(word.text)
    beside = [core(own[m].text) for m in (n - 1, n + 1) if 0 <= m < len(own)]
    named = n > 0 and inner.istitle() and any(one[:1].isupper() for one in beside)
    if named or len(inner) < _SHORTEST or not any(c.isalpha() for c in inner) or any(c.isdigit() for c in inner):
        yield Option(word.text, 0.0)
        return
    said = [word, *(w for w in (_same_place(word, line) for line in others) if w is not None and core(w.text).isalpha())]
    weights = dict[str, float]()
    for one in said:
        weights[key(one.text)] = weights.get(key(one.text), 0.0) + _SAID + _SURE * one.confidence
    total = sum(weights.values())
    for one in said:
        cost = total - weights[key(one.text)]
        for option in alternatives(word.text if one is word else core(one.text), one.confidence):
            yield replace(option, cost=option.cost + cost)


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
