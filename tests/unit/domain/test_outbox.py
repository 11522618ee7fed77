"""Rules of failures and of the line."""

from datetime import UTC, datetime, time, timedelta

import pytest

from workstation.domain.errors import Actor, ErrorNote
from workstation.domain.line import LineRules
from workstation.domain.outbox import LATE, FailureClass, who_acts

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize("failure", [FailureClass.QUA_TAI, FailureClass.MAY_CHU])
def test_a_troubled_peer_becomes_somebodys_business_after_an_hour(failure: FailureClass) -> None:
    def since(ago: timedelta) -> ErrorNote:
        return ErrorNote(failure.value, (("since", (NOW - ago).isoformat()),))

    assert who_acts(since(LATE), NOW) is Actor.NOBODY
    assert who_acts(since(LATE + timedelta(seconds=1)), NOW) is Actor.IT
    assert who_acts(ErrorNote(failure.value), NOW) is Actor.NOBODY


def test_a_dead_line_stays_nobodys_business() -> None:
    note = ErrorNote(FailureClass.MANG.value, (("since", (NOW - 9 * LATE).isoformat()),))
    assert who_acts(note, NOW) is Actor.NOBODY


@pytest.mark.parametrize(
    ("first", "last", "inside", "outside"),
    [
        (time(7, 30), time(17), [time(7, 30), time(16, 59)], [time(7, 29), time(17), time(0)]),
        (time(17), time(7), [time(17), time(23, 59), time(0), time(6, 59)], [time(7), time(12)]),
        (None, None, [time(0), time(12)], []),
        (time(8), time(8), [time(0), time(12)], []),
    ],
)
def test_sending_hours(first: time | None, last: time | None, inside: list[time], outside: list[time]) -> None:
    rules = LineRules(first=first, last=last)
    assert all(rules.open(t) for t in inside) and not any(rules.open(t) for t in outside)


def test_the_lower_cap_holds() -> None:
    assert LineRules().bytes_per_second(meeting=False) is None
    assert LineRules().bytes_per_second(meeting=True) == 8_000
    assert LineRules(limit_kbps=32).bytes_per_second(meeting=True) == 4_000
    assert LineRules(limit_kbps=512).bytes_per_second(meeting=False) == 64_000
    assert LineRules(meeting_kbps=0).bytes_per_second(meeting=True) is None
