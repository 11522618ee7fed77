"""The passage of a paper that shows why it was found, in the paper's own letters."""

import re
from functools import lru_cache
from itertools import islice

from workstation.domain.folding import plain
from workstation.domain.searchquery import Lit

Pieces = tuple[tuple[str, bool], ...]
"""Text in pieces; True: lit."""
WIDTH = 170
"""Letters of a passage."""
MOST_PLACES = 2_000
"""Of lit words that are looked at in one paper."""
_LETTER = r"[^\W_]"


@lru_cache(64)
def _pattern(lit: Lit) -> re.Pattern[str] | None:
    whole = [re.escape(w) for w in sorted(lit.words, key=len, reverse=True)]
    begun = [re.escape(w) + _LETTER + "*" for w in sorted(lit.beginnings, key=len, reverse=True)]
    if not whole and not begun:
        return None
    return re.compile(rf"(?<!{_LETTER})(?:{'|'.join([*begun, *whole])})(?!{_LETTER})")


def lighted(text: str, lit: Lit) -> Pieces:
    """All of a text, which is NFC."""
    pattern = _pattern(lit)
    places = [] if pattern is None else [m.span() for m in pattern.finditer(plain(text))]
    return _pieces(text, 0, len(text), places)


def passage(text: str, lit: Lit) -> Pieces:
    """Where most of the words stand together; nothing if none does."""
    pattern = _pattern(lit)
    found = [] if pattern is None else list(islice(pattern.finditer(plain(text)), MOST_PLACES))
    if not found:
        return ()
    spans, at = [m.span() for m in found], _densest([(m.start(), m.end(), m[0]) for m in found])
    first, last = spans[at[0]][0], spans[at[1]][1]
    spare = max(0, WIDTH - (last - first))
    start, end = _at_words(text, max(0, first - spare // 3), min(len(text), last + spare - spare // 3), first, last)
    shown = _pieces(text, start, end, spans)
    before, after = "… " if start > 0 else "", " …" if end < len(text) else ""
    return tuple(p for p in ((before, False), *shown, (after, False)) if p[0])


def _densest(found: list[tuple[int, int, str]]) -> tuple[int, int]:
    """The first and the last of the lit words of the passage with most different ones, the earliest such."""
    best, worth, begin = (0, 0), 0, 0
    inside: dict[str, int] = {}
    for i, (_, end, word) in enumerate(found):
        inside[word] = inside.get(word, 0) + 1
        while begin < i and end - found[begin][0] > WIDTH:
            gone = found[begin][2]
            inside[gone] -= 1
            if not inside[gone]:
                del inside[gone]
            begin += 1
        if len(inside) > worth:
            best, worth = (begin, i), len(inside)
    return best


def _at_words(text: str, start: int, end: int, first: int, last: int) -> tuple[int, int]:
    """Cut between words, unless a word is longer than the passage."""
    if start > 0 and (space := max(text.find(" ", start, first), text.find("\n", start, first))) >= 0:
        start = space + 1
    if end < len(text) and (space := max(text.rfind(" ", last, end), text.rfind("\n", last, end))) >= 0:
        end = space
    return start, end


def _pieces(text: str, start: int, end: int, places: list[tuple[int, int]]) -> Pieces:
    pieces: list[tuple[str, bool]] = []
    at = start
    for a, b in places:
        if a < start or b > end:
            continue
        pieces += [(text[at:a], False), (text[a:b], True)]
        at = b
    pieces.append((text[at:end], False))
    return tuple((p.replace("\n", " "), lit) for p, lit in pieces if p)
