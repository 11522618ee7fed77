"""Words whose marks do not fit their neighbours: ``chỉ trả`` where papers say ``chi trả``.

Of the misread words most that are syllables differ from the right one by a mark only, and Tesseract is sure of them. A word
is doubted when no pair of the common wording holds it with either neighbour, and the same letters with other marks make one.
"""

from collections.abc import Iterable, Sequence

from ocr.grammar import plain
from ocr.language.wording import Pairs, is_weak, key, pairs
from workstation.domain.syllables import core

_STOPS = ".,;:!?"


def unlikely(words: Sequence[str], joined: Sequence[bool]) -> dict[int, str]:
    """Index of a word → the likelier one with the same letters, small; empty if several are as likely.

    ``joined``: whether a word and the one after it belong to one run of text, as far as their places say.
    """
    inner = [core(w) for w in words]
    runs = [near and _goes_on(a, b) for near, a, b in zip(joined, words, words[1:], strict=False)]
    first = _unlikely(inner, runs, range(len(words)))
    # a neighbour that was itself misread hid the pair: look once more beside it
    mended = [first.get(i) or word for i, word in enumerate(inner)]
    beside = {k for i in first for k in (i - 1, i + 1) if 0 <= k < len(words)} - first.keys()
    return first | _unlikely(mended, runs, sorted(beside))


def _unlikely(inner: Sequence[str], runs: Sequence[bool], places: Iterable[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for i in places:
        word = inner[i]
        if len(word) < 2 or not word.isalpha() or is_weak(word):
            continue
        left = inner[i - 1] if i and runs[i - 1] else ""
        right = inner[i + 1] if i < len(runs) and runs[i] else ""
        better = _better(pairs(), word, left, right)
        if better:
            found[i] = better[0] if len(better) == 1 else ""
    return found


def _goes_on(word: str, after: str) -> bool:
    return bool(core(word)) and word[-1] not in _STOPS and after[0].isalnum()


def _better(table: Pairs, word: str, left: str, right: str) -> list[str]:
    own, before, after = key(word), key(left), key(right)
    if (before, own) in table.known or (own, after) in table.known:
        return []
    votes: dict[str, int] = {}
    for w in table.after.get((before, plain(word)), ()) if left else ():
        if not _of_a_name(left, word) or (before, key(w)) in table.named:
            votes[w] = votes.get(w, 0) + 1
    for w in table.before.get((after, plain(word)), ()) if right else ():
        if not _of_a_name(word, right) or (key(w), after) in table.named:
            votes[w] = votes.get(w, 0) + 1
    most = max(votes.values(), default=0)
    return sorted(w for w, n in votes.items() if n == most and key(w) != own)


def _of_a_name(a: str, b: str) -> bool:
    """Both with a capital, or behind a THỊ or VĂN: part of a name, for which common words are no measure."""
    return (a.istitle() and b.istitle()) or (a in ("THỊ", "VĂN") and b.isupper())
