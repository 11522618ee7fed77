"""The peers of the settings, joined to the ward server's sender."""

import random
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path

from sync.adapters.make import make
from sync.peering import PeerRound, SenderWithPeers, Served
from workstation.app.peer_settings import code_book
from workstation.app.settings import Settings
from workstation.domain.events import OutboxChanged
from workstation.domain.ids import new_id
from workstation.domain.outbox import OutboxState
from workstation.domain.peers import PeerConfig
from workstation.domain.ports import LineLimits, WardLine
from workstation.domain.signing import Secret
from workstation.usecases.office import VIETNAM, Office

PATIENCE = 1.0
"""Seconds that a round of the desktop waits for its peers before it goes on."""


def sender_with_peers(
    ward: WardLine, settings: Settings, root: Path, office: Office, line: LineLimits, secret: Callable[[str], Secret]
) -> SenderWithPeers:
    """A practice office reaches no real peer, whatever its settings say. Where there is no ward server a dossier goes to peers
    from the outbox; else once its receipt was verified."""
    peers = () if settings.office.training else settings.peers
    after = frozenset({OutboxState.RECEIVED}) if settings.ward.url else frozenset({OutboxState.RECEIVED, OutboxState.QUEUED})
    rounds = tuple(
        PeerRound(
            office.uow,
            office.blobs,
            office.clock,
            _served(root, peer, secret),
            new_id(),
            random.SystemRandom(),
            line,
            after,
        )
        for peer in peers
    )
    return SenderWithPeers(ward, rounds, PATIENCE, lambda: office.bus.publish(OutboxChanged()))


def _served(root: Path, peer: PeerConfig, secret: Callable[[str], Secret]) -> Served:
    book = code_book(root, peer)
    since = datetime.fromisoformat(peer.since).replace(tzinfo=VIETNAM) if peer.since else None
    return Served(make(peer, book, partial(secret, peer.name)), book, since)
