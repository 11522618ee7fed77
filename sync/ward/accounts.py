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

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from sync.ward.database import reading, writing
from sync.ward.models import AccountRow, CertificateRow
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
        """Makes the account, or gives it another secret and opens it again; no certificate stands for it any more.
        ``ValueError``: no such name can be."""
        with writing(self._engine) as session:
            self._open(session, kind, name, secret.reveal())
            if kind is Kind.STATION:
                _drop_certificates(session, name)

    def certify(self, name: str, pem: bytes) -> str:
        """Lets a certificate stand for the station, in place of a secret and beside what certificates it has; → its fingerprint.
        ``ValueError``: no such name, no certificate, one that has lapsed, or one that is another station's."""
        certificate = x509.load_pem_x509_certificate(pem)
        if certificate.not_valid_after_utc <= self._now():
            raise ValueError("lapsed")
        fingerprint = certificate.fingerprint(SHA256()).hex()
        with writing(self._engine) as session:
            known = session.get(CertificateRow, fingerprint)
            if known is not None and known.station != name:
                raise ValueError("another station's")
            # what secret it had is worth nothing from here on, and nobody knows the new one
            self._open(session, Kind.STATION, name, secrets.token_urlsafe(32))
            session.merge(CertificateRow(fingerprint=fingerprint, station=name, created_at=self._now()))
        return fingerprint

    def certified(self, name: str, fingerprint: str) -> bool:
        """Whether this certificate stands for this open station."""
        if not fingerprint or _NAME.fullmatch(name) is None:
            return False
        with reading(self._engine) as session:
            row, known = session.get(AccountRow, (Kind.STATION, name)), session.get(CertificateRow, fingerprint)
            return known is not None and known.station == name and row is not None and row.ended_at is None

    def _open(self, session: Session, kind: Kind, name: str, secret: str) -> None:
        if _NAME.fullmatch(name) is None:
            raise ValueError("name")
        row = session.get(AccountRow, (kind, name))
        if row is None:
            row = AccountRow(kind=kind, name=name, created_at=self._now())
            session.add(row)
        row.secret_hash, row.ended_at = hash_secret(secret), None

    def end(self, kind: Kind, name: str) -> bool:
        """False if there is no such open account. A token that was given out lives on for minutes at most."""
        with writing(self._engine) as session:
            row = session.get(AccountRow, (kind, name))
            if row is None or row.ended_at is not None:
                return False
            row.ended_at = self._now()
            if kind is Kind.STATION:
                _drop_certificates(session, name)
            return True

    def all(self, kind: Kind) -> list[Account]:
        with reading(self._engine) as session:
            rows = session.scalars(select(AccountRow).filter_by(kind=kind).order_by(AccountRow.name))
            return [Account(row.name, row.created_at, row.ended_at) for row in rows]

    def stamp(self, kind: Kind, name: str) -> str:
        """Another one after each change of the secret; empty when the account has ended. What began under one ends with it."""
        with reading(self._engine) as session:
            row = session.get(AccountRow, (kind, name))
            return hashlib.sha256(row.secret_hash.encode()).hexdigest() if row is not None and row.ended_at is None else ""

    def knows(self, kind: Kind, name: str, secret: str) -> bool:
        """An unknown name costs as much time as a wrong secret."""
        with reading(self._engine) as session:
            # no database is asked for what can be no name: NUL, half a character
            row = session.get(AccountRow, (kind, name)) if _NAME.fullmatch(name) else None
            kept = row.secret_hash if row is not None and row.ended_at is None else None
        same = matches(secret, kept or self._nobody)
        return same and kept is not None


def _drop_certificates(session: Session, station: str) -> None:
    session.execute(delete(CertificateRow).where(CertificateRow.station == station))


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
