"""Keys whose owner confirms on a phone, in the shape of VNPT SmartCA's gateway (``…/sca/sp769/v1``): read the certificate, send
hashes, then ask until the owner has confirmed, refused, or let the time run out.

The interface is known from public programs that use it, not from a specification, and was never tried against the real service.
Several documents are one request and one confirmation. A request outlives this process (``signing.pending``).
"""

import base64
import binascii
import hashlib
import json
import ssl
import time
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
from asn1crypto import algos, pem, x509
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import Signer
from pyhanko.sign.signers.pdf_byterange import PreparedByteRangeDigest
from pyhanko_certvalidator.registry import SimpleCertificateStore

from signing import pades
from signing.keys import SigningKey, in_force, is_for_signing, require_in_force
from signing.pending import CONFIRMED, SENDING, SENT, Journal, PendingFile, PendingRequest
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.ids import Sha256
from workstation.domain.signature import KeyRef, RemoteService, SignResult
from workstation.domain.signing import RemoteSecret, Secret, SignJob

CALL_SECONDS = 15.0
"""For one request, to the last byte of its answer."""
_MOST_BYTES = 4_000_000
"""Of one answer."""
ASK_SECONDS = 5.0
"""Between two questions whether it is confirmed."""
WAIT_SECONDS = 60.0
"""How long one call waits for the phone. What follows, up to a time-stamping service that hangs, has to end below the token
lane's cap. Whoever comes later runs the command again."""
LIFETIME_SECONDS = 15 * 60.0
"""A request that the service does not know after so long never arrived. It gives the owner some five minutes."""
KEEP_SECONDS = 24 * 3600.0
"""After so long a request nobody came back for is forgotten."""
_OK = 200
Answers = dict[int, SignResult | ErrorNote]


def open_key(ref: KeyRef, secret: Secret) -> tuple[SigningKey, int, tuple[str, ...]]:
    """Reads the owner's certificate; nothing is signed. Raises C05, C07, C20 (several, and none chosen), C23, C24; M04
    (what waits can't be read any more)."""
    service = ref.remote
    if service is None or not ref.journal:
        raise WorkstationError("M06", key="remotes")
    password = secret.account.reveal() if isinstance(secret, RemoteSecret) else secret.reveal()
    gateway = Gateway(service, password)
    try:
        own, chain = _chosen(service, gateway.certificates())
        require_in_force(own)
        signer = PhoneSigner(own, chain)
        phone = Phone(gateway, Journal(Path(ref.journal)), signer)
        phone.forget_old()
    except WorkstationError:
        gateway.close()
        raise

    def translate(error: Exception) -> WorkstationError | None:
        return WorkstationError("C07", kind="mismatch") if isinstance(error, SigningError) else None

    name = "ECDSA" if own.public_key.algorithm == "ec" else "RSA PKCS#1 v1.5"
    key = SigningKey(signer, own, name, gateway.close, translate, sign_files=phone.sign_files)
    phone.key = key
    return key, max(1, service.batch), ()


Offered = tuple[x509.Certificate, tuple[x509.Certificate, ...]]
"""An owner's certificate, and those above it as far as the service gives them."""


def _chosen(service: RemoteService, found: Sequence[Offered]) -> Offered:
    """By its serial number as the settings have it (hexadecimal), else the only one in force that is for signing."""
    now = datetime.now(UTC)
    if wanted := service.credential.lower().lstrip("0"):
        found = [(own, chain) for own, chain in found if f"{own.serial_number:x}" == wanted]
    elif len(found) > 1:
        found = [(own, chain) for own, chain in found if is_for_signing(own) and in_force(own, now)]
    if len(found) > 1:
        raise WorkstationError("C20", choices=", ".join(f"{own.serial_number:x}" for own, _ in found))
    if not found:
        raise WorkstationError("C07", count=0)
    return found[0]


class NotSignedYetError(SigningError):
    """The hash is known now; its signature is not."""


class PhoneSigner(Signer):
    """Gives signatures that came by phone, by the hash that was sent; what it has none for it only writes down."""

    def __init__(self, own: x509.Certificate, chain: Sequence[x509.Certificate]) -> None:
        name = "sha256_ecdsa" if own.public_key.algorithm == "ec" else "sha256_rsa"
        mechanism = algos.SignedDigestAlgorithm({"algorithm": name})
        store = SimpleCertificateStore.from_certs(chain)
        super().__init__(signing_cert=own, cert_registry=store, signature_mechanism=mechanism, embed_roots=False)
        self.known: dict[str, bytes] = {}
        self.asked = ""

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        if dry_run:
            return bytes(512)
        self.asked = hashlib.new(digest_algorithm, data).hexdigest()
        if self.asked not in self.known:
            raise NotSignedYetError("no signature for this hash")
        return self.known[self.asked]


class Gateway:
    """The four requests. Its answers are ``{"status_code", "message", "data"}``."""

    def __init__(self, service: RemoteService, password: str) -> None:
        self.service = service
        self._who = {"sp_id": service.account, "sp_password": password, "user_id": service.user}
        self._http = httpx.Client(
            verify=ssl.create_default_context(),
            timeout=httpx.Timeout(CALL_SECONDS, connect=10.0),
            proxy=service.proxy or None,
            trust_env=False,
        )

    def close(self) -> None:
        self._http.close()

    def certificates(self) -> list[Offered]:
        """C24: account or owner not known, or an answer that makes no sense."""
        body = {**self._who, "serial_number": self.service.credential, "transaction_id": uuid.uuid4().hex}
        answer = self._call("credentials/get_certificate", body)
        if (status := _number(answer.get("status_code"))) != _OK:
            raise WorkstationError("C24", name=self.service.name, reason=str(status))
        try:
            found = [(_certificate(entry["cert_data"]), _above(entry)) for entry in answer["data"]["user_certificates"]]
        except (KeyError, TypeError, ValueError):
            raise WorkstationError("C24", name=self.service.name, reason="certificate") from None
        return found

    def send(self, request: PendingRequest, serial: int) -> str:
        """Sends the hashes; the service's name for the request. C22, C24: it did not take it. C28: nobody knows."""
        hashes = [
            {"data_to_be_signed": file.hash, "doc_id": file.document, "file_type": "pdf", "sign_type": "hash"}
            for file in request.files
        ]
        body = {**self._who, "serial_number": f"{serial:x}", "transaction_id": request.id, "sign_files": hashes}
        answer = self._call("signatures/sign", body, unknown="C28")
        status = _number(answer.get("status_code"))
        if status != _OK:  # an answer without a status is no refusal: the phone may be ringing
            raise WorkstationError("C24" if status else "C28", name=self.service.name, reason=str(status))
        data = answer.get("data")
        return str(data.get("transaction_id") or request.id) if isinstance(data, Mapping) else request.id

    def state(self, request: PendingRequest) -> tuple[str, Mapping[str, str]]:
        """``waiting``, ``refused``, ``expired``, ``missing`` or ``confirmed`` with the signatures by document. C23."""
        answer = self._call(f"signatures/sign/{quote(request.remote_id or request.id, safe='')}/status", {})
        word = str(answer.get("message", "")).upper()
        if word == "SUCCESS":
            try:
                made = {str(entry["doc_id"]): str(entry["signature_value"]) for entry in answer["data"]["signatures"]}
            except (KeyError, TypeError):
                raise WorkstationError("C23", name=self.service.name) from None
            return "confirmed", made
        if _number(answer.get("status_code")) == 404 or "NOT_FOUND" in word:
            return "missing", {}
        for state, parts in (("expired", ("EXPIRE",)), ("refused", ("REJECT", "REFUSE", "DENIED", "CANCEL"))):
            if any(part in word for part in parts):
                return state, {}
        return "waiting", {}  # a word that we don't know is no reason to give a request up

    def _call(self, endpoint: str, body: dict[str, Any], unknown: str = "C23") -> dict[str, Any]:
        """The answer's JSON object. ``unknown``: the code where the request may have been carried out."""
        try:
            answer, data = self._post(endpoint, body)
        except (httpx.ConnectError, httpx.ConnectTimeout):
            raise WorkstationError("C23", name=self.service.name) from None
        except httpx.HTTPError:
            raise WorkstationError(unknown, name=self.service.name) from None
        if answer.status_code in (401, 403):
            raise WorkstationError("C24", name=self.service.name, reason=str(answer.status_code))
        try:
            told = json.loads(data)
        except (ValueError, RecursionError):
            told = None
        if answer.status_code >= 500 or not isinstance(told, dict):
            raise WorkstationError(unknown, name=self.service.name)
        return told if answer.is_success else {"status_code": answer.status_code, **told}

    def _post(self, endpoint: str, body: dict[str, Any]) -> tuple[httpx.Response, bytes]:
        """The answer and its body. One that only trickles in, or does not end, is a time-out."""
        until, data = time.monotonic() + CALL_SECONDS, bytearray()
        with self._http.stream("POST", f"{self.service.url.rstrip('/')}/{endpoint}", json=body) as answer:
            for part in answer.iter_bytes():
                data += part
                if time.monotonic() > until or len(data) > _MOST_BYTES:
                    raise httpx.ReadTimeout("it does not end", request=answer.request)
        return answer, bytes(data)


def _certificate(text: object) -> x509.Certificate:
    """Of DER in base64, with or without the lines around it that make it PEM. KeyError, TypeError or ValueError."""
    data = str(text).encode("ascii")
    loaded = x509.Certificate.load(pem.unarmor(data)[2] if pem.detect(data) else base64.b64decode(data), strict=True)
    _ = loaded.native, loaded.public_key.algorithm  # lazily parsed: what is wrong with it shows here
    return loaded


def _above(entry: Mapping[str, Any]) -> tuple[x509.Certificate, ...]:
    """What the service gives of the chain. Nothing hangs on it: what is missing is fetched or trusted already."""
    chain = entry.get("chain_data")
    found = []
    for name in ("ca_cert", "root_cert"):
        with suppress(KeyError, TypeError, ValueError):
            found.append(_certificate(chain[name]))  # type: ignore[index]  # whatever it is
    return tuple(found)


def _number(value: object) -> int:
    """Of a number or its digits; else 0."""
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


class Phone:
    """Signs files by way of the owner's phone, with the journal between sending and finishing."""

    key: SigningKey

    def __init__(self, gateway: Gateway, journal: Journal, signer: PhoneSigner) -> None:
        self.gateway, self.journal, self.signer = gateway, journal, signer

    def sign_files(self, jobs: Sequence[SignJob]) -> tuple[SignResult | ErrorNote, ...]:
        """What became of each file. Requests that wait from before are asked about first; the rest is one new request.

        C27: waits for the phone (run again); C22: refused; C26: expired; C28: nobody knows if it arrived; C21: an older request
        for the file waits under another certificate.
        """
        until = time.monotonic() + WAIT_SECONDS
        answers: Answers = {}
        for request in list(self.journal.requests(self.gateway.service.name)):
            answers |= self._settle(request, jobs, until)
        fresh = {number: job for number, job in enumerate(jobs) if number not in answers}
        if fresh:
            try:
                if (made := self._prepare(fresh, answers)) is not None:
                    answers |= self._settle(self._send(made), jobs, until)
            except WorkstationError as error:
                answers |= {number: error.note for number in fresh if number not in answers}
        return tuple(answers[number] for number in range(len(jobs)))

    def forget_old(self) -> None:
        for request in list(self.journal.requests(self.gateway.service.name)):
            if request.age(datetime.now(UTC)) > KEEP_SECONDS:
                self.journal.remove(request.id)

    def _prepare(self, jobs: Mapping[int, SignJob], answers: Answers) -> PendingRequest | None:
        """Prepares the files into the journal. None if none can be signed; why stands in ``answers``."""
        request_id = uuid.uuid4().hex
        folder = self.journal.place(request_id)
        files = []
        for number, job in jobs.items():
            try:
                files.append(self._prepared(job, folder, f"{request_id}-{number}"))
            except WorkstationError as error:
                answers[number] = error.note
        if not files:
            self.journal.remove(request_id)
            return None
        return PendingRequest(
            id=request_id,
            service=self.gateway.service.name,
            state=SENDING,
            remote_id="",
            created=datetime.now(UTC).isoformat(),
            certificate=self.key.certificate.sha256.hex(),
            files=tuple(files),
        )

    def _prepared(self, job: SignJob, folder: Path, document: str) -> PendingFile:
        name = f"{document}.pdf"
        made = pades.prepare_into(job, self.key, folder / name)
        try:
            pades.sign(made, self.key)
        except WorkstationError as error:
            if error.params.get("kind") != "mismatch":  # NotSignedYetError, as the key translates it
                raise
        region = made.digest
        return PendingFile(
            document=document,
            source=_sha256(job.path),
            out=str(job.out.resolve()),
            prepared=name,
            signature_field=made.field,
            moment=made.moment.isoformat(),
            digest=region.document_digest.hex(),
            gap=(region.reserved_region_start, region.reserved_region_end),
            hash=self.signer.asked,
        )

    def _send(self, request: PendingRequest) -> PendingRequest:
        """On disk first, then on its way. What the service did not take is forgotten; what may have arrived is not."""
        self.journal.write(request)
        try:
            remote_id = self.gateway.send(request, self.key.certificate.serial_number)
        except WorkstationError as error:
            if error.code != "C28":
                self.journal.remove(request.id)
            raise
        sent = replace(request, state=SENT, remote_id=remote_id)
        self.journal.write(sent)
        return sent

    def _settle(self, request: PendingRequest, jobs: Sequence[SignJob], until: float) -> Answers:
        """Waits for the request as far as it concerns ``jobs``, and finishes or gives up their files."""
        mine = {number: file for number, job in enumerate(jobs) if (file := _match(request, job)) is not None}
        if not mine:
            return {}
        if request.certificate != self.key.certificate.sha256.hex():
            return {number: ErrorNote("C21") for number in mine}
        try:
            request = self._confirmed(request, until)
        except WorkstationError as error:
            return dict.fromkeys(mine, error.note)
        answers: Answers = {number: self._finish(request, file, jobs[number]) for number, file in mine.items()}
        # what could not be written now (the disk is full) keeps its signature; one that does not fit is of no use to anybody
        over = {mine[number] for number, a in answers.items() if not isinstance(a, ErrorNote) or a.code == "C07"}
        left = tuple(file for file in request.files if file not in over)
        if left:
            self.journal.write(replace(request, files=left))
        else:
            self.journal.remove(request.id)
        return answers

    def _confirmed(self, request: PendingRequest, until: float) -> PendingRequest:
        """The request with its signatures, on disk. Raises C27, C28 (it stays), C22, C26 (it is forgotten), C23."""
        while request.state != CONFIRMED:
            state, signatures = self.gateway.state(request)
            if state == "confirmed":
                request = replace(request, state=CONFIRMED, signatures=signatures)
                self.journal.write(request)
            elif state in ("refused", "expired"):
                self.journal.remove(request.id)
                raise WorkstationError("C22" if state == "refused" else "C26")
            elif state == "missing" and request.age(datetime.now(UTC)) > LIFETIME_SECONDS:
                self.journal.remove(request.id)
                raise WorkstationError("C26")
            elif time.monotonic() + ASK_SECONDS > until:
                raise WorkstationError("C28" if state == "missing" else "C27", name=self.gateway.service.name)
            else:
                time.sleep(ASK_SECONDS)
        return request

    def _finish(self, request: PendingRequest, file: PendingFile, job: SignJob) -> SignResult | ErrorNote:
        try:
            self.signer.known = {file.hash: base64.b64decode(request.signatures[file.document], validate=True)}
            stored = self.journal.place(request.id) / file.prepared
            return pades.finish_stored(stored, job, self.key, _restored(file))
        except (KeyError, binascii.Error):
            return ErrorNote("C07", (("kind", "mismatch"),))  # the service left this one out
        except WorkstationError as error:
            return error.note
        finally:
            self.signer.known = {}


def _match(request: PendingRequest, job: SignJob) -> PendingFile | None:
    """The file of the request that is this job's: the same place to go to, and the same bytes to sign."""
    out = str(job.out.resolve())
    return next((file for file in request.files if file.out == out and file.source == _sha256(job.path)), None)


def _restored(file: PendingFile) -> pades.Prepared:
    start, end = file.gap
    return pades.Prepared(
        file.signature_field,
        datetime.fromisoformat(file.moment),
        PreparedByteRangeDigest(bytes.fromhex(file.digest), reserved_region_start=start, reserved_region_end=end),
    )


def _sha256(path: Path) -> Sha256:
    try:
        with path.open("rb") as handle:
            return Sha256(hashlib.file_digest(handle, "sha256").hexdigest())
    except OSError:
        return Sha256("")
