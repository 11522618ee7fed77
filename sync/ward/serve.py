"""Runs the ward server in this process until it is told to stop."""

import ipaddress
import os
import secrets
import signal
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import uvicorn

from sync.ward.app import create_app
from sync.ward.rules import DEFAULT_REQUIRED
from sync.ward.signing_key import write_secret

SECRET_VARIABLE = "WARD_CLIENT_SECRET"  # noqa: S105 - a variable's name
PAGE_PASSWORD_VARIABLE = "WARD_PAGE_PASSWORD"  # noqa: S105
PAGE_PASSWORD_FILE = "page-password"  # noqa: S105


def serve(
    data: Path,
    host: str = "127.0.0.1",
    port: int = 8420,
    database_url: str | None = None,
    *,
    required: tuple[str, ...] = DEFAULT_REQUIRED,
    max_file_bytes: int = 512 * 1024 * 1024,
    tls_certificate: Path | None = None,
    tls_key: Path | None = None,
    ready: Callable[[str], None] = lambda _url: None,
) -> None:
    """Blocks; ends by SIGTERM or Ctrl-C after requests under way are done (5 s at most). Port 0 takes a free one.

    ``ready`` gets the address once it answers. The client secret comes from ``WARD_CLIENT_SECRET``, else from the data folder.
    The page needs a password (``WARD_PAGE_PASSWORD``, else ``data/page-password``) unless the host is loopback.
    """
    data.mkdir(parents=True, exist_ok=True)
    app = create_app(
        data,
        database_url,
        client_secret=os.environ.get(SECRET_VARIABLE),
        page_password=None if is_loopback(host) else _page_password(data),
        required=required,
        max_file_bytes=max_file_bytes,
    )
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=5,
        ssl_certfile=tls_certificate,
        ssl_keyfile=str(tls_key) if tls_key else None,
    )
    with _listen(host, port) as listener:
        shown = f"[{host}]" if ":" in host else host
        url = f"{'https' if tls_certificate else 'http'}://{shown}:{listener.getsockname()[1]}"
        if threading.current_thread() is threading.main_thread():
            # uvicorn raises the signal again when it has shut down: by then this is a success, not a death
            signal.signal(signal.SIGTERM, _leave)
        _Announcing(config, lambda: ready(url)).run(sockets=[listener])


class _Announcing(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._announce()


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=128)


def _leave(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)


def _page_password(data: Path) -> str:
    given = os.environ.get(PAGE_PASSWORD_VARIABLE)
    if given:
        return given
    path = data / PAGE_PASSWORD_FILE
    if not path.exists():
        write_secret(path, secrets.token_urlsafe(12).encode())
    return path.read_text("ascii").strip()
