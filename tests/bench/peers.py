"""The tools that ours stands beside. Each runs as its users run it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.bench.processes import ONE_THREAD, ROOT, Done, run


def ocrmypdf() -> str | None:
    return _peer("ocrmypdf")


def _peer(name: str) -> str | None:
    """Its path: in the environment that ``./dev.sh bench`` makes for peers, else on this machine. No dependency of ours."""
    own = ROOT / ".tools" / "peers" / "bin" / name
    return str(own) if own.exists() else shutil.which(name)


def run_ocrmypdf(pdf: Path, out: Path, work: Path, *options: str) -> Done:
    """As its users run it on a scan in Vietnamese: all cores, PDF/A, and ``options``."""
    return run([str(ocrmypdf()), "-q", "-l", "vie", *options, str(pdf), str(out)], work)


def layer_texts(pdf: Path) -> list[str]:
    """The text layer of each page."""
    import pymupdf

    with pymupdf.open(pdf) as document:
        return [page.get_text() for page in document]


def pyhanko() -> str | None:
    """The command line of pyHanko."""
    return _peer("pyhanko")


def make_pdf(images: Sequence[Path], out: Path) -> Path:
    """The same images as a PDF, their bytes kept."""
    import pymupdf

    with pymupdf.open() as whole:
        for image in images:
            with pymupdf.open(image) as picture, pymupdf.open("pdf", picture.convert_to_pdf()) as page:
                whole.insert_pdf(page)
        whole.save(out)
    return out


def tesseract_two_at_a_time(images: Sequence[Path], out: Path) -> Done:
    """Plain ``tesseract IMAGE OUT -l vie``, a process a page, as many at once as there are cores (of the two we count on).

    One shell child starts them all, so that wait4 accounts for the lot. Texts land in ``out``/<folder>-<stem>.txt.
    """
    out.mkdir(parents=True, exist_ok=True)
    jobs = out / "jobs"
    jobs.write_text("".join(f"{image}\0{out / (image.parent.name + '-' + image.stem)}\0" for image in images), "utf-8")
    command = ["xargs", "-0", "-a", str(jobs), "-P", "2", "-n", "2", "sh", "-c", 'exec tesseract "$0" "$1" -l vie >&2']
    return run(command, out / "log", ONE_THREAD)


def engine_alone(images: Sequence[Path], out: Path) -> Done:
    """The engine in two processes, its model loaded once in each, on the images as they are (``tests.bench.bare``)."""
    return run([sys.executable, "-m", "tests.bench.bare", str(out), *map(str, images)], out / "log", ONE_THREAD)


def core_seconds(images: Sequence[Path], out: Path) -> Done:
    """Says the CPU seconds of our cleaning, preparation and recognition of these images, and of nothing around them."""
    return run([sys.executable, "-m", "tests.bench.bare", "--prepared", str(out), *map(str, images)], out / "log", ONE_THREAD)


def tesseract_texts(images: Sequence[Path]) -> list[str]:
    """Stock Tesseract's text of each image."""
    env = {**os.environ, **ONE_THREAD}

    def one(image: Path) -> str:
        done = subprocess.run(["tesseract", str(image), "-", "-l", "vie"], capture_output=True, env=env, check=True)
        return done.stdout.decode("utf-8", "replace")

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(one, images))
