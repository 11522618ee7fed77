"""What the test lanes run: importable by name, as a worker needs it."""

import ctypes
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

from workstation.domain.errors import WorkstationError


class PickyError(Exception):
    """Can be pickled, but not read back."""

    def __init__(self, a: int, b: int) -> None:
        super().__init__(a)
        self.b = b


def double(x: int) -> int:
    return 2 * x


def imported(module: str) -> bool:
    return module in sys.modules


def pid(*_: object) -> int:
    return os.getpid()


def die_unless(marker: Path) -> str:
    """Dies by a signal the first time (leaves ``marker``), succeeds the second."""
    if marker.exists():
        return "second"
    marker.touch()
    os.kill(os.getpid(), signal.SIGSEGV)
    return "not reached"


def die(tries: Path) -> None:
    with tries.open("a") as f:
        f.write("x")
    os.kill(os.getpid(), signal.SIGKILL)


def sleep(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def sleep_holding_gil(started: Path, seconds: int) -> None:
    """As a C library does that never gives Python a turn."""
    started.write_text(str(os.getpid()))
    ctypes.PyDLL(None).sleep(seconds)


def with_child(started: Path) -> None:
    """As pytesseract does: waits for a program of its own."""
    child = subprocess.Popen(["sleep", "60"])
    started.write_text(f"{os.getpid()} {child.pid}")
    child.wait()


def ballast(mib: int, seconds: float) -> int:
    held = bytearray(mib << 20)
    time.sleep(seconds)
    return len(held)


def hog(tries: Path) -> int:
    with tries.open("a") as f:
        f.write("x")
    return len(bytearray(3_000_000_000))


def hog_in_opencv() -> None:
    import cv2
    import numpy as np

    cv2.resize(np.zeros((10, 10, 3), np.uint8), (30_000, 30_000))


def hog_in_mupdf() -> int:
    import pymupdf

    with pymupdf.open() as pdf:
        page = pdf.new_page(width=595, height=842)
        try:
            sheets = [page.get_pixmap(dpi=1500) for _ in range(3)]  # 652 MB each
        except Exception as error:
            raise WorkstationError("F03") from error  # as an adapter that takes every trouble for a damaged file
        return len(sheets)


def fail_known() -> None:
    raise WorkstationError("F03", file="a.pdf")


def fail_unknown() -> None:
    raise ZeroDivisionError("secret content")


def fail_picky() -> None:
    raise PickyError(1, 2)


def unpicklable() -> object:
    return lambda: None


def environment() -> tuple[str, str, int]:
    return os.environ["OMP_THREAD_LIMIT"], os.environ["OPENBLAS_NUM_THREADS"], os.nice(0)


state = {"value": 0}


def initialise(value: int) -> None:
    state["value"] = value


def initialised() -> int:
    return state["value"]


def broken_start() -> None:
    raise WorkstationError("O01")


def imaging(width: int, height: int) -> int:
    """What a page costs: numpy, cv2 and PyMuPDF loaded, a colour page made, turned and rendered."""
    import cv2
    import numpy as np
    import pymupdf

    page = np.full((height, width, 3), 255, np.uint8)
    turned = cv2.warpAffine(page, np.array([[1, 0, 1], [0, 1, 1]], np.float32), (width, height))
    grey = cv2.cvtColor(turned, cv2.COLOR_BGR2GRAY)
    ok, jpeg = cv2.imencode(".jpg", page)
    with pymupdf.open() as pdf:
        sheet = pdf.new_page(width=595, height=842)
        sheet.insert_image(sheet.rect, stream=jpeg.tobytes())
        return int(sheet.get_pixmap(dpi=300).width) + int(ok) + grey.shape[0]


def faults_of_pictures_again(count: int, size: int) -> int:
    """Page faults of taking the memory of so many pictures that were there before and are gone."""
    for _ in range(2):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        pictures = [bytearray(b"\1") * size for _ in range(count)]
        after = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        del pictures
    return after - before
