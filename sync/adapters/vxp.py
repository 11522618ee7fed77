"""The national document exchange axis (VXP), or the city's platform (LGSP) that stands before it: calls and delivery.

Calls, headers and answers are those of the axis's own Java SDK 2.0.1 (integration.md 2.6). Each answer is HTTP 200 with JSON
``{status, ErrorCode, ErrorDesc, …}``; the code decides. The SDK takes an answer that is no JSON for an empty list: here it is an
unknown outcome. There is no key and no resume, so before a document is sent the list of what was sent is asked for it, and what
is found there is fetched and compared to the byte.
"""

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from sync.adapters.edxml import Edoc, is_organ_id
from sync.adapters.edxml_map import edoc_of, receivers_of
from sync.adapters.edxml_read import read_message
from sync.adapters.edxml_write import write_edoc
from sync.adapters.line import PeerLine, json_object, paths_of, success, text_of
from sync.adapters.markup import tidy
from sync.adapters.steps import checked_bytes, once
from sync.adapters.text import VIETNAM
from sync.failure import WardFailure
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import Sha256
from workstation.domain.outbox import FailureClass
from workstation.domain.peers import CodeBook, Delivered, Parcel, Part, PeerConfig, PeerDocument, StepJournal
from workstation.domain.signing import Secret

PATHS = {"send": "/sendEdoc", "sent": "/getSentEdocList", "get": "/getEdoc"}
NOTHING = "–"
"""Reference of a dossier in which nothing is for the axis."""
_EDOC = {"servicetype": "eDoc", "messagetype": "edoc"}
_PIECE = 64 * 1024
_MOST_CANDIDATES = 20
_ID = re.compile(r"[A-Za-z0-9._-]{1,100}")
_SDK_VERSION = "3.0.201608"


def signed_headers(given: Mapping[str, str], secret: Secret) -> dict[str, str]:
    """The request's headers as the axis wants them: each once more under its own prefix, all of them in one line of JSON, and
    the HMAC-SHA256 of that line. ``given``: ASCII."""
    prefixed = {f"XroadVnpt-{name}": value for name, value in given.items()}
    line = json.dumps(prefixed, separators=(",", ":"))
    return {
        **prefixed,
        "Content-Type": given["Content-Type"],
        "XroadVnpt-sign-header-key": ";".join(given),
        "XroadVnpt-sign-header": line,
        "XroadVnpt-hash-header": hmac.new(secret.reveal().encode(), line.encode(), hashlib.sha256).hexdigest(),
        "XroadVnpt-version": _SDK_VERSION,
    }


def sdk_hash(data: bytes) -> str:
    """SHA-256 as the SDK prints it: each byte without its leading zero, so fewer than 64 digits as a rule. The axis compares it
    with its own print, if at all."""
    return "".join(f"{byte:x}" for byte in hashlib.sha256(data).digest())


class Vxp:
    """``domain.peers.PeerAdapter`` of kind ``edxml``: a message a document. M06 if the settings lack what the axis needs.

    ``secret`` is called for each request. ``now``: aware.
    """

    def __init__(
        self,
        config: PeerConfig,
        book: CodeBook,
        secret: Callable[[], Secret],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        receivers = receivers_of(book)
        for key, fits in (
            ("unit_code", is_organ_id(config.unit_code)),
            ("unit_name", bool(config.unit_name)),
            ("account", _fits_a_header(config.account)),
            ("route", not config.route or _fits_a_header(config.route)),
            ("codes", bool(receivers) and all(is_organ_id(receiver.id) for receiver in receivers)),
        ):
            if not fits:
                raise WorkstationError("M06", key=f"peers.{key}")
        self._config = config
        self._book = book
        self._secret = secret
        self._now = now
        self._paths = paths_of(config, PATHS)
        self._line = PeerLine(config)

    @property
    def config(self) -> PeerConfig:
        return self._config

    def close(self) -> None:
        self._line.close()

    def reachable(self) -> bool:
        return self._line.answers(self._paths["sent"])

    def deliver(self, parcel: Parcel, path: Callable[[Sha256], Path], journal: StepJournal) -> Delivered:
        """Every document is written, and refused if it can't be, before the first one goes out."""
        going = [document for document in parcel.documents if self._goes(document)]
        edocs = [
            edoc_of(document, parcel, checked_bytes(document, path, self._config), self._config, self._book) for document in going
        ]
        messages = [write_edoc(edoc) for edoc in edocs]
        numbers = [
            self._deliver_one(edoc, message, f"edoc-{document.id}", journal)
            for document, edoc, message in zip(going, edocs, messages, strict=True)
        ]
        return Delivered(",".join(numbers) or NOTHING)

    def _goes(self, document: PeerDocument) -> bool:
        """Results only, and of them the types that the office's codes name, if they name any: a citizen's application has no
        number and is nobody else's."""
        return document.part is Part.RESULT and (not self._book.types or document.type_code in self._book.types)

    def _deliver_one(self, edoc: Edoc, message: bytes, step: str, journal: StepJournal) -> str:
        return once(journal, step, lambda: self._look_up(edoc, journal), lambda: self._send(edoc, message, journal))

    # --- calls

    def _send(self, edoc: Edoc, message: bytes, journal: StepJournal) -> str:
        def pieces() -> Iterator[bytes]:
            for start in range(0, len(message), _PIECE):
                piece = message[start : start + _PIECE]
                journal.moving(len(piece))
                yield piece

        given = {"from": edoc.sender.id, **_EDOC, "hash-file": sdk_hash(message), "Content-Type": "application/octet-stream"}
        body = self._call("send", given, (len(message), pieces()))
        return _number(text_of(body, "DocId"))

    def _look_up(self, edoc: Edoc, journal: StepJournal) -> str | None:
        """The axis's number of that very document; None if it does not have it; XUNG_DOT if it has another one of that name."""
        for number in self._candidates(edoc):
            found = self._fetch(number, journal)
            if found.document_id != edoc.document_id:
                continue  # numbers begin anew each year
            if [a.data for a in found.attachments] != [a.data for a in edoc.attachments]:
                raise WardFailure(FailureClass.XUNG_DOT, detail="another file under that id")
            return number
        return None

    def _candidates(self, edoc: Edoc) -> list[str]:
        """Numbers of what was sent from here and may be it: same notation, or none that is told."""
        rows = self._call("sent", {**_EDOC, "Content-Type": "application/json"}).get("data")
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise WardFailure(FailureClass.KHONG_RO, detail="no list")
        mine = [
            row
            for row in rows
            if row.get("fromCode") in (None, "", edoc.sender.id)
            and tidy(str(row.get("notation") or "")) in ("", str(edoc.code))
            and row.get("messageType") in (None, "", "edoc")
        ]
        numbers = dict.fromkeys(_number(text_of(row, "senderDocId")) for row in mine)  # a row a receiver
        if len(numbers) > _MOST_CANDIDATES:
            raise WardFailure(FailureClass.KHONG_RO, detail="too many alike")
        return list(numbers)

    def _fetch(self, number: str, journal: StepJournal) -> Edoc:
        """What comes in counts for cap and lease as what goes out."""
        body = self._call("get", {"docId": number, "Content-Type": "application/json"}, received=journal.moving)
        try:
            found = read_message(base64.b64decode(text_of(body, "data"), validate=True))
        except (binascii.Error, ValueError, WorkstationError) as error:
            raise WardFailure(FailureClass.KHONG_RO, detail="no edXML") from error
        if not isinstance(found, Edoc):
            raise WardFailure(FailureClass.KHONG_RO, detail="no document")
        return found

    def _call(
        self,
        name: str,
        given: Mapping[str, str],
        raw: tuple[int, Iterator[bytes]] | None = None,
        received: Callable[[int], None] = lambda count: None,
    ) -> dict[str, object]:
        """The answer's body if its ErrorCode says success. KHONG_HOP_LE for another code, KHONG_RO for none."""
        local = self._now().astimezone(VIETNAM)
        stamped = {
            "systemid": self._config.account,
            "timestamp": f"{local:%d%m%YT%H%M%S}+{local.microsecond // 1000:04d}",
            **({"dstcode": self._config.route} if self._config.route else {}),
            **given,
        }
        headers = signed_headers(stamped, self._secret())
        if self._config.route:
            headers["dstcode"] = self._config.route
        most = _envelope(self._config.max_bytes)
        reply = self._line.request("POST", self._paths[name], headers=headers, raw=raw, most=most, received=received)
        body = json_object(success(reply))
        code = body.get("ErrorCode")
        if isinstance(code, int) and not isinstance(code, bool):
            code = str(code)
        if not isinstance(code, str):
            raise WardFailure(FailureClass.KHONG_RO, detail="no ErrorCode")
        if code not in ("0", "00"):
            raise WardFailure(FailureClass.KHONG_HOP_LE, field=f"ErrorCode-{code}", status=200)
        if str(body.get("status", "OK")).upper() == "FAIL":
            raise WardFailure(FailureClass.KHONG_RO, detail="two answers in one")
        return body


def _envelope(size: int) -> int:
    """Bytes of an answer that holds a document with a file of ``size``: base64 within base64, and a header."""
    return size * 16 // 9 + 1024 * 1024


def _fits_a_header(text: str) -> bool:
    return bool(text) and text.isascii() and text.isprintable()


def _number(text: str) -> str:
    """The axis's own number goes into headers and the journal: only what can be one passes."""
    if not _ID.fullmatch(text):
        raise WardFailure(FailureClass.KHONG_RO, detail="no number")
    return text
