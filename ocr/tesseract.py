"""Tesseract in two ways behind one port: inside the worker, model loaded once, and as a program a page.

Measured on 24 prepared pages (8 each clean / office / bad, Tesseract's own order, CPU seconds a page, two runs within 3 %):
inside 0.77 / 0.77 / 1.04, as a program 1.15 / 1.14 / 1.47; CER 1.04 / 1.62 / 18.0 against 1.00 / 1.65 / 17.1 (library 5.5.4,
program 5.3.0: the same network, so the same quality). Inside is the default where its wheel is installed.
"""

import csv
import hashlib
import os
import re
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import cv2

from ocr.frames import Pixels
from ocr.lines import RawWord
from ocr.tables import Part, back_on_page, stacked
from workstation.domain.errors import WorkstationError
from workstation.domain.fields import nfc
from workstation.domain.page import Engine

LANGUAGE = "vie"
PAGE_SECONDS = 45
"""Of one call. Below the cap of a page in its lane, so that a page that takes too long keeps its worker."""
_PAGE, _BLOCK, _LINE, _RAW = 3, 6, 7, 13
"""Page segmentation modes: a whole page with its columns; one block of lines, where lone digits are kept; one line; one line
that the whole picture is, without a look for its letters (a lone figure is no line to the third)."""
_BETWEEN = 20
"""Pixels between lines under one another."""
FOREIGN = "‡†^§©®⁄¬ÐÄËÏÖŸŒØÑƑäëïöÿœøñƒæˆ`¡¿£€$›‹{}~<>"
"""Characters that the network knows and Vietnamese office paper does not hold: the next best is read in their place.

``§`` stood for 8, ``Ø`` for 0, ``⁄`` for the stroke of a document's number, ``ø`` for g, ``Ñ`` for N. On 96 tuning pages CER
fell from 0.57 to 0.53 % (office) and from 6.6 to 6.3 % (worn). ``|`` is not among them: a rule is read as that and left out.
No quote, backslash or space: pytesseract splits options as a shell does.
"""
NUMBERS = "0123456789.,/-"
"""What a line of numbers alone may hold."""
_ONLY = "tessedit_char_whitelist"
VARIABLES = {"debug_file": os.devnull, "tessedit_char_blacklist": FOREIGN}


class TesseractLibrary:
    """Tesseract inside this process (tesserocr). A crash in it ends the process: for the pages lane, one page tried again.

    ImportError where there is no wheel for the machine.
    """

    def __init__(self, seconds: float = PAGE_SECONDS) -> None:
        # one worker a core: threads of its own would only fight over the cores; it looks when it is loaded
        os.environ["OMP_THREAD_LIMIT"] = "1"
        import tesserocr

        self._library = tesserocr
        self._seconds = seconds

    def read(self, page: Pixels, dpi: float, *, block: bool = False) -> tuple[RawWord, ...]:
        return self._read(page, dpi, _BLOCK if block else _PAGE, digits=False)

    def lines(
        self, pictures: Sequence[Pixels], dpi: float, *, digits: bool = False, raw: bool = False
    ) -> tuple[tuple[RawWord, ...], ...]:
        return tuple(self._read(picture, dpi, _RAW if raw else _LINE, digits=digits) for picture in pictures)

    def _read(self, page: Pixels, dpi: float, mode: int, *, digits: bool) -> tuple[RawWord, ...]:
        api = _loaded(data_folder())
        height, width = page.shape
        try:
            api.SetPageSegMode(mode)
            api.SetVariable(_ONLY, NUMBERS if digits else "")
            api.SetImageBytes(page.tobytes(), width, height, 1, width)
            api.SetSourceResolution(round(dpi))
            # false: its time ran out, or the picture is beyond 32,767 pixels. Asking for words then would crash it
            if not api.Recognize(round(1000 * self._seconds)):
                raise WorkstationError("O02")
            return _words(api.GetTSVText(0))
        except RuntimeError as e:
            raise WorkstationError("O02") from e
        finally:
            api.Clear()  # a page's pixels don't wait for the next one; nothing that was learnt on it is kept either
            api.ClearAdaptiveClassifier()

    def describe(self) -> Engine:
        release = self._library.tesseract_version().split()[1]
        return Engine("tesseract", release, _model(data_folder()), f"inside --psm {_PAGE} without {FOREIGN}")


@cache
def _loaded(data: Path) -> Any:
    """One a process. What it has to say about odd pictures would land between the program's own lines."""
    import tesserocr

    tesserocr.set_leptonica_log_level(tesserocr.LeptLogLevel.NONE)
    try:
        return tesserocr.PyTessBaseAPI(path=str(data), lang=LANGUAGE, variables=VARIABLES)
    except RuntimeError as e:
        raise WorkstationError("O01") from e


class TesseractProgram:
    """Debian's or the installer's ``tesseract``, started for each page through pytesseract.

    It is handed the path of an uncompressed file: given a picture, pytesseract would first deflate a PNG (2.56 against 1.60
    CPU seconds a page, measured).
    """

    def read(self, page: Pixels, dpi: float, *, block: bool = False) -> tuple[RawWord, ...]:
        return self._read(page, dpi, f"--psm {_BLOCK if block else _PAGE}")

    def _read(self, page: Pixels, dpi: float, options: str) -> tuple[RawWord, ...]:
        import pytesseract

        os.environ["OMP_THREAD_LIMIT"] = "1"
        installed()
        with tempfile.TemporaryDirectory(prefix="ocr-") as folder:
            picture = Path(folder) / "page.pgm"
            if not cv2.imwrite(str(picture), page):
                raise WorkstationError("O02")
            config = f"{options} --dpi {round(dpi)} -c tessedit_char_blacklist={FOREIGN}"
            try:
                table = pytesseract.image_to_data(str(picture), lang=LANGUAGE, config=config, timeout=PAGE_SECONDS)
            except (pytesseract.TesseractError, RuntimeError) as e:  # RuntimeError: its way to say that its time ran out
                raise WorkstationError("O02") from e
        return _words(table)

    def lines(
        self, pictures: Sequence[Pixels], dpi: float, *, digits: bool = False, raw: bool = False
    ) -> tuple[tuple[RawWord, ...], ...]:
        """All in one call, under one another: a program a line would take a tenth of a second each. Raw ones can't be, and few
        are asked for."""
        if raw:
            return tuple(self._read(picture, dpi, f"--psm {_RAW}") for picture in pictures)
        if not pictures:
            return ()
        strip = stacked([Part(k, (0, 0), picture) for k, picture in enumerate(pictures)], _BETWEEN)
        options = f"--psm {_BLOCK}" + (f" -c {_ONLY}={NUMBERS}" if digits else "")
        found = back_on_page(strip, self._read(strip.pixels, dpi, options))
        return tuple(tuple(found.get(k, ())) for k in range(len(pictures)))

    def describe(self) -> Engine:
        release, data = installed()
        return Engine("tesseract", release, _model(data), f"--psm {_PAGE} without {FOREIGN}")


def _words(table: str) -> tuple[RawWord, ...]:
    """Of Tesseract's TSV: level, page, block, paragraph, line, word, left, top, width, height, confidence, text."""
    return tuple(word for row in csv.reader(table.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE) for word in _word(row))


def _word(row: list[str]) -> Iterable[RawWord]:
    text = nfc(row[11]) if row[0] == "5" and len(row) > 11 else ""
    if text.strip("_|¦"):  # ruled lines read as characters would bridge the gap between two columns
        x, y, w, h = map(float, row[6:10])
        line = (int(row[2]), int(row[3]), int(row[4]))
        yield RawWord(text, (x, y, x + w, y + h), min(1.0, max(0.0, float(row[10]) / 100)), line)


def installed() -> tuple[str, Path]:
    """Release of the program and the folder of its networks; O01 if it or its Vietnamese data is missing."""
    data = data_folder()
    return _release(_program()), data


def data_folder() -> Path:
    """Of the program's networks, which the library reads too; O01 if it or its Vietnamese data is missing."""
    return _folder(_program(), os.environ.get("TESSDATA_PREFIX"))


def _program() -> str:
    import pytesseract

    return str(pytesseract.pytesseract.tesseract_cmd)


@cache
def _folder(program: str, prefix: str | None) -> Path:
    """``prefix`` (which the program looks up itself) is here so that another one is asked about anew."""
    del prefix
    said = _said(program, "--list-langs")
    where = re.search(r'"(.+)"', said)
    data = Path(where.group(1) if where else "")
    if LANGUAGE not in said.split() or not (data / f"{LANGUAGE}.traineddata").is_file():
        raise WorkstationError("O01")
    return data


@cache
def _release(program: str) -> str:
    return _said(program, "--version").split()[1]


def _said(program: str, option: str) -> str:
    try:
        done = subprocess.run([program, option], capture_output=True, text=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError) as e:
        raise WorkstationError("O01") from e
    return done.stdout + done.stderr


@cache
def _model(data: Path) -> str:
    """``vie:<sha256>`` of the network."""
    return f"{LANGUAGE}:{hashlib.sha256((data / f'{LANGUAGE}.traineddata').read_bytes()).hexdigest()}"
