"""Entry point of verification, for a page worker process (it draws pages with PyMuPDF). Picklable, and quick to import."""

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from workstation.domain.errors import ErrorNote
from workstation.domain.signature import FileVerdict, Verdict
from workstation.domain.signing import RevocationAccess, TrustStore


def verify_file(path: Path, trust: TrustStore, *, offline: bool = True, access: RevocationAccess | None = None) -> FileVerdict:
    """What the signatures of ``path`` are worth. Whatever the file holds ends in a verdict, never in an exception.

    ``offline``: nothing is fetched; revocation is then known only from what the file carries. ``access``: how issuers are asked
    else. Raises M06 if a root of
    ``trust`` can't be read: leaving it out would call good signatures bad.
    """
    from signing.reports import verify_bytes
    from signing.trust import load_anchors

    anchors = load_anchors(trust)
    try:
        data = path.read_bytes()
    except OSError:
        return FileVerdict(Verdict.UNREADABLE, False, (ErrorNote("V10", (("kind", "missing"),)),), ())
    return replace(verify_bytes(data, anchors, offline=offline, access=access), sha256=sha256(data).hexdigest())
