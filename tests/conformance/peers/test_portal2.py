"""The story of a dossier at the portal's file-first API, and every way in which that goes wrong."""

import base64
import hashlib
import random
from collections.abc import Iterator
from dataclasses import replace

import pytest

from sync.adapters.codes import parse_case_code
from sync.adapters.portal2 import Portal2, same_hash
from sync.failure import WardFailure
from tests.conformance.peers.faulty import LINE_FAULTS, Fault
from tests.conformance.peers.parcels import (
    BOOK,
    CODE,
    CONTENTS,
    PARCEL,
    Files,
    MemoryJournal,
    attempt,
    fails,
    killed_and_resumed,
    through_faults,
    until_delivered,
    with_case,
)
from tests.conformance.peers.portals import ACCOUNT, PASSWORD, UNIT, FakePortal2
from workstation.domain.outbox import FailureClass
from workstation.domain.peers import CaseStatus, Delivered, Party, PeerConfig
from workstation.domain.signing import Secret


def config(url: str) -> PeerConfig:
    return PeerConfig(name="cong", kind="portal-2", url=url, unit_code=UNIT, unit_name="UBND Phường", account=ACCOUNT, seconds=1)


def make(portal: FakePortal2, password: str = PASSWORD) -> Portal2:
    return Portal2(config(portal.url), BOOK, lambda: Secret(password))


@pytest.fixture
def adapter(portal2: FakePortal2) -> Iterator[Portal2]:
    made = make(portal2)
    yield made
    made.close()


def sound(portal: FakePortal2, cases: int = 1) -> None:
    """One case, made once, that names both files by their true hashes; its status set."""
    assert list(portal.created.values()) == [1] * cases
    (case,) = portal.cases.values()
    components, results = case["ThanhPhanHoSo"], case["DanhSachGiayToKetQua"]
    assert isinstance(components, list) and isinstance(results, list)
    papers = [components[0]["GiayToDinhKem"][0], results[0]]
    assert len(components) == len(results) == 1
    assert [portal.files[p["IdGiayTo"]] for p in papers] == list(CONTENTS)
    assert [p["HashTepTin"] for p in papers] == [hashlib.new(portal.algorithm, c).hexdigest() for c in CONTENTS]
    assert case["TrangThai"] == 9


@pytest.mark.parametrize("wrapped", [False, True])
def test_files_go_first_then_the_case_that_names_them(
    portal2: FakePortal2, adapter: Portal2, files: Files, wrapped: bool
) -> None:
    portal2.wrapped = wrapped
    outcome = attempt(adapter, files, MemoryJournal())
    assert isinstance(outcome, Delivered) and outcome.reference.startswith(CODE)
    assert portal2.calls == ["GetToken", "UploadFile", "UploadFile", "TraCuuHoSo", "CreateDossier", "CapNhatTrangThai"]
    assert list(portal2.statuses.values()) == [1]
    sound(portal2)


def test_a_number_comes_from_the_receipt_or_from_the_portal_never_from_here(
    portal2: FakePortal2, adapter: Portal2, files: Files
) -> None:
    journal = MemoryJournal()
    outcome = attempt(adapter, files, journal, with_case(code=""))
    assert isinstance(outcome, Delivered)
    assert list(portal2.cases) == ["H29.17-20260609-0000001"] and portal2.numbers == 1
    assert journal.get("number") == "H29.17-20260609-0000001"
    sound(portal2)


@pytest.mark.parametrize("algorithm", ["md5", "sha1", "sha256", "sha512"])
def test_the_hash_is_recognised_by_its_length(portal2: FakePortal2, adapter: Portal2, files: Files, algorithm: str) -> None:
    portal2.algorithm = algorithm
    assert isinstance(attempt(adapter, files, MemoryJournal()), Delivered)
    sound(portal2)


def test_what_counts_as_a_files_hash() -> None:
    data = CONTENTS[0]
    digest = hashlib.sha256(data).digest()
    assert same_hash(digest.hex().upper(), data) and same_hash(base64.b64encode(digest).decode(), data)
    for claimed in ("", "-", "0" * 64, digest.hex()[:-1], digest.hex()[:32], hashlib.sha256(data + b" ").hexdigest()):
        assert not same_hash(claimed, data), claimed


def test_a_hash_that_differs_once_is_sent_again(portal2: FakePortal2, adapter: Portal2, files: Files) -> None:
    portal2.plan.append(Fault.ODD)
    portal2.only = lambda name: name == "UploadFile"
    assert isinstance(attempt(adapter, files, MemoryJournal()), Delivered)
    assert portal2.calls.count("UploadFile") == 3
    sound(portal2)


def test_a_hash_that_differs_twice_is_for_a_person(portal2: FakePortal2, adapter: Portal2, files: Files) -> None:
    portal2.plan.extend([Fault.ODD] * 2)
    portal2.only = lambda name: name == "UploadFile"
    assert fails(adapter, files, MemoryJournal()).failure is FailureClass.SAI_BAM
    assert not portal2.cases


@pytest.mark.parametrize(
    ("fault", "first"),
    [
        (Fault.DROPPED, FailureClass.KHONG_RO),
        (Fault.LOST, FailureClass.KHONG_RO),
        (Fault.GATEWAY, FailureClass.MAY_CHU),
        (Fault.GATEWAY_AFTER, FailureClass.MAY_CHU),
        (Fault.PAGE, FailureClass.KHONG_RO),
        (Fault.PAGE_AFTER, FailureClass.KHONG_RO),
        (Fault.BUSY, FailureClass.QUA_TAI),
        (Fault.SLOW, FailureClass.KHONG_RO),
    ],
)
@pytest.mark.parametrize("call", ["CreateDossier", "CapNhatTrangThai"])
def test_what_happened_is_looked_up_before_anything_is_sent_again(
    portal2: FakePortal2, adapter: Portal2, files: Files, fault: Fault, first: FailureClass, call: str
) -> None:
    portal2.plan.append(fault)
    portal2.only = lambda name: name == call
    _, met = until_delivered(adapter, files, MemoryJournal())
    assert met == [first]
    assert portal2.calls[portal2.calls.index(call) + 1] == "TraCuuHoSo"
    assert list(portal2.statuses.values()) == [1]
    sound(portal2)


@pytest.mark.parametrize("call", ["UploadFile", "TraCuuHoSo", "CreateDossier", "CapNhatTrangThai"])
def test_a_token_that_ended_is_renewed_in_the_same_try(portal2: FakePortal2, adapter: Portal2, files: Files, call: str) -> None:
    portal2.plan.append(Fault.EXPIRED)
    portal2.only = lambda name: name == call
    assert until_delivered(adapter, files, MemoryJournal())[1] == []
    sound(portal2)


def test_a_refused_log_in_is_the_peers_trouble(portal2: FakePortal2, files: Files) -> None:
    adapter = make(portal2, "another")
    outcome = attempt(adapter, files, MemoryJournal())
    assert isinstance(outcome, WardFailure) and outcome.failure is FailureClass.XAC_THUC and not outcome.sent
    adapter.close()


@pytest.mark.parametrize("call", ["UploadFile", "CreateDossier", "CapNhatTrangThai"])
def test_a_refusal_inside_a_200_parks_whatever_its_message_says(
    portal2: FakePortal2, adapter: Portal2, files: Files, call: str
) -> None:
    portal2.plan.append(Fault.ERROR_INSIDE)
    portal2.only = lambda name: name == call
    assert fails(adapter, files, MemoryJournal()).failure is FailureClass.KHONG_HOP_LE


@pytest.mark.parametrize("call", ["GetToken", "UploadFile", "CreateDossier"])
def test_an_answer_without_end_in_depth_is_none(
    portal2: FakePortal2, adapter: Portal2, files: Files, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = portal2.respond
    deep = lambda *given: (200, b"[" * 200_000) if given[1].endswith(call) else kept(*given)  # noqa: E731
    monkeypatch.setattr(portal2, "respond", deep)
    assert fails(adapter, files, MemoryJournal()).failure is FailureClass.KHONG_RO


def test_files_that_the_portal_forgot_are_sent_again(portal2: FakePortal2, adapter: Portal2, files: Files) -> None:
    journal = MemoryJournal()
    portal2.plan.append(Fault.GATEWAY)
    portal2.only = lambda name: name == "CreateDossier"
    attempt(adapter, files, journal)
    portal2.files.clear()
    _, met = until_delivered(adapter, files, journal)
    assert met == [FailureClass.HET_HAN]
    sound(portal2)


def test_a_case_with_other_files_is_not_touched(portal2: FakePortal2, adapter: Portal2, files: Files) -> None:
    portal2.cases[CODE] = {"idHoSo": "1", "MaTTHC": "1.001193", "ThanhPhanHoSo": [{"GiayToDinhKem": [{"HashTepTin": "0" * 64}]}]}
    assert fails(adapter, files, MemoryJournal()).failure is FailureClass.XUNG_DOT
    assert not portal2.created and not portal2.statuses


def test_a_result_is_added_to_the_case_that_the_counter_made(portal2: FakePortal2, adapter: Portal2, files: Files) -> None:
    portal2.cases[CODE] = {"idHoSo": "1", "MaTTHC": "1.001193", "TrangThai": 4, "ThanhPhanHoSo": []}
    result_only = replace(PARCEL, documents=PARCEL.documents[1:])
    assert attempt(adapter, files, MemoryJournal(), result_only) == Delivered(f"{CODE} · 1")
    assert not portal2.created and portal2.cases[CODE]["TrangThai"] == 9


def test_a_changed_or_missing_file_is_never_sent(portal2: FakePortal2, adapter: Portal2, files: Files) -> None:
    path = files.path(PARCEL.documents[0].sha256)
    for damage in (b"\0" * len(CONTENTS[0]), CONTENTS[0] + b"x", b"", None):
        path.unlink() if damage is None else path.write_bytes(damage)
        outcome = attempt(adapter, files, MemoryJournal())
        assert isinstance(outcome, WardFailure) and (outcome.failure, outcome.sent) == (FailureClass.CUC_BO, False)
    assert portal2.files == {} and "UploadFile" not in portal2.calls


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code": "HS-0001"}, "MaHoSo"),
        ({"procedure": ""}, "MaTTHC"),
        ({"party": Party.STATE_BODY}, "LoaiDoiTuong"),
        ({"status": CaseStatus.IN_PROGRESS}, "TrangThai"),
    ],
)
def test_what_the_portal_would_refuse_is_told_before_a_byte_goes_out(
    portal2: FakePortal2, adapter: Portal2, files: Files, changes: dict[str, object], field: str
) -> None:
    outcome = fails(adapter, files, MemoryJournal(), with_case(**changes))
    assert (outcome.failure, outcome.field, outcome.sent) == (FailureClass.KHONG_HOP_LE, field, False)
    assert portal2.calls == []


def test_no_fault_schedule_makes_a_second_case(portal2: FakePortal2, files: Files) -> None:
    """Each request may fail in any way; each try may be a new process."""
    met: set[FailureClass] = set()
    for seed in range(200):
        rng = random.Random(seed)
        for kept in (portal2.cases, portal2.created, portal2.files, portal2.statuses, portal2.tokens, portal2.plan):
            kept.clear()
        portal2.plan.extend(rng.choice([Fault.NONE, Fault.ODD, *LINE_FAULTS]) for _ in range(rng.randint(1, 12)))
        parcel = with_case(code=rng.choice([CODE, ""]))
        met |= through_faults(lambda: make(portal2), files, rng, seed, parcel)
        sound(portal2)
        assert parse_case_code(next(iter(portal2.cases))) is not None
        assert list(portal2.statuses.values()) == [1]
    assert met >= {FailureClass.MANG, FailureClass.KHONG_RO, FailureClass.MAY_CHU, FailureClass.QUA_TAI}


@pytest.mark.parametrize("durable", [True, False])
@pytest.mark.parametrize("lost", [False, True])
def test_killed_at_each_write_it_goes_on_where_it_stood(portal2: FakePortal2, files: Files, durable: bool, lost: bool) -> None:
    writes = 0
    for kill_at in range(10):
        for kept in (portal2.cases, portal2.created, portal2.files, portal2.statuses, portal2.plan):
            kept.clear()
        portal2.plan.extend([Fault.LOST] if lost else [])
        portal2.only = lambda name: name == "CreateDossier"
        journal = MemoryJournal(kill_at=kill_at, durable=durable)
        writes += killed_and_resumed(lambda: make(portal2), files, journal)
        sound(portal2)
    assert writes >= 6
