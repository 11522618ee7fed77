"""Stations and people who may come in. Secrets are kept as scrypt hashes (RFC 7914): who reads the database can't log in."""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Engine, select

from sync.ward.database import reading, writing
from sync.ward.models import AccountRow
from workstation.domain.signing import Secret

LEAST_PASSWORD = 12
"""Letters of a person's password."""
_LOG_N, _R, _P = 14, 8, 1
"""16 MiB and some 50 ms a try."""
_NAME = re.compile(r"[\w.@-]{1,80}")


class Kind(StrEnum):
    STATION = "tram"
    STAFF = "can-bo"


@dataclass(frozen=True, slots=True)
class Account:
    name: str
    created_at: datetime
    ended_at: datetime | None


class Accounts:
    def __init__(self, engine: Engine, now: Callable[[], datetime]) -> None:
        self._engine = engine
        self._now = now
        self._nobody = hash_secret(secrets.token_urlsafe(16))

    def save(self, kind: Kind, name: str, secret: Secret) -> None:
        """Makes the account, or gives it another secret and opens it again. ``ValueError``: no such name can be."""
        if _NAME.fullmatch(name) is None:
            raise ValueError("name")
        with writing(self._engine) as session:
            row = session.get(AccountRow, (kind, name))
            if row is None:
                row = AccountRow(kind=kind, name=name, created_at=self._now())
                session.add(row)
            row.secret_hash, row.ended_at = hash_secret(secret.reveal()), None

    def end(self, kind: Kind, name: str) -> bool:
        """False if there is no such open account. A token that was given out lives on for minutes at most."""
        with writing(self._engine) as session:
            row = session.get(AccountRow, (kind, name))
            if row is None or row.ended_at is not None:
                return False
            row.ended_at = self._now()
            return True

    def all(self, kind: Kind) -> list[Account]:
        with reading(self._engine) as session:
            rows = session.scalars(select(AccountRow).filter_by(kind=kind).order_by(AccountRow.name))
            return [Account(row.name, row.created_at, row.ended_at) for row in rows]

    def knows(self, kind: Kind, name: str, secret: str) -> bool:
        """An unknown name costs as much time as a wrong secret."""
        with reading(self._engine) as session:
            # no database is asked for what can be no name: NUL, half a character
            row = session.get(AccountRow, (kind, name)) if _NAME.fullmatch(name) else None
            kept = row.secret_hash if row is not None and row.ended_at is None else None
        same = matches(secret, kept or self._nobody)
        return same and kept is not None


def hash_secret(secret: str) -> str:
    salt = secrets.token_bytes(16)
    parts = ("scrypt", _LOG_N, _R, _P, base64.b64encode(salt).decode(), base64.b64encode(_scrypt(secret, salt)).decode())
    return "$".join(str(part) for part in parts)


def matches(secret: str, kept: str) -> bool:
    _, log_n, r, p, salt, digest = kept.split("$")
    given = _scrypt(secret, base64.b64decode(salt), int(log_n), int(r), int(p))
    return hmac.compare_digest(given, base64.b64decode(digest))


def _scrypt(secret: str, salt: bytes, log_n: int = _LOG_N, r: int = _R, p: int = _P) -> bytes:
    # a secret with half a character can be nobody's; it still has to cost its time
    data = secret.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(data, salt=salt, n=1 << log_n, r=r, p=p, maxmem=128 << 20, dklen=32)
