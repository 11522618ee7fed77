"""An archive time-stamp that is renewed in time outlives its authority's certificate; one that is not does not. Time really
passes: the first authority's certificate lapses while the test waits."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509

from signing import worker
from signing.lift import standing
from signing.verify import verify_file
from tests.unit.signing.outside import Outside
from workstation.domain.signing import LiftJob, SignJob

SECONDS = 20
"""How long the first certificate lasts: signing and renewing take two, on a busy machine ten."""


def test_renewed_before_the_authority_lapses_and_still_valid_after(
    outside: Outside, revocable: x509.Certificate, published: Path, tmp_path: Path
) -> None:
    outside.use_tsa(days=(-1, SECONDS / 86_400))  # type: ignore[arg-type]
    ends = outside.tsa.not_valid_after_utc
    services = outside.services(tmp_path)
    sent, kept, again = tmp_path / "sent.pdf", tmp_path / "kept.pdf", tmp_path / "again.pdf"
    assert worker.sign_file(SignJob(published, sent, level="LTA", services=services)).level == "LTA"
    found = standing(sent)
    assert found.level == "LTA" and found.stamp is not None and found.stamp.until == ends
    assert found.stamp.algorithms == (("sha256", 0), ("sha256", 0), ("rsa", 2048))
    worker.close_key()
    outside.use_tsa(days=(-1, 300))
    first = worker.lift_file(LiftJob(sent, kept, "LTA", services, renew_days=30))
    assert first.changed and datetime.now(UTC) < ends, "the machine was too slow for this test"
    assert not worker.lift_file(LiftJob(kept, again, "LTA", services, renew_days=30)).changed
    for file in (sent, kept):
        assert verify_file(file, services.trust).green

    time.sleep(max(0.0, (ends - datetime.now(UTC)).total_seconds() + 1.5))
    lapsed, renewed = (verify_file(file, services.trust) for file in (sent, kept))
    assert not lapsed.green, lapsed.reasons
    assert renewed.green, renewed.reasons
    assert {one.revocation for one in renewed.signatures} == {"good"}
    assert renewed.signatures[0].timestamp is not None
    again_due = standing(kept).stamp
    assert again_due is not None and again_due.until - datetime.now(UTC) > timedelta(days=290)

    late = worker.lift_file(LiftJob(sent, again, "LTA", services, renew_days=30))
    assert (late.changed, [note.code for note in late.notes]) == (False, ["V08"]), "too late is said, not covered up"
