"""The bad line is as bad as it says: what is measured over it means nothing otherwise."""

import contextlib
import gc
import socket
import threading
import time
import warnings
from collections.abc import Iterator

import pytest

from tests.fault.proxy import FaultProxy


class Echo:
    """Answers each connection with the number of bytes so far, after each block."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.got: list[int] = []
        self.ended: list[bool] = []
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.socket.getsockname()[1])

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.got.append(0)
            self.ended.append(False)
            threading.Thread(target=self._serve, args=(connection, len(self.got) - 1), daemon=True).start()

    def _serve(self, connection: socket.socket, number: int) -> None:
        with connection:
            try:
                while block := connection.recv(65_536):
                    self.got[number] += len(block)
                    connection.sendall(b"%d\n" % self.got[number])
            except OSError:
                pass
            self.ended[number] = True


@pytest.fixture
def echo() -> Iterator[Echo]:
    server = Echo()
    yield server
    server.socket.close()


def connect(line: FaultProxy) -> socket.socket:
    made = socket.create_connection(("127.0.0.1", line.port), timeout=5)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


def test_latency_is_both_ways_and_does_not_cost_rate(echo: Echo) -> None:
    with FaultProxy("127.0.0.1", echo.port) as line, connect(line) as client:
        line.latency = 0.1
        begun = time.monotonic()
        client.sendall(b"x")
        assert client.recv(10) == b"1\n"
        assert 0.2 <= time.monotonic() - begun < 0.35
        begun = time.monotonic()
        client.sendall(bytes(400_000))
        got = b""
        while b"400001\n" not in got:
            got += client.recv(65_536)
        assert time.monotonic() - begun < 0.6, "25 blocks that follow each other, not 25 times the latency"


def test_rate_is_held_and_shared(echo: Echo) -> None:
    with FaultProxy("127.0.0.1", echo.port) as line, connect(line) as one, connect(line) as other:
        line.bytes_per_second = 200_000
        begun = time.monotonic()
        for client in (one, other):
            threading.Thread(target=client.sendall, args=(bytes(100_000),), daemon=True).start()
        while sum(echo.got) < 200_000:
            time.sleep(0.005)
        assert 0.95 <= time.monotonic() - begun < 1.2


def test_cut_every_so_many_bytes(echo: Echo) -> None:
    with FaultProxy("127.0.0.1", echo.port) as line:
        line.cut_every = 50_000
        for number in range(3):
            with connect(line) as client, pytest.raises(OSError):
                for _ in range(200):
                    client.sendall(bytes(1_000))
                    time.sleep(0.001)
            deadline = time.monotonic() + 5
            while not echo.ended[number]:
                assert time.monotonic() < deadline
                time.sleep(0.005)
            assert echo.got[number] == 50_000


def test_cut_in_a_share_of_the_blocks(echo: Echo) -> None:
    with FaultProxy("127.0.0.1", echo.port) as line:
        line.cut_chance = 0.2
        cuts = 0
        for _ in range(100):
            with connect(line) as client:
                client.sendall(b"block")
                cuts += client.recv(10) != b"5\n"
        assert 8 <= cuts <= 35


def test_half_open_leaves_the_server_waiting(echo: Echo) -> None:
    with FaultProxy("127.0.0.1", echo.port) as line:
        line.cut_every, line.half_open = 10, True
        with connect(line) as client:
            client.sendall(bytes(20))
            with pytest.raises(OSError):
                while client.recv(10):
                    pass
                raise ConnectionResetError("an orderly end is an end too")
        time.sleep(0.2)
        assert echo.got == [10] and echo.ended == [False]


def test_a_marked_request_hangs_and_others_do_not(echo: Echo) -> None:
    with FaultProxy("127.0.0.1", echo.port) as line, connect(line) as one, connect(line) as other:
        line.hang_on = b"poison"
        one.sendall(b"poison")
        other.sendall(b"x")
        assert other.recv(10) == b"1\n"
        one.settimeout(0.3)
        with pytest.raises(TimeoutError):
            one.recv(10)


def test_what_a_deaf_end_has_not_taken_is_dropped_when_the_line_ends() -> None:
    """Left open, a connection would be found by the collector in some later test."""
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        with FaultProxy("127.0.0.1", deaf.getsockname()[1]) as line:
            client = socket.create_connection(("127.0.0.1", line.port))
            taken, _ = deaf.accept()
            client.setblocking(False)
            until = time.monotonic() + 2
            while time.monotonic() < until:
                with contextlib.suppress(BlockingIOError):
                    client.send(bytes(1 << 16))
                time.sleep(0.005)
        client.close()
        taken.close()
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        gc.collect()
    assert not [str(w.message) for w in told if issubclass(w.category, ResourceWarning)]
