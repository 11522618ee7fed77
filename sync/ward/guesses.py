"""How many wrong secrets are looked at: so many from an address, but who is known there does not pay for the neighbours."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable

from sync.ward.limits import FAILURES, Buckets

_MOST_KNOWN = 10_000
_PATIENCE = 20.0
"""Seconds that a log-in waits for those before it to be looked at."""


class Guesses:
    """A right secret costs nothing, however many come at once; of wrong ones, no more are looked at than one by one.

    Wrong secrets are counted for an address. An account that has logged in from an address has a count of its own there: behind
    one address (NAT) nobody's wrong secrets shut out who is known, and for no account are more guesses looked at than before.
    """

    def __init__(self, wrong: Buckets | None = None) -> None:
        self._wrong = wrong or Buckets(FAILURES)
        self._looking: Counter[str] = Counter()
        self._known: dict[tuple[str, str], None] = {}
        self._decided = asyncio.Condition()

    async def right(self, address: str, account: str, check: Callable[[], Awaitable[bool]]) -> bool | int:
        """Whether it is right; or the whole seconds after which it may be tried again."""
        known = (address, account) in self._known
        key = f"{address} {account}" if known else address
        if wait := await self._admitted(key):
            return wait
        try:
            right = await check()
        except BaseException:
            await self._decide(key, cost=False)
            raise
        await self._decide(key, cost=not right)
        if right:
            self._know(address, account)
        return right

    async def _admitted(self, key: str) -> int:
        """Takes one of the tries that are left. While others are being looked at, whose tries may come back, it waits."""
        async with self._decided:
            try:
                async with asyncio.timeout(_PATIENCE):
                    while wait := self._wrong.take(key):
                        if not self._looking[key]:
                            return wait
                        await self._decided.wait()
            except TimeoutError:
                return 1
            self._looking[key] += 1
            return 0

    async def _decide(self, key: str, *, cost: bool) -> None:
        async with self._decided:
            if not cost:
                self._wrong.give_back(key)
            self._looking[key] -= 1
            if not self._looking[key]:
                del self._looking[key]
            self._decided.notify_all()

    def _know(self, address: str, account: str) -> None:
        self._known.pop((address, account), None)
        self._known[address, account] = None
        if len(self._known) > _MOST_KNOWN:
            del self._known[next(iter(self._known))]
