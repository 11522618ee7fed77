"""Copies for people: the signed files of a dossier, its index and its receipt, in a folder named by its code.

A copy, not the record: it can be deleted and made again. An inspector can check it without the program: each PDF's
signature, the hashes in ``dossier.json``, the receipt's signature. Where archive time-stamps were appended since, the copy with
them lies beside the file that was sent.
"""

import json
from pathlib import Path

from workstation.domain.dossier import Dossier
from workstation.domain.durable import copy_durably, write_durably
from workstation.domain.outbox import OutboxItem
from workstation.usecases.archive import BESIDE, newest
from workstation.usecases.office import Office
from workstation.usecases.send import file_name


def export_dossier(office: Office, dossier: Dossier, item: OutboxItem | None, folder: Path) -> dict[str, Path]:
    """Writes ``folder``/<code>/…; gives the path of each document's file by document id (signed, or else published)."""
    target = folder / dossier.code
    target.mkdir(parents=True, exist_ok=True)
    paths: dict[str, Path] = {}
    for i, document in enumerate(dossier.documents, 1):
        source = document.sealed or document.published
        if source is None:
            continue
        name = file_name(dossier, i, document.field("type_name") or office.rules.document(document.type_code).type.name)
        paths[document.id] = target / name
        copy_durably(office.blobs.path(source.sha256), target / name)
        if (kept := newest(office, source.sha256)) != source.sha256:
            copy_durably(office.blobs.path(kept), target / name.replace(".pdf", BESIDE))
    index = item.metadata if item else json.dumps({"code": dossier.code, "title": dossier.title}, ensure_ascii=False)
    text = json.dumps(json.loads(index), ensure_ascii=False, indent=1) + "\n"
    write_durably(target / "dossier.json", text.encode())
    if item and item.receipt:
        write_durably(target / "receipt.jws", f"{item.receipt.jws}\n".encode())
    return paths
