"""A station with the real store, and the ward server as a real process on loopback."""

import json
import os
import random
import secrets
import signal
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sync.canonical import canonical_json
from sync.contract import Timeouts, WardClient
from sync.receipts import TrustedKeys
from sync.sender import WardSender
from sync.ward.accounts import Accounts, Kind
from sync.ward.database import open_database
from tests import forked
from workstation.domain.dossier import Dossier, DossierState
from workstation.domain.ids import DocumentId, DossierId, OutboxId, Sha256, UserName, new_id
from workstation.domain.outbox import OutboxFile, OutboxItem
from workstation.domain.ports import SendReport
from workstation.domain.signing import Secret
from workstation.store.blobs import FileBlobs
from workstation.store.database import open_store

ROOT = Path(__file__).parents[3]
QUICK = Timeouts(connect=5, read=10, write=10, probe=5)
SUBJECT = "Trích yếu không được vào nhật ký"


def pdf(size: int, seed: int = 0) -> bytes:
    """Bytes that begin as a PDF does; their content is of no concern to the line."""
    return (b"%PDF-1.7\n" + random.Random(seed).randbytes(size))[:size]


class Ward:
    """``python -m sync.ward``; ended by its own process id."""

    def __init__(self, data: Path, *arguments: str) -> None:
        self.data = data
        self._arguments = arguments
        self.module = "sync.ward.__main__"
        self._port = 0
        self.url = ""
        self._process: forked.Server | None = None

    def start(self) -> "Ward":
        place = ["--data", str(self.data), "--port", str(self._port), "--with-parent"]
        self.data.mkdir(parents=True, exist_ok=True)
        with (self.data / "log").open("ab") as log:
            environment = {k: v for k, v in os.environ.items() if not k.startswith("WARD_")}
            environment["WARD_CLIENT_SECRET"] = self.secret().reveal()
            self._process = forked.Server(self.module, [*place, *self._arguments], log=log, env=environment)
        line = self._process.stdout.readline()
        assert line, self.log()
        self.url = json.loads(line)["url"]
        # started again, it has to be found where it was
        self._port = self.port
        return self

    @property
    def port(self) -> int:
        return int(self.url.rsplit(":", 1)[1])

    def end(self, sig: signal.Signals | None = signal.SIGTERM) -> int:
        """By signal, or (None) as a killed parent leaves it: with its standard input closed."""
        process = self._process
        assert process is not None
        if sig is not None:
            process.send_signal(sig)
        process.stdin.close()
        code = process.wait(20)
        process.stdout.close()
        self._process = None
        return code

    def kill(self) -> None:
        assert self.end(signal.SIGKILL) == -signal.SIGKILL

    def stop(self) -> None:
        if self._process is not None:
            assert self.end() == 0, self.log()

    def log(self) -> str:
        return (self.data / "log").read_text("utf-8")

    def secret(self) -> Secret:
        """The station's, made at first use; it lies beside the server's data for programs of the same test."""
        path = self.data / "station-secret"
        if not path.exists():
            path.write_text(secrets.token_urlsafe(32), "ascii")
        return Secret(path.read_text("ascii"))

    def add_staff(self, name: str, password: str) -> None:
        engine = open_database(self.data, None)
        Accounts(engine, lambda: datetime.now(UTC)).save(Kind.STAFF, name, Secret(password))
        engine.dispose()

    def add_stations(self, count: int, secret: str = "đúng") -> list[str]:
        names = [f"tram-{n}" for n in range(count)]
        engine = open_database(self.data, None)
        for name in names:
            Accounts(engine, lambda: datetime.now(UTC)).save(Kind.STATION, name, Secret(secret))
        engine.dispose()
        return names

    def keys(self) -> TrustedKeys:
        return TrustedKeys.load(self.data / "khoa-cong-khai.json")

    def count(self, table: str, dossier_id: str) -> int:
        """Rows of one dossier, as the server's own database has them."""
        column = "id" if table == "dossier" else "dossier_id"
        connection = sqlite3.connect(self.data / "ward.sqlite3")
        try:
            return int(connection.execute(f"SELECT count(*) FROM {table} WHERE {column} = ?", (dossier_id,)).fetchone()[0])
        finally:
            connection.close()

    def stored(self, sha256: str) -> bytes:
        return (self.data / "tep" / sha256[:2] / sha256[2:4] / sha256).read_bytes()


@dataclass
class TestClock:
    ahead: timedelta = timedelta()
    __test__ = False

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass
class TestLimits:
    """What the office allows, to be changed while something is sent."""

    limit: float | None = None
    hours: bool = True
    __test__ = False

    def bytes_per_second(self) -> float | None:
        return self.limit

    def open(self) -> bool:
        return self.hours

    def meeting_until(self) -> datetime | None:
        return None

    def hold_meeting(self, until: datetime | None) -> None:
        self.limit = None if until is None else 8_000.0


class Station:
    def __init__(self, folder: Path, database: str = "home.sqlite3") -> None:
        self.folder = folder
        self.store = open_store(folder / database)
        self.uow = self.store.uow_factory
        self.blobs = FileBlobs(folder / "blobs")
        self.clock = TestClock()
        self.limits = TestLimits()
        self._clients: list[WardClient] = []

    def queue(self, *contents: bytes, title: str = "Hồ sơ thử", **metadata: object) -> OutboxItem:
        """A dossier in "Chờ gửi" with one document a content."""
        dossier_id, now = DossierId(new_id()), self.clock.now()
        files, documents = [], []
        for index, content in enumerate(contents):
            document_id = DocumentId(new_id())
            name = f"HS-{index + 1:02d}.pdf"
            files.append(OutboxFile(document_id, "ket-qua", self.blobs.put_bytes(content), len(content), name, 1))
            documents.append(
                {"id": document_id, "type": "QĐ", "fields": {"number": "12", "notation": "QĐ-UBND", "subject": SUBJECT}}
            )
        body: dict[str, object] = {"code": "HS-0001", "title": title, "profile": "archive", "documents": documents, **metadata}
        item = OutboxItem(OutboxId(new_id()), dossier_id, "HS-0001", canonical_json(body), tuple(files), now)
        with self.uow() as uow:
            code = uow.dossiers.next_code()
            uow.dossiers.add(Dossier(dossier_id, code, title, now, UserName("canbo"), DossierState.QUEUED))
            uow.outbox.add(item)
            uow.commit()
        return item

    def sender(
        self,
        ward: Ward,
        url: str | None = None,
        *,
        keys: Callable[[], TrustedKeys] | None = None,
        timeouts: Timeouts = QUICK,
        owner: str = "tram-1",
        secret: Callable[[], Secret] | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> WardSender:
        client = WardClient(url or ward.url, secret or ward.secret, timeouts=timeouts)
        self._clients.append(client)
        return WardSender(
            self.uow, self.blobs, self.clock, client, keys or ward.keys, owner, random.Random(1), self.limits, monotonic
        )

    def send(self, sender: WardSender) -> tuple[SendReport, ...]:
        return sender.send_due(lambda: False)

    def item(self, item: OutboxItem) -> OutboxItem:
        with self.uow() as uow:
            return uow.outbox.get(item.id)

    def dossier(self, item: OutboxItem) -> Dossier:
        with self.uow() as uow:
            return uow.dossiers.get(item.dossier_id)

    def actions(self, item: OutboxItem) -> list[str]:
        with self.uow() as uow:
            return [e.action for e in uow.audit.events(item.dossier_id)]

    def make_due(self, item: OutboxItem) -> None:
        with self.uow() as uow:
            uow.outbox.save(replace(uow.outbox.get(item.id), next_try=None))
            uow.commit()

    def damage(self, sha256: Sha256, content: bytes) -> None:
        path = self.blobs.path(sha256)
        path.chmod(0o600)
        path.write_bytes(content)

    def hang_up(self) -> None:
        """A server that ends waits for open connections."""
        for client in self._clients:
            client.close()
        self._clients.clear()

    def close(self) -> None:
        self.hang_up()
        self.blobs.close()
        self.store.close()
