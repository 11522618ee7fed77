"""The story of a dossier at the portal's session API, and every way in which that goes wrong."""

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest

from sync.adapters.portal1 import Portal1
from sync.failure import WardFailure
from tests.conformance.peers.faulty import LINE_FAULTS, Fault
from tests.conformance.peers.parcels import (
    BOOK,
    CODE,
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
from tests.conformance.peers.portals import ACCOUNT, PASSWORD, UNIT, FakePortal1
from workstation.domain.errors import WorkstationError
from workstation.domain.outbox import FailureClass
from workstation.domain.peers import BEGUN, CaseStatus, Delivered, PeerConfig
from workstation.domain.signing import Secret


def config(url: str) -> PeerConfig:
    return PeerConfig(
        name="cong", kind="portal-1", url=url, unit_code=UNIT, unit_name="UBND Phường Thử Nghiệm", account=ACCOUNT,
        files_url="https://ward.example.vn/tep/{sha256}", seconds=1,
    )  # fmt: skip


def make(portal: FakePortal1, password: str = PASSWORD) -> Portal1:
    return Portal1(config(portal.url), BOOK, lambda: Secret(password))


@pytest.fixture
def adapter(portal1: FakePortal1) -> Iterator[Portal1]:
    made = make(portal1)
    yield made
    made.close()


def sound(portal: FakePortal1, files: bool = True) -> None:
    """One case, made once, with our files, told once what was done."""
    assert portal.created == {CODE: 1}
    assert list(portal.progress.values()) == [1]
    case = portal.cases[CODE]
    assert case["TrangThaiHoSo"] == "9"
    results = case["DanhSachGiayToKetQua"]
    assert isinstance(results, list)
    assert [row["DuongDanTepTinKetQua"][-64:] for row in results] == [PARCEL.documents[1].sha256]


@pytest.mark.parametrize("code", [0, "00", "0"])
def test_a_new_case_is_looked_up_made_and_moved_on(portal1: FakePortal1, adapter: Portal1, files: Files, code: object) -> None:
    portal1.done_code = code
    assert attempt(adapter, files, MemoryJournal()) == Delivered(CODE)
    assert portal1.calls == ["login", "TraCuuHoSo", "DongBoHoSoMC", "TraCuuHoSo", "CapNhatTienDoHoSoMC"]
    sound(portal1)


def test_a_case_that_the_counter_made_is_updated_and_keeps_its_status(
    portal1: FakePortal1, adapter: Portal1, files: Files
) -> None:
    portal1.cases[CODE] = {"MaHoSo": CODE, "MaTTHC": "1.001193", "TrangThaiHoSo": "9"}
    assert attempt(adapter, files, MemoryJournal()) == Delivered(CODE)
    assert not portal1.created  # updated
    assert not portal1.progress  # it has been done already: nothing is told twice
    assert portal1.cases[CODE]["TrangThaiHoSo"] == "9"
    assert portal1.cases[CODE]["DanhSachGiayToKetQua"]


def test_a_case_of_another_procedure_is_not_touched(portal1: FakePortal1, adapter: Portal1, files: Files) -> None:
    before = {"MaHoSo": CODE, "MaTTHC": "2.000815", "TrangThaiHoSo": "4"}
    portal1.cases[CODE] = dict(before)
    assert fails(adapter, files, MemoryJournal()).failure is FailureClass.XUNG_DOT
    assert portal1.cases[CODE] == before


@pytest.mark.parametrize(
    ("fault", "first"),
    [
        (Fault.DROPPED, FailureClass.KHONG_RO),
        (Fault.LOST, FailureClass.KHONG_RO),
        (Fault.GATEWAY, FailureClass.MAY_CHU),
        (Fault.GATEWAY_AFTER, FailureClass.MAY_CHU),
        (Fault.PAGE, FailureClass.KHONG_RO),
        (Fault.PAGE_AFTER, FailureClass.KHONG_RO),
        (Fault.NO_CODE, FailureClass.KHONG_RO),
        (Fault.BUSY, FailureClass.QUA_TAI),
        (Fault.SLOW, FailureClass.KHONG_RO),
    ],
)
@pytest.mark.parametrize("service", ["DongBoHoSoMC", "CapNhatTienDoHoSoMC"])
def test_what_happened_is_looked_up_before_anything_is_sent_again(
    portal1: FakePortal1, adapter: Portal1, files: Files, fault: Fault, first: FailureClass, service: str
) -> None:
    portal1.plan.append(fault)
    portal1.only = lambda name: name == service
    journal = MemoryJournal()
    _, met = until_delivered(adapter, files, journal)
    assert met == [first]
    at = portal1.calls.index(service)
    assert portal1.calls[at + 1] == "TraCuuHoSo"
    sound(portal1)


@pytest.mark.parametrize("fault", [*LINE_FAULTS, Fault.SLOW])
def test_a_look_up_that_fails_changes_nothing(portal1: FakePortal1, adapter: Portal1, files: Files, fault: Fault) -> None:
    portal1.plan.append(fault)
    portal1.only = lambda name: name == "TraCuuHoSo"
    _, met = until_delivered(adapter, files, MemoryJournal())
    assert met == [FailureClass.XAC_THUC] if fault is Fault.EXPIRED else len(met) == 1
    assert not {FailureClass.KHONG_HOP_LE, FailureClass.XUNG_DOT} & set(met)
    sound(portal1)


@pytest.mark.parametrize("status", [200, 401])
@pytest.mark.parametrize("service", ["TraCuuHoSo", "DongBoHoSoMC", "CapNhatTienDoHoSoMC"])
def test_a_session_that_ended_is_renewed_in_the_same_try(
    portal1: FakePortal1, adapter: Portal1, files: Files, service: str, status: int
) -> None:
    adapter._call("share", {"service": "TraCuuHoSo", "mahoso": CODE})  # logged in since before
    portal1.expired_status = status
    portal1.plan.append(Fault.EXPIRED)
    portal1.only = lambda name: name == service
    assert until_delivered(adapter, files, MemoryJournal())[1] == []
    assert portal1.calls.count("login") == 2
    sound(portal1)


def test_a_refused_log_in_is_the_peers_trouble_and_no_items(portal1: FakePortal1, files: Files) -> None:
    adapter = make(portal1, "another")
    journal = MemoryJournal()
    outcome = fails(adapter, files, journal)
    assert (outcome.failure, outcome.sent) == (FailureClass.XAC_THUC, False)
    assert journal.steps == {} and portal1.calls == ["login"]
    adapter.close()


def test_a_refusal_inside_a_200_parks_whatever_its_message_says(portal1: FakePortal1, adapter: Portal1, files: Files) -> None:
    """-1 with "da ton tai" (already there) in its message: known clients take that for a success."""
    portal1.plan.extend([Fault.ERROR_INSIDE] * 2)  # with the old session and with a new one
    portal1.only = lambda name: name == "DongBoHoSoMC"
    journal = MemoryJournal()
    assert fails(adapter, files, journal).failure is FailureClass.KHONG_HOP_LE
    assert journal.steps == {}
    portal1.plan.clear()
    until_delivered(adapter, files, journal)
    sound(portal1)


@pytest.mark.parametrize("code", [3, -3])
def test_already_there_counts_only_if_it_is_there(portal1: FakePortal1, adapter: Portal1, files: Files, code: int) -> None:
    portal1.exists_code = code
    portal1.plan.append(Fault.ODD)
    portal1.only = lambda name: name == "DongBoHoSoMC"
    journal = MemoryJournal()
    assert fails(adapter, files, journal).failure is FailureClass.KHONG_RO
    assert journal.steps == {"sync": BEGUN}
    until_delivered(adapter, files, journal)
    sound(portal1)


@pytest.mark.parametrize("code", [3, -3])
def test_a_case_that_another_made_meanwhile_is_updated(portal1: FakePortal1, adapter: Portal1, files: Files, code: int) -> None:
    portal1.exists_code = code
    asked = adapter._case
    portal1.cases[CODE] = {"MaHoSo": CODE, "MaTTHC": "1.001193", "TrangThaiHoSo": "4"}
    answers = iter([None])  # it was not there yet when first asked

    def first_nothing(code: str) -> dict[str, object] | None:
        return asked(code) if next(answers, "asked") else None

    adapter._case = first_nothing  # type: ignore[method-assign]
    assert attempt(adapter, files, MemoryJournal()) == Delivered(CODE)
    assert portal1.calls.count("DongBoHoSoMC") == 2 and not portal1.created
    assert portal1.cases[CODE]["DanhSachGiayToKetQua"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code": ""}, "MaHoSo"),
        ({"code": "HS-0001"}, "MaHoSo"),
        ({"code": "H29.17-261301-0001"}, "MaHoSo"),
        ({"procedure": ""}, "MaTTHC"),
        ({"holder": ""}, "ChuHoSo"),
        ({"accepted_at": None}, "NgayTiepNhan"),
    ],
)
def test_what_is_not_known_is_never_made_up(
    portal1: FakePortal1, adapter: Portal1, files: Files, changes: dict[str, object], field: str
) -> None:
    journal = MemoryJournal()
    outcome = fails(adapter, files, journal, with_case(**changes))
    assert (outcome.failure, outcome.field, outcome.sent) == (FailureClass.KHONG_HOP_LE, field, False)
    assert journal.steps == {} and not portal1.cases


def test_a_file_that_the_portal_would_refuse_is_not_announced(portal1: FakePortal1, adapter: Portal1, files: Files) -> None:
    big = replace(PARCEL, documents=(replace(PARCEL.documents[0], bytes=10 * 1024 * 1024 + 1),))
    outcome = attempt(adapter, files, MemoryJournal(), big)
    assert isinstance(outcome, WardFailure) and outcome.field == "upload-length"
    assert portal1.calls == []


@pytest.mark.parametrize("key", ["unit_code", "unit_name", "account", "files_url"])
def test_settings_that_lack_something_are_told_by_name(portal1: FakePortal1, key: str) -> None:
    with pytest.raises(WorkstationError) as caught:
        Portal1(replace(config(portal1.url), **{key: ""}), BOOK, lambda: Secret(""))  # type: ignore[arg-type]
    assert caught.value.params == {"key": f"peers.{key}"}


def test_another_status_is_told_as_it_is(portal1: FakePortal1, adapter: Portal1, files: Files) -> None:
    until_delivered(adapter, files, MemoryJournal(), with_case(status=CaseStatus.RETURNED))
    assert portal1.cases[CODE]["TrangThaiHoSo"] == "10"


def test_no_fault_schedule_makes_a_second_case_or_event(portal1: FakePortal1, files: Files) -> None:
    """Each request may fail in any way; each try may be a new process."""
    met: set[FailureClass] = set()
    for seed in range(200):
        rng = random.Random(seed)
        portal1.cases.clear()
        portal1.created.clear()
        portal1.progress.clear()
        portal1.sessions.clear()
        portal1.expired_status = rng.choice([200, 401])
        portal1.exists_code = rng.choice([3, -3])
        portal1.done_code = rng.choice([0, "00"])
        portal1.plan.clear()
        portal1.plan.extend(rng.choice([Fault.NONE, Fault.ODD, *LINE_FAULTS]) for _ in range(rng.randint(1, 12)))
        met |= through_faults(lambda: make(portal1), files, rng, seed)
        sound(portal1)
    assert met >= {FailureClass.MANG, FailureClass.KHONG_RO, FailureClass.MAY_CHU, FailureClass.QUA_TAI}


@pytest.mark.parametrize("durable", [True, False])
@pytest.mark.parametrize("lost", [False, True])
def test_killed_at_each_write_it_goes_on_where_it_stood(portal1: FakePortal1, files: Files, durable: bool, lost: bool) -> None:
    writes = 0
    for kill_at in range(10):
        portal1.cases.clear()
        portal1.created.clear()
        portal1.progress.clear()
        portal1.plan.extend([Fault.NONE, Fault.NONE, Fault.LOST] if lost else [])
        journal = MemoryJournal(kill_at=kill_at, durable=durable)
        writes += killed_and_resumed(lambda: make(portal1), files, journal)
        sound(portal1)
    assert writes >= 4
