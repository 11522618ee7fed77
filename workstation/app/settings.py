"""Settings of one home folder: ``settings.toml``, read into frozen values. Unknown or missing keys are refused by name (M06).

Changing state (queues, counters) lives in the database; secrets live in the keyring or in files of their own (``keychain``).
"""

import difflib
import re
import tomllib
from dataclasses import MISSING, dataclass, field, fields
from datetime import time
from pathlib import Path
from typing import Any

from workstation.app.peer_settings import peer_configs
from workstation.app.scanner_settings import NetworkScanner, network_scanners, scan_profiles
from workstation.domain.codes import RECEIPT
from workstation.domain.durable import write_durably
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import UserName
from workstation.domain.line import LineRules
from workstation.domain.peers import PeerConfig
from workstation.domain.ports import ScanSource
from workstation.domain.scanprofile import USUAL, ScanProfile
from workstation.domain.signature import LEVELS, KeyKind, KeyRef, RemoteService
from workstation.usecases.views import User

FILE = "settings.toml"
PROTOCOLS = ("csc", "smartca")
MOST_HOURS = 31 * 24
MOST_RENEW_DAYS = 5 * 365
MOST_REUSE_MB = 11
MOST_REUSE_SECONDS = 300
SECURE = r"https://.|http://(127\.0\.0\.1|localhost|\[::1\])[:/]"
ROLES = ("clerk", "checker", "official", "registrar")
_SYMBOL = re.compile(r"[A-ZĐ][A-Za-zĐđ0-9]{0,11}(?:[-.&][A-Za-zĐđ0-9]{1,11}){0,3}")


@dataclass(frozen=True, slots=True)
class OfficeSettings:
    site: str = "Phường (chưa đặt tên)"
    """Name in the top bar."""
    organization: str = "ỦY BAN NHÂN DÂN PHƯỜNG"
    """Name on the stamp; the certificate must carry it."""
    training: bool = False
    """A practice home: own certificate, own ward server on this machine; can't reach a real one."""
    database: str = ""
    """SQLAlchemy address of a shared PostgreSQL; empty: SQLite in the home folder."""


@dataclass(frozen=True, slots=True)
class WardSettings:
    url: str = ""
    client_id: str = ""
    keys: str = "ward-keys.json"
    """JWKS file with the ward server's public keys, relative to the home folder: pinned when the machine is enrolled."""
    ca: str = ""
    """PEM file with the roots that the server's own certificate may come from; empty: those that the system trusts."""
    certificate: str = ""
    """PEM file with this station's certificate, in place of a secret; empty: it logs in with its secret."""
    key: str = ""
    """PEM file with that certificate's private key."""


@dataclass(frozen=True, slots=True)
class SigningSettings:
    kind: str = ""
    """``pkcs11``, ``pkcs12``, ``windows`` (its certificate store), ``remote`` or empty: no key on this machine."""
    location: str = ""
    """Path of the PKCS#11 library or of the PKCS#12 file, relative to the home folder; or the name of one of ``[[remotes]]``."""
    key_id: str = ""
    token_label: str = ""


@dataclass(frozen=True, slots=True)
class TimestampSettings:
    """The time-stamping authority (RFC 3161). Its password is in the ``keychain``, never here."""

    url: str = ""
    """Empty: signatures stay at level B."""
    user: str = ""
    """For HTTP basic authentication; empty: none."""
    proxy: str = ""
    """HTTP proxy on the way to it and to OCSP and CRL services; empty: none."""
    seconds: int = 15
    """For one request."""
    level: str = ""
    """How high the desktop signs: B, T, LT or LTA; empty: LTA, without ``url`` B."""
    wait_hours: int = 24
    """How long a signed dossier waits in the outbox for what its signatures lack, before it is sent as it is."""
    renew_days: int = 90
    """How many days before it lapses an archive time-stamp is renewed."""

    @property
    def wanted(self) -> str:
        return self.level or ("LTA" if self.url else "B")


@dataclass(frozen=True, slots=True)
class CopySettings:
    symbol: str = "UBND"
    """The agency's abbreviation in the number of a copy: ``01/SY-UBND``."""
    approval: bool = False
    """Whether each copy has to name who decided that it be made, as the ward's own rules may want (Decree 30/2020 art. 27.1)."""
    attestation: str = ""
    """File with the words of certification, relative to the home folder, as ``rules/data/attestations.json``; empty: those that
    ship with the program."""


@dataclass(frozen=True, slots=True)
class ReuseSettings:
    """The national store of digitised results, asked before paper is scanned; its token is in the ``keychain``."""

    url: str = ""
    """What stands before the paths, https; empty: nothing is asked."""
    find: str = ""
    """Path of the question."""
    file: str = ""
    """Path of a file."""
    route: str = ""
    """``dstcode`` of the exchange platform on the way."""
    success: str = "0 00"
    """The answers' codes that say success, separated by blanks."""
    max_mb: int = 10
    """Larger files are not taken."""
    seconds: int = 30
    """Without a byte from the store, before a question is given up."""
    proxy: str = ""


@dataclass(frozen=True, slots=True)
class MachineSettings:
    page_workers: int = 0
    """0: one a core, but one only below 4 GB of memory."""
    send_every_seconds: int = 15


@dataclass(frozen=True, slots=True)
class CaptureSettings:
    watch_folder: str = ""
    """Where the office's copier scans to, as a whole path; each file there becomes a dossier. Empty: none."""
    receipts: str = RECEIPT
    """Regular expression: how the code on the procedure system's slips looks."""
    camera: str = "0"
    """Before which identity cards are held: its number on this machine, or the address of one in the network."""


@dataclass(frozen=True, slots=True)
class LineSettings:
    """What the sender may take of the office's line. A meeting over the same line is told to the desktop."""

    limit_kbps: int = 0
    """1000 bits a second; 0: all it can."""
    meeting_kbps: int = 64
    """During a meeting; 0: no cap."""
    send_from: str = ""
    """``17:00``; empty: at any time of the day."""
    send_until: str = ""
    """``07:00``: over midnight if it is the earlier one."""

    @property
    def rules(self) -> LineRules:
        return LineRules(self.limit_kbps, self.meeting_kbps, _time(self.send_from), _time(self.send_until))


def _time(text: str) -> time | None:
    return time.fromisoformat(text) if text else None


@dataclass(frozen=True, slots=True)
class Settings:
    office: OfficeSettings = field(default_factory=OfficeSettings)
    ward: WardSettings = field(default_factory=WardSettings)
    signing: SigningSettings = field(default_factory=SigningSettings)
    timestamp: TimestampSettings = field(default_factory=TimestampSettings)
    copies: CopySettings = field(default_factory=CopySettings)
    reuse: ReuseSettings = field(default_factory=ReuseSettings)
    machine: MachineSettings = field(default_factory=MachineSettings)
    capture: CaptureSettings = field(default_factory=CaptureSettings)
    line: LineSettings = field(default_factory=LineSettings)
    scan_profiles: tuple[ScanProfile, ...] = USUAL
    scanners: tuple[NetworkScanner, ...] = ()
    """Beside those that are found."""
    users: tuple[User, ...] = (User(UserName("Cán bộ số hóa"), "clerk"),)
    remotes: tuple[RemoteService, ...] = ()
    """Remote signing services; their secrets are in the ``keychain``."""
    peers: tuple[PeerConfig, ...] = ()
    """Systems that are delivered to beside the ward server; their secrets are in the ``keychain``."""

    @property
    def scan_sources(self) -> tuple[ScanSource, ...]:
        return tuple(ScanSource(scanner.url, scanner.name) for scanner in self.scanners)

    def remote(self, name: str, home: Path) -> KeyRef | None:
        """The key at the remote service of that name; None: there is none."""
        found = next((remote for remote in self.remotes if remote.name == name), None)
        return KeyRef(KeyKind.REMOTE, name, found.credential, remote=found, journal=str(home / "pending")) if found else None

    def key(self, home: Path) -> KeyRef | None:
        s = self.signing
        if s.kind == KeyKind.REMOTE.value:
            return self.remote(s.location, home)
        if s.kind == KeyKind.WINDOWS.value:
            return KeyRef(KeyKind.WINDOWS, s.location, s.key_id)
        return KeyRef(KeyKind(s.kind), str(home / s.location), s.key_id, s.token_label) if s.kind else None


def load(home: Path) -> Settings:
    """The settings of a home folder; defaults where there is no file yet."""
    path = home / FILE
    if not path.exists():
        return Settings()
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as e:
        raise WorkstationError("M06", file=FILE, key=type(e).__name__) from e
    users = data.pop("users", None)
    remotes = data.pop("remotes", [])
    profiles = data.pop("scan_profiles", None)
    scanners = network_scanners(data.pop("scanners", []))
    peers = peer_configs(data.pop("peers", []))
    sections = {f.name: f.default_factory for f in fields(Settings) if f.default_factory is not MISSING}
    _known(data, set(sections), "")
    values: dict[str, Any] = {name: _section(make, data.get(name, {}), name) for name, make in sections.items()}
    if users is not None:
        values["users"] = tuple(_user(u) for u in users)
    if profiles is not None:
        values["scan_profiles"] = scan_profiles(profiles)
    if not isinstance(remotes, list):
        raise WorkstationError("M06", file=FILE, key="remotes")
    settings = Settings(**values, remotes=tuple(_remote(r) for r in remotes), peers=peers, scanners=scanners)
    if (wrong := _wrong_key(settings, home)) is not None:
        raise WorkstationError("M06", file=FILE, key=wrong)
    return settings


def _wrong_key(settings: Settings, home: Path) -> str | None:
    """The first key that can't stand beside the others; None: all can."""
    if settings.signing.kind == KeyKind.REMOTE.value and settings.remote(settings.signing.location, home) is None:
        return "signing.location"
    if not _SYMBOL.fullmatch(settings.copies.symbol):
        return "copies.symbol"
    if settings.capture.watch_folder and not Path(settings.capture.watch_folder).is_absolute():
        return "capture.watch_folder"
    if not _is_expression(settings.capture.receipts):
        return "capture.receipts"
    if bool(settings.ward.certificate) != bool(settings.ward.key):
        return "ward.key"
    parts = {"timestamp": _impossible(settings.timestamp), "reuse": _no_store(settings.reuse), "line": _no_line(settings.line)}
    return next((f"{section}.{key}" for section, key in parts.items() if key is not None), None)


def _is_expression(text: str) -> bool:
    try:
        return bool(re.compile(text).pattern)
    except re.error:
        return False


def _no_line(line: LineSettings) -> str | None:
    """The key that can't stand as it is: a negative cap, no time of day, or hours with one end only."""
    for name in ("limit_kbps", "meeting_kbps"):
        if getattr(line, name) < 0:
            return name
    for name in ("send_from", "send_until"):
        if getattr(line, name) and not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", getattr(line, name)):
            return name
    return None if bool(line.send_from) == bool(line.send_until) else "send_until"


def _no_store(reuse: ReuseSettings) -> str | None:
    """The key that can't stand as it is. A plain http address only on this machine."""
    if reuse.url and not re.match(SECURE, reuse.url + "/"):
        return "url"
    for name in ("find", "file"):
        if reuse.url and not getattr(reuse, name).startswith("/"):
            return name
    if reuse.proxy and not re.match(r"https?://.", reuse.proxy):
        return "proxy"
    if not reuse.success.split():
        return "success"
    if not 1 <= reuse.max_mb <= MOST_REUSE_MB:
        return "max_mb"
    return None if 1 <= reuse.seconds <= MOST_REUSE_SECONDS else "seconds"


def _impossible(stamps: TimestampSettings) -> str | None:
    """The key that can't stand as it is: no such level or one that nobody is named for, a time that is none."""
    if stamps.wanted not in LEVELS or (stamps.wanted != "B" and not stamps.url):
        return "level"
    if not 1 <= stamps.renew_days <= MOST_RENEW_DAYS:
        return "renew_days"
    return None if 0 <= stamps.wait_hours <= MOST_HOURS else "wait_hours"


def _known(data: dict[str, Any], names: set[str], where: str) -> None:
    for key in data:
        if key not in names:
            near = difflib.get_close_matches(key, names, 1)
            raise WorkstationError("M06", file=FILE, key=f"{where}{key}", near=near[0] if near else "")


def _section(make: Any, data: Any, name: str) -> Any:
    default = make()
    if not isinstance(data, dict):
        raise WorkstationError("M06", file=FILE, key=name)
    _known(data, {f.name for f in fields(default)}, f"{name}.")
    for key, value in data.items():
        if type(value) is not type(getattr(default, key)):
            raise WorkstationError("M06", file=FILE, key=f"{name}.{key}")
    if data.get("kind", "") not in ("", *(k.value for k in KeyKind)):
        raise WorkstationError("M06", file=FILE, key=f"{name}.kind")
    return type(default)(**data)


def _user(data: Any) -> User:
    if not isinstance(data, dict) or set(data) != {"name", "role"} or data["role"] not in ROLES:
        raise WorkstationError("M06", file=FILE, key="users")
    return User(UserName(data["name"]), data["role"])


def _remote(data: Any) -> RemoteService:
    """One of ``[[remotes]]``: name, protocol, url and credential are needed; a plain http address only on this machine."""
    if not isinstance(data, dict):
        raise WorkstationError("M06", file=FILE, key="remotes")
    known = {f.name: f for f in fields(RemoteService)}
    _known(data, set(known), "remotes.")
    for key, f in known.items():
        value = data.get(key, f.default)
        most = {"scal": 2, "batch": 1000}.get(key)
        if not (isinstance(value, str) if most is None else type(value) is int and 1 <= value <= most):
            raise WorkstationError("M06", file=FILE, key=f"remotes.{key}")
    service = RemoteService(**data)
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,31}", service.name):
        raise WorkstationError("M06", file=FILE, key="remotes.name")
    if service.protocol not in PROTOCOLS:
        raise WorkstationError("M06", file=FILE, key="remotes.protocol")
    if not re.match(SECURE, service.url + "/"):
        raise WorkstationError("M06", file=FILE, key="remotes.url")
    if service.proxy and not re.match(r"https?://.", service.proxy):
        raise WorkstationError("M06", file=FILE, key="remotes.proxy")
    return service


def save(home: Path, settings: Settings) -> None:
    """Writes the file whole or not at all."""
    lines = []
    for section in fields(settings):
        if section.name in ("users", "remotes", "peers", "scan_profiles", "scanners"):
            continue
        lines.append(f"[{section.name}]")
        value = getattr(settings, section.name)
        lines += [f"{f.name} = {_toml(getattr(value, f.name))}" for f in fields(value)]
        lines.append("")
    for profile in settings.scan_profiles:
        lines += ["[[scan_profiles]]", *(f"{f.name} = {_toml(getattr(profile, f.name))}" for f in fields(profile)), ""]
    for user in settings.users:
        lines += ["[[users]]", f"name = {_toml(user.name)}", f"role = {_toml(user.role)}", ""]
    for table, rows in (("remotes", settings.remotes), ("peers", settings.peers), ("scanners", settings.scanners)):
        for row in rows:
            lines += [f"[[{table}]]", *(f"{f.name} = {_toml(getattr(row, f.name))}" for f in fields(row)), ""]
    write_durably(home / FILE, "\n".join(lines).encode())


def _toml(value: str | int | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
