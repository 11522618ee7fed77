"""A TCP line that can be made bad: cuts, stalls, resets, a slow crawl, replies that get lost. It counts bytes.

Runs its own event loop in a thread; the knobs may be turned while connections are open::

    with FaultProxy("127.0.0.1", port) as line:
        line.cut_every = 200_000
        client = WardClient(line.url, …)
"""

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Coroutine
from types import TracebackType
from typing import Any

_BLOCK = 16 * 1024


class FaultProxy:
    """Knobs (None or False: off)."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self.cut_every: int | None = None
        """Break the connection after so many bytes towards the server, counted over all connections."""
        self.reset = False
        """Cuts are resets (RST) instead of orderly ends."""
        self.stall = False
        """A black hole: connections stay open and nothing moves either way."""
        self.refuse = False
        """New connections are reset at once."""
        self.bytes_per_second: float | None = None
        """Towards the server."""
        self.delay_seconds = 0.0
        """Before each block, either way."""
        self.lose_replies: set[int] = set()
        """Numbers of replies (from 0, over all connections) that the server gave and the client never sees."""
        self.replace_replies: dict[int, bytes] = {}
        """Replies to put in place of the server's own."""
        self.bytes_up = 0
        self.bytes_down = 0
        self.connections = 0
        self.replies = 0
        self._since_cut = 0
        self._loop = asyncio.new_event_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fault-proxy", daemon=True)
        self._server: asyncio.Server | None = None
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> "FaultProxy":
        self._thread.start()
        self._run(self._start())
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._run(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _start(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=_BLOCK)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            if self.refuse:
                _abort(writer)
                return
            with contextlib.suppress(OSError, asyncio.CancelledError):
                await self._link(reader, writer)
        finally:
            writer.close()
            self._tasks.discard(task)

    async def _link(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        up_reader, up_writer = await asyncio.open_connection(*self._target, limit=_BLOCK)
        asked = asyncio.Event()
        pumps = {
            asyncio.create_task(self._upstream(reader, up_writer, asked)),
            asyncio.create_task(self._downstream(up_reader, writer, asked)),
        }
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            if self.reset:
                _abort(writer)
                _abort(up_writer)
            up_writer.close()

    async def _upstream(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, asked: asyncio.Event) -> None:
        while block := await reader.read(_BLOCK):
            await self._weather(len(block) / self.bytes_per_second if self.bytes_per_second else 0.0)
            cut = self.cut_every
            if cut is not None and self._since_cut + len(block) >= cut:
                block = block[: max(0, cut - self._since_cut)]
                self._since_cut = 0
                writer.write(block)
                self.bytes_up += len(block)
                await writer.drain()
                return
            self._since_cut += len(block)
            self.bytes_up += len(block)
            asked.set()
            writer.write(block)
            await writer.drain()

    async def _downstream(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, asked: asyncio.Event) -> None:
        while block := await reader.read(_BLOCK):
            await self._weather(0.0)
            if asked.is_set():  # the first bytes after a request: a reply begins
                asked.clear()
                number, self.replies = self.replies, self.replies + 1
                if number in self.lose_replies:
                    return
                if number in self.replace_replies:
                    writer.write(self.replace_replies[number])
                    await writer.drain()
                    return
            self.bytes_down += len(block)
            writer.write(block)
            await writer.drain()

    async def _weather(self, seconds: float) -> None:
        if seconds + self.delay_seconds:
            await asyncio.sleep(seconds + self.delay_seconds)
        while self.stall:
            await asyncio.sleep(0.02)


def _abort(writer: asyncio.StreamWriter) -> None:
    """RST instead of FIN: what lies in buffers is lost on both sides."""
    handle = writer.get_extra_info("socket")
    if handle is not None:
        with contextlib.suppress(OSError):
            handle.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
