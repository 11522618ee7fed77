"""Bytes that arrived before the line broke are given to whoever reads the body, however late that begins."""

import asyncio

import pytest
from starlette.types import Message, Receive, Scope, Send

from sync.ward.readahead import ReadAhead


class Line:
    """What a server holds of one request: it gives the end at once when the line has broken, as uvicorn does."""

    def __init__(self) -> None:
        self.body = [b"one", b"two"]
        self.broken = asyncio.Event()

    async def receive(self) -> Message:
        if self.broken.is_set():
            return {"type": "http.disconnect"}
        if self.body:
            return {"type": "http.request", "body": self.body.pop(0), "more_body": True}
        await self.broken.wait()
        return {"type": "http.disconnect"}


async def nowhere(_message: Message) -> None: ...


async def heard(method: str) -> list[Message]:
    line, messages = Line(), list[Message]()

    async def app(_scope: Scope, receive: Receive, _send: Send) -> None:
        await asyncio.sleep(0.01)  # looks the upload up
        line.broken.set()
        await asyncio.sleep(0.01)
        while not messages or messages[-1]["type"] != "http.disconnect":
            messages.append(await receive())

    await ReadAhead(app)({"type": "http", "method": method}, line.receive, nowhere)
    return messages


@pytest.mark.parametrize(("method", "bodies"), [("PATCH", [b"one", b"two"]), ("POST", [])])
def test_a_body_comes_before_the_end_of_its_line(method: str, bodies: list[bytes]) -> None:
    """Only for uploads: any other request whose line broke is not worth its body."""
    messages = asyncio.run(asyncio.wait_for(heard(method), 5))
    assert [m["body"] for m in messages if m["type"] == "http.request"] == bodies


def test_a_body_that_nobody_wants_is_let_go() -> None:
    async def refuse() -> int:
        line = Line()

        async def app(_scope: Scope, _receive: Receive, _send: Send) -> None:
            await asyncio.sleep(0.01)

        await ReadAhead(app)({"type": "http", "method": "PATCH"}, line.receive, nowhere)
        await asyncio.sleep(0)
        return len(asyncio.all_tasks())

    assert asyncio.run(refuse()) == 1, "the reader has ended"
