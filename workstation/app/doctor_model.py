"""What a check of this PC is, and what the checks have to know."""

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Literal, NamedTuple

from sync.identity import Identity
from workstation.domain.peers import PeerConfig
from workstation.domain.ports import ScanSource
from workstation.domain.signature import KeyRef
from workstation.domain.signing import Levels

Lang = Literal["vi", "en"]


class Words(NamedTuple):
    """One thing said in both languages."""

    vi: str
    en: str


NOTHING = Words("", "")


class Light(Enum):
    GREEN = "green"
    AMBER = "amber"  # work goes on, but somebody should look
    RED = "red"  # a part of the main job is not possible


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the report. ``code``: the error (``workstation.domain.errors``) that the trouble would show as, or empty."""

    id: str
    name: Words
    light: Light
    sentence: Words
    fix: Words = NOTHING
    code: str = ""


@dataclass(frozen=True, slots=True)
class DoctorInputs:
    """Plain values; None: not set up on this PC."""

    home: Path
    program_version: str
    database: Path | None = None
    """The SQLite file; None: the database is on a server."""
    ward_url: str | None = None
    ward: Identity = field(default_factory=Identity)
    """Whom it takes for the ward server, and the certificate that it shows there."""
    tsa_url: str | None = None
    secrets: tuple[str, ...] = ()
    """Names of the secrets that the settings call for."""
    training: bool = False
    key: KeyRef | None = None
    """The key this PC signs with."""
    watched: Path | None = None
    """Where the office's copier scans to; None: nowhere that is watched."""
    scanners: tuple[ScanSource, ...] = ()
    """Network scanners that the settings name: their address and name."""
    peers: tuple[PeerConfig, ...] = ()
    """Systems that are delivered to beside the ward server."""
    levels: Levels = field(default_factory=Levels)
    """How high its signatures are to stand, and how long before they lapse archive time-stamps are renewed."""


NAMES: dict[str, Words] = {
    "program": Words("Phiên bản chương trình", "Program version"),
    "screen": Words("Thư viện màn hình", "Screen library"),
    "reading": Words("Đọc chữ tiếng Việt", "Reading Vietnamese"),
    "fonts": Words("Phông chữ", "Fonts"),
    "disk": Words("Dung lượng ổ đĩa", "Disk space"),
    "home": Words("Ghi vào thư mục dữ liệu", "Writing to the data folder"),
    "database": Words("Cơ sở dữ liệu", "Database"),
    "secrets": Words("Nơi giữ mật khẩu", "Where passwords are kept"),
    "scanner": Words("Máy quét", "Scanner"),
    "watched": Words("Thư mục máy quét gửi tới", "Watched folder"),
    "library": Words("Phần mềm USB ký số", "Token software"),
    "token": Words("USB ký số", "Signing token"),
    "certificate": Words("Chứng thư số", "Certificate"),
    "server": Words("Máy chủ dùng chung", "Ward server"),
    "tls": Words("Đường truyền bảo mật", "Secure line"),
    "clock": Words("Đồng hồ máy", "Clock"),
    "peers": Words("Hệ thống nhận thêm", "Peers"),
    "timestamp": Words("Dịch vụ dấu thời gian", "Time-stamp service"),
    "archive": Words("Dấu thời gian lưu trữ", "Archive time-stamps"),
}
"""Every check, in the order of the report."""


def green(check_id: str, vi: str, en: str) -> Check:
    return Check(check_id, NAMES[check_id], Light.GREEN, Words(vi, en))


def amber(check_id: str, sentence: Words, fix: Words, code: str = "") -> Check:
    return Check(check_id, NAMES[check_id], Light.AMBER, sentence, fix, code)


def red(check_id: str, sentence: Words, fix: Words, code: str = "") -> Check:
    return Check(check_id, NAMES[check_id], Light.RED, sentence, fix, code)
