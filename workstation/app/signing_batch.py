"""``workstation sign``: a batch of files with one PIN. The output folder is the journal: what is there and whole is not
signed again."""

import getpass
import glob
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from signing.presets import preset as stamp_preset
from signing.presets import require
from signing.verify import verify_file
from signing.worker import lift_file, signed_with
from ui.messages import TOKEN_CODES, VIETNAM, Lang
from workstation.app.compose import signing_tools, token_lane
from workstation.app.console import usable_folder, words
from workstation.app.lock import signer_lock
from workstation.app.paper_lane import page_lane
from workstation.app.shapes import error_json
from workstation.app.signing_ledger import Authorize
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.ports import Lane
from workstation.domain.signature import (
    LEVELS,
    FileVerdict,
    KeyKind,
    KeyRef,
    LiftResult,
    SignResult,
    TokenState,
    TokenStatus,
)  # fmt: skip
from workstation.domain.signing import LiftJob, RemoteSecret, Secret, SigningServices, SignJob, StampWish, TrustStore
from workstation.usecases.recover import extends
from workstation.usecases.sign import OPEN_SECONDS, SIGN_SECONDS, STOPS_BATCH, at_token
from workstation.usecases.sound import last_sound

_STOPS_BEFORE_PIN = (TokenState.LOCKED, TokenState.ABSENT, TokenState.NO_LIBRARY, TokenState.EXPIRED, TokenState.SEVERAL)
"""What the token shows without a PIN and what no PIN would change. A certificate may lie hidden until then: not ``NO_KEY``."""


@dataclass(frozen=True, slots=True)
class KeyAccess:
    """A key that a command named, and where what opens it comes from."""

    key: KeyRef
    pin_env: str
    """Environment variables; empty: whoever sits there is asked."""
    otp_env: str = ""
    account: Secret | None = None
    """Of a remote service: the secret of the office's account there."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What ``workstation sign`` was asked for."""

    files: tuple[Path, ...]
    output: Path
    access: KeyAccess
    level: str
    preset: str
    wish: StampWish
    services: SigningServices
    file_codes: bool = False
    """A QR code with the file's name on each."""

    def stamp(self, path: Path) -> StampWish:
        return replace(self.wish, qr_code=path.stem) if self.file_codes else self.wish

    def target(self, path: Path) -> Path:
        return self.output / path.name


def run_sign(batch: Batch, lang: Lang, authorize: Authorize) -> list[dict[str, Any]]:
    """One row a file, as the command line's JSON has it. What ``authorize`` refuses is not signed (C31).

    U01, C01, C02, C03, C05, C07, C08, C10, C20, C21 and U02 (another process signs into this folder) before anything is signed.
    """
    if batch.level not in LEVELS:
        raise WorkstationError("U01", detail="--level")
    _distinct(batch.files)
    kind = stamp_preset(batch.preset, datetime.now(UTC).astimezone(VIETNAM).date())
    for path in batch.files:
        require(kind, batch.stamp(path))
    usable_folder(batch.output, "-o")
    pages, lane = page_lane(1), token_lane()
    try:
        with signer_lock(batch.output):
            rows = _sign_all(batch, pages, lane, authorize)
    finally:
        lane.close()
        pages.close()
    return [_row(batch, path, status, note, result, level, lang) for path, status, note, result, level in rows]


_Row = tuple[Path, str, ErrorNote | None, SignResult | None, str | None]
"""File, what became of it, why not, what was made, and the level of what was there before."""


def _sign_all(batch: Batch, pages: Lane, lane: Lane, authorize: Authorize) -> list[_Row]:
    done = _skipped(batch, pages, batch.files)
    if len(done) == len(batch.files):
        return [done[path] for path in batch.files]
    _clear_leftovers(batch)
    tools = signing_tools()
    opened = open_key(lane, batch.access)
    _same_certificate(pages, opened, [batch.target(path) for path in done])
    rows = dict(done)
    waiting = [path for path in batch.files if path not in rows]
    stopped: ErrorNote | None = None
    while waiting:
        some, waiting = waiting[: opened.batch], waiting[opened.batch :]
        # a worker whose parent was killed may have finished its document only now
        late = _skipped(batch, pages, some)
        rows |= late
        refused = _refused([path for path in some if path not in late], authorize, opened.certificate)
        rows |= refused
        jobs = [
            SignJob(
                path,
                batch.target(path),
                batch.preset,
                batch.level,
                services=batch.services,
                certificate=opened.certificate,
                stamp=batch.stamp(path),
            )
            for path in some
            if path not in rows
        ]
        for job, answer in zip(jobs, [stopped] * len(jobs) if stopped else _sign(lane, jobs), strict=True):
            if isinstance(answer, ErrorNote):
                rows[job.path] = (job.path, "failed", answer, None, None)
                stopped = answer if answer.code in STOPS_BATCH else stopped
            else:
                rows[job.path] = (job.path, "signed", None, answer, None)
    at_token(lane, OPEN_SECONDS, tools.close)
    return [rows[path] for path in batch.files]


def _refused(paths: Sequence[Path], authorize: Authorize, certificate: str) -> dict[Path, _Row]:
    """Rows of those that this signer may not sign."""
    rows: dict[Path, _Row] = {}
    for path in paths:
        try:
            authorize(path, certificate)
        except WorkstationError as e:
            rows[path] = (path, "failed", e.note, None, None)
    return rows


def _skipped(batch: Batch, pages: Lane, paths: Sequence[Path]) -> dict[Path, _Row]:
    """Rows of those that were signed before."""
    levels = {path: _signed_before(pages, path, batch.target(path)) for path in paths}
    return {path: (path, "skipped", None, None, level) for path, level in levels.items() if level is not None}


def open_key(lane: Lane, access: KeyAccess) -> TokenStatus:
    """Logs in with what the signer has to give. A remote service tells what that is when the account has logged in."""
    tools = signing_tools()
    if access.key.kind is not KeyKind.REMOTE:
        secret = _asked("PIN", "--pin-env", access.pin_env, _before_pin(lane, access.key))
        return at_token(lane, OPEN_SECONDS, tools.open, access.key, secret)
    account = access.account.reveal() if access.account else ""
    opened = at_token(lane, OPEN_SECONDS, tools.open, access.key, RemoteSecret(account=account))
    if not opened.asks:
        return opened
    pin = _asked("PIN", "--pin-env", access.pin_env, opened).reveal() if "pin" in opened.asks else ""
    otp = _asked("OTP", "--otp-env", access.otp_env, opened).reveal() if "otp" in opened.asks else ""
    return at_token(lane, OPEN_SECONDS, tools.open, access.key, RemoteSecret(pin, otp, account))


def _sign(lane: Lane, jobs: Sequence[SignJob]) -> Sequence[SignResult | ErrorNote]:
    tools = signing_tools()
    try:
        if len(jobs) > 1:
            return at_token(lane, SIGN_SECONDS * (1 + len(jobs) / 10), tools.sign_together, jobs)
        return [at_token(lane, SIGN_SECONDS, tools.sign, job) for job in jobs]
    except WorkstationError as e:
        return [e.note] * len(jobs)


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


def _distinct(files: Sequence[Path]) -> None:
    names = [path.name for path in files]
    if len(set(names)) != len(names):
        raise WorkstationError("U01", detail="-o")  # two inputs would be one output


def _signed_before(pages: Lane, source: Path, target: Path) -> str | None:
    """The level, if the output is there, begins with the input's bytes and ends with a sound signature; else None."""
    if not (source.is_file() and target.is_file() and extends(target, source)):
        return None
    verdict: FileVerdict = pages.submit(partial(verify_file, trust=TrustStore()), target).result()
    last = last_sound(verdict)
    whole = last is not None and last.indication != "TOTAL-FAILED" and target.stat().st_size > source.stat().st_size
    return last.level if last is not None and whole else None


def _clear_leftovers(batch: Batch) -> None:
    """Half-written files of a run that was killed (``signing.pades`` names them)."""
    for path in batch.files:
        for part in batch.output.glob(f".{glob.escape(path.name)}.*.part"):
            part.unlink(missing_ok=True)


def _same_certificate(pages: Lane, opened: TokenStatus, signed: Sequence[Path]) -> None:
    """C21 if the batch's signatures so far are another certificate's: one batch, one signer, also over two runs."""
    if any(pages.submit(signed_with, path).result() != opened.certificate for path in signed):
        raise WorkstationError("C21")


def _before_pin(lane: Lane, key: KeyRef) -> TokenStatus:
    """What can be read without the PIN, so that nobody types one for nothing (or the one that locks the token)."""
    status = at_token(lane, OPEN_SECONDS, signing_tools().status, key)
    if key.kind in (KeyKind.PKCS11, KeyKind.WINDOWS) and status.state in _STOPS_BEFORE_PIN:
        choices = ", ".join(choice.key_id for choice in status.choices)
        params = {"choices": choices} if choices else {"date": status.valid_until} if status.valid_until else {}
        raise WorkstationError(TOKEN_CODES[status.state], **params)
    return status


def _asked(what: str, option: str, variable: str, status: TokenStatus) -> Secret:
    """A PIN or a one-time code, from the environment or from whoever sits there. U01 if there is neither."""
    if status.pin_pad:
        return Secret("")
    if variable:
        if variable not in os.environ:
            raise WorkstationError("U01", detail=f"{option} {variable}")
        if status.state is TokenState.PIN_FINAL:
            raise WorkstationError("C02", left=1)  # the last try is for a person who types it, not for a script
        return Secret(os.environ[variable])
    if sys.stdin is None or not sys.stdin.isatty():
        raise WorkstationError("U01", detail=option)  # nobody is there to be asked
    warning = {
        TokenState.PIN_LOW: words(" (đã nhập sai, còn ít lần thử)", " (few tries left)"),
        TokenState.PIN_FINAL: words(" (CÒN 1 LẦN THỬ – sai nữa thiết bị sẽ khóa)", " (ONE TRY LEFT – the device locks after it)"),
    }.get(status.state, "")
    return Secret(getpass.getpass(f"{what}{warning}: "))


def _row(
    batch: Batch, source: Path, status: str, note: ErrorNote | None, result: SignResult | None, level: str | None, lang: Lang
) -> dict[str, Any]:
    """``level``: what was reached, or None; ``notes``: why it is less than what was asked."""
    return {
        "file": str(source),
        "out": str(batch.target(source)) if status != "failed" else None,
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
