"""A real PostgreSQL cluster in a temporary folder, for every test that has to hold on both databases.

Use::

    from tests.postgres import postgres  # a session fixture

    def test_it(postgres: Postgres) -> None:
        engine = create_engine(postgres.new_database())
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest


class Postgres:
    """Listens on a Unix socket in its own folder only; trusts whoever reaches it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._user = _account()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        data = self.folder / "data"
        if self._user is not None:
            shutil.chown(self.folder, self._user)
        form = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        subprocess.run(
            [_program("initdb"), "-D", str(data), *form], check=True, capture_output=True, user=self._user, cwd=self.folder
        )
        # the cluster lives for one test run: durability would only cost time
        settings = ["listen_addresses=", "fsync=off", "full_page_writes=off", f"unix_socket_directories={self.folder}"]
        command = [_program("postgres"), "-D", str(data), *(part for s in settings for part in ("-c", s))]
        log = (self.folder / "log").open("wb")
        self._process = subprocess.Popen(command, user=self._user, cwd=self.folder, stdout=log, stderr=log)
        log.close()
        self._wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + 30
        while True:
            try:
                psycopg.connect(self._conninfo("postgres")).close()
                return
            except psycopg.OperationalError:
                if time.monotonic() > deadline or self._process is None or self._process.poll() is not None:
                    raise RuntimeError((self.folder / "log").read_text("utf-8", "replace")) from None
                time.sleep(0.05)

    def _conninfo(self, database: str) -> str:
        return f"host={self.folder} user=postgres dbname={database}"

    def new_database(self) -> str:
        """An empty database; its SQLAlchemy address."""
        name = f"t_{uuid.uuid4().hex}"
        with psycopg.connect(self._conninfo("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}"

    def bytes_of(self, address: str) -> int:
        """What a database of ``new_database`` takes on the disk."""
        with psycopg.connect(self._conninfo(urlsplit(address).path.lstrip("/"))) as connection:
            row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
        return int(row[0]) if row else 0

    def stop(self) -> None:
        """Fast shutdown (SIGINT): open connections are closed by the server."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(20)


def _account() -> str | None:
    """PostgreSQL refuses to run as root; the package's own account takes its place."""
    if os.geteuid() != 0:
        return None
    return pwd.getpwnam("postgres").pw_name


def _program(name: str) -> str:
    """Debian keeps the server's programs off the PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    program = str(found[-1]) if found else shutil.which(name)
    if program is None:
        raise RuntimeError(f"{name} is missing: install the package 'postgresql'")
    return program


@contextmanager
def running() -> Iterator[Postgres]:
    # pytest's own temporary folder is closed to other accounts
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    cluster = Postgres(folder)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with running() as cluster:
        yield cluster
