"""What a connection may do before and between requests: how long it may dawdle, how many an address may hold, whom it shows."""

import asyncio
import hashlib
from collections import Counter
from typing import Any

from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from sync.ward.access import CERTIFICATE

HEAD_SECONDS = 20.0
"""For a request's head, from the connection's or the head's first byte; and for the rest of a body after its answer."""
MOST_OF_ONE_ADDRESS = 256
"""Connections: some eighty stations behind one address, with three lanes each."""
_held: Counter[str] = Counter()


class WardConnection(H11Protocol):
    """uvicorn waits for ever for a head that comes a byte at a time; with a few hundred such lines a server takes no other."""

    _head: asyncio.TimerHandle | None = None
    _address: str | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        address = self.client[0] if self.client else ""
        if _held[address] >= MOST_OF_ONE_ADDRESS:
            transport.abort()
            return
        self._address = address
        _held[address] += 1
        line = transport.get_extra_info("ssl_object")
        shown = line.getpeercert(binary_form=True) if line is not None else None
        self.app = _showing(self.app, hashlib.sha256(shown).hexdigest() if shown else "")
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._address is not None:
            _held[self._address] -= 1
            if not _held[self._address]:
                del _held[self._address]
            self._address = None
        self._unwatch()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._watch()

    def _watch(self) -> None:
        """The clock runs until the head is whole: more bytes do not set it back."""
        if self.cycle is not None and not self.cycle.response_complete:
            self._unwatch()
        elif self._head is None:
            self._head = self.loop.call_later(HEAD_SECONDS, self._hang_up)

    def _unwatch(self) -> None:
        if self._head is not None:
            self._head.cancel()
            self._head = None

    def _hang_up(self) -> None:
        self._head = None
        self.transport.abort()


def _showing(app: Any, certificate: str) -> Any:
    async def shown(scope: Scope, receive: Receive, send: Send) -> None:
        scope[CERTIFICATE] = certificate
        await app(scope, receive, send)

    return shown
