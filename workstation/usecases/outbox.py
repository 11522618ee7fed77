"""What a person does in the outbox: send now, pause, take a returned dossier back."""

import re
from dataclasses import replace

from workstation.domain.dossier import Dossier, DossierState
from workstation.domain.errors import WorkstationError
from workstation.domain.events import OutboxChanged
from workstation.domain.ids import DocumentId, OutboxId, UserName
from workstation.domain.outbox import RULES, OutboxItem, OutboxState, Retry
from workstation.domain.ports import UnitOfWork
from workstation.usecases.check import reopen
from workstation.usecases.office import Office
from workstation.usecases.views import MendPlace

WAITING = frozenset({OutboxState.QUEUED, OutboxState.UNKNOWN})
_LINE = frozenset(kind.value for kind, rule in RULES.items() if rule.retry in (Retry.LINE, Retry.ASK))


def make_due(office: Office, item_id: OutboxId | None) -> None:
    """Clears the waiting time of one item or of all that wait; an item being sent is left alone."""
    with office.uow() as uow:
        for item in uow.outbox.postponed(WAITING) if item_id is None else (_item(uow, item_id),):
            if item.state in WAITING and item.next_try is not None:
                uow.outbox.save(replace(item, next_try=None))
        uow.commit()
    office.bus.publish(OutboxChanged())


def line_is_back(office: Office) -> None:
    """What failed for want of a line is due at once, and so is asking what became of a package that went out last."""
    with office.uow() as uow:
        for item in uow.outbox.postponed(WAITING):
            if item.error is not None and item.error.code in _LINE and not item.lease_owner:
                uow.outbox.save(replace(item, next_try=None))
        uow.commit()


def send_again(office: Office, item_id: OutboxId, by: UserName) -> None:
    """A parked item is sent again as it is, after somebody mended what was in its way; K06 for one that is not parked."""
    with office.uow() as uow:
        item = _item(uow, item_id)
        if item.state is not OutboxState.REJECTED:
            raise WorkstationError("K06", state=item.state.value, to="queued")
        state = OutboxState.UNKNOWN if item.manifest else OutboxState.QUEUED
        uow.outbox.save(replace(item, state=state, error=None, next_try=None))
        uow.dossiers.save(uow.dossiers.get(item.dossier_id).move(DossierState.QUEUED))
        uow.audit.append(office.event(by, "resumed", item_id))
        uow.commit()
    office.bus.publish(OutboxChanged())


def send_again_to(office: Office, peer: str, by: UserName) -> int:
    """What a peer sent back goes there again, after somebody mended codes or settings; how many. Nothing that happened there
    is forgotten: it goes on where it stood."""
    with office.uow() as uow:
        returned = uow.deliveries.returned(peer)
        for delivery in returned:
            uow.deliveries.save(replace(delivery, state=delivery.waiting_state, error=None, next_try=None))
            uow.audit.append(office.event(by, "peer_resumed", delivery.item_id, peer=peer))
        uow.commit()
    office.bus.publish(OutboxChanged())
    return len(returned)


def set_paused(office: Office, item_id: OutboxId, paused: bool, by: UserName) -> None:
    """A paused item is not sent until it is taken up again; K06 for one that is under way or done."""
    with office.uow() as uow:
        item = _item(uow, item_id)
        allowed = WAITING if paused else {OutboxState.PAUSED}
        if item.state not in allowed:
            raise WorkstationError("K06", state=item.state.value, to="paused" if paused else "queued")
        # an unknown outcome stays unknown while it rests: the manifest it was sent with is what has to be asked for
        resumed = OutboxState.UNKNOWN if item.manifest else OutboxState.QUEUED
        state = OutboxState.PAUSED if paused else resumed
        uow.outbox.save(replace(item, state=state, lease_owner="", lease_until=None))  # who asks about it right now, stops
        uow.audit.append(office.event(by, "paused" if paused else "resumed", item_id))
        uow.commit()
    office.bus.publish(OutboxChanged())


def reopen_rejected(office: Office, item_id: OutboxId, by: UserName) -> MendPlace:
    """A returned dossier goes back to entry at the document and the field the ward named, else at its first."""
    with office.look() as uow:
        item = _item(uow, item_id)
        dossier = uow.dossiers.get(item.dossier_id)
    document_id = blamed_document(item, dossier)
    reopen(office, dossier, document_id, by)
    office.bus.publish(OutboxChanged())
    named = str(dict(item.error.params).get("field", "")) if item.error else ""
    return MendPlace(document_id, named.rsplit(".", 1)[-1])


def _item(uow: UnitOfWork, item_id: OutboxId) -> OutboxItem:
    try:
        return uow.outbox.get(item_id)
    except KeyError as e:
        raise WorkstationError("K04", reason="gone") from e


def blamed_document(item: OutboxItem, dossier: Dossier) -> DocumentId:
    """The document that the sender or the path the ward gave names (``documents.1.fields.number``), else the first."""
    params = dict(item.error.params) if item.error else {}
    for document in dossier.documents:
        if document.id in (params.get("document_id"), params.get("document")):
            return document.id
    index = re.match(r"documents\.(\d+)", str(params.get("field", "")))
    number = int(index.group(1)) if index else 0
    return dossier.documents[min(number, len(dossier.documents) - 1)].id
