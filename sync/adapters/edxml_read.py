"""Values from edXML that came from outside. Whatever is wrong with it ends as G20 with a reason; nothing else gets out.

What must be there once has to be there once: a second ``From`` or ``DocumentId`` would be read one way here and another way
elsewhere. Files are what the manifest names, each with its bytes; a file nobody names, or a name without bytes, is refused.
Texts are kept whole, whatever their length, but tidied (NFC, one line).
"""

import base64
import binascii
import re
from collections.abc import Callable
from datetime import date, datetime
from enum import Enum
from typing import TypeVar

from sync.adapters.edxml import (
    NAMESPACE,
    Answered,
    Attachment,
    Business,
    Code,
    Edoc,
    Organ,
    Signer,
    Staff,
    StatusCode,
    StatusMessage,
    Trace,
    parse_day,
    parse_moment,
)
from sync.adapters.markup import LIMITS, Element, MarkupLimits, read_markup, tidy, unreadable

V = TypeVar("V")
E = TypeVar("E", bound=Enum)
_MOST_TEXT = 20_000
"""Characters of one field; the longest that a register holds has 500."""


def read_message(data: bytes, limits: MarkupLimits = LIMITS) -> Edoc | StatusMessage:
    """A document or what became of one; G20 for anything else."""
    root = read_markup(data, NAMESPACE, limits)
    if root.name != "edXML":
        raise unreadable("other")
    envelope = _one(root, "edXMLEnvelope")
    header = _one(envelope, "edXMLHeader")
    status = _maybe(header, "Status")
    if status is not None:
        return _status(status)
    return _edoc(header, _attachments(root, envelope))


def _edoc(header: Element, attachments: tuple[Attachment, ...]) -> Edoc:
    message, traces = _one(header, "MessageHeader"), _one(header, "TraceHeaderList")
    code, info, kind = _one(message, "Code"), _one(message, "PromulgationInfo"), _one(message, "DocumentType")
    other, business, signer = _maybe(message, "OtherInfo"), _maybe(traces, "Bussiness"), _maybe(message, "SignerInfo")
    receivers = tuple(_organ(organ) for organ in message.all("To"))
    if not receivers:
        raise unreadable("missing", "To")
    return Edoc(
        sender=_organ(_one(message, "From")),
        receivers=receivers,
        code=Code(_needed(code, "CodeNumber"), _needed(code, "CodeNotation")),
        place=_text(info, "Place"),
        issued=_day(info, "PromulgationDate"),
        type_name=_text(kind, "TypeName"),
        type_number=_number(kind, "Type", 1),
        subject=_needed(message, "Subject"),
        content=_text(message, "Content"),
        signer=Signer(_text(signer, "FullName"), _text(signer, "Position"), _text(signer, "Competence")),
        due=_day(message, "DueDate") if _text(message, "DueDate") else None,
        to_places=_texts(_maybe(message, "ToPlaces"), "Place"),
        priority=_number(other, "Priority", 0),
        copies=_number(other, "PromulgationAmount", 1),
        pages=_number(other, "PageAmount", 1),
        appendixes=_texts(_maybe(other, "Appendixes"), "Appendix"),
        answers=tuple(_answered(answer) for answer in message.all("ResponseFor")),
        steering=_number(message, "SteeringType", 0),
        document_id=_needed(message, "DocumentId"),
        traces=tuple(Trace(_needed(t, "OrganId"), _moment(t, "Timestamp")) for t in traces.all("TraceHeader")),
        business=_member(Business, _text(business, "BussinessDocType") or Business.NEW.value, "BussinessDocType"),
        reason=_text(business, "BussinessDocReason"),
        paper=_number(business, "Paper", 0) != 0,
        staff=_staff(_maybe(business, "StaffInfo")),
        attachments=attachments,
    )


def _status(status: Element) -> StatusMessage:
    return StatusMessage(
        sender=_organ(_one(status, "From")),
        about=_answered(_one(status, "ResponseFor")),
        status=_member(StatusCode, _needed(status, "StatusCode"), "StatusCode"),
        description=_text(status, "Description"),
        at=_moment(status, "Timestamp"),
        staff=_staff(_maybe(status, "StaffInfo")),
    )


def _organ(organ: Element) -> Organ:
    return Organ(
        id=_needed(organ, "OrganId"),
        name=_text(organ, "OrganName"),
        in_charge=_text(organ, "OrganizationInCharge"),
        address=_text(organ, "OrganAdd"),
        email=_text(organ, "Email"),
        telephone=_text(organ, "Telephone"),
        fax=_text(organ, "Fax"),
        website=_text(organ, "Website"),
    )


def _answered(answer: Element) -> Answered:
    return Answered(
        _needed(answer, "OrganId"), _needed(answer, "Code"), _day(answer, "PromulgationDate"), _needed(answer, "DocumentId")
    )


def _staff(staff: Element | None) -> Staff:
    return Staff(_text(staff, "Department"), _text(staff, "Staff"), _text(staff, "Mobile"), _text(staff, "Email"))


# --- files


def _attachments(root: Element, envelope: Element) -> tuple[Attachment, ...]:
    """As the manifest lists them."""
    body = _maybe(envelope, "edXMLBody")
    references = _one(body, "edXMLManifest").all("Reference") if body is not None else []
    encoded = _maybe(root, "AttachmentEncoded")
    files = {}
    for file in encoded.all("Attachment") if encoded is not None else []:
        if (key := _content_id(file)) in files:
            raise unreadable("repeated", "ContentId")
        files[key] = file
    named = [_content_id(reference) for reference in references]
    if len(set(named)) != len(named):
        raise unreadable("repeated", "ContentId")
    if set(named) != set(files):
        raise unreadable("missing", "Attachment")
    return tuple(_attachment(key, reference, files[key]) for key, reference in zip(named, references, strict=True))


def _attachment(key: str, reference: Element, file: Element) -> Attachment:
    encoded = "".join(_one(file, "ContentTransferEncoded").text.split())
    try:
        data = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise unreadable("base64", "ContentTransferEncoded") from error
    name = _needed(reference, "AttachmentName")
    if name in (".", "..") or re.search(r'[/\\:*?"<>|]', name):
        raise unreadable("value", "AttachmentName")  # a name, not a place
    return Attachment(key, name, _text(reference, "ContentType"), data, _text(reference, "Description"))


def _content_id(element: Element) -> str:
    return _needed(element, "ContentId").removeprefix("cid:")


# --- single values


def _maybe(parent: Element | None, name: str) -> Element | None:
    """The one child of that name; None if there is none."""
    found = parent.all(name) if parent is not None else []
    if len(found) > 1:
        raise unreadable("repeated", name)
    return found[0] if found else None


def _one(parent: Element, name: str) -> Element:
    found = _maybe(parent, name)
    if found is None:
        raise unreadable("missing", name)
    return found


def _text(parent: Element | None, name: str) -> str:
    """Tidied; empty if it isn't there."""
    return _line(_maybe(parent, name), name)


def _line(element: Element | None, name: str) -> str:
    if element is None:
        return ""
    if element.children or len(element.text) > _MOST_TEXT:
        raise unreadable("value", name)
    return tidy(element.text)


def _texts(parent: Element | None, name: str) -> tuple[str, ...]:
    lines = (_line(element, name) for element in parent.all(name)) if parent is not None else ()
    return tuple(line for line in lines if line)


def _needed(parent: Element, name: str) -> str:
    text = _text(parent, name)
    if not text:
        raise unreadable("missing", name)
    return text


def _number(parent: Element | None, name: str, otherwise: int) -> int:
    text = _text(parent, name)
    if not re.fullmatch(r"[0-9]{0,6}", text):
        raise unreadable("value", name)
    return int(text) if text else otherwise


def _day(parent: Element, name: str) -> date:
    return _parsed(parse_day, parent, name)


def _moment(parent: Element, name: str) -> datetime:
    return _parsed(parse_moment, parent, name)


def _parsed(parse: Callable[[str], V], parent: Element, name: str) -> V:
    try:
        return parse(_needed(parent, name))
    except ValueError as error:
        raise unreadable("value", name) from error


def _member(kind: type[E], text: str, name: str) -> E:
    try:
        return kind(text)
    except ValueError as error:
        raise unreadable("value", name) from error
