"""The office's line: settings that can't stand are refused, and a meeting holds for every program on the home folder."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from workstation.app.line import OfficeLine
from workstation.app.settings import FILE, load
from workstation.domain.errors import WorkstationError
from workstation.domain.line import LineRules


class Clock:
    moment = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment


def test_a_meeting_holds_for_the_other_program_too_and_ends_by_itself(tmp_path: Path) -> None:
    clock, mark = Clock(), tmp_path / "meeting-until"
    desk, other = (OfficeLine(LineRules(512, 64), mark, clock) for _ in range(2))
    assert other.bytes_per_second() == 64_000
    desk.hold_meeting(clock.now() + timedelta(hours=2))
    assert other.bytes_per_second() == 8_000 and other.meeting_until() == clock.now() + timedelta(hours=2)
    clock.moment += timedelta(hours=2, seconds=1)
    assert other.bytes_per_second() == 64_000 and other.meeting_until() is None
    desk.hold_meeting(None)
    mark.write_text("broken", "ascii")
    assert other.meeting_until() is None, "a mark that can't be read slows nobody down for ever"


def test_hours_are_those_of_the_office(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('[line]\nsend_from = "17:00"\nsend_until = "07:00"\n', "utf-8")
    clock = Clock()
    line = OfficeLine(load(tmp_path).line.rules, tmp_path / "mark", clock)
    assert not line.open(), "02:00 UTC is nine in the morning in Viet Nam"
    clock.moment = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
    assert line.open()


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('send_from = "7:00"\nsend_until = "17:00"', "line.send_from"),
        ('send_from = "17:00"', "line.send_until"),
        ('send_from = "17:00"\nsend_until = "24:00"', "line.send_until"),
        ("limit_kbps = -1", "line.limit_kbps"),
        ("meeting_kbps = -1", "line.meeting_kbps"),
    ],
)
def test_what_cannot_stand_is_named(tmp_path: Path, text: str, key: str) -> None:
    (tmp_path / FILE).write_text(f"[line]\n{text}\n", "utf-8")
    with pytest.raises(WorkstationError, match="M06") as refused:
        load(tmp_path)
    assert dict(refused.value.note.params)["key"] == key
