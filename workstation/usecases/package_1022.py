"""The reply to a case of the 1022 feedback system, as a package to hand over: the city publishes no interface to it.

A folder, or one zip, named by the case's reference number: the signed files as they are, ``phan-anh-1022.json`` for machines, and
``SHA256SUMS`` that anyone checks with ``sha256sum -c``. The same dossier gives the same bytes. Of the documents only what stands
on the reply itself goes in: whom a paper is about, and the dossier's own title, stay here.
"""

import hashlib
import json
import re
import shutil
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from workstation.domain.dossier import COMPLETE, Document, Dossier
from workstation.domain.durable import copy_durably, sync_folder, write_durably
from workstation.domain.errors import WorkstationError
from workstation.domain.fields import nfc
from workstation.domain.ids import Sha256
from workstation.usecases.office import Office
from workstation.usecases.send import file_name

RECORD = "phan-anh-1022.json"
SUMS = "SHA256SUMS"
FORMAT = "tram-so-hoa/1022/1"
_REFERENCE = re.compile(r"[A-Za-z0-9]+(?:[./_-][A-Za-z0-9]+)*")
_LONGEST = 50
_TOLD = ("number", "notation", "issued_date", "organ_name", "subject", "signer_name", "signer_title")
_BEGINNING_OF_ZIP = (1980, 1, 1, 0, 0, 0)
"""A zip has to name a time; none of ours would mean anything."""
_PLAIN_FILE = 0o100644 << 16


@dataclass(frozen=True, slots=True)
class Reply:
    """One signed file of the package, and what its paper says."""

    name: str
    sha256: Sha256
    bytes: int
    pages: int
    type_name: str
    fields: tuple[tuple[str, str], ...]
    signer: str
    signing_time: str


@dataclass(frozen=True, slots=True)
class Package:
    path: Path
    """The folder or the zip."""
    replies: tuple[Reply, ...]
    new: bool
    """False: the very same package lay there already."""


def is_reference(text: str) -> bool:
    """Letters, digits, and single ``. / _ -`` between them; at most 50 characters."""
    return len(text) <= _LONGEST and _REFERENCE.fullmatch(text) is not None


def record_of(reference: str, organization: str, dossier_code: str, replies: Sequence[Reply]) -> bytes:
    """JSON in NFC, keys sorted."""
    documents = [
        {
            "file": reply.name,
            "sha256": reply.sha256,
            "bytes": reply.bytes,
            "pages": reply.pages,
            "type_name": reply.type_name,
            **dict(reply.fields),
            "signature": {"signer": reply.signer, "time": reply.signing_time},
        }
        for reply in replies
    ]
    record = {
        "format": FORMAT,
        "reference": reference,
        "organization": nfc(organization),
        "dossier": dossier_code,
        "documents": documents,
    }
    return (json.dumps(record, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def sums_of(files: Sequence[tuple[str, str]]) -> bytes:
    """``sha256sum``'s lines of (name, hash), by name."""
    return "".join(f"{sha256}  {name}\n" for name, sha256 in sorted(files)).encode()


def package_1022(
    office: Office, dossier: Dossier, reference: str, out: Path, by: str, numbers: Sequence[int] = (), *, zipped: bool = False
) -> Package:
    """``numbers``: which of the dossier's documents, from 1; none: all. C12 for one that is not signed; U01 for a reference or a
    number that can't be, or where another package of that name lies; M01, M03. What is there when this returns is whole and on
    disk."""
    if not is_reference(reference):
        raise WorkstationError("U01", detail="--reference")
    replies = _replies(office, dossier, numbers)
    name = f"1022-{reference.replace('/', '-')}"
    target = out / (f"{name}.zip" if zipped else name)
    part = out / f".{name}.part"
    shutil.rmtree(part, ignore_errors=True)  # of a run that was killed
    part.mkdir()
    try:
        _fill(office, dossier, reference, replies, part)
        made = _zipped(part) if zipped else part
        new = not target.exists()
        if not new and not _same(made, target):
            raise WorkstationError("U01", detail=target.name)
        with office.uow() as uow:
            uow.audit.append(office.event(by, "packaged-1022", dossier.id, reference=reference, files=len(replies)))
            uow.commit()
        if new and zipped:
            copy_durably(made, target)
        elif new:
            part.rename(target)
            sync_folder(out)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return Package(target, replies, new)


def _replies(office: Office, dossier: Dossier, numbers: Sequence[int]) -> tuple[Reply, ...]:
    wanted = sorted(set(numbers)) or range(1, len(dossier.documents) + 1)
    if not wanted or wanted[0] < 1 or wanted[-1] > len(dossier.documents):
        raise WorkstationError("U01", detail="--document")
    return tuple(_reply(office, dossier, number, dossier.documents[number - 1]) for number in wanted)


def _reply(office: Office, dossier: Dossier, number: int, document: Document) -> Reply:
    sealed = document.sealed
    if document.state not in COMPLETE or sealed is None:
        raise WorkstationError("C12", document=number)
    type_name = document.field("type_name") or office.rules.document(document.type_code).type.name
    return Reply(
        file_name(dossier, number, type_name),
        sealed.sha256,
        sealed.bytes,
        len(dossier.pages_of(document.id)),
        nfc(type_name),
        tuple((name, nfc(value)) for name in _TOLD if (value := document.field(name))),
        sealed.signer,
        sealed.signing_time,
    )


def _fill(office: Office, dossier: Dossier, reference: str, replies: Sequence[Reply], folder: Path) -> None:
    for reply in replies:
        copy_durably(office.blobs.path(reply.sha256), folder / reply.name)
        if _sha256(folder / reply.name) != reply.sha256:
            raise WorkstationError("M03")
    record = record_of(reference, office.organization, dossier.code, replies)
    write_durably(folder / RECORD, record)
    files = [(reply.name, reply.sha256) for reply in replies]
    write_durably(folder / SUMS, sums_of([*files, (RECORD, hashlib.sha256(record).hexdigest())]))


def _zipped(folder: Path) -> Path:
    """A zip of the folder's files beside them: sorted, not compressed, without a time."""
    target = folder / ".zip"
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted(path for path in folder.iterdir() if path != target):
            entry = zipfile.ZipInfo(path.name, _BEGINNING_OF_ZIP)
            entry.create_system, entry.external_attr = 3, _PLAIN_FILE
            entry.file_size = path.stat().st_size
            with path.open("rb") as source, archive.open(entry, "w") as sink:
                shutil.copyfileobj(source, sink, 1 << 20)
    return target


def _same(made: Path, there: Path) -> bool:
    if made.is_dir() != there.is_dir():
        return False
    return _contents(made) == _contents(there)


def _contents(path: Path) -> list[tuple[str, str]]:
    if path.is_file():
        return [("", _sha256(path))]
    return sorted((file.name, _sha256(file) if file.is_file() else "") for file in path.iterdir())


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
