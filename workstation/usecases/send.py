"""Put a signed dossier into the outbox. Sending itself is ``sync``'s work; this decides what the package is."""

import json
import re
import unicodedata
from dataclasses import replace
from datetime import datetime

from workstation.domain.dossier import COMPLETE, Document, DocumentState, Dossier, DossierState
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.fields import FieldOrigin
from workstation.domain.ids import OutboxId, new_id
from workstation.domain.outbox import OutboxFile, OutboxItem, OutboxState
from workstation.domain.place import placed_out
from workstation.domain.ports import UnitOfWork
from workstation.domain.profile import Rules
from workstation.domain.signature import LEVELS
from workstation.domain.signing import Levels

ROLE_RESULT = "ket-qua"
UNREADABLE_WORDS = "Có trường không đọc được trên bản giấy"


def ascii_name(text: str) -> str:
    """Lower-case ASCII words joined by '-': file names that every server takes (50 characters at most with suffix)."""
    plain = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return re.sub(r"[^a-z0-9]+", "-", plain.encode("ascii", "ignore").decode().lower()).strip("-")[:30].rstrip("-")


def file_name(dossier: Dossier, index: int, type_name: str) -> str:
    return f"{dossier.code}-{index:02d}-{ascii_name(type_name) or 'van-ban'}.pdf"


def package(dossier: Dossier, rules: Rules, now: datetime) -> OutboxItem:
    """The outbox item of a dossier whose documents are all signed; C12 if one is not."""
    files, described = [], []
    for i, document in enumerate(dossier.documents, 1):
        if document.state not in COMPLETE or document.sealed is None:
            raise WorkstationError("C12", document=document.id)
        type_name = document.field("type_name") or rules.document(document.type_code).type.name
        pages = len(dossier.pages_of(document.id))
        name = file_name(dossier, i, type_name)
        files.append(OutboxFile(document.id, ROLE_RESULT, document.sealed.sha256, document.sealed.bytes, name, pages))
        described.append(
            {
                "id": document.id,
                "type": document.type_code,
                "type_name": type_name,
                "fields": {f.name: f.value for f in document.fields},
                **_unreadable(document),
                "pages": pages,
                "places": {f.name: placed_out(f.placed) for f in document.fields if f.placed},
                "sha256": document.sealed.sha256,
                "signer": document.sealed.signer,
                "signing_time": document.sealed.signing_time,
            }
        )
    metadata = {
        "code": dossier.code,
        "title": dossier.title or dossier.code,
        "profile": dossier.profile,
        "created_at": dossier.created_at.isoformat(),
        "documents": described,
    }
    text = json.dumps(metadata, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return OutboxItem(OutboxId(new_id()), dossier.id, dossier.code, text, tuple(files), now)


def _unreadable(document: Document) -> dict[str, list[str] | str]:
    """Which fields are empty since the paper can't be read there, and that in words, for who reads the description."""
    names = [f.name for f in document.fields if f.origin is FieldOrigin.UNREADABLE]
    return {"unreadable": names, "description": UNREADABLE_WORDS} if names else {}


def shortfall(dossier: Dossier, levels: Levels) -> ErrorNote | None:
    """C09 with the lowest level of the dossier's signatures, if that is lower than wanted."""
    ours = [d for d in dossier.documents if d.state is DocumentState.SIGNED]  # nothing is added to a file that came signed
    low = [d.sealed.level for d in ours if d.sealed is not None and levels.lacks(d.sealed.level)]
    return ErrorNote("C09", (("level", min(low, key=lambda one: LEVELS.index(one) if one in LEVELS else -1)),)) if low else None


def queue(uow: UnitOfWork, dossier: Dossier, rules: Rules, now: datetime, levels: Levels) -> Dossier:
    """Moves the dossier to "Chờ gửi" and writes its outbox row in the caller's transaction; the caller saves the dossier.

    A dossier that came back and was mended takes the place of its returned item: one dossier, one row. With a signature that
    is lower than wanted it is not due yet: ``lift`` has ``levels.hold`` to mend that.
    """
    item = package(dossier, rules, now)
    if (note := shortfall(dossier, levels)) is not None:
        item = replace(item, next_try=now + levels.hold, error=note)
    old = uow.outbox.by_dossier(dossier.id)
    if old is None:
        uow.outbox.add(item)
    elif old.state is OutboxState.REJECTED:
        uow.outbox.save(replace(item, id=old.id, fence=old.fence))
    else:
        raise WorkstationError("K06", state=old.state.value, to="queued")
    return dossier.move(DossierState.QUEUED)
