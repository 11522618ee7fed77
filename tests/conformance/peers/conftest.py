from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.peers.opencps import FakeOpenCps
from tests.conformance.peers.parcels import Files
from tests.conformance.peers.portals import FakePortal1, FakePortal2


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


@pytest.fixture
def portal1() -> Iterator[FakePortal1]:
    peer = FakePortal1()
    yield peer
    peer.close()


@pytest.fixture
def portal2() -> Iterator[FakePortal2]:
    peer = FakePortal2()
    yield peer
    peer.close()


@pytest.fixture
def opencps() -> Iterator[FakeOpenCps]:
    peer = FakeOpenCps()
    yield peer
    peer.close()
