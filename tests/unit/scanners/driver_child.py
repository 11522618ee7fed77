"""A child process whose driver misbehaves as told: ``python -m tests.unit.scanners.driver_child SIDES AT HOW``."""

import os
import sys
import time
from pathlib import Path

from tests.unit.scanners.wia_fake import png
from workstation.domain.ports import ScanWish
from workstation.scanners.driverhost import DriverError, run


class Driver:
    def __init__(self) -> None:
        self.sides, self.at, self.how = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
        self.given = 0
        if self.how == "no library":
            raise ImportError("comtypes")

    def devices(self) -> tuple[tuple[str, str], ...]:
        os.write(1, b"a vendor's greeting\n")
        return (("một", "Máy quét một"),)

    def open(self, device: str, wish: ScanWish) -> "Driver":
        if device != "một":
            raise DriverError("Q01")
        return self

    def side(self, path: Path) -> bool:
        os.write(1, b"{}\n")  # what a library prints is no answer
        if self.given == self.at:
            self.misbehave(path)
            if self.how in ("empty", "half"):
                return True
        if self.given >= self.sides:
            return False
        self.given += 1
        path.write_bytes(png(self.given))
        return True

    def misbehave(self, path: Path) -> None:
        if self.how.startswith(("Q", "M")):
            raise DriverError(*self.how.split(":"))
        if self.how == "crash":
            path.write_bytes(b"\x89PNG half")
            os.abort()
        if self.how == "hang":
            path.write_bytes(b"\x89PNG half")
            time.sleep(600)
        if self.how == "bug":
            raise RuntimeError("Nguyễn Văn Mẫu")
        if self.how in ("empty", "half"):
            path.write_bytes(png(1)[:-20] if self.how == "half" else b"")

    def close(self) -> None:
        pass


if __name__ == "__main__":
    run(Driver)
