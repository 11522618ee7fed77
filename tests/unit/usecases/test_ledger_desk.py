"""The ledger as the desk keeps it, and what a dossier's procedure has to do with it."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from tests.unit.usecases.bench import CLERK, OFFICIAL, World, ids
from tests.unit.usecases.machine import HEAD, VALUES
from tests.unit.usecases.room import Room
from workstation.domain.authority import ALL_TYPES
from workstation.domain.dossier import DossierState
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import UserName
from workstation.domain.profile import SignatureOf
from workstation.usecases import scan
from workstation.usecases.office import day
from workstation.usecases.signers import AuthorityWish
from workstation.usecases.views import User

DEPUTY = replace(HEAD, fields={**VALUES, "signer_title": "KT. CHỦ TỊCH / PHÓ CHỦ TỊCH"})
REGISTRAR = User(UserName("vanthu1"), "registrar")


@pytest.fixture
def room(world: World) -> Room:
    rules = world.office.rules
    profiles = tuple(replace(p, signature_of=SignatureOf.NAMED) for p in rules.profiles)
    world.office = replace(world.office, rules=replace(rules, profiles=profiles))
    made = Room(world)
    made.desk.users = (*made.desk.users, REGISTRAR)
    made.desk.user = REGISTRAR
    return made


def wish(room: Room, **change: Any) -> AuthorityWish:
    today = day(room.world.office.clock.now())
    made = AuthorityWish("12/QĐ-UBND", "KT", "Chủ tịch", OFFICIAL, ("QD",), (), today, today + timedelta(days=30))
    return replace(made, **change)


def code_of(future: "Future[Any]") -> WorkstationError:
    error = future.exception()
    assert isinstance(error, WorkstationError)
    return error


def test_an_entry_is_made_shown_used_and_ended(room: Room) -> None:
    made = room.desk.enter_authority(wish(room, procedures=("1.005129",))).result()
    view = room.desk.ledger().result()
    assert view.entries == (made,) and made.created_by == REGISTRAR.name
    assert {"KT", "TL", "TUQ"} == {code for code, _ in view.forms} and {"QD", "CHUNG_THUC"} <= {code for code, _ in view.types}
    room.desk.end_authority(made.id, view.today, True).result()
    (ended,) = room.desk.ledger().result().entries
    assert (ended.ended, ended.revoked) == (view.today + timedelta(days=1), True)
    assert code_of(room.desk.end_authority(made.id, view.today, False)).code == "C32"


def test_only_the_registrar_keeps_the_ledger(room: Room) -> None:
    made = room.desk.enter_authority(wish(room)).result()
    room.sit(OFFICIAL)
    assert code_of(room.desk.enter_authority(wish(room))).code == "C40", "nobody gives himself the right to sign"
    assert code_of(room.desk.end_authority(made.id, date(2026, 11, 21), False)).code == "C40"
    assert room.desk.ledger().result().entries == (made,)


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"procedures": ("1.05",)}, "procedures"),
        ({"scope": ()}, "scope"),
        ({"form": "TUQ", "scope": (ALL_TYPES,)}, "scope"),
        ({"form": "TUQ", "valid_until": None}, "until"),
        ({"number": " "}, "number"),
        ({"user": ""}, "signer"),
    ],
)
def test_an_entry_that_can_not_be_names_its_part(room: Room, change: dict[str, Any], part: str) -> None:
    assert dict(code_of(room.desk.enter_authority(wish(room, **change))).params) == {"entry": part}


def test_a_power_that_names_procedures_is_limited_enough_for_all_types(room: Room) -> None:
    room.desk.enter_authority(wish(room, form="TUQ", scope=(ALL_TYPES,), procedures=("1.005129",))).result()


@pytest.mark.parametrize(
    ("procedure", "code"), [("1.005129", ""), ("1.005129.000.00.00.H29", ""), ("2.000815", "C31"), ("", "C31")]
)
def test_outside_the_procedures_of_the_entry_nothing_is_signed(room: Room, procedure: str, code: str) -> None:
    world = room.world
    room.desk.enter_authority(wish(room, procedures=("1.005129",))).result()
    dossier = world.to_sign(DEPUTY)
    if procedure:
        room.desk.set_procedure(dossier.id, procedure).result()
    world.see(*ids(dossier))
    assert world.sign(*ids(dossier)) == [code]
    assert world.machine.signatures == (0 if code else 1)


def test_a_dossiers_procedure_is_a_code_and_stays_once_it_is_on_its_way(world: World) -> None:
    dossier = world.read(HEAD)
    set_to: Callable[[str], str] = lambda code: scan.set_procedure(world.office, dossier.id, code, CLERK).procedure  # noqa: E731
    assert set_to("1.005129") == "1.005129" and world.get(dossier).procedure == "1.005129"
    for wrong in ("1.05", "1005129", "1.005129 ", "x"):
        with pytest.raises(WorkstationError, match="K02"):
            set_to(wrong)
    assert set_to("") == ""
    sent = world.signed(HEAD)
    assert sent.state is DossierState.QUEUED
    with pytest.raises(WorkstationError, match="K06"):
        scan.set_procedure(world.office, sent.id, "1.005129", CLERK)
