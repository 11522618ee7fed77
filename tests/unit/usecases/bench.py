"""A whole office on a real store in a folder, with scripted page and signing tools (ports) that return what the paper says.

"Paper" is a text file: ``SCAN`` (``SIGNED``: it came signed), then one line of JSON for each page (``Sheet``). The tools keep a
text cache and write files, so that hashes, lengths and prefixes are real.
"""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from unittest.mock import patch

from sqlalchemy import event

from tests.unit.usecases.lanes import InlineLane
from tests.unit.usecases.machine import ORGANIZATION, PIN, T0, VALUES, Machine, Sheet, verify
from workstation.domain.dossier import Document, DocumentState, Dossier
from workstation.domain.events import Event
from workstation.domain.ids import DocumentId, DossierId, UserName
from workstation.domain.signature import (
    KeyKind,
    KeyRef,
)
from workstation.domain.signing import Levels
from workstation.jobs.bus import ThreadEventBus
from workstation.rules.places import load_places
from workstation.rules.reader import load_rules
from workstation.store.blobs import FileBlobs
from workstation.store.database import Store, open_store
from workstation.usecases import check, edit, publish, read, scan, sign
from workstation.usecases.office import Office

R = TypeVar("R")
CLERK, CHECKER, OFFICIAL, THIRD = UserName("canbo1"), UserName("kiemtra1"), UserName("nguoiky1"), UserName("vanthu1")
KEY = KeyRef(KeyKind.PKCS12, "khoa.p12")


class TestClock:
    __test__ = False

    def __init__(self) -> None:
        self.time = T0

    def now(self) -> datetime:
        self.time += timedelta(seconds=1)
        return self.time


@dataclass
class World:
    """An office, what it is made of, and the moves tests need over and over."""

    root: Path
    store: Store
    blobs: FileBlobs
    machine: Machine
    office: Office
    events: list[Event] = field(default_factory=list)
    scans: int = 0

    def paper(self, *sheets: Sheet, signed: bool = False) -> Path:
        """A file no other has the bytes of. ``signed``: it came signed, and well."""
        self.scans += 1
        path = self.root / f"scan{self.scans}.tif"
        lines = [json.dumps(asdict(s)) + " " * self.scans for s in sheets]
        path.write_text("\n".join(["SIGNED" if signed else "SCAN", *lines]), "utf-8")
        return path

    def take_in(self, *sheets: Sheet, into: DossierId | None = None, signed: bool = False) -> DossierId:
        dossier_id = into or scan.open_dossier(self.office, "Hồ sơ mẫu", CLERK)
        outcome = scan.take_in(self.office, dossier_id, self.paper(*sheets, signed=signed), CLERK)
        assert outcome.error is None
        return dossier_id

    def read(self, *sheets: Sheet) -> Dossier:
        return read.read_dossier(self.office, self.take_in(*sheets))

    def get(self, of: Dossier | DossierId) -> Dossier:
        with self.office.look() as uow:
            return uow.dossiers.get(of.id if isinstance(of, Dossier) else of)

    def finished(self, *sheets: Sheet) -> Dossier:
        return edit.finish_capture(self.office, self.read(*sheets).id, CLERK)

    def confirm(self, document_id: DocumentId, by: UserName, **values: str) -> Document:
        keyed = {"identity_number": "", **VALUES, **values}
        return check.confirm(self.office, document_id, keyed, by).document(document_id)

    def passed(self, *sheets: Sheet) -> Dossier:
        dossier = self.finished(*sheets)
        for document in dossier.documents:
            self.pass_on(document.id)
        return self.get(dossier)

    def pass_on(self, document_id: DocumentId) -> Document:
        """Entry, if need be, and check."""
        with self.office.look() as uow:
            document = uow.dossiers.by_document(document_id).document(document_id)
        if document.state is not DocumentState.TO_CHECK:
            self.confirm(document_id, CLERK)
        return self.confirm(document_id, CHECKER)

    def to_sign(self, *sheets: Sheet) -> Dossier:
        dossier = self.passed(*sheets)
        for document in dossier.documents:
            self.publish(document.id)
        return self.get(dossier)

    def publish(self, document_id: DocumentId) -> Document:
        return publish.publish(self.office, document_id).document(document_id)

    def see(self, *document_ids: DocumentId) -> None:
        for document_id in document_ids:
            sign.mark_seen(self.office, document_id, OFFICIAL)

    def sign(self, *document_ids: DocumentId, **options: Any) -> list[str]:
        """The code of each document's error, or an empty string."""
        done = sign.sign_batch(self.office, KEY, PIN, document_ids, OFFICIAL, **options)
        return [p.error.code if p.error else "" for p in done]

    def signed(self, *sheets: Sheet) -> Dossier:
        dossier = self.to_sign(*sheets)
        self.see(*ids(dossier))
        assert self.sign(*ids(dossier)) == [""] * len(dossier.documents)
        return self.get(dossier)

    def audit(self) -> list[str]:
        with self.office.look() as uow:
            assert uow.audit.verify() is None
            return [e.action for e in uow.audit.events()]


def ids(dossier: Dossier) -> list[DocumentId]:
    return [d.id for d in dossier.documents]


def states(dossier: Dossier) -> list[DocumentState]:
    return [d.state for d in dossier.documents]


@contextmanager
def open_world(root: Path, template: Path | None = None) -> Iterator[World]:
    """``template``: a database that has its tables already (making them costs more than most tests).

    Nothing is forced onto the disk: that is what the store's own tests are about, and half the time of these.
    """
    root.mkdir(parents=True, exist_ok=True)
    if template is not None:
        shutil.copyfile(template, root / "store.db")
    store = open_store(root / "store.db")
    event.listen(store.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous = OFF"))
    store.engine.dispose()
    blobs, machine = FileBlobs(root / "blobs"), Machine()
    bus = ThreadEventBus()
    sealing = root / "sealing"
    sealing.mkdir(exist_ok=True)
    lane = InlineLane()
    office = Office(
        uow=store.uow_factory,
        look=store.read_factory,
        blobs=blobs,
        pages=lane,
        token=lane,
        tools=machine.page_tools,
        signing=machine.signing_tools,
        bus=bus,
        clock=TestClock(),
        rules=load_rules(),
        places=load_places,
        cache=root / "cache",
        sealing=sealing,
        stamps=root / "stamps",
        verify=verify,
        organization=ORGANIZATION,
        levels=Levels(),
    )
    world = World(root, store, blobs, machine, office)
    bus.subscribe(world.events.append)
    try:
        with patch("os.fsync"):
            yield world
    finally:
        blobs.close()
        store.close()
