"""Words that stand where a fixed phrase has another one: all the rest of the phrase was read, one or two words only nearly."""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise

from ocr.grammar import distance, plain
from ocr.language.wording import key, phrases
from workstation.domain.syllables import core

Place = tuple[int, int]
"""Number of a phrase, index of a word in it."""


@cache
def _anchors() -> dict[tuple[str, str], tuple[Place, ...]]:
    """Two words side by side, marks off → where phrases have them."""
    found: dict[tuple[str, str], list[Place]] = {}
    for number, phrase in enumerate(phrases()):
        flat = [plain(w) for w in phrase]
        for at, two in enumerate(pairwise(flat)):
            found.setdefault(two, []).append((number, at))
    return {two: tuple(places) for two, places in found.items()}


def near_phrases(words: Sequence[str]) -> dict[int, str]:
    """Index of a word → the phrase's word in its place. Words that some phrase has exactly so are not among them."""
    at = [i for i, w in enumerate(words) if core(w)]
    inner = [core(words[i]) for i in at]
    flat = [plain(w) for w in inner]
    sure: set[int] = set()
    doubtful: dict[int, str] = {}
    for number, start in _starts(flat):
        wanted = phrases()[number]
        found = inner[start : start + len(wanted)]
        if len(found) < len(wanted) or start < 0:
            continue
        off = [k for k, (a, b) in enumerate(zip(found, wanted, strict=True)) if key(a) != key(b)]
        if not off:
            sure |= set(range(start, start + len(wanted)))
        elif len(off) <= _most_wrong(len(wanted)) and all(_near(found[k], wanted[k]) for k in off):
            doubtful |= {start + k: wanted[k] for k in off}
    return {at[k]: better for k, better in sorted(doubtful.items()) if k not in sure}


def _starts(flat: Sequence[str]) -> Iterator[Place]:
    """Numbers of phrases and where they may begin, the shorter phrases first, so that the longer have the last word."""
    seen = {(number, i - at) for i, two in enumerate(pairwise(flat)) for number, at in _anchors().get(two, ())}
    return iter(sorted(seen, key=lambda place: (len(phrases()[place[0]]), place)))


def _most_wrong(length: int) -> int:
    return 1 if length < 6 else 2


def _near(read: str, wanted: str) -> bool:
    """Other marks only, or one letter of a longer word (two of a long one). Never a number."""
    if any(c.isdigit() for c in read):
        return False
    a, b = plain(read), plain(wanted)
    if a == b:
        return True
    least = min(len(a), len(b))
    return least >= 3 and distance(a, b) <= (2 if least >= 6 else 1)
