"""What a verdict lets be shown, and be relied on: of a file the bytes that its last sound signature covers."""

from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.signature import FileVerdict, SignatureReport, Verdict

NOTES_ONLY = frozenset({"V05", "V13", "V31"})
"""Reasons that are told and hold nothing up: revocation that can't be looked up now, a training certificate, further valid
signatures."""


def last_sound(verdict: FileVerdict) -> SignatureReport | None:
    """The last signature of a file that nobody changed after it. A document time-stamp (level ``DTS``) is no one's signature."""
    last = next((s for s in reversed(verdict.signatures) if s.level != "DTS"), None)
    whole = all(s.changes_after in ("none", "lta") or (s is not last and _signed_over(s)) for s in verdict.signatures)
    return last if whole else None


def _signed_over(s: SignatureReport) -> bool:
    """Nothing but other signatures came after it: then the last one speaks for what is shown."""
    return any(note.code in ("V29", "V31") for note in s.reasons)


def signed_length(verdict: FileVerdict) -> int:
    """Length of the prefix that the last signature covers. V01, V02 or V06 if no signature vouches for what would be shown."""
    last = last_sound(verdict)
    if last is not None and last.indication != "TOTAL-FAILED" and last.coverage != "partial" and last.revision_end > 0:
        return last.revision_end
    codes = {note.code for s in verdict.signatures for note in s.reasons}
    if "V01" in codes:
        raise WorkstationError("V01")
    if verdict.signatures and last is None:
        raise WorkstationError("V02")
    raise WorkstationError("V06")


def doubt(verdict: FileVerdict) -> ErrorNote | None:
    """Why a file that came signed can't be relied on; None: all of its signatures hold, as far as can be told now
    (EN 319 102-1: nothing failed, and revocation is all that may be unknown)."""
    if verdict.verdict not in (Verdict.VALID, Verdict.INDETERMINATE) or not verdict.signatures:
        return next(iter(verdict.reasons), ErrorNote("V07"))
    return next((note for note in verdict.reasons if note.code not in NOTES_ONLY), None)
