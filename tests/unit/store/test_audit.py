"""The audit chain, on both databases."""

from dataclasses import replace
from datetime import timedelta, timezone

import pytest
from sqlalchemy import text

from tests.unit.store.samples import T0, event
from workstation.store.database import Store

MINUTE = timedelta(minutes=1)


def test_audit_comes_back_and_holds(store: Store) -> None:
    events = tuple(event("d1" if n % 2 else "d2", n) for n in range(6))
    with store.uow_factory() as uow:
        assert uow.audit.verify() is None
        for e in events:
            uow.audit.append(e)
        uow.commit()
    with store.read_factory() as uow:
        assert uow.audit.events() == events
        assert uow.audit.events("d1") == events[1::2]
        assert uow.audit.verify() is None
    assert store.audit_head()[0] == 6


def test_audit_time_of_another_zone(store: Store) -> None:
    local = replace(event("d"), at=T0.astimezone(timezone(timedelta(hours=7))))
    with store.uow_factory() as uow:
        uow.audit.append(local)
        uow.commit()
    with store.read_factory() as uow:
        assert uow.audit.verify() is None


def test_audit_from_a_moment_on(store: Store) -> None:
    lines = [replace(event("d", n), at=T0 + n * MINUTE) for n in range(5)]
    with store.uow_factory() as uow:
        for line in lines:
            uow.audit.append(line)
        uow.commit()
    with store.read_factory() as uow:
        local = (T0 + 3 * MINUTE).astimezone(timezone(timedelta(hours=7)))
        assert uow.audit.events(since=local) == tuple(lines[3:])
        assert uow.audit.events("d", since=T0 + 4 * MINUTE) == tuple(lines[4:])
        assert uow.audit.events("e", since=T0) == ()


@pytest.mark.parametrize(
    ("tampering", "line"),
    [
        ("UPDATE audit_event SET actor = 'khac' WHERE number = 3", 3),
        ("UPDATE audit_event SET detail = '[]' WHERE number = 1", 1),
        ("DELETE FROM audit_event WHERE number = 2", 2),
        ("DELETE FROM audit_event WHERE number = 5", 5),
        ("DELETE FROM audit_event", 1),
        ("DELETE FROM audit_head", 6),
        ("INSERT INTO audit_event SELECT 6, at, actor, action, subject, detail, hash FROM audit_event WHERE number = 5", 6),
        ("UPDATE audit_event SET number = number + 100 WHERE number >= 4", 4),
    ],
)
def test_tampering_shows(store: Store, tampering: str, line: int) -> None:
    with store.uow_factory() as uow:
        for n in range(5):
            uow.audit.append(event("d", n))
        uow.commit()
    with store.engine.begin() as connection:
        connection.execute(text(tampering))
    with store.read_factory() as uow:
        assert uow.audit.verify() == line
