"""What strangers may send as edXML: every bad message ends as G20 with its reason, and nothing else gets out."""

import base64
import time
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.adapters.edxml import NAMESPACE
from sync.adapters.edxml_read import read_message
from sync.adapters.edxml_write import write_edoc
from sync.adapters.markup import LIMITS, MarkupLimits
from tests.unit.sync.adapters.exchanging import PDF, REFUSAL, decision, recall
from workstation.domain.errors import WorkstationError

GOOD = write_edoc(recall())
HEAD = b'<?xml version="1.0" encoding="utf-8"?>\n'
BODY = GOOD.removeprefix(HEAD)


def refused(data: bytes, limits: MarkupLimits = LIMITS) -> tuple[str, str]:
    with pytest.raises(WorkstationError) as raised:
        read_message(data, limits)
    assert raised.value.code == "G20"
    return str(raised.value.params["reason"]), str(raised.value.params.get("field", ""))


def swapped(old: str, new: str, data: bytes = GOOD) -> bytes:
    text = data.decode()
    assert old in text, old
    return text.replace(old, new, 1).encode()


BOMB = "".join(f'<!ENTITY b{i} "{f"&b{i - 1};" * 10}">' for i in range(1, 10))
DOCTYPES = {
    "bomb": f'<!DOCTYPE edXML [<!ENTITY b0 "ha">{BOMB}]>',
    "file": '<!DOCTYPE edXML [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    "address": '<!DOCTYPE edXML [<!ENTITY x SYSTEM "http://127.0.0.1:9/x">]>',
    "parameter": '<!DOCTYPE edXML [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd"> %p;]>',
    "external": '<!DOCTYPE edXML SYSTEM "http://127.0.0.1:9/edxml.dtd">',
    "quadratic": f'<!DOCTYPE edXML [<!ENTITY q "{"q" * 50_000}">]>',
    "plain": "<!DOCTYPE edXML>",
}


@pytest.mark.parametrize("name", DOCTYPES)
def test_a_document_type_is_refused_before_anything_in_it_is_believed(name: str) -> None:
    entity = {"bomb": "&b9;", "quadratic": "&q;" * 10_000}.get(name, "&x;" if name in ("file", "address") else "")
    body = swapped("Ban hành nhầm", f"Ban hành nhầm{entity}", BODY) if entity else BODY
    begun = time.monotonic()
    assert refused(HEAD + DOCTYPES[name].encode() + body) == ("doctype", "")
    assert time.monotonic() - begun < 2


def test_an_entity_that_nobody_declared() -> None:
    assert refused(swapped("Ban hành nhầm", "&xxe;")) == ("malformed", "")


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-be", "utf-32", "cp1258", "latin-1"])
def test_other_encodings_are_not_guessed(codec: str) -> None:
    text = GOOD.decode().replace('encoding="utf-8"', f'encoding="{codec}"')
    assert refused(text.encode(codec, "replace"))[0] in ("encoding", "malformed")


@pytest.mark.parametrize("declared", ["windows-1258", "ISO-8859-1", "UTF-16", "UTF-7", "nonsense"])
def test_a_lie_about_the_encoding_is_refused(declared: str) -> None:
    assert refused(GOOD.replace(b'encoding="utf-8"', f'encoding="{declared}"'.encode())) == ("encoding", "")


def test_one_bad_byte_is_refused() -> None:
    assert refused(GOOD.replace("nhầm".encode(), b"nh\xe1\xbam"))[0] == "encoding"
    assert refused(GOOD.replace("nhầm".encode(), b"nh\xed\xa0\x80m"))[0] == "encoding"  # half of a pair
    assert refused(GOOD.replace("nhầm".encode(), b"nh\x00m"))[0] == "malformed"


def test_a_byte_order_mark_and_a_missing_declaration_do_no_harm() -> None:
    assert read_message(b"\xef\xbb\xbf" + GOOD) == recall()
    assert read_message(BODY) == recall()


def test_nesting_numbers_and_size_are_bounded() -> None:
    deep = b"<edXML>" * 100_000
    assert refused(deep) == ("depth", "")
    many = swapped("<edXML:ToPlaces>", "<edXML:ToPlaces>" + "<edXML:Place>x</edXML:Place>" * 30_000)
    assert refused(many) == ("elements", "")
    assert refused(GOOD, MarkupLimits(bytes=len(GOOD) - 1)) == ("size", "")
    assert read_message(GOOD, MarkupLimits(bytes=len(GOOD))) == recall()
    assert refused(swapped("Ban hành nhầm", "x" * 20_001)) == ("value", "BussinessDocReason")


def test_a_huge_attachment_costs_its_own_size_a_few_times() -> None:
    data = bytes(range(256)) * 40_000  # 10 MB
    message = write_edoc(decision(attachments=(type(decision().attachments[0])("a", "a.pdf", "application/pdf", data),)))
    tracemalloc.start()
    try:
        read = read_message(message)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert getattr(read, "attachments")[0].data == data  # noqa: B009
    assert peak < 8 * len(data)


CHANGES = {
    "no root": (b"", ("malformed", "")),
    "text": ("Lỗi máy chủ".encode(), ("malformed", "")),
    "page": (b"<html><body>503</body></html>", ("other", "")),
    "cut": (GOOD[: len(GOOD) // 2], ("malformed", "")),
    "two roots": (GOOD + b"<edXML/>", ("malformed", "")),
    "foreign": (GOOD.replace(NAMESPACE.encode(), b"http://www.e-doc.vn/Schema/"), ("other", "")),
    "no sender": (swapped("edXML:From>", "edXML:Frm>").replace(b"</edXML:From>", b"</edXML:Frm>"), ("missing", "From")),
    "no id": (swapped(">H29.99.01,2026/03/14,127/QĐ-UBND<", "> \n <"), ("missing", "DocumentId")),
    "no receiver": (GOOD.replace(b"edXML:To>", b"edXML:Two>"), ("missing", "To")),
    "two ids": (swapped("<edXML:DocumentId>H29.99.01", "<edXML:DocumentId>x</edXML:DocumentId><edXML:DocumentId>H29.99.01"),
                ("repeated", "DocumentId")),
    "two headers": (swapped("<edXML:edXMLHeader>", "<edXML:edXMLHeader/><edXML:edXMLHeader>"), ("repeated", "edXMLHeader")),
    "no day": (swapped("2026/03/20", "2026/02/30"), ("value", "DueDate")),
    "no number": (swapped("PageAmount>2", "PageAmount>-2"), ("value", "PageAmount")),
    "long number": (swapped("PageAmount>2", "PageAmount>" + "9" * 5000), ("value", "PageAmount")),
    "other digits": (swapped("PageAmount>2", "PageAmount>٢"), ("value", "PageAmount")),
    "business": (swapped("BussinessDocType>1", "BussinessDocType>9"), ("value", "BussinessDocType")),
    "element in text": (swapped("Ban hành nhầm", "Ban <b>hành</b> nhầm"), ("value", "BussinessDocReason")),
    "base64": (swapped(base64.b64encode(PDF).decode(), "%%%%"), ("base64", "ContentTransferEncoded")),
    "half base64": (swapped(base64.b64encode(PDF).decode(), base64.b64encode(PDF).decode()[:-1]),
                    ("base64", "ContentTransferEncoded")),
    "file nobody names": (swapped("<AttachmentEncoded>", "<AttachmentEncoded><Attachment><ContentId>z</ContentId></Attachment>"),
                          ("missing", "Attachment")),
    "no file": (GOOD.replace(b"AttachmentEncoded>", b"AttachmentLost>"), ("missing", "Attachment")),
    "path": (swapped("AttachmentName>quyet-dinh.pdf", "AttachmentName>../../quyet-dinh.pdf"), ("value", "AttachmentName")),
    "status": (swapped("StatusCode>02", "StatusCode>99", REFUSAL), ("value", "StatusCode")),
    "status about nothing": (swapped("edXML:ResponseFor", "edXML:Other", REFUSAL).replace(b"/edXML:ResponseFor", b"/edXML:Other"),
                             ("missing", "ResponseFor")),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_every_fault_has_its_reason(name: str) -> None:
    data, reason = CHANGES[name]
    assert refused(data) == reason


@given(st.data())
def test_no_mutation_lets_anything_but_the_code_out(data: st.DataObject) -> None:
    message = bytearray(data.draw(st.sampled_from([GOOD, REFUSAL])))
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(message)))
        message[at : at + data.draw(st.integers(0, 30))] = data.draw(
            st.binary(max_size=6)
            | st.sampled_from([b"<", b">", b"&#x0;", b"&#xFFFE;", b"<edXML:To>", b"</edXML:To>", b"]]>", b"<![CDATA["])
        )
    try:
        read_message(bytes(message))
    except WorkstationError as error:
        assert error.code == "G20"


@given(st.binary(max_size=200))
def test_noise_is_refused(noise: bytes) -> None:
    refused(noise)
