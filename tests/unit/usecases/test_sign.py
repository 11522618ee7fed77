"""Gate, publishing, signing a batch, and what a crash leaves: nothing is signed unseen, wrongly or twice."""

import unicodedata
from dataclasses import replace
from typing import Any

import pytest

from tests.unit.usecases.bench import CHECKER, CLERK, KEY, OFFICIAL, World, ids, states
from tests.unit.usecases.lanes import InlineLane
from tests.unit.usecases.machine import BODY, HEAD, ORGANIZATION, PIN, sha, verify
from workstation.domain.dossier import DocumentState, Dossier, DossierState
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.ids import UserName
from workstation.domain.page import Finding
from workstation.domain.signature import FileVerdict, TokenState, TokenStatus
from workstation.domain.signing import RemoteSecret, Secret
from workstation.usecases import queries, recover, sign
from workstation.usecases.gate import check_gate, passes
from workstation.usecases.views import GateCheck, GateRule

S = DocumentState


def fail_at(world: World, name: str, number: int, code: str) -> None:
    """The ``number``-th call (from 1) of a tool fails."""
    seen = 0

    def hook(called: str, job: Any) -> None:
        nonlocal seen
        seen += called == name
        if called == name and seen == number:
            raise WorkstationError(code)

    world.machine.hook = hook


# --- the gate, rule by rule


def gate(world: World, dossier: Dossier, token: TokenStatus | None = None) -> dict[GateRule, GateCheck]:
    document = dossier.documents[0]
    rule = world.office.rules.document(document.type_code)
    checks = check_gate(dossier, document, world.office.profile_of(dossier), rule, ORGANIZATION, token, None)
    officials = list(GateRule)[: list(GateRule).index(GateRule.PLACEMENT) + 1]
    assert [c.rule for c in checks] == [r for r in officials if r not in (GateRule.AUTHORITY, GateRule.PICTURE)], (
        "the profile's signature attests a scan"
    )
    assert all(c.ok or c.note is not None for c in checks), "whatever stops a document says why"
    return {c.rule: c for c in checks}


def test_a_sound_document_passes_every_rule(world: World):
    checks = gate(world, world.to_sign(HEAD, BODY), world.machine.token)
    assert passes(tuple(checks.values()))
    assert dict(checks[GateRule.PAGES].detail) == {"have": 2, "need": 2, "blank": 0}
    assert dict(checks[GateRule.QUALITY].detail) == {"dpi": 300}


def test_each_rule_stops_its_own_fault(world: World):
    dossier = world.to_sign(HEAD, BODY)
    document, page = dossier.documents[0], dossier.pages[1]
    assert document.published is not None
    blurred = replace(page, findings=(Finding("blur", 20, 60, False),))
    number = next(f for f in document.fields if f.name == "number")
    faults = {
        GateRule.QUALITY: (dossier.with_page(blurred), "A02"),
        GateRule.PAGES: (dossier.with_document(replace(document, published=replace(document.published, pages=1))), "C12"),
        GateRule.CONFORMANCE: (
            dossier.with_document(replace(document, published=replace(document.published, conformance="PDF/A-1a"))),
            "C12",
        ),
        GateRule.FIELDS: (
            dossier.with_document(replace(document, fields=tuple(f for f in document.fields if f is not number))),
            "K01",
        ),
        GateRule.FOUR_EYES: (dossier.with_document(replace(document, checked_by=document.entered_by)), "K03"),
    }
    for rule, (faulty, code) in faults.items():
        checks = gate(world, faulty)
        assert [r for r, c in checks.items() if not c.ok] == [rule]
        note = checks[rule].note
        assert note is not None and note.code == code, rule


@pytest.mark.parametrize(
    ("unit", "certificate", "ok"),
    [
        ("UBND phường Bến Lội", "UBND PHƯỜNG BẾN LỘI", True),
        ("UBND phường Bến Lội", unicodedata.normalize("NFD", "UBND phường Bến Lội"), True),
        ("UBND phường Bến Lội", "UBND phường Bến Lội, thành phố Mẫu", True),
        ("UBND phường Bến Lội", "Tỉnh Mẫu, UBND phường Bến Lội", True),
        ("UBND phường 1", "UBND phường 12", False),
        ("UBND xã An", "UBND xã An Bình", False),
        ("UBND phường Bến Lội", "UBND phường Khác", False),
    ],
)
def test_the_certificate_carries_this_units_whole_name(world: World, unit: str, certificate: str, ok: bool):
    dossier = world.to_sign(HEAD)
    document = dossier.documents[0]
    rule = world.office.rules.document(document.type_code)
    token = TokenStatus(TokenState.READY, "Trần Mẫu", certificate)
    checks = {c.rule: c for c in check_gate(dossier, document, world.office.profile_of(dossier), rule, unit, token, None)}
    assert checks[GateRule.CERTIFICATE].ok is ok
    assert (checks[GateRule.CERTIFICATE].note == ErrorNote("C06", (("unit", certificate),))) is not ok


def test_a_certificate_of_another_unit_signs_nothing(world: World):
    dossier = world.to_sign(HEAD)
    world.see(*ids(dossier))
    world.machine.token = replace(world.machine.token, organization="UBND phường Khác")
    assert world.sign(*ids(dossier)) == ["C06"]
    assert world.machine.signatures == 0 and states(world.get(dossier)) == [S.TO_SIGN]


def test_a_published_file_with_the_wrong_number_of_pages_does_not_reach_the_official(world: World):
    dossier = world.passed(HEAD, BODY)
    world.machine.extra_pages = 1
    document = world.publish(ids(dossier)[0])
    assert document.state is S.PASSED and document.error == ErrorNote("C12", (("rule", "pages"),))
    desk = queries.sign_desk(world.office, [world.get(dossier)], world.machine.token, OFFICIAL, 0, 0)
    assert [c.rule for c in desk.rows[0].gate if not c.ok] == [GateRule.PAGES]


# --- publishing


def test_a_failed_publication_keeps_its_reason_and_can_be_repeated(world: World):
    dossier = world.passed(HEAD)
    fail_at(world, "publish", 1, "M01")
    document = world.publish(ids(dossier)[0])
    assert document.state is S.PASSED and document.error == ErrorNote("M01")
    document = world.publish(ids(dossier)[0])
    assert document.state is S.TO_SIGN and document.error is None


def test_publishing_twice_at_once_does_not_mark_the_winner_as_failed(world: World):
    dossier = world.passed(HEAD)
    document_id = ids(dossier)[0]
    nested = False

    def overtake(name: str, job: Any) -> None:
        nonlocal nested
        if name == "publish" and not nested:
            nested = True
            world.publish(document_id)
            raise WorkstationError("F07")

    world.machine.hook = overtake
    document = world.publish(document_id)
    assert document.state is S.TO_SIGN and document.error is None


def test_a_publisher_of_the_same_document_has_its_own_file(world: World):
    dossier = world.passed(HEAD)
    nested = False

    def overtake(name: str, job: Any) -> None:
        nonlocal nested
        if name == "publish" and not nested:
            nested = True
            world.publish(ids(dossier)[0])

    world.machine.hook = overtake
    world.publish(ids(dossier)[0])
    outs = [job.out for name, job in world.machine.calls if name == "publish"]
    assert len(set(outs)) == 2


# --- seeing


def test_an_unseen_document_is_not_signed(world: World):
    dossier = world.to_sign(HEAD)
    assert world.sign(*ids(dossier)) == ["C12"]
    sign.mark_seen(world.office, ids(dossier)[0], UserName("nguoiky2"))
    assert world.sign(*ids(dossier)) == ["C12"], "seen by another official is not seen by this one"
    assert world.machine.signatures == 0


def test_only_what_is_published_can_be_seen(world: World):
    dossier = world.finished(HEAD)
    with pytest.raises(WorkstationError, match="K06"):
        world.see(*ids(dossier))


def test_looking_at_a_signed_document_again_changes_nothing(world: World):
    dossier = world.signed(HEAD)
    sign.mark_seen(world.office, ids(dossier)[0], UserName("nguoiky2"))
    assert world.get(dossier) == dossier


def test_what_is_published_anew_has_to_be_seen_anew(world: World):
    dossier = world.to_sign(HEAD)
    document = ids(dossier)[0]
    world.see(document)
    sign.refuse_to_sign(world.office, document, "sai số", OFFICIAL)
    world.confirm(document, CLERK, number="128")
    world.confirm(document, CHECKER, number="128")
    world.publish(document)
    assert world.sign(document) == ["C12"]


# --- a batch


def test_a_wrong_pin_stops_before_anything(world: World):
    dossier = world.to_sign(HEAD, HEAD)
    world.see(*ids(dossier))
    with pytest.raises(WorkstationError) as e:
        sign.sign_batch(world.office, KEY, Secret("000000"), ids(dossier), OFFICIAL)
    assert e.value.code == "C02"
    assert world.get(dossier).documents == tuple(replace(d, seen_by=OFFICIAL) for d in dossier.documents)
    assert not world.machine.signed_paths


@pytest.mark.parametrize("code", sorted(sign.STOPS_BATCH))
def test_trouble_with_the_key_ends_the_batch_and_the_rest_waits(world: World, code: str):
    dossier = world.to_sign(HEAD, HEAD, HEAD)
    world.see(*ids(dossier))
    fail_at(world, "sign", 2, code)
    assert world.sign(*ids(dossier)) == ["", code]
    assert states(world.get(dossier)) == [S.SIGNED, S.TO_SIGN, S.TO_SIGN]
    assert not world.machine.session, "the session is closed whatever happened"
    assert world.sign(*ids(dossier)) == ["", "", ""]
    assert world.machine.signatures == 3 and world.get(dossier).state is DossierState.QUEUED


@pytest.mark.parametrize("code", ["C11", "M03", "F03"])
def test_a_documents_own_failure_lets_the_rest_go_on(world: World, code: str):
    dossier = world.to_sign(HEAD, HEAD, HEAD)
    world.see(*ids(dossier))
    fail_at(world, "sign", 2, code)
    assert world.sign(*ids(dossier)) == ["", code, ""]
    assert states(world.get(dossier)) == [S.SIGNED, S.TO_SIGN, S.SIGNED]


def test_cancelled_after_two_and_run_again_signs_nothing_twice(world: World):
    dossier = world.to_sign(HEAD, HEAD, HEAD, HEAD)
    world.see(*ids(dossier))
    told: list[int] = []
    done = world.sign(*ids(dossier), progress=lambda p: told.append(p.index), cancelled=lambda: len(told) == 2)
    assert done == ["", ""] and told == [1, 2]
    sealed = [d.sealed for d in world.get(dossier).documents]
    assert world.sign(*ids(dossier)) == [""] * 4
    assert world.machine.signatures == 4
    assert [d.sealed for d in world.get(dossier).documents][:2] == sealed[:2]
    assert world.audit().count("signed") == 4 and world.audit().count("queued") == 1


def test_a_document_that_is_gone_costs_only_itself(world: World):
    dossier = world.to_sign(HEAD)
    world.see(*ids(dossier))
    assert world.sign(ids(dossier)[0][:-1] + "x", *ids(dossier)) == ["K04", ""]  # type: ignore[arg-type]


@pytest.mark.expect_log("M01 taking over")
def test_a_signature_that_could_not_be_recorded_is_taken_over_not_made_again(world: World, monkeypatch: pytest.MonkeyPatch):
    dossier = world.to_sign(HEAD)
    world.see(*ids(dossier))
    with monkeypatch.context() as m:

        def full(*_: Any) -> None:
            raise WorkstationError("M01")

        m.setattr(type(world.blobs), "put_file", full)
        assert world.sign(*ids(dossier)) == ["M01"]
        assert recover.adopt_sealed(world.office, verify) == ()
    signed = sha(sign.sealing_path(world.office, ids(dossier)[0]).read_bytes())
    assert world.sign(*ids(dossier)) == ["K06"], "the signed file is still there: no second signature"
    assert recover.adopt_sealed(world.office, verify) == tuple(ids(dossier))
    assert world.machine.signatures == 1
    document = world.get(dossier).documents[0]
    assert document.state is S.SIGNED and document.sealed is not None and document.sealed.sha256 == signed
    assert world.sign(*ids(dossier)) == [""] and world.machine.signatures == 1


# --- after a crash


def crash_after_signing(world: World, dossier: Dossier) -> bytes:
    """The token has signed the first document; the store never heard of it."""
    published = dossier.documents[0].published
    assert published is not None
    data = world.blobs.path(published.sha256).read_bytes() + b"%%SIGNED1"
    sign.sealing_path(world.office, dossier.documents[0].id).write_bytes(data)
    return data


def test_a_signed_file_left_in_the_sealing_folder_is_recorded(world: World):
    dossier = world.to_sign(HEAD)
    data = crash_after_signing(world, dossier)
    found = recover.recover(world.office, verify)
    assert found.sealed == tuple(ids(dossier))
    after = world.get(dossier)
    assert after.state is DossierState.QUEUED and after.documents[0].sealed is not None
    assert after.documents[0].sealed.sha256 == sha(data)
    assert list(world.office.sealing.iterdir()) == [] and world.machine.signatures == 0
    assert recover.recover(world.office, verify) == recover.Recovery((), (), ())


def test_what_is_no_signature_of_ours_is_thrown_away(world: World):
    dossier = world.to_sign(HEAD, HEAD, HEAD)
    first, second, third = (sign.sealing_path(world.office, x) for x in ids(dossier))
    stranger = world.office.sealing / "0199-not-a-document.pdf"
    first.write_bytes(b"%PDF half a fi")
    second.write_bytes(b"%PDF other bytes%%SIGNED1")
    crash_after_signing(world, dossier)
    third.write_bytes(first.read_bytes())  # a signature over another document's bytes
    first.write_bytes(b"%PDF half a fi")
    stranger.write_bytes(b"%PDF%%SIGNED1")
    assert recover.recover(world.office, verify).sealed == ()
    assert list(world.office.sealing.iterdir()) == [] and world.get(dossier) == dossier


def test_a_signature_that_does_not_verify_is_not_recorded(world: World):
    dossier = world.to_sign(HEAD)
    crash_after_signing(world, dossier)

    def broken(path: Any) -> FileVerdict:
        verdict = verify(path)
        return replace(verdict, signatures=tuple(replace(s, indication="TOTAL-FAILED") for s in verdict.signatures))

    assert recover.recover(world.office, broken).sealed == ()
    assert states(world.get(dossier)) == [S.TO_SIGN]


@pytest.mark.expect_log("M03 taking over")
def test_one_file_that_can_not_be_taken_over_does_not_stop_the_recovery(world: World):
    broken, sound = world.to_sign(HEAD), world.to_sign(HEAD)
    unread = world.take_in(HEAD)
    passed = world.passed(HEAD)
    for dossier in (broken, sound):
        crash_after_signing(world, dossier)
    published = broken.documents[0].published
    assert published is not None
    world.blobs.path(published.sha256).unlink()
    found = recover.recover(world.office, verify)
    assert found.sealed == tuple(ids(sound))
    assert found.to_read == (unread,) and found.to_publish == tuple(ids(passed))
    assert sign.sealing_path(world.office, broken.documents[0].id).exists(), "what may be a signature is kept"


def test_a_signature_over_an_older_publication_is_not_taken_for_the_new_one(world: World):
    dossier = world.to_sign(HEAD)
    crash_after_signing(world, dossier)
    path = sign.sealing_path(world.office, ids(dossier)[0])
    result = recover.sealed_result(path, verify(path))
    assert result is not None
    with pytest.raises(WorkstationError, match="C11"):
        sign.record_sealed(world.office, ids(dossier)[0], sha(b"older"), path, result, OFFICIAL)
    assert states(world.get(dossier)) == [S.TO_SIGN]


def test_the_pin_is_in_no_audit_line_and_no_error(world: World):
    dossier = world.to_sign(HEAD)
    world.see(*ids(dossier))
    world.sign(*ids(dossier))
    with world.office.look() as uow:
        assert PIN.reveal() not in repr(uow.audit.events()) and PIN.reveal() not in repr(PIN)


class HangingLane(InlineLane):
    """A token whose driver hangs in one call: the lane kills it at the cap, as ``ProcessLane`` does (its own tests)."""

    def __init__(self, hangs: Any) -> None:
        self.hangs = hangs
        self.caps: dict[str, float | None] = {}

    def submit(self, fn: Any, *args: Any, timeout: float | None = None, urgent: bool = False) -> Any:
        self.caps[fn.__name__] = timeout
        if fn == self.hangs and timeout is not None:
            fn = _killed
        return super().submit(fn, *args)


def _killed(*_: Any) -> None:
    raise WorkstationError("F06", reason="timeout")


def test_a_hanging_driver_is_a_pulled_token_and_ends_the_batch(world: World):
    dossier = world.to_sign(HEAD, HEAD)
    world.see(*ids(dossier))
    lane = HangingLane(world.machine.sign)
    world.office = replace(world.office, token=lane)
    assert world.sign(*ids(dossier)) == ["C04"]
    assert lane.caps == {"open": 60, "sign": 120, "close": 60} and not world.machine.session
    lane.hangs = world.machine.open
    with pytest.raises(WorkstationError, match="C04"):
        world.sign(*ids(dossier))
    lane.hangs = world.machine.close
    assert world.sign(*ids(dossier)) == ["", ""], "what is signed is not lost to a log-out that hangs"


# --- a key at a remote service, which signs several with one leave


def remote(world: World, batch: int, asks: tuple[str, ...] = ()) -> None:
    world.machine.token = replace(world.machine.token, batch=batch, asks=asks)


def test_one_leave_serves_as_many_documents_as_the_key_signs_at_once(world: World):
    dossier = world.to_sign(HEAD, HEAD, HEAD, HEAD, HEAD)
    world.see(*ids(dossier))
    remote(world, 2)
    assert world.sign(*ids(dossier)) == [""] * 5
    assert world.machine.leaves == [2, 2] and world.machine.signatures == 5
    assert states(world.get(dossier)) == [S.SIGNED] * 5


def test_what_the_gate_stops_takes_no_part_in_the_leave(world: World):
    dossier = world.to_sign(HEAD, HEAD, HEAD)
    first, second, third = ids(dossier)
    world.see(first, third)
    remote(world, 3)
    assert world.sign(first, second, third) == ["", "C12", ""]
    assert world.machine.leaves == [2] and states(world.get(dossier)) == [S.SIGNED, S.TO_SIGN, S.SIGNED]


@pytest.mark.parametrize("given", [RemoteSecret(), RemoteSecret("246810"), RemoteSecret(otp="778899"), Secret("246810")])
def test_pin_and_code_are_asked_for_before_anything_is_signed(world: World, given: Secret):
    dossier = world.to_sign(HEAD)
    world.see(*ids(dossier))
    remote(world, 5, ("pin", "otp"))
    world.machine.any_pin = True
    with pytest.raises(WorkstationError) as asked:
        sign.sign_batch(world.office, KEY, given, ids(dossier), OFFICIAL)
    assert (asked.value.code, asked.value.params["asks"]) == ("C37", "pin otp")
    assert world.machine.signatures == 0 and not world.machine.session, "logged out again"


def test_a_code_that_is_used_up_leaves_the_rest_waiting(world: World):
    dossier = world.to_sign(HEAD, HEAD, HEAD, HEAD)
    world.see(*ids(dossier))
    remote(world, 2)
    world.machine.leaves_left = 1
    assert world.sign(*ids(dossier)) == ["", "", "C25", "C25"]
    assert states(world.get(dossier)) == [S.SIGNED, S.SIGNED, S.TO_SIGN, S.TO_SIGN]
    world.machine.leaves_left = None
    assert world.sign(*ids(dossier)) == ["", "", "", ""] and world.machine.signatures == 4
