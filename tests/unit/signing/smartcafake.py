"""A gateway on loopback in the shape of VNPT SmartCA's, with a phone that the test holds: ``confirm``, ``refuse``, ``expire``."""

import base64
import json
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import Encoding

from tests.unit.signing.pki import Authority, rsa_key

ACCOUNT, PASSWORD, OWNER = "phuong-hoa-hung", "mật khẩu tài khoản", "nguoi-ky-01"
WAITING, CONFIRMED = "WAITING_FOR_SIGNER_CONFIRM", "SUCCESS"


class PhoneService:
    def __init__(self, authority: Authority) -> None:
        self.key = rsa_key()
        self.certificates = [authority.issue(self.key.public_key(), "Phạm Thị Ký")]
        self.chain: dict[str, Any] = {}
        """What it says of the certificates above."""
        self.word = CONFIRMED
        """What the phone does with requests."""
        self.requests: dict[str, list[dict[str, str]]] = {}
        """By the service's own name for each."""
        self.calls: list[str] = []
        self.before_answer: Callable[[str], None] = lambda _endpoint: None
        self.lost: set[str] = set()
        """Endpoints whose answers never arrive, though the request did."""
        self.trickle: dict[str, float] = {}
        """Seconds between two bytes of an endpoint's answers."""
        self.says: dict[str, Any] = {}
        """What it answers to a request to sign, besides or instead."""
        self.renames = True
        service = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                endpoint = self.path.lstrip("/")
                answer = service.answer(endpoint, body)
                service.before_answer(endpoint)
                if endpoint in service.lost:
                    self.close_connection = True
                    return
                data = json.dumps(answer).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                pause = service.trickle.get(endpoint, 0.0)
                with suppress(OSError):  # the client has had enough
                    for part in (data[at : at + 1] for at in range(len(data))) if pause else (data,):
                        self.wfile.write(part)
                        time.sleep(pause)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
                """The test's output stays clean."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False

        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a client that was killed
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self._thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self._thread.join()

    @property
    def sent(self) -> int:
        return self.calls.count("signatures/sign")

    def answer(self, endpoint: str, body: dict[str, Any]) -> dict[str, Any]:
        self.calls.append(endpoint)
        if endpoint.endswith("/status"):
            return self._status(endpoint.split("/")[2])
        if (body["sp_id"], body["sp_password"], body["user_id"]) != (ACCOUNT, PASSWORD, OWNER):
            return {"status_code": 401, "message": "INVALID_CREDENTIALS"}
        if endpoint == "credentials/get_certificate":
            listed = [
                {"cert_data": base64.b64encode(c.public_bytes(Encoding.DER)).decode(), **self.chain} for c in self.certificates
            ]
            return {"status_code": 200, "message": "SUCCESS", "data": {"user_certificates": listed}}
        if body["transaction_id"] in self.requests:
            return {"status_code": 409, "message": "DUPLICATE_TRANSACTION"}
        self.requests[body["transaction_id"]] = body["sign_files"]
        own = f"SP-{len(self.requests)}" if self.renames else body["transaction_id"]
        self.requests[own] = body["sign_files"]
        return {"status_code": 200, "message": "SUCCESS", "data": {"transaction_id": own, "tran_code": "1234"}} | self.says

    def _status(self, name: str) -> dict[str, Any]:
        files = self.requests.get(name)
        if files is None:
            return {"status_code": 404, "message": "TRANSACTION_NOT_FOUND"}
        if self.word != CONFIRMED:
            return {"status_code": 200, "message": self.word, "data": None}
        made = [{"doc_id": f["doc_id"], "signature_value": self.sign(bytes.fromhex(f["data_to_be_signed"]))} for f in files]
        return {"status_code": 200, "message": CONFIRMED, "data": {"signatures": made}}

    def sign(self, digest: bytes) -> str:
        return base64.b64encode(self.key.sign(digest, padding.PKCS1v15(), Prehashed(hashes.SHA256()))).decode()
