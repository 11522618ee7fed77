"""A signing service on loopback that speaks CSC API 1.0.4, with real keys and every fault that a real one shows only by chance.

It holds its client to the specification: a request without the token, with a leave that was not given, was used up, has run out
or names other hashes is refused.
"""

import base64
import json
import secrets
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from asn1crypto import algos
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import Encoding

from tests.unit.signing.pki import Authority, rsa_key

TOKEN, USER, PASSWORD, SIGNER_PIN, CODE = "ma-truy-cap.01", "phuong-hoa-hung", "mat-khau-tai-khoan", "135790", "246802"
CREDENTIAL = "cred-01"
PSS, PKCS1_SHA256, PKCS1, ECDSA = "1.2.840.113549.1.1.10", "1.2.840.113549.1.1.11", "1.2.840.113549.1.1.1", "1.2.840.10045.4.3.2"


class RefusedError(Exception):
    def __init__(self, word: str, description: str = "", status: int = 400) -> None:
        super().__init__(word)
        self.status, self.body = status, {"error": word, "error_description": description}


class CscService:
    """``faults`` maps an endpoint to what goes wrong there: a callable that may raise, sleep, or change the answer."""

    def __init__(self, authority: Authority, key: Any = None) -> None:
        self.key = key or rsa_key()
        self.days = (-1, 365)
        self.authority = authority
        self.mechanisms = [PSS, PKCS1_SHA256] if isinstance(self.key, RSAPrivateKey) else [ECDSA]
        self.need_pin = self.need_otp = False
        self.online_otp = True
        self.scal, self.multisign = 2, 10
        self.info: dict[str, Any] = {}
        self.faults: dict[str, Callable[[dict[str, Any]], dict[str, Any] | None]] = {}
        self.trickle: dict[str, float] = {}
        """Seconds between two bytes of an endpoint's answers."""
        self.requests: list[tuple[str, dict[str, Any]]] = []
        self.signed = 0
        self.codes_sent = 0
        self._code = ""
        self._certificates: dict[tuple[int, int], Any] = {}
        self._leaves: dict[str, tuple[int, frozenset[str] | None]] = {}
        service = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                service.handle(self)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
                """The test's output stays clean."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self._thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self._thread.join()

    def count(self, endpoint: str) -> int:
        return sum(name == endpoint for name, _ in self.requests)

    def handle(self, http: BaseHTTPRequestHandler) -> None:
        endpoint = http.path.removeprefix("/csc/v1/")
        body = json.loads(http.rfile.read(int(http.headers["Content-Length"])))
        self.requests.append((endpoint, body))
        try:
            answer = self.answer(endpoint, body, http.headers.get("Authorization", ""))
            if fault := self.faults.get(endpoint):
                changed = fault(answer)
                answer = answer if changed is None else changed
            status = 200
        except RefusedError as refused:
            status, answer = refused.status, refused.body
        except ConnectionError:  # the line drops, whatever was done before
            http.close_connection = True
            http.connection.shutdown(socket.SHUT_RDWR)
            return
        data = answer["raw"] if "raw" in answer else json.dumps(answer).encode()
        http.send_response(status)
        http.send_header("Content-Type", "application/json")
        http.send_header("Content-Length", str(len(data)))
        http.end_headers()
        pause = self.trickle.get(endpoint, 0.0)
        with suppress(OSError):  # the client has had enough
            for part in (data[at : at + 1] for at in range(len(data))) if pause else (data,):
                http.wfile.write(part)
                time.sleep(pause)

    def answer(self, endpoint: str, body: dict[str, Any], authorization: str) -> dict[str, Any]:
        if endpoint == "auth/login":
            if authorization != "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode():
                raise RefusedError("authentication_error", "An error occurred during authentication process", 401)
            return {"access_token": TOKEN, "expires_in": 3600}
        if authorization != f"Bearer {TOKEN}":
            raise RefusedError("invalid_token", "The access token is not valid", 401)
        if body.get("credentialID") != CREDENTIAL:
            raise RefusedError("invalid_request", "Invalid parameter credentialID")
        return {
            "credentials/info": self._info,
            "credentials/sendOTP": self._send_code,
            "credentials/authorize": self._authorize,
            "signatures/signHash": self._sign,
        }[endpoint](body)

    def _info(self, body: dict[str, Any]) -> dict[str, Any]:
        if self.days not in self._certificates:
            self._certificates[self.days] = self.authority.issue(self.key.public_key(), "Phạm Thị Ký", days=self.days)
        chain = [self._certificates[self.days], self.authority.certificate]
        told = {
            "key": {"status": "enabled", "algo": self.mechanisms, "len": 2048},
            "cert": {
                "status": "valid",
                "certificates": [base64.b64encode(c.public_bytes(Encoding.DER)).decode() for c in chain],
            },
            "authMode": "explicit",
            "SCAL": str(self.scal),
            "multisign": self.multisign,
        }
        if body.get("authInfo"):
            told["PIN"] = {"presence": str(self.need_pin).lower()}
            told["OTP"] = {"presence": str(self.need_otp).lower(), "type": "online" if self.online_otp else "offline"}
        return told | self.info

    def _send_code(self, body: dict[str, Any]) -> dict[str, Any]:
        self.codes_sent += 1
        self._code = CODE
        return {}

    def _authorize(self, body: dict[str, Any]) -> dict[str, Any]:
        if self.need_pin and body.get("PIN") != SIGNER_PIN:
            raise RefusedError("invalid_pin", "The PIN is invalid")
        if self.need_otp:
            expected, self._code = self._code or CODE if not self.online_otp else self._code, ""
            if not expected or body.get("OTP") != expected:
                raise RefusedError("invalid_otp", "The OTP is invalid")
        if body["numSignatures"] > self.multisign:
            raise RefusedError("invalid_request", "Numbers of signatures is too high")
        if self.scal == 2 and len(body.get("hash", ())) != body["numSignatures"]:
            raise RefusedError("invalid_request", "Missing (or invalid type) array parameter hash")
        leave = secrets.token_urlsafe(16)
        self._leaves[leave] = (body["numSignatures"], frozenset(body["hash"]) if self.scal == 2 else None)
        return {"SAD": leave, "expiresIn": 300}

    def _sign(self, body: dict[str, Any]) -> dict[str, Any]:
        count, bound = self._leaves.pop(body["SAD"], (0, None))
        if not count:
            raise RefusedError("invalid_request", "Invalid parameter SAD")
        if len(body["hash"]) > count or (bound is not None and not bound >= set(body["hash"])):
            raise RefusedError("invalid_request", "Hash is not authorized by the SAD")
        self.signed += len(body["hash"])
        made = [self.sign(base64.b64decode(one), body) for one in body["hash"]]
        return {"signatures": [base64.b64encode(one).decode() for one in made]}

    def sign(self, digest: bytes, body: dict[str, Any]) -> bytes:
        prehashed = Prehashed(hashes.SHA256())
        if not isinstance(self.key, RSAPrivateKey):
            made: bytes = self.key.sign(digest, ec.ECDSA(prehashed))
            return made
        if body["signAlgo"] != PSS:
            return self.key.sign(digest, padding.PKCS1v15(), prehashed)
        parameters = algos.RSASSAPSSParams.load(base64.b64decode(body["signAlgoParams"]))
        salt = padding.PSS(padding.MGF1(hashes.SHA256()), parameters["salt_length"].native)
        return self.key.sign(digest, salt, prehashed)


def refuse(word: str, description: str = "", status: int = 400) -> Callable[[dict[str, Any]], None]:
    def fault(_answer: dict[str, Any]) -> None:
        raise RefusedError(word, description, status)

    return fault


def late(seconds: float) -> Callable[[dict[str, Any]], None]:
    return lambda _answer: time.sleep(seconds)


def drop(_answer: dict[str, Any]) -> None:
    raise ConnectionError
