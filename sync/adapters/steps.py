"""A call that changes something at a peer: written down before it goes out, asked for where its outcome is not known."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from sync.adapters.text import unfit
from sync.failure import WardFailure
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import Sha256
from workstation.domain.outbox import FailureClass
from workstation.domain.peers import BEGUN, PeerConfig, PeerDocument, StepJournal

_REFUSED = frozenset(
    {FailureClass.KHONG_HOP_LE, FailureClass.QUYEN, FailureClass.XAC_THUC, FailureClass.XUNG_DOT, FailureClass.CUC_BO}
)
"""Answers with which a peer says that it did nothing. Faults of a gateway say nothing of what is behind it."""


def once(journal: StepJournal, step: str, look_up: Callable[[], str | None], act: Callable[[], str]) -> str:
    """What the step gave, now or in an earlier try. ``look_up``: what the peer has of it, None if it has nothing.

    A try whose reply was lost is looked up before ``act`` is called again, and so is every new one where ``look_up`` finds what
    somebody else put there. Where ``look_up`` can't tell it must raise, never return None.
    """
    known = journal.get(step)
    if known not in ("", BEGUN):
        return known
    if (found := look_up()) is not None:
        journal.done(step, found)
        return found
    journal.begin(step)
    try:
        value = act()
    except WardFailure as failure:
        if surely_not_done(failure):
            journal.forget(step)
        raise in_doubt(failure) from failure
    journal.done(step, value)
    return value


def surely_not_done(failure: WardFailure) -> bool:
    return not failure.sent or failure.failure in _REFUSED


def in_doubt(failure: WardFailure) -> WardFailure:
    """A line that broke after a changing request went out leaves its outcome unknown."""
    if failure.failure is FailureClass.MANG and failure.sent:
        return WardFailure(FailureClass.KHONG_RO, detail=failure.detail, status=failure.status, silent=failure.silent)
    return failure


def check_size(document: PeerDocument, config: PeerConfig) -> None:
    """KHONG_HOP_LE for a file that the peer would not take."""
    if document.bytes > config.max_bytes:
        raise unfit("upload-length")


def checked_bytes(document: PeerDocument, path: Callable[[Sha256], Path], config: PeerConfig) -> bytes:
    """The file's bytes, if they are the signed ones and not more than the peer takes. CUC_BO, KHONG_HOP_LE before any is sent."""
    check_size(document, config)
    try:
        data = path(document.sha256).read_bytes()
    except (OSError, WorkstationError) as error:
        raise WardFailure(FailureClass.CUC_BO, detail=type(error).__name__, sent=False) from error
    if not data or len(data) != document.bytes or hashlib.sha256(data).hexdigest() != document.sha256:
        raise WardFailure(FailureClass.CUC_BO, detail="changed", sent=False)
    return data
