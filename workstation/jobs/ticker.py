"""Runs a function every so often on a thread of its own, and at once when woken."""

import logging
import threading
from collections.abc import Callable

log = logging.getLogger(__name__)

CLOSE_SECONDS = 1.5
"""For the round under way. What hangs longer (a driver, an authority, a line) is left behind, as a killed program leaves it."""


class Ticker:
    """One thread; a round that fails is logged by type only, and the next comes at its time."""

    def __init__(self, seconds: Callable[[], float], round_: Callable[[], None], name: str = "ticker") -> None:
        """``seconds``: from the end of a round to the next, asked after each."""
        self._seconds = seconds
        self._round = round_
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        self._wake.set()

    def close(self) -> None:
        """Ends after the round under way, or without waiting for it any longer."""
        self._stop.set()
        self._wake.set()
        if self._thread.ident is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout=CLOSE_SECONDS)

    def _run(self) -> None:
        while not self._stop.is_set():
            self._wake.clear()
            try:
                self._round()
            except Exception as e:  # noqa: BLE001 - the thread must outlive one bad round; the type says enough for a report
                log.error("round failed: %s", type(e).__name__)
            self._wake.wait(self._seconds())
