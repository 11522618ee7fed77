"""Drivers in a process of their own, in real processes: one that crashes, hangs or prints costs a sheet."""

import sys
import time
from pathlib import Path

import pytest

from tests.small_disk import on_small_disk, small_disk
from tests.unit.scanners.wia_fake import png
from workstation.domain.errors import WorkstationError
from workstation.domain.ports import Scanner, ScanWish
from workstation.scanners import hosted
from workstation.scanners.hosted import HostedScanner

WISH = ScanWish(300)


def scanner(sides: int = 3, at: int = -1, how: str = "", seconds: float = 30) -> Scanner:
    command = (sys.executable, "-m", "tests.unit.scanners.driver_child", str(sides), str(at), how)
    return HostedScanner("fake:", command, sheet_seconds=seconds)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def never() -> bool:
    return False


def test_a_feeder_is_emptied_and_numbering_goes_on(out: Path) -> None:
    sides: list[Path] = []
    (source,) = scanner().sources()
    assert (source.id, source.name) == ("fake:một", "Máy quét một")
    assert scanner().scan(source.id, WISH, out, sides.append, never) == 3
    assert scanner(1).scan(source.id, WISH, out, sides.append, never) == 1
    assert [p.name for p in sides] == [f"sheet-{n:04d}.png" for n in range(1, 5)]
    assert sorted(out.iterdir()) == sides and sides[2].read_bytes() == png(3)


def test_each_side_is_taken_before_the_next_is_drawn_in(out: Path) -> None:
    seen: list[int] = []
    scanner().scan("fake:một", WISH, out, lambda _: seen.append(len(list(out.iterdir()))), never)
    assert seen == [1, 2, 3]
    assert scanner().scan("fake:một", WISH, out, lambda _: None, lambda: len(list(out.iterdir())) >= 4) == 1


@pytest.mark.parametrize(
    ("how", "code", "reason"),
    [
        ("Q04", "Q04", None),
        ("Q06", "Q06", None),
        ("Q07", "Q07", None),
        ("Q05", "Q05", None),
        ("Q08:line", "Q08", "line"),
        ("Q99", "Q08", None),
        ("crash", "Q08", "driver"),
        ("hang", "Q08", "hangs"),
        ("bug", "Q08", "driver"),
        ("empty", "Q08", "half"),
        ("half", "Q08", "half"),
    ],
)
@pytest.mark.parametrize("at", [0, 2])
def test_trouble_at_a_side_keeps_those_before_it(out: Path, how: str, code: str, reason: str | None, at: int) -> None:
    sides: list[Path] = []
    before = time.monotonic()
    with pytest.raises(WorkstationError) as caught:
        scanner(4, at, how, 3 if how == "hang" else 30).scan("fake:một", WISH, out, sides.append, never)
    error = caught.value
    assert (error.code, error.params.get("reason"), error.params["count"]) == (code, reason, at)
    assert sorted(out.iterdir()) == sides and len(sides) == at, "no half side is left"
    assert "Mẫu" not in str(error), "a vendor's words may hold a name"
    assert time.monotonic() - before < 25


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hosted, "_LAST_SECONDS", 1.0)


def test_an_empty_feeder_another_device_and_no_library(out: Path) -> None:
    wanted = ((scanner(0), "fake:một", "Q02"), (scanner(), "fake:hai", "Q01"), (scanner(how="no library"), "fake:một", "Q08"))
    for child, source, code in wanted:
        with pytest.raises(WorkstationError) as caught:
            child.scan(source, WISH, out, lambda _: None, never)
        assert (caught.value.code, caught.value.params["count"]) == (code, 0)
    assert scanner(how="no library").sources() == ()
    missing = HostedScanner("fake:", ("/không/có",))
    assert missing.sources() == ()
    with pytest.raises(WorkstationError, match="Q01"):
        missing.scan("fake:một", WISH, out, lambda _: None, never)


@on_small_disk
def test_full_disk_keeps_what_is_whole(out: Path) -> None:
    sides: list[Path] = []
    with small_disk(out, 40):
        with pytest.raises(WorkstationError) as caught:
            scanner(400).scan("fake:một", WISH, out, sides.append, never)
        assert caught.value.code == "M01" and caught.value.params["count"] == len(sides) > 0
        assert sorted(out.iterdir()) == sides
        assert all(p.read_bytes().endswith(b"IEND\xaeB`\x82") for p in sides)


def test_who_takes_the_side_may_fail(out: Path) -> None:
    def fail(_: Path) -> None:
        raise WorkstationError("M01")

    with pytest.raises(WorkstationError, match="M01"):
        scanner().scan("fake:một", WISH, out, fail, never)
    assert [p.name for p in out.iterdir()] == ["sheet-0001.png"]
