"""Several kinds of scanners as one: each source goes to the kind that told of it."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from workstation.domain.errors import WorkstationError
from workstation.domain.ports import Scanner, ScanSource, ScanWish
from workstation.scanners.escl import PREFIX, EsclScanner
from workstation.scanners.sane import SaneScanner


def at_hand() -> Scanner:
    """Every scanner that this machine may find: network ones, and those of its own drivers."""
    return Scanners({PREFIX: EsclScanner(_on_the_network), "": SaneScanner()})


def _on_the_network() -> tuple[ScanSource, ...]:
    """Multicast DNS is imported when somebody looks for a scanner, not by every command."""
    from workstation.scanners.discovery import find_scanners

    return find_scanners()


class Scanners:
    """``domain.ports.Scanner`` over others. ``kinds``: by the beginning of their sources' ids; "" takes the rest."""

    def __init__(self, kinds: Mapping[str, Scanner]) -> None:
        self._kinds = dict(sorted(kinds.items(), key=lambda kind: -len(kind[0])))

    def sources(self) -> tuple[ScanSource, ...]:
        """Asked side by side, since each waits for devices; a device that two kinds know (by its name) is listed once."""
        with ThreadPoolExecutor(max(1, len(self._kinds))) as pool:
            listed = [source for found in pool.map(lambda kind: kind.sources(), self._kinds.values()) for source in found]
        by_name: dict[str, ScanSource] = {}
        for source in listed:
            by_name.setdefault(source.name.casefold(), source)
        return tuple(by_name.values())

    def scan(
        self, source_id: str, wish: ScanWish, out: Path, sheet: Callable[[Path], None], cancelled: Callable[[], bool]
    ) -> int:
        for prefix, kind in self._kinds.items():
            if source_id.startswith(prefix):
                return kind.scan(source_id, wish, out, sheet, cancelled)
        raise WorkstationError("Q01", count=0)
