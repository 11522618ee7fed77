"""The recogniser behind a small port: a prepared grey page in, raw words out.

Tesseract runs as a process a page through pytesseract. It is handed the path of an uncompressed file: given a picture,
pytesseract would first deflate a PNG (2.56 against 1.60 CPU seconds a page, measured).
"""

import csv
import hashlib
import io
import os
import re
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
import pytesseract

from ocr.frames import Pixels
from ocr.lines import RawWord
from ocr.prepare import described
from workstation.domain.errors import WorkstationError
from workstation.domain.fields import nfc
from workstation.domain.page import Engine

LANGUAGE = "vie"
_PARAMS = "--psm 3"
_BLOCK = "--psm 6"
"""One block of lines under one another: no columns are looked for, and lone digits are kept."""
_PAGE_SECONDS = 180


class Recognizer(Protocol):
    def read(self, page: Pixels, dpi: float, *, block: bool = False) -> tuple[RawWord, ...]:
        """``block``: lines under one another, no layout. O01: engine or language missing, O02: page can't be read."""
        ...

    def describe(self) -> Engine: ...


class Tesseract:
    """Debian's or the installer's Tesseract with the Vietnamese network."""

    def __init__(self, params: str = _PARAMS) -> None:
        self._params = params

    def read(self, page: Pixels, dpi: float, *, block: bool = False) -> tuple[RawWord, ...]:
        # one process a core is right; OpenMP threads inside it only fight over the cores
        os.environ["OMP_THREAD_LIMIT"] = "1"
        with tempfile.TemporaryDirectory(prefix="ocr-") as folder:
            picture = Path(folder) / "page.pgm"
            if not cv2.imwrite(str(picture), page):
                raise WorkstationError("O02")
            config = f"{_BLOCK if block else self._params} --dpi {round(dpi)}"
            try:
                table = pytesseract.image_to_data(str(picture), lang=LANGUAGE, config=config, timeout=_PAGE_SECONDS)
            except pytesseract.TesseractNotFoundError as e:
                raise WorkstationError("O01") from e
            except pytesseract.TesseractError as e:
                missing = "language" in str(e.message) or "traineddata" in str(e.message)
                raise WorkstationError("O01" if missing else "O02") from e
            except RuntimeError as e:  # pytesseract's way to say that its time ran out
                raise WorkstationError("O02") from e
        return _words(table)

    def describe(self) -> Engine:
        version, model = _installed()
        return Engine("tesseract", version, model, f"{self._params} {described()}")


class Unread:
    """Reads nothing: for cleaning alone, which has to work on a machine without Tesseract too."""

    def read(self, page: Pixels, dpi: float, *, block: bool = False) -> tuple[RawWord, ...]:
        return ()

    def describe(self) -> Engine:
        return Engine("none", "", "", "")


def _words(table: str) -> tuple[RawWord, ...]:
    words = []
    for row in csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE):
        text = _one_d(nfc(row["text"] or "")) if row["level"] == "5" else ""
        if not text.strip("_|¦"):  # ruled lines read as characters; they would bridge the gap between two columns
            continue
        x, y, w, h = (float(row[k]) for k in ("left", "top", "width", "height"))
        line = tuple(int(row[k]) for k in ("block_num", "par_num", "line_num"))
        words.append(RawWord(text, (x, y, x + w, y + h), min(1.0, max(0.0, float(row["conf"]) / 100)), line))
    return tuple(words)


def _one_d(text: str) -> str:
    """The network knows both Đ (U+0110) and its Icelandic twin Ð (U+00D0) and at times writes one letter as both."""
    return re.sub("Đ?Ð", "Đ", text.replace("ÐĐ", "Đ"))


@cache
def _installed() -> tuple[str, str]:
    """Version of Tesseract and ``vie:<sha256>`` of the network it would load; O01 if either is missing."""
    try:
        said = subprocess.run(
            [pytesseract.pytesseract.tesseract_cmd, "--list-langs"], capture_output=True, text=True, timeout=30, check=True
        )
        version = str(pytesseract.get_tesseract_version())
    except (OSError, subprocess.SubprocessError, pytesseract.TesseractNotFoundError, SystemExit) as e:
        raise WorkstationError("O01") from e
    where = re.search(r'"(.+)"', said.stdout + said.stderr)
    data = Path(where.group(1) if where else "") / f"{LANGUAGE}.traineddata"
    if LANGUAGE not in said.stdout.split() or not data.is_file():
        raise WorkstationError("O01")
    return version, f"{LANGUAGE}:{hashlib.sha256(data.read_bytes()).hexdigest()}"


def end_up(page: Pixels, dpi: float, recognizer: Recognizer) -> int:
    """0 or 180: which way round the fullest 30 mm of a level, prepared page read better."""
    h = page.shape[0]
    strip = min(h, round(30 / 25.4 * dpi))
    ink = np.cumsum(np.concatenate(([0.0], (page < 128).mean(axis=1))))
    # away from the very edges, where holes and borders lie
    first = min(h - strip, round(0.03 * h))
    starts = range(first, max(first + 1, h - strip - first), max(1, strip // 8))
    at = max(starts, key=lambda y: ink[y + strip] - ink[y])
    band = np.ascontiguousarray(page[at : at + strip])
    upright, turned = (_sense(recognizer.read(p, dpi)) for p in (band, np.ascontiguousarray(np.rot90(band, 2))))
    return 180 if turned > 1.2 * upright else 0


def _sense(words: tuple[RawWord, ...]) -> float:
    """How much was read with confidence: letters weighted by the square of their word's confidence."""
    return sum(w.confidence**2 * sum(c.isalpha() for c in w.text) for w in words)
