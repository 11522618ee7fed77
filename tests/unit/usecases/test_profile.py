"""Numbers from a law come from the profile alone: under one whose every number is another, nothing keeps to the old ones."""

from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import pytest

from tests.unit.usecases.bench import CHECKER, CLERK, World, ids
from tests.unit.usecases.machine import HEAD, VALUES
from tests.unit.usecases.room import Room
from workstation.domain.dossier import DocumentState
from workstation.domain.pagejobs import PageJob
from workstation.domain.ports import ScanWish
from workstation.domain.profile import Profile, SignatureOf
from workstation.domain.signing import SignJob
from workstation.usecases.views import GateRule

ODD = {
    "min_dpi": 173.0, "min_sharpness": 31.0, "conformance": "PDF/A-9z", "stamp_preset": "S6", "signature_of": SignatureOf.NAMED,
    "office_marks": ("S2",),
}  # fmt: skip
"""Values that no rule data has."""


def odd(profile: Profile) -> Profile:
    return replace(profile, **ODD)  # type: ignore[arg-type]


@pytest.fixture
def strange(world: World) -> Iterator[World]:
    rules = world.office.rules
    world.office = replace(world.office, rules=replace(rules, profiles=tuple(odd(p) for p in rules.profiles)))
    yield world


def test_every_number_of_a_profile_is_made_odd(world: World):
    """A number that is added to the profile has to be added here, and so to the journey below."""
    ours = [p for p in world.office.rules.profiles if p.signature_of is not ODD["signature_of"]]  # there are but two values
    named = {f.name for f in fields(Profile)} - {"code", "name", "source", "valid_from", "valid_to"}
    assert named == set(ODD)
    assert ours and all(getattr(p, name) != value for p in ours for name, value in ODD.items())


def test_pages_are_scanned_cleaned_and_judged_by_the_profile(strange: World):
    room = Room(strange)
    asked: list[int] = []

    def scan(source_id: str, wish: ScanWish, out: Path, sheet: object, cancelled: object) -> int:
        asked.append(wish.dpi)
        return 0

    room.feeder.scan = scan  # type: ignore[method-assign]
    dossier = room.imported(HEAD)
    room.desk.scan(dossier.id, "feeder", "", lambda _: None, lambda: False).result()
    assert asked == [173]
    (job,) = [job for name, job in strange.machine.calls if name == "process"]
    assert isinstance(job, PageJob) and (job.min_dpi, job.min_sharpness) == (173.0, 31.0)
    assert {f.code: f.limit for f in dossier.pages[0].findings} == {"dpi": 173.0, "blur": 31.0}


def test_the_gate_and_the_stamp_keep_to_the_profile(strange: World):
    dossier = strange.finished(HEAD)
    (document,) = ids(dossier)
    strange.confirm(document, CLERK)
    strange.confirm(document, CHECKER)
    held = strange.publish(document)
    assert held.state is DocumentState.PASSED and held.error is not None, "PDF/A-2b is not what this profile asks for"
    strange.machine.conformance = "PDF/A-9z"
    assert strange.publish(document).state is DocumentState.TO_SIGN
    (row,) = Room(strange).desk.sign_desk().result().rows
    (placement,) = [c for c in row.gate if c.rule is GateRule.PLACEMENT]
    assert placement.detail == (("stamp", "S6"),)
    strange.see(document)
    assert strange.sign(document) == [""]
    after = strange.get(dossier).documents[0]
    assert (after.state, after.marks_left) == (DocumentState.TO_SEAL, ("S2",))
    (deputy,) = ids(strange.to_sign(replace(HEAD, fields={**VALUES, "signer_title": "KT. CHỦ TỊCH"})))
    strange.see(deputy)
    assert strange.sign(deputy) == ["C31"], "this profile is for signatures of the person named"
    (job,) = [job for name, job in strange.machine.calls if name == "sign"]
    assert isinstance(job, SignJob) and job.preset == "S6"
