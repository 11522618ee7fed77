"""The archive watch over the books: a copy that was handed out is lifted and renewed like a document that was sent."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Lock
from typing import Any

import pytest

from tests.unit.usecases import test_certify, test_copies
from tests.unit.usecases.bench import World
from tests.unit.usecases.machine import BODY, HEAD, ORGANIZATION, T0, level_of
from workstation.domain.copies import Entry
from workstation.domain.signing import Levels
from workstation.usecases.archive import EVERY, RENEWED, ArchiveRow, Keeper, overview
from workstation.usecases.recover import extends

NEAR, FAR = T0 + timedelta(days=50), T0 + timedelta(days=500)


@pytest.fixture
def world(world: World) -> World:
    world.office = replace(world.office, levels=Levels("LTA", renew=timedelta(days=90)))
    world.machine.now = lambda: world.office.clock.time  # type: ignore[attr-defined]
    world.machine.token = replace(world.machine.token, owner=ORGANIZATION, certificate="ab" * 32)
    (world.root / "out").mkdir()
    return world


def copied(world: World, paper: Path) -> tuple[Entry, Path]:
    (result,) = test_copies.run(world, test_copies.wish(world, paper))
    assert result.entry is not None and result.out is not None, result.error
    return result.entry, result.out


def keeper(world: World) -> Keeper:
    return Keeper(world.office, Lock())


def the_row(world: World) -> ArchiveRow:
    (row,) = overview(world.office)
    return row


def test_a_copy_is_renewed_beside_the_file_that_was_handed_out(world: World) -> None:
    paper = world.paper(HEAD)
    entry, out = copied(world, paper)
    world.machine.ends = [NEAR, FAR]
    handed = out.read_bytes()
    assert keeper(world).round() == 1
    row = the_row(world)
    assert (row.in_book, row.code, row.owner, row.due) == (True, f"{entry.code} ({entry.year})", entry.id, None)
    assert row.kept is not None and entry.sealed is not None and row.kept.sealed == entry.sealed.sha256 != row.kept.sha256
    assert extends(world.blobs.path(row.kept.sha256), world.blobs.path(entry.sealed.sha256))
    assert test_copies.book(world) == (entry,) and out.read_bytes() == handed, "the line names what was handed out"
    with world.office.look() as uow:
        (event,) = [event for event in uow.audit.events(entry.id) if event.action == RENEWED]
    assert dict(event.detail)["sha256"] == row.kept.sha256
    again, same = copied(world, paper)
    (beside,) = set(out.parent.iterdir()) - {out}
    assert again == entry and same == out and out.read_bytes() == handed
    assert beside.name == out.stem + ".luu-tru.pdf" and beside.read_bytes() == world.blobs.path(row.kept.sha256).read_bytes()
    assert copied(world, paper) == (entry, out) and len(list(out.parent.iterdir())) == 2


def test_a_copy_signed_without_time_stamps_is_lifted(world: World) -> None:
    world.machine.reach = "B"
    entry, _ = copied(world, world.paper(HEAD))
    world.machine.reach = "LTA"
    assert keeper(world).round() == 1
    row = the_row(world)
    assert row.kept is not None and row.kept.standing.level == "LTA" and row.due is None
    assert level_of(world.blobs.path(row.kept.sealed).read_bytes()) == "B" and test_copies.book(world) == (entry,)
    assert keeper(world).round() == 0


def test_a_certified_copy_is_looked_after_once_the_agency_has_signed(world: World) -> None:
    """Before that its bytes are what the agency signs: nothing may come between."""
    world.machine.ends = [NEAR, FAR]
    (waiting,) = test_certify.first(world, test_certify.paper(world))
    assert waiting.status == "waiting" and keeper(world).round() == 0 and overview(world.office) == ()
    (done,) = test_certify.second(world)
    assert done.status == "signed" and done.entry is not None
    assert [row.owner for row in overview(world.office)] == [done.entry.id]


def test_documents_and_copies_are_one_watch(world: World) -> None:
    copied(world, world.paper(HEAD))
    world.signed(HEAD, BODY)
    keeper(world).look()
    assert sorted((row.in_book, row.unread) for row in overview(world.office)) == [(False, False), (True, False)]


def test_what_fails_is_told_with_the_copy(world: World) -> None:
    copied(world, world.paper(HEAD))
    world.machine.ends, world.machine.reach = [NEAR, FAR], "LT"
    one = keeper(world)
    assert one.round() == 0
    row = the_row(world)
    assert row.kept is not None and row.kept.error is not None and row.kept.error.code == "C41"
    world.machine.reach = "LTA"
    world.office.clock.time += EVERY  # type: ignore[attr-defined]
    assert one.round() == 1


def test_another_station_was_faster(world: World) -> None:
    copied(world, world.paper(HEAD))
    world.machine.ends = [NEAR, FAR]

    def other(name: str, job: Any) -> None:
        if name == "lifted":
            world.machine.hook = lambda name, job: None
            assert keeper(world).round() == 1

    world.machine.hook = other
    assert keeper(world).round() == 0 and world.audit().count(RENEWED) == 1
