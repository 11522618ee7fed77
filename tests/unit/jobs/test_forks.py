"""The fork server behind a lane: what it holds, when it ends, and what happens when it dies."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.jobs import work
from tests.unit.jobs.test_lanes import PRELOAD, alive, eventually
from workstation.jobs.lanes import ProcessLane


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def threads_of(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/task").iterdir()))


def test_forked_workers_have_what_the_server_imported() -> None:
    lane = ProcessLane(1, preload=PRELOAD)
    try:
        assert lane.submit(work.imported, "cv2").result(60) is True
        assert lane.submit(work.imported, "workstation.jobs.preloaded").result(60) is True  # or its end takes long
        server = parent_of(*lane.pids)
        assert (parent_of(server), threads_of(server)) == (os.getpid(), 1)  # a fork among threads may deadlock
    finally:
        lane.close()
    assert not alive(server)


def test_the_fork_server_dies() -> None:
    """As when the system runs out of memory: the lane's job is done all the same, and nothing is left behind."""
    lane = ProcessLane(1, preload=PRELOAD)
    try:
        first = lane.submit(work.pid).result(60)
        server = parent_of(first)
        os.kill(server, signal.SIGKILL)
        eventually(lambda: lane.submit(work.pid).result(60) != first)
        second = lane.submit(work.pid).result(60)
        assert parent_of(second) not in (server, os.getpid())
    finally:
        lane.close()
    eventually(lambda: not alive(first) and not alive(second))


def test_two_forked_lanes_share_a_server_until_the_last_is_closed() -> None:
    one, other = ProcessLane(1, preload=PRELOAD), ProcessLane(1, preload=PRELOAD)
    try:
        server = parent_of(one.submit(work.pid).result(60))
        assert parent_of(other.submit(work.pid).result(60)) == server
        one.close()
        assert other.submit(work.double, 2).result(60) == 4
    finally:
        one.close()
        other.close()
    assert not alive(server)


LANE = """
import os, signal, sys
from multiprocessing.util import get_temp_dir
from pathlib import Path
from tests.unit.jobs import work
from workstation.jobs.lanes import ProcessLane

if __name__ == "__main__":
    lane = ProcessLane(1, preload=sys.argv[2:])
    first = lane.submit(work.pid).result(60)
    if sys.argv[1] == "swept":
        for left in Path(get_temp_dir()).iterdir():
            left.unlink()
    os.kill(first, signal.SIGKILL)
    print(lane.submit(work.double, 21).result(60))
    lane.close()
"""


@pytest.mark.parametrize("folder", ["far", "swept"])
def test_without_a_place_for_its_socket_workers_start_from_nothing(tmp_path: Path, folder: str) -> None:
    """A socket's path may have 107 bytes; and a machine may sweep its temporary files while a desktop is open for days."""
    script, far = tmp_path / "lane.py", tmp_path / ("x" * 100)
    script.write_text(LANE)
    far.mkdir()
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3]), **({"TMPDIR": str(far)} if folder == "far" else {})}
    command = [sys.executable, str(script), folder, *PRELOAD]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout, done.stderr, done.returncode) == ("42\n", "", 0)
