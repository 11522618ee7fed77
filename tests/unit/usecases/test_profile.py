"""Numbers from a law come from the profile alone: under one whose every number is another, nothing keeps to the old ones."""

from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import pytest

from tests.unit.usecases.bench import CHECKER, CLERK, World, ids
from tests.unit.usecases.machine import HEAD, VALUES
from tests.unit.usecases.room import Room
from workstation.domain.capture import CountsRule
from workstation.domain.dossier import DocumentState
from workstation.domain.errors import WorkstationError
from workstation.domain.findings import FindingLimits
from workstation.domain.pagejobs import PageJob
from workstation.domain.ports import ScanWish
from workstation.domain.profile import Profile, Rules, SignatureOf
from workstation.domain.signing import SignJob
from workstation.usecases import check, edit, paper
from workstation.usecases.queries import document_view
from workstation.usecases.views import GateRule

ODD_LIMITS = FindingLimits(
    min_dpi=173.0, min_color_bits=7.0, min_sharpness=31.0, max_skew_deg=3.25, min_brightness=13.0, min_contrast=11.0,
    min_ink_mm2=5.5, max_clipped_mm=3.5, max_covered_mm2=17.0, max_folded_mm2=19.0, min_upright=21.0, max_lost_mm=2.5,
    min_difference_mm2=0.7,
)  # fmt: skip
ODD = {
    "limits": ODD_LIMITS, "conformance": "PDF/A-9z", "stamp_preset": "S6", "signature_of": SignatureOf.NAMED,
    "office_marks": ("S2",), "counts": CountsRule.REQUIRED, "page_work": ("despeckle", "flatten"),
    "rekey": ("subject",), "legible": ("organ_name",),
}  # fmt: skip
"""Values that no rule data has."""


def odd(profile: Profile) -> Profile:
    return replace(profile, **ODD)  # type: ignore[arg-type]


def uncounted(rules: Rules) -> Rules:
    return replace(rules, profiles=tuple(replace(p, counts=CountsRule.NONE) for p in rules.profiles))


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
    limits = [f.name for f in fields(FindingLimits)]
    assert all(getattr(p.limits, name) != getattr(ODD_LIMITS, name) for p in ours for name in limits)


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
    assert isinstance(job, PageJob) and job.limits == ODD_LIMITS
    assert [t.name for t in job.work] == ["flatten", "despeckle"] and dossier.pages[0].work == job.work
    room.desk.flatten(dossier.pages[0].id).result()
    assert [t.name for t in strange.get(dossier).pages[0].work] == ["despeckle"], "a clerk may take it off"
    assert {f.code: f.limit for f in dossier.pages[0].findings} == {"dpi": 173.0, "blur": 31.0}


def test_the_gate_and_the_stamp_keep_to_the_profile(strange: World):
    dossier = strange.read(HEAD)
    with pytest.raises(WorkstationError, match="A14"):
        edit.finish_capture(strange.office, dossier.id, CLERK)
    paper.set_count(strange.office, dossier.id, 1, 1, CLERK)
    edit.finish_capture(strange.office, dossier.id, CLERK)
    (document,) = ids(dossier)
    with pytest.raises(WorkstationError, match="K12"):
        check.set_unreadable(strange.office, document, "organ_name", True, CLERK)
    strange.confirm(document, CLERK)
    dossier = strange.get(dossier)
    assert document_view(strange.office, dossier, dossier.document(document), CHECKER).blind == {"subject"}
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
    strange.office = replace(strange.office, rules=uncounted(strange.office.rules))
    (deputy,) = ids(strange.to_sign(replace(HEAD, fields={**VALUES, "signer_title": "KT. CHỦ TỊCH"})))
    strange.see(deputy)
    assert strange.sign(deputy) == ["C31"], "this profile is for signatures of the person named"
    (job,) = [job for name, job in strange.machine.calls if name == "sign"]
    assert isinstance(job, SignJob) and job.preset == "S6"
