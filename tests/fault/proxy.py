"""A TCP line that can be made bad: cuts, stalls, resets, half-open ends, latency, a slow crawl, replies that get lost, requests
that hang. It counts bytes.

Runs its own event loop in a thread; the knobs may be turned while connections are open::

    with FaultProxy("127.0.0.1", port) as line:
        line.cut_every = 200_000
        client = WardClient(line.url, …)
"""

import asyncio
import contextlib
import random
import socket
import struct
import threading
from collections import deque
from collections.abc import Coroutine
from types import TracebackType
from typing import Any

_BLOCK = 16 * 1024
_IN_FLIGHT = 64
"""Blocks: what a long line may hold."""


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
        """Towards the server; shared by all connections, as on one line."""
        self.latency = 0.0
        """Seconds on the way, in each direction; blocks follow each other as on a real line."""
        self.cut_chance = 0.0
        """Of each block of up to 16 KiB towards the server, that the line breaks somewhere in it."""
        self.rng = random.Random(1)
        self.half_open = False
        """At a cut the server's side is left open, as when a station loses its power: the server learns nothing."""
        self.hang_on: bytes | None = None
        """A request with these bytes never gets further; its connection stays open."""
        self.answers: dict[bytes, bytes] = {}
        """The reply to a request with these bytes, in place of what the server says."""
        self.lose_replies: set[int] = set()
        """Numbers of replies (from 0, over all connections) that the server gave and the client never sees."""
        self.replace_replies: dict[int, bytes] = {}
        """Replies to put in place of the server's own."""
        self.bytes_up = 0
        self.bytes_down = 0
        self.connections = 0
        self.replies = 0
        self._since_cut = 0
        self._cut_here = False
        self._busy_until = 0.0
        self._closing = False
        self._abandoned: list[asyncio.StreamWriter] = []
        self._writers: set[asyncio.StreamWriter] = set()
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
        self._closing = True
        for writer in self._abandoned:
            writer.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for writer in self._writers:  # one whose other end takes nothing would wait for ever to be flushed
            writer.transport.abort()
        await asyncio.sleep(0.02)  # closed transports let go of their sockets in the loop's next turns

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._writers.add(writer)
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
        self._writers.add(up_writer)
        asked: deque[bytes | None] = deque()
        pumps = {
            asyncio.create_task(self._upstream(reader, up_writer, asked)),
            asyncio.create_task(self._downstream(up_reader, writer, asked)),
        }
        abandoned = False
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            abandoned = self.half_open and not self._closing
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            if self.reset or abandoned:
                _abort(writer)
            if abandoned:
                self._abandoned.append(up_writer)
            else:
                if self.reset:
                    _abort(up_writer)
                up_writer.close()

    async def _upstream(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, asked: deque[bytes | None]) -> None:
        flight = _Flight(writer)
        try:
            while block := await reader.read(_BLOCK):
                marked = [mark for mark in self.answers if mark in block]
                if self.hang_on is not None and self.hang_on in block:
                    await asyncio.sleep(3600)
                await self._weather(len(block))
                kept = self._until_cut(block)
                self.bytes_up += len(kept)
                asked.append(self.answers[marked[0]] if marked else None)
                await flight.send(kept, self.latency)
                if len(kept) < len(block) or self._cut_here:
                    self._cut_here = False
                    await flight.landed()
                    return
            await flight.landed()
        finally:
            flight.end()

    def _until_cut(self, block: bytes) -> bytes:
        """What of the block gets through before the line is cut; all of it otherwise."""
        if self.cut_chance and self.rng.random() < self.cut_chance:
            self._cut_here = True
            return block[: self.rng.randrange(len(block) + 1)]
        if self.cut_every is not None and self._since_cut + len(block) >= self.cut_every:
            block = block[: max(0, self.cut_every - self._since_cut)]
            self._since_cut, self._cut_here = 0, True
            return block
        self._since_cut += len(block)
        return block

    async def _downstream(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, asked: deque[bytes | None]) -> None:
        flight = _Flight(writer)
        try:
            while block := await reader.read(_BLOCK):
                await self._weather(0)
                if asked:  # the first bytes after a request: a reply begins
                    instead = next((answer for answer in asked if answer is not None), None)
                    asked.clear()
                    number, self.replies = self.replies, self.replies + 1
                    if number in self.lose_replies:
                        return
                    if instead is not None or number in self.replace_replies:
                        await flight.send(instead if instead is not None else self.replace_replies[number], self.latency)
                        await flight.landed()
                        return
                self.bytes_down += len(block)
                await flight.send(block, self.latency)
            await flight.landed()
        finally:
            flight.end()

    async def _weather(self, count: int) -> None:
        """Waits for the line's capacity, which all connections share, and through a stall."""
        if self.bytes_per_second and count:
            loop = asyncio.get_running_loop()
            self._busy_until = max(self._busy_until, loop.time()) + count / self.bytes_per_second
            await asyncio.sleep(self._busy_until - loop.time())
        while self.stall:
            await asyncio.sleep(0.02)


class _Flight:
    """Blocks on their way: each arrives ``latency`` after it was sent, however many are on the way."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self._blocks: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(_IN_FLIGHT)
        self._task = asyncio.create_task(self._fly())

    async def send(self, block: bytes, latency: float) -> None:
        if self._task.done():
            self._task.result()
            raise ConnectionResetError
        await self._blocks.put((asyncio.get_running_loop().time() + latency, block))

    async def landed(self) -> None:
        """Until nothing is on the way any more."""
        joined = asyncio.create_task(self._blocks.join())
        try:
            await asyncio.wait({joined, self._task}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            joined.cancel()

    def end(self) -> None:
        self._task.cancel()

    async def _fly(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                due, block = await self._blocks.get()
                await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))
                self._writer.write(block)
                await self._writer.drain()
                self._blocks.task_done()


def _abort(writer: asyncio.StreamWriter) -> None:
    """RST instead of FIN: what lies in buffers is lost on both sides."""
    handle = writer.get_extra_info("socket")
    if handle is not None:
        with contextlib.suppress(OSError):
            handle.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
