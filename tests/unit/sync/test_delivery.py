"""From a queued dossier to a verified receipt, over a good line."""

from sync.canonical import sha256_text
from sync.receipts import verify_receipt
from tests.unit.sync.rig import SUBJECT, Station, Ward, pdf
from workstation.domain.dossier import DossierState
from workstation.domain.outbox import OutboxState


def test_a_dossier_is_received_with_its_receipt(ward: Ward, station: Station) -> None:
    contents = [pdf(700_000, 1), pdf(20_000, 2)]
    item = station.queue(*contents)
    (report,) = station.send(station.sender(ward))
    done = station.item(item)
    assert (done.state, done.error, done.next_try, done.lease_owner) == (OutboxState.RECEIVED, None, None, "")
    assert report.bytes_sent == done.bytes_sent == 720_000
    assert station.dossier(item).state is DossierState.RECEIVED
    assert station.actions(item) == ["received"]
    assert [ward.stored(f.sha256) for f in done.files] == contents
    assert done.receipt is not None
    claims = verify_receipt(done.receipt.jws, ward.keys())
    assert claims.manifest_sha256 == sha256_text(done.manifest)
    assert claims.files == tuple((f.file_id, f.sha256, f.bytes) for f in done.files)
    assert claims.ward_code.startswith("H29.17-")
    assert SUBJECT not in ward.log() and "Hồ sơ thử" not in ward.log()


def test_nothing_is_due_twice(ward: Ward, station: Station) -> None:
    station.queue(pdf(1000))
    sender = station.sender(ward)
    assert len(station.send(sender)) == 1
    assert station.send(sender) == ()
    assert sender.probe()
