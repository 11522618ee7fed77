"""Where an office's secrets are kept: the system's own keyring where there is one, else a file that its owner alone may read.

Nothing here asks a person: a keyring that is locked says so (G30), one that does not answer is given up after a while (G31), so
that a machine without a screen never waits for a prompt that nobody sees.
"""

import contextlib
import importlib
import logging
import os
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from workstation.domain.durable import sync_folder, write_durably
from workstation.domain.errors import WorkstationError
from workstation.domain.signing import Secret

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

log = logging.getLogger("workstation.keychain")
R = TypeVar("R")

WARD = "ward-client"
WARD_KEY = "ward-key"
"""Opens the private key of the station's certificate, where that is encrypted."""
TIMESTAMP = "timestamp"
REUSE = "reuse"
"""Of the office's account at the national store of digitised results."""
_REMOTE, _PEER = "remote-", "peer-"
_VARIABLES = {
    WARD: "WORKSTATION_WARD_SECRET",
    WARD_KEY: "WORKSTATION_WARD_KEY_SECRET",
    TIMESTAMP: "WORKSTATION_TSA_SECRET",
    REUSE: "WORKSTATION_REUSE_SECRET",
}
SECONDS = 10.0
"""A keyring that has not answered by then waits for somebody, or hangs."""
OTHER_BACKEND = "PYTHON_KEYRING_BACKEND"
"""The keyring library's own variable: another keyring, or none (``keyring.backends.null.Keyring``)."""
_LIKED = 1
"""What the library gives keyrings that a system keeps safe. Files in the clear and keyrings that ask on a terminal have less."""
_OWNER_ONLY = 0o600
_one_at_a_time = threading.Lock()


class Place(Enum):
    ENVIRONMENT = "environment"
    FILE = "file"
    KEYRING = "keyring"


@dataclass(frozen=True, slots=True)
class Survey:
    """Where secrets are. With ``error`` (G30, G31) nothing is known of the keyring: None is then "not outside of it"."""

    keyring: str
    """What this system's keyring is called; empty: there is none that can be used."""
    places: Mapping[str, Place | None]
    """None: there is none."""
    error: WorkstationError | None = None


def remote_name(service: str) -> str:
    """The secret of the office's account at this remote signing service."""
    return _REMOTE + service


def peer_name(peer: str) -> str:
    """The secret of the office's account at this peer."""
    return _PEER + peer


def variable_of(name: str) -> str:
    """``WORKSTATION_REMOTE_VNPT`` for ``remote-vnpt``."""
    return _VARIABLES.get(name) or f"WORKSTATION_{name.upper().replace('-', '_')}"


class Keychain:
    """The secrets of one home folder; two homes of one user never meet in the keyring.

    Looked for in the environment, then in ``secrets/``, then in the keyring: what is put into the keyring is taken out of its
    file, so whoever keeps files never waits for a keyring.
    """

    def __init__(self, home: Path, seconds: float = SECONDS) -> None:
        self._files = home / "secrets"
        self._service = f"tram-so-hoa {home.resolve()}"
        self._seconds = seconds

    def read(self, name: str) -> Secret:
        """Empty if there is none. G30, G31."""
        if value := os.environ.get(variable_of(name)):
            return Secret(value)
        if self.file(name).is_file():
            return self._filed(name)
        return Secret(self._asked(lambda backend: backend.get_password(self._service, name) or "") or "")

    def _filed(self, name: str) -> Secret:
        """G31 where it is another user's, or no UTF-8: somebody put it there by hand. A byte order mark is an editor's."""
        try:
            return Secret(self.file(name).read_bytes().decode("utf-8-sig").strip())
        except (OSError, ValueError) as error:
            raise WorkstationError("G31", reason="file") from error

    def place(self, name: str) -> Place | None:
        """Where it is read from; None: there is none. G30, G31."""
        return self._outside_keyring(name) or (Place.KEYRING if self.read(name).reveal() else None)

    def survey(self, names: Iterable[str]) -> Survey:
        """The places of them all; of a keyring that can't be opened, what lies outside of it."""
        names = tuple(names)
        try:
            return Survey(self.keyring(), {name: self.place(name) for name in names})
        except WorkstationError as error:
            return Survey("", {name: self._outside_keyring(name) for name in names}, error)

    def _outside_keyring(self, name: str) -> Place | None:
        if os.environ.get(variable_of(name)):
            return Place.ENVIRONMENT
        return Place.FILE if self.file(name).is_file() else None

    def file(self, name: str) -> Path:
        return self._files / name

    def keyring(self) -> str:
        """What this system's keyring is called; empty: there is none that can be used. G30, G31."""
        return self._asked(lambda backend: backend.name) or ""

    def put(self, name: str, secret: Secret, *, into_file: bool = False) -> Place:
        """Into the keyring, or, where there is none or ``into_file``, into its file; out of the other. G30, G31."""
        if not into_file and self._asked(lambda backend: self._kept(backend, name, secret)):
            self._drop_file(name)
            return Place.KEYRING
        self._files.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_durably(self.file(name), secret.reveal().encode(), _OWNER_ONLY)
        if into_file:  # an older one there would come back when the file goes; a keyring that can't be opened is why it is a file
            with contextlib.suppress(WorkstationError):
                self._drop_kept(name)
        return Place.FILE

    def remove(self, name: str) -> bool:
        """From file and keyring; False: it was in neither. G30, G31."""
        filed = self._drop_file(name)
        return self._drop_kept(name) or filed

    def _kept(self, backend: "KeyringBackend", name: str, secret: Secret) -> bool:
        backend.set_password(self._service, name, secret.reveal())
        # read back: the file is about to go
        return bool(backend.get_password(self._service, name) == secret.reveal())

    def _drop_kept(self, name: str) -> bool:
        def drop(backend: "KeyringBackend") -> bool:
            if backend.get_password(self._service, name) is None:
                return False
            backend.delete_password(self._service, name)
            return True

        return self._asked(drop) or False

    def _drop_file(self, name: str) -> bool:
        if not self.file(name).exists():
            return False
        self.file(name).unlink()
        sync_folder(self._files)
        return True

    def _asked(self, ask: "Callable[[KeyringBackend], R]") -> R | None:
        """What the keyring says; None: there is no keyring. In a thread that may be left behind: no call of the platforms' can
        be broken off, and one that hangs is not joined by a second."""
        answer: Future[R | None] = Future()

        def run() -> None:
            try:
                backend = _backend()
                answer.set_result(None if backend is None else ask(backend))
            except BaseException as error:  # noqa: BLE001 - handed to whoever asked
                answer.set_exception(error)
            finally:
                _one_at_a_time.release()

        if not _one_at_a_time.acquire(timeout=self._seconds):
            raise WorkstationError("G31", reason="busy")
        threading.Thread(target=run, name="keyring", daemon=True).start()
        try:
            return answer.result(self._seconds)
        except WorkstationError:
            raise
        except TimeoutError as error:
            raise WorkstationError("G31", reason="timeout") from error
        except Exception as error:
            if type(error).__name__ in ("KeyringLocked", "LockedException", "PromptDismissedException"):
                raise WorkstationError("G30") from error
            log.info("keyring: %s", type(error).__name__)
            raise WorkstationError("G31", reason="fault") from error


class KeptSecret(Secret):
    """A secret that is looked up each time it is wanted, and travels to another process as what it then is."""

    __slots__ = ("_read",)

    def __init__(self, read: Callable[[], Secret]) -> None:
        super().__init__("")
        self._read = read

    def reveal(self) -> str:
        return self._read().reveal()

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)

    def __reduce__(self) -> tuple[object, ...]:
        return (Secret, (self.reveal(),))


def _backend() -> "KeyringBackend | None":
    """The keyring of this system if it can be used now; G30: it is there, and locked."""
    named = os.environ.get(OTHER_BACKEND) or {
        "win32": "keyring.backends.Windows.WinVaultKeyring",
        "darwin": "keyring.backends.macOS.Keyring",
    }.get(sys.platform, "keyring.backends.SecretService.Keyring")
    module, _, kind = named.rpartition(".")
    try:
        backend: type[KeyringBackend] = getattr(importlib.import_module(module), kind)
        if backend.priority < _LIKED:
            return None
    except (ImportError, AttributeError, RuntimeError):  # the library's way to say that its service is not there
        return None
    return backend() if named.rpartition(".")[0] != "keyring.backends.SecretService" or _open_collection() else None


def _open_collection() -> bool:
    """Whether the Secret Service has a default collection, since making one asks for a new password; G30 if it is locked, since
    reading would ask for the old one."""
    import secretstorage

    with closing(secretstorage.dbus_init()) as bus:
        try:
            locked = secretstorage.Collection(bus).is_locked()
        except secretstorage.ItemNotFoundException:
            return False
    if locked:
        raise WorkstationError("G30")
    return True
