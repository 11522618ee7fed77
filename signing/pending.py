"""The journal of requests that wait for somebody's confirmation: what was sent, and the very files that it will finish.

One folder a request under the home folder's ``pending/``: ``request.json`` and the prepared PDFs. The folder is whole and on disk
before anything is sent, so that after a kill or a power cut the same request is asked about again and never sent twice.
"""

import json
import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from workstation.domain.durable import sync_folder, write_durably
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import Sha256

_RECORD = "request.json"
LITTER_SECONDS = 3600.0
SENDING, SENT, CONFIRMED = "sending", "sent", "confirmed"


@dataclass(frozen=True, slots=True)
class PendingFile:
    document: str
    """What the service calls it; says nothing about the file."""
    source: Sha256
    """The file that is signed: if it is another by now, the signature is not for it."""
    out: str
    prepared: str
    """Name in the request's folder: the file with a hole for the signature."""
    signature_field: str
    moment: str
    """ISO 8601, UTC: the signing time that the file says."""
    digest: str
    """Of the prepared file's byte range, hexadecimal."""
    gap: tuple[int, int]
    hash: str
    """What was sent to be signed, hexadecimal: SHA-256 of the signed attributes (RFC 5652, 5.4)."""


@dataclass(frozen=True, slots=True)
class PendingRequest:
    id: str
    service: str
    state: str
    """``sending`` (it may have arrived or not), ``sent``, or ``confirmed``."""
    remote_id: str
    created: str
    """ISO 8601, UTC."""
    certificate: str
    """SHA-256, hexadecimal."""
    files: tuple[PendingFile, ...]
    signatures: Mapping[str, str] = field(default_factory=dict)
    """Base64 by document, once confirmed."""

    def age(self, now: datetime) -> float:
        """Seconds since it was made."""
        return (now - datetime.fromisoformat(self.created)).total_seconds()


class Journal:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def place(self, request_id: str) -> Path:
        """The request's folder, made if it is not there. Prepared files are put into it before ``write``."""
        folder = self.folder / request_id
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def write(self, request: PendingRequest) -> None:
        """Puts the record on disk, whole or not at all; after it the request is known."""
        data = json.dumps(asdict(request), ensure_ascii=False, indent=1).encode()
        write_durably(self.place(request.id) / _RECORD, data)
        for folder in (self.folder, self.folder.parent):  # the request's own folder has to be there after a power cut too
            sync_folder(folder)

    def remove(self, request_id: str) -> None:
        folder = self.folder / request_id
        (folder / _RECORD).unlink(missing_ok=True)  # first: without it the rest is only litter
        shutil.rmtree(folder, ignore_errors=True)

    def requests(self, service: str) -> Iterator[PendingRequest]:
        """What is known of ``service``. Old folders without a record were never sent, and are cleared away; a young one may be
        another process's that is being prepared. M04: a record was damaged; what was sent for which file is for a person."""
        if not self.folder.is_dir():
            return
        for folder in sorted(self.folder.iterdir()):
            record = folder / _RECORD
            if not record.is_file():
                if time.time() - folder.stat().st_mtime > LITTER_SECONDS:
                    shutil.rmtree(folder, ignore_errors=True)
                continue
            try:
                request = _read(json.loads(record.read_text("utf-8")))
            except (OSError, ValueError, TypeError, KeyError) as error:
                raise WorkstationError("M04") from error
            if request.service == service:
                yield request


def _read(data: dict[str, Any]) -> PendingRequest:
    """ValueError, TypeError or KeyError for what is none."""
    files = tuple(PendingFile(**{**entry, "gap": tuple(entry["gap"])}) for entry in data["files"])
    return PendingRequest(**{**data, "files": files})
