"""Paper to outbox on the straight road; the ways off it are in the other files."""

from tests.unit.usecases.bench import World, ids, states
from tests.unit.usecases.machine import BLANK, BODY, HEAD
from workstation.domain.dossier import DocumentState, DossierState
from workstation.domain.outbox import OutboxState


def test_the_straight_road_ends_in_one_outbox_row(world: World):
    dossier = world.signed(HEAD, BODY, HEAD, BLANK)
    assert states(dossier) == [DocumentState.SIGNED] * 2
    assert dossier.state is DossierState.QUEUED
    with world.office.look() as uow:
        (item,) = uow.outbox.list()
    assert item.state is OutboxState.QUEUED and item.dossier_id == dossier.id
    assert [f.document_id for f in item.files] == ids(dossier)
    assert [f.pages for f in item.files] == [2, 2]
    for file, document in zip(item.files, dossier.documents, strict=True):
        assert document.sealed and file.sha256 == document.sealed.sha256 and world.blobs.verify(file.sha256)
    assert list(world.office.sealing.iterdir()) == []
    assert world.audit()[-1] == "queued"
