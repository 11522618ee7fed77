"""An eSCL scanner on loopback: a real HTTP server whose feeder holds pictures, and that misbehaves as devices do."""

import io
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from lxml import etree
from PIL import Image

SCAN, PWG = "http://schemas.hp.com/imaging/escl/2011/05/03", "http://www.pwg.org/schemas/2010/12/sm"
CAPS = """<?xml version="1.0" encoding="UTF-8"?>
<scan:ScannerCapabilities xmlns:scan="{scan}" xmlns:pwg="{pwg}">
  <pwg:Version>2.63</pwg:Version><pwg:MakeAndModel>Máy quét mẫu 5000</pwg:MakeAndModel>{ways}
</scan:ScannerCapabilities>"""
WAY = """<scan:{name}><scan:MaxWidth>2550</scan:MaxWidth><scan:MaxHeight>4200</scan:MaxHeight>
  <scan:SettingProfiles><scan:SettingProfile>
  <scan:ColorModes><scan:ColorMode>Grayscale8</scan:ColorMode><scan:ColorMode>RGB24</scan:ColorMode></scan:ColorModes>
  <scan:SupportedResolutions><scan:DiscreteResolutions>{dpis}</scan:DiscreteResolutions></scan:SupportedResolutions>
  </scan:SettingProfile></scan:SettingProfiles></scan:{name}>"""
DPI = (
    "<scan:DiscreteResolution><scan:XResolution>{0}</scan:XResolution><scan:YResolution>{0}</scan:YResolution>"
    "</scan:DiscreteResolution>"
)


def picture(number: int, width: int = 400, height: int = 300) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), (number * 20 % 256, 200, 220)).save(out, "JPEG", dpi=(300, 300))
    return out.getvalue()


@dataclass
class Device:
    """What the test sets, and what it may look at afterwards."""

    sheets: list[bytes] = field(default_factory=list)
    ways: tuple[str, ...] = ("PlatenInputCaps", "AdfSimplexInputCaps", "AdfDuplexInputCaps")
    feeder: str = "ScannerAdfLoaded"
    """What is said of it while sheets lie in it."""
    not_yet: int = 0
    """How often "503" comes before each sheet."""
    busy: int = 0
    """How often "503" answers a job."""
    job_status: int = 201
    trouble_at: int = -1
    """The sheet (from 0) before which ``trouble`` happens."""
    trouble: str = ""
    """An AdfState; or ``cut``, ``unplugged``, ``hang``, ``500``, ``html``, ``pdf``."""
    capabilities: bytes = b""
    location: str = ""
    settings: list[bytes] = field(default_factory=list)
    dropped: int = 0
    given: int = 0
    waited: int = 0
    jammed: bool = False
    ended: threading.Event = field(default_factory=threading.Event)

    def caps(self) -> bytes:
        dpis = "".join(DPI.format(n) for n in (75, 200, 300, 600))
        adf = "".join(WAY.format(name=w, dpis=dpis) for w in self.ways if w.startswith("Adf"))
        flat = "".join(
            f"<scan:Platen>{WAY.format(name=w, dpis=dpis)}</scan:Platen>" for w in self.ways if not w.startswith("Adf")
        )
        return CAPS.format(scan=SCAN, pwg=PWG, ways=flat + (f"<scan:Adf>{adf}</scan:Adf>" if adf else "")).encode()

    def status(self) -> bytes:
        state = (
            self.trouble
            if self.jammed
            else self.feeder
            if self.given < len(self.sheets) or not self.feeder
            else "ScannerAdfEmpty"
        )
        adf = f"<scan:AdfState>{state}</scan:AdfState>" if state else ""
        body = f'<scan:ScannerStatus xmlns:scan="{SCAN}" xmlns:pwg="{PWG}"><pwg:State>Idle</pwg:State>{adf}</scan:ScannerStatus>'
        return body.encode()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def device(self) -> Device:
        return self.server.device  # type: ignore[attr-defined]

    def log_message(self, *_: object) -> None:
        pass

    def answer(self, status: int, body: bytes = b"", kind: str = "text/xml", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        if self.path.endswith("/ScannerCapabilities"):
            self.answer(200, self.device.capabilities or self.device.caps())
        elif self.path.endswith("/ScannerStatus"):
            self.answer(200, self.device.status())
        elif self.path.endswith("/NextDocument"):
            self.next_document()
        else:
            self.answer(404)

    def do_POST(self) -> None:
        self.device.settings.append(self.rfile.read(int(self.headers["Content-Length"])))
        if self.device.busy > 0:
            self.device.busy -= 1
            self.answer(503)
        elif self.device.job_status != 201:
            self.answer(self.device.job_status)
        else:
            self.answer(201, Location=self.device.location or f"http://may-quet.invalid:80{self.path}/1")

    def do_DELETE(self) -> None:
        self.device.dropped += 1
        self.answer(200)

    def next_document(self) -> None:
        device = self.device
        if device.given == device.trouble_at:
            return self.misbehave(device.trouble)
        if device.given >= len(device.sheets):
            return self.answer(404)
        if device.waited < device.not_yet:
            device.waited += 1
            return self.answer(503)
        device.waited = 0
        device.given += 1
        return self.answer(200, device.sheets[device.given - 1], "image/jpeg")

    def misbehave(self, how: str) -> None:
        sheet = self.device.sheets[min(self.device.given, len(self.device.sheets) - 1)]
        if how.startswith("ScannerAdf"):
            self.device.jammed = True
            self.answer(503)
        elif how == "unplugged":
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
        elif how == "hang":
            self.device.ended.wait(30)
        elif how == "500":
            self.answer(500)
        elif how == "html":
            self.answer(200, b"<html>busy</html>", "image/jpeg")
        elif how == "pdf":
            self.answer(200, b"%PDF-1.4", "application/pdf")
        elif how == "cut":
            self.send_response(200)
            self.send_header("Content-Type", "image/jpeg")
            self.send_header("Content-Length", str(len(sheet)))
            self.end_headers()
            self.wfile.write(sheet[: len(sheet) // 2])
            self.close_connection = True
        elif how == "cut without length":
            self.send_response(200)
            self.send_header("Content-Type", "image/jpeg")
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(sheet[: len(sheet) // 2])
            self.close_connection = True


@contextmanager
def scanning(device: Device) -> Iterator[str]:
    """The device's address while it runs."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.device = device  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/eSCL/"
    finally:
        device.ended.set()
        server.shutdown()
        server.server_close()
        thread.join()


def asked(settings: bytes) -> dict[str, str]:
    """Leaf elements of a job's settings."""
    return {etree.QName(node).localname: node.text or "" for node in etree.fromstring(settings).iter() if len(node) == 0}
