"""The wording that offices share, as data: phrases that never change, and pairs of words that belong together.

Read once a process from small files of this folder; what is in them and where it comes from is said on their first lines.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from itertools import pairwise

from ocr.grammar import plain
from workstation.domain.syllables import bare, core

_WEAK_WORDS = """
    và của về với có được không để theo đến tại do cho các một người những này trên sau trước khi năm số ngày tháng là bị phải
    hai ba trong nếu cấp loại mức từng mỗi đang đã sẽ vẫn cũng thì mà vì nhưng hay hoặc rất như khi
"""
"""Words that stand beside anything: that one of them is near says nothing."""


@lru_cache(maxsize=10_000)
def key(word: str) -> str:
    """What makes two writings of a word the same: small letters, and the tone wherever its mark was set (hòa, hoà)."""
    letters, tone, _ = bare(core(word))
    return f"{letters} {tone}"


@cache
def weak_keys() -> frozenset[str]:
    return frozenset(key(w) for w in _WEAK_WORDS.split())


@cache
def common_keys() -> frozenset[str]:
    """Of words that people use whatever they write about."""
    return frozenset(key(word) for line in lines_of("common.txt") for word in line.split())


def is_weak(word: str) -> bool:
    return key(word) in weak_keys()


def usually_together(left: str, right: str) -> bool:
    """Whether two words usually follow one another."""
    return (key(left), key(right)) in together()


@cache
def together() -> frozenset[tuple[str, str]]:
    """Keys of words that usually follow one another."""
    return frozenset(two for run in keyed_runs() for two in pairwise(run))


@dataclass(frozen=True, slots=True)
class Pairs:
    known: frozenset[tuple[str, str]]
    """Keys of two words that usually follow one another."""
    named: frozenset[tuple[str, str]]
    """Those of them that are parts of a name."""
    after: dict[tuple[str, str], frozenset[str]]
    """(key of a word, letters of the next without marks) → what the next may be, small letters."""
    before: dict[tuple[str, str], frozenset[str]]
    """(key of a word, letters of the one before it without marks) → what that may be."""


def lines_of(name: str) -> Iterator[str]:
    text = (resources.files("ocr.language") / name).read_text("utf-8")
    return (line for line in text.splitlines() if line and not line.startswith("#"))


@cache
def phrases() -> tuple[tuple[str, ...], ...]:
    """The words of each fixed phrase, signs left out."""
    return tuple(tuple(core(w) for w in line.split() if core(w)) for line in lines_of("fixed.txt"))


@cache
def pairs() -> Pairs:
    known: set[tuple[str, str]] = set()
    named: set[tuple[str, str]] = set()
    after: dict[tuple[str, str], set[str]] = {}
    before: dict[tuple[str, str], set[str]] = {}
    weak = weak_keys()
    for left, right in _neighbours("usual.txt"):
        known.add((key(left), key(right)))
    for left, right in (*_neighbours("wording.txt"), *_neighbours("fixed.txt")):
        a, b = key(left), key(right)
        known.add((a, b))
        if left.istitle() and right.istitle():
            named.add((a, b))
        if a not in weak:
            after.setdefault((a, plain(right)), set()).add(right.lower())
        if b not in weak:
            before.setdefault((b, plain(left)), set()).add(left.lower())
    return Pairs(frozenset(known), frozenset(named), _frozen(after), _frozen(before))


_ALL = ("usual.txt", "wording.txt", "fixed.txt", "subjects.txt")


def usual_runs() -> Iterator[Sequence[str]]:
    """Words that usually follow one another, as they are written."""
    return (words for name in _ALL for words in _runs(name) if words)


@cache
def keyed_runs() -> Sequence[tuple[str, ...]]:
    """The keys of those."""
    return [tuple(map(key, words)) for words in usual_runs()]


@dataclass(frozen=True, slots=True)
class Threes:
    """What more than two words say. Of keys."""

    known: frozenset[tuple[str, str, str]]
    """Three words that usually follow one another."""
    unended: frozenset[tuple[str, str]]
    """Two that nothing ends with: they go on with what they go on with in the wording (``tái định`` with ``cư``)."""
    unbegun: frozenset[tuple[str, str]]
    """Two that nothing begins with (``cận nghèo``, which is behind ``hộ``)."""


@cache
def threes() -> Threes:
    runs = keyed_runs()
    known = {three for run in runs for three in zip(run, run[1:], run[2:], strict=False)}
    ends, begins = {run[-2:] for run in runs if len(run) > 1}, {run[:2] for run in runs if len(run) > 1}
    pairs = {two for run in runs for two in pairwise(run)}
    return Threes(frozenset(known), frozenset(pairs - ends), frozenset(pairs - begins))


def usually_in_a_row(first: str, second: str, third: str) -> bool:
    """Whether three words usually follow one another."""
    return (key(first), key(second), key(third)) in threes().known


def _neighbours(name: str) -> Iterator[tuple[str, str]]:
    return (two for words in _runs(name) for two in pairwise(words))


@cache
def _runs(name: str) -> Sequence[Sequence[str]]:
    """Words that stand side by side in a file, no sign between them."""
    return [run.split() for line in lines_of(name) for run in re.split(r"[;,.:]| - ", line)]


def _frozen(table: dict[tuple[str, str], set[str]]) -> dict[tuple[str, str], frozenset[str]]:
    return {k: frozenset(v) for k, v in table.items()}


def in_place_of(word: str, better: str) -> str:
    """``better`` in the case of ``word``'s letters and with the signs round it."""
    inner = core(word)
    cased = (
        better.upper() if inner.isupper() and len(inner) > 1 else better.capitalize() if inner[:1].isupper() else better.lower()
    )
    return word.replace(inner, cased, 1)
