"""Finding network scanners: DNS-SD over multicast DNS (RFC 6763, RFC 6762), services ``_uscan`` and ``_uscans`` (eSCL 2.97, 3).

What answers is anybody on the office's network: only addresses inside it are taken.
"""

import ipaddress
import time
from collections.abc import Iterable
from dataclasses import dataclass

from zeroconf import ServiceBrowser, ServiceListener, Zeroconf

from workstation.domain.ports import ScanSource

SERVICES = {"_uscan._tcp.local.": "http", "_uscans._tcp.local.": "https"}
LISTEN_SECONDS = 2.0
"""Devices answer within a second; those that slept are found the next time."""
_INFO_MS = 1500


@dataclass(frozen=True, slots=True)
class Service:
    """One answer: ``addresses`` as text, ``texts`` its TXT record."""

    scheme: str
    name: str
    addresses: tuple[str, ...]
    port: int
    texts: tuple[tuple[str, str], ...]


def as_sources(services: Iterable[Service]) -> tuple[ScanSource, ...]:
    """Each device once, without TLS where it offers both (its certificate would prove nothing), by name."""
    found: dict[str, ScanSource] = {}
    for service in sorted(services, key=lambda s: (s.scheme, s.name)):
        texts = dict(service.texts)
        host = next((a for a in service.addresses if _inside(a)), "")
        if not host or not 0 < service.port < 65536:
            continue
        path = texts.get("rs", "eSCL").strip("/")
        root = f"{service.scheme}://{_bracketed(host)}:{service.port}/{path}/" if path else ""
        name = texts.get("ty") or service.name
        if root:
            found.setdefault(texts.get("uuid", "").lower() or name, ScanSource(root, " ".join(name.split())[:80]))
    return tuple(sorted(found.values(), key=lambda s: s.name))


def _inside(address: str) -> bool:
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    # A scoped IPv6 link-local address (fe80::1%eth0) has no form that every HTTP library takes.
    return ip.is_private and not (ip.version == 6 and ip.is_link_local)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


class _Found(ServiceListener):
    def __init__(self) -> None:
        self.services: dict[tuple[str, str], Service] = {}

    def add_service(self, zc: Zeroconf, type_: str, name: str) -> None:
        info = zc.get_service_info(type_, name, timeout=_INFO_MS)
        if info is None or info.port is None:
            return
        texts = ((_text(k), _text(v)) for k, v in info.properties.items() if v is not None)
        self.services[type_, name] = Service(
            SERVICES[type_], name.removesuffix(f".{type_}"), tuple(info.parsed_addresses()), info.port, tuple(texts)
        )

    update_service = add_service

    def remove_service(self, zc: Zeroconf, type_: str, name: str) -> None:
        self.services.pop((type_, name), None)


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def find_scanners(seconds: float = LISTEN_SECONDS, interfaces: tuple[str, ...] = ()) -> tuple[ScanSource, ...]:
    """Network scanners that answer within ``seconds``; none where this machine has no network. ``interfaces``: addresses of
    those to ask on; all by default."""
    found = _Found()
    try:
        zeroconf = Zeroconf(interfaces=list(interfaces)) if interfaces else Zeroconf()
    except OSError:
        return ()
    try:
        ServiceBrowser(zeroconf, list(SERVICES), found)
        time.sleep(seconds)
        return as_sources(tuple(found.services.values()))
    finally:
        zeroconf.close()
