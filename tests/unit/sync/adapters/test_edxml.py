"""edXML: what we write is fixed to the byte and read back as it was; limits never cut a letter."""

import unicodedata
from datetime import UTC, date, datetime
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.adapters.edxml import (
    FREE_TEXT,
    NAMESPACE,
    Attachment,
    Business,
    Code,
    Edoc,
    Organ,
    StatusCode,
    StatusMessage,
    document_id,
    moment,
    parse_day,
    parse_moment,
)
from sync.adapters.edxml_read import read_message
from sync.adapters.edxml_write import write_edoc
from sync.adapters.markup import tidy
from sync.adapters.text import trimmed
from sync.failure import WardFailure
from tests.unit.sync.adapters.exchanging import CODE, GOLDEN, ISSUED, REFUSAL, WARD, decision, recall, refusal
from ui.sentences_exchange import STATUSES, WISHES
from workstation.domain.outbox import FailureClass

GOLD = {
    "quyet-dinh.xml": lambda: write_edoc(decision()),
    "thu-hoi.xml": lambda: write_edoc(recall()),
}


@pytest.mark.parametrize("name", GOLD)
def test_what_goes_out_is_known_to_the_byte(name: str) -> None:
    assert GOLD[name]() == (GOLDEN / "edxml" / name).read_bytes()


def test_prefixes_are_where_generated_readers_look_for_them() -> None:
    text = write_edoc(decision()).decode()
    envelope, _, outside = text.partition("</edXML:edXMLEnvelope>")
    inside = envelope.partition("<edXML:edXMLEnvelope")[2]
    assert not [tag for tag in inside.split("<")[1:] if not tag.lstrip("/").startswith("edXML:")]
    assert "edXML:" not in outside
    tree = ElementTree.fromstring(text)  # another parser than ours finds the same namespace everywhere
    assert {element.tag.partition("}")[0] for element in tree.iter()} == {"{" + NAMESPACE}


def test_read_as_written() -> None:
    assert read_message(write_edoc(decision())) == decision()
    assert read_message(write_edoc(recall())) == recall()
    assert read_message(REFUSAL) == refusal()


WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
LETTERS = st.text(
    st.sampled_from("aăâeêioôơuưyđ ẢẾộữ\u0300\u0301\u0302\u0303\u0309\u0323\u031b<&>\"'\r\n\t\x00\x0b\ufffe\U0001fffe")
)
TEXTS = WORDS | LETTERS


MOMENTS = st.integers(-2_000_000_000, 30_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


def line(text: str, limit: int) -> str:
    return trimmed(tidy(text), limit)


@given(TEXTS, TEXTS, TEXTS, TEXTS, st.binary(max_size=400), MOMENTS)
def test_any_text_and_any_bytes_come_back(subject: str, name: str, place: str, staff: str, data: bytes, at: datetime) -> None:
    sent = decision(
        subject="V/v " + subject,
        sender=Organ(WARD.id, name, address=staff),
        to_places=(place, staff),
        traces=(type(decision().traces[0])(WARD.id, at),),
        attachments=(Attachment("a", "a.pdf", "application/pdf", data, place), Attachment("b", "b.pdf", "application/pdf", data)),
    )
    read = read_message(write_edoc(sent))
    assert isinstance(read, Edoc)
    assert read.subject == line("V/v " + subject, 500)
    assert (read.sender.name, read.sender.address) == (line(name, 200), line(staff, 250))
    assert read.to_places == tuple(line for line in (line(place, 500), line(staff, 500)) if line)
    assert [a.data for a in read.attachments] == [data, data]
    assert read.traces[0].at == at
    assert read_message(write_edoc(read)) == read


@given(TEXTS, TEXTS, MOMENTS)
def test_a_status_is_read_as_it_was_written(description: str, staff: str, at: datetime) -> None:
    """By others: we write none."""
    text = REFUSAL.decode().replace("Sai thẩm quyền", escape(tidy(description))).replace("Lê Văn Thử", escape(tidy(staff)))
    read = read_message(text.replace("2026/03/15 08:00:00", moment(at)).encode())
    assert isinstance(read, StatusMessage)
    assert (read.description, read.staff.staff, read.at) == (tidy(description), tidy(staff), at)


def test_every_status_and_every_wish_has_its_words() -> None:
    assert set(STATUSES) == {status.value for status in StatusCode}
    assert set(WISHES) == {business.name.lower() for business in Business} - {"new"}


# --- limits


@given(st.text(st.sampled_from("aăêôơưđ ẢẾộữ\u0300\u0301\u0302\u0323\u0331\x00"), min_size=1, max_size=40), st.integers(1, 60))
def test_a_limit_never_cuts_a_letter(seed: str, times: int) -> None:
    text = "V/v " + seed * times
    read = read_message(write_edoc(decision(subject=text, sender=Organ(WARD.id, text))))
    assert isinstance(read, Edoc)
    for short, limit in ((read.subject, FREE_TEXT["Subject"]), (read.sender.name, FREE_TEXT["OrganName"])):
        assert len(short) <= limit
        if short != tidy(text):
            rest = tidy(text)[len(short) - 1 :]
            assert short.endswith("…") and tidy(text).startswith(short[:-1])
            assert not unicodedata.combining(rest[0])


# --- identity


@given(
    st.from_regex(r"[A-Z0-9]{1,4}(\.[A-Z0-9]{1,4}){0,4}", fullmatch=True),
    st.dates(),
    st.from_regex(r"[0-9]{1,5}[a-z]?", fullmatch=True),
    st.from_regex(r"[A-ZĐ0-9][A-ZĐa-zđ0-9&./-]{0,20}", fullmatch=True),
)
def test_a_document_id_comes_back(organ_id: str, issued: date, number: str, notation: str) -> None:
    text = document_id(organ_id, issued, Code(number, notation))
    organ, day_text, code = text.split(",")
    assert (organ, parse_day(day_text), *code.split("/", 1)) == (organ_id, issued, number, notation)


def test_a_document_id_looks_as_the_regulation_says() -> None:
    assert document_id("000.00.00.H29", date(2026, 3, 4), Code("05", "QĐ-UBND")) == "000.00.00.H29,2026/03/04,05/QĐ-UBND"


@pytest.mark.parametrize(
    ("organ_id", "number", "notation", "field"),
    [
        ("", "1", "QĐ-UBND", "unit_code"),
        ("H29,1", "1", "QĐ-UBND", "unit_code"),
        ("Phường Mẫu", "1", "QĐ-UBND", "unit_code"),
        ("H29", "", "QĐ-UBND", "number"),
        ("H29", "1/2", "QĐ-UBND", "number"),
        ("H29", "1 ", "QĐ-UBND", "number"),
        ("H29", "1", "", "notation"),
        ("H29", "1", "QĐ,UBND", "notation"),
        ("H29", "1", "QĐ\nUBND", "notation"),
        ("H29", "1", "X" * 250, "notation"),
    ],
)
def test_what_names_nothing_is_refused(organ_id: str, number: str, notation: str, field: str) -> None:
    with pytest.raises(WardFailure) as raised:
        document_id(organ_id, ISSUED, Code(number, notation))
    assert (raised.value.failure, raised.value.field, raised.value.sent) == (FailureClass.KHONG_HOP_LE, field, False)


def test_names_are_refused_rather_than_clipped() -> None:
    for field, edoc in (
        ("notation", decision(code=Code(CODE.number, "X" * 51))),
        ("unit_code", decision(sender=Organ("H" * 51, "Mẫu"))),
        ("AttachmentName", decision(attachments=(Attachment("a", "x" * 201, "application/pdf", b""),))),
        ("notation", decision(document_id=" ")),
        ("To", decision(receivers=())),
        ("Attachment", decision(attachments=())),
    ):
        with pytest.raises(WardFailure) as raised:
            write_edoc(edoc)
        assert (raised.value.failure, raised.value.field) == (FailureClass.KHONG_HOP_LE, field)


def test_moments_are_told_in_vietnam() -> None:
    at = datetime(2026, 12, 31, 17, 0, 1, tzinfo=UTC)
    assert moment(at) == "2027/01/01 00:00:01"
    assert parse_moment("2027/01/01 00:00:01") == at
    assert parse_moment("2027/1/1") == datetime(2026, 12, 31, 17, 0, tzinfo=UTC)
    for text in ("", "2027-01-01", "2027/01/01 24:00:00", "2027/01/01T00:00:00", "0001/01/01 00:00:00"):
        with pytest.raises(ValueError):
            parse_moment(text)
