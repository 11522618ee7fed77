"""A scanner for training and demonstration: its feeder holds the pictures of a folder."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path

from workstation.domain.errors import WorkstationError
from workstation.domain.filelist import expand
from workstation.domain.ports import ScanSource, ScanWish
from workstation.scanners.files import make_durable, next_sheet_number


class SimulatedScanner:
    """``domain.ports.Scanner``. Each folder in ``samples`` is a source; ``seconds`` is how long a sheet takes.

    The sheets are the sample files, whatever is wished.
    """

    def __init__(self, samples: Path, seconds: float = 0.0) -> None:
        self._samples = samples
        self._seconds = seconds

    def sources(self) -> tuple[ScanSource, ...]:
        if not self._samples.is_dir():
            return ()
        folders = sorted(p for p in self._samples.iterdir() if p.is_dir() and not p.name.startswith("."))
        return tuple(ScanSource(f"simulated:{f.name}", f"Máy quét tập huấn: {f.name}") for f in folders)

    def scan(
        self, source_id: str, wish: ScanWish, out: Path, sheet: Callable[[Path], None], cancelled: Callable[[], bool]
    ) -> int:
        if source_id not in {s.id for s in self.sources()}:
            raise WorkstationError("Q01", count=0)
        files = expand([self._samples / source_id.removeprefix("simulated:")])
        if not files:
            raise WorkstationError("Q02", count=0)
        first = next_sheet_number(out)
        for count, file in enumerate(files):
            if cancelled():
                return count
            time.sleep(self._seconds)
            target = out / f"sheet-{first + count:04d}{file.suffix.lower()}"
            part = target.with_name(f".{target.name}.part")
            shutil.copyfile(file, part)
            part.replace(target)
            make_durable(target)
            sheet(target)
        return len(files)
