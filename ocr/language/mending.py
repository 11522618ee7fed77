"""What a sentence likelier was: doubtful words that are not usual beside their neighbours, where a word of nearly the same
strokes is. For a field's value, which stays in doubt; a page's text keeps what was read."""

import re
from collections.abc import Iterator, Sequence

from ocr.language.decoding import Option, alternatives, expected, in_two, likeliest
from ocr.language.names import likely_name, likeness, strokes
from ocr.language.wording import key, usually_together
from workstation.domain.syllables import core, is_syllable

_SURE = 0.97
"""Probability from which a well-formed word is no reason to look at a sentence."""
_SURE_OF_TWO = 0.6
"""Probability from which each of two words was read by itself."""
_YEAR, _OF_A_YEAR, _LIKE = re.compile(r"(?:19|20)\d\d"), "năm", 0.6


def likelier(words: Sequence[str], sure: Sequence[float], *, every: bool = False) -> dict[int, str]:
    """Index of a word → what it likelier was, its stops and capitals kept; empty for a word that is a part of the one before it.
    ``sure``: how probably each was read right. Never a number, nor a part of a name. Nothing if no word is doubtful; ``every``:
    not even then."""
    if not every and not any_doubtful(words, sure):
        return {}
    places = [tuple(_options(words, i, sure)) for i in range(len(words))]
    found = {}
    for i, (options, best) in enumerate(zip(places, likeliest(places), strict=True)):
        if best < 0:
            found[i] = ""
        elif options[best].places > 1:
            found[i] = in_place(options[best].text, f"{words[i]}{words[i + 1]}", first=i == 0)
        elif key(options[best].text) != key(words[i]):
            found[i] = in_place(options[best].text, words[i], first=i == 0)
    return found


def any_doubtful(words: Sequence[str], sure: Sequence[float]) -> bool:
    """Whether a word is a reason to look at a sentence."""
    return any(_doubtful(word, chance) for word, chance in zip(words, sure, strict=True))


def _doubtful(word: str, sure: float) -> bool:
    inner = core(word)
    return is_of_letters(inner) and (sure < _SURE or not (inner.isalpha() and is_syllable(inner)))


def is_of_letters(inner: str) -> bool:
    """Whether it is a word, and no number or code, nor a letter that may stand alone."""
    return (
        not (len(inner) == 1 and is_syllable(inner))
        and any(c.isalpha() for c in inner)
        and 2 * sum(c.isdigit() for c in inner) <= len(inner)
    )


def _options(words: Sequence[str], i: int, sure: Sequence[float]) -> Iterator[Option]:
    inner = core(words[i])
    first, left, right, last = (core(words[j]) if 0 <= j < len(words) else "" for j in (i - 2, i - 1, i + 1, i + 2))
    if not is_of_letters(inner):
        yield Option(words[i], 0.0)
    elif i and inner.istitle() and (left[:1].isupper() or right[:1].isupper()):  # a name, for which common words are no measure
        family = likely_name(f"{inner} {right}").split() if right.istitle() and not is_syllable(inner) else []
        yield Option(family[0] if family else words[i], 0.0)
    elif _YEAR.fullmatch(right) and not usually_together(left, inner) and _is_like_a_years(inner):
        yield Option(_OF_A_YEAR, 0.0)
    else:
        yield from alternatives(words[i], sure[i])
        yield from expected((first, left), inner, (right, last), sure[i])
        if _in_two(words[i : i + 2], sure[i : i + 2]):
            yield from in_two(inner, right)


def _in_two(words: Sequence[str], sure: Sequence[float]) -> bool:
    """Whether two words may have been one: no sign is between them, the second has no capital, and one of them is doubtful."""
    parts = [core(word) for word in words]
    together = len(words) > 1 and words[0].endswith(parts[0]) and words[1].startswith(parts[1]) and all(map(str.isalpha, parts))
    return together and parts[1].islower() and (min(sure) < _SURE_OF_TWO or not all(map(is_syllable, parts)))


def _is_like_a_years(inner: str) -> bool:
    return inner.islower() and likeness(strokes(inner), strokes(_OF_A_YEAR)) >= _LIKE


def in_place(better: str, word: str, *, first: bool) -> str:
    """In the word's capitals if they make sense, with the stops behind it; other signs among its letters were letters."""
    inner = core(word)
    stops = re.search(r"[,;.)]*$", word)
    capital = inner[:1].isupper() and (first or inner.isalpha())
    cased = better.upper() if inner.isupper() and len(inner) > 1 else better.capitalize() if capital else better
    return cased + (stops[0] if stops else "")
