"""``workstation sign``: a batch of files with one PIN. The output folder is the journal: what is there and whole is not
signed again."""

import getpass
import os
import sys
from functools import partial
from pathlib import Path
from typing import Any

from signing.verify import verify_file
from signing.worker import lift_file
from ui.messages import Lang
from workstation.app.compose import signing_tools, token_lane
from workstation.app.console import usable_folder
from workstation.app.paper_lane import page_lane
from workstation.app.shapes import error_json
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.ports import Lane, LiftJob, Secret, SigningServices, SignJob, TrustStore
from workstation.domain.signature import LEVELS, FileVerdict, KeyKind, KeyRef, LiftResult, SignResult
from workstation.usecases.recover import extends, last_sound
from workstation.usecases.sign import OPEN_SECONDS, SIGN_SECONDS, STOPS_BATCH, at_token


def run_sign(
    files: list[Path],
    output: Path,
    token: Path | None,
    key_id: str,
    p12: Path | None,
    level: str,
    preset: str,
    pin_env: str,
    services: SigningServices,
    lang: Lang,
) -> list[dict[str, Any]]:
    """One row a file, as the command line's JSON has it. C01, C02, C03, C07, C08, C10 before anything is signed."""
    if (token is None) == (p12 is None):
        raise WorkstationError("U01", detail="--token | --p12")
    if level not in LEVELS:
        raise WorkstationError("U01", detail="--level")
    _distinct(files)
    key = KeyRef(KeyKind.PKCS11, str(token), key_id) if token else KeyRef(KeyKind.PKCS12, str(p12))
    usable_folder(output, "-o")
    pages, lane = page_lane(1), token_lane()
    try:
        done = {path: _signed_before(pages, path, output / path.name) for path in files}
        if all(done.values()):
            return [_row(path, output / path.name, "skipped", None, done[path], None, lang) for path in files]
        tools = signing_tools()
        at_token(lane, OPEN_SECONDS, tools.open, key, _pin(pin_env))
        rows, stopped = [], None
        for path in files:
            target = output / path.name
            if done[path]:
                rows.append(_row(path, target, "skipped", None, done[path], None, lang))
                continue
            job = SignJob(path, target, preset, level, services=services)
            note, result = (stopped, None) if stopped else _sign_one(lane, job)
            stopped = note if note and note.code in STOPS_BATCH else stopped
            rows.append(_row(path, target, "failed" if note else "signed", note, None, result, lang))
        at_token(lane, OPEN_SECONDS, tools.close)
        return rows
    finally:
        lane.close()
        pages.close()


def _sign_one(lane: Lane, job: SignJob) -> tuple[ErrorNote | None, SignResult | None]:
    try:
        return None, at_token(lane, SIGN_SECONDS, signing_tools().sign, job)
    except WorkstationError as e:
        return e.note, None


def run_lift(
    files: list[Path], output: Path, level: str, services: SigningServices, renew_days: int | None, lang: Lang
) -> list[dict[str, Any]]:
    """One row a file. Needs no key, but the same lane: files are opened in a process of their own."""
    if level not in LEVELS:
        raise WorkstationError("U01", detail="--level")
    _distinct(files)
    usable_folder(output, "-o")
    lane, rows = token_lane(), []
    try:
        for path in files:
            job = LiftJob(path, output / path.name, level, services, renew_days)
            try:
                result, note = lane.submit(lift_file, job, timeout=SIGN_SECONDS).result(), None
            except WorkstationError as e:
                result, note = None, e.note
            rows.append(_lift_row(path, job.out, note, result, lang))
        lane.submit(signing_tools().close).result()
        return rows
    finally:
        lane.close()


def _distinct(files: list[Path]) -> None:
    names = [path.name for path in files]
    if len(set(names)) != len(names):
        raise WorkstationError("U01", detail="-o")  # two inputs would be one output


def _signed_before(pages: Lane, source: Path, target: Path) -> str | None:
    """The level, if the output is there, begins with the input's bytes and ends with a sound signature; else None."""
    if not (source.is_file() and target.is_file() and extends(target, source)):
        return None
    verdict: FileVerdict = pages.submit(partial(verify_file, trust=TrustStore()), target).result()
    last = last_sound(verdict)
    return last.level if last is not None and target.stat().st_size > source.stat().st_size else None


def _pin(pin_env: str) -> Secret:
    if pin_env:
        if pin_env not in os.environ:
            raise WorkstationError("U01", detail=f"--pin-env {pin_env}")
        return Secret(os.environ[pin_env])
    if sys.stdin is None or not sys.stdin.isatty():
        raise WorkstationError("U01", detail="--pin-env")  # nobody is there to be asked
    return Secret(getpass.getpass("PIN: "))


def _row(
    source: Path, target: Path, status: str, note: ErrorNote | None, level: str | None, result: SignResult | None, lang: Lang
) -> dict[str, Any]:
    """``level``: what was reached, or None; ``notes``: why it is less than what was asked."""
    return {
        "file": str(source),
        "out": str(target) if status != "failed" else None,
        "status": status,
        "error": error_json(note, lang),
        "level": result.level if result else level,
        "notes": [error_json(one, lang) for one in result.notes] if result else [],
        "signing_time": result.signing_time if result else None,
        "sha256": result.sha256 if result else None,
    }


def _lift_row(source: Path, target: Path, note: ErrorNote | None, result: LiftResult | None, lang: Lang) -> dict[str, Any]:
    """``out`` is the input where nothing was appended: there is no other file."""
    changed = result is not None and result.changed
    return {
        "file": str(source),
        "out": str(target if changed else source) if result else None,
        "status": "failed" if result is None else "lifted" if changed else "unchanged",
        "error": error_json(note, lang),
        "level": result.level if result else None,
        "notes": [error_json(one, lang) for one in result.notes] if result else [],
        "sha256": result.sha256 if result else None,
    }
