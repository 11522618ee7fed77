"""What holds for every verdict, whatever the file."""

from collections.abc import Callable

from workstation.domain.errors import ERRORS
from workstation.domain.signature import FileVerdict, Verdict

Judge = Callable[[bytes], FileVerdict]


def codes(verdict: FileVerdict) -> set[str]:
    return {note.code for note in verdict.reasons}


def check(verdict: FileVerdict) -> None:
    """What holds for every verdict."""
    assert codes(verdict) <= set(ERRORS)
    assert verdict.green == (verdict.verdict is Verdict.VALID)
    assert verdict.green or verdict.reasons, "whatever is not green says why"
    for one in verdict.signatures:
        assert set(one.reasons) <= set(verdict.reasons)
        assert one.coverage in ("whole_file", "revision", "partial")
        assert one.changes_after in ("none", "lta", "form", "annotation", "content", "unknown")
        assert one.revocation in ("good", "revoked", "unknown")
        assert (one.subindication is None) == (one.indication == "TOTAL-PASSED")
