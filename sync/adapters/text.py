"""Texts as peers want them: NFC, on one line, within a limit without a letter cut in two; times in a peer's own form."""

import unicodedata
from datetime import datetime, timedelta, timezone

from workstation.domain.fields import nfc

VIETNAM = timezone(timedelta(hours=7))
"""Asia/Ho_Chi_Minh: no daylight saving since 1975."""

_ELLIPSIS = "…"
_JOINS = ("\u200d", "\ufe0e", "\ufe0f")


def trimmed(text: str, limit: int) -> str:
    """At most ``limit`` UTF-16 units (what .NET and Java count) of the NFC text, ending at a word with "…" where it was cut.

    A single word that is longer is cut between letters, never between a letter and its marks.
    """
    text = nfc(text)
    if _units(text) <= limit:
        return text
    room, end = limit - _units(_ELLIPSIS), 0
    for border in _letter_borders(text):
        if _units(text[:border]) > room:
            break
        end = border
    word = text.rfind(" ", 0, end + 1)
    kept = text[: word if word > 0 else end].rstrip(" ,;:.-–")
    return kept + _ELLIPSIS if kept else text[:end]


def _units(text: str) -> int:
    return len(text) + sum(ord(c) > 0xFFFF for c in text)


def _letter_borders(text: str) -> list[int]:
    """Where a letter with all its marks ends."""
    return [
        i
        for i in range(1, len(text) + 1)
        if i == len(text) or not (unicodedata.combining(text[i]) or text[i] in _JOINS or text[i - 1] == "\u200d")
    ]


def compact_time(moment: datetime | None) -> str:
    """``yyyyMMddHHmmss`` of Vietnam; empty: not known."""
    return moment.astimezone(VIETNAM).strftime("%Y%m%d%H%M%S") if moment else ""


def spaced_time(moment: datetime | None) -> str:
    """``yyyy-MM-dd HH:mm:ss`` of Vietnam; empty: not known."""
    return moment.astimezone(VIETNAM).strftime("%Y-%m-%d %H:%M:%S") if moment else ""
