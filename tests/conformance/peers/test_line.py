"""A slow line is no dead one: what is long on its way out or in is waited for, what trickles is not."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace

import pytest

from sync.adapters.line import PeerLine
from sync.adapters.vxp import Vxp
from sync.failure import WardFailure
from tests.conformance.peers.axis import FakeAxis
from tests.conformance.peers.faulty import Fault
from tests.conformance.peers.parcels import Files, attempt
from tests.conformance.peers.test_vxp import Watched, adapter, axis, config, paper, parcel
from workstation.domain.ids import Sha256
from workstation.domain.outbox import FailureClass
from workstation.domain.peers import Delivered

__all__ = ["adapter", "axis"]


class Hands:
    """A clock that stands until it is turned."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Steps(Hands):
    """A clock that goes on by so many seconds each time somebody looks."""

    def __init__(self, step: float) -> None:
        super().__init__()
        self._step = step

    def __call__(self) -> float:
        self.now += self._step
        return self.now


def test_an_hour_of_sending_leaves_the_answer_its_time(axis: FakeAxis) -> None:
    clock = Hands()
    line = PeerLine(config(axis.url), clock)

    def slowly() -> Iterator[bytes]:
        for _ in range(10):
            clock.now += 360
            yield b"x" * 1000

    axis.respond = lambda *asked: (200, asked[4])  # type: ignore[method-assign]
    assert line.request("POST", "/sendEdoc", raw=(10_000, slowly())).body == b"x" * 10_000
    line.close()


def test_an_answer_may_take_a_second_a_kibibyte(axis: FakeAxis) -> None:
    line = PeerLine(config(axis.url), Steps(30))
    axis.respond = lambda *asked: (200, b"y" * 1_000_000)  # type: ignore[method-assign]
    assert len(line.request("POST", "/getEdoc").body) == 1_000_000
    axis.plan.append(Fault.SLOW)
    with pytest.raises(WardFailure) as raised:
        line.request("POST", "/getEdoc")
    assert (raised.value.failure, raised.value.silent) == (FailureClass.MANG, True)
    line.close()


def test_answers_have_an_end(axis: FakeAxis) -> None:
    line = PeerLine(config(axis.url))
    axis.respond = lambda *asked: (200, b"y" * 1_000_001)  # type: ignore[method-assign]
    assert len(line.request("POST", "/getEdoc", most=1_000_001).body) == 1_000_001
    with pytest.raises(WardFailure) as raised:
        line.request("POST", "/getEdoc", most=1_000_000)
    assert raised.value.failure is FailureClass.KHONG_RO
    line.close()


def test_the_largest_document_is_found_again_after_a_lost_reply(axis: FakeAxis, adapter: Vxp, files: Files) -> None:
    data = b"%PDF-" + bytes(10 * 1024 * 1024 - 5)
    document = replace(paper(0), sha256=Sha256(hashlib.sha256(data).hexdigest()), bytes=len(data))
    files.path(document.sha256).write_bytes(data)
    axis.plan.append(Fault.LOST)
    axis.only = lambda name: name == "sendEdoc"
    journal = Watched()
    assert isinstance(attempt(adapter, files, journal, parcel(document)), WardFailure)
    assert attempt(adapter, files, journal, parcel(document)) == Delivered("doc-1")
    assert len(axis.documents) == 1
    # lease and cap were told of what came back as well: base64 within base64
    assert journal.moved - len(axis.documents["doc-1"]) > len(axis.documents["doc-1"])
