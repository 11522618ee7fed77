"""Derived files: written whole or not at all, checked when read, recomputed when anything about them is wrong."""

import errno
import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from workstation.domain.codes import CodeKind, PageCode
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import Sha256
from workstation.domain.page import Engine, Finding, PageText, Recipe, Transform, UnreadArea, Word
from workstation.domain.pagejobs import FrameInfo, PageResult
from workstation.domain.pagework import work_key

VERSION = 20
"""Of everything that ``process`` derives; a higher number makes older files strangers."""


def entry(cache: Path, original: Sha256, frame: int, work: Recipe, suffix: str) -> Path:
    """``<cache>/ab/abcd…-<frame>-<key of work>-v<version>.<suffix>``."""
    return cache / original[:2] / f"{original}-{frame}-{work_key(work)}-v{VERSION}.{suffix}"


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary sibling that takes ``path``'s place when the block ends well. M01 when the disk is full."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".", suffix=path.suffix, dir=path.parent)
        os.close(handle)
        temporary = Path(name)
        try:
            yield temporary
            temporary.replace(path)
        finally:
            with suppress(FileNotFoundError):
                temporary.unlink()
    except OSError as e:
        if e.errno in (errno.ENOSPC, errno.EDQUOT):
            raise WorkstationError("M01") from e
        raise


def write_json(path: Path, value: Any) -> None:
    """The hash of the rest on the first line: a half or altered file is seen, whatever JSON makes of it."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    with replacing(path) as temporary:
        temporary.write_bytes(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)


def read_json(path: Path) -> Any:
    """The stored value; None if the file is missing or not as it was written."""
    try:
        digest, _, body = path.read_bytes().partition(b"\n")
    except OSError:
        return None
    return json.loads(body) if hashlib.sha256(body).hexdigest().encode() == digest else None


def text_to_json(text: PageText) -> dict[str, Any]:
    return {
        "size": [text.width_px, text.height_px], "dpi": text.dpi, "engine": asdict(text.engine), "seconds": text.seconds,
        "words": [[w.text, *w.box, w.confidence, w.line, w.doubt, w.suggestion] for w in text.words],
        "steps": _recipe_to_json(text.steps), "unread": [[u.kind, *u.box, u.note] for u in text.unread],
    }  # fmt: skip


def text_from_json(value: dict[str, Any]) -> PageText:
    words = tuple(Word(t, (x0, y0, x1, y1), *rest) for t, x0, y0, x1, y1, *rest in value["words"])
    unread = tuple(UnreadArea(kind, (x0, y0, x1, y1), note) for kind, x0, y0, x1, y1, note in value["unread"])
    width, height = value["size"]
    return PageText(width, height, value["dpi"], words, Engine(**value["engine"]), value["seconds"],
                    _recipe_from_json(value["steps"]), unread)  # fmt: skip


def _recipe_to_json(recipe: Recipe) -> list[Any]:
    return [[t.name, t.version, t.params, t.reason] for t in recipe]


def _recipe_from_json(value: list[Any]) -> Recipe:
    return tuple(Transform(name, version, tuple((k, x) for k, x in params), why) for name, version, params, why in value)


def save_result(cache: Path, original: Sha256, frame: int, work: Recipe, result: PageResult, read: bool) -> None:
    """The meta file comes last and so vouches for the text."""
    write_json(entry(cache, original, frame, work, "text.json"), text_to_json(result.text))
    meta = {
        "recipe": _recipe_to_json(result.recipe),
        "findings": [[f.code, f.value, f.limit, f.ok] for f in result.findings],
        "blank": result.blank, "frame": asdict(result.frame), "rotation": result.rotation, "skew_deg": result.skew_deg,
        "seconds": result.seconds, "read": read, "fingerprint": result.fingerprint,
        "codes": [[c.kind.value, c.format, c.text, c.sha256, c.box] for c in result.codes],
    }  # fmt: skip
    write_json(entry(cache, original, frame, work, "meta.json"), meta)


def load_text(cache: Path, original: Sha256, frame: int, work: Recipe) -> PageText | None:
    """What ``process`` read; None if it has not, or the file is damaged."""
    value = read_json(entry(cache, original, frame, work, "text.json"))
    return None if value is None else text_from_json(value)


def load_result(cache: Path, original: Sha256, frame: int, work: Recipe, *, read: bool = False) -> PageResult | None:
    """The whole cached result; None if a part is missing or damaged, or (``read``) the page was cleaned but not read."""
    meta = read_json(entry(cache, original, frame, work, "meta.json"))
    text = load_text(cache, original, frame, work)
    if meta is None or text is None or (read and not meta["read"]):
        return None
    recipe = _recipe_from_json(meta["recipe"])
    notes = tuple(Finding(*f) for f in meta["findings"])
    codes = tuple(
        PageCode(CodeKind(kind), form, said, sha, (x0, y0, x1, y1)) for kind, form, said, sha, (x0, y0, x1, y1) in meta["codes"]
    )
    return PageResult(recipe, notes, meta["blank"], text, FrameInfo(**meta["frame"]), meta["rotation"],
                      meta["skew_deg"], meta["seconds"], codes, meta["fingerprint"])  # fmt: skip


def fingerprint(cache: Path, original: Sha256, frame: int, work: Recipe) -> str:
    """Of ``likeness.fingerprint``; empty: blank, not cleaned yet, or the file is damaged."""
    meta = read_json(entry(cache, original, frame, work, "meta.json"))
    return "" if meta is None else str(meta["fingerprint"])


def whole_picture(path: Path) -> bool:
    """Whether a cached JPEG is there with its first and last marker: what a power cut leaves behind fails this."""
    try:
        with path.open("rb") as file:
            start = file.read(2)
            file.seek(-2, os.SEEK_END)
            return start == b"\xff\xd8" and file.read(2) == b"\xff\xd9"
    except OSError:
        return False
