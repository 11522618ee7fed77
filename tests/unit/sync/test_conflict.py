"""Two versions of one dossier: what the ward has is told from its own receipt, and neither version is touched."""

from dataclasses import replace

from sync.canonical import canonical_json
from sync.conflict import other_version
from sync.contract import WardClient
from tests.unit.sync.rig import QUICK, Station, Ward, pdf
from workstation.domain.dossier import DossierState
from workstation.domain.outbox import Comparison, OutboxItem, OutboxState


def look(ward: Ward, item: OutboxItem) -> Comparison | None:
    client = WardClient(ward.url, ward.secret, timeouts=QUICK)
    try:
        return other_version(client, ward.keys(), item)
    finally:
        client.close()


def test_both_versions_stay_and_their_files_are_told_apart(ward: Ward, station: Station) -> None:
    first = station.queue(pdf(2000, 601), pdf(2100, 602))
    assert look(ward, first) is None, "nothing received yet"
    station.send(station.sender(ward))
    received = station.item(first)
    mended = station.blobs.put_bytes(pdf(2200, 603))
    again = replace(
        received,
        state=OutboxState.QUEUED,
        receipt=None,
        manifest="",
        metadata=canonical_json({"code": "HS-0001", "title": "Sửa", "profile": "archive", "documents": []}),
        files=(received.files[0], replace(received.files[1], sha256=mended, bytes=2200, file_id="", upload_url="", offset=0)),
    )
    with station.uow() as uow:
        uow.outbox.save(again)
        uow.dossiers.save(replace(uow.dossiers.get(first.dossier_id), state=DossierState.QUEUED))
        uow.commit()
    station.send(station.sender(ward))
    parked = station.item(first)
    assert (parked.state, parked.error and parked.error.code) == (OutboxState.REJECTED, "G05")
    found = look(ward, parked)
    assert found is not None and received.receipt is not None
    assert (found.same, found.only_ours) == (("HS-01.pdf",), ("HS-02.pdf",))
    assert found.only_theirs == (received.files[1].sha256,) and not found.described_alike
    assert (found.theirs.receipt_id, found.theirs.manifest_sha256) == (received.receipt.id, received.receipt.manifest_sha256)
    assert ward.count("receipt", first.dossier_id) == 1 and ward.stored(received.files[1].sha256) == pdf(2100, 602)
    assert station.blobs.verify(mended)


def test_the_same_version_is_said_to_be_the_same(ward: Ward, station: Station) -> None:
    item = station.queue(pdf(2000, 604))
    station.send(station.sender(ward))
    found = look(ward, station.item(item))
    assert found is not None and found.described_alike and not (found.only_ours or found.only_theirs)
