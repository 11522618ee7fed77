"""The story of a dossier at OpenCPS, and every way in which that goes wrong."""

import random
from collections.abc import Iterator

import pytest

from sync.adapters.opencps import OpenCps
from tests.conformance.peers.faulty import LINE_FAULTS, Fault
from tests.conformance.peers.opencps import ACCOUNT, GROUP, PASSWORD, FakeOpenCps
from tests.conformance.peers.parcels import (
    BOOK,
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
from workstation.domain.outbox import FailureClass
from workstation.domain.peers import Delivered, Party, PeerConfig
from workstation.domain.signing import Secret

WRITES = ["write dossiers", "write files", "write submit"]


def make(peer: FakeOpenCps, password: str = PASSWORD, route: str = GROUP) -> OpenCps:
    config = PeerConfig(
        name="cps", kind="opencps", url=f"{peer.url}/o/rest/v2", unit_code="H29.17", account=ACCOUNT, route=route, seconds=1,
        paths="dossiers=/dossiers",
    )  # fmt: skip
    return OpenCps(config, BOOK, lambda: Secret(password))


@pytest.fixture
def adapter(opencps: FakeOpenCps) -> Iterator[OpenCps]:
    made = make(opencps)
    yield made
    made.close()


def sound(peer: FakeOpenCps) -> None:
    """One dossier under our key, with our two files under theirs, submitted once."""
    assert [d["referenceUid"] for d in peer.dossiers] == [PARCEL.dossier_id]
    assert sorted(peer.files) == [("9000", d.id, c) for d, c in zip(PARCEL.documents, CONTENTS, strict=True)]
    assert peer.dossiers[0]["dossierStatus"] == "new" and peer.submits == 1


def test_a_dossier_its_files_and_the_end(opencps: FakeOpenCps, adapter: OpenCps, files: Files) -> None:
    assert attempt(adapter, files, MemoryJournal()) == Delivered("9000")
    assert [call for call in opencps.calls if call.startswith("write")] == [
        "write dossiers",
        *["write files"] * 2,
        "write submit",
    ]
    sound(opencps)


@pytest.mark.parametrize(
    ("fault", "first"),
    [
        (Fault.DROPPED, FailureClass.KHONG_RO),
        (Fault.LOST, FailureClass.KHONG_RO),
        (Fault.GATEWAY, FailureClass.MAY_CHU),
        (Fault.GATEWAY_AFTER, FailureClass.MAY_CHU),
        (Fault.PAGE_AFTER, FailureClass.KHONG_RO),
        (Fault.BUSY, FailureClass.QUA_TAI),
    ],
)
@pytest.mark.parametrize("call", WRITES)
def test_what_happened_is_looked_up_before_anything_is_sent_again(
    opencps: FakeOpenCps, adapter: OpenCps, files: Files, fault: Fault, first: FailureClass, call: str
) -> None:
    opencps.plan.append(fault)
    opencps.only = lambda name: name == call
    _, met = until_delivered(adapter, files, MemoryJournal())
    # a page in place of a file's answer is seen through: the file is asked for, and is there
    assert met == ([] if (fault, call) == (Fault.PAGE_AFTER, "write files") else [first])
    assert opencps.calls[opencps.calls.index(call) + 1].startswith("read")
    sound(opencps)


def test_other_bytes_there_are_replaced_once(opencps: FakeOpenCps, adapter: OpenCps, files: Files) -> None:
    opencps.only = lambda name: name in ("write files", "write file")
    opencps.plan.append(Fault.ODD)  # of the same length
    assert isinstance(attempt(adapter, files, MemoryJournal()), Delivered)
    assert opencps.calls.count("write file") == 1
    sound(opencps)


def test_other_bytes_there_again_are_for_a_person(opencps: FakeOpenCps, adapter: OpenCps, files: Files) -> None:
    opencps.only = lambda name: name in ("write files", "write file")
    opencps.plan.extend([Fault.ODD] * 2)
    assert fails(adapter, files, MemoryJournal()).failure is FailureClass.SAI_BAM
    assert opencps.submits == 0


@pytest.mark.parametrize(
    ("password", "route", "failure"),
    [("another", GROUP, FailureClass.XAC_THUC), (PASSWORD, "1", FailureClass.QUYEN)],
)
def test_who_is_not_let_in(opencps: FakeOpenCps, files: Files, password: str, route: str, failure: FailureClass) -> None:
    adapter = make(opencps, password, route)
    assert fails(adapter, files, MemoryJournal()).failure is failure
    assert not opencps.dossiers
    adapter.close()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"procedure": "1.000001"}, "dossierTemplateNo"),
        ({"holder_id": ""}, "applicantIdNo"),
        ({"party": Party.STATE_BODY}, "applicantIdType"),
    ],
)
def test_what_is_not_known_is_told_before_a_byte_goes_out(
    opencps: FakeOpenCps, adapter: OpenCps, files: Files, changes: dict[str, object], field: str
) -> None:
    outcome = fails(adapter, files, MemoryJournal(), with_case(**changes))
    assert (outcome.failure, outcome.field, outcome.sent) == (FailureClass.KHONG_HOP_LE, field, False)
    assert opencps.calls == []


def test_no_fault_schedule_makes_a_second_dossier_or_file(opencps: FakeOpenCps, files: Files) -> None:
    for seed in range(150):
        rng = random.Random(seed)
        opencps.dossiers, opencps.files, opencps.submits = [], [], 0
        opencps.plan.clear()
        opencps.plan.extend(rng.choice([Fault.NONE, *LINE_FAULTS]) for _ in range(rng.randint(1, 12)))
        through_faults(lambda: make(opencps), files, rng, seed)
        sound(opencps)


@pytest.mark.parametrize("durable", [True, False])
def test_killed_at_each_write_it_goes_on_where_it_stood(opencps: FakeOpenCps, files: Files, durable: bool) -> None:
    writes = 0
    for kill_at in range(12):
        opencps.dossiers, opencps.files, opencps.submits = [], [], 0
        journal = MemoryJournal(kill_at=kill_at, durable=durable)
        writes += killed_and_resumed(lambda: make(opencps), files, journal)
        sound(opencps)
    assert writes >= 8
