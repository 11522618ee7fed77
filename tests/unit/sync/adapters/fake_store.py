"""The store of digitised results on loopback, as its clients know it (integration.md 2.4), and as it misbehaves."""

import base64
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

GOOD = {"errorCode": "0", "message": "", "signature": "c2lnbmF0dXJl"}


@dataclass
class Store:
    """``papers``: rows of the list, their files by place. ``says``: path → status and body to answer instead, while it stands."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    says: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    url: str = ""

    def add(self, code: str, notation: str, data: bytes) -> None:
        place = f"/kho/{len(self.files)}/../{notation}"
        self.files[place] = data
        file = {"TenTep": "../../etc/giay.pdf", "DuongDan": place}
        self.rows.append(
            {
                "MaKetQua": code,
                "TenGiayTo": "Giấy mẫu",
                "SoKyHieu": notation,
                "CoQuanChuQuan": "H29.99",
                "DanhSachTepDinhKem": [file],
            }
        )

    def answer(self, path: str, asked: dict[str, Any]) -> bytes:
        if path == "/tim":
            return json.dumps({**GOOD, "result": {"DanhSachGiayToKetQua": self.rows}}).encode()
        return json.dumps(base64.b64encode(self.files[asked["DuongDan"]]).decode()).encode()


class Handler(BaseHTTPRequestHandler):
    store: Store

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.store.asked.append(asked)
        self.store.headers.append(dict(self.headers))
        status, body = self.store.says.get(self.path) or (200, self.store.answer(self.path, asked))
        if status == 0:
            self.close_connection = True
            return
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass


def serve(store: Store) -> ThreadingHTTPServer:
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"store": store}))
    store.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    return server
