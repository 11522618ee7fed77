"""The far side of a ``ProcessLane``: what runs in a worker process.

Nothing heavy is imported here: libraries come with the first job, after the limits and the environment stand.
"""

import ctypes
import functools
import gc
import os
import pickle
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import connection, parent_process
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

ONE_THREAD = {"OMP_THREAD_LIMIT": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""The lane already runs one worker a core: Tesseract's and BLAS' own threads would only push each other off."""

READY, RESULT, ERROR, NO_MEMORY = b"y", b"r", b"e", b"m"
"""First byte of each answer."""


@dataclass(frozen=True, slots=True)
class WorkerSetup:
    """What a worker makes of itself before its first job."""

    name: str
    nice: int
    max_bytes: int | None
    initializer: Callable[..., None] | None
    initargs: tuple[Any, ...]


class RemoteError(RuntimeError):
    """A job failed with an exception that can't travel between processes; its type's name is all that is told."""


def serve(conn: Connection, setup: WorkerSetup) -> None:
    """Runs jobs from ``conn`` until it is closed. Each message: a float (seconds of the cap, 0: none), then the pickled call."""
    _become(setup)
    answer = _prepared(setup)
    conn.send_bytes(READY if answer[:1] == RESULT else answer)
    while True:
        try:
            cap = conn.recv()
            call = conn.recv_bytes()
        except (EOFError, OSError):
            return  # the lane is closed or its process is gone
        _backstop(cap)
        answer = _answer(functools.partial(_run, call))
        _backstop(0)
        try:
            conn.send_bytes(answer)
        except OSError:
            return


def _prepared(setup: WorkerSetup) -> bytes:
    """The initializer's answer. What it loads stays for good: the collector neither runs over it meanwhile (a tenth of the time
    that importing takes) nor ever looks at it again."""
    gc.disable()
    try:
        return _answer(lambda: setup.initializer(*setup.initargs) if setup.initializer else None)
    finally:
        gc.freeze()
        gc.enable()


def _become(setup: WorkerSetup) -> None:
    os.environ.update(ONE_THREAD)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, name="parent-watch", daemon=True).start()
    if sys.platform != "win32":
        import resource

        # A group of its own, so that killing the worker takes its children (Tesseract) along.
        os.setpgid(0, 0)
        os.nice(setup.nice)
        _keep_pages()
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold pages of citizens
        if setup.max_bytes is not None:
            # DATA, not AS: AS also counts shared libraries and the 8 MiB of address space reserved a thread.
            resource.setrlimit(resource.RLIMIT_DATA, (setup.max_bytes, setup.max_bytes))


_MIB = 1 << 20
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""``mallopt`` (3)."""


def _keep_pages() -> None:
    """Freed memory is kept for the next picture of the same job: given back at once, as glibc does, each of a page's arrays
    would be faulted in anew (half of all page faults, 20 ms a page of A4 at 300 dpi). Elsewhere there is no such call."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, 32 * _MIB)
        mallopt(_TRIM_THRESHOLD, 128 * _MIB)


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is None:
        return
    connection.wait([parent.sentinel])
    if sys.platform != "win32" and os.getpgid(0) == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


def _backstop(seconds: float) -> None:
    """SIGALRM ends a worker stuck in C code (which keeps Python threads from running) even when no parent is left to do it."""
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_REAL, seconds * 2 + 10 if seconds else 0)


def _run(call: bytes) -> Any:
    fn, args = pickle.loads(call)  # noqa: S301 - from our own parent
    return fn(*args)


def _answer(work: Callable[[], Any]) -> bytes:
    try:
        return RESULT + pickle.dumps(work())
    except Exception as error:  # noqa: BLE001 - the lane's border: whatever it is, it belongs to the caller, with its type
        return NO_MEMORY if _out_of_memory(error) else ERROR + _pack(error)


def _out_of_memory(error: BaseException | None) -> bool:
    """Also where a C library says so in its own way, and where an adapter took that for something else."""
    while error is not None:
        said = str(error)
        # OpenCV: cv2.error StsNoMem (-4) "Failed to allocate"; MuPDF: FzErrorSystem "malloc (…) failed"
        if isinstance(error, MemoryError) or "Failed to allocate" in said or ("alloc (" in said and "failed" in said):
            return True
        error = error.__cause__ or error.__context__
    return False


def _pack(error: Exception) -> bytes:
    """The exception with where it arose; messages and values of the stack stay out of it (they may hold document text)."""
    frames = traceback.extract_tb(error.__traceback__)
    where = " < ".join(f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in reversed(frames))
    error.add_note(f"in worker {os.getpid()}: {where}")
    try:
        packed = pickle.dumps(error)
        pickle.loads(packed)  # noqa: S301 - our own bytes of a line before
    except Exception:  # noqa: BLE001 - an exception class may do anything when it is copied
        return pickle.dumps(RemoteError(f"{type(error).__module__}.{type(error).__qualname__}", where))
    return packed
