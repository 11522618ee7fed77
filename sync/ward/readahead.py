"""Takes an upload's bytes in while the request is still being looked at.

Servers give a request's end before what is left of its body: bytes that had arrived when the line broke are then lost, and on
a line that breaks every few kilobytes these are nearly all.
"""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_MESSAGES = 4
"""Held at most; the server gives some 64 KiB in one."""


class ReadAhead:
    """ASGI middleware: the body of a ``PATCH`` is read from its first moment on, and the line's end comes after it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "PATCH":
            await self._app(scope, receive, send)
            return
        held: asyncio.Queue[Message] = asyncio.Queue(_MESSAGES)

        async def take_in() -> None:
            more = True
            while more:
                message = await receive()
                more = message["type"] == "http.request" and message.get("more_body", False)
                await held.put(message)

        reader = asyncio.create_task(take_in())

        async def given() -> Message:
            return await receive() if held.empty() and reader.done() else await held.get()

        try:
            await self._app(scope, given, send)
        finally:
            reader.cancel()
