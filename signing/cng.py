"""Keys of Windows' certificate store ("MY" of the current user), over crypt32 and CNG (ncrypt) with ctypes.

UNTRIED ON REAL WINDOWS: written from Microsoft's reference and tested only with a stand-in for the two libraries. A token whose
software has no CNG provider (only a CSP of the older CryptoAPI) is C07 here; use its PKCS#11 library. The provider asks for the
PIN in a window of its own, so this program never sees it.
"""

import ctypes
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from ctypes import POINTER, Structure, byref, c_int, c_size_t, c_ubyte, c_uint32, c_void_p, c_wchar_p
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from asn1crypto import algos, x509
from cryptography.hazmat.primitives import hashes
from pyhanko.sign.signers import Signer
from pyhanko_certvalidator.registry import SimpleCertificateStore

from signing.keys import SigningKey, choice_of, in_force, is_for_signing, require_in_force, status_of
from workstation.domain.errors import WorkstationError
from workstation.domain.signature import KeyRef, TokenState, TokenStatus

CERT_KEY_PROV_INFO_PROP_ID = 2
ACQUIRE_COMPARE_KEY, ACQUIRE_ONLY_NCRYPT = 0x4, 0x40000
PAD_PKCS1, PAD_PSS = 0x2, 0x8
SUPPORTED_PAD_PSS = 0x10
SOFTWARE_PROVIDER = "Microsoft Software Key Storage Provider"
_SIGNATURE_BYTES = 2048
"""Room for any signature: asking for the size first makes some providers ask for the PIN twice."""

CODES = {
    0x8009_0036: "C22",  # NTE_USER_CANCELLED
    0x8010_006E: "C22",  # SCARD_W_CANCELLED_BY_USER
    0x8007_04C7: "C22",  # ERROR_CANCELLED
    0x8010_006B: "C02",  # SCARD_W_WRONG_CHV
    0x8010_006C: "C03",  # SCARD_W_CHV_BLOCKED
    0x8010_0069: "C04",  # SCARD_W_REMOVED_CARD
    0x8010_0068: "C04",  # SCARD_W_RESET_CARD
    0x8010_000C: "C04",  # SCARD_E_NO_SMARTCARD
    0x8010_0017: "C04",  # SCARD_E_READER_UNAVAILABLE
    0x8010_002E: "C04",  # SCARD_E_NO_READERS_AVAILABLE
    0x8009_0030: "C04",  # NTE_DEVICE_NOT_READY
}
"""Error codes of CNG and of the smart-card service; any other is C07 with its number."""


class CertContext(Structure):
    _fields_ = (
        ("encoding", c_uint32),
        ("data", POINTER(c_ubyte)),
        ("size", c_uint32),
        ("info", c_void_p),
        ("store", c_void_p),
    )


class KeyProviderInfo(Structure):
    _fields_ = (
        ("container", c_wchar_p),
        ("provider", c_wchar_p),
        ("type", c_uint32),
        ("flags", c_uint32),
        ("parameter_count", c_uint32),
        ("parameters", c_void_p),
        ("key_spec", c_uint32),
    )


class PssPadding(Structure):
    _fields_ = (("digest", c_wchar_p), ("salt_bytes", c_uint32))


class Pkcs1Padding(Structure):
    _fields_ = (("digest", c_wchar_p),)


Context = POINTER(CertContext)
CRYPT32: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "CertOpenSystemStoreW": (c_void_p, (c_void_p, c_wchar_p)),
    "CertCloseStore": (c_int, (c_void_p, c_uint32)),
    "CertEnumCertificatesInStore": (Context, (c_void_p, Context)),
    "CertDuplicateCertificateContext": (Context, (Context,)),
    "CertFreeCertificateContext": (c_int, (Context,)),
    "CertGetCertificateContextProperty": (c_int, (Context, c_uint32, c_void_p, POINTER(c_uint32))),
    "CryptAcquireCertificatePrivateKey": (
        c_int,
        (Context, c_uint32, c_void_p, POINTER(c_size_t), POINTER(c_uint32), POINTER(c_int)),
    ),
}
NCRYPT: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "NCryptGetProperty": (c_uint32, (c_size_t, c_wchar_p, c_void_p, c_uint32, POINTER(c_uint32), c_uint32)),
    "NCryptSignHash": (
        c_uint32,
        (c_size_t, c_void_p, c_void_p, c_uint32, c_void_p, c_uint32, POINTER(c_uint32), c_uint32),
    ),
    "NCryptFreeObject": (c_uint32, (c_size_t,)),
}
"""Result and argument types: without them ctypes cuts 64-bit handles in half."""


class CngError(Exception):
    """What Windows said, as a number; its words may name people."""

    def __init__(self, status: int) -> None:
        super().__init__(f"{status & 0xFFFFFFFF:#010x}")
        self.status = status & 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Windows:
    """The two libraries and the thread's last error."""

    crypt32: Any
    ncrypt: Any
    last_error: Callable[[], int]


def load() -> Windows:
    """C10 where there is no Windows."""
    if sys.platform == "win32":
        libraries = []
        for name, functions in (("crypt32", CRYPT32), ("ncrypt", NCRYPT)):
            library = ctypes.WinDLL(name, use_last_error=True)
            for function, (result, arguments) in functions.items():
                getattr(library, function).restype = result
                getattr(library, function).argtypes = arguments
            libraries.append(library)
        return Windows(*libraries, ctypes.get_last_error)
    raise WorkstationError("C10", kind="platform")


@dataclass(frozen=True, slots=True)
class Entry:
    """A certificate of the store that says it has a key; ``context`` is ours until it is freed."""

    certificate: x509.Certificate
    provider: str
    context: Any

    @property
    def id(self) -> str:
        """The thumbprint (SHA-1), as Windows shows it."""
        return str(self.certificate.sha1.hex())


def status(ref: KeyRef) -> TokenStatus:
    """The signer's certificates in the store. Nothing is asked of a token."""
    try:
        windows = load()
    except WorkstationError:
        return TokenStatus(TokenState.NO_LIBRARY)
    with _entries(windows, ref) as found:
        chosen = _chosen(found)
        choices = tuple(choice_of(entry.id, entry.certificate) for entry in found) if len(found) > 1 else ()
        if len(chosen) == 1:
            return replace(status_of(chosen[0].certificate), pin_pad=True, choices=choices)
        return TokenStatus(TokenState.SEVERAL if chosen else TokenState.NO_KEY, pin_pad=True, choices=choices)


def open_key(ref: KeyRef) -> SigningKey:
    """Finds the certificate and its key. C05, C07 (none, no CNG key, or not the certificate's), C10, C20, C04, C22."""
    windows = load()
    with _entries(windows, ref) as found:
        chosen = _chosen(found)
        if not chosen:
            raise WorkstationError("C07", count=0)
        if len(chosen) > 1:
            raise WorkstationError("C20", choices=", ".join(sorted(entry.id for entry in chosen)))
        entry = chosen[0]
        require_in_force(entry.certificate)
        try:
            handle, ours = _acquire(windows, entry.context)
        except CngError as error:
            raise _translated(error) from None
    pss = entry.certificate.public_key.algorithm == "rsa" and _offers_pss(windows, handle, entry.provider)
    signer = StoreSigner(windows, handle, entry.certificate, pss=pss)
    name = "RSASSA-PSS" if pss else "ECDSA" if entry.certificate.public_key.algorithm == "ec" else "RSA PKCS#1 v1.5"

    def release() -> None:
        if ours:
            windows.ncrypt.NCryptFreeObject(handle)

    def translate(error: Exception) -> WorkstationError | None:
        return _translated(error) if isinstance(error, CngError) else None

    return SigningKey(signer, entry.certificate, name, release, translate)


@contextmanager
def _entries(windows: Windows, ref: KeyRef) -> Iterator[list[Entry]]:
    """The certificates with a key that are meant: by thumbprint, else those that are for signing. Freed at the end."""
    api = windows.crypt32
    store = api.CertOpenSystemStoreW(None, ref.location or "MY")
    if not store:
        raise WorkstationError("C10", kind="store")
    found: list[Entry] = []
    try:
        context = api.CertEnumCertificatesInStore(store, None)
        while context:
            entry = _entry(windows, context)
            if entry is not None and _wanted(entry, ref):
                found.append(replace(entry, context=api.CertDuplicateCertificateContext(context)))
            context = api.CertEnumCertificatesInStore(store, context)  # frees the one before
        yield found
    finally:
        for entry in found:
            api.CertFreeCertificateContext(entry.context)
        api.CertCloseStore(store, 0)


def _wanted(entry: Entry, ref: KeyRef) -> bool:
    return entry.id == ref.key_id.lower() if ref.key_id else is_for_signing(entry.certificate)


def _entry(windows: Windows, context: Any) -> Entry | None:
    """None: no key belongs to it, or it can't be parsed."""
    size = c_uint32(0)
    get = windows.crypt32.CertGetCertificateContextProperty
    if not get(context, CERT_KEY_PROV_INFO_PROP_ID, None, byref(size)) or not size.value:
        return None
    buffer = ctypes.create_string_buffer(size.value)
    if not get(context, CERT_KEY_PROV_INFO_PROP_ID, buffer, byref(size)):
        return None
    with suppress(ValueError, TypeError):
        provider = str(KeyProviderInfo.from_buffer(buffer).provider or "")
        certificate = x509.Certificate.load(ctypes.string_at(context.contents.data, context.contents.size))
        _ = certificate.subject.native, certificate.public_key.algorithm
        return Entry(certificate, provider, context)
    return None


def _chosen(found: list[Entry]) -> list[Entry]:
    """Those in force, where there are any."""
    now = datetime.now(UTC)
    return [entry for entry in found if in_force(entry.certificate, now)] or found


def _acquire(windows: Windows, context: Any) -> tuple[int, bool]:
    """The key's handle, and whether it is ours to free. The certificate's public key is compared with the key's."""
    handle, spec, ours = c_size_t(0), c_uint32(0), c_int(0)
    flags = ACQUIRE_ONLY_NCRYPT | ACQUIRE_COMPARE_KEY
    if not windows.crypt32.CryptAcquireCertificatePrivateKey(context, flags, None, byref(handle), byref(spec), byref(ours)):
        raise CngError(windows.last_error())
    return handle.value, bool(ours.value)


def _offers_pss(windows: Windows, handle: int, provider: str) -> bool:
    """What the provider says of its paddings; of those that say nothing only Windows' own is known to do PSS."""
    schemes, size = c_uint32(0), c_uint32(0)
    status_code = windows.ncrypt.NCryptGetProperty(handle, "PaddingSchemes", byref(schemes), 4, byref(size), 0)
    return bool(schemes.value & SUPPORTED_PAD_PSS) if status_code == 0 else provider == SOFTWARE_PROVIDER


def _translated(error: CngError) -> WorkstationError:
    code = CODES.get(error.status)
    return WorkstationError(code) if code else WorkstationError("C07", kind=str(error))


class StoreSigner(Signer):
    """Signs with a CNG key."""

    def __init__(self, windows: Windows, handle: int, own: x509.Certificate, *, pss: bool) -> None:
        super().__init__(signing_cert=own, cert_registry=SimpleCertificateStore(), prefer_pss=pss, embed_roots=False)
        self._windows, self._handle, self._pss = windows, handle, pss
        self._curve = own.public_key.algorithm == "ec"

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        if dry_run:
            return bytes(512)
        digest = hashes.Hash({"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}[digest_algorithm])
        digest.update(data)
        name = digest_algorithm.upper()
        if self._curve:
            return _ecdsa_der(self._sign_hash(None, digest.finalize(), 0))
        if not self._pss:
            return self._sign_hash(Pkcs1Padding(name), digest.finalize(), PAD_PKCS1)
        salt = int(self.get_signature_mechanism_for_digest(digest_algorithm)["parameters"]["salt_length"].native)
        return self._sign_hash(PssPadding(name, salt), digest.finalize(), PAD_PSS)

    def _sign_hash(self, padding: Structure | None, digest: bytes, flags: int) -> bytes:
        made, size = ctypes.create_string_buffer(_SIGNATURE_BYTES), c_uint32(0)
        status_code = self._windows.ncrypt.NCryptSignHash(
            self._handle, None if padding is None else byref(padding), digest, len(digest), made, len(made), byref(size), flags
        )
        if status_code:
            raise CngError(status_code)
        return made.raw[: size.value]


def _ecdsa_der(made: bytes) -> bytes:
    """CNG gives r and s one after the other; CMS wants them as a sequence (RFC 5753, 7.2)."""
    half = len(made) // 2
    values = {"r": int.from_bytes(made[:half], "big"), "s": int.from_bytes(made[half:], "big")}
    return bytes(algos.DSASignature(values).dump())
