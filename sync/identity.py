"""How a station shows itself to the ward server by a certificate (mutual TLS), and whom it takes for the server."""

import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509

from workstation.domain.errors import WorkstationError
from workstation.domain.signing import Secret

_REFUSALS = frozenset(
    f"{era}_ALERT_{why}"
    for era in ("SSLV3", "TLSV1", "TLSV13")
    for why in (
        *("BAD_CERTIFICATE", "UNSUPPORTED_CERTIFICATE", "CERTIFICATE_REVOKED", "CERTIFICATE_EXPIRED", "CERTIFICATE_UNKNOWN"),
        *("UNKNOWN_CA", "ACCESS_DENIED", "CERTIFICATE_REQUIRED"),
    )
)
"""Alerts with which a server says that it does not take our certificate (RFC 8446, section 6.2), as OpenSSL names them."""


def _none() -> Secret:
    return Secret("")


_MOMENT = 2.0
"""Seconds in which a server makes up its mind about a certificate."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Files (PEM). ``ca`` None: the roots that this system trusts; ``certificate`` None: the station shows none."""

    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    passphrase: Callable[[], Secret] = _none
    """Of the key, where it is encrypted."""

    def context(self) -> ssl.SSLContext:
        """G32 (param reason) where a file is missing, is none, does not fit or is out of date."""
        try:
            context = ssl.create_default_context(cafile=self.ca)
        except (OSError, ValueError) as error:
            raise WorkstationError("G32", reason="ca") from error
        if self.certificate is not None:
            _check_dates(valid_from_until(self.certificate), datetime.now(UTC))
            try:
                # without a callback OpenSSL would ask on the terminal
                context.load_cert_chain(self.certificate, self.key, lambda: self.passphrase().reveal())
            except (OSError, ValueError) as error:
                raise WorkstationError("G32", reason="key") from error
        return context


def valid_from_until(certificate: Path) -> tuple[datetime, datetime]:
    """G32 if the file holds no certificate."""
    try:
        parsed = x509.load_pem_x509_certificate(certificate.read_bytes())
    except (OSError, ValueError) as error:
        raise WorkstationError("G32", reason="certificate") from error
    return parsed.not_valid_before_utc, parsed.not_valid_after_utc


def _check_dates(dates: tuple[datetime, datetime], now: datetime) -> None:
    if not dates[0] <= now <= dates[1]:
        raise WorkstationError("G32", reason="dates")


def refuses_us(error: BaseException | None) -> bool:
    """Whether what went wrong is the server's word against our certificate."""
    while error is not None:
        if isinstance(error, ssl.SSLError) and error.reason in _REFUSALS:
            return True
        error = error.__cause__ or error.__context__
    return False


def turns_us_away(host: str, port: int, context: ssl.SSLContext) -> bool:
    """Whether the server hangs up because of our certificate: at once when it is shown, and not when none is. Nothing is sent.

    With TLS 1.3 its word comes after the handshake and is lost when a request is on its way to it; and a server on asyncio hangs
    up without a word.
    """
    try:
        hung_up = not _stays(host, port, context)
    except OSError as error:
        return refuses_us(error)
    if not hung_up:
        return False
    anonymous = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    anonymous.check_hostname, anonymous.verify_mode = False, ssl.CERT_NONE  # who it is was checked above
    try:
        return _stays(host, port, anonymous)
    except OSError:
        return False


def _stays(host: str, port: int, context: ssl.SSLContext) -> bool:
    """Whether the server still listens a moment after the handshake."""
    with socket.create_connection((host, port), _MOMENT) as plain, context.wrap_socket(plain, server_hostname=host) as line:
        try:
            return bool(line.recv(1))
        except TimeoutError:
            return True
