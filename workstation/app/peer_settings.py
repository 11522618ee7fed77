"""``[[peers]]`` of the settings: which systems beside the ward server are delivered to. None, until an office names one."""

import json
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

from workstation.domain.errors import WorkstationError
from workstation.domain.peers import CodeBook, Party, PeerConfig, PeerKind, TypeCodes

_FILE = "settings.toml"
_MOST = {"max_mb": 2_000, "seconds": 600}


def peer_config(data: Any) -> PeerConfig:
    """One table; M06 with the key that can't stand as it is. A plain http address only on this machine."""
    known = {f.name: f for f in fields(PeerConfig)}
    if not isinstance(data, dict) or (strange := next((key for key in data if key not in known), None)) is not None:
        raise _wrong("" if not isinstance(data, dict) else str(strange))
    for key, value in data.items():
        most = _MOST.get(key)
        if not (isinstance(value, str) if most is None else type(value) is int and 1 <= value <= most):
            raise _wrong(key)
    if missing := next((key for key in ("name", "kind", "url") if not data.get(key)), None):
        raise _wrong(missing)
    peer = PeerConfig(**data)
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,31}", peer.name):
        raise _wrong("name")
    if peer.kind not in {kind.value for kind in PeerKind}:
        raise _wrong("kind")
    if not re.match(r"https://.|http://(127\.0\.0\.1|localhost|\[::1\])[:/]", peer.url + "/"):
        raise _wrong("url")
    if peer.since and not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", peer.since):
        raise _wrong("since")
    if not (peer.route.isascii() and peer.route.isprintable()):  # it goes as a header
        raise _wrong("route")
    if peer.proxy and not re.match(r"https?://.", peer.proxy):
        raise _wrong("proxy")
    if peer.files_url and not (peer.files_url.startswith("https://") and "{sha256}" in peer.files_url):
        raise _wrong("files_url")
    return peer


def peer_configs(tables: Any) -> tuple[PeerConfig, ...]:
    """All of ``[[peers]]``; two of one name can't be told apart (M06)."""
    if not isinstance(tables, list):
        raise _wrong("")
    peers = tuple(peer_config(table) for table in tables)
    if len({peer.name for peer in peers}) != len(peers):
        raise _wrong("name")
    return peers


def code_book(home: Path, peer: PeerConfig) -> CodeBook:
    """The peer's codes: ``{"types": {"QĐ": {"component": …, "result": …}}, "constants": {…}}``; M06 for a file that is none."""
    if not peer.codes:
        return CodeBook()
    try:
        data = json.loads((home / peer.codes).read_text("utf-8"))
        types = {code: _type_codes(_texts(row)) for code, row in data.get("types", {}).items()}
        constants = _texts(data.get("constants", {}))
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise _wrong("codes") from error
    return CodeBook(types, constants)


def _type_codes(row: dict[str, str]) -> TypeCodes:
    """ValueError for a party that is none."""
    texts = {key: value for key, value in row.items() if key != "party"}
    return TypeCodes(**texts, party=Party(row.get("party", Party.CITIZEN.value)))


def _texts(row: dict[str, Any]) -> dict[str, str]:
    """TypeError for any other value: the peer would be told ``None`` for a null."""
    if strange := [key for key, value in row.items() if not isinstance(value, str)]:
        raise TypeError(strange[0])
    return row


def _wrong(key: str) -> WorkstationError:
    return WorkstationError("M06", file=_FILE, key=f"peers.{key}" if key else "peers")
