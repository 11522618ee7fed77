"""National portal, generation 2: OAuth 2, files first (IdTepTin and HashTepTin), then the case that names them, then its status.

What is known of it is one sample of June 2026. Which hash HashTepTin is, it does not say: the digest that has its length decides.
A file that nothing refers to and a case number that is not used are no part of any case, so that these two steps may be asked
for again; the case and its status are looked up first.
"""

import base64
import binascii
import hashlib
import time
from collections.abc import Callable
from pathlib import Path

from sync.adapters.codes import parse_case_code
from sync.adapters.line import PeerLine, Reply, json_object, must_have, paths_of, success, text_of
from sync.adapters.portal2_map import Stored, case_body, status_body
from sync.adapters.steps import checked_bytes, once
from sync.adapters.text import unfit
from sync.failure import WardFailure, classify
from workstation.domain.ids import DocumentId, Sha256
from workstation.domain.outbox import FailureClass
from workstation.domain.peers import BEGUN, CodeBook, Delivered, Parcel, PeerConfig, PeerDocument, StepJournal
from workstation.domain.signing import Secret

PATHS = {
    "token": "/DvcSync/GetToken",
    "number": "/DvcSync/GetNextValue",
    "file": "/DvcSync/UploadFile",
    "case": "/DvcSync/CreateDossier",
    "status": "/DvcSync/CapNhatTrangThai",
    "lookup": "/DvcSync/TraCuuHoSo",
}
_GOOD = frozenset({0, 200, 201})
"""``code`` in an envelope of a success; missing is as good, since only what ``data`` holds counts."""
_DIGESTS = {16: "md5", 20: "sha1", 32: "sha256", 48: "sha384", 64: "sha512"}
"""By length in bytes."""


class Portal2:
    """``domain.peers.PeerAdapter``. M06 if the settings lack what this portal needs."""

    def __init__(
        self,
        config: PeerConfig,
        book: CodeBook,
        secret: Callable[[], Secret],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        must_have(config, "unit_code", "account")
        self._config = config
        self._book = book
        self._secret = secret
        self._paths = paths_of(config, PATHS)
        self._line = PeerLine(config, monotonic)
        self._monotonic = monotonic
        self._token = ""
        self._token_end = 0.0

    @property
    def config(self) -> PeerConfig:
        return self._config

    def close(self) -> None:
        self._line.close()

    def reachable(self) -> bool:
        return self._line.answers(self._paths["token"])

    def deliver(self, parcel: Parcel, path: Callable[[Sha256], Path], journal: StepJournal) -> Delivered:
        if parcel.case.code and parse_case_code(parcel.case.code) is None:
            raise unfit("MaHoSo")
        # what the mapping lacks is said before a byte goes out
        unsent = {d.id: Stored("-", "-") for d in parcel.documents}
        case_body(parcel, "-", self._config, self._book, unsent)
        status_body(parcel, "-", "-", self._config, self._book, unsent)
        stored = {d.id: self._file(d, path, journal) for d in parcel.documents}
        code = self._number(parcel, journal)
        case_id = self._case(parcel, code, stored, journal)
        self._status(parcel, case_id, code, stored, journal)
        return Delivered(f"{code} · {case_id}")

    # --- steps

    def _file(self, document: PeerDocument, path: Callable[[Sha256], Path], journal: StepJournal) -> Stored:
        """The portal's name for the file, once its hash is that of ours. Other bytes there: sent once more, then SAI_BAM."""
        step = f"file.{document.sha256}"
        if known := journal.get(step):
            file_id, _, digest = known.partition(" ")
            return Stored(file_id, digest)
        data = checked_bytes(document, path, self._config)
        for _ in range(2):
            journal.moving(len(data))
            files = {"files": (document.name, data, "application/pdf")}
            stored = _stored(self._call("POST", "file", files=files))
            if same_hash(stored.hash, data):
                journal.done(step, f"{stored.file_id} {stored.hash}")
                return stored
        raise WardFailure(FailureClass.SAI_BAM, detail="another hash", status=200)

    def _number(self, parcel: Parcel, journal: StepJournal) -> str:
        """MaHoSo of the receipt, else the portal's next one."""
        if code := parcel.case.code.strip() or journal.get("number"):
            return code
        body = self._call("GET", "number", params={"code": self._config.unit_code})
        code = text_of(body, "value") if "value" in body else text_of(_data(body), "value")
        if parse_case_code(code) is None:
            raise WardFailure(FailureClass.KHONG_RO, detail="no case number")
        journal.done("number", code)
        return code

    def _case(self, parcel: Parcel, code: str, stored: dict[DocumentId, Stored], journal: StepJournal) -> str:
        body = case_body(parcel, code, self._config, self._book, stored)

        def look_up() -> str | None:
            known = self._known(code)
            if known is None:
                return None
            if not _same_case(known, body):
                raise WardFailure(FailureClass.XUNG_DOT, field="MaHoSo")
            return text_of(known, "idHoSo")

        def act() -> str:
            try:
                data = _data(self._call("POST", "case", body=body))
            except WardFailure as failure:
                if failure.failure is FailureClass.HET_HAN:
                    # the portal forgot the files before they were used: nothing was created
                    for document in parcel.documents:
                        journal.forget(f"file.{document.sha256}")
                    failure.sent = False
                raise
            if data.get("maHoSo", code) != code:
                raise WardFailure(FailureClass.KHONG_RO, detail="another case")
            return text_of(data, "idHoSo")

        return once(journal, "case", look_up, act)

    def _status(self, parcel: Parcel, case_id: str, code: str, stored: dict[DocumentId, Stored], journal: StepJournal) -> None:
        body = status_body(parcel, case_id, code, self._config, self._book, stored)
        wanted = str(parcel.case.status.value)

        def look_up() -> str | None:
            if journal.get("status") != BEGUN:
                return None  # setting a status anew is the same status; results come with it
            known = self._known(code)
            if known is None or "TrangThai" not in known:
                raise WardFailure(FailureClass.KHONG_RO, detail="no status")
            return wanted if str(known["TrangThai"]) == wanted and _names(known, body, "DanhSachGiayToKetQua") else None

        def act() -> str:
            self._call("POST", "status", body=[body])
            return wanted

        once(journal, "status", look_up, act)

    # --- calls

    def _known(self, code: str) -> dict[str, object] | None:
        """The case of that number as the portal shows it. "Not there" is an envelope that says so, never a bare 404."""
        body = self._call("GET", "lookup", params={"maHoSo": code}, absent=True)
        if body.get("code") == 404:
            return None
        if "data" in body and body["data"] is None:
            return None
        return _data(body)

    def _call(
        self,
        method: str,
        where: str,
        *,
        body: object = None,
        files: dict[str, tuple[str, bytes, str]] | None = None,
        params: dict[str, str] | None = None,
        absent: bool = False,
    ) -> dict[str, object]:
        """One call; a refused token is renewed once. ``absent``: an envelope with code 404 is an answer."""
        for fresh in (False, True):
            sent = {"Authorization": f"Bearer {self._bearer()}"}
            reply = self._line.request(method, self._paths[where], headers=sent, body=body, files=files, params=params)
            if _envelope_code(reply) != 401 or fresh:
                break
            self._token = ""
        code = _envelope_code(reply)
        if code == 404 and absent:
            return {"code": 404}
        if code == 404:
            # only what a case names can have expired; elsewhere it is another server's word
            raise WardFailure(FailureClass.HET_HAN if where == "case" else FailureClass.KHONG_RO, status=reply.status)
        answer = json_object(success(reply))
        if code is not None and code not in _GOOD:
            raise WardFailure(classify(code) if code >= 400 else FailureClass.KHONG_RO, status=reply.status)
        return answer

    def _bearer(self) -> str:
        if not self._token or self._monotonic() > self._token_end:
            self._log_in()
        return self._token

    def _log_in(self) -> None:
        credentials = {"client_id": self._config.account, "client_secret": self._secret().reveal()}
        try:
            reply = self._line.request("POST", self._paths["token"], body=credentials)
            if reply.status in (400, 401, 403) or _envelope_code(reply) in (400, 401, 403):
                raise WardFailure(FailureClass.XAC_THUC, status=reply.status)
            data = _data(json_object(success(reply)))
            token, lifetime = text_of(data, "access_token"), data.get("expires_in")
        except WardFailure as failure:
            failure.sent = False  # no more than the log-in was
            raise
        self._token = token
        # renewed a little early, so that a token does not end on its way
        seconds = float(lifetime) if isinstance(lifetime, int) and lifetime > 0 else 60.0
        self._token_end = self._monotonic() + 0.9 * seconds


def same_hash(claimed: str, data: bytes) -> bool:
    """Whether it is a digest of these bytes: hexadecimal or base64, the algorithm by its length. Anything else is not."""
    text = claimed.strip()
    for decode in (bytes.fromhex, lambda t: base64.b64decode(t, validate=True)):
        try:
            digest = decode(text)
        except (ValueError, binascii.Error):
            continue
        name = _DIGESTS.get(len(digest))
        if name is not None and hashlib.new(name, data, usedforsecurity=False).digest() == digest:
            return True
    return False


def _envelope_code(reply: Reply) -> int | None:
    """``code`` of the envelope, else a refusing status; None: neither says anything."""
    try:
        code = json_object(reply).get("code")
    except WardFailure:
        code = None
    if isinstance(code, int) and not isinstance(code, bool):
        return code
    return reply.status if reply.status == 401 else None


def _data(body: dict[str, object]) -> dict[str, object]:
    data = body.get("data")
    if not isinstance(data, dict):
        raise WardFailure(FailureClass.KHONG_RO, detail="no data")
    return data


def _stored(body: dict[str, object]) -> Stored:
    """Of the only file of an upload; a gateway wraps the portal's own answer once more."""
    rows: object = body.get("data")
    for _ in range(2):
        first = rows[0] if isinstance(rows, list) and len(rows) == 1 else None
        if isinstance(first, dict) and isinstance(first.get("response"), dict):
            rows = first["response"].get("data")
        elif isinstance(first, dict):
            return Stored(text_of(first, "IdTepTin"), text_of(first, "HashTepTin"))
    raise WardFailure(FailureClass.KHONG_RO, detail="no file")


def _same_case(known: dict[str, object], ours: dict[str, object]) -> bool:
    """Of the same procedure and with our files, as far as the portal shows them."""
    return known.get("MaTTHC", ours["MaTTHC"]) == ours["MaTTHC"] and _names(known, ours, "ThanhPhanHoSo")


def _names(known: dict[str, object], ours: dict[str, object], key: str) -> bool:
    """Whether the portal shows all our hashes there; a portal that does not show that list is asked no further."""
    return key not in known or _hashes(ours[key]) <= _hashes(known[key])


def _hashes(value: object) -> set[str]:
    if isinstance(value, dict):
        own = {str(value["HashTepTin"])} if value.get("HashTepTin") else set()
        return own.union(*(_hashes(v) for v in value.values()))
    return set().union(*(_hashes(v) for v in value)) if isinstance(value, list) else set()
