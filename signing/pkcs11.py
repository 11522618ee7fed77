"""Hardware keys over PKCS#11 v2.40 (OASIS): USB tokens, cards, and SoftHSM in the tests.

A certificate and its key are the pair with the same CKA_ID. Labels are never compared: vendors give the two different ones.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pkcs11
from asn1crypto import x509
from pkcs11 import Attribute, Mechanism, ObjectClass, TokenFlag
from pyhanko.sign.pkcs11 import PKCS11Signer

from signing.keys import SigningKey, choice_of, in_force, is_for_signing, require_in_force, status_of
from workstation.domain.errors import WorkstationError
from workstation.domain.signature import KeyRef, TokenState, TokenStatus
from workstation.domain.signing import Secret

_GONE = (
    pkcs11.ObjectHandleInvalid,
    pkcs11.KeyHandleInvalid,
    pkcs11.SessionHandleInvalid,
    pkcs11.SessionClosed,
    pkcs11.DeviceRemoved,
    pkcs11.DeviceError,
    pkcs11.TokenNotPresent,
    pkcs11.TokenNotRecognised,
    pkcs11.SlotIDInvalid,
    pkcs11.UserNotLoggedIn,
    # what drivers say when the device stops answering in the middle of a command
    pkcs11.GeneralError,
    pkcs11.FunctionFailed,
)
_WRONG_PIN = (pkcs11.PinIncorrect, pkcs11.PinInvalid, pkcs11.PinLenRange)
# an expired PIN is lifted the same way as a locked one: with the vendor's own tool
_LOCKED = (pkcs11.PinLocked, pkcs11.PinExpired, pkcs11.UserPinNotInitialized)


def status(ref: KeyRef, *, keep_session: bool) -> TokenStatus:
    """Presence, PIN counters and certificate, without logging in. Never raises for a missing library or token.

    ``keep_session``: a key is open in this process; the library then must not be restarted, which would end its session.
    """
    try:
        library = _library(ref.location, restart=not keep_session)
        token = _token(library, ref)
        pin = _pin_state(token)
        found = _public_certificates(token, ref)
    except WorkstationError as error:
        if error.code == "C10":
            return TokenStatus(TokenState.NO_LIBRARY)
        if error.code == "C01":
            return TokenStatus(TokenState.ABSENT)
        raise
    except _GONE:
        return TokenStatus(TokenState.ABSENT)
    return _told(found, pin, pin_pad=_has_pin_pad(token))


def _told(found: dict[bytes, x509.Certificate], pin: TokenState, *, pin_pad: bool) -> TokenStatus:
    """What the screen is told of the signer's certificates that lie on the token."""
    choices = tuple(choice_of(key.hex(), certificate) for key, certificate in sorted(found.items())) if len(found) > 1 else ()
    chosen = _chosen(found)
    if len(chosen) == 1:
        (certificate,) = chosen.values()
        if pin is not TokenState.LOCKED and not in_force(certificate, datetime.now(UTC)):
            pin = TokenState.EXPIRED
        return replace(status_of(certificate, pin), pin_pad=pin_pad, choices=choices)
    state = pin if pin is TokenState.LOCKED else TokenState.SEVERAL if chosen else TokenState.NO_KEY
    return TokenStatus(state, pin_pad=pin_pad, choices=choices)


def open_key(ref: KeyRef, secret: Secret) -> SigningKey:
    """Logs in, once, and finds the key with its certificate.

    The library is restarted first: only so do drivers notice a token that was taken out and put back. Raises C01, C02
    (never tried twice), C03 (read from the flags, so a locked token is not asked at all), C05, C07, C10, C20 (several
    certificates and none chosen), C22 (cancelled on the PIN pad).
    """
    library = _library(ref.location, restart=True)
    try:
        token = _token(library, ref)
        if _pin_state(token) is TokenState.LOCKED:
            raise WorkstationError("C03")
        session = _log_in(library, token, ref, secret)
    except _GONE:
        raise WorkstationError("C01") from None
    try:
        return _pair(session, token, ref)
    except _GONE:
        _close(session)
        raise WorkstationError("C04") from None
    except BaseException:
        _close(session)
        raise


def _library(location: str, *, restart: bool) -> Any:
    """The vendor's library, loaded and started. C10 if that fails."""
    try:
        library = pkcs11.lib(location)
        if restart:
            library.reinitialize()
        return library
    except (pkcs11.PKCS11Error, RuntimeError, OSError) as error:
        raise WorkstationError("C10", kind=type(error).__name__) from None


def _tokens(library: Any) -> Iterator[Any]:
    for slot in library.get_slots():
        try:
            token = slot.get_token()
        except (pkcs11.TokenNotPresent, pkcs11.TokenNotRecognised, pkcs11.DeviceRemoved, pkcs11.DeviceError):
            continue
        if token.flags & TokenFlag.TOKEN_INITIALIZED:
            yield token


def _token(library: Any, ref: KeyRef) -> Any:
    """The token that is meant: by label, or the first that holds the certificate. C01 when there is none."""
    found = [token for token in _tokens(library) if not ref.token_label or token.label == ref.token_label]
    if not found:
        raise WorkstationError("C01")
    if len(found) == 1:
        return found[0]
    return next((token for token in found if _public_certificates(token, ref)), found[0])


def _pin_state(token: Any) -> TokenState:
    flags = token.flags
    if flags & TokenFlag.USER_PIN_LOCKED:
        return TokenState.LOCKED
    if flags & TokenFlag.USER_PIN_FINAL_TRY:
        return TokenState.PIN_FINAL
    if flags & TokenFlag.USER_PIN_COUNT_LOW:
        return TokenState.PIN_LOW
    return TokenState.READY


def _has_pin_pad(token: Any) -> bool:
    """PKCS#11 v2.40, 4.5: the PIN is given to the device and never passes through this program."""
    return bool(token.flags & TokenFlag.PROTECTED_AUTHENTICATION_PATH)


def _log_in(library: Any, token: Any, ref: KeyRef, secret: Secret) -> Any:
    pin: Any = pkcs11.PROTECTED_AUTH if _has_pin_pad(token) else secret.reveal()
    if not pin:
        raise WorkstationError("C02")  # an empty PIN would cost a try
    try:
        return token.open(user_pin=pin)
    except pkcs11.FunctionCancelled:
        code = "C22"
    except _WRONG_PIN:
        code = "C02"
    except _LOCKED:
        code = "C03"
    # outside the handler: the vendor's exception and its frames, which hold the PIN, are dropped
    state = _pin_state(_token(library, ref)) if code == "C02" else None
    if state is TokenState.LOCKED:
        code = "C03"
    left = {"left": 1} if state is TokenState.PIN_FINAL else {}
    raise WorkstationError(code, **left)


def _certificates(session: Any) -> dict[bytes, list[x509.Certificate]]:
    """X.509 certificates on the token by CKA_ID; what can't be parsed is left out."""
    found: dict[bytes, list[x509.Certificate]] = {}
    for item in session.get_objects({Attribute.CLASS: ObjectClass.CERTIFICATE}):
        with suppress(ValueError, TypeError, pkcs11.AttributeTypeInvalid):
            certificate = x509.Certificate.load(item[Attribute.VALUE])
            _ = certificate.subject.native, certificate.public_key.algorithm
            found.setdefault(item[Attribute.ID], []).append(certificate)
    return found


def _key_ids(session: Any, kind: ObjectClass) -> set[bytes]:
    return {item[Attribute.ID] for item in session.get_objects({Attribute.CLASS: kind})}


def _wanted(ref: KeyRef, candidates: Iterable[bytes]) -> set[bytes]:
    if not ref.key_id:
        return set(candidates)
    try:
        return {bytes.fromhex(ref.key_id)} & set(candidates)
    except ValueError:
        raise WorkstationError("U01", option="key-id") from None


def _best(certificates: list[x509.Certificate]) -> x509.Certificate:
    """Of several certificates for one key (a renewal) the one that is in force, and then the latest."""
    now = datetime.now(UTC)
    return max(certificates, key=lambda entry: (in_force(entry, now), entry.not_valid_after))


def _public_certificates(token: Any, ref: KeyRef) -> dict[bytes, x509.Certificate]:
    """The signer's certificates as far as they can be told without the PIN: private keys are invisible until then, so public
    keys and what the certificates are for help to leave out the issuer's."""
    session = token.open()
    try:
        certificates = _certificates(session)
        public = _key_ids(session, ObjectClass.PUBLIC_KEY)
    finally:
        _close(session)
    found = {key: _best(certificates[key]) for key in _wanted(ref, certificates)}
    if ref.key_id:
        return found
    return {key: entry for key, entry in found.items() if key in public and is_for_signing(entry)} or {
        key: entry for key, entry in found.items() if is_for_signing(entry)
    }


def _chosen(found: dict[bytes, x509.Certificate]) -> dict[bytes, x509.Certificate]:
    """Those in force, where there are any: an old pair that was left on the token after a renewal is no choice."""
    now = datetime.now(UTC)
    return {key: entry for key, entry in found.items() if in_force(entry, now)} or found


def _pair(session: Any, token: Any, ref: KeyRef) -> SigningKey:
    """The private key that has its certificate on the token. C07: there is none; C20: several and no ``key_id``."""
    certificates = _certificates(session)
    pairs = _wanted(ref, certificates.keys() & _key_ids(session, ObjectClass.PRIVATE_KEY))
    found = {key: _best(certificates[key]) for key in pairs}
    if not ref.key_id:
        found = _chosen({key: entry for key, entry in found.items() if is_for_signing(entry)})
    if not found:
        raise WorkstationError("C07", count=0)
    if len(found) > 1:
        raise WorkstationError("C20", choices=", ".join(sorted(key.hex() for key in found)))
    ((key_id, own),) = found.items()
    require_in_force(own)
    name, options = _mechanism(own, token.slot.get_mechanisms())
    everything = [entry for group in certificates.values() for entry in group]
    signer = PKCS11Signer(
        session, signing_cert=own, key_id=key_id, ca_chain=_chain(own, everything), embed_roots=False, **options
    )
    return SigningKey(signer, own, name, lambda: _close(session), _translate)


def _chain(own: x509.Certificate, others: list[x509.Certificate]) -> list[x509.Certificate]:
    """The issuers of ``own`` that lie on the token, from below to above."""
    chain: list[x509.Certificate] = []
    current = own
    while not current.self_issued:
        issuer = next((entry for entry in others if entry.ca and entry.subject == current.issuer and entry not in chain), None)
        if issuer is None:
            break
        chain.append(issuer)
        current = issuer
    return chain


def _mechanism(certificate: x509.Certificate, offered: set[Mechanism]) -> tuple[str, dict[str, Any]]:
    """Name and pyHanko options of the best mechanism that the token has: TT 15/2025 wants RSASSA-PSS, many tokens only do
    PKCS#1 v1.5, and some do ECDSA only over a digest made outside. C07 if none fits."""
    algorithm = certificate.public_key.algorithm
    table: tuple[tuple[Mechanism, str, dict[str, Any]], ...] = {
        "rsa": (
            (Mechanism.SHA256_RSA_PKCS_PSS, "RSASSA-PSS", {"prefer_pss": True}),
            (Mechanism.SHA256_RSA_PKCS, "RSA PKCS#1 v1.5", {}),
            (Mechanism.RSA_PKCS, "RSA PKCS#1 v1.5", {"use_raw_mechanism": True}),
        ),
        "ec": (
            (Mechanism.ECDSA_SHA256, "ECDSA", {}),
            (Mechanism.ECDSA, "ECDSA", {"use_raw_mechanism": True}),
        ),
    }.get(algorithm, ())
    for mechanism, name, options in table:
        if mechanism in offered:
            return name, options
    raise WorkstationError("C07", kind=f"mechanism for {algorithm}")


def _translate(error: Exception) -> WorkstationError | None:
    if isinstance(error, _GONE):
        return WorkstationError("C04")
    if isinstance(error, _LOCKED):
        return WorkstationError("C03")
    if isinstance(error, pkcs11.FunctionCancelled):
        return WorkstationError("C22")
    if isinstance(error, pkcs11.NoSuchKey | pkcs11.MultipleObjectsReturned):
        return WorkstationError("C07")
    return None


def _close(session: Any) -> None:
    """Ends a session that may be dead already; a dead one has nothing left to end."""
    with suppress(pkcs11.PKCS11Error):
        session.close()
