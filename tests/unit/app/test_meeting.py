"""A meeting told on the command line holds for the desk and the sender on the same home folder, and ends by itself."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.flow.conftest import workstation
from workstation.app.line import OfficeLine
from workstation.app.meeting_commands import ending
from workstation.domain.errors import WorkstationError
from workstation.domain.line import LineRules

NINE = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
"""In the morning, in Viet Nam."""


@pytest.mark.parametrize(
    ("text", "end"),
    [("16:30", datetime(2026, 11, 21, 9, 30, tzinfo=UTC)), ("9:01", datetime(2026, 11, 21, 2, 1, tzinfo=UTC)),
     ("09:00", datetime(2026, 11, 22, 2, 0, tzinfo=UTC)), ("00:15", datetime(2026, 11, 21, 17, 15, tzinfo=UTC))],
)  # fmt: skip
def test_the_end_is_by_the_offices_clock_and_lies_ahead(text: str, end: datetime) -> None:
    assert ending(text, NINE) == end


@pytest.mark.parametrize("text", ["24:00", "16h30", "16:60", "16:30 ", "1630", "-1:30", "１6:30"])
def test_what_is_no_time_of_day(text: str) -> None:
    with pytest.raises(WorkstationError) as refused:
        ending(text, NINE)
    assert refused.value.code == "U01"


def test_the_switch(tmp_path: Path) -> None:
    class Clock:
        def now(self) -> datetime:
            return datetime.now(UTC)

    line = OfficeLine(LineRules(512, 64), tmp_path / "meeting-until", Clock())
    (tmp_path / "settings.toml").write_text("[line]\nlimit_kbps = 512\n", "utf-8")
    on = workstation("meeting", "on", "--json", "--home", tmp_path)
    assert on.code == 0 and on.data["limit_kbps"] == 64
    assert line.bytes_per_second() == 8_000 and line.meeting_until() == datetime.fromisoformat(on.data["meeting_until"])
    assert "64 kbit/s" in workstation("meeting", "show", "--home", tmp_path).out
    off = workstation("meeting", "off", "--json", "--home", tmp_path)
    assert off.data == {"meeting_until": None, "limit_kbps": 512} and line.bytes_per_second() == 64_000
    wrong = workstation("meeting", "on", "--until", "25:00", "--home", tmp_path)
    assert wrong.code == 2 and wrong.err.startswith("U01") and line.meeting_until() is None
