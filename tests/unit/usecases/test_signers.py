"""Signing on behalf: without an entry of the ledger nothing is signed, recorded or taken over."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from signing.training import make_training_identity
from signing.worker import close_key, open_key, sign_file
from tests.unit.signing.pdfs import make_pdfa
from tests.unit.usecases.bench import HEAD, OFFICIAL, ORGANIZATION, PIN, VALUES, World, ids, sha, states, verify
from workstation.domain.authority import ALL_TYPES, Authority
from workstation.domain.dossier import DocumentState, Dossier
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.ids import AuthorityId, UserName
from workstation.domain.signature import KeyKind, KeyRef
from workstation.usecases import queries, recover, sign, signers
from workstation.usecases.office import day
from workstation.usecases.views import GateRule

DEPUTY = replace(HEAD, fields={**VALUES, "signer_title": "KT. CHỦ TỊCH / PHÓ CHỦ TỊCH"})
S = DocumentState


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
    signers.authorize(world.office, document, OFFICIAL, "")
    data = world.blobs.path(document.published.sha256).read_bytes() + b"%%SIGNED1"
    sign.sealing_path(world.office, document.id).write_bytes(data)
    assert recover.adopt_sealed(world.office, verify) == (document.id,)
    with world.office.look() as uow:
        (line,) = (dict(e.detail) for e in uow.audit.events(document.id) if e.action == "signed")
    assert line["entry"] == made.id and line["sha256"] == sha(data)


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

    inside, other, late = world.to_sign(DEPUTY), world.to_sign(DEPUTY), world.to_sign(DEPUTY)
    world.office.change(other.id, lambda d: d.with_document(replace(d.documents[0], type_code="TB")))
    assert run(inside) == [""] and states(world.get(inside)) == [S.SIGNED]
    assert run(other) == ["C31"]
    world.office.clock.time += timedelta(days=31)  # type: ignore[attr-defined]
    assert run(late) == ["C31"] and states(world.get(late)) == [S.TO_SIGN]
