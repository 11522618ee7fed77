"""Several kinds of scanners as one: each source goes to the kind that told of it."""

import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

from workstation.domain.errors import WorkstationError
from workstation.domain.ports import Scanner, ScanSource, ScanWish
from workstation.scanners.escl import PREFIX, EsclScanner
from workstation.scanners.hosted import HostedScanner, driver_command
from workstation.scanners.sane import SaneScanner

WINDOWS = {"wia": "wia:", "twain": "twain:"}
"""Windows' kinds of drivers and how their sources' ids begin; WIA first, since a device that both know is listed once."""


def at_hand(named: tuple[ScanSource, ...] = ()) -> Scanner:
    """Every scanner that this machine may find: network ones, and those of its own drivers. ``named``: network scanners that the
    settings know by their address."""
    kinds: dict[str, Scanner] = {PREFIX: EsclScanner(lambda: beside(named, _on_the_network()))}
    if sys.platform == "win32":
        kinds |= {prefix: HostedScanner(prefix, driver_command(name)) for name, prefix in WINDOWS.items()}
    else:
        kinds[""] = SaneScanner()
    return Scanners(kinds)


def beside(named: tuple[ScanSource, ...], found: tuple[ScanSource, ...]) -> tuple[ScanSource, ...]:
    """The named ones, then what was found under another address."""
    known = {_address(source.id) for source in named}
    return (*named, *(source for source in found if _address(source.id) not in known))


def _address(url: str) -> tuple[str, int | None, str]:
    """What two ways of writing one address have in common. The usual port stands for both schemes: a device that offers both is
    one device."""
    parts = urlsplit(url)
    usual = parts.port in (None, {"http": 80, "https": 443}.get(parts.scheme))
    return parts.hostname or "", None if usual else parts.port, parts.path.strip("/")


def _on_the_network() -> tuple[ScanSource, ...]:
    """Multicast DNS is imported when somebody looks for a scanner, not by every command."""
    from workstation.scanners.discovery import find_scanners

    return find_scanners()


class Scanners:
    """``domain.ports.Scanner`` over others. ``kinds``: by the beginning of their sources' ids; "" takes the rest."""

    def __init__(self, kinds: Mapping[str, Scanner]) -> None:
        self._kinds = dict(kinds)

    def sources(self) -> tuple[ScanSource, ...]:
        """Asked side by side, since each waits for devices; a device that two kinds know (by its name) is listed once, as
        the first of them tells of it."""
        with ThreadPoolExecutor(max(1, len(self._kinds))) as pool:
            listed = [source for found in pool.map(lambda kind: kind.sources(), self._kinds.values()) for source in found]
        by_name: dict[str, ScanSource] = {}
        for source in listed:
            by_name.setdefault(source.name.casefold(), source)
        return tuple(by_name.values())

    def scan(
        self, source_id: str, wish: ScanWish, out: Path, sheet: Callable[[Path], None], cancelled: Callable[[], bool]
    ) -> int:
        for prefix, kind in sorted(self._kinds.items(), key=lambda kind: -len(kind[0])):
            if source_id.startswith(prefix):
                return kind.scan(source_id, wish, out, sheet, cancelled)
        raise WorkstationError("Q01", count=0)
