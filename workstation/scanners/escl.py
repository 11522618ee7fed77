"""Network scanners over eSCL ("AirScan", Mopria Alliance eSCL 2.97): HTTP, the same on every system, no driver.

A side that the device handed over is gone from its memory, so each is fsynced before the next is asked for, and a transfer that
breaks off is told with the number of those that are safe.
"""

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx

from workstation.domain.errors import WorkstationError
from workstation.domain.ports import ScanSource, ScanWish
from workstation.scanners.escl_messages import JPEG, LARGEST, Capabilities, parse_capabilities, parse_feeder_state, scan_settings
from workstation.scanners.files import make_durable, next_sheet_number

PREFIX = "escl:"
CONNECT_SECONDS = 5.0
SHEET_SECONDS = 180.0
"""Until a side is there; as ``sane.SHEET_SECONDS``."""
LARGEST_SIDE = 512 << 20
"""Bytes; A3 at 600 dpi in colour as JPEG has some 30 MB."""
BUSY_SECONDS = 30.0
"""How long a scanner that is busy is asked again for a job."""
_ASK_AGAIN = 0.5
_JPEG_START, _JPEG_END = b"\xff\xd8\xff", b"\xff\xd9"
_TROUBLE = {
    "ScannerAdfJam": "Q04",
    "ScannerAdfMispick": "Q04",
    "ScannerAdfMultipickDetected": "Q05",
    "ScannerAdfHatchOpen": "Q06",
    "ScannerAdfInputTrayFailed": "Q08",
    "ScannerAdfInputTrayOverloaded": "Q08",
}
"""``scan:AdfState`` that stands in the way; ``ScannerAdfEmpty`` only where nothing came."""


class EsclScanner:
    """``domain.ports.Scanner`` over eSCL. ``find`` gives the scanners that are at hand: their address
    (``http://host:port/eSCL/``) and name; it may take a second or two."""

    def __init__(self, find: Callable[[], tuple[ScanSource, ...]], *, sheet_seconds: float = SHEET_SECONDS) -> None:
        self._find = find
        self._sheet_seconds = sheet_seconds

    def sources(self) -> tuple[ScanSource, ...]:
        return tuple(ScanSource(PREFIX + found.id, found.name) for found in self._find())

    def scan(
        self, source_id: str, wish: ScanWish, out: Path, sheet: Callable[[Path], None], cancelled: Callable[[], bool]
    ) -> int:
        """See ``ports.Scanner``; Q05 where the scanner itself saw two sheets at once."""
        with _Device(source_id.removeprefix(PREFIX), self._sheet_seconds) as device:
            return device.scan(wish, out, sheet, cancelled)


def answers(address: str) -> bool:
    """Whether a scanner tells of itself at ``address`` within some seconds; never raises."""
    with _Device(address, CONNECT_SECONDS) as device:
        try:
            device.capabilities()
        except WorkstationError:
            return False
    return True


class _Device:
    def __init__(self, address: str, sheet_seconds: float) -> None:
        self._base = address if address.endswith("/") else address + "/"
        self._sheet_seconds = sheet_seconds
        self._count = 0
        # A scanner's certificate is its own; nothing secret is said to it. No proxy stands between the office and its scanner.
        timeout = httpx.Timeout(sheet_seconds, connect=CONNECT_SECONDS)
        self._client = httpx.Client(timeout=timeout, verify=False, trust_env=False, follow_redirects=False)

    def __enter__(self) -> "_Device":
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def scan(self, wish: ScanWish, out: Path, sheet: Callable[[Path], None], cancelled: Callable[[], bool]) -> int:
        can = self.capabilities()
        self._refuse_trouble(empty_too=can.intake(duplex=wish.duplex) is not can.platen)
        job = self._job(scan_settings(can, wish), cancelled)
        if job is None:
            return 0
        number = next_sheet_number(out)
        try:
            while not cancelled():
                path = self._side(job, out / f"sheet-{number + self._count:04d}.jpg", cancelled)
                if path is None:
                    break
                self._count += 1
                sheet(path)
        finally:
            self._drop(job)
        if not cancelled():
            self._refuse_trouble(empty_too=self._count == 0)
            if self._count == 0:
                raise self._error("Q08", "nothing")
        return self._count

    def _error(self, code: str, reason: str = "") -> WorkstationError:
        return WorkstationError(code, count=self._count, **({"reason": reason} if reason else {}))

    def capabilities(self) -> Capabilities:
        try:
            can = parse_capabilities(self._get("ScannerCapabilities"))
            can.intake(duplex=False)
        except ValueError as error:
            raise self._error("Q08", "answer") from error
        except httpx.HTTPError as error:
            raise self._error("Q01") from error
        return can

    def _get(self, name: str) -> bytes:
        with self._client.stream("GET", urljoin(self._base, name)) as answer:
            answer.raise_for_status()
            return _read(answer, LARGEST)

    def _refuse_trouble(self, *, empty_too: bool) -> None:
        """What the scanner says of its feeder. A device that does not say (or is not asked in time) stands for itself: the
        job then tells."""
        try:
            state = parse_feeder_state(self._get("ScannerStatus"))
        except (ValueError, httpx.HTTPError):
            return
        if code := _TROUBLE.get(state):
            raise self._error(code)
        if empty_too and state == "ScannerAdfEmpty":
            raise self._error("Q02")

    def _job(self, settings: bytes, cancelled: Callable[[], bool]) -> str | None:
        """The job's address, always at the scanner itself; None: cancelled while it was busy."""
        until = time.monotonic() + BUSY_SECONDS
        while not cancelled():
            try:
                answer = self._client.post(
                    urljoin(self._base, "ScanJobs"), content=settings, headers={"Content-Type": "text/xml"}
                )
            except httpx.HTTPError as error:
                raise self._error("Q08", "line") from error
            if answer.status_code == httpx.codes.CREATED:
                location = urlsplit(answer.headers.get("Location", ""))
                if not location.path.strip("/"):
                    raise self._error("Q08", "answer")
                # By the path alone: devices give names that this network does not resolve, or a port that is closed.
                return str(urljoin(self._base, location.path.rstrip("/") + "/"))
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                self._refuse_trouble(empty_too=True)
                raise self._error("Q07" if answer.status_code == httpx.codes.CONFLICT else "Q08", str(answer.status_code))
            if time.monotonic() > until:
                self._refuse_trouble(empty_too=True)
                raise self._error("Q07")
            time.sleep(_ASK_AGAIN)
        return None

    def _side(self, job: str, path: Path, cancelled: Callable[[], bool]) -> Path | None:
        """The next side of paper as a durable file; None: there is none, or cancelled while the scanner drew it in."""
        until = time.monotonic() + self._sheet_seconds
        while not cancelled():
            try:
                with self._client.stream("GET", urljoin(job, "NextDocument")) as answer:
                    if answer.status_code == httpx.codes.OK:
                        self._save(answer, path)
                        return path
                    status = answer.status_code
            except httpx.HTTPError as error:
                raise self._error("Q08", "line") from error
            if status in (httpx.codes.NOT_FOUND, httpx.codes.GONE):
                return None
            if status != httpx.codes.SERVICE_UNAVAILABLE:
                self._refuse_trouble(empty_too=False)
                raise self._error("Q08", str(status))
            self._refuse_trouble(empty_too=False)  # a jam shows here while the job goes on saying "not yet"
            if time.monotonic() > until:
                raise self._error("Q08", "hangs")
            time.sleep(_ASK_AGAIN)
        return None

    def _save(self, answer: httpx.Response, path: Path) -> None:
        """Whole or not at all. Where a device tells no length, the picture's own end counts."""
        kind = answer.headers.get("Content-Type", JPEG).split(";")[0].strip().lower()
        if kind != JPEG:
            raise self._error("Q08", "format")
        part = path.with_name(f".{path.name}.part")
        try:
            with part.open("wb") as file:
                for piece in _pieces(answer, LARGEST_SIDE):
                    file.write(piece)
            if not _is_whole(part):
                raise self._error("Q08", "line")
            part.replace(path)
            make_durable(path)
        except ValueError as error:
            raise self._error("Q08", "answer") from error
        except OSError as error:
            path.unlink(missing_ok=True)
            raise self._error("M01") from error
        finally:
            part.unlink(missing_ok=True)

    def _drop(self, job: str) -> None:
        """Ends the job, so that the next one finds the scanner free. It is over anyway where this fails."""
        with contextlib.suppress(httpx.HTTPError):
            self._client.delete(job.rstrip("/"), timeout=CONNECT_SECONDS)


def _pieces(answer: httpx.Response, most: int) -> Iterator[bytes]:
    """ValueError after ``most`` bytes."""
    total = 0
    for piece in answer.iter_bytes():
        total += len(piece)
        if total > most:
            raise ValueError("answer too long")
        yield piece


def _read(answer: httpx.Response, most: int) -> bytes:
    return b"".join(_pieces(answer, most))


def _is_whole(path: Path) -> bool:
    with path.open("rb") as file:
        if file.read(len(_JPEG_START)) != _JPEG_START:
            return False
        file.seek(-min(path.stat().st_size, 64), os.SEEK_END)
        return _JPEG_END in file.read()  # some devices pad
