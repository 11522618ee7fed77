"""Scanners through SANE's ``scanimage``: a driver that crashes or hangs takes its own process with it, not ours.

``--batch-prompt`` makes scanimage wait for a line before each sheet. So a sheet is on disk before the next one is drawn
in, a cancel stops between two sheets, and if this program dies the end of its input stops the scanner too.
"""

import contextlib
import os
import re
import selectors
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from workstation.domain.errors import WorkstationError
from workstation.domain.ports import ScanSource, ScanWish
from workstation.scanners.files import is_whole_png, make_durable, next_sheet_number

LIST_SECONDS = 60.0
"""Network back ends wait for answers to broadcasts."""
SHEET_SECONDS = 180.0
"""A sheet that takes longer (A4 at 600 dpi on an old USB 1.1 device: about 90 s) means a driver that hangs."""

# SANE_Status (SANE standard 1.06, section 4.2.7), which is scanimage's exit code
_GOOD, _BUSY, _JAMMED, _NO_DOCS, _COVER_OPEN = 0, 3, 6, 7, 8
_REASONS = {1: "unsupported", 2: "cancelled", 4: "invalid", 5: "eof", 9: "io", 10: "memory", 11: "access"}
_CODES = {_BUSY: "Q07", _JAMMED: "Q04", _COVER_OPEN: "Q06"}

_TOLD = re.compile(rb"\(scanner status = (\d+)\)")
_PAGE_ENDS = (_GOOD, 5)
"""What it says of a sheet that came in whole: good, or end of file."""
_LAST_SECONDS = 5.0
"""For scanimage to end after it said what is wrong. Some back ends then wait for themselves for ever (SANE's own test
device: one time in thirty)."""

_FULL_BYTES = 1 << 20
_DOUBLE = re.compile(rb"double.?feed|multi.?(?:feed|pick)", re.IGNORECASE)
_SENSOR = re.compile(r"^\s+--double-feed\b.*\[yes\]", re.MULTILINE)
"""``    --double-feed[=(yes|no)] [yes] [hardware]``, as the fujitsu back end has it."""
_OPTION = re.compile(r"^\s+(--?[a-z][a-z-]*) (.+?)(?:\s*\[[^\[\]]*\])?\s*$")
"""``    --mode Gray|Color [Gray]``: name, what it may be, what it is now."""


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a device offers, as ``scanimage --all-options`` tells it. Empty or None: it has no such option."""

    feeder: str
    """One side of each sheet."""
    duplex: str
    """Both sides."""
    color: str
    gray: str
    resolutions: tuple[float, ...]
    resolution_is_range: bool
    width_mm: float | None
    height_mm: float | None

    @property
    def feeds(self) -> bool:
        return bool(self.feeder or self.duplex)

    def source(self, *, duplex: bool) -> str:
        """The feeder as it is wanted, else as it can; empty: the device has none."""
        return (self.duplex or self.feeder) if duplex else (self.feeder or self.duplex)

    def resolution(self, dpi: int) -> float:
        """The smallest that is not below ``dpi``, else the largest."""
        if self.resolution_is_range:
            low, high = self.resolutions[0], self.resolutions[-1]
            return min(max(dpi, low), high)
        return min((r for r in self.resolutions if r >= dpi), default=max(self.resolutions))


def parse_options(text: str) -> Abilities:
    """Reads the output of ``scanimage --all-options``."""
    options: dict[str, str] = {}
    for line in text.splitlines():
        if match := _OPTION.match(line):
            options.setdefault(match[1], match[2])
    sources = options.get("--source", "").split("|")
    feeders = [s for s in sources if re.search(r"adf|feeder", s, re.IGNORECASE)]
    simplex = [s for s in feeders if not re.search(r"duplex|back|manual", s, re.IGNORECASE)]
    duplex = [s for s in feeders if re.search(r"duplex", s, re.IGNORECASE) and "manual" not in s.lower()]
    modes = options.get("--mode", "").split("|")
    colors = [m for m in modes if re.search(r"colou?r", m, re.IGNORECASE)]
    grays = [m for m in modes if re.search(r"gr[ae]y", m, re.IGNORECASE)]
    resolution = options.get("--resolution", "")
    numbers = tuple(float(n) for n in re.findall(r"\d+(?:\.\d+)?", resolution.split("(")[0]))
    return Abilities(
        feeder=next(iter(simplex or [s for s in feeders if s not in duplex]), ""),
        duplex=next(iter(duplex), ""),
        color=next(iter(colors), ""),
        gray=next(iter(grays), ""),
        resolutions=numbers,
        resolution_is_range=".." in resolution,
        width_mm=_upper(options.get("-x", "")),
        height_mm=_upper(options.get("-y", "")),
    )


def _upper(constraint: str) -> float | None:
    match = re.match(r"[\d.]*?\.\.([\d.]+)mm", constraint)
    return float(match[1]) if match else None


class SaneScanner:
    """``domain.ports.Scanner`` for every device that SANE knows on this machine, in colour, as PNG (lossless, with its dpi).

    ``config_dir``: SANE's folder of settings instead of the system's. ``options``: further arguments for each scan, as a
    site's device may need them. A device without a feeder gives one sheet a call.
    """

    def __init__(
        self, config_dir: Path | None = None, options: tuple[str, ...] = (), sheet_seconds: float = SHEET_SECONDS
    ) -> None:
        self._environment = {**os.environ, "LC_ALL": "C"}
        if config_dir is not None:
            self._environment["SANE_CONFIG_DIR"] = str(config_dir)
        self._options = options
        self._sheet_seconds = sheet_seconds

    def sources(self) -> tuple[ScanSource, ...]:
        """Empty if there is no device, or no SANE on this machine."""
        try:
            listed = self._ask("--formatted-device-list=%d|%v %m%n")
        except (FileNotFoundError, subprocess.TimeoutExpired):
            return ()
        pairs = (line.split("|", 1) for line in listed.splitlines() if "|" in line)
        return tuple(ScanSource(device, " ".join(name.replace("_", " ").split())) for device, name in pairs)

    def scan(
        self, source_id: str, wish: ScanWish, out: Path, sheet: Callable[[Path], None], cancelled: Callable[[], bool]
    ) -> int:
        try:
            told = self._ask(f"--device-name={source_id}", "--all-options")
        except (FileNotFoundError, subprocess.TimeoutExpired) as error:
            raise WorkstationError("Q01", count=0) from error
        if not told:  # the device did not open
            raise WorkstationError("Q01", count=0)
        abilities = parse_options(told)
        command = [*self._command(source_id, wish, abilities), f"--batch={out}/sheet-%04d.png"]
        command.append(f"--batch-start={next_sheet_number(out)}")
        if not abilities.feeds:
            command.append("--batch-count=1")
        with _running(command, self._environment) as process:
            said = bytearray()
            count = self._feed(process, said, sheet, cancelled)
            code = _finish(process, said, self._sheet_seconds, count)
        if code == _JAMMED and (_DOUBLE.search(said) or self._felt_two(source_id)):
            raise WorkstationError("Q05", count=count)
        if code in _CODES:
            raise WorkstationError(_CODES[code], count=count)
        if code not in (_GOOD, _NO_DOCS):
            full = shutil.disk_usage(out).free < _FULL_BYTES  # libpng aborts the program then
            for unfinished in out.glob("sheet-*.part"):
                unfinished.unlink(missing_ok=True)
            raise (
                WorkstationError("M01", count=count)
                if full
                else WorkstationError("Q08", reason=_REASONS.get(code, "driver"), count=count)
            )
        if count == 0 and not cancelled():
            raise WorkstationError("Q02", count=0)
        return count

    def _felt_two(self, source_id: str) -> bool:
        """SANE has no status for two sheets at once, drivers call it a jam; some show the device's sensor among its options."""
        try:
            return bool(_SENSOR.search(self._ask(f"--device-name={source_id}", "--all-options")))
        except (OSError, subprocess.TimeoutExpired):
            return False

    def _ask(self, *arguments: str) -> str:
        asked = subprocess.run(
            ["scanimage", *arguments], env=self._environment, capture_output=True, timeout=LIST_SECONDS, check=False
        )
        return asked.stdout.decode("utf-8", "replace")

    def _command(self, source_id: str, wish: ScanWish, abilities: Abilities) -> list[str]:
        command = ["scanimage", f"--device-name={source_id}", "--format=png", "--batch-print", "--batch-prompt"]
        if source := abilities.source(duplex=wish.duplex):
            command.append(f"--source={source}")
        if mode := abilities.color if wish.color else abilities.gray:
            command.append(f"--mode={mode}")
        if abilities.resolutions:
            command.append(f"--resolution={abilities.resolution(wish.dpi):g}")
        if abilities.width_mm is not None and abilities.height_mm is not None:
            width, height = min(wish.paper_mm[0], abilities.width_mm), min(wish.paper_mm[1], abilities.height_mm)
            command += ["-l", "0", "-t", "0", "-x", f"{width:g}", "-y", f"{height:g}"]
        return [*command, *self._options]

    def _feed(
        self, process: "subprocess.Popen[bytes]", said: bytearray, sheet: Callable[[Path], None], cancelled: Callable[[], bool]
    ) -> int:
        """Lets one sheet after the other in until the feeder is empty, something fails, or ``cancelled``."""
        count = 0
        while not cancelled():
            name = self._next_sheet(process, said, count)
            if not name:
                break
            path = Path(name)
            if not is_whole_png(path):
                path.unlink(missing_ok=True)
                raise WorkstationError("M01", count=count)
            make_durable(path)
            count += 1
            sheet(path)
        return count

    def _next_sheet(self, process: "subprocess.Popen[bytes]", said: bytearray, count: int) -> str:
        """The name of the next file; empty when scanimage has ended or says what is wrong. ``said`` grows by its remarks."""
        if process.stdin is None or process.stdout is None or process.stderr is None:
            raise ValueError("scanimage without pipes")
        try:
            process.stdin.write(b"\n")
        except BrokenPipeError:
            return ""
        until = time.monotonic() + self._sheet_seconds
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            selector.register(process.stderr, selectors.EVENT_READ)
            while ready := {key.fileobj for key, _ in selector.select(max(0.0, until - time.monotonic()))}:
                if process.stdout in ready:
                    # Unbuffered, but scanimage prints and flushes whole lines.
                    return os.fsdecode(process.stdout.readline()).rstrip("\n")
                remark = os.read(process.stderr.fileno(), 1 << 16)
                said += remark
                if _trouble(said) is not None:
                    return ""
                if not remark:
                    selector.unregister(process.stderr)
        raise WorkstationError("Q08", reason="hangs", count=count)


@contextlib.contextmanager
def _running(command: list[str], environment: dict[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    """The process; however this is left, it is gone afterwards. SIGTERM lets the driver put the carriage back."""
    process = subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0
    )
    with process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    process.kill()


def _trouble(said: bytes | bytearray) -> int | None:
    """The SANE status that ended the batch, if scanimage told one."""
    told = [int(status) for status in _TOLD.findall(said)]
    return next((status for status in told if status not in _PAGE_ENDS), None)


def _finish(process: "subprocess.Popen[bytes]", said: bytearray, seconds: float, count: int) -> int:
    """Tells scanimage that no further sheet is wanted; its exit code, or the trouble that it told and then hung.

    ``said`` grows by its last remarks: the end of its output may be seen before what it said last.
    """
    if process.stdin is not None:
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
    trouble = _trouble(said)
    try:
        code = process.wait(seconds if trouble is None else _LAST_SECONDS)
    except subprocess.TimeoutExpired as error:
        if trouble is not None:
            return trouble
        raise WorkstationError("Q08", reason="hangs", count=count) from error
    said += _remaining(process.stderr)
    return code


def _remaining(pipe: IO[bytes] | None) -> bytes:
    """What is in the ``pipe`` now; it is not waited for its end, a process the driver left behind may hold it open."""
    remaining = b""
    if pipe is not None:
        os.set_blocking(pipe.fileno(), False)
        with contextlib.suppress(BlockingIOError):
            while piece := os.read(pipe.fileno(), 1 << 16):
                remaining += piece
    return remaining
