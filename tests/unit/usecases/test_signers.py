"""Signing on behalf where the signature is the named person's: without an entry of the ledger nothing is signed, recorded or
taken over. Where the scan is attested, nobody is asked for one."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from threading import Lock
from typing import Any

import pytest

from signing.training import make_training_identity
from signing.worker import close_key, open_key, sign_file
from tests.unit.signing.pdfs import make_pdfa
from tests.unit.usecases.bench import CLERK, OFFICIAL, World, ids, states
from tests.unit.usecases.machine import HEAD, ORGANIZATION, PIN, VALUES, level_of, sha, verify
from workstation.domain.authority import ALL_TYPES, Authority
from workstation.domain.dossier import DocumentState, Dossier
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.ids import AuthorityId, UserName
from workstation.domain.profile import SignatureOf
from workstation.domain.signature import KeyKind, KeyRef
from workstation.domain.signing import Levels
from workstation.rules.reader import load_rules
from workstation.usecases import check, edit, queries, read, recover, scan, sign, signers
from workstation.usecases.lift import Lifter
from workstation.usecases.office import day
from workstation.usecases.views import GateRule

DEPUTY = replace(HEAD, fields={**VALUES, "signer_title": "KT. CHỦ TỊCH / PHÓ CHỦ TỊCH"})
S = DocumentState


@pytest.fixture
def world(world: World) -> World:
    """Every profile is for signatures of the person named; the ones that ship are for scans."""
    rules = world.office.rules
    profiles = tuple(replace(p, signature_of=SignatureOf.NAMED) for p in rules.profiles)
    world.office = replace(world.office, rules=replace(rules, profiles=profiles))
    return world


@pytest.fixture
def shipped(world: World) -> World:
    world.office = replace(world.office, rules=load_rules())
    return world


def enter(world: World, **change: Any) -> Authority:
    today = day(world.office.clock.now())
    wish = Authority(
        AuthorityId(""), "12/QĐ-UBND", "KT", "Chủ tịch Ủy ban nhân dân phường", OFFICIAL, "", ("QD",), today,
        today + timedelta(days=30), world.office.clock.now(), OFFICIAL,
    )  # fmt: skip
    return signers.enter(world.office, replace(wish, **change), UserName("quantri"))


def waiting(world: World) -> Dossier:
    dossier = world.to_sign(DEPUTY)
    assert dossier.documents[0].field("signer_title") and dossier.documents[0].type_code == "QD"
    world.see(*ids(dossier))
    return dossier


def test_the_head_signs_without_an_entry(world: World) -> None:
    world.signed(replace(HEAD, fields={**VALUES, "signer_title": "TM. ỦY BAN NHÂN DÂN / CHỦ TỊCH"}))
    assert signers.AUTHORIZED not in world.audit()


def test_without_an_entry_nothing_is_signed_and_the_entry_that_is_missing_is_named(world: World) -> None:
    dossier = waiting(world)
    assert world.sign(*ids(dossier)) == ["C31"]
    assert world.machine.signatures == 0 and states(world.get(dossier)) == [S.TO_SIGN]
    (row,) = queries.sign_desk(world.office, [world.get(dossier)], world.machine.token, OFFICIAL, 0, 0).rows
    note = next(c.note for c in row.gate if c.rule is GateRule.AUTHORITY)
    assert note == ErrorNote("C31", (("date", "2026-11-21"), ("form", "KT."), ("type", "QD")))


@pytest.mark.parametrize(
    "change",
    [
        {"scope": ("TB",)},
        {"user": UserName("nguoiky2")},
        {"certificate": "ab" * 32},
        {"form": "TL"},
        {"valid_from": date(2026, 11, 22)},
        {"valid_from": date(2026, 10, 1), "valid_until": date(2026, 11, 20)},
    ],
)
def test_an_entry_that_does_not_fit_signs_nothing(world: World, change: dict[str, Any]) -> None:
    enter(world, **change)
    dossier = waiting(world)
    assert world.sign(*ids(dossier)) == ["C31"] and world.machine.signatures == 0


def test_the_record_keeps_under_which_entry_was_signed(world: World) -> None:
    made = enter(world)
    dossier = waiting(world)
    assert world.sign(*ids(dossier)) == [""]
    with world.office.look() as uow:
        lines = {e.action: dict(e.detail) for e in uow.audit.events(ids(dossier)[0])}
        entered = uow.audit.events(made.id)
    assert lines["signed"]["entry"] == made.id == lines[signers.AUTHORIZED]["entry"]
    assert [e.action for e in entered] == ["signer_entered"] and OFFICIAL not in repr(entered)


def test_an_entry_that_was_ended_signs_nothing_more_and_ends_once(world: World) -> None:
    made = enter(world)
    today = day(world.office.clock.now())
    signers.end(world.office, made.id, today - timedelta(days=1), revoked=True, by=OFFICIAL)
    assert world.sign(*ids(waiting(world))) == ["C31"]
    for wrong, last in ((made.id, today), ("no such", today), (made.id, today - timedelta(days=2))):
        with pytest.raises(WorkstationError, match="C32"):
            signers.end(world.office, AuthorityId(wrong), last, revoked=False, by=OFFICIAL)
    assert world.audit().count("signer_ended") == 1


@pytest.mark.expect_log("C31 taking over")
def test_a_file_that_was_signed_past_the_ledger_is_not_taken_into_the_store(world: World) -> None:
    dossier = waiting(world)
    document = dossier.documents[0]
    assert document.published is not None
    data = world.blobs.path(document.published.sha256).read_bytes() + b"%%SIGNED1"
    sign.sealing_path(world.office, document.id).write_bytes(data)
    enter(world)  # an entry that comes after the signature does not heal it
    assert recover.adopt_sealed(world.office, verify) == ()
    assert states(world.get(dossier)) == [S.TO_SIGN]


def test_a_signature_whose_record_was_lost_in_a_crash_keeps_its_entry(world: World) -> None:
    made = enter(world)
    dossier = waiting(world)
    document = dossier.documents[0]
    assert document.published is not None
    signers.authorize(world.office, dossier, document, OFFICIAL, "")
    data = world.blobs.path(document.published.sha256).read_bytes() + b"%%SIGNED1"
    sign.sealing_path(world.office, document.id).write_bytes(data)
    assert recover.adopt_sealed(world.office, verify) == (document.id,)
    with world.office.look() as uow:
        (line,) = (dict(e.detail) for e in uow.audit.events(document.id) if e.action == "signed")
    assert line["entry"] == made.id and line["sha256"] == sha(data)


def opened(world: World, profile: str, title: str) -> Dossier:
    """A paper signed under ``title``, before the official."""
    dossier_id = scan.open_dossier(world.office, "Hồ sơ mẫu", CLERK, profile)
    world.take_in(replace(HEAD, fields={**VALUES, "signer_title": title}), into=dossier_id)
    read.read_dossier(world.office, dossier_id)
    for document in edit.finish_capture(world.office, dossier_id, CLERK).documents:
        world.pass_on(document.id)
        world.publish(document.id)
        world.see(document.id)
    return world.get(dossier_id)


def on_gate(world: World, dossier: Dossier) -> tuple[bool, ErrorNote | None, object] | None:
    """None: the list asks nothing of the ledger."""
    (row,) = queries.sign_desk(world.office, [world.get(dossier)], world.machine.token, OFFICIAL, 0, 0).rows
    check = next((c for c in row.gate if c.rule is GateRule.AUTHORITY), None)
    return None if check is None else (check.ok, check.note, check.detail)


@pytest.mark.parametrize("profile", [p.code for p in load_rules().profiles if p.signature_of is SignatureOf.SCAN])
@pytest.mark.parametrize(
    "title", [DEPUTY.fields["signer_title"], "TL. CHỦ TỊCH / CHÁNH VĂN PHÒNG", "TUQ. CHỦ TỊCH", "PHÓ CHỦ TỊCH"]
)
def test_a_paper_that_somebody_signed_on_behalf_is_attested_without_an_entry(shipped: World, profile: str, title: str) -> None:
    dossier = opened(shipped, profile, title)
    assert dossier.profile == profile and dossier.documents[0].field("signer_title") == title
    assert on_gate(shipped, dossier) is None
    assert shipped.sign(*ids(dossier)) == [""]
    with shipped.office.look() as uow:
        (line,) = (dict(e.detail) for e in uow.audit.events(ids(dossier)[0]) if e.action == "signed")
    assert "entry" not in line and signers.AUTHORIZED not in shipped.audit()


def test_an_attested_scan_whose_record_was_lost_in_a_crash_is_taken_over(shipped: World) -> None:
    dossier = waiting(shipped)
    document = dossier.documents[0]
    assert document.published is not None
    data = shipped.blobs.path(document.published.sha256).read_bytes() + b"%%SIGNED1"
    sign.sealing_path(shipped.office, document.id).write_bytes(data)
    assert recover.adopt_sealed(shipped.office, verify) == (document.id,)
    assert states(shipped.get(dossier)) == [S.SIGNED]


def test_an_entry_is_not_used_up_nor_told_where_the_scan_is_attested(shipped: World) -> None:
    enter(shipped)
    dossier = waiting(shipped)
    assert on_gate(shipped, dossier) is None
    assert shipped.sign(*ids(dossier)) == [""] and signers.AUTHORIZED not in shipped.audit()


def test_of_two_profiles_only_the_one_of_named_signers_asks_the_ledger(shipped: World) -> None:
    rules = shipped.office.rules
    profiles = tuple(replace(p, signature_of=SignatureOf.NAMED) if p.code == "general" else p for p in rules.profiles)
    shipped.office = replace(shipped.office, rules=replace(rules, profiles=profiles))
    title = DEPUTY.fields["signer_title"]
    paper, named = opened(shipped, "archive", title), opened(shipped, "general", title)
    assert shipped.sign(*ids(named), *ids(paper)) == ["C31", ""]
    enter(shipped)
    assert shipped.sign(*ids(named)) == [""]


def test_a_profile_that_changes_on_a_day_holds_for_dossiers_opened_from_then_on(shipped: World) -> None:
    rules, today = shipped.office.rules, day(shipped.office.clock.now())
    now = rules.profile("archive", today)
    until, later = (
        replace(now, valid_to=today),
        replace(now, valid_from=today + timedelta(days=1), signature_of=SignatureOf.NAMED),
    )
    shipped.office = replace(shipped.office, rules=replace(rules, profiles=(until, later)))
    before = waiting(shipped)
    shipped.office.clock.time += timedelta(days=2)  # type: ignore[attr-defined]
    assert shipped.sign(*ids(before), *ids(waiting(shipped))) == ["", "C31"]


def test_a_signature_under_an_entry_that_has_ended_meanwhile_is_lifted_as_it_is(world: World) -> None:
    world.office = replace(world.office, levels=Levels("LTA", hold=timedelta(hours=24)))
    made = enter(world)
    dossier = waiting(world)
    world.machine.reach = "B"
    assert world.sign(*ids(dossier)) == [""]
    signers.end(world.office, made.id, day(world.office.clock.now()) - timedelta(days=1), revoked=True, by=OFFICIAL)
    world.machine.reach = "LTA"
    assert Lifter(world.office, Lock()).round()
    sealed = world.get(dossier).documents[0].sealed
    assert sealed is not None and level_of(world.blobs.path(sealed.sha256).read_bytes()) == sealed.level == "LTA"
    assert [world.audit().count(x) for x in (signers.AUTHORIZED, "signed", "lifted")] == [1, 1, 1]


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"number": "  "}, "number"),
        ({"on_behalf_of": ""}, "on_behalf_of"),
        ({"user": None}, "signer"),
        ({"certificate": "AB"}, "certificate"),
        ({"form": "TM"}, "form"),
        ({"scope": ()}, "scope"),
        ({"scope": ("QD", "XX")}, "scope"),
        ({"scope": ("QD", ALL_TYPES)}, "scope"),
        ({"form": "TUQ", "scope": (ALL_TYPES,)}, "scope"),
        ({"form": "TUQ", "valid_until": None}, "until"),
        ({"valid_until": date(2026, 1, 1)}, "dates"),
    ],
)
def test_an_entry_that_can_not_be_is_refused_and_nothing_is_written(world: World, change: dict[str, Any], part: str) -> None:
    with pytest.raises(WorkstationError) as e:
        enter(world, **change)
    assert e.value.note == ErrorNote("C32", (("entry", part),))
    assert signers.ledger(world.office) == () and world.audit() == []


def test_the_story_with_a_real_key(world: World, tmp_path: Path) -> None:
    """Inside the scope it signs, another type does not, the day after the last one does not."""
    identity = make_training_identity(tmp_path / "key", ORGANIZATION, PIN)
    tools = replace(world.office.signing, open=open_key, sign=sign_file, close=close_key)
    real = make_pdfa(tmp_path / "real.pdf").read_bytes()
    publish = world.office.tools.publish

    def publish_real(job: Any) -> Any:
        made = publish(job)
        job.out.write_bytes(real)
        return replace(made, sha256=sha(real), bytes=len(real))

    world.office = replace(world.office, signing=tools, tools=replace(world.office.tools, publish=publish_real))
    key = KeyRef(KeyKind.PKCS12, str(identity.p12))
    certificate = open_key(key, PIN).certificate
    close_key()
    enter(world, user=None, certificate=certificate)

    def run(dossier: Dossier) -> list[str]:
        world.see(*ids(dossier))
        done = sign.sign_batch(world.office, key, PIN, ids(dossier), OFFICIAL)
        return [p.error.code if p.error else "" for p in done]

    inside, late, other = world.to_sign(DEPUTY), world.to_sign(DEPUTY), world.finished(DEPUTY)
    (of_another_type,) = ids(other)
    check.set_type(world.office, of_another_type, "TB", CLERK)
    world.pass_on(of_another_type)
    world.publish(of_another_type)
    assert run(inside) == [""] and states(world.get(inside)) == [S.SIGNED]
    assert run(other) == ["C31"]
    world.office.clock.time += timedelta(days=31)  # type: ignore[attr-defined]
    assert run(late) == ["C31"] and states(world.get(late)) == [S.TO_SIGN]
