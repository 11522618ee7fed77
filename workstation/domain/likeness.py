"""Whether two pages may be the same sheet of paper, from their fingerprints alone: a question that costs nothing to ask."""

from collections.abc import Mapping
from typing import TypeVar

K = TypeVar("K")

MAY_BE_SAME_BITS = 14
"""Of 64. Second scans of one sheet were measured to differ in up to 10 bits, unlike pages in some 30."""
MOST_LOOKS = 4
"""Candidates a page; forms of one kind are all alike to a fingerprint, and each closer look costs half a second."""


def distance(first: str, second: str) -> int:
    """In how many bits two fingerprints (hexadecimal) differ."""
    return (int(first, 16) ^ int(second, 16)).bit_count()


def candidates(mine: str, others: Mapping[K, str]) -> tuple[K, ...]:
    """Whose fingerprints are near enough for a closer look, nearest first."""
    near = sorted(
        (d, n, key) for n, (key, theirs) in enumerate(others.items()) if (d := distance(mine, theirs)) <= MAY_BE_SAME_BITS
    )
    return tuple(key for _, _, key in near[:MOST_LOOKS])
