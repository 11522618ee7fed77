"""``workstation sign``: a batch of files with one PIN. The output folder is the journal: what is there and whole is not
signed again."""

import getpass
import os
import sys
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from signing.presets import preset as stamp_preset
from signing.presets import require
from signing.verify import verify_file
from ui.messages import VIETNAM, Lang
from workstation.app.compose import signing_tools, token_lane
from workstation.app.console import usable_folder
from workstation.app.paper_lane import page_lane
from workstation.app.shapes import error_json
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.ports import Lane, Secret, SignJob, StampWish, TrustStore
from workstation.domain.signature import FileVerdict, KeyKind, KeyRef, SignResult
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
    wish: StampWish,
    file_codes: bool,
    pin_env: str,
    lang: Lang,
) -> list[dict[str, Any]]:
    """One row a file, as the command line's JSON has it. ``file_codes``: a QR code with the file's name on each.

    U01, C01, C02, C03, C07, C08, C10 before anything is signed.
    """
    if (token is None) == (p12 is None):
        raise WorkstationError("U01", detail="--token | --p12")
    names = [path.name for path in files]
    if len(set(names)) != len(names):
        raise WorkstationError("U01", detail="-o")  # two inputs would be one output
    key = KeyRef(KeyKind.PKCS11, str(token), key_id) if token else KeyRef(KeyKind.PKCS12, str(p12))
    wishes = {path: replace(wish, qr_code=path.stem) if file_codes else wish for path in files}
    kind = stamp_preset(preset, datetime.now(UTC).astimezone(VIETNAM).date())
    for each in wishes.values():
        require(kind, each)
    usable_folder(output, "-o")
    pages, lane = page_lane(1), token_lane()
    try:
        done = {path: _signed_before(pages, path, output / path.name) for path in files}
        if all(done.values()):
            return [_row(path, output / path.name, "skipped", None, level, None, lang) for path in files]
        tools = signing_tools()
        at_token(lane, OPEN_SECONDS, tools.open, key, _pin(pin_env))
        rows, stopped = [], None
        for path in files:
            target = output / path.name
            if done[path]:
                rows.append(_row(path, target, "skipped", None, level, None, lang))
                continue
            job = SignJob(path, target, preset, level, stamp=wishes[path])
            note, result = (stopped, None) if stopped else _sign_one(lane, job)
            stopped = note if note and note.code in STOPS_BATCH else stopped
            rows.append(_row(path, target, "failed" if note else "signed", note, level, result, lang))
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


def _signed_before(pages: Lane, source: Path, target: Path) -> bool:
    """The output is there, begins with the input's bytes and ends with a sound signature."""
    if not (source.is_file() and target.is_file() and extends(target, source)):
        return False
    verdict: FileVerdict = pages.submit(partial(verify_file, trust=TrustStore()), target).result()
    return last_sound(verdict) is not None and target.stat().st_size > source.stat().st_size


def _pin(pin_env: str) -> Secret:
    if pin_env:
        if pin_env not in os.environ:
            raise WorkstationError("U01", detail=f"--pin-env {pin_env}")
        return Secret(os.environ[pin_env])
    if sys.stdin is None or not sys.stdin.isatty():
        raise WorkstationError("U01", detail="--pin-env")  # nobody is there to be asked
    return Secret(getpass.getpass("PIN: "))


def _row(
    source: Path, target: Path, status: str, note: ErrorNote | None, level: str, result: SignResult | None, lang: Lang
) -> dict[str, Any]:
    return {
        "file": str(source),
        "out": str(target) if status != "failed" else None,
        "status": status,
        "error": error_json(note, lang),
        "level": result.level if result else level,
        "signing_time": result.signing_time if result else None,
        "sha256": result.sha256 if result else None,
    }
