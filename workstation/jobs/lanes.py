"""Lanes: where work runs. Processes for pages and the token, threads for the store and the line."""

import atexit
import contextlib
import os
import pickle
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import replace
from multiprocessing import connection
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from typing import Any, TypeVar

from workstation.domain.errors import WorkstationError
from workstation.domain.ports import LaneError
from workstation.jobs import forks
from workstation.jobs.queue import Job, JobQueue
from workstation.jobs.worker import ERROR, NO_MEMORY, READY, RESULT, WorkerSetup, serve

R = TypeVar("R")

START_SECONDS = 120.0
"""A worker that has not come up by then (a PC that swaps) is given up."""

_starting = threading.Lock()


class ThreadLane:
    """``workers`` daemon threads. A thread can't be stopped from outside, so a time cap is refused (ValueError)."""

    def __init__(self, workers: int, name: str = "threads") -> None:
        self._queue = JobQueue()
        self._name = name
        self._size = workers
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()

    def submit(self, fn: Callable[..., R], *args: Any, timeout: float | None = None, urgent: bool = False) -> "Future[R]":
        if timeout is not None:
            raise ValueError("a thread lane can't end a job: no timeout here")
        future: Future[R] = Future()
        self._queue.put(Job(future, (fn, args), None), urgent)
        with self._lock:
            if len(self._threads) < self._size:
                thread = threading.Thread(target=self._work, name=f"{self._name}-{len(self._threads)}", daemon=True)
                self._threads.append(thread)
                thread.start()
        return future

    def _work(self) -> None:
        while (job := self._queue.take()) is not None:
            fn, args = job.payload
            try:
                result = fn(*args)
            except BaseException as error:  # noqa: BLE001 - belongs to the caller; a dying thread would leave the future open for ever
                job.future.set_exception(error)
            else:
                job.future.set_result(result)
            del job, fn, args

    def close(self) -> None:
        """Cancels what waits and waits for what runs."""
        self._queue.close()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join()


class _Worker:
    """One process and the pipe to it. Used by one thread only, except ``kill``."""

    def __init__(self, setup: WorkerSetup, context: BaseContext) -> None:
        ours, theirs = context.Pipe()
        self.conn: Connection = ours
        self.process: BaseProcess = context.Process(target=serve, args=(theirs, setup), name=setup.name, daemon=True)  # type: ignore[attr-defined]
        try:
            with _starting:  # Process.start reaps the dead children of all threads
                forks.start(self.process)
        finally:
            theirs.close()
        self.jobs = 0
        self.ready = False

    def answer(self, seconds: float | None) -> bytes | None:
        """What the worker sends; None: it died. TimeoutError when it takes longer."""
        ready = connection.wait([self.conn, self.process.sentinel], seconds)
        if not ready:
            raise TimeoutError
        if self.conn in ready or self.conn.poll():
            with contextlib.suppress(EOFError, OSError):
                return self.conn.recv_bytes()
        return None

    def kill(self) -> None:
        """Ends the process and all it started; safe to call twice and from any thread."""
        pid = self.process.pid
        if sys.platform != "win32" and pid is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)  # fails while the worker has not yet made its group
        self.process.kill()

    def end(self) -> None:
        self.kill()
        self.process.join()
        self.conn.close()


class ProcessLane:
    """Worker processes, one pipe each, so that the job that killed a worker is known.

    ``max_bytes``: memory cap of each worker (RLIMIT_DATA; also of each Tesseract it starts, counted for itself). Measured
    on x86-64: an A3 page at 300 dpi in colour through NumPy, OpenCV and PyMuPDF takes 161 MB of it (330 MB resident); it
    fails at 300 MB and passes at 400.
    ``max_jobs``: a worker is replaced after so many jobs. ``retries``: how often a job whose worker died, ran out of time
    or of memory is given to a fresh worker before it fails with ``F06`` (``reason`` died, timeout or memory). 0 for a
    token lane: a repeated log-in would cost a PIN try. ``nice``: 10 for pages, 0 where somebody waits. ``reserve``: further
    workers, five steps less nice, that do urgent jobs only: what a screen waits for stands behind no page that is being read.
    ``preload``: modules that every worker imports, once for all of them where the system can fork.

    No process is started before the first job; ``warm`` starts them early. A job's function must be importable by name;
    exceptions of a job arrive with their type. Workers end with this process, also when it is killed.
    """

    def __init__(
        self,
        workers: int,
        name: str = "pages",
        initializer: Callable[..., None] | None = None,
        initargs: tuple[Any, ...] = (),
        max_bytes: int | None = None,
        nice: int = 10,
        max_jobs: int = 200,
        retries: int = 1,
        reserve: int = 0,
        preload: Sequence[str] = (),
    ) -> None:
        self._setup = WorkerSetup(name, nice, max_bytes, initializer, initargs)
        self._size = workers
        self._reserve = reserve
        self._preload = preload
        self._context = forks.SPAWN
        self._max_jobs = max_jobs
        self._retries = retries
        self._queue = JobQueue()
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._alive: set[_Worker] = set()
        self._warm = False

    def submit(self, fn: Callable[..., R], *args: Any, timeout: float | None = None, urgent: bool = False) -> "Future[R]":
        """``timeout``: seconds the job may run (not wait) at each try. ``urgent``: before all that are not."""
        future: Future[R] = Future()
        self._queue.put(Job(future, pickle.dumps((fn, args)), timeout), urgent)
        self._staff()
        return future

    def warm(self) -> None:
        """Starts all workers now, in the background."""
        self._warm = True
        self._staff()
        self._queue.nudge()

    def wind_down(self) -> None:
        """Before the end: what waits and comes is cancelled, unless it is urgent; what runs goes on to its end."""
        self._queue.wind_down()

    @property
    def pids(self) -> tuple[int, ...]:
        """Process ids of the workers that are alive."""
        with self._lock:
            return tuple(w.process.pid for w in self._alive if w.process.pid is not None)

    def close(self) -> None:
        """Cancels what waits, kills the workers (what ran ends with CancelledError), returns when they are gone."""
        self._queue.close()
        with self._lock:
            for worker in self._alive:
                worker.kill()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join()
        context, self._context = self._context, forks.SPAWN
        forks.release(context)
        atexit.unregister(self.close)

    def _staff(self) -> None:
        with self._lock:
            if self._threads or self._queue.closed:
                return
            atexit.register(self.close)
            self._context = forks.acquire(self._preload)
            urgent = replace(self._setup, nice=max(0, self._setup.nice - 5))
            for i in range(self._size + self._reserve):
                post = (self._setup, False) if i < self._size else (urgent, True)
                thread = threading.Thread(target=self._keep, args=post, name=f"{self._setup.name}-{i}", daemon=True)
                self._threads.append(thread)
                thread.start()

    def _keep(self, setup: WorkerSetup, urgent_only: bool) -> None:
        """One thread for each worker: takes jobs, hands them over, waits for the answer."""
        worker: _Worker | None = None
        while not self._queue.closed:
            wake = self._wants_workers if worker is None else lambda: False
            job = self._queue.take(wake, urgent_only=urgent_only)
            if job is not None:
                worker = self._do(setup, worker, job)
                del job
            elif not self._queue.closed:
                worker = self._warmed(setup)
        self._dismiss(worker)

    def _wants_workers(self) -> bool:
        return self._warm

    def _warmed(self, setup: WorkerSetup) -> _Worker | None:
        try:
            return self._hire(setup)
        except Exception:  # noqa: BLE001 - warming is a courtesy; the next job meets the same trouble and carries it to its caller
            self._warm = False
            return None

    def _do(self, setup: WorkerSetup, worker: _Worker | None, job: Job) -> _Worker | None:
        """Runs the job with its retries; returns the worker to go on with."""
        reason = ""
        for _ in range(self._retries + 1):
            try:
                reason = ""
                if worker is None or not worker.process.is_alive():
                    self._dismiss(worker)
                    worker = None
                    worker = self._hire(setup)
                answer = self._ask(worker, job)
            except TimeoutError:
                answer, reason = None, "timeout"
            except Exception as error:  # noqa: BLE001 - could not even start a worker, or its initializer failed: the caller must know
                self._dismiss(worker)
                job.future.set_exception(CancelledError() if self._queue.closed else error)
                return None
            if worker is not None and answer is not None and answer != NO_MEMORY:
                worker = self._retire(worker)
                _settle(job, answer)
                return worker
            reason = reason or ("died" if answer is None else "memory")
            self._dismiss(worker)
            worker = None
            if self._queue.closed:
                job.future.set_exception(CancelledError())
                return None
        job.future.set_exception(WorkstationError("F06", reason=reason))
        return None

    def _ask(self, worker: _Worker, job: Job) -> bytes | None:
        worker.jobs += 1
        try:
            worker.conn.send(float(job.timeout or 0))
            worker.conn.send_bytes(job.payload)
        except OSError:
            return None
        return worker.answer(job.timeout)

    def _hire(self, setup: WorkerSetup) -> _Worker:
        """A worker that has said it is ready; raises what its initializer raised."""
        try:
            worker = _Worker(setup, self._context)
        except OSError:  # the fork server's socket was swept away with old temporary files
            worker = _Worker(setup, forks.SPAWN)
        with self._lock:
            self._alive.add(worker)
        if self._queue.closed:  # close() may have looked before this one was there
            worker.kill()
        started = time.monotonic()
        try:
            answer = worker.answer(START_SECONDS)
        except TimeoutError:
            answer = None
        if answer == READY:
            return worker
        self._dismiss(worker)
        if answer is not None and answer[:1] == ERROR:
            raise _loads(answer[1:])
        raise LaneError(f"worker of lane {setup.name} did not start ({time.monotonic() - started:.0f} s)")

    def _retire(self, worker: _Worker) -> _Worker | None:
        """Keeps the worker, or lets it go after its last job: memory that libraries leak goes with it."""
        if worker.jobs < self._max_jobs:
            return worker
        self._dismiss(worker)
        return None

    def _dismiss(self, worker: _Worker | None) -> None:
        if worker is not None:
            with self._lock:
                self._alive.discard(worker)
            worker.end()


def _settle(job: Job, answer: bytes) -> None:
    try:
        value = pickle.loads(answer[1:])  # noqa: S301 - from our own worker
    except Exception as error:  # noqa: BLE001 - a result that can't be read back is the job's bug, and the caller's to see
        job.future.set_exception(error)
        return
    if answer[:1] == RESULT:
        job.future.set_result(value)
    else:
        job.future.set_exception(value)


def _loads(packed: bytes) -> Exception:
    error = pickle.loads(packed)  # noqa: S301 - from our own worker
    return error if isinstance(error, Exception) else RuntimeError("worker sent no exception")
