"""What the code on an identity card says, held against a document's fields.

Seven fields parted by bars: number, old number of nine digits, name, day of birth, sex, residence, day of issue (days as
ddMMyyyy); cards without an old number may leave that field out, newer ones add some. What such a code says is kept nowhere.
"""

import re
from dataclasses import dataclass
from datetime import date

from workstation.domain.fields import nfc
from workstation.domain.folding import folded
from workstation.domain.identity import sex_of

FIELDS_OF = {
    "identity_number": "number", "person_name": "name", "birth_date": "birth_date", "sex": "sex", "address": "address",
}  # fmt: skip
"""Field of a document → field of the card."""


@dataclass(frozen=True, slots=True, repr=False)
class IdCard:
    """Days are ISO 8601. A part that the code does not say, or that a reader has spoilt, is empty; the number is always there."""

    number: str
    old_number: str = ""
    name: str = ""
    birth_date: str = ""
    sex: str = ""
    """``Nam`` or ``Nữ``."""
    address: str = ""
    issued: str = ""

    def __repr__(self) -> str:
        return "IdCard()"  # it may stand in a traceback


_HEAD = re.compile(r"\s*([0-9]{12})([^\w\s])")
_LOST = re.compile(r"[?\ufffd\x00-\x08\x0b-\x1f\x7f]")
"""What readers that type put in the place of letters that their layout has not."""


def parse_id_qr(text: str) -> IdCard | None:
    """From a code, or from a reader that types; None for anything else.

    Of what typing does to it, the bar may be another sign (keyboards differ), the sex its first letters. A Telex or VNI input
    method leaves the number, days and well-formed syllables alone; letters that a reader could not type (``?``) are lost, and a
    name or residence with such is empty. Vietnamese letters that a reader gave without their marks can't be told from a name
    without any: ``differences`` shows that.
    """
    plain = nfc(text)
    head = _HEAD.match(plain)
    if head is None:
        return None
    parts = [part.strip() for part in plain[head.start(1) :].split(head[2])]
    if len(parts) < 6:
        return None
    has_old = parts[1] == "" or re.fullmatch(r"[0-9]{9}|[0-9]{12}", parts[1]) is not None
    old, rest = (parts[1], parts[2:]) if has_old else ("", parts[1:])
    rest += [""] * (5 - len(rest))
    return IdCard(parts[0], old, _letters(rest[0]), _day(rest[1]), sex_of(rest[2]), _whole(rest[3]), _day(rest[4]))


def _whole(text: str) -> str:
    return "" if _LOST.search(text) else text


def _letters(text: str) -> str:
    return _whole(text) if any(c.isalpha() for c in text) and not any(c.isdigit() for c in text) else ""


def _day(text: str) -> str:
    """ISO 8601 of ddMMyyyy, also with signs between; empty for what is no day."""
    digits = re.sub(r"[./-]", "", text)
    if not re.fullmatch(r"[0-9]{8}", digits):
        return ""
    try:
        return date(int(digits[4:]), int(digits[2:4]), int(digits[:2])).isoformat()
    except ValueError:
        return ""


def agrees(card: IdCard, name: str, value: str) -> bool:
    """Whether that value of the field is the card's. What the card leaves open differs in nothing."""
    if name == "identity_number":
        digits = re.sub(r"\D", "", value)
        return digits == card.number or (bool(card.old_number) and digits == card.old_number)
    said = getattr(card, FIELDS_OF[name]) if name in FIELDS_OF else ""
    if not said:
        return True
    if name == "sex":
        return bool(sex_of(value) == said)
    if name == "address":
        return folded(value) == folded(said)
    return nfc(value).casefold() == nfc(said).casefold()
