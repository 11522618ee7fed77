"""Worker processes that die, hang, swallow memory or lose their parent: the lane goes on and says so."""

import gc
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future
from pathlib import Path

import pytest

from tests.unit.jobs import work
from workstation.domain.errors import WorkstationError
from workstation.domain.ports import Lane
from workstation.jobs.lanes import ProcessLane, ThreadLane
from workstation.jobs.worker import RemoteError


def eventually(true: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "did not happen in time"
        time.sleep(0.02)


def alive(pid: int) -> bool:
    """Running; a zombie nobody has waited for yet does not count."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


PRELOAD = ("tests.unit.jobs.work", "numpy", "cv2", "pymupdf")


@pytest.fixture(scope="module", params=[(), PRELOAD], ids=["spawn", "forked"])
def lane(request: pytest.FixtureRequest) -> Iterator[ProcessLane]:
    lane = ProcessLane(2, max_bytes=1_500_000_000, preload=request.param)
    yield lane
    lane.close()


@pytest.fixture(params=[(), PRELOAD], ids=["spawn", "forked"])
def single(request: pytest.FixtureRequest) -> Iterator[ProcessLane]:
    lane = ProcessLane(1, preload=request.param)
    yield lane
    lane.close()


def test_many_quick_jobs_from_many_threads(lane: ProcessLane) -> None:
    futures: list[Future[int]] = []

    def submit(start: int) -> None:
        futures.extend(lane.submit(work.double, i) for i in range(start, start + 50))

    threads = [threading.Thread(target=submit, args=(i * 50,)) for i in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert sorted(f.result(60) for f in futures) == [2 * i for i in range(200)]
    assert len(lane.pids) <= 2


def test_no_worker_before_the_first_job_and_warm_starts_all() -> None:
    lane = ProcessLane(2)
    try:
        assert lane.pids == ()
        lane.warm()
        eventually(lambda: len(lane.pids) == 2)
    finally:
        lane.close()
    assert lane.pids == ()


def test_worker_killed_once_is_retried(lane: ProcessLane, tmp_path: Path) -> None:
    assert lane.submit(work.die_unless, tmp_path / "marker").result(60) == "second"


def test_worker_killed_twice_is_f06_and_the_rest_goes_on(lane: ProcessLane, tmp_path: Path) -> None:
    tries = tmp_path / "tries"
    bad = lane.submit(work.die, tries)
    good = [lane.submit(work.double, i) for i in range(20)]
    with pytest.raises(WorkstationError) as caught:
        bad.result(60)
    assert (caught.value.code, caught.value.params) == ("F06", {"reason": "died"})
    assert tries.read_text() == "xx"
    assert [f.result(60) for f in good] == [2 * i for i in range(20)]


def test_a_lane_without_retries_asks_once(tmp_path: Path) -> None:
    lane = ProcessLane(1, retries=0)
    try:
        with pytest.raises(WorkstationError, match="F06"):
            lane.submit(work.die, tmp_path / "tries").result(60)
        assert (tmp_path / "tries").read_text() == "x"
    finally:
        lane.close()


def test_hang_is_ended_with_its_children(single: ProcessLane, tmp_path: Path) -> None:
    started = tmp_path / "started"
    with pytest.raises(WorkstationError) as caught:
        single.submit(work.with_child, started, timeout=0.7).result(60)
    assert caught.value.params == {"reason": "timeout"}
    worker, child = map(int, started.read_text().split())
    eventually(lambda: not alive(worker) and not alive(child))
    assert single.submit(work.double, 4).result(60) == 8


def test_hang_in_c_code_is_ended(single: ProcessLane, tmp_path: Path) -> None:
    with pytest.raises(WorkstationError, match="F06"):
        single.submit(work.sleep_holding_gil, tmp_path / "started", 60, timeout=0.7).result(60)


def test_memory_hog_is_f06(lane: ProcessLane, tmp_path: Path) -> None:
    tries = tmp_path / "tries"
    with pytest.raises(WorkstationError) as caught:
        lane.submit(work.hog, tries).result(60)
    assert (caught.value.code, caught.value.params) == ("F06", {"reason": "memory"})
    assert tries.read_text() == "xx"


@pytest.mark.parametrize("hog", [work.hog_in_opencv, work.hog_in_mupdf])
def test_memory_hog_inside_a_library_is_f06(lane: ProcessLane, hog: Callable[[], object]) -> None:
    with pytest.raises(WorkstationError) as caught:
        lane.submit(hog).result(60)
    assert (caught.value.code, caught.value.params) == ("F06", {"reason": "memory"})


def test_libraries_work_under_the_memory_cap(lane: ProcessLane) -> None:
    """An A3 page at 300 dpi in colour."""
    assert lane.submit(work.imaging, 3508, 4961).result(60) > 7000


def test_memory_of_a_page_s_pictures_is_kept_for_the_next(single: ProcessLane) -> None:
    """Eight of 12 MiB are more than glibc keeps by itself, and would be 24,000 pages faulted in anew."""
    assert single.submit(work.faults_of_pictures_again, 8, 12 << 20).result(60) < 2_000


def test_errors_arrive_with_their_type(lane: ProcessLane) -> None:
    with pytest.raises(WorkstationError) as known:
        lane.submit(work.fail_known).result(60)
    assert (known.value.code, known.value.params) == ("F03", {"file": "a.pdf"})
    with pytest.raises(ZeroDivisionError) as unknown:
        lane.submit(work.fail_unknown).result(60)
    assert "fail_unknown" in unknown.value.__notes__[0]
    with pytest.raises(RemoteError, match="Picky"):
        lane.submit(work.fail_picky).result(60)
    with pytest.raises((AttributeError, TypeError, RuntimeError)):
        lane.submit(work.unpicklable).result(60)
    with pytest.raises((AttributeError, TypeError, RuntimeError)):
        lane.submit(lambda: None)
    assert lane.submit(work.double, 1).result(60) == 2


def test_workers_know_their_place(lane: ProcessLane) -> None:
    assert lane.submit(work.environment).result(60) == ("1", "1", 10)


def test_what_a_worker_loads_is_not_looked_at_by_the_collector_again(lane: ProcessLane) -> None:
    assert lane.submit(gc.isenabled).result(60) is True
    assert lane.submit(gc.get_freeze_count).result(60) > 1000


def test_initializer_and_its_failure() -> None:
    lane = ProcessLane(1, initializer=work.initialise, initargs=(7,))
    broken = ProcessLane(1, initializer=work.broken_start)
    try:
        assert lane.submit(work.initialised).result(60) == 7
        with pytest.raises(WorkstationError, match="O01"):
            broken.submit(work.double, 1).result(60)
    finally:
        lane.close()
        broken.close()


def test_worker_is_replaced_after_its_jobs() -> None:
    lane = ProcessLane(1, max_jobs=2)
    try:
        pids = [lane.submit(work.pid).result(60) for _ in range(5)]
        assert len(set(pids)) == 3
        assert not any(alive(p) for p in set(pids) - set(lane.pids))
    finally:
        lane.close()


def test_urgent_overtakes_and_cancel_takes_out(single: ProcessLane) -> None:
    order: list[str] = []
    first = single.submit(work.sleep, 0.4)
    slow = [single.submit(work.double, i) for i in range(5)]
    quick = single.submit(work.double, 99, urgent=True)
    for f in slow:
        f.add_done_callback(lambda _: order.append("slow"))
    quick.add_done_callback(lambda _: order.append("quick"))
    assert slow[4].cancel()
    for future in (quick, *slow[:4]):
        future.result(60)
    first.result(60)
    assert order == ["slow", "quick", "slow", "slow", "slow", "slow"]  # the cancelled one reports at once
    assert slow[4].cancelled() and slow[3].result() == 6


def test_a_lane_that_winds_down_does_what_is_urgent_only(single: ProcessLane) -> None:
    first = single.submit(time.sleep, 0.5)
    eventually(first.running)
    waiting, urgent = [single.submit(work.double, n) for n in range(3)], single.submit(work.double, 9, urgent=True)
    single.wind_down()
    late = single.submit(work.double, 4)
    assert all(f.cancelled() for f in (*waiting, late)) and not urgent.cancelled() and not first.cancelled()
    assert urgent.result(20) == 18 and first.result() is None
    assert single.submit(work.double, 4, urgent=True).result(20) == 8


def test_what_is_urgent_stands_behind_no_job_that_runs(tmp_path: Path) -> None:
    """The reserved worker takes nothing else, however long the line is."""
    lane = ProcessLane(1, reserve=1)
    try:
        lane.warm()
        eventually(lambda: len(lane.pids) == 2)
        long = [lane.submit(time.sleep, 4) for _ in range(3)]
        eventually(lambda: long[0].running())
        begun = time.monotonic()
        assert [lane.submit(work.double, n, urgent=True).result(20) for n in range(5)] == [0, 2, 4, 6, 8]
        assert time.monotonic() - begun < 3
        assert not long[0].done() and not long[1].running()
        nice = {lane.submit(os.getpriority, os.PRIO_PROCESS, 0, urgent=True).result(20)}
        assert nice == {os.getpriority(os.PRIO_PROCESS, 0) + 5}
    finally:
        lane.close()
    assert lane.pids == ()


def test_close_is_prompt_and_leaves_nothing(tmp_path: Path) -> None:
    lane = ProcessLane(1)
    started = tmp_path / "started"
    running = lane.submit(work.with_child, started)
    waiting = lane.submit(work.double, 1)
    eventually(lambda: started.exists() and " " in started.read_text())
    pids = [int(p) for p in started.read_text().split()]
    before = time.monotonic()
    lane.close()
    assert time.monotonic() - before < 2
    assert waiting.cancelled()
    with pytest.raises(CancelledError):
        running.result(5)
    eventually(lambda: not any(alive(p) for p in pids))
    with pytest.raises(RuntimeError):
        lane.submit(work.double, 1)


PARENT = """
import sys, time
from pathlib import Path
from tests.unit.jobs import work
from workstation.jobs.lanes import ProcessLane

if __name__ == "__main__":
    lane = ProcessLane(2, preload=sys.argv[3:])
    lane.warm()
    while len(lane.pids) < 2: time.sleep(0.02)
    lane.submit(work.double, 1).result()
    lane.submit(work.with_child, Path(sys.argv[1]))
    while not Path(sys.argv[1]).exists() or " " not in Path(sys.argv[1]).read_text(): time.sleep(0.02)
    print(*lane.pids, flush=True)
    if sys.argv[2] == "stay":
        time.sleep(60)
"""


@pytest.mark.parametrize("preload", [(), PRELOAD], ids=["spawn", "forked"])
@pytest.mark.parametrize("end", ["killed", "leaves"])
def test_no_orphans(tmp_path: Path, end: str, preload: tuple[str, ...]) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    started = tmp_path / "started"
    root = Path(__file__).parents[3]
    parent = subprocess.Popen(
        [sys.executable, str(script), str(started), "stay" if end == "killed" else "go", *preload],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    try:
        assert parent.stdout is not None
        pids = [int(p) for p in (parent.stdout.readline() + " " + started.read_text()).split()]
        assert len(pids) == 4
        if end == "killed":
            parent.send_signal(signal.SIGKILL)
        assert parent.wait(20) == (-signal.SIGKILL if end == "killed" else 0)
        eventually(lambda: not any(alive(p) for p in pids))
    finally:
        parent.kill()
        parent.wait()
        assert parent.stdout is not None
        parent.stdout.close()


def test_thread_lane() -> None:
    lane: Lane = ThreadLane(1)
    gate = threading.Event()
    order: list[int] = []
    first = lane.submit(gate.wait, 20)
    lane.submit(order.append, 1)
    cancelled = lane.submit(order.append, 2)
    last = lane.submit(order.append, 3)
    lane.submit(order.append, 0, urgent=True)
    assert cancelled.cancel()
    gate.set()
    last.result(20)
    assert first.result() is True
    assert order == [0, 1, 3]
    with pytest.raises(WorkstationError):
        lane.submit(work.fail_known).result(20)
    with pytest.raises(ValueError):
        lane.submit(work.double, 1, timeout=1)
    lane.close()
    with pytest.raises(RuntimeError):
        lane.submit(work.double, 1)
