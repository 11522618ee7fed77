"""The exchange axis as its SDK knows it, on loopback, and as it misbehaves. Recorded contract: integration.md 2.6."""

import base64
import hashlib
import hmac
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from sync.adapters.edxml import Edoc
from sync.adapters.edxml_read import read_message

SECRET = "khoa-tap-huan"
PAGES = {
    "html": b"<html><body>Dang nhap</body></html>",
    "empty": b"",
    "fail": b'{"status": "FAIL", "ErrorCode": "12", "ErrorDesc": "thanh cong"}',
}
SYSTEM = "he-thong-mau"


@dataclass
class Axis:
    """``faults``: path → what goes wrong there, once each: html, empty, fail, no-code, both, cut, lost, 401, 403, 500, 503."""

    documents: dict[str, bytes] = field(default_factory=dict)
    faults: dict[str, list[str]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    rows: list[dict[str, Any]] | None = None
    """What the list of what was sent says instead of the truth."""
    url: str = ""
    number: str = ""
    """A number it gives instead of its own."""

    def answer(self, path: str, headers: Any, body: bytes) -> dict[str, Any]:
        if path == "/sendEdoc":
            number = self.number or f"doc-{len(self.documents) + 1}"
            self.documents[number] = body
            return {"status": "OK", "ErrorCode": "0", "ErrorDesc": "", "DocId": number}
        if path == "/getSentEdocList":
            return {
                "status": "OK",
                "ErrorCode": "0",
                "ErrorDesc": "",
                "data": self.rows if self.rows is not None else self.sent(),
            }
        data = base64.b64encode(self.documents[headers["XroadVnpt-docId"]]).decode()
        return {"status": "OK", "ErrorCode": "0", "ErrorDesc": "", "data": data}

    def sent(self) -> list[dict[str, Any]]:
        rows = []
        for number, message in self.documents.items():
            edoc = read_message(message)
            assert isinstance(edoc, Edoc)
            for receiver in edoc.receivers:
                rows.append(
                    {
                        "senderDocId": number,
                        "receiverDocId": f"{number}-r",
                        "fromCode": edoc.sender.id,
                        "toCode": receiver.id,
                        "messageType": "edoc",
                        "notation": str(edoc.code),
                        "title": edoc.subject[:40],
                        "sendStatus": "done",
                    }
                )
        return rows

    def fault(self, path: str) -> str:
        waiting = self.faults.get(path, [])
        return waiting.pop(0) if waiting else ""


class Handler(BaseHTTPRequestHandler):
    axis: Axis

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = self.axis.fault(self.path)
        self.axis.calls.append(self.path)
        if fault == "cut":
            self.close_connection = True
        elif not self.known():
            self.reply(401, b"{}")
        elif fault.isdigit():
            self.reply(int(fault), b"<html>gateway</html>", {"Retry-After": "7"} if fault == "503" else {})
        elif fault in PAGES:
            self.reply(200, PAGES[fault])
        else:
            self.work(body, fault)

    def work(self, body: bytes, fault: str) -> None:
        answer = self.axis.answer(self.path, self.headers, body)
        if fault == "lost":
            self.close_connection = True
            return
        if fault == "no-code":
            del answer["ErrorCode"]
        if fault == "both":
            answer["status"] = "FAIL"
        self.reply(200, json.dumps(answer).encode())

    def known(self) -> bool:
        """Signed with the secret, and every signed header is the one that came."""
        line = self.headers["XroadVnpt-sign-header"]
        named = json.loads(line)
        mac = hmac.new(SECRET.encode(), line.encode(), hashlib.sha256).hexdigest()
        return (
            hmac.compare_digest(mac, self.headers["XroadVnpt-hash-header"])
            and all(self.headers[name] == value for name, value in named.items())
            and named.get("XroadVnpt-systemid") == SYSTEM
            and set(self.headers["XroadVnpt-sign-header-key"].split(";")) == {n.removeprefix("XroadVnpt-") for n in named}
        )

    def reply(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass


def serve(axis: Axis) -> ThreadingHTTPServer:
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"axis": axis}))
    axis.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    return server
