"""A signal while something is sent: what can't be broken off is left behind, and a second signal does what it always did."""

import os
import signal
import threading
import time

import pytest

from workstation.app.stopping import run_until, stop_on_signals


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_what_hangs_is_left_behind(number: signal.Signals) -> None:
    before, over = signal.getsignal(number), threading.Event()

    def hang() -> None:
        over.wait(60)

    with stop_on_signals() as stop:
        threading.Timer(0.2, os.kill, (os.getpid(), number)).start()
        begun = time.monotonic()
        run_until(stop, hang)
        seconds = time.monotonic() - begun
        assert stop.is_set() and signal.getsignal(number) == before, "a second one ends the program"
    over.set()
    assert seconds < 2.5, seconds


def test_what_notices_is_waited_for() -> None:
    done: list[int] = []

    def work() -> None:
        stop.wait(30)
        time.sleep(0.3)
        done.append(1)

    with stop_on_signals() as stop:
        threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGTERM)).start()
        run_until(stop, work)
    assert done == [1]


def test_what_fails_fails_here() -> None:
    def work() -> None:
        raise LookupError

    with stop_on_signals() as stop, pytest.raises(LookupError):
        run_until(stop, work)
    assert not stop.is_set()
