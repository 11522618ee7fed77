"""Ctrl+C and the end of a session while something is sent: it is broken off in about a second, and written down as it stands."""

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_LOOK_SECONDS = 0.1
_GRACE_SECONDS = 1.5
"""The sender needs less. An authority that hangs while a signature is lifted is not waited for: that is done again."""


@contextmanager
def stop_on_signals() -> Iterator[threading.Event]:
    """Set by SIGINT or SIGTERM; a second one does what it always does. For the main thread."""
    stop = threading.Event()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def asked(*_: object) -> None:
        stop.set()
        restore()

    for number in before:
        signal.signal(number, asked)
    try:
        yield stop
    finally:
        restore()


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """The end of a session ends the program as ``sys.exit`` does, so that nothing that was read is left in temporary folders. For
    the main thread."""
    ends = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]  # Windows has one of them
    before = {number: signal.signal(number, lambda got, _: sys.exit(128 + got)) for number in ends}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def run_until(stop: threading.Event, work: Callable[[], None]) -> None:
    """Runs ``work`` on a thread of its own, so that nothing in it can keep the program from stopping. Raises what it raises."""
    failures: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - carried over to the thread that waits
            failures.append(error)

    thread = threading.Thread(target=run, name="sending", daemon=True)
    thread.start()
    while thread.is_alive() and not stop.is_set():
        thread.join(_LOOK_SECONDS)
    thread.join(_GRACE_SECONDS)
    if failures:
        raise failures[0]
