"""What peers want of texts: NFC, on one line, within a limit without a letter cut in two; times in a peer's own form."""

import unicodedata
from datetime import datetime, timedelta, timezone

from sync.failure import WardFailure
from workstation.domain.fields import nfc
from workstation.domain.outbox import FailureClass
from workstation.domain.peers import PeerDocument

VIETNAM = timezone(timedelta(hours=7))
"""Asia/Ho_Chi_Minh: no daylight saving since 1975."""

_ELLIPSIS = "…"
_JOINER = "\u200d"


def trimmed(text: str, limit: int) -> str:
    """At most ``limit`` UTF-16 units (what .NET and Java count) of the NFC text, ending at a word with "…" where it was cut.

    A single word that is longer is cut between letters, never between a letter and its marks.
    """
    text = nfc(text)
    if _units(text) <= limit:
        return text
    left, end = limit - _units(_ELLIPSIS), 0
    for border, character in enumerate(text, 1):
        left -= _units(character)
        if left < 0:
            break
        if _letter_ends(text, border):
            end = border
    word = text.rfind(" ", 0, end + 1)
    kept = text[: word if word > 0 else end].rstrip(" ,;:.-–")
    return kept + _ELLIPSIS if kept else text[:end]


def _units(text: str) -> int:
    return len(text) + sum(ord(c) > 0xFFFF for c in text)


def _letter_ends(text: str, border: int) -> bool:
    """Whether the letter before it has all its marks. By category: marks that enclose or join have no combining class."""
    if border == len(text):
        return True
    return unicodedata.category(text[border])[0] != "M" and _JOINER not in text[border - 1 : border + 1]


def compact_time(moment: datetime | None) -> str:
    """``yyyyMMddHHmmss`` of Vietnam; empty: not known."""
    return moment.astimezone(VIETNAM).strftime("%Y%m%d%H%M%S") if moment else ""


def spaced_time(moment: datetime | None) -> str:
    """``yyyy-MM-dd HH:mm:ss`` of Vietnam; empty: not known."""
    return moment.astimezone(VIETNAM).strftime("%Y-%m-%d %H:%M:%S") if moment else ""


def unfit(field: str) -> WardFailure:
    """KHONG_HOP_LE: this can't be sent as the peer wants it, and no byte of it was; ``field``: what is missing or wrong."""
    return WardFailure(FailureClass.KHONG_HOP_LE, field=field, sent=False)


def needed(field: str, value: str) -> str:
    """The value; :func:`unfit` if there is none."""
    if not value:
        raise unfit(field)
    return value


def title_of(document: PeerDocument) -> str:
    """What its paper says it is about, else what kind it is."""
    return document.fields.get("subject") or document.type_name or document.name
