"""Which adapter is a kind's: the only place that knows."""

from collections.abc import Callable

from sync.adapters.opencps import OpenCps
from sync.adapters.portal1 import Portal1
from sync.adapters.portal2 import Portal2
from sync.adapters.vxp import Vxp
from workstation.domain.peers import CodeBook, PeerAdapter, PeerConfig, PeerKind
from workstation.domain.signing import Secret

Make = Callable[[PeerConfig, CodeBook, Callable[[], Secret]], PeerAdapter]
KINDS: dict[PeerKind, Make] = {
    PeerKind.PORTAL_1: Portal1,
    PeerKind.PORTAL_2: Portal2,
    PeerKind.OPENCPS: OpenCps,
    PeerKind.EDXML: Vxp,
}


def make(config: PeerConfig, book: CodeBook, secret: Callable[[], Secret]) -> PeerAdapter:
    """M06 for settings that lack what the kind needs."""
    return KINDS[PeerKind(config.kind)](config, book, secret)
