"""An authority's revocation services on loopback: OCSP (RFC 6960) and a CRL (RFC 5280) over HTTP, answering for real."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from tests.unit.signing.pki import Authority


@dataclass
class Responder:
    """What the authority says today; ``revoked`` and the other switches may change while it serves."""

    authority: Authority
    signed_by: Authority
    """Who signs the answers: the authority itself, or somebody who may not."""
    url: str = ""
    revoked: set[int] = field(default_factory=set)
    """Serial numbers."""
    known: dict[int, x509.Certificate] = field(default_factory=dict)
    age: timedelta = timedelta(minutes=5)
    life: timedelta = timedelta(days=1)
    body: bytes | None = None
    """Sent in the place of every answer."""
    status: int = 200
    asked: list[str] = field(default_factory=list)
    silent: Event | None = None
    """Nothing is answered until it is set."""

    @property
    def ocsp_url(self) -> str:
        return f"{self.url}/ocsp"

    @property
    def crl_url(self) -> str:
        return f"{self.url}/ca.crl"

    def ocsp_answer(self, request: bytes) -> bytes:
        serial = ocsp.load_der_ocsp_request(request).serial_number
        certificate = self.known.get(serial)
        if certificate is None:
            return ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.UNAUTHORIZED).public_bytes(Encoding.DER)
        return self.response(certificate)

    def response(self, certificate: x509.Certificate) -> bytes:
        """A signed OCSP response about ``certificate``."""
        made = datetime.now(UTC) - self.age
        gone = certificate.serial_number in self.revoked
        builder = ocsp.OCSPResponseBuilder().add_response(
            cert=certificate,
            issuer=self.authority.certificate,
            algorithm=hashes.SHA1(),  # names the certificate, protects nothing (RFC 6960, 4.3)
            cert_status=ocsp.OCSPCertStatus.REVOKED if gone else ocsp.OCSPCertStatus.GOOD,
            this_update=made,
            next_update=made + self.life,
            revocation_time=datetime.now(UTC) - timedelta(minutes=30) if gone else None,
            revocation_reason=x509.ReasonFlags.key_compromise if gone else None,
        )
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.NAME, self.signed_by.certificate)
        return builder.sign(self.signed_by.key, hashes.SHA256()).public_bytes(Encoding.DER)

    def crl(self) -> bytes:
        return self.signed_by.crl(*(self.known[serial] for serial in self.revoked))


@contextmanager
def serving(authority: Authority, signed_by: Authority | None = None) -> Iterator[Responder]:
    responder = Responder(authority, signed_by or authority)
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(responder)) as server:
        responder.url = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield responder
        finally:
            server.shutdown()
            thread.join()


def _handler(responder: Responder) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer("application/pkix-crl", responder.crl)

        def do_POST(self) -> None:
            request = self.rfile.read(int(self.headers["Content-Length"]))
            self._answer("application/ocsp-response", lambda: responder.ocsp_answer(request))

        def _answer(self, kind: str, make: Callable[[], bytes]) -> None:
            responder.asked.append(self.path)
            if responder.silent is not None:
                responder.silent.wait(60)
            body = make() if responder.body is None else responder.body
            with suppress(ConnectionError):  # who waited too long has gone
                self.send_response(responder.status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    return Handler
