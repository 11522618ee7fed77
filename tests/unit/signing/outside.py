"""An authority's services on loopback: OCSP responder, CRL, time-stamping – real answers over real HTTP, and faults on demand.

``python -m tests.unit.signing.outside FOLDER`` runs it as a process of its own (``bench sign``).
"""

import base64
import json
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from asn1crypto import cms, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from pyhanko.sign import general
from pyhanko.sign.general import simple_cms_attribute
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko_certvalidator.util import get_pyca_cryptography_hash

from tests.unit.signing.pki import TIME_STAMPING, Authority, make_authority, new_key, rsa_key, write_p12
from workstation.domain.signing import RevocationAccess, SigningServices, TimestampService, TrustStore

PASSWORD = "mật khẩu phần mềm"
TSA_USER, TSA_PASSWORD = "phuong", "Mật-khẩu-TSA"


def loaded(certificate: x509.Certificate) -> asn1_x509.Certificate:
    """The same certificate as pyHanko knows it."""
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))


class Stamper(DummyTimeStamper):
    """A time-stamping authority (pyHanko's own for tests) that reads its key once, and names its certificate by SHA-256."""

    def __init__(self, certificate: asn1_x509.Certificate, key: Any) -> None:
        super().__init__(certificate, None)  # the key is used below
        self.key = key

    def _sign_tst_info(self, tst_info_data: bytes, md_algorithm: str, dt: datetime) -> tuple[bytes, cms.CMSAttributes]:
        digest = hashes.Hash(get_pyca_cryptography_hash(md_algorithm))
        digest.update(tst_info_data)
        attributes = cms.CMSAttributes(
            [
                simple_cms_attribute("content_type", "tst_info"),
                simple_cms_attribute("signing_certificate_v2", general.as_signing_certificate_v2(self.tsa_cert)),
                simple_cms_attribute("message_digest", digest.finalize()),
            ]
        )
        return self.key.sign(attributes.dump(), padding.PKCS1v15(), get_pyca_cryptography_hash(md_algorithm)), attributes


@dataclass
class Outside:
    """A root, an authority below it that issues (and is named in no time-stamp token), and what they serve.

    ``mode``: per service (``tsa``, ``ocsp``, ``crl``, ``rootcrl``) what it does: ok, slow, garbage, html, down (500), moved,
    bomb, auth, and for the TSA alone: other (a good token over something else), refused (a PKI failure). Several words: one a
    request, the last for all that follow.
    """

    authority: Authority = field(default_factory=make_authority)
    mode: dict[str, str] = field(default_factory=dict)
    asked: Counter = field(default_factory=Counter)
    revoked: list[x509.Certificate] = field(default_factory=list)
    issued: dict[int, x509.Certificate] = field(default_factory=dict)
    slow_seconds: float = 3.0

    def __post_init__(self) -> None:
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()
        key = new_key()
        usage = ("key_cert_sign", "crl_sign")
        below = self.authority.issue(key.public_key(), "CA cấp dưới", crl_url=f"{self.url}/rootcrl", usage=usage, ca=True)
        self.issuer = Authority(below, key)
        self.tsa_key = rsa_key()
        self.use_tsa(days=(-1, 300))

    def use_tsa(self, *, days: tuple[int, int], authority: Authority | None = None, chain: bool = False) -> None:
        """The authority's certificate from now on. ``chain``: its tokens carry its issuer's too."""
        public = self.tsa_key.public_key()
        self.tsa = self.issue(public, "TSA thử nghiệm", days=days, extended=(TIME_STAMPING,), authority=authority)
        self.stamper = Stamper(loaded(self.tsa), self.tsa_key)
        self.stamper.certs_to_embed = [loaded(self.issuer.certificate)] if chain else []

    def issue(self, public: Any, name: str = "Nguyễn Văn Thử", authority: Authority | None = None, **options: Any) -> Any:
        places = {"ocsp_url": f"{self.url}/ocsp", "crl_url": f"{self.url}/crl"}
        certificate = (authority or self.issuer).issue(public, name, **(places | options))
        self.issued[certificate.serial_number] = certificate
        return certificate

    def signer(self, folder: Path, **options: Any) -> tuple[Path, x509.Certificate]:
        key = new_key()
        certificate = self.issue(key.public_key(), **options)
        return write_p12(folder / "signer.p12", key, certificate, PASSWORD.encode(), [self.issuer.certificate]), certificate

    def reset(self) -> None:
        """As after the start, with the certificates that were issued."""
        self.mode.clear()
        self.asked.clear()
        self.revoked.clear()
        self.use_tsa(days=(-1, 300))

    def services(self, folder: Path, **changes: Any) -> SigningServices:
        """What a job has to be told to use these."""
        stamps = TimestampService(f"{self.url}/tsa", **changes)
        return SigningServices(stamps, RevocationAccess(seconds=5), TrustStore((self.authority.write(folder, "outside.pem"),)))

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    # --- answers

    def ocsp(self, request: bytes) -> bytes:
        asked = ocsp.load_der_ocsp_request(request)
        now = datetime.now(UTC)
        certificate = self.issued[asked.serial_number]
        gone = certificate in self.revoked
        builder = ocsp.OCSPResponseBuilder().add_response(
            certificate, self.issuer.certificate, hashes.SHA1(),  # the request's, by default
            ocsp.OCSPCertStatus.REVOKED if gone else ocsp.OCSPCertStatus.GOOD,
            now, now + timedelta(hours=1), now - timedelta(minutes=5) if gone else None,
            x509.ReasonFlags.key_compromise if gone else None,
        )  # fmt: skip
        response = builder.responder_id(ocsp.OCSPResponderEncoding.NAME, self.issuer.certificate)
        return response.sign(self.issuer.key, hashes.SHA256()).public_bytes(Encoding.DER)

    def stamp(self, request: bytes, mode: str) -> bytes:
        asked = tsp.TimeStampReq.load(request)
        if mode == "refused":
            return bytes.fromhex("3009 3007 020102 03020780")  # RFC 3161, 2.4.2: rejection, badAlg; the library can't write it
        if mode == "other":
            asked["message_imprint"]["hashed_message"] = bytes(32)
        return self.stamper.request_tsa_response(asked).dump()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outside = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # one packet an answer: in two, each would wait 40 ms for the other side's acknowledgement

            def do_GET(self) -> None:
                outside._answer(self, b"")

            def do_POST(self) -> None:
                outside._answer(self, self.rfile.read(int(self.headers["Content-Length"])))

            def log_message(self, *_: Any) -> None: ...

        return Handler

    def _answer(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        service = urlsplit(handler.path).path.strip("/")  # a proxy is asked with the whole address
        planned = self.mode.get(service, "ok").split()
        mode = planned[min(self.asked[service], len(planned) - 1)]
        self.asked[service] += 1
        kind = {"ocsp": "application/ocsp-response", "tsa": "application/timestamp-reply"}.get(service, "application/pkix-crl")
        status, data = 200, b""
        credentials = "Basic " + base64.b64encode(f"{TSA_USER}:{TSA_PASSWORD}".encode()).decode()
        if mode == "slow":
            time.sleep(self.slow_seconds)
        if mode == "down" or (mode == "auth" and handler.headers["Authorization"] != credentials):
            status = 500 if mode == "down" else 401
        elif mode == "moved":
            status = 302
        elif mode == "garbage":
            data = b"\x30\x82\x10\x00 no answer"
        elif mode == "html":
            kind, data = "text/html", b"<html>Log in to the hotel's network</html>"
        elif mode == "bomb":
            data = bytes(30_000_000)
        elif service == "tsa":
            data = self.stamp(body, mode)
        else:
            listing = self.authority if service == "rootcrl" else self.issuer
            data = self.ocsp(body) if service == "ocsp" else listing.crl(*self.revoked)
        try:
            handler.send_response(status)
            handler.send_header("Content-Type", kind)
            handler.send_header("Content-Length", str(len(data)))
            handler.send_header("Location", f"{self.url}/{service}")
            handler.end_headers()
            handler.wfile.write(data)
        except OSError:
            handler.close_connection = True  # the client gave up


def main(folder: Path) -> None:
    """Serves until standard input closes; writes what a client needs into ``folder`` and its address to standard output."""
    outside = Outside()
    outside.authority.write(folder)
    outside.issuer.write(folder, "issuer.pem")
    outside.signer(folder)
    print(json.dumps({"url": outside.url}), flush=True)
    sys.stdin.read()
    outside.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
