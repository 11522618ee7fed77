"""Windows' certificate store, with a stand-in for crypt32 and ncrypt: it takes just the calls that are declared, reads the real
structures, signs with real keys and counts what is opened and freed. It shows nothing about real Windows."""

import ctypes
import inspect
from collections.abc import Iterator
from ctypes import POINTER, c_ubyte, pointer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding

from signing import cng, worker
from signing.verify import verify_file
from tests.unit.signing.pki import Authority, new_key, rsa_key
from workstation.domain.errors import WorkstationError
from workstation.domain.signature import KeyKind, KeyRef, TokenState
from workstation.domain.signing import Secret, SignJob, TrustStore

TOKEN_PROVIDER = "Microsoft Smart Card Key Storage Provider"


class FakeCrypt32:
    """A store of certificates with their keys; None for a key: a certificate alone."""

    def __init__(self) -> None:
        self.entries: list[tuple[x509.Certificate, Any, str]] = []
        self.handles: dict[int, Any] = {}
        self.error = 0
        self.acquire_error = 0
        self.contexts = self.stores = 0
        self._kept: list[Any] = []

    def add(self, certificate: x509.Certificate, key: Any, provider: str = TOKEN_PROVIDER) -> None:
        self.entries.append((certificate, key, provider))

    def CertOpenSystemStoreW(self, provider: Any, name: str) -> int:
        assert (provider, name) == (None, "MY")
        self.stores += 1
        return 7

    def CertCloseStore(self, store: int, flags: int) -> int:
        assert (store, flags) == (7, 0)
        self.stores -= 1
        return 1

    def CertEnumCertificatesInStore(self, store: int, previous: Any) -> Any:
        index = 0 if previous is None else previous.contents.info + 1
        self.contexts -= previous is not None
        return self._context(index) if index < len(self.entries) else None

    def _context(self, index: int) -> Any:
        der = self.entries[index][0].public_bytes(Encoding.DER) if self.entries[index][0] else b"\x30\x03junk"
        data = (c_ubyte * len(der)).from_buffer_copy(der)
        context = cng.CertContext(1, ctypes.cast(data, POINTER(c_ubyte)), len(der), index or None, None)
        self._kept.append((data, context))
        self.contexts += 1
        return _Pointer(context, index)

    def CertDuplicateCertificateContext(self, context: Any) -> Any:
        self.contexts += 1
        return context

    def CertFreeCertificateContext(self, context: Any) -> int:
        self.contexts -= 1
        return 1

    def CertGetCertificateContextProperty(self, context: Any, prop: int, buffer: Any, size: Any) -> int:
        assert prop == cng.CERT_KEY_PROV_INFO_PROP_ID
        _, key, provider = self.entries[context.contents.info]
        if key is None:
            return 0
        size._obj.value = ctypes.sizeof(cng.KeyProviderInfo) if provider else 4
        if buffer is not None and not provider:
            return 1
        if buffer is not None:
            info = cng.KeyProviderInfo("container", provider, 0, 0, 0, None, 0)
            self._kept.append(info)
            ctypes.memmove(buffer, ctypes.addressof(info), ctypes.sizeof(info))
        return 1

    def CryptAcquireCertificatePrivateKey(
        self, context: Any, flags: int, parameters: Any, handle: Any, spec: Any, ours: Any
    ) -> int:
        assert flags == 0x40004 and parameters is None
        certificate, key, _ = self.entries[context.contents.info]
        if self.acquire_error or key.public_key() != certificate.public_key():
            self.error = self.acquire_error or 0x80090015  # NTE_BAD_PUBLIC_KEY
            return 0
        handle._obj.value = 2**40 + len(self.handles)  # does not fit into 32 bits
        self.handles[handle._obj.value] = key
        spec._obj.value, ours._obj.value = 0xFFFFFFFF, 1
        return 1


class _Pointer:
    """As ctypes' pointer, and it knows which entry it is of."""

    def __init__(self, context: Any, index: int) -> None:
        self.contents = _Contents(context, index)
        self.raw = pointer(context)


class _Contents:
    def __init__(self, context: Any, index: int) -> None:
        self.data, self.size, self.info = context.data, context.size, index


class FakeNcrypt:
    def __init__(self, crypt32: FakeCrypt32) -> None:
        self.crypt32 = crypt32
        self.schemes: int | None = None
        self.status = 0
        self.paddings: list[int] = []

    def NCryptGetProperty(self, handle: int, name: str, out: Any, room: int, size: Any, flags: int) -> int:
        assert (name, room, flags) == ("PaddingSchemes", 4, 0)
        if self.schemes is None:
            return 0x80090029  # NTE_NOT_SUPPORTED
        out._obj.value, size._obj.value = self.schemes, 4
        return 0

    def NCryptSignHash(
        self, handle: int, info: Any, digest: bytes, length: int, out: Any, room: int, size: Any, flags: int
    ) -> int:
        if self.status:
            return self.status
        assert len(digest) == length and room >= 512
        self.paddings.append(flags)
        made = self._sign(self.crypt32.handles[handle], info, digest, flags)
        ctypes.memmove(out, made, len(made))
        size._obj.value = len(made)
        return 0

    @staticmethod
    def _sign(key: Any, info: Any, digest: bytes, flags: int) -> bytes:
        prehashed = Prehashed(hashes.SHA256())
        if not isinstance(key, RSAPrivateKey):
            assert info is None and flags == 0
            r, s = decode_dss_signature(key.sign(digest, ec.ECDSA(prehashed)))
            return r.to_bytes(32, "big") + s.to_bytes(32, "big")
        assert info._obj.digest == "SHA256"
        if flags == cng.PAD_PKCS1:
            return key.sign(digest, padding.PKCS1v15(), prehashed)
        assert flags == cng.PAD_PSS
        return key.sign(digest, padding.PSS(padding.MGF1(hashes.SHA256()), info._obj.salt_bytes), prehashed)

    def NCryptFreeObject(self, handle: int) -> int:
        del self.crypt32.handles[handle]
        return 0


class Store:
    def __init__(self) -> None:
        self.crypt32 = FakeCrypt32()
        self.ncrypt = FakeNcrypt(self.crypt32)
        self.windows = cng.Windows(self.crypt32, self.ncrypt, lambda: self.crypt32.error)


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    made = Store()
    monkeypatch.setattr(cng, "load", lambda: made.windows)
    yield made
    worker.close_key()
    assert (made.crypt32.contexts, made.crypt32.stores, made.crypt32.handles) == (0, 0, {}), "everything is given back"


def ref(key_id: str = "") -> KeyRef:
    return KeyRef(KeyKind.WINDOWS, "", key_id)


def thumbprint(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(hashes.SHA1()).hex().upper()


def open_code(key: KeyRef) -> str:
    with pytest.raises(WorkstationError) as caught:
        worker.open_key(key, Secret(""))
    return caught.value.code


def test_only_declared_functions_with_their_number_of_arguments_are_called() -> None:
    for fake, declared in ((FakeCrypt32, cng.CRYPT32), (FakeNcrypt, cng.NCRYPT)):
        assert {name for name in vars(fake) if name[0].isupper() or name.startswith("NCrypt")} == set(declared)
        for name, (_, arguments) in declared.items():
            assert len(inspect.signature(getattr(fake, name)).parameters) == len(arguments) + 1, name


@pytest.mark.parametrize(
    ("kind", "schemes", "provider", "used"),
    [
        ("rsa", 0x14, TOKEN_PROVIDER, "RSASSA-PSS"),
        ("rsa", 0x04, TOKEN_PROVIDER, "RSA PKCS#1 v1.5"),
        ("rsa", None, TOKEN_PROVIDER, "RSA PKCS#1 v1.5"),
        ("rsa", None, cng.SOFTWARE_PROVIDER, "RSASSA-PSS"),
        ("ec", None, TOKEN_PROVIDER, "ECDSA"),
    ],
)
def test_signs(
    store: Store, published: Path, tmp_path: Path, authority: Authority, kind: str, schemes: int | None, provider: str, used: str
) -> None:
    key = rsa_key() if kind == "rsa" else new_key()
    store.crypt32.add(authority.issue(key.public_key(), "Phạm Thị Ký"), key, provider)
    store.ncrypt.schemes = schemes
    status = worker.token_status(ref())
    assert (status.state, status.owner, status.pin_pad) == (TokenState.READY, "Phạm Thị Ký", True)
    worker.open_key(ref(), Secret(""))
    assert worker._key is not None and worker._key.mechanism == used
    worker.sign_file(SignJob(published, tmp_path / "out.pdf"))
    assert verify_file(tmp_path / "out.pdf", TrustStore(roots=(authority.write(tmp_path),))).green
    assert len(store.ncrypt.paddings) == 1, "asked once: each time may open a window"


def test_which_certificate(store: Store, authority: Authority) -> None:
    keys = [new_key() for _ in range(5)]
    good = authority.issue(keys[0].public_key(), "Phạm Thị Ký")
    store.crypt32.add(authority.issue(keys[1].public_key(), "Cũ", days=(-30, -1)), keys[1])
    store.crypt32.add(authority.issue(keys[2].public_key(), "Không khóa"), None)
    store.crypt32.add(authority.issue(keys[3].public_key(), "Giải mã", usage=("key_encipherment",)), keys[3])
    store.crypt32.add(authority.certificate, authority.key)
    store.crypt32.add(None, keys[4])  # type: ignore[arg-type]  # not to be parsed
    store.crypt32.add(good, keys[0])
    assert worker.open_key(ref(), Secret("")).owner == "Phạm Thị Ký"
    assert [(c.owner, c.in_force) for c in worker.token_status(ref()).choices] == [("Cũ", False), ("Phạm Thị Ký", True)]
    second = authority.issue(keys[4].public_key(), "Lê Văn Ký")
    store.crypt32.add(second, keys[4])
    assert worker.token_status(ref()).state is TokenState.SEVERAL
    assert open_code(ref()) == "C20"
    assert worker.open_key(ref(thumbprint(second)), Secret("")).owner == "Lê Văn Ký"
    old = store.crypt32.entries[0][0]
    assert (worker.token_status(ref(thumbprint(old))).state, open_code(ref(thumbprint(old)))) == (TokenState.EXPIRED, "C05")
    assert (worker.token_status(ref("00" * 20)).state, open_code(ref("00" * 20))) == (TokenState.NO_KEY, "C07")


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (0x80090036, "C22"),
        (0x8010006E, "C22"),
        (0x8010006C, "C03"),
        (0x80100069, "C04"),
        (0x80090020, "C07"),
        (-2146893770, "C22"),
    ],
)
def test_what_windows_says_while_signing(
    store: Store, published: Path, tmp_path: Path, authority: Authority, status: int, code: str
) -> None:
    key = new_key()
    store.crypt32.add(authority.issue(key.public_key()), key)
    worker.open_key(ref(), Secret(""))
    store.ncrypt.status = status
    with pytest.raises(WorkstationError) as caught:
        worker.sign_file(SignJob(published, tmp_path / "out.pdf"))
    assert caught.value.code == code
    assert list(tmp_path.glob("*out*")) == []


def test_key_that_is_not_the_certificates(store: Store, authority: Authority) -> None:
    store.crypt32.add(authority.issue(new_key().public_key()), new_key())
    assert open_code(ref()) == "C07"


def test_a_wrong_key_that_windows_did_not_notice_is_caught_in_the_file(
    store: Store, published: Path, tmp_path: Path, authority: Authority
) -> None:
    key = new_key()
    store.crypt32.add(authority.issue(key.public_key()), key)
    worker.open_key(ref(), Secret(""))
    store.crypt32.handles = dict.fromkeys(store.crypt32.handles, new_key())
    with pytest.raises(WorkstationError, match="C07"):
        worker.sign_file(SignJob(published, tmp_path / "out.pdf"))
    assert list(tmp_path.glob("*out*")) == []


def test_no_cng_provider_or_no_token(store: Store, authority: Authority) -> None:
    key = new_key()
    store.crypt32.add(authority.issue(key.public_key()), key)
    for status, code in ((0x80090014, "C07"), (0x8010002E, "C04")):  # NTE_BAD_PROV_TYPE: an older CSP
        store.crypt32.acquire_error = status
        assert open_code(ref()) == code


def test_elsewhere_than_on_windows() -> None:
    assert worker.token_status(ref()).state is TokenState.NO_LIBRARY
    assert open_code(ref()) == "C10"


def test_a_damaged_entry_costs_itself_only(store: Store, authority: Authority) -> None:
    """What the store says of its key is shorter than it has to be."""
    key, other = rsa_key(), rsa_key()
    store.crypt32.add(authority.issue(other.public_key(), "Hỏng"), other, provider="")
    store.crypt32.add(authority.issue(key.public_key(), "Phạm Thị Ký"), key)
    assert worker.token_status(ref()).owner == "Phạm Thị Ký"
    assert worker.open_key(ref(), Secret("")).owner == "Phạm Thị Ký"
