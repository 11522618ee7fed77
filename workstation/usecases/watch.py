"""What the station watches by itself: the token, the line to the ward, and the room on its disk."""

import threading
from collections.abc import Callable
from dataclasses import replace

from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.events import OutboxChanged, TokenChanged
from workstation.domain.outbox import FailureClass, OutboxState
from workstation.domain.ports import LineLimits, Sender, SendReport
from workstation.domain.signature import KeyRef, TokenState, TokenStatus
from workstation.usecases.archive import Keeper
from workstation.usecases.lift import Lifter
from workstation.usecases.office import TOKEN_SECONDS, Office
from workstation.usecases.outbox import line_is_back
from workstation.usecases.views import LineStatus

LOW_DISK_GB = 5.0
"""Below this people are told to send or back up: some thousand pages still fit, time enough to do so. As the doctor has it."""

GO_BY_THEMSELVES = (OutboxState.QUEUED, OutboxState.SENDING, OutboxState.UNKNOWN)
"""What is sent as soon as the line allows; paused and returned dossiers wait for a person."""


RETURN_SECONDS = 2.0


class Watch:
    """``tick`` runs on the ticker's thread; the rest is called from anywhere."""

    def __init__(
        self, office: Office, sender: Sender, limits: LineLimits, key: KeyRef | None, free_gb: Callable[[], float]
    ) -> None:
        self.signing = threading.Lock()
        """Held while a batch is being signed: the token is not asked meanwhile, and nothing is lifted."""
        self.token = TokenStatus(TokenState.ABSENT if key is None else TokenState.UNKNOWN)
        self.line = LineStatus(None, None, 0)
        self._office = office
        self._sender = sender
        self._limits = limits
        self._key = key
        self._free_gb = free_gb
        self._recovered = False
        self._stopping = threading.Event()
        self._lifter = Lifter(office, self.signing)
        self._keeper = Keeper(office, self.signing)

    def tick(self) -> None:
        """One round: the token, the line, the disk, what is due to be sent, signatures to be lifted first, and the archive.

        Sending goes before lifting: an authority that hangs keeps nobody waiting who does not wait for it."""
        self.refresh_token()
        if self._stopping.is_set():
            return
        online = self._sender.probe()
        before = self.line
        if online and before.online is False:
            line_is_back(self._office)
        self.line = self._status(online)
        sent: tuple[SendReport, ...] = ()
        if online:
            sent = self._sender.send_due(self._stopping.is_set)
        else:
            self._sender.send_beside(self._stopping.is_set)
        if self._stopping.is_set():
            return
        if online and before.online is False:
            self._lifter.try_again()
            self._keeper.try_again()
        if self._lifter.round() and online:
            sent += self._sender.send_due(self._stopping.is_set)
        self._keeper.round()
        for report in sent:
            self._office.notify(report.item.dossier_id)
        if sent:  # what has just arrived waits no more, and the line may have gone meanwhile
            broke = any(report.item.error is not None and report.item.error.code == FailureClass.MANG.value for report in sent)
            self.line = self._status(self._sender.probe() if broke else online)
        if sent or self.line != before:
            self._office.bus.publish(OutboxChanged())

    def stop(self) -> None:
        """Breaks off what is being sent, which goes on from there at the next start. For the program's end."""
        self._stopping.set()

    def _status(self, online: bool) -> LineStatus:
        since = self.line.since if self.line.online == online else self._office.clock.now()
        meeting, hours = self._limits.meeting_until(), self._limits.open()
        return LineStatus(online, since, self._waiting(), self._note(), meeting, hours)

    def pause_seconds(self, usual: float) -> float:
        """While the line is down it is looked for often: what waits is to go within seconds after it is back."""
        return min(usual, RETURN_SECONDS) if self.line.online is False else usual

    def _waiting(self) -> int:
        with self._office.look() as uow:
            tally = uow.outbox.tally()
        return sum(tally[state] for state in GO_BY_THEMSELVES)

    def refresh_token(self) -> None:
        if self._key is None or not self.signing.acquire(blocking=False):
            return
        try:
            status = self._office.token.submit(self._office.signing.status, self._key, timeout=TOKEN_SECONDS).result()
        except WorkstationError as e:  # a broken key file or driver costs signing, not the sending that follows
            status = TokenStatus(TokenState.NO_KEY if e.code == "C08" else TokenState.ABSENT)
        finally:
            self.signing.release()
        if status != self.token:
            self.token = status
            self._office.bus.publish(TokenChanged())

    def recovered(self, found: bool) -> None:
        """The last run stopped suddenly and its work goes on (M05), until somebody does something (``found`` False)."""
        if found != self._recovered:
            self._recovered = found
            self._show()

    def look(self) -> None:
        """What the office allows has changed: told now, not at the next round."""
        self._show()

    def _show(self) -> None:
        line = self.line
        self.line = replace(line, note=self._note(), meeting_until=self._limits.meeting_until(), hours=self._limits.open())
        if self.line != line:
            self._office.bus.publish(OutboxChanged())

    def _note(self) -> ErrorNote | None:
        """A disk that is low weighs more than good news of a recovery."""
        free = self._free_gb()
        if free < LOW_DISK_GB:
            return ErrorNote("M02", (("free", round(free, 1) * 1e9),))
        return ErrorNote("M05") if self._recovered else None
