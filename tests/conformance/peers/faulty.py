"""A peer on loopback that keeps its side of a recorded contract and misbehaves as the real ones do, a fault a request."""

import json
import threading
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

HTML = b"<html><body>Gateway</body></html>"


class Fault(Enum):
    NONE = auto()
    DROPPED = auto()
    """The line breaks before the peer has read it."""
    LOST = auto()
    """Stored, and the line breaks before the reply."""
    GATEWAY = auto()
    """502 of a gateway; the peer behind it saw nothing."""
    GATEWAY_AFTER = auto()
    """502, though the peer behind it has stored it."""
    PAGE = auto()
    """200 with a page that is no JSON; nothing stored."""
    PAGE_AFTER = auto()
    NO_CODE = auto()
    """200 with ``{}``, stored."""
    ERROR_INSIDE = auto()
    """200, and in it that it was refused."""
    EXPIRED = auto()
    """The peer forgot who is logged in."""
    BUSY = auto()
    SLOW = auto()
    """Stored, and the reply trickles without end."""
    ODD = auto()
    """The peer's own: another hash, "already there" for no reason."""


LINE_FAULTS = (
    Fault.DROPPED, Fault.LOST, Fault.GATEWAY, Fault.GATEWAY_AFTER, Fault.PAGE, Fault.PAGE_AFTER, Fault.NO_CODE, Fault.EXPIRED,
    Fault.BUSY,
)  # fmt: skip


class FakePeer(ABC):
    """Serves ``respond`` of a subclass. ``plan`` has the faults of the next requests; ``calls`` what was asked."""

    def __init__(self) -> None:
        self.plan: deque[Fault] = deque()
        self.only: Callable[[str], bool] = lambda path: True
        """Which requests take a fault off the plan."""
        self.calls: list[str] = []
        self.lock = threading.Lock()
        peer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # head and body in one piece: else each answer waits for the other side's delayed ACK

            def do_GET(self) -> None:
                peer.serve(self)

            do_POST = do_GET

            def log_message(self, *args: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)

    # --- what a subclass says

    @abstractmethod
    def respond(self, method: str, path: str, query: dict[str, str], headers: dict[str, str], body: bytes, odd: bool) -> object:
        """Stores, and gives (status, answer as JSON)."""

    @abstractmethod
    def refuse(self) -> object:
        """(status, answer) of ERROR_INSIDE."""

    @abstractmethod
    def forget_sessions(self) -> None:
        """EXPIRED."""

    # --- how it misbehaves

    def serve(self, http: BaseHTTPRequestHandler) -> None:
        body = http.rfile.read(int(http.headers.get("Content-Length", 0)))
        parts = urlsplit(http.path)
        name = self.name_of(parts.path, body)
        with self.lock:
            self.calls.append(name)
            fault = self.plan.popleft() if self.plan and self.only(name) else Fault.NONE
            if fault is Fault.EXPIRED:
                self.forget_sessions()
            stored = fault not in (Fault.DROPPED, Fault.GATEWAY, Fault.PAGE, Fault.ERROR_INSIDE, Fault.BUSY)
            query, headers = dict(parse_qsl(parts.query)), {k.lower(): v for k, v in http.headers.items()}
            answer: object = None
            if stored:
                answer = self.respond(http.command, parts.path, query, headers, body, fault is Fault.ODD)
            elif fault is Fault.ERROR_INSIDE:
                answer = self.refuse()
        self._reply(http, fault, answer)

    def name_of(self, path: str, body: bytes) -> str:
        return path.rsplit("/", 1)[-1]

    def _reply(self, http: BaseHTTPRequestHandler, fault: Fault, answer: object) -> None:
        if fault in (Fault.DROPPED, Fault.LOST):
            http.close_connection = True
            return
        if fault in (Fault.GATEWAY, Fault.GATEWAY_AFTER):
            self._send(http, 502, HTML, "text/html")
        elif fault is Fault.BUSY:
            self._send(http, 503, HTML, "text/html", {"Retry-After": "7"})
        elif fault in (Fault.PAGE, Fault.PAGE_AFTER):
            self._send(http, 200, HTML, "text/html")
        elif fault is Fault.NO_CODE:
            self._send(http, 200, b"{}")
        else:
            assert isinstance(answer, tuple)
            status, value = answer
            data = value if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False).encode()
            if fault is Fault.SLOW:
                self._trickle(http, data)
            else:
                self._send(http, status, data)

    def _send(
        self,
        http: BaseHTTPRequestHandler,
        status: int,
        data: bytes,
        kind: str = "application/json",
        more: dict[str, str] | None = None,
    ) -> None:
        http.send_response(status)
        for key, value in {"Content-Type": kind, "Content-Length": str(len(data)), **(more or {})}.items():
            http.send_header(key, value)
        http.end_headers()
        http.wfile.write(data)
        http.wfile.flush()

    def _trickle(self, http: BaseHTTPRequestHandler, data: bytes) -> None:
        """A byte now and then: never silent, never done."""
        http.close_connection = True
        http.send_response(200)
        http.send_header("Content-Length", str(10_000))
        http.end_headers()
        try:
            for _ in range(200):
                http.wfile.write(b" ")
                http.wfile.flush()
                time.sleep(0.1)
        except OSError:
            return  # the caller hung up
