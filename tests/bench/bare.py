"""``python -m tests.bench.bare OUT IMAGE…``: the limit. The engine alone, inside two processes, on untouched images.

``--prepared`` instead prints the CPU seconds of ours that go into cleaning, preparation and recognition: what no program
around them can do without. That too in two processes, as ``digitize`` does it: two cores share memory and caches, and each page
takes either of them longer than it would take it alone.
"""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from ocr.engine import Recognizer, recognizer
from ocr.lines import RawWord
from workstation.domain.page import Engine

WORKERS = 2


@cache
def _engine() -> Any:
    import tesserocr

    from ocr.tesseract import LANGUAGE, installed

    tesserocr.set_leptonica_log_level(tesserocr.LeptLogLevel.NONE)
    return tesserocr.PyTessBaseAPI(path=str(installed()[1]), lang=LANGUAGE, variables={"debug_file": os.devnull})


def read_untouched(image: Path, out: Path) -> None:
    """Text into ``out``/<folder>-<stem>.txt, as the other contestants do."""
    _engine().SetImageFile(str(image))
    (out / f"{image.parent.name}-{image.stem}.txt").write_text(_engine().GetUTF8Text(), "utf-8")


class Timed:
    """A recogniser that counts its CPU seconds."""

    def __init__(self, inner: Recognizer) -> None:
        self._inner = inner
        self.seconds = 0.0

    def read(self, page: Any, dpi: float, *, block: bool = False) -> tuple[RawWord, ...]:
        begun = time.process_time()
        words = self._inner.read(page, dpi, block=block)
        self.seconds += time.process_time() - begun
        return words

    def lines(
        self, pictures: Sequence[Any], dpi: float, *, digits: bool = False, raw: bool = False
    ) -> tuple[tuple[RawWord, ...], ...]:
        begun = time.process_time()
        words = self._inner.lines(pictures, dpi, digits=digits, raw=raw)
        self.seconds += time.process_time() - begun
        return words

    def describe(self) -> Engine:
        return self._inner.describe()


def core_seconds(image: Path) -> float:
    """CPU seconds of one page's cleaning, preparation and recognition; the engine is loaded already."""
    import cv2

    from ocr import process
    from ocr.frames import load_frame
    from ocr.prepare import prepare
    from ocr.reduce import reduce

    cv2.setNumThreads(1)
    engine = Timed(recognizer())
    frame = load_frame(image, 0)
    begun = time.process_time()
    done = process.clean(frame, (), engine)
    if not done.blank:
        prepare(done.page, frame.dpi)
    before = time.process_time() - begun
    engine.seconds = 0.0
    process._read(done, reduce(done.page, done.dpi), engine)
    return before + engine.seconds


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prepared", action="store_true")
    parser.add_argument("--workers", type=int, default=WORKERS)
    parser.add_argument("out", type=Path)
    parser.add_argument("images", type=Path, nargs="+")
    chosen = parser.parse_args(arguments)
    os.environ["OMP_THREAD_LIMIT"] = "1"
    if chosen.prepared:
        with ProcessPoolExecutor(
            chosen.workers, get_context("spawn"), core_seconds, (chosen.images[0],)
        ) as pool:  # loads the engine
            sys.stdout.write(f"{sum(pool.map(core_seconds, chosen.images))}\n")
        return
    chosen.out.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(chosen.workers, get_context("spawn")) as pool:
        list(pool.map(partial(read_untouched, out=chosen.out), chosen.images))


if __name__ == "__main__":
    main(sys.argv[1:])
