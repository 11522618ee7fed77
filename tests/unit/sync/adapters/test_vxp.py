"""Delivery over the exchange axis: every document there once, whatever the axis answers and whenever the line breaks."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sync.adapters.edxml import Edoc
from sync.adapters.edxml_read import read_message
from sync.adapters.edxml_write import write_edoc
from sync.adapters.vxp import VxpAdapter, sdk_hash, signed_headers
from sync.failure import WardFailure
from tests.unit.sync.adapters.exchanging import GOLDEN, PDF
from tests.unit.sync.adapters.fake_axis import SECRET, SYSTEM, Axis, serve
from workstation.domain.ids import DocumentId, DossierId, Sha256
from workstation.domain.outbox import FailureClass
from workstation.domain.peers import BEGUN, Case, CodeBook, Parcel, Part, PeerConfig, PeerDocument
from workstation.domain.signing import Secret

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
CODES = CodeBook(
    {}, {"to.H29.99": "Văn phòng Ủy ban nhân dân Thành phố Mẫu", "to.H29.98": "Sở Mẫu", "from.email": "vt@example.vn"}
)


class Notes:
    """A journal in memory that shows what stood in it before each byte."""

    def __init__(self) -> None:
        self.steps: dict[str, str] = {}
        self.moved = 0
        self.seen: list[dict[str, str]] = []

    def get(self, step: str) -> str:
        return self.steps.get(step, "")

    def begin(self, step: str) -> None:
        self.steps[step] = BEGUN

    def done(self, step: str, value: str) -> None:
        assert value not in ("", BEGUN)
        self.steps[step] = value

    def forget(self, step: str) -> None:
        self.steps.pop(step, None)

    def moving(self, count: int) -> None:
        self.seen.append(dict(self.steps))
        self.moved += count


@pytest.fixture
def axis() -> Iterator[Axis]:
    axis = Axis()
    server = serve(axis)
    yield axis
    server.shutdown()
    server.server_close()


class Station:
    def __init__(self, axis: Axis, folder: Path) -> None:
        self.axis = axis
        self.folder = folder
        self.notes = Notes()
        self.config = PeerConfig(
            "truc", "edxml", axis.url, "H29.99.01", "Ủy ban nhân dân phường Hòa Mẫu", SYSTEM, seconds=5, route="VN:MAU"
        )
        self.codes = CODES
        self.secret = SECRET

    def document(self, index: int = 1, data: bytes = PDF, /, **fields: str) -> PeerDocument:
        sha256 = Sha256(hashlib.sha256(data).hexdigest())
        (self.folder / sha256).write_bytes(data)
        return PeerDocument(
            DocumentId(f"0199a1b2-0000-7000-8000-00000000000{index}"), Part.RESULT, "QD", "Quyết định", f"quyet-dinh-{index}.pdf",
            sha256, len(data), 2, {**FIELDS, **fields}, "", "2026-03-14T02:30:15+00:00",
        )  # fmt: skip

    def send(self, *documents: PeerDocument) -> str:
        parcel = Parcel(DossierId("d"), "HS-0001", "Hồ sơ mẫu", NOW, Case(), documents or (self.document(),))
        adapter = VxpAdapter(self.config, self.codes, lambda: Secret(self.secret), lambda: NOW)
        try:
            return adapter.deliver(parcel, lambda sha256: self.folder / sha256, self.notes).reference
        finally:
            adapter.close()

    def fails(self, *documents: PeerDocument) -> WardFailure:
        with pytest.raises(WardFailure) as raised:
            self.send(*documents)
        return raised.value


@pytest.fixture
def station(axis: Axis, tmp_path: Path) -> Station:
    return Station(axis, tmp_path)


def test_a_document_arrives_as_it_was_signed(station: Station) -> None:
    assert station.send() == "doc-1"
    message = station.axis.documents["doc-1"]
    assert message == (GOLDEN / "edxml" / "truc-gui-di.xml").read_bytes()
    read = read_message(message)
    assert isinstance(read, Edoc)
    assert [a.data for a in read.attachments] == [PDF]
    assert [r.id for r in read.receivers] == ["H29.98", "H29.99"]
    assert read.document_id == "H29.99.01,2026/03/14,127/QĐ-UBND"
    assert station.notes.moved == len(message)
    assert all(seen == {"edoc-0199a1b2-0000-7000-8000-000000000001": BEGUN} for seen in station.notes.seen)


def test_what_arrived_is_not_sent_again(station: Station) -> None:
    two = (station.document(1), station.document(2, PDF + b"2", number="128"))
    assert station.send(*two) == "doc-1,doc-2"
    calls = len(station.axis.calls)
    assert station.send(*two) == "doc-1,doc-2"
    assert len(station.axis.calls) == calls
    station.notes = Notes()  # a journal that was lost: the axis is asked
    assert station.send(*two) == "doc-1,doc-2"
    assert len(station.axis.documents) == 2


def test_a_lost_reply_is_looked_up_and_nothing_doubled(station: Station) -> None:
    station.axis.faults = {"/sendEdoc": ["lost"]}
    assert station.fails().failure is FailureClass.KHONG_RO
    assert BEGUN in station.notes.steps.values()
    assert station.send() == "doc-1"
    assert list(station.axis.documents) == ["doc-1"]
    assert station.axis.calls.count("/sendEdoc") == 1


ANSWERS = [
    ("html", FailureClass.KHONG_RO, True),
    ("empty", FailureClass.KHONG_RO, True),
    ("no-code", FailureClass.KHONG_RO, True),
    ("both", FailureClass.KHONG_RO, True),
    ("cut", FailureClass.KHONG_RO, True),
    ("500", FailureClass.MAY_CHU, True),
    ("503", FailureClass.QUA_TAI, True),
    ("fail", FailureClass.KHONG_HOP_LE, False),
    ("401", FailureClass.XAC_THUC, False),
    ("403", FailureClass.QUYEN, False),
]


@pytest.mark.parametrize(("fault", "failure", "in_doubt"), ANSWERS)
def test_every_answer_has_its_class_and_the_next_try_ends_well(
    station: Station, fault: str, failure: FailureClass, in_doubt: bool
) -> None:
    station.axis.faults = {"/sendEdoc": [fault]}
    assert station.fails().failure is failure
    assert (BEGUN in station.notes.steps.values()) is in_doubt
    assert station.send() == "doc-1"
    assert list(station.axis.documents) == ["doc-1"]


@pytest.mark.parametrize("fault", ["html", "empty", "no-code", "both", "cut", "lost", "500", "fail"])
@pytest.mark.parametrize("path", ["/getSentEdocList", "/getEdoc"])
def test_without_an_answer_to_the_question_nothing_is_sent(station: Station, path: str, fault: str) -> None:
    station.axis.faults = {"/sendEdoc": ["lost"]}
    station.fails()
    station.axis.faults = {path: [fault]}
    station.fails()
    assert station.axis.calls.count("/sendEdoc") == 1
    assert station.send() == "doc-1"
    assert station.axis.calls.count("/sendEdoc") == 1


def test_a_refusal_names_the_code_and_none_of_the_words(station: Station) -> None:
    station.axis.faults = {"/sendEdoc": ["fail"]}
    failure = station.fails()
    assert (failure.field, failure.status) == ("ErrorCode-12", 200)
    assert "thanh" not in str(failure) + failure.detail


def test_another_file_under_the_same_id_is_left_alone(station: Station) -> None:
    station.send()
    station.notes = Notes()
    assert station.fails(station.document(1, PDF + b"changed")).failure is FailureClass.XUNG_DOT
    assert len(station.axis.documents) == 1


def test_the_same_number_of_another_year_is_another_document(station: Station) -> None:
    station.send(station.document(1, issued_date="2025-03-14"))
    station.notes = Notes()
    assert station.send() == "doc-2"


def test_a_list_that_tells_little_is_read_all_the_same(station: Station) -> None:
    station.send()
    station.notes = Notes()
    station.axis.rows = [{"senderDocId": "doc-1"}]
    assert station.send() == "doc-1"
    station.notes = Notes()
    station.axis.rows = [{"senderDocId": "doc-9", "notation": "9/TB"}, {"senderDocId": "doc-1", "notation": "127/QĐ-UBND"}]
    assert station.send() == "doc-1"


@pytest.mark.parametrize(
    "rows", [[1], [{"notation": "127/QĐ-UBND"}], [{"senderDocId": "a\r\nb"}], [{"senderDocId": f"d{i}"} for i in range(21)]]
)
def test_a_list_that_makes_no_sense_stops(station: Station, rows: list[dict[str, str]]) -> None:
    station.axis.rows = rows
    assert station.fails().failure is FailureClass.KHONG_RO
    assert "/sendEdoc" not in station.axis.calls


def test_a_number_that_is_none_is_not_kept(station: Station) -> None:
    station.axis.number = "?"
    assert station.fails().failure is FailureClass.KHONG_RO
    assert list(station.notes.steps.values()) == [BEGUN]


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
def test_a_document_that_lacks_something_keeps_all_of_them_back(station: Station, fields: dict[str, str], field: str) -> None:
    failure = station.fails(station.document(1), station.document(2, **fields))
    assert (failure.failure, failure.field, failure.sent) == (FailureClass.KHONG_HOP_LE, field, False)
    assert station.axis.calls == []


def test_what_the_office_has_to_set(station: Station) -> None:
    station.codes = CodeBook()
    assert station.fails().field == "To"
    station.codes = CODES
    known = station.config
    for config, field in ((replace(known, unit_code="phường"), "unit_code"), (replace(known, unit_name=""), "unit_name")):
        station.config = config
        assert station.fails().field == field
    assert station.axis.calls == []


def test_a_changed_file_and_a_large_one_never_go_out(station: Station) -> None:
    document = station.document()
    (station.folder / document.sha256).write_bytes(PDF[:-1] + b"\0")
    assert station.fails(document).failure is FailureClass.CUC_BO
    station.config = replace(station.config, max_mb=1)
    assert station.fails(station.document(2, b"%PDF-" + bytes(1_000_000))).field == "upload-length"
    assert station.axis.calls == []


def test_a_wrong_secret_is_refused_by_the_axis(station: Station) -> None:
    station.secret = "khac"
    assert station.fails().failure is FailureClass.XAC_THUC


def test_the_headers_are_those_of_the_sdk() -> None:
    headers = signed_headers({"systemid": "s", "Content-Type": "application/json"}, Secret("k"))
    assert headers == {
        "XroadVnpt-systemid": "s",
        "XroadVnpt-Content-Type": "application/json",
        "Content-Type": "application/json",
        "XroadVnpt-sign-header-key": "systemid;Content-Type",
        "XroadVnpt-sign-header": '{"XroadVnpt-systemid":"s","XroadVnpt-Content-Type":"application/json"}',
        "XroadVnpt-hash-header": "4d134ce5eed6bf315ed5c040aefbc0a5bc7a870b61d99ad0e05c9e3d11c9ca3b",
        "XroadVnpt-version": "3.0.201608",
    }
    assert sdk_hash(b"abc").startswith("ba7816bf8f1cfea4141") and hashlib.sha256(b"abc").hexdigest().startswith(
        "ba7816bf8f01cfea4141"
    )


def test_a_large_document_goes_in_pieces(station: Station) -> None:
    station.send(station.document(1, b"%PDF-" + bytes(1_000_000)))
    assert len(station.notes.seen) > 20
    assert write_edoc(read_message(station.axis.documents["doc-1"])) == station.axis.documents["doc-1"]  # type: ignore[arg-type]
