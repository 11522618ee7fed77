"""What the program stands on: the interpreter, the libraries and the system packages have to be the ones that were measured."""

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.letters import VIETNAMESE_LETTERS

SOFTHSM = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so")

NONE_LOOP = """
import sys
from PySide6.QtCore import QObject
thing = QObject()
before = sys.getrefcount(None)
for _ in range(60_000):
    thing.blockSignals(False)
    thing.setObjectName("")
print(before - sys.getrefcount(None))
"""


def release(package: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version(package).split(".")[:2])


def test_python_is_new_enough() -> None:
    assert sys.version_info >= (3, 11)


def test_void_qt_calls_do_not_eat_references_to_none() -> None:
    """PySide6 6.12.0 on Python < 3.12 loses one reference to None a call and aborts after some 5,000 of them."""
    done = subprocess.run([sys.executable, "-c", NONE_LOOP], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-500:]
    assert abs(int(done.stdout)) < 1_000


def test_pins_that_were_measured() -> None:
    assert (6, 9) <= release("PySide6-Essentials") < (6, 12)
    assert (1, 26) <= release("pymupdf") < (2, 0)
    assert (0, 38) <= release("pyhanko") < (0, 39)
    assert release("sqlalchemy") >= (2, 0)


def test_heavy_parts_stay_out() -> None:
    for package in ("onnxruntime", "networkx", "PySide6-Addons"):
        with pytest.raises(ModuleNotFoundError):
            version(package)


def test_tesseract_reads_vietnamese_and_knows_which_way_is_up() -> None:
    done = subprocess.run(["tesseract", "--list-langs"], capture_output=True, text=True, timeout=60, check=True)
    assert {"vie", "osd"} <= set(done.stdout.split())


def test_fonts_on_this_machine_cover_every_vietnamese_letter() -> None:
    points = " ".join(f"{ord(letter):x}" for letter in VIETNAMESE_LETTERS)
    done = subprocess.run(["fc-list", f":charset={points}", "family"], capture_output=True, text=True, timeout=60, check=True)
    families = done.stdout
    assert "Tinos" in families, "fonts-croscore"
    assert "Noto Sans" in families, "fonts-noto-core"


def test_there_are_134_vietnamese_letters() -> None:
    assert len(VIETNAMESE_LETTERS) == 134


def test_the_training_token_is_there() -> None:
    assert any(Path(path).is_file() for path in SOFTHSM), "softhsm2"


def test_sqlite_has_what_the_store_needs() -> None:
    import sqlite3

    assert sqlite3.sqlite_version_info >= (3, 37, 0), "STRICT tables, RETURNING"
    with sqlite3.connect(":memory:") as database:
        options = {row[0] for row in database.execute("PRAGMA compile_options")}
    database.close()
    assert "ENABLE_FTS5" in options, "full-text search"
    assert "THREADSAFE=1" in options
