"""Entry points of the token lane: top-level functions that one dedicated process runs.

The process owns the logged-in key as module state, since a PKCS#11 session can't cross processes and a token allows one
log-in at a time. pyHanko is imported inside the functions: it takes one to five seconds on an old machine, and whoever only
names these functions must not pay for it.
"""

import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.signature import (
    FileStanding,
    KeyKind,
    KeyRef,
    LiftResult,
    PublishedPdf,
    SignResult,
    TokenState,
    TokenStatus,
)
from workstation.domain.signing import AttestJob, LiftJob, Secret, SignJob, StampPlace

if TYPE_CHECKING:
    from signing.keys import SigningKey
    from signing.presets import Ink

_key: "SigningKey | None" = None
_lost = False


def token_status(ref: KeyRef) -> TokenStatus:
    """What can be known before the PIN is asked: presence, PIN counters, certificate. Raises C08 for a broken key file."""
    if ref.kind is KeyKind.PKCS12:
        from signing import pkcs12

        return pkcs12.status(ref)
    if ref.kind is KeyKind.REMOTE:
        return TokenStatus(TokenState.READY, remote=True)  # a service tells nothing before somebody logs in
    if ref.kind is KeyKind.WINDOWS:
        from signing import cng

        return cng.status(ref)
    from signing import pkcs11 as tokens

    return tokens.status(ref, keep_session=_key is not None)


def open_key(ref: KeyRef, secret: Secret) -> TokenStatus:
    """Logs in once for a batch, giving up any key opened before. Tries the secret exactly once.

    Raises C01, C02, C03, C05, C07, C08, C10, C20, C22; of a remote service C23, C24, C25.
    """
    global _key, _lost
    close_key()
    from signing.keys import status_of

    terms: dict[str, Any] = {}
    if ref.kind is KeyKind.PKCS12:
        from signing import pkcs12

        _key = pkcs12.open_key(ref, secret)
    elif ref.kind is KeyKind.WINDOWS:
        from signing import cng

        _key = cng.open_key(ref)
    elif ref.kind is KeyKind.REMOTE:
        from signing import csc, smartca

        service = smartca if ref.remote and ref.remote.protocol == "smartca" else csc
        _key, terms["batch"], terms["asks"] = service.open_key(ref, secret)
    else:
        from signing import pkcs11 as tokens

        _key = tokens.open_key(ref, secret)
    _lost = False
    return replace(status_of(_key.certificate), **terms)


def sign_file(job: SignJob) -> SignResult:
    """Signs one file with the open key. C01: no key is open; C04: the token went away (until ``open_key`` succeeds again);
    C21: the open key is not the one of this batch; the rest as ``signing.pades.sign_file`` says."""
    global _lost
    key = _open_key_for([job])
    from signing import pades, together

    try:
        if key.sign_files is None:
            return pades.sign_file(job, key)
        (answer,) = together.sign_files([job], key)
        if isinstance(answer, ErrorNote):
            raise answer.error()
        return answer
    except WorkstationError as error:
        if error.code == "C04":
            close_key()
            _lost = True
        raise


def sign_together(jobs: Sequence[SignJob]) -> tuple[SignResult | ErrorNote, ...]:
    """Signs several files with one leave of a remote service; what went wrong with a file stands in its place. Raises as
    ``sign_file`` what concerns the key and so all of them, before anything is asked."""
    key = _open_key_for(jobs)
    from signing import together

    return together.sign_files(jobs, key)


def _open_key_for(jobs: Sequence[SignJob]) -> "SigningKey":
    if _key is None:
        raise WorkstationError("C04" if _lost else "C01")
    if any(job.certificate not in ("", _key.certificate.sha256.hex()) for job in jobs):
        raise WorkstationError("C21")
    return _key


def preview_stamp(job: SignJob, owner: str) -> StampPlace:
    """Where the stamp of ``job`` would stand; see ``signing.placing.preview``. Needs no key. For a page worker: the file may be
    anybody's."""
    from signing import placing

    return placing.preview(job, owner)


def shows_hand(preset: str) -> bool:
    """Whether a stamp of this code, in force today, is the handwritten signature. U01: no such code."""
    from signing.presets import Ink
    from signing.presets import preset as stamp_preset
    from signing.stamp import VIETNAM

    return stamp_preset(preset, datetime.now(VIETNAM).date()).image is Ink.BLUE


def keep_hand(source: Path, out: Path) -> None:
    """See ``signing.image.keep``; F07 where ``out`` can't be written. For a page worker: the file may be anybody's."""
    from signing.presets import Ink

    _keep(source, out, Ink.BLUE)


def keep_seal(source: Path, out: Path) -> None:
    """As ``keep_hand``, for the agency's seal."""
    from signing.presets import Ink

    _keep(source, out, Ink.RED)


def _keep(source: Path, out: Path, ink: "Ink") -> None:
    from signing import image

    try:
        image.keep(source, out, ink)
    except OSError as e:
        raise WorkstationError("F07", file=source.name) from e


def signed_with(path: Path) -> str:
    """SHA-256 of the certificate (hexadecimal) in the file's last signature; empty if it can't be told. For a page worker: the
    file may be anybody's."""
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.general import CMSExtractionError

    try:
        with path.open("rb") as handle:
            signatures = PdfFileReader(handle).embedded_regular_signatures
            return str(signatures[-1].signer_cert.sha256.hex()) if signatures else ""
    except (OSError, PdfError, CMSExtractionError, ValueError, TypeError, KeyError, AttributeError):
        return ""


def lift_file(job: LiftJob) -> LiftResult:
    """As ``signing.lift.lift`` says. Needs no key; connections and answers are kept for the next job until ``close_key``."""
    from signing import lift

    return lift.lift(job)


def file_standing(path: Path) -> FileStanding:
    """As ``signing.lift.standing`` says. Needs no key. For a page worker."""
    from signing import lift

    return lift.standing(path)


def attest_file(job: AttestJob) -> PublishedPdf:
    """As ``signing.attest.attest`` says. Needs no key; for a page worker."""
    from signing import attest

    return attest.attest(job)


def close_key() -> None:
    """Logs out and forgets the key, and what was asked outside for the batch. Harmless when none is open."""
    global _key, _lost
    key, _key, _lost = _key, None, False
    if "signing.services" in sys.modules:  # else nothing was asked, and it would cost the import of pyHanko
        from signing import services

        services.close_services()
    if key is not None:
        key.release()
