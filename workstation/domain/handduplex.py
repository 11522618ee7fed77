"""Both sides of a stack of paper through a one-sided feeder ("hai mặt thủ công"): first the fronts, then the stack turned over as
a whole, so that the backs come out last sheet first."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from workstation.domain.ids import Sha256

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack under way; each side is named by the hash of its file, also one that could not be taken in."""

    fronts: tuple[Sha256, ...] = ()
    backs: tuple[Sha256, ...] = ()
    """As they came: that of the last sheet first."""
    turned: bool = False
    """The fronts are all there; what comes next are backs."""
    broken: bool = False
    """The scan of these sides did not come to its end (a jam, Esc, a power cut): more of the same may come."""
    profile: str = ""
    """Name of the scan profile it goes on with."""
    fault: bool = False
    """The scanner broke off. An empty feeder then means that nobody laid the rest in, not that there are no more."""

    def plus(self, side: Sha256) -> "Stack":
        return replace(self, backs=(*self.backs, side)) if self.turned else replace(self, fronts=(*self.fronts, side))

    @property
    def sides(self) -> tuple[Sha256, ...]:
        """Those of the side that is being scanned."""
        return self.backs if self.turned else self.fronts

    @property
    def disagrees(self) -> bool:
        """All backs are there, and they are not as many as the fronts: somebody has to decide."""
        return self.turned and bool(self.backs) and not self.broken and len(self.backs) != len(self.fronts)

    @property
    def complete(self) -> bool:
        return self.turned and not self.broken and len(self.backs) == len(self.fronts)


def paired(order: Sequence[K], fronts: Sequence[K | None], backs: Sequence[K | None]) -> tuple[tuple[K, ...], dict[K, K]]:
    """``order`` with each back behind its front, and the front that each back follows. ``fronts`` and ``backs`` as they came
    (the backs last sheet first), as many of one as of the other; None: a side that is no page. All others stay in order, and
    a front stays where it was put. A back without a front follows the sheet before it, or leads if there is none."""
    if len(fronts) != len(backs):
        raise ValueError(f"{len(fronts)} fronts, {len(backs)} backs")
    moved = {b for b in backs if b is not None}
    behind: dict[K, list[K]] = {f: [] for f in fronts if f is not None}
    leads: list[K] = []
    last: K | None = None
    follows: dict[K, K] = {}
    for front, back in zip(fronts, reversed(backs), strict=True):
        last = front if front is not None else last
        if back is None:
            continue
        if last is None:
            leads.append(back)
        else:
            behind[last].append(back)
            follows[back] = last
    first = next((f for f in fronts if f is not None), None)
    after: list[K] = []
    for each in order:
        if each in moved and first is not None:
            continue
        if each == first:
            after += leads
            follows |= dict.fromkeys(leads, each)
        after += [each, *behind.get(each, ())]
    return tuple(after), follows
