"""One item's way to the ward server: every step asks, none guesses.

A receipt is asked for if the package may have arrived; then our own files are checked; metadata; files, resumed where the server
stands; the manifest, fixed and stored before it goes out; the receipt, verified.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from sync.canonical import sha256_text
from sync.contract import Capabilities, StoredFile, WardClient
from sync.failure import WardFailure
from sync.journal import Journal
from sync.lanes import Lane
from sync.receipts import TrustedKeys, receipt_for
from sync.throttle import Pace, Throttle
from sync.upload import ChunkSize, TusClient
from workstation.domain.errors import WorkstationError
from workstation.domain.outbox import RULES, FailureClass, OutboxFile, Retry
from workstation.domain.ports import BlobStore

R = TypeVar("R")

_MAX_STUCK = 3
"""Failures of the line in a row, without a byte of progress, before the item gives way to the others."""


@dataclass(slots=True)
class Peer:
    """What is known of one ward server; shared by all lanes."""

    client: WardClient
    keys: Callable[[], TrustedKeys]
    throttle: Throttle
    monotonic: Callable[[], float] = time.monotonic
    chunk: ChunkSize = field(default_factory=ChunkSize)
    pace: Pace = field(default_factory=Pace)
    capabilities: Capabilities | None = None
    """Asked for once a round."""


class Delivery:
    """Carries one leased item as far as it goes; raises ``WardFailure`` or ``SendingCancelled``."""

    def __init__(self, peer: Peer, blobs: BlobStore, journal: Journal, lane: Lane) -> None:
        self._peer = peer
        self._client = peer.client
        self._blobs = blobs
        self._journal = journal
        self._lane = lane

    def run(self) -> None:
        journal, item = self._journal, self._journal.item
        if item.manifest and (listed := self._ask(lambda: self._client.receipt(item.dossier_id))) is not None:
            journal.received(receipt_for(item, listed.jws, self._peer.keys()))
            return
        for file in item.files:
            if not file.file_id:
                journal.document = file.document_id
                self._check_local(file)
                self._check_accepted(file)
        journal.document = None
        key = f"{item.id}:{sha256_text(item.metadata)[:32]}"
        self._ask(lambda: self._client.put_dossier(item.dossier_id, item.metadata, key))
        for index, file in enumerate(item.files):
            if not file.file_id:
                journal.document = file.document_id
                self._send_file(index)
        journal.document = None
        jws = self._commit()
        journal.received(receipt_for(journal.item, jws, self._peer.keys()))

    def _ask(self, call: Callable[[], R]) -> R:
        """A small call; how long it took is what the next may take."""
        self._journal.check()
        begun = self._peer.monotonic()
        self._lane.expect(self._peer.pace.patience())
        answer = call()
        self._peer.pace.called(self._peer.monotonic() - begun)
        self._lane.busy()
        return answer

    def _commit(self) -> str:
        item, manifest = self._journal.item, self._journal.fix_manifest()
        try:
            return self._ask(lambda: self._client.commit(item.dossier_id, manifest, item.id))
        except WardFailure as failure:
            if failure.failure is FailureClass.MANG and failure.sent:
                # the line broke after the request went out: whether it was committed is not known
                raise WardFailure(FailureClass.KHONG_RO, detail=failure.detail) from failure
            raise

    def _check_local(self, file: OutboxFile) -> None:
        """The file must be what was signed, byte for byte, before anything of it goes out."""
        try:
            same = self._blobs.path(file.sha256).stat().st_size == file.bytes > 0 and self._blobs.verify(file.sha256)
        except (WorkstationError, OSError) as error:
            raise WardFailure(FailureClass.CUC_BO, detail=type(error).__name__, sent=False) from error
        if not same:
            raise WardFailure(FailureClass.CUC_BO, detail="changed", sent=False)

    def _check_accepted(self, file: OutboxFile) -> None:
        """Not a byte is sent of a file that the peer says it will refuse."""
        known = self._peer.capabilities
        if known is None:
            known = self._peer.capabilities = self._ask(self._client.capabilities)
        if file.bytes > known.max_bytes:
            raise WardFailure(FailureClass.KHONG_HOP_LE, field="upload-length", sent=False)
        if file.name.rsplit(".", 1)[-1].lower() not in known.formats:
            raise WardFailure(FailureClass.KHONG_HOP_LE, field="ten-tep", sent=False)

    def _send_file(self, index: int) -> None:
        """All bytes, then the hash of what the server stored. Other bytes there: dropped by the server, sent once more."""
        for last in (False, True):
            self._transfer(index)
            file = self._journal.item.files[index]
            try:
                stored = self._finish(file)
            except WardFailure as failure:
                if last or failure.failure not in (FailureClass.SAI_BAM, FailureClass.HET_HAN):
                    raise
                self._journal.save_file(index, upload_url="", offset=0)
                self._check_local(file)
                continue
            if (stored.sha256, stored.bytes) != (file.sha256, file.bytes):
                raise WardFailure(FailureClass.SAI_BAM, detail="confirmed other bytes")
            self._journal.save_file(index, file_id=stored.file_id, offset=file.bytes)
            return

    def _finish(self, file: OutboxFile) -> StoredFile:
        """The server reads the file once more, at the least at ten megabytes a second."""
        self._lane.expect(self._peer.pace.patience() + file.bytes / 1e7)
        stored = self._client.finish_file(file.upload_url)
        self._lane.busy()
        return stored

    def _transfer(self, index: int) -> None:
        """Brings the server's offset to the end of the file; goes on at once after a cut as long as bytes get through."""
        journal, tus = self._journal, TusClient(self._client, self._on_bytes)
        path = self._blobs.path(journal.item.files[index].sha256)
        offset: int | None = None
        best, stuck = -1, 0
        while offset != journal.item.files[index].bytes:
            file = journal.item.files[index]
            try:
                if offset is None:
                    offset = self._ask(lambda: self._locate(tus, index))
                else:
                    offset = self._append(tus, file, path, offset)
            except WardFailure as failure:
                offset, stuck = None, stuck + 1
                self._mend(index, failure, stuck)
                continue
            if offset > best:
                best, stuck = offset, 0
            journal.confirmed(index, offset)

    def _append(self, tus: TusClient, file: OutboxFile, path: Path, offset: int) -> int:
        length = min(self._peer.chunk.bytes, file.bytes - offset)
        begun = self._peer.monotonic()
        reached = tus.append(file.upload_url, path, offset, length, file.bytes)
        seconds = self._peer.monotonic() - begun
        self._peer.chunk.confirmed(length, seconds)
        self._peer.pace.sent(length, seconds)
        self._lane.busy()
        return reached

    def _on_bytes(self, count: int) -> None:
        """Before a piece goes on the line: the cap, the wish to stop, the meter, the lease."""
        self._lane.busy()
        self._peer.throttle.take(count, self._journal.check)
        self._journal.on_bytes(count)
        self._lane.expect(self._peer.pace.patience(self._peer.chunk.bytes))

    def _locate(self, tus: TusClient, index: int) -> int:
        """Where the server stands. A new upload's address is journalled before a byte is sent to it."""
        file = self._journal.item.files[index]
        if file.upload_url:
            return tus.offset(file.upload_url, file.bytes)
        url, offset = tus.create(self._journal.item.dossier_id, file)
        self._journal.save_file(index, upload_url=url, offset=0)
        return offset

    def _mend(self, index: int, failure: WardFailure, stuck: int) -> None:
        """What can go on at once after a broken chunk; everything else is raised."""
        # a line that is silent is no use now: the item gives way, and what is asked next is whether the peer is there at all
        if stuck > _MAX_STUCK or not failure.sent or failure.silent:
            raise failure
        if RULES[failure.failure].retry is Retry.ANEW:
            self._journal.save_file(index, upload_url="", offset=0)
        elif RULES[failure.failure].retry is Retry.LINE:
            self._peer.chunk.cut()
        elif failure.failure is not FailureClass.XUNG_DOT or failure.status == 412:
            raise failure
