"""OpenCPS v2 over REST: a dossier by our referenceUid, its files by theirs, then submitted.

It knows no hashes and no idempotency keys. The referenceUid that the client chooses is the only handle against doubles; what lies
there is told by ``fileSize``, and by fetching the bytes again where they are few.
"""

import base64
import hashlib
from collections.abc import Callable
from pathlib import Path

from sync.adapters.line import PeerLine, Reply, json_object, must_have, paths_of, success
from sync.adapters.opencps_map import dossier_form, file_form
from sync.adapters.steps import checked_bytes, once
from sync.failure import WardFailure
from workstation.domain.ids import Sha256
from workstation.domain.outbox import FailureClass
from workstation.domain.peers import BEGUN, CodeBook, Delivered, Parcel, PeerConfig, PeerDocument, StepJournal
from workstation.domain.signing import Secret

PATHS = {"dossiers": "/dossiers"}
_SMALL = 2 * 1024 * 1024
"""Bytes that are fetched again to be compared; of larger files only the size is known."""


class OpenCps:
    """``domain.peers.PeerAdapter``. M06 if the settings lack what this peer needs."""

    def __init__(self, config: PeerConfig, book: CodeBook, secret: Callable[[], Secret]) -> None:
        must_have(config, "unit_code", "account", "route")
        self._config = config
        self._book = book
        self._secret = secret
        self._dossiers = paths_of(config, PATHS)["dossiers"]
        self._line = PeerLine(config)

    @property
    def config(self) -> PeerConfig:
        return self._config

    def close(self) -> None:
        self._line.close()

    def reachable(self) -> bool:
        return self._line.answers(self._dossiers)

    def deliver(self, parcel: Parcel, path: Callable[[Sha256], Path], journal: StepJournal) -> Delivered:
        # what the mapping lacks is said before a byte goes out
        form = dossier_form(parcel, self._config, self._book)
        file_forms = {d.id: file_form(parcel, d, self._book) for d in parcel.documents}
        contents = {d.id: checked_bytes(d, path, self._config) for d in parcel.documents}
        number = once(
            journal,
            "dossier",
            lambda: self._known_dossier(parcel),
            lambda: _number(json_object(self._call("POST", self._dossiers, form=form)), "dossierId"),
        )
        for document in parcel.documents:
            self._file(number, document, file_forms[document.id], contents[document.id], journal)
        self._submit(number, parcel, journal)
        return Delivered(number)

    # --- steps

    def _known_dossier(self, parcel: Parcel) -> str | None:
        found = self._dossier(parcel.dossier_id)
        if found is None:
            return None
        if found.get("serviceCode", parcel.case.procedure) != parcel.case.procedure:
            raise WardFailure(FailureClass.XUNG_DOT, field="serviceCode")
        return _number(found, "dossierId")

    def _file(self, number: str, document: PeerDocument, form: dict[str, str], data: bytes, journal: StepJournal) -> None:
        """The file is there with our bytes. Other bytes there: replaced once, then SAI_BAM."""
        files = f"{self._dossiers}/{number}/files"
        there = False

        def look_up() -> str | None:
            nonlocal there
            size = self._size(files, document)
            there = size is not None
            return document.id if there and self._same(files, document, size) else None

        def act() -> str:
            for _ in range(2):
                journal.moving(len(data))
                address = f"{files}/{document.id}" if there else files
                success(self._call("POST", address, form=form, files={"file": (document.name, data, "application/pdf")}))
                if look_up() is not None:
                    return document.id
            raise WardFailure(FailureClass.SAI_BAM, detail="other bytes", status=200)

        once(journal, f"file.{document.id}", look_up, act)

    def _submit(self, number: str, parcel: Parcel, journal: StepJournal) -> None:
        def look_up() -> str | None:
            found = self._dossier(parcel.dossier_id)
            if found is None or (journal.get("submit") == BEGUN and "dossierStatus" not in found):
                raise WardFailure(FailureClass.KHONG_RO, detail="no status")
            return str(found["dossierStatus"]) if found.get("dossierStatus") else None

        def act() -> str:
            json_object(self._call("POST", f"{self._dossiers}/{number}/submit"))
            return "submitted"

        once(journal, "submit", look_up, act)

    # --- calls

    def _dossier(self, reference: str) -> dict[str, object] | None:
        """None only where the peer itself says, in its own form, that there is none."""
        reply = self._call("GET", f"{self._dossiers}/{reference}", absent=True)
        body = json_object(reply)
        if reply.status == 404:
            return None
        _number(body, "dossierId")
        return body

    def _size(self, files: str, document: PeerDocument) -> int | None:
        """Of the file with this reference; None: there is none."""
        body = json_object(self._call("GET", files))
        rows = body.get("data")
        if body.get("total") == 0 and rows is None:
            return None
        if not isinstance(rows, list) or any(not isinstance(row, dict) for row in rows):
            raise WardFailure(FailureClass.KHONG_RO, detail="no list")
        row = next((row for row in rows if row.get("referenceUid") == document.id), None)
        return None if row is None else int(_number(row, "fileSize"))

    def _same(self, files: str, document: PeerDocument, size: int | None) -> bool:
        if size != document.bytes:
            return False
        if document.bytes > _SMALL:
            return True
        reply = self._call("GET", f"{files}/{document.id}")
        return hashlib.sha256(reply.body).hexdigest() == document.sha256

    def _call(
        self,
        method: str,
        path: str,
        *,
        form: dict[str, str] | None = None,
        files: dict[str, tuple[str, bytes, str]] | None = None,
        absent: bool = False,
    ) -> Reply:
        pair = f"{self._config.account}:{self._secret().reveal()}".encode()
        headers = {"Authorization": f"Basic {base64.b64encode(pair).decode()}", "groupId": self._config.route}
        reply = self._line.request(method, path, headers=headers, form=form, files=files)
        return reply if absent and reply.status == 404 else success(reply)


def _number(body: dict[str, object], key: str) -> str:
    """A whole number, as a text; KHONG_RO for anything else."""
    value = body.get(key)
    if not isinstance(value, int | str) or isinstance(value, bool) or not str(value).isdecimal():
        raise WardFailure(FailureClass.KHONG_RO, detail=f"no {key}")
    return str(value)
