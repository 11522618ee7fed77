"""Delivery over the exchange axis: every document there once, whatever the axis answers, whenever line or power go."""

import hashlib
import random
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sync.adapters.edxml_write import write_edoc
from sync.adapters.make import make
from sync.adapters.vxp import NOTHING, Vxp, sdk_hash, signed_headers
from tests.conformance.peers.axis import SECRET, SYSTEM, FakeAxis
from tests.conformance.peers.faulty import LINE_FAULTS, Fault
from tests.conformance.peers.parcels import CONTENTS, PARCEL, Files, Killed, MemoryJournal, attempt, fails, until_delivered
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import Sha256
from workstation.domain.outbox import FailureClass
from workstation.domain.peers import BEGUN, CodeBook, Delivered, Parcel, Part, PeerConfig, PeerDocument, TypeCodes
from workstation.domain.signing import Secret

GOLDEN = Path(__file__).parents[2] / "golden" / "edxml"
NOW = datetime(2026, 11, 28, 2, 30, 15, 42_000, tzinfo=UTC)
FIELDS = {
    "number": "127",
    "notation": "QĐ-UBND",
    "issued_date": "2026-03-14",
    "place": "Hòa Mẫu",
    "subject": "Về việc trợ cấp xã hội hằng tháng",
    "signer_name": "Phạm Văn Minh Họa",
    "signer_title": "CHỦ TỊCH",
    "recipients": "- Như Điều 6;\n- Lưu: VT.",
}
BOOK = CodeBook(
    {}, {"to.H29.99": "Văn phòng Ủy ban nhân dân Thành phố Mẫu", "to.H29.98": "Sở Mẫu", "from.email": "vt@example.vn"}
)


def paper(index: int, **fields: str) -> PeerDocument:
    return replace(
        PARCEL.documents[index], part=Part.RESULT, type_name="Quyết định", fields={**FIELDS, "number": str(127 + index), **fields}
    )


def parcel(*documents: PeerDocument) -> Parcel:
    return replace(PARCEL, documents=documents or (paper(0), paper(1)))


def config(url: str) -> PeerConfig:
    return PeerConfig("truc", "edxml", url, "H29.99.01", "Ủy ban nhân dân phường Hòa Mẫu", SYSTEM, seconds=1, route="VN:MAU")


@pytest.fixture
def axis() -> Iterator[FakeAxis]:
    peer = FakeAxis()
    yield peer
    peer.close()


@pytest.fixture
def adapter(axis: FakeAxis) -> Iterator[Vxp]:
    made = Vxp(config(axis.url), BOOK, lambda: Secret(SECRET), lambda: NOW)
    yield made
    made.close()


def sound(axis: FakeAxis) -> None:
    """Both documents, each once, with their own bytes."""
    assert sorted((edoc.document_id, edoc.attachments[0].data) for edoc in axis.edocs().values()) == [
        ("H29.99.01,2026/03/14,127/QĐ-UBND", CONTENTS[0]),
        ("H29.99.01,2026/03/14,128/QĐ-UBND", CONTENTS[1]),
    ]


class Watched(MemoryJournal):
    """Shows what stood in the journal before each byte."""

    def moving(self, count: int) -> None:
        self.moved = getattr(self, "moved", 0) + count
        self.before = {**getattr(self, "before", {}), self.moved: dict(self.steps)}


def test_a_document_arrives_as_it_was_signed(axis: FakeAxis, adapter: Vxp, files: Files) -> None:
    journal = Watched()
    outcome = attempt(adapter, files, journal, parcel(paper(0)))
    assert outcome == Delivered("doc-1")
    message = axis.documents["doc-1"]
    assert message == (GOLDEN / "truc-gui-di.xml").read_bytes()
    assert [r.id for r in axis.edocs()["doc-1"].receivers] == ["H29.98", "H29.99"]
    assert journal.moved == len(message)
    assert all(list(steps.values()) == [BEGUN] for steps in journal.before.values())


def test_only_what_is_for_the_axis_goes(axis: FakeAxis, adapter: Vxp, files: Files) -> None:
    application = replace(paper(0), part=Part.COMPONENT, fields={})
    assert attempt(adapter, files, MemoryJournal(), parcel(application, paper(1))) == Delivered("doc-1")
    assert [edoc.code.number for edoc in axis.edocs().values()] == ["128"]
    book = CodeBook({"KHAI_SINH": TypeCodes()}, BOOK.constants)
    made = Vxp(config(axis.url), book, lambda: Secret(SECRET))
    assert attempt(made, files, MemoryJournal(), parcel(paper(0), paper(1))) == Delivered("doc-1")
    axis.calls.clear()
    assert attempt(made, files, MemoryJournal(), parcel(replace(paper(0), fields={}))) == Delivered(NOTHING)
    assert axis.calls == []
    made.close()


def test_the_settings_kind_is_this_adapter(axis: FakeAxis) -> None:
    made = make(config(axis.url), BOOK, lambda: Secret(SECRET))
    assert isinstance(made, Vxp) and made.config.kind == "edxml"
    made.close()


def test_what_arrived_is_not_sent_again(axis: FakeAxis, adapter: Vxp, files: Files) -> None:
    journal = MemoryJournal()
    assert attempt(adapter, files, journal, parcel()) == Delivered("doc-1,doc-2")
    calls = list(axis.calls)
    assert attempt(adapter, files, journal, parcel()) == Delivered("doc-1,doc-2")
    assert axis.calls == calls
    # a journal that was lost: the axis is asked
    assert attempt(adapter, files, MemoryJournal(), parcel()) == Delivered("doc-1,doc-2")
    sound(axis)


ANSWERS = [
    (Fault.DROPPED, FailureClass.KHONG_RO, True),
    (Fault.LOST, FailureClass.KHONG_RO, True),
    (Fault.GATEWAY, FailureClass.MAY_CHU, True),
    (Fault.GATEWAY_AFTER, FailureClass.MAY_CHU, True),
    (Fault.PAGE, FailureClass.KHONG_RO, True),
    (Fault.PAGE_AFTER, FailureClass.KHONG_RO, True),
    (Fault.NO_CODE, FailureClass.KHONG_RO, True),
    (Fault.ODD, FailureClass.KHONG_RO, True),
    (Fault.BUSY, FailureClass.QUA_TAI, True),
    (Fault.ERROR_INSIDE, FailureClass.KHONG_HOP_LE, False),
]


@pytest.mark.parametrize(("fault", "failure", "in_doubt"), ANSWERS)
def test_every_answer_has_its_class_and_the_next_try_ends_well(
    axis: FakeAxis, adapter: Vxp, files: Files, fault: Fault, failure: FailureClass, in_doubt: bool
) -> None:
    axis.plan.append(fault)
    axis.only = lambda name: name == "sendEdoc"
    journal = MemoryJournal()
    assert fails(adapter, files, journal, parcel()).failure is failure
    assert (BEGUN in journal.steps.values()) is in_doubt
    assert isinstance(attempt(adapter, files, journal, parcel()), Delivered)
    sound(axis)


@pytest.mark.parametrize("fault", [fault for fault, _, _ in ANSWERS])
@pytest.mark.parametrize("call", ["getSentEdocList", "getEdoc"])
def test_without_an_answer_to_the_question_nothing_is_sent(
    axis: FakeAxis, adapter: Vxp, files: Files, call: str, fault: Fault
) -> None:
    axis.plan.extend([Fault.LOST, fault])
    axis.only = lambda name: name == ("sendEdoc" if len(axis.plan) == 2 else call)
    journal = MemoryJournal()
    fails(adapter, files, journal, parcel(paper(0)))
    fails(adapter, files, journal, parcel(paper(0)))
    assert axis.calls.count("sendEdoc") == 1
    assert attempt(adapter, files, journal, parcel(paper(0))) == Delivered("doc-1")
    assert axis.calls.count("sendEdoc") == 1


@pytest.mark.parametrize("seed", range(40))
def test_whatever_the_line_does_each_document_is_there_once(axis: FakeAxis, adapter: Vxp, files: Files, seed: int) -> None:
    rng = random.Random(seed)
    axis.plan.extend(rng.choices((Fault.NONE, *LINE_FAULTS), k=rng.randint(1, 12)))
    until_delivered(adapter, files, MemoryJournal(), parcel())
    sound(axis)


@pytest.mark.parametrize("durable", [False, True])
@pytest.mark.parametrize("write", range(4))
def test_power_that_goes_at_any_write_doubles_nothing(
    axis: FakeAxis, adapter: Vxp, files: Files, write: int, durable: bool
) -> None:
    journal = MemoryJournal(kill_at=write, durable=durable)
    with pytest.raises(Killed):
        attempt(adapter, files, journal, parcel())
    until_delivered(adapter, files, MemoryJournal(dict(journal.steps)), parcel())
    sound(axis)


def test_an_answer_that_trickles_is_given_up(axis: FakeAxis, adapter: Vxp, files: Files) -> None:
    """Five times the silence that is allowed; the fake would go on for twenty seconds."""
    axis.plan.append(Fault.SLOW)
    axis.only = lambda name: name == "sendEdoc"
    journal, begun = MemoryJournal(), time.monotonic()
    assert fails(adapter, files, journal, parcel()).failure is FailureClass.KHONG_RO
    assert time.monotonic() - begun < 10
    assert isinstance(attempt(adapter, files, journal, parcel()), Delivered)
    sound(axis)


def test_a_refusal_names_the_code_and_none_of_the_words(axis: FakeAxis, adapter: Vxp, files: Files) -> None:
    axis.plan.append(Fault.ERROR_INSIDE)
    axis.only = lambda name: name == "sendEdoc"
    failure = fails(adapter, files, MemoryJournal(), parcel())
    assert (failure.field, failure.status) == ("ErrorCode-12", 200)
    assert "công" not in str(failure) + failure.detail


@pytest.mark.parametrize("good", ["00", 0])
def test_other_ways_to_say_success(axis: FakeAxis, adapter: Vxp, files: Files, good: object) -> None:
    axis.good = good
    assert isinstance(attempt(adapter, files, MemoryJournal(), parcel()), Delivered)


@pytest.mark.parametrize("odd", [None, False, [], {}, 0.0])
def test_what_is_no_code_is_no_answer(axis: FakeAxis, adapter: Vxp, files: Files, odd: object) -> None:
    axis.good = odd
    assert fails(adapter, files, MemoryJournal(), parcel()).failure is FailureClass.KHONG_RO


def test_another_file_under_the_same_id_is_left_alone(axis: FakeAxis, adapter: Vxp, files: Files) -> None:
    attempt(adapter, files, MemoryJournal(), parcel(paper(0)))
    failure = fails(adapter, files, MemoryJournal(), parcel(paper(1, number="127")))
    assert failure.failure is FailureClass.XUNG_DOT
    assert len(axis.documents) == 1


def test_the_same_number_of_another_year_is_another_document(axis: FakeAxis, adapter: Vxp, files: Files) -> None:
    attempt(adapter, files, MemoryJournal(), parcel(paper(0, issued_date="2025-03-14")))
    assert attempt(adapter, files, MemoryJournal(), parcel(paper(0))) == Delivered("doc-2")


def test_a_list_that_tells_little_is_read_all_the_same(axis: FakeAxis, adapter: Vxp, files: Files) -> None:
    attempt(adapter, files, MemoryJournal(), parcel(paper(0)))
    for rows in (
        [{"senderDocId": "doc-1"}],
        [{"senderDocId": "doc-9", "notation": "9/TB"}, {"senderDocId": "doc-1", "notation": "127/QĐ-UBND"}],
        [{"senderDocId": "doc-9", "fromCode": "H29.1"}, {"senderDocId": "doc-1", "notation": None, "messageType": "edoc"}],
    ):
        axis.rows = list(rows)
        assert attempt(adapter, files, MemoryJournal(), parcel(paper(0))) == Delivered("doc-1")
    assert len(axis.documents) == 1


@pytest.mark.parametrize(
    "rows",
    [[1], [{"notation": "127/QĐ-UBND"}], [{"senderDocId": "a\r\nb"}], [{"senderDocId": f"d{i}"} for i in range(21)]],
    ids=["no row", "no number", "two lines", "too many"],
)
def test_a_list_that_makes_no_sense_stops(axis: FakeAxis, adapter: Vxp, files: Files, rows: list[object]) -> None:
    axis.rows = rows
    assert fails(adapter, files, MemoryJournal(), parcel()).failure is FailureClass.KHONG_RO
    assert "sendEdoc" not in axis.calls


def test_a_number_that_is_none_is_not_kept(axis: FakeAxis, adapter: Vxp, files: Files) -> None:
    axis.number = "?"
    journal = MemoryJournal()
    assert fails(adapter, files, journal, parcel(paper(0))).failure is FailureClass.KHONG_RO
    assert list(journal.steps.values()) == [BEGUN]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"number": ""}, "number"),
        ({"number": "12/34"}, "number"),
        ({"notation": " "}, "notation"),
        ({"notation": "X" * 60}, "notation"),
        ({"subject": ""}, "subject"),
        ({"signer_name": ""}, "signer_name"),
        ({"issued_date": ""}, "issued_date"),
        ({"issued_date": "14/03/2026"}, "issued_date"),
    ],
)
def test_a_document_that_lacks_something_keeps_all_of_them_back(
    axis: FakeAxis, adapter: Vxp, files: Files, fields: dict[str, str], field: str
) -> None:
    failure = fails(adapter, files, MemoryJournal(), parcel(paper(0), paper(1, **fields)))
    assert (failure.failure, failure.field, failure.sent) == (FailureClass.KHONG_HOP_LE, field, False)
    assert axis.calls == []


def test_what_the_office_has_to_set(axis: FakeAxis) -> None:
    known = config(axis.url)
    for wrong, book, key in (
        (replace(known, unit_code="phường"), BOOK, "unit_code"),
        (replace(known, unit_code=""), BOOK, "unit_code"),
        (replace(known, unit_name=""), BOOK, "unit_name"),
        (replace(known, account=""), BOOK, "account"),
        (replace(known, account="hệ thống"), BOOK, "account"),
        (replace(known, route="ô"), BOOK, "route"),
        (known, CodeBook(), "codes"),
        (known, CodeBook({}, {"to.Sở Mẫu": "Sở Mẫu"}), "codes"),
        (replace(known, url="http://truc.example.vn"), BOOK, "url"),
    ):
        with pytest.raises(WorkstationError) as raised:
            Vxp(wrong, book, lambda: Secret(SECRET), lambda: NOW)
        assert (raised.value.code, raised.value.params["key"]) == ("M06", f"peers.{key}")


def test_a_changed_file_and_a_large_one_never_go_out(axis: FakeAxis, adapter: Vxp, files: Files) -> None:
    document = paper(0)
    files.path(document.sha256).write_bytes(CONTENTS[0][:-1] + b"\0")
    assert fails(adapter, files, MemoryJournal(), parcel(document)).failure is FailureClass.CUC_BO
    large = replace(paper(1), bytes=10 * 1024 * 1024 + 1)
    assert fails(adapter, files, MemoryJournal(), parcel(large)).field == "upload-length"
    assert axis.calls == []


def test_a_wrong_secret_is_refused_by_the_axis(axis: FakeAxis, files: Files) -> None:
    made = Vxp(config(axis.url), BOOK, lambda: Secret("khac"), lambda: NOW)
    assert fails(made, files, MemoryJournal(), parcel()).failure is FailureClass.XAC_THUC
    assert made.reachable()
    made.close()


def test_the_headers_are_those_of_the_sdk() -> None:
    headers = signed_headers({"systemid": "s", "Content-Type": "application/json"}, Secret("k"))
    assert headers == {
        "XroadVnpt-systemid": "s",
        "XroadVnpt-Content-Type": "application/json",
        "Content-Type": "application/json",
        "XroadVnpt-sign-header-key": "systemid;Content-Type",
        "XroadVnpt-sign-header": '{"XroadVnpt-systemid":"s","XroadVnpt-Content-Type":"application/json"}',
        # openssl dgst -sha256 -hmac k
        "XroadVnpt-hash-header": "4d134ce5eed6bf315ed5c040aefbc0a5bc7a870b61d99ad0e05c9e3d11c9ca3b",
        "XroadVnpt-version": "3.0.201608",
    }
    assert sdk_hash(b"abc").startswith("ba7816bf8f1cfea4141")
    assert hashlib.sha256(b"abc").hexdigest().startswith("ba7816bf8f01cfea4141")


def test_a_large_document_goes_in_pieces(axis: FakeAxis, adapter: Vxp, files: Files) -> None:
    data = b"%PDF-" + bytes(1_000_000)
    document = replace(paper(0), sha256=Sha256(hashlib.sha256(data).hexdigest()), bytes=len(data))
    files.path(document.sha256).write_bytes(data)
    journal = Watched()
    assert isinstance(attempt(adapter, files, journal, parcel(document)), Delivered)
    assert len(journal.before) > 20
    assert write_edoc(axis.edocs()["doc-1"]) == axis.documents["doc-1"]
