"""What a sentence likelier was: doubtful words that are not usual beside their neighbours, where a word of nearly the same
strokes is. For a field's value, which stays in doubt; a page's text keeps what was read."""

import re
from collections.abc import Iterable, Sequence
from functools import cache

from ocr.language.names import likeness, strokes
from ocr.language.wording import is_weak, key, pairs, usual_neighbours
from workstation.domain.syllables import core, is_syllable

_SURE = 0.97
"""Probability from which a well-formed word is left alone."""
_BOTH, _ONE = 0.45, 0.6
"""Least likeness to what was read of a word that is usual beside both neighbours, and beside one of them."""
_BOTH_COUNTS, _CLEARLY = 0.2, 0.05
"""What both neighbours count for, as likeness; and by how much one word has to be likelier than any other."""
_STOPS = ",;:."
_YEAR, _OF_A_YEAR = re.compile(r"(?:19|20)\d\d"), "năm"
_ROUNDS = 2
"""A neighbour that was itself misread hides a pair: look once more beside it."""


def likelier(words: Sequence[str], sure: Sequence[float]) -> dict[int, str]:
    """Index of a word → what it likelier was, its stops and capitals kept. ``sure``: how probably each was read right. Never a
    number."""
    out, found = list(words), dict[int, str]()
    for _ in range(_ROUNDS):
        for i, word in enumerate(out):
            better = _better(out, i) if _doubtful(word, sure[i]) else ""
            if better and key(better) != key(word):
                out[i] = found[i] = _in_place(better, word, first=i == 0)
    return found


def _doubtful(word: str, sure: float) -> bool:
    inner = core(word)
    if not any(c.isalpha() for c in inner) or 2 * sum(c.isdigit() for c in inner) > len(inner):
        return False
    return sure < _SURE or not (inner.isalpha() and is_syllable(inner))


def _better(words: Sequence[str], i: int) -> str:
    """Empty if the word is usual as it is, or none is clearly likelier."""
    inner, known = core(words[i]), pairs().known
    left = core(words[i - 1]) if i and words[i - 1][-1] not in _STOPS else ""
    right = core(words[i + 1]) if i + 1 < len(words) and words[i][-1] not in _STOPS else ""
    if i and inner.istitle() and (left.istitle() or right.istitle()):
        return ""  # a part of a name, for which common words are no measure
    usual = [(key(a), key(b)) in known for a, b in ((left, inner), (inner, right)) if a and b]
    if all(usual):
        return ""
    if _YEAR.fullmatch(right) and not any(usual) and inner.islower() and likeness(strokes(inner), strokes(_OF_A_YEAR)) >= _ONE:
        return _OF_A_YEAR
    after, before = _after().get(key(left), frozenset()), _before().get(key(right), frozenset())
    read = strokes("".join(c for c in inner if c.isalpha()))
    likely = []
    for word in after & before if any(usual) else after | before:
        both = word in after and word in before
        if not both and not (word in after and not is_weak(left)) and not (word in before and not is_weak(right)):
            continue
        score = likeness(strokes(word), read)
        if score >= (_BOTH if both else _ONE):
            likely.append((score + _BOTH_COUNTS * both, word))
    likely.sort(reverse=True)
    clear = len(likely) == 1 or (len(likely) > 1 and likely[0][0] - likely[1][0] > _CLEARLY)
    return likely[0][1] if clear else ""


def _in_place(better: str, word: str, *, first: bool) -> str:
    """In the word's capitals if they make sense, with the stops behind it; other signs among its letters were letters."""
    inner = core(word)
    stops = re.search(r"[,;.)]*$", word)
    capital = inner[:1].isupper() and (first or inner.isalpha())
    cased = better.upper() if inner.isupper() and len(inner) > 1 else better.capitalize() if capital else better
    return cased + (stops[0] if stops else "")


@cache
def _after() -> dict[str, frozenset[str]]:
    """Key of a word → what usually follows it, small letters."""
    return _gathered((key(a), b.lower()) for a, b in usual_neighbours())


@cache
def _before() -> dict[str, frozenset[str]]:
    return _gathered((key(b), a.lower()) for a, b in usual_neighbours())


def _gathered(two: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for own, word in two:
        found.setdefault(own, set()).add(word)
    return {own: frozenset(words) for own, words in found.items()}
