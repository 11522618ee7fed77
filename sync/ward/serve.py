"""Runs the ward server in this process until it is told to stop."""

import logging
import os
import signal
import socket
import ssl
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import uvicorn

from sync.loopback import is_loopback
from sync.ward.app import Policy, create_app
from sync.ward.connections import WardConnection
from workstation.domain.signing import Secret

SECRET_VARIABLE = "WARD_CLIENT_SECRET"  # noqa: S105 - a variable's name
DATABASE_VARIABLE = "WARD_DATABASE"
"""An address with a password must not stand among the arguments, which every user of the machine can read."""


@dataclass(frozen=True, slots=True)
class Tls:
    certificate: Path
    """PEM, with its chain."""
    key: Path
    client_ca: Path | None = None
    """PEM: whose certificates stations may show. A line that shows another is refused; one that shows none is not, since people
    come over the same port with a password."""


def serve(
    data: Path,
    host: str = "127.0.0.1",
    port: int = 8420,
    database_url: str | None = None,
    *,
    policy: Policy | None = None,
    tls: Tls | None = None,
    ready: Callable[[str], None] = lambda _url: None,
) -> None:
    """Blocks; ends by SIGTERM or Ctrl-C after requests under way are done (5 s at most). Port 0 takes a free one.

    ``ready`` gets the address once it answers. A station's secret in ``WARD_CLIENT_SECRET`` enrols it. ``ValueError``: open pages
    beyond this machine.
    """
    policy = policy or Policy()
    if policy.open_pages and not is_loopback(host):
        raise ValueError("open pages are for this machine only")
    given = os.environ.get(SECRET_VARIABLE)
    address = database_url or os.environ.get(DATABASE_VARIABLE)
    app = create_app(data, address, client_secret=Secret(given) if given else None, policy=policy)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=5,
        ssl_certfile=tls.certificate if tls else None,
        ssl_keyfile=str(tls.key) if tls else None,
        ssl_ca_certs=str(tls.client_ca) if tls and tls.client_ca else None,
        ssl_cert_reqs=ssl.CERT_OPTIONAL if tls and tls.client_ca else ssl.CERT_NONE,
        http=WardConnection,
        ws="none",
        # an address is the connection's own: a header that anybody can send would get past the limits
        proxy_headers=False,
    )
    with _listen(host, port) as listener:
        shown = f"[{host}]" if ":" in host else host
        url = f"{'https' if tls else 'http'}://{shown}:{listener.getsockname()[1]}"
        if threading.current_thread() is threading.main_thread():
            # uvicorn raises the signal again when it has shut down: by then this is a success, not a death
            signal.signal(signal.SIGTERM, _leave)
        _Announcing(config, lambda: ready(url)).run(sockets=[listener])


def log_to_stderr() -> None:
    """For a server that is a program of its own: nobody else sets its log up."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.getLogger().addHandler(handler)
    logging.getLogger().setLevel(logging.INFO)


class _Announcing(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._announce()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=128)


def _leave(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)
