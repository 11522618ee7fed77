"""What may go of a dossier that the ward has: derived pictures and texts, never an original, a PDF or a receipt.

Only after its receipt was found in the ward server's list (``reconcile``) and with every file of it read from the backup now.
"""

import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from workstation.app.backup import Backup, read_manifest
from workstation.app.compose import Home, office_store
from workstation.app.settings import load
from workstation.domain.dossier import Dossier
from workstation.domain.durable import copy_durably
from workstation.domain.events import AuditEvent
from workstation.domain.ids import OutboxId, Sha256
from workstation.domain.outbox import OutboxState, Receipt
from workstation.domain.thumbs import pack_of
from workstation.store.blobs import FileBlobs
from workstation.store.database import open_store


@dataclass(slots=True)
class Compacted:
    cleared: int = 0
    bytes: int = 0
    not_reconciled: int = 0
    not_backed_up: int = 0


def compact(root: Path, target: Path) -> Compacted:
    """G28 if ``target`` is no backup."""
    home, settings, result = Home(root), load(root), Compacted()
    backup = read_manifest(target)
    store, there = office_store(home, settings), FileBlobs(target / "blobs")
    try:
        saved = _saved_receipts(backup, there)
        with store.read_factory() as uow:
            received = [(item, uow.dossiers.get(item.dossier_id)) for item in uow.outbox.list((OutboxState.RECEIVED,))]
        for item, dossier in received:
            if item.reconciled_at is None:
                result.not_reconciled += 1
                continue
            files = [path for sha256 in _files(dossier) for path in (home.cache / sha256[:2]).glob(f"{sha256}-*")]
            files += [pack for pack in (pack_of(home.cache, dossier.id),) if pack.is_file()]
            if not files:
                continue
            if item.receipt is None or saved.get(item.id) != item.receipt or not _whole(dossier, backup, there):
                result.not_backed_up += 1
                continue
            freed = sum(path.stat().st_size for path in files)
            for path in files:
                path.unlink(missing_ok=True)
            with store.uow_factory() as uow:
                uow.audit.append(AuditEvent(datetime.now(UTC), "system", "compacted", dossier.id, (("bytes", freed),)))
                uow.commit()
            result.cleared, result.bytes = result.cleared + 1, result.bytes + freed
    finally:
        there.close()
        store.close()
    return result


def _files(dossier: Dossier) -> list[Sha256]:
    """Every stored file of a dossier: what its pages are drawn from, and what was made of them."""
    found = [page.source.original for page in dossier.pages]
    for document in dossier.documents:
        found += [one.sha256 for one in (document.published, document.sealed) if one is not None]
    return list(dict.fromkeys(found))


def _whole(dossier: Dossier, backup: Backup, there: FileBlobs) -> bool:
    return all(sha256 in backup.blobs and there.verify(sha256) for sha256 in _files(dossier))


def _saved_receipts(backup: Backup, there: FileBlobs) -> dict[OutboxId, Receipt]:
    """What the backup's own database says was received; nothing where it has none."""
    if backup.database is None or not there.verify(backup.database):
        return {}
    with tempfile.TemporaryDirectory(dir=there.staging()) as folder:
        copy_durably(there.path(backup.database), Path(folder) / "store.sqlite3")
        store = open_store(Path(folder) / "store.sqlite3")
        try:
            with store.read_factory() as uow:
                return {i.id: i.receipt for i in uow.outbox.list((OutboxState.RECEIVED,)) if i.receipt is not None}
        finally:
            store.close()
