"""Drains the outbox to the ward server (``domain.ports.Sender``).

For each due item: ask for a receipt if the package may have arrived; check our own files; metadata; files, resumed where the
server stands; the manifest, fixed and stored before it goes out; the receipt, verified. Everything is asked, nothing guessed.
"""

import logging
import random
import time
from collections.abc import Callable

from sync.canonical import sha256_text
from sync.contract import Capabilities, WardClient
from sync.failure import WardFailure
from sync.journal import LEASE_SECONDS, Journal, SendingCancelled
from sync.receipts import TrustedKeys, receipt_for
from sync.upload import ChunkSize, TusClient
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.ids import OutboxId
from workstation.domain.outbox import PARKED, FailureClass, OutboxFile, OutboxState, backoff_seconds
from workstation.domain.ports import BlobStore, Clock, SendReport, UnitOfWorkFactory

log = logging.getLogger("sync.sender")

_MAX_STUCK = 3
"""Failures of the line in a row, without a byte of progress, before the item gives way to the others."""
_BUG_WAIT = 900.0
_STATION = frozenset({"K04", "M01", "M04"})
"""Errors of our own store that no other item would escape."""
_PEER = frozenset({FailureClass.MANG, FailureClass.QUA_TAI, FailureClass.MAY_CHU})
"""Failures that may concern the whole peer, not this item."""


class WardSender:
    """Not for use by several threads at once; several processes are kept apart by leases (``owner`` must differ).

    ``keys`` gives the pinned public keys and is called at each receipt, so that a renewed file counts at once.
    """

    def __init__(
        self,
        uow: UnitOfWorkFactory,
        blobs: BlobStore,
        clock: Clock,
        client: WardClient,
        keys: Callable[[], TrustedKeys],
        owner: str,
        rng: random.Random,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._uow = uow
        self._blobs = blobs
        self._clock = clock
        self._client = client
        self._keys = keys
        self._owner = owner
        self._rng = rng
        self._monotonic = monotonic
        self._chunk = ChunkSize()
        self._capabilities: Capabilities | None = None
        self._refused: OutboxId | None = None
        """The item at which the peer refused our log-in."""

    def probe(self) -> bool:
        return self._client.reachable()

    def send_due(self, cancelled: Callable[[], bool]) -> tuple[SendReport, ...]:
        """Each item that is due at the start, once. A failed log-in or a dead peer ends the round; a failed item does not."""
        started = self._clock.now()
        self._capabilities = None
        reports: list[SendReport] = []
        while not cancelled() and not self._paused():
            with self._uow() as uow:
                item = uow.outbox.claim(self._owner, started, LEASE_SECONDS)
                uow.commit()
            if item is None:
                break
            go_on = True
            try:
                journal = Journal(self._uow, self._clock, item, cancelled)
                go_on = self._handle(journal)
                reports.append(SendReport(journal.item, journal.bytes_sent))
            except WorkstationError as error:
                if error.code != "K04":
                    raise
                # another process, or a person, took the item over meanwhile: it is theirs now
                log.warning("lease lost")
            if not go_on:
                break
        return tuple(reports)

    def _paused(self) -> bool:
        """A refused log-in pauses the peer until the waiting time of the item that met it is over, or a person clears it."""
        if self._refused is None:
            return False
        with self._uow() as uow:
            item = uow.outbox.get(self._refused)
        waiting = item.state is OutboxState.QUEUED and item.next_try is not None and item.next_try > self._clock.now()
        if not waiting:
            self._refused = None
        return waiting

    def _handle(self, journal: Journal) -> bool:
        """One item to its end for this round; False: no use in trying others now."""
        try:
            return self._attempt(journal)
        except WorkstationError as error:
            if error.code in _STATION:
                raise
            note = error.note
        except Exception as error:  # noqa: BLE001 - our own bug costs this item, not the ones behind it
            log.error("B01 %s", type(error).__name__)
            note = ErrorNote("B01", (("type", type(error).__name__),))
        journal.postponed(note, _BUG_WAIT, bool(journal.item.manifest))
        return True

    def _attempt(self, journal: Journal) -> bool:
        try:
            self._deliver(journal)
        except SendingCancelled:
            journal.postponed(None, None, bool(journal.item.manifest))
            return False
        except WardFailure as failure:
            return self._failed(journal, failure)
        return True

    def _failed(self, journal: Journal, failure: WardFailure) -> bool:
        log.info("%s status %d", failure.failure.name, failure.status)
        kind, note = failure.failure, journal.note(failure)
        if kind in PARKED - {FailureClass.XAC_THUC} or kind is FailureClass.SAI_BAM:
            journal.rejected(note)
            return True
        # a line that moves bytes deserves a quick next try, however often it broke before
        attempts = 1 if journal.progressed else journal.item.attempts
        wait = max(1.0, backoff_seconds(kind, attempts, failure.retry_after, self._rng))
        maybe_arrived = bool(journal.item.manifest) and (failure.sent or journal.item.state is OutboxState.UNKNOWN)
        journal.postponed(note, wait, maybe_arrived)
        if kind is FailureClass.XAC_THUC:
            self._refused = journal.item.id
            return False
        return kind not in _PEER or self.probe()

    # --- the steps

    def _deliver(self, journal: Journal) -> None:
        item = journal.item
        if item.manifest and (jws := self._client.receipt(item.dossier_id)) is not None:
            journal.received(receipt_for(item, jws, self._keys()))
            return
        for file in item.files:
            if not file.file_id:
                journal.document = file.document_id
                self._check_local(file)
                self._check_accepted(file)
        journal.document = None
        self._client.put_dossier(item.dossier_id, item.metadata, f"{item.id}:{sha256_text(item.metadata)[:32]}")
        for index, file in enumerate(item.files):
            if not file.file_id:
                journal.document = file.document_id
                self._send_file(journal, index)
        journal.document = None
        jws = self._commit(journal)
        journal.received(receipt_for(journal.item, jws, self._keys()))

    def _commit(self, journal: Journal) -> str:
        manifest = journal.fix_manifest()
        try:
            return self._client.commit(journal.item.dossier_id, manifest, journal.item.id)
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
        if self._capabilities is None:
            self._capabilities = self._client.capabilities()
        if file.bytes > self._capabilities.max_bytes:
            raise WardFailure(FailureClass.KHONG_HOP_LE, field="upload-length", sent=False)
        if file.name.rsplit(".", 1)[-1].lower() not in self._capabilities.formats:
            raise WardFailure(FailureClass.KHONG_HOP_LE, field="ten-tep", sent=False)

    def _send_file(self, journal: Journal, index: int) -> None:
        """All bytes, then the hash of what the server stored. Other bytes there: dropped by the server, sent once more."""
        for last in (False, True):
            self._transfer(journal, index)
            file = journal.item.files[index]
            try:
                stored = self._client.finish_file(file.upload_url)
            except WardFailure as failure:
                if last or failure.failure not in (FailureClass.SAI_BAM, FailureClass.HET_HAN):
                    raise
                journal.save_file(index, upload_url="", offset=0)
                self._check_local(file)
                continue
            if (stored.sha256, stored.bytes) != (file.sha256, file.bytes):
                raise WardFailure(FailureClass.SAI_BAM, detail="confirmed other bytes")
            journal.save_file(index, file_id=stored.file_id, offset=file.bytes)
            return

    def _transfer(self, journal: Journal, index: int) -> None:
        """Brings the server's offset to the end of the file; goes on at once after a cut as long as bytes get through."""
        tus = TusClient(self._client, journal.on_bytes)
        path = self._blobs.path(journal.item.files[index].sha256)
        offset: int | None = None
        best, stuck = -1, 0
        while offset != journal.item.files[index].bytes:
            file = journal.item.files[index]
            try:
                if offset is None:
                    offset = self._locate(tus, journal, index)
                else:
                    length = min(self._chunk.bytes, file.bytes - offset)
                    begun = self._monotonic()
                    offset = tus.append(file.upload_url, path, offset, length, file.bytes)
                    self._chunk.confirmed(length, self._monotonic() - begun)
            except WardFailure as failure:
                offset, stuck = None, stuck + 1
                self._mend(journal, index, failure, stuck)
                continue
            if offset > best:
                best, stuck = offset, 0
            journal.confirmed(index, offset)

    def _locate(self, tus: TusClient, journal: Journal, index: int) -> int:
        """Where the server stands. A new upload's address is journalled before a byte is sent to it."""
        file = journal.item.files[index]
        if file.upload_url:
            return tus.offset(file.upload_url, file.bytes)
        url, offset = tus.create(journal.item.dossier_id, file)
        journal.save_file(index, upload_url=url, offset=0)
        return offset

    def _mend(self, journal: Journal, index: int, failure: WardFailure, stuck: int) -> None:
        """What can go on at once after a broken chunk; everything else is raised."""
        if stuck > _MAX_STUCK or not failure.sent:
            raise failure
        if failure.failure is FailureClass.HET_HAN:
            journal.save_file(index, upload_url="", offset=0)
        elif failure.failure is FailureClass.MANG:
            self._chunk.cut()
        elif failure.failure is not FailureClass.XUNG_DOT or failure.status == 412:
            raise failure
