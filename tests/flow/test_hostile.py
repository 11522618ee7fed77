"""Seventy-odd hostile files through the real page worker: each is refused with a reason or taken whole, and the program lives."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ocr.worker import inspect_file
from tests.flow.conftest import Ran
from tests.hostile import OK, hostile_files
from workstation.app.paper_lane import page_lane
from workstation.domain.errors import ERRORS, WorkstationError
from workstation.domain.pagejobs import Inspection, Limits
from workstation.jobs.lanes import ProcessLane
from workstation.usecases.office import INSPECT_SECONDS


@pytest.fixture(scope="module")
def lane() -> Iterator[ProcessLane]:
    lane = page_lane(2)
    yield lane
    lane.close()


def test_each_hostile_file_has_its_reason_and_the_worker_lives(lane: ProcessLane, tmp_path: Path) -> None:
    files = hostile_files()
    assert len(files) >= 60 and len({f.name for f in files}) == len(files)
    asked = []
    for file in files:
        path = tmp_path / file.name
        path.write_bytes(file.data)
        asked.append((file, path, lane.submit(inspect_file, path, Limits(), timeout=INSPECT_SECONDS)))
    wrong = []
    for file, path, future in asked:
        try:
            inspection = future.result(120)
            assert isinstance(inspection, Inspection) and inspection.frames
            found = OK
        except WorkstationError as error:
            found = error.code
        if found not in file.may:
            wrong.append(f"{file.name}: {found}, may be {sorted(file.may)}")
        assert path.read_bytes() == file.data, "whoever brought a file keeps it"
    assert not wrong, "\n".join(wrong)


def test_one_command_over_what_opens_reads_or_refuses_each(cli: Callable[..., Ran], tmp_path: Path) -> None:
    """A file that opens may still hide a bomb in a page: that page has its reason, the others are read."""
    paths = []
    for file in hostile_files():
        if OK in file.may:
            paths.append(tmp_path / file.name)
            paths[-1].write_bytes(file.data)
    ran = cli("read", "--json", *paths)
    assert ran.code == 1 and "Traceback" not in ran.err
    told = {row["file"]: row for row in ran.data["files"]}
    assert len(told) == len(paths)
    for row in told.values():
        assert row["status"] == "ok" or (row["error"]["code"] in ERRORS and row["error"]["message"]), row["file"]
    assert sum(row["status"] == "ok" for row in told.values()) >= 8
