"""Where a lane's processes come from.

Each starts from nothing (spawn); or, where the system can fork and the lane says what all of its workers import, from the
standard library's fork server, which has imported it once: two workers save half a second of a core and 60 MB, and one that takes
another's place is there at once. The server holds no file, page or thread, and ends with the last lane that used it.
"""

import multiprocessing
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing import forkserver
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess

SPAWN: BaseContext = multiprocessing.get_context("spawn")
_CAN_FORK = "forkserver" in multiprocessing.get_all_start_methods()
_FIRST, _LAST = "workstation.jobs.template", "workstation.jobs.preloaded"

_PAUSES = (0.05, 0.5)
"""Seconds until a server that was killed is seen to be gone, and another takes its place."""

_lock = threading.Lock()
_users = 0


def acquire(preload: Sequence[str]) -> BaseContext:
    """How to start processes; to be given back by ``release`` when none of them is left. ``preload``: names of modules. A program
    has one server, and it imports what the first lane asks for; what is not there yet, a worker imports for itself. Without a
    place for its socket (no space left, a path of over 100 bytes) there is none, and processes start from nothing."""
    global _users
    if not preload or not _CAN_FORK:
        return SPAWN
    with _lock:
        if not _users:
            forkserver.set_forkserver_preload([_FIRST, *preload, _LAST])
        try:
            forkserver.ensure_running()
        except OSError:
            return SPAWN
        _users += 1
    return multiprocessing.get_context("forkserver")


def start(process: BaseProcess) -> None:
    """Also while the server dies."""
    for pause in _PAUSES:
        try:
            return process.start()
        except (ConnectionError, EOFError):
            time.sleep(pause)
    return process.start()


def release(context: BaseContext) -> None:
    """Waits for the server's end, so that nothing stays behind and what it took is in this process's account."""
    global _users
    if context is SPAWN:
        return
    with _lock:
        _users -= 1
        if not _users:
            with suppress(FileNotFoundError):  # its socket, which goes last
                # the one way to end it before this process ends; not in the documentation
                forkserver._forkserver._stop()  # type: ignore[attr-defined]
