"""``workstation ward``: runs the ward server, and keeps what it goes by: stations, staff, receipt keys.

On a station: which of the server's keys are trusted.
"""

import getpass
import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workstation.app.console import JsonOption, home_folder, leave, out, report, usable_folder, words
from workstation.domain.errors import WorkstationError
from workstation.domain.signing import Secret

if TYPE_CHECKING:
    from sync.ward.accounts import Accounts, Kind

PASSWORD_VARIABLE = "WARD_STAFF_PASSWORD"  # noqa: S105 - a variable's name
DataOption = Annotated[Path, typer.Option("--data", help="Folder of the server's files.")]
DatabaseOption = Annotated[
    str | None, typer.Option("--database", help="SQLAlchemy address; default: WARD_DATABASE, else SQLite in the data folder.")
]


def serve(
    data: DataOption,
    port: Annotated[int, typer.Option(min=0, max=65535)],
    host: Annotated[str, typer.Option()] = "127.0.0.1",
    database: DatabaseOption = None,
    unit: Annotated[str, typer.Option(help="The unit's code, with which every MaHoSo begins.")] = "H29.17",
    max_megabytes: Annotated[int, typer.Option(min=1, max=4096, help="Largest file that is taken.")] = 512,
    tls_cert: Annotated[Path | None, typer.Option(help="The server's certificate with its chain (PEM).")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="Its key (PEM).")] = None,
    client_ca: Annotated[Path | None, typer.Option(help="Authority of the stations' certificates (PEM).")] = None,
) -> None:
    """Runs the ward server until it is stopped."""
    import errno

    from sync.ward.app import Policy
    from sync.ward.serve import Tls, log_to_stderr
    from sync.ward.serve import serve as run

    if (tls_cert is None) != (tls_key is None):
        raise WorkstationError("U01", detail="--tls-cert, --tls-key")
    if client_ca is not None and tls_cert is None:
        raise WorkstationError("U01", detail="--client-ca: --tls-cert")
    usable_folder(data, "--data")
    log_to_stderr()
    tls = Tls(tls_cert, tls_key, client_ca) if tls_cert and tls_key else None
    try:
        run(data, host, port, database, policy=Policy(unit_code=unit, max_file_bytes=max_megabytes << 20), tls=tls, ready=out)
    except OSError as e:
        if e.errno in (errno.EADDRINUSE, errno.EACCES):
            raise WorkstationError("U01", detail=f"--port {port}") from e
        raise


# --- stations and staff


def stations_add(
    name: Annotated[str, typer.Argument(help="The station's id, as in its settings: [ward] client_id.")],
    data: DataOption,
    certificate: Annotated[Path | None, typer.Option(help="Its certificate (PEM), in place of a secret.")] = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Enrols a station: by a new secret, shown this once, or by a certificate, beside those that it has."""
    from sync.ward.accounts import Kind

    if certificate is not None:
        _certify(name, certificate, data, database, as_json)
        return
    secret = secrets.token_urlsafe(32)
    with _accounts(data, database) as accounts:
        _save(accounts, Kind.STATION, name, Secret(secret))
    told = words(
        f"Bí mật của trạm {name} (chỉ hiện lần này; trên trạm: workstation secret set ward-client):\n{secret}",
        f"Secret of station {name} (shown this once; on the station: workstation secret set ward-client):\n{secret}",
    )
    report({"station": name, "secret": secret}, as_json, lambda: out(told))


def _certify(name: str, certificate: Path, data: Path, database: str | None, as_json: bool) -> None:
    with _accounts(data, database) as accounts:
        try:
            fingerprint = accounts.certify(name, certificate.read_bytes())
        except ValueError as e:
            detail = words(
                "tên hoặc chứng thư không dùng được (hết hạn, không phải PEM, của trạm khác)",
                "name or certificate can't be used (lapsed, no PEM, another station's)",
            )
            raise WorkstationError("U01", detail=f"--certificate: {detail}") from e
    told = words(f"Trạm {name} đăng nhập bằng chứng thư ", f"Station {name} logs in by certificate ") + fingerprint
    report({"station": name, "certificate": fingerprint}, as_json, lambda: out(told))


def stations_list(data: DataOption, database: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """The stations that may send, ended ones too."""
    from sync.ward.accounts import Kind

    _list(Kind.STATION, data, database, as_json)


def stations_end(
    name: Annotated[str, typer.Argument()], data: DataOption, database: DatabaseOption = None, as_json: JsonOption = False
) -> None:
    """Shuts a station out: at once for a new log-in, within 15 minutes for one that is logged in."""
    from sync.ward.accounts import Kind

    _end(Kind.STATION, name, data, database, as_json)


def staff_add(
    name: Annotated[str, typer.Argument(help="The name to log in with; no person's full name is needed.")],
    data: DataOption,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Lets somebody see the pages, or changes the password (asked for, or from WARD_STAFF_PASSWORD)."""
    from sync.ward.accounts import LEAST_PASSWORD, Kind

    password = os.environ.get(PASSWORD_VARIABLE) or _asked()
    if len(password) < LEAST_PASSWORD:
        detail = words(f"mật khẩu cần ít nhất {LEAST_PASSWORD} ký tự", f"a password needs {LEAST_PASSWORD} letters at least")
        raise WorkstationError("U01", detail=detail)
    with _accounts(data, database) as accounts:
        _save(accounts, Kind.STAFF, name, Secret(password))
    report({"staff": name}, as_json, lambda: out(words(f"Đã ghi {name}.", f"{name} is entered.")))


def _asked() -> str:
    if not sys.stdin.isatty():
        raise WorkstationError("U01", detail=PASSWORD_VARIABLE)
    return getpass.getpass(words("Mật khẩu: ", "Password: "))


def staff_list(data: DataOption, database: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """Who may see the pages, ended accounts too."""
    from sync.ward.accounts import Kind

    _list(Kind.STAFF, data, database, as_json)


def staff_end(
    name: Annotated[str, typer.Argument()], data: DataOption, database: DatabaseOption = None, as_json: JsonOption = False
) -> None:
    """Ends an account; who is logged in stays so until the server is started again or the session ends."""
    from sync.ward.accounts import Kind

    _end(Kind.STAFF, name, data, database, as_json)


@contextmanager
def _accounts(data: Path, database: str | None) -> Iterator["Accounts"]:
    from sync.ward.accounts import Accounts
    from sync.ward.database import open_database
    from sync.ward.serve import DATABASE_VARIABLE

    usable_folder(data, "--data")
    engine = open_database(data, database or os.environ.get(DATABASE_VARIABLE))
    try:
        yield Accounts(engine, lambda: datetime.now(UTC))
    finally:
        engine.dispose()


def _save(accounts: "Accounts", kind: "Kind", name: str, secret: Secret) -> None:
    try:
        accounts.save(kind, name, secret)
    except ValueError as e:
        detail = words("tên: chữ, số, . _ @ -, không dấu cách", "name: letters, digits, . _ @ -, no space")
        raise WorkstationError("U01", detail=detail) from e


def _list(kind: "Kind", data: Path, database: str | None, as_json: bool) -> None:
    with _accounts(data, database) as accounts:
        found = accounts.all(kind)

    def human() -> None:
        for account in found:
            out(account.name + (words(" (đã thôi)", " (ended)") if account.ended_at else ""))
        if not found:
            out(words("Chưa có ai.", "Nobody yet."))

    rows: list[dict[str, Any]] = [
        {"name": a.name, "since": a.created_at.isoformat(), "ended": a.ended_at.isoformat() if a.ended_at else None}
        for a in found
    ]
    report({"accounts": rows}, as_json, human)


def _end(kind: "Kind", name: str, data: Path, database: str | None, as_json: bool) -> None:
    with _accounts(data, database) as accounts:
        ended = accounts.end(kind, name)
    told = words(f"Đã thôi {name}.", f"{name} is ended.") if ended else words(f"Không có {name}.", f"There is no {name}.")
    report({"ended": ended}, as_json, lambda: out(told))
    leave(0 if ended else 1)


# --- keys


def keys_list(data: DataOption, as_json: JsonOption = False) -> None:
    """The ids of the receipt keys, oldest first; the last signs. Read one out when a station is enrolled by hand."""
    from sync.ward.signing_key import KeyRing

    ids = list(KeyRing(usable_folder(data, "--data")).keys())
    report({"keys": ids}, as_json, lambda: out("\n".join(ids)))


def keys_rotate(data: DataOption, as_json: JsonOption = False) -> None:
    """Makes the next receipt key, introduced by the present one. Start the server again, then `ward pin` on each station."""
    from sync.ward.signing_key import KeyRing

    made = KeyRing(usable_folder(data, "--data")).rotate(datetime.now(UTC))
    told = words(f"Khóa mới: {made}. Khởi động lại máy chủ.", f"New key: {made}. Start the server again.")
    report({"key": made}, as_json, lambda: out(told))


def pin(
    key: Annotated[str, typer.Option(help="Id of a key to take in by hand, as the ward's IT reads it out.")] = "",
    as_json: JsonOption = False,
) -> None:
    """On a station: takes over the ward server's new keys if a trusted one introduces them; never a key on sight."""
    from sync.failure import WardFailure
    from sync.pinned import Followed, enrol, follow, save
    from sync.receipts import TrustedKeys
    from workstation.app.compose import Home, published_keys, ward_trust
    from workstation.app.settings import load

    home = home_folder()
    ward = load(home).ward
    if not ward.url:
        raise WorkstationError("G13")
    path = home / ward.keys
    shown = published_keys(ward.url, ward_trust(Home(home), ward))
    try:
        trusted = TrustedKeys.load(path) if path.exists() else None
        named = enrol(trusted, shown, key) if key else trusted
        followed = follow(named, shown) if named else Followed(TrustedKeys({}), (), tuple(TrustedKeys.parse(shown).keys))
    except ValueError as e:
        raise WorkstationError("M06", key="ward_url") from e
    except KeyError as e:
        raise WorkstationError("U01", detail=words("--key: máy chủ không có khóa này", "--key: not a key of this server")) from e
    except WardFailure as e:
        raise WorkstationError("G11") from e
    if followed.trusted.keys:
        save(path, followed.trusted)

    def human() -> None:
        for kid in followed.trusted.keys:
            out(words(f"tin: {kid}", f"trusted: {kid}"))
        for kid in followed.refused:
            out(
                words(
                    f"KHÔNG tin (không khóa nào đã tin giới thiệu): {kid}", f"NOT trusted (introduced by no trusted key): {kid}"
                )
            )

    report(
        {"trusted": list(followed.trusted.keys), "taken": list(followed.taken), "refused": list(followed.refused)}, as_json, human
    )
    leave(1 if followed.refused else 0)
