"""A signed document of a dossier as the edXML message that carries it: the same document gives the same bytes."""

import re
from datetime import UTC, date, datetime

from sync.adapters.edxml import Attachment, Code, Edoc, Organ, Signer, Trace, document_id, unfit
from sync.adapters.markup import tidy
from sync.failure import WardFailure
from workstation.domain.outbox import FailureClass
from workstation.domain.peers import CodeBook, Parcel, PeerConfig, PeerDocument

_TO = "to."
_BUNDLE = re.compile(r"[\n;]+")


def sender_of(config: PeerConfig, book: CodeBook) -> Organ:
    """The office: code and name from the settings, ``from.address``, ``from.email`` … from the peer's constants."""
    constants = book.constants
    return Organ(
        config.unit_code,
        config.unit_name,
        constants.get("from.in_charge", ""),
        constants.get("from.address", ""),
        constants.get("from.email", ""),
        constants.get("from.telephone", ""),
        constants.get("from.fax", ""),
        constants.get("from.website", ""),
    )


def receivers_of(book: CodeBook) -> tuple[Organ, ...]:
    """Constants ``to.H29.99 = name``, by code: whom the office sends to is the office's to say, not the paper's."""
    return tuple(Organ(key.removeprefix(_TO), name) for key, name in sorted(book.constants.items()) if key.startswith(_TO))


def edoc_of(document: PeerDocument, parcel: Parcel, data: bytes, config: PeerConfig, book: CodeBook) -> Edoc:
    """KHONG_HOP_LE with the name of the index field that is missing or wrong; what the paper does not say is left empty."""
    field = {name: tidy(value) for name, value in document.fields.items()}
    for name in ("number", "notation", "subject", "signer_name"):
        if not field.get(name):
            raise unfit(name)
    code = Code(field["number"], field["notation"].lstrip("/"))
    issued = _issued(field.get("issued_date", ""))
    sender = sender_of(config, book)
    return Edoc(
        sender=sender,
        receivers=receivers_of(book),
        code=code,
        place=field.get("place", ""),
        issued=issued,
        type_name=document.type_name,
        subject=field["subject"],
        content=field["subject"],
        signer=Signer(field["signer_name"], field.get("signer_title", "")),
        document_id=document_id(config.unit_code, issued, code),
        attachments=(Attachment(document.id, document.name, "application/pdf", data),),
        traces=(Trace(config.unit_code, _signed_at(document, parcel)),),
        to_places=tuple(
            place for part in _BUNDLE.split(document.fields.get("recipients", "")) if (place := tidy(part).strip("- "))
        ),
        pages=document.pages,
    )


def _issued(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise unfit("issued_date") from error


def _signed_at(document: PeerDocument, parcel: Parcel) -> datetime:
    """When it was signed, else when its dossier was opened: a moment that a second try finds again."""
    try:
        at = datetime.fromisoformat(document.signing_time) if document.signing_time else parcel.created_at
    except ValueError as error:
        raise WardFailure(FailureClass.CUC_BO, detail="signing time", sent=False) from error
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC).replace(microsecond=0)
