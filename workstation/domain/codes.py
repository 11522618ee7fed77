"""QR and bar codes on paper: what one is to the program, and how our own are written.

Our own hold capitals, digits, ``-`` and ``:``, and their check number has digits only: a reader that types like a keyboard
sends them through the Vietnamese input method, which would make one letter of two vowels.
"""

import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from workstation.domain.errors import WorkstationError
from workstation.domain.ids import Sha256

RECEIPT = r"(?:\d{3}\.\d{2}\.\d{2}\.)?[A-Z]\d{2}(?:\.[0-9A-Z]{1,3}){0,4}-\d{6,8}-\d{4,7}"
"""How a dossier's code at the procedure system looks: agency, day, number (Circular 01/2018/TT-VPCP, and as seen on slips)."""


class CodeKind(Enum):
    SEPARATOR = "separator"
    """A separator sheet of ours; ``text``: a value of ``Separator``."""
    SLIP = "slip"
    """Names a dossier of ours; ``text``: its code."""
    IDENTITY = "identity"
    """Of an identity card: six fields or more, parted by bars. What it says is not kept."""
    OTHER = "other"
    """``text`` only where it looks like the code of a record; what else stands in a code may be about a person."""


class Separator(Enum):
    """What begins behind a separator sheet."""

    DOCUMENT = "DOC"
    DOSSIER = "HS"


@dataclass(frozen=True, slots=True)
class PageCode:
    kind: CodeKind
    format: str
    """``qr``, ``data_matrix``, ``code128``, ``code39``."""
    text: str
    sha256: Sha256
    """Of the code's bytes: two codes are told apart without what they say."""
    box: tuple[float, float, float, float]
    """x0, y0, x1, y1 in pixels of the cleaned page."""


_OWN = re.compile(r"(TSH1:(SEP|HS):([!-9;-~]{1,60})):(\d{4})")
_IDENTITY = re.compile(r"\d{12}(?:\|[^|]*){5,}", re.DOTALL)
_DOSSIER = re.compile(r"HS-\d{4,9}")
_PARTS = re.compile(r"[|;,:\s]+")
_RECORD = re.compile(r"[A-Z][A-Z0-9.]{0,24}(?:-[A-Z0-9.]{1,16}){1,4}|\d{3}(?:\.[A-Z0-9]{2,3}){3}-\d{6,8}-\d{4,7}")


def separator_payload(kind: Separator) -> str:
    return _checked(f"TSH1:SEP:{kind.value}")


def slip_payload(code: str) -> str:
    """U01 for what can't be a dossier's code."""
    payload = _checked(f"TSH1:HS:{code}") if code.isascii() else ""
    if not _OWN.fullmatch(payload):
        raise WorkstationError("U01", detail="CODE")
    return payload


def _checked(body: str) -> str:
    return f"{body}:{zlib.crc32(body.encode()) % 10_000:04d}"


def understood(text: str) -> tuple[CodeKind, str]:
    """What a code's text is, and as much of it as may be kept. One of ours whose check number is wrong is none of ours."""
    stripped = text.strip()
    own = _OWN.fullmatch(stripped)
    if own is not None:
        known = own[2] == "HS" or own[3] in {s.value for s in Separator}
        if not known or _checked(own[1]) != stripped:
            return CodeKind.OTHER, ""
        return (CodeKind.SEPARATOR if own[2] == "SEP" else CodeKind.SLIP), own[3]
    if _IDENTITY.match(stripped):
        return CodeKind.IDENTITY, ""
    if _DOSSIER.fullmatch(stripped):
        return CodeKind.SLIP, stripped
    return CodeKind.OTHER, record_code(stripped) or _among(stripped)


def _among(text: str) -> str:
    """The one receipt's code among a code's parts: what a procedure system prints says more than that, in an order that nothing
    fixes (Circular 01/2023/TT-VPCP: dossier, procedure, applicant, paper, system, time). Only the code is kept."""
    found = {p for p in (part.upper() for part in _PARTS.split(text)) if re.fullmatch(RECEIPT, p)}
    return found.pop() if len(found) == 1 else ""


def record_code(text: str) -> str:
    """The code of a record that a text is, or that a web address ends with; empty: none. A record's code has letters, digits and
    a dash (``H29.17-20261120-0092637``); numbers of people's papers have none."""
    last = re.split(r"[/=?&#]", text.strip())[-1].upper()
    return last if len(last) <= 60 and any(c.isdigit() for c in last) and _RECORD.fullmatch(last) else ""


def separator_of(codes: Iterable[PageCode]) -> Separator | None:
    """What the page separates; of two kinds on one page the larger."""
    found = {Separator(c.text) for c in codes if c.kind is CodeKind.SEPARATOR}
    return Separator.DOSSIER if Separator.DOSSIER in found else next(iter(found), None)
