"""Processes for tests that start many: each is forked from one that has loaded the program already.

A fresh interpreter spends most of a short run on imports; a fork has them. What a test kills, waits for or reads is a process
of its own all the same: own pid, own standard streams, environment, folder and exit code, and it ends as an interpreter ends.
Not for tests of what a start itself does (imports, ``LD_PRELOAD``, variables that Python reads when it starts)::

    done = forked.run("tests.fault.crashing", [home, folder, "3"], timeout=120)  # calls its main()
"""

import atexit
import gc
import importlib
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).parents[1]
LOADED = (
    "alembic.command",
    "ocr.work",
    "signing.worker",
    "sync.sender",
    "sync.ward.serve",
    "uvicorn.protocols.http.h11_impl",
    "workstation.app.cli",
    "workstation.app.compose",
    "workstation.app.demo",
)
"""What the first process loads. None of it starts a thread: a fork has only the one that called it."""


class Process:
    """A forked process, with as much of ``subprocess.Popen`` as tests use."""

    def __init__(self, pid: int, line: socket.socket) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._line = line

    def wait(self, timeout: float | None = None) -> int:
        """Exit code, negative when a signal ended it. Raises ``TimeoutExpired``."""
        if self.returncode is None:
            self._line.settimeout(timeout)
            try:
                said = self._line.recv(64)
            except TimeoutError:
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0) from None
            assert said, "the process that forks is gone"
            self.returncode = int(said)
            self._line.close()
        return self.returncode

    def send_signal(self, number: signal.Signals) -> None:
        if self.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)


def start(
    module: str,
    arguments: Iterable[str | Path],
    *,
    streams: tuple[int, int, int],
    cwd: Path = ROOT,
    env: Mapping[str, str] | None = None,
) -> Process:
    """A process that calls ``main()`` of ``module``. ``streams``: its standard streams, file descriptors that stay the caller's.

    ``env``: the whole environment; the caller's if None.
    """
    job = {
        "module": module,
        "arguments": [str(argument) for argument in arguments],
        "cwd": str(cwd),
        "env": dict(os.environ if env is None else env),
    }
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs, _lock:
        socket.send_fds(_first(), [json.dumps(job).encode()], [*streams, theirs.fileno()])
    said = ours.recv(64)
    assert said, f"{module} could not be forked"
    return Process(int(said), ours)


class Server:
    """A process that runs until it is told to end: pipes to its standard input and from its output, ``log`` for its errors."""

    def __init__(self, module: str, arguments: Iterable[str | Path], *, log: IO[bytes], env: Mapping[str, str]) -> None:
        (read, stdin), (stdout, write) = os.pipe(), os.pipe()
        self._process = start(module, arguments, streams=(read, write, log.fileno()), env=env)
        os.close(read)
        os.close(write)
        self.stdin, self.stdout = os.fdopen(stdin, "wb"), os.fdopen(stdout, "rb")
        self.wait, self.send_signal = self._process.wait, self._process.send_signal


def run(
    module: str,
    arguments: Iterable[str | Path],
    *,
    timeout: float,
    cwd: Path = ROOT,
    env: Mapping[str, str] | None = None,
) -> "subprocess.CompletedProcess[str]":
    """As ``subprocess.run(…, capture_output=True, text=True)``: returns when all that hold its output have ended."""
    pipes = [os.pipe(), os.pipe()]
    with Path(os.devnull).open("rb") as nothing:
        process = start(module, arguments, streams=(nothing.fileno(), pipes[0][1], pipes[1][1]), cwd=cwd, env=env)
    texts = ["", ""]

    def read(which: int) -> None:
        with os.fdopen(pipes[which][0], encoding="utf-8") as pipe:
            texts[which] = pipe.read()

    readers = [threading.Thread(target=read, args=(which,)) for which in range(2)]
    for reader, (_, end) in zip(readers, pipes, strict=True):
        os.close(end)
        reader.start()
    try:
        code = process.wait(timeout)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        raise
    finally:
        for reader in readers:
            reader.join()
    return subprocess.CompletedProcess([module, *map(str, arguments)], code, *texts)


_lock = threading.Lock()
_control: list[socket.socket] = []


def _first() -> socket.socket:
    """The line to the process that forks; it is started when first needed, and ends when the line closes."""
    if not _control:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        code = f"from tests.forked import serve; serve({theirs.fileno()})"
        # "-c": a worker that "spawn" starts would load a main module that has a name again, and all that it needs
        process = subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
        )
        theirs.close()
        _control.append(ours)
        atexit.register(_end, process)
    return _control[0]


def _end(process: "subprocess.Popen[bytes]") -> None:
    _control.pop().close()
    process.wait(20)


def serve(line: int) -> None:
    """The process that forks. Returns in it when the line closes, and in each fork when its ``main()`` does."""
    sys.path[0] = str(ROOT)  # was "": wherever a fork stands
    for name in LOADED:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # a collection in a fork would copy every page that it looks at
    job = _jobs(socket.socket(fileno=line))
    if job is not None:
        os.chdir(job["cwd"])
        os.environ.clear()
        os.environ.update(job["env"])
        _new_streams()
        module = importlib.import_module(job["module"])
        sys.argv = [str(module.__file__), *job["arguments"]]
        module.main()


def _new_streams() -> None:
    """Python's objects for what now lies under 0, 1 and 2; the old ones believe that it can seek as what was there could."""
    for number, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        errors, buffering = ("backslashreplace", 1) if name == "stderr" else ("strict", -1)
        stream = os.fdopen(number, mode, buffering, "utf-8", errors, closefd=False)
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def _jobs(control: socket.socket) -> dict[str, Any] | None:
    """Forks for each request and tells its end. The job, in the fork; None when no more come."""
    running: dict[int, tuple[int, socket.socket]] = {}
    with control, selectors.DefaultSelector() as selector:
        selector.register(control, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fd != control.fileno():
                    pid, line = running.pop(key.fd)
                    selector.unregister(key.fd)
                    os.close(key.fd)
                    with line, suppress(OSError):  # nobody waits for it any more
                        line.send(b"%d" % os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
                    continue
                message, given, _, _ = socket.recv_fds(control, 1 << 20, 4)
                if not message:
                    return None
                job: dict[str, Any] = json.loads(message)
                line = socket.socket(fileno=given.pop())
                pid = os.fork()
                if pid == 0:
                    for number, end in enumerate(given):
                        os.dup2(end, number)
                    for handle, (_, other) in running.items():
                        os.close(handle)
                        other.close()
                    line.close()
                    for end in given:
                        os.close(end)
                    return job
                for end in given:
                    os.close(end)
                line.send(b"%d" % pid)
                handle = os.pidfd_open(pid)
                running[handle] = pid, line
                selector.register(handle, selectors.EVENT_READ)
