"""A page that bears a mark of a state secret leaves nothing behind: no text, no picture, no thumbnail, no fingerprint (Law on the
protection of state secrets 117/2025: none is kept or read on a machine that is not its own). What the mark looks like is told in
``domain.marks``; the page is judged before the first file of it is written."""

from pathlib import Path

from ocr import thumbs
from workstation.domain.durable import wipe_file
from workstation.domain.ids import Sha256
from workstation.domain.marks import is_secret
from workstation.domain.page import PageSource
from workstation.domain.pagejobs import PageJob, PageResult
from workstation.domain.thumbs import page_key


def stops(job: PageJob, result: PageResult) -> bool:
    return job.guarded and is_secret(result.text)


def stopped(job: PageJob, result: PageResult) -> PageResult:
    """That the page bears the mark, and its size. What earlier runs derived from it is wiped."""
    _wipe(job.cache, f"{job.original}-{job.frame}-*")
    if job.thumbs is not None:
        thumbs.forget(job.thumbs, page_key(PageSource(job.original, job.frame), ()))
    text = result.text
    bare = type(text)(text.width_px, text.height_px, text.dpi, (), text.engine, 0.0)
    return PageResult((), (), False, bare, result.frame, 0, 0.0, 0.0, secret=True)


def wipe(cache: Path, pack: Path, original: Sha256) -> None:
    """Whatever was derived from a file, of all its frames."""
    _wipe(cache, f"{original}-*")
    thumbs.forget(pack, f"{original}-")


def _wipe(cache: Path, names: str) -> None:
    for path in (cache / names[:2]).glob(names):
        wipe_file(path)
