"""``python -m sync.ward --data DIR --port 0``: prints ``{"url": …}`` on one line when it answers, then serves."""

import argparse
import json
import os
import signal
import sys
import threading
from pathlib import Path

from sync.ward.app import Policy
from sync.ward.rules import DEFAULT_REQUIRED
from sync.ward.serve import Tls, log_to_stderr, serve


def main() -> None:
    parser = argparse.ArgumentParser(prog="sync.ward", description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8420)
    parser.add_argument("--database", default=None, help="SQLAlchemy address; default: SQLite in the data folder")
    parser.add_argument("--require", action="append", default=None, help="path of required metadata, may be repeated")
    parser.add_argument("--max-bytes", type=int, default=512 * 1024 * 1024)
    parser.add_argument("--tls-cert", type=Path, default=None)
    parser.add_argument("--tls-key", type=Path, default=None)
    parser.add_argument("--client-ca", type=Path, default=None)
    parser.add_argument("--open-pages", action="store_true", help="nobody has to log in to read them; on loopback only")
    parser.add_argument("--with-parent", action="store_true", help="ends when standard input closes, as it does with its parent")
    given = parser.parse_args()
    if given.with_parent:
        threading.Thread(target=end_with_parent, name="parent", daemon=True).start()
    log_to_stderr()
    policy = Policy(
        required=tuple(given.require) if given.require else DEFAULT_REQUIRED,
        max_file_bytes=given.max_bytes,
        open_pages=given.open_pages,
    )
    serve(
        given.data,
        given.host,
        given.port,
        given.database,
        policy=policy,
        tls=Tls(given.tls_cert, given.tls_key, given.client_ca) if given.tls_cert else None,
        ready=lambda url: print(json.dumps({"url": url}), flush=True),  # noqa: T201 - this line is the contract
    )


def end_with_parent() -> None:
    """A killed parent can't end its server; the closing of the pipe between them does."""
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
