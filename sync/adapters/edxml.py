"""A document on its way between agencies, as edXML words it (QCVN 102:2016/BTTTT, amendment 1:2022): values, no XML.

Read from published samples of the exchange axis (integration.md 2.6), not from the regulation's own text.
Dates are ``yyyy/MM/dd``, moments ``yyyy/MM/dd HH:mm:ss``, both of Vietnam.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import Enum

from sync.adapters import text as peer_text
from sync.adapters.markup import tidy
from sync.adapters.text import VIETNAM, trimmed
from sync.failure import WardFailure

NAMESPACE = "http://www.mic.gov.vn/TBT/QCVN_102_2016"

FREE_TEXT = {
    "OrganName": 200,
    "OrganizationInCharge": 200,
    "OrganAdd": 250,
    "Email": 100,
    "Telephone": 50,
    "Fax": 50,
    "Website": 100,
    "Place": 50,
    "TypeName": 100,
    "Subject": 500,
    "Content": 500,
    "Competence": 100,
    "Position": 100,
    "FullName": 50,
    "BussinessDocReason": 500,
    "Department": 250,
    "Staff": 100,
    "Mobile": 100,
    "Description": 500,
}
"""Characters that a receiver's register holds; a longer text is trimmed after a whole word or letter."""
IDENTIFYING = {"OrganId": 50, "CodeNumber": 50, "CodeNotation": 50, "DocumentId": 200, "AttachmentName": 200}
"""Characters of what names something: a longer one is refused (KHONG_HOP_LE), since half of it would name something else."""
_OURS = {"CodeNumber": "number", "CodeNotation": "notation", "DocumentId": "notation", "OrganId": "unit_code"}
"""What the form on the screen and the settings call it."""
_ORGAN = re.compile(r"[A-Za-z0-9]+(?:\.[A-Za-z0-9]+){0,7}")


class Business(Enum):
    """BussinessDocType (spelt so)."""

    NEW = "0"
    RECALL = "1"
    UPDATE = "2"
    REPLACE = "3"


class StatusCode(Enum):
    """What became of a document at its receiver, or is asked about it."""

    WAITING = "01"
    REFUSED = "02"
    ACCEPTED = "03"
    ASSIGNED = "04"
    PROCESSING = "05"
    FINISHED = "06"
    RECALLED = "13"
    UPDATE_ACCEPTED = "15"
    UPDATE_REFUSED = "16"
    RECALL_ASKED = "103"
    UPDATE_ASKED = "104"


@dataclass(frozen=True, slots=True)
class Organ:
    id: str
    """Decision 20/2020/QĐ-TTg: ``H29.17``, or the older ``000.00.17.H29``."""
    name: str
    in_charge: str = ""
    address: str = ""
    email: str = ""
    telephone: str = ""
    fax: str = ""
    website: str = ""


@dataclass(frozen=True, slots=True)
class Code:
    number: str
    notation: str

    def __str__(self) -> str:
        return f"{self.number}/{self.notation}"


@dataclass(frozen=True, slots=True)
class Signer:
    name: str
    position: str = ""
    competence: str = ""
    """``KT. CHỦ TỊCH`` …"""


@dataclass(frozen=True, slots=True)
class Staff:
    department: str = ""
    staff: str = ""
    mobile: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Trace:
    organ_id: str
    at: datetime
    """Aware, UTC, whole seconds."""


@dataclass(frozen=True, slots=True)
class Answered:
    """ResponseFor: the document that this one answers."""

    organ_id: str
    code: str
    issued: date
    document_id: str


@dataclass(frozen=True, slots=True)
class Attachment:
    id: str
    """Without ``cid:``."""
    name: str
    content_type: str
    data: bytes
    description: str = ""


@dataclass(frozen=True, slots=True)
class Edoc:
    """One document with its envelope."""

    sender: Organ
    receivers: tuple[Organ, ...]
    code: Code
    place: str
    issued: date
    type_name: str
    subject: str
    signer: Signer
    document_id: str
    attachments: tuple[Attachment, ...]
    traces: tuple[Trace, ...] = ()
    type_number: int = 1
    content: str = ""
    due: date | None = None
    to_places: tuple[str, ...] = ()
    priority: int = 0
    copies: int = 1
    pages: int = 1
    appendixes: tuple[str, ...] = ()
    answers: tuple[Answered, ...] = ()
    steering: int = 0
    business: Business = Business.NEW
    reason: str = ""
    paper: bool = False
    """Whether the paper follows."""
    staff: Staff = Staff()


@dataclass(frozen=True, slots=True)
class StatusMessage:
    """What the receiver of ``about`` says became of it."""

    sender: Organ
    about: Answered
    status: StatusCode
    description: str
    at: datetime
    staff: Staff = Staff()


def is_organ_id(text: str) -> bool:
    return len(text) <= IDENTIFYING["OrganId"] and _ORGAN.fullmatch(text) is not None


def document_id(organ_id: str, issued: date, code: Code) -> str:
    """``OrganId,yyyy/MM/dd,number/notation``; KHONG_HOP_LE where a part is missing or would not be found again in it."""
    if not is_organ_id(organ_id):
        raise unfit("OrganId")
    if not code.number or re.search(r"[,/\s]", code.number):
        raise unfit("CodeNumber")
    if not code.notation or "," in code.notation or code.notation != tidy(code.notation):
        raise unfit("CodeNotation")
    return identifying("DocumentId", f"{organ_id},{day(issued)},{code}")


def day(value: date) -> str:
    return f"{value.year:04d}/{value.month:02d}/{value.day:02d}"


def parse_day(text: str) -> date:
    """``ValueError`` for what is none."""
    if not re.fullmatch(r"[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}", text):
        raise ValueError("not a day")
    year, month, number = map(int, text.split("/"))
    return date(year, month, number)


def moment(value: datetime) -> str:
    local = value.astimezone(VIETNAM)
    return f"{day(local.date())} {local:%H:%M:%S}"


def parse_moment(text: str) -> datetime:
    """Some send the day alone. ``ValueError`` for what is neither."""
    first, _, rest = text.partition(" ")
    if not re.fullmatch(r"([01][0-9]|2[0-3])(:[0-5][0-9]){2}", rest or "00:00:00"):
        raise ValueError("not a moment")
    try:
        return datetime.combine(parse_day(first), time.fromisoformat(rest or "00:00:00"), VIETNAM).astimezone(UTC)
    except OverflowError as error:  # the first hours of year 1
        raise ValueError("not a moment") from error


def free(name: str, text: str) -> str:
    """The text as it goes into element ``name``."""
    return trimmed(tidy(text), FREE_TEXT[name])


def identifying(name: str, text: str) -> str:
    """The same for what must not be trimmed; KHONG_HOP_LE if it is missing or too long."""
    line = tidy(text)
    if not line or len(line) > IDENTIFYING[name]:
        raise unfit(name)
    return line


def unfit(name: str) -> WardFailure:
    """This document can't be sent as edXML, and no byte of it was; ``name``: the element that is at fault."""
    return peer_text.unfit(_OURS.get(name, name))
