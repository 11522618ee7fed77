"""Runs child processes and says what they cost; takes turns between contestants."""

import contextlib
import os
import shutil
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tests.bench.rows import MissingToolError

ROOT = Path(__file__).resolve().parents[2]
WORKSTATION = [sys.executable, "-m", "workstation"]
ONE_THREAD = {"OMP_THREAD_LIMIT": "1"}
_SAMPLE_SECONDS = 0.15
_MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Cost:
    """What one child and all its descendants took.

    ``seconds``: wall. ``cpu``: seconds of user and system time, from the kernel's own account at the end. The memories are
    MiB, sampled: ``worker`` is the largest process, or the largest sum over one worker with all below it (resident);
    ``whole`` the largest sum over the tree (proportional set size, which counts a shared page once); ``main`` the command's
    own process alone.
    """

    seconds: float
    cpu: float
    worker: float
    whole: float
    main: float

    def __add__(self, other: "Cost") -> "Cost":
        """Of two commands, one after the other."""
        return Cost(
            self.seconds + other.seconds, self.cpu + other.cpu, max(self.worker, other.worker), max(self.whole, other.whole),
            max(self.main, other.main),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Done:
    cost: Cost
    code: int
    stdout: str
    stderr: str


class CommandError(Exception):
    """What was to be measured failed: the command, its exit code, the end of what it said."""


def need(tool: str) -> str:
    """The path of an outside tool; ``MissingToolError`` names it."""
    found = shutil.which(tool)
    if found is None:
        raise MissingToolError(tool)
    return found


def _children(pid: int) -> list[int]:
    found: list[int] = []
    with contextlib.suppress(OSError):  # a process that ends while it is looked at
        for task in Path(f"/proc/{pid}/task").iterdir():
            with contextlib.suppress(OSError):
                found += map(int, (task / "children").read_text("ascii").split())
    return found


def _tree(pid: int) -> list[int]:
    return [pid, *(below for child in _children(pid) for below in _tree(child))]


def _workers(pid: int) -> list[int]:
    """The processes that work for one: its children, and those that a fork server among them started for it."""
    return [w for child in _children(pid) for w in (_children(child) if _is_fork_server(child) else (child,))]


def _is_fork_server(pid: int) -> bool:
    with contextlib.suppress(OSError):
        # what it forks has its command line too, but no such parent
        return b"multiprocessing.forkserver" in Path(f"/proc/{pid}/cmdline").read_bytes()
    return False


def _memory(pid: int, key: str, file: str) -> float:
    """MiB of one process; 0 once it is gone."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/{file}").read_text("ascii").splitlines():
            if line.startswith(key):
                return int(line.split()[1]) * 1024 / _MIB
    return 0.0


def high_water() -> float:
    """MiB that this process has had resident at most."""
    return _memory(os.getpid(), "VmHWM:", "status")


class _Watch:
    """Samples the memory of a process tree until told to end."""

    def __init__(self, pid: int) -> None:
        self.worker = self.whole = self.main = 0.0
        self._pid = pid
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._end.wait(_SAMPLE_SECONDS):
            tree = _tree(self._pid)
            self.whole = max(self.whole, sum(_memory(p, "Pss:", "smaps_rollup") for p in tree))
            # the kernel's own mark of the highest, so that a peak between two looks is not missed
            self.main = max(self.main, _memory(self._pid, "VmHWM:", "status"))
            self.worker = max(self.worker, *(_memory(p, "VmHWM:", "status") for p in tree[1:] or tree))
            for child in _workers(self._pid):
                self.worker = max(self.worker, sum(_memory(p, "VmRSS:", "status") for p in _tree(child)))

    def stop(self) -> None:
        self._end.set()
        self._thread.join()


def run(
    command: Sequence[str],
    work: Path,
    env: Mapping[str, str] | None = None,
    accept: Iterable[int] = (0,),
) -> Done:
    """Runs ``command`` from the repository's root and gives its cost; ``CommandError`` unless it ends with a code of ``accept``.

    ``work``: where its output is kept meanwhile, so that a full pipe holds nobody up.
    """
    work.mkdir(parents=True, exist_ok=True)
    out_path, err_path = work / "stdout", work / "stderr"
    with out_path.open("wb") as out, err_path.open("wb") as err:
        done = _run(command, out, err, {**_as_installed(os.environ), **(env or {})})
    stdout, stderr = out_path.read_text("utf-8", "replace"), err_path.read_text("utf-8", "replace")
    if done[1] not in set(accept):
        raise CommandError(f"{Path(command[0]).name} {' '.join(command[1:4])} …: exit {done[1]}\n{stderr[-1500:]}")
    return Done(done[0], done[1], stdout, stderr)


def _as_installed(environment: Mapping[str, str]) -> dict[str, str]:
    """Installed programs have their byte code; where none may be written, every start would compile ours."""
    return {name: value for name, value in environment.items() if name != "PYTHONDONTWRITEBYTECODE"}


def _run(command: Sequence[str], out: IO[bytes], err: IO[bytes], env: Mapping[str, str]) -> tuple[Cost, int]:
    begun = time.perf_counter()
    child = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=env)
    watch = _Watch(child.pid)
    # wait4 and not Popen.wait: its account holds the descendants that were waited for, of this child alone
    _, status, used = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - begun
    child.returncode = os.waitstatus_to_exitcode(status)
    watch.stop()
    # not used.ru_maxrss: a child begins with its parent's, so a large measurer would measure itself
    return Cost(seconds, used.ru_utime + used.ru_stime, watch.worker, watch.whole, watch.main), child.returncode


def median(values: Iterable[float]) -> float:
    return statistics.median(list(values))


def median_cost(costs: Sequence[Cost]) -> Cost:
    """Medians of time; the largest of memory."""
    return Cost(
        median(c.seconds for c in costs), median(c.cpu for c in costs), max(c.worker for c in costs), max(c.whole for c in costs),
        max(c.main for c in costs),
    )  # fmt: skip


def interleaved(contestants: Mapping[str, Callable[[int], Done]], rounds: int) -> dict[str, list[Done]]:
    """Each contestant once a round, so that what else the machine does hits all alike; called with the round's number."""
    results: dict[str, list[Done]] = {name: [] for name in contestants}
    for number in range(rounds):
        for name, contestant in contestants.items():
            say(f"round {number + 1} of {rounds}: {name}")
            results[name].append(contestant(number))
    return results


def interleaved_seconds(contestants: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, float]:
    """Median seconds of each in-process contestant, taken in turns."""
    found: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, contestant in contestants.items():
            found[name].append(contestant())
    return {name: median(values) for name, values in found.items()}


def say(text: str) -> None:
    """Progress, for a person who waits."""
    if sys.stderr.isatty():
        sys.stderr.write(f"· {text}\n")
