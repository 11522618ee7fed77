"""The fork server behind a lane: what it holds, when it ends, and what happens when it dies."""

import os
import signal
from pathlib import Path

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
        answers = [lane.submit(work.pid).result(60) for _ in range(20)]
        assert answers[-1] != first and parent_of(answers[-1]) not in (server, os.getpid())
    finally:
        lane.close()
    eventually(lambda: not any(map(alive, (first, *answers))))


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
