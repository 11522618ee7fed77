"""What the ward server has of a dossier that it says it has another version of."""

from sync.canonical import sha256_text
from sync.contract import WardClient
from sync.failure import WardFailure
from sync.receipts import TrustedKeys, verify_receipt
from workstation.domain.ids import Sha256
from workstation.domain.outbox import Comparison, FailureClass, OtherVersion, OutboxItem, compare


def other_version(client: WardClient, trusted: TrustedKeys, item: OutboxItem) -> Comparison | None:
    """By its receipt, which has to verify (BIEN_NHAN) and be of this dossier. None: no version was received as a whole."""
    listed = client.receipt(item.dossier_id)
    if listed is None:
        return None
    claims = verify_receipt(listed.jws, trusted)
    if claims.dossier_id != item.dossier_id:
        raise WardFailure(FailureClass.BIEN_NHAN, detail="other dossier")
    files = tuple((Sha256(sha256), size) for _, sha256, size in claims.files)
    theirs = OtherVersion(claims.receipt_id, claims.received_at, claims.manifest_sha256, files)
    return compare(item, sha256_text(item.manifest) if item.manifest else "", theirs)
