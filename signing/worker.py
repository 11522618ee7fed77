"""Entry points of the token lane: top-level functions that one dedicated process runs.

The process owns the logged-in key as module state, since a PKCS#11 session can't cross processes and a token allows one
log-in at a time. pyHanko is imported inside the functions: it takes one to five seconds on an old machine, and whoever only
names these functions must not pay for it.
"""

import sys
from typing import TYPE_CHECKING

from workstation.domain.errors import WorkstationError
from workstation.domain.ports import LiftJob, Secret, SignJob
from workstation.domain.signature import KeyKind, KeyRef, LiftResult, SignResult, TokenStatus

if TYPE_CHECKING:
    from signing.keys import SigningKey

_key: "SigningKey | None" = None
_lost = False


def token_status(ref: KeyRef) -> TokenStatus:
    """What can be known before the PIN is asked: presence, PIN counters, certificate. Raises C08 for a broken key file."""
    if ref.kind is KeyKind.PKCS12:
        from signing import pkcs12

        return pkcs12.status(ref)
    from signing import pkcs11 as tokens

    return tokens.status(ref, keep_session=_key is not None)


def open_key(ref: KeyRef, secret: Secret) -> TokenStatus:
    """Logs in once for a batch, giving up any key opened before. Tries the secret exactly once.

    Raises C01, C02, C03, C05, C07, C08, C10.
    """
    global _key, _lost
    close_key()
    from signing.keys import status_of

    if ref.kind is KeyKind.PKCS12:
        from signing import pkcs12

        _key = pkcs12.open_key(ref, secret)
    else:
        from signing import pkcs11 as tokens

        _key = tokens.open_key(ref, secret)
    _lost = False
    return status_of(_key.certificate)


def sign_file(job: SignJob) -> SignResult:
    """Signs one file with the open key. C01: no key is open; C04: the token went away (until ``open_key`` succeeds again);
    the rest as ``signing.pades.sign_file`` says."""
    global _lost
    if _key is None:
        raise WorkstationError("C04" if _lost else "C01")
    from signing import pades

    try:
        return pades.sign_file(job, _key)
    except WorkstationError as error:
        if error.code == "C04":
            close_key()
            _lost = True
        raise


def lift_file(job: LiftJob) -> LiftResult:
    """As ``signing.lift.lift`` says. Needs no key; connections and answers are kept for the next job until ``close_key``."""
    from signing import lift

    return lift.lift(job)


def close_key() -> None:
    """Logs out and forgets the key, and what was asked outside for the batch. Harmless when none is open."""
    global _key, _lost
    key, _key, _lost = _key, None, False
    if "signing.services" in sys.modules:  # else nothing was asked, and it would cost the import of pyHanko
        from signing import services

        services.close_services()
    if key is not None:
        key.release()
