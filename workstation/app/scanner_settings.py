"""``[[scan_profiles]]`` and ``[[scanners]]`` of the settings: how paper is scanned, and network scanners that don't tell of
themselves."""

import difflib
import re
from dataclasses import MISSING, dataclass, fields
from typing import Any
from urllib.parse import urlsplit

from workstation.domain.errors import WorkstationError
from workstation.domain.scanprofile import MOST_WAIT_SECONDS, PAPERS_MM, SIDES, ScanProfile
from workstation.rules.reader import load_rules

_FILE = "settings.toml"
_MOST = {"dpi": 1200, "wait_for_paper": MOST_WAIT_SECONDS}


@dataclass(frozen=True, slots=True)
class NetworkScanner:
    """One of ``[[scanners]]``: an eSCL device in a part of the network that multicast DNS does not reach."""

    name: str
    url: str
    """``http://10.1.2.3/eSCL/``."""


def scan_profiles(data: Any) -> tuple[ScanProfile, ...]:
    """At least one, each with a name of its own and a paper that is known. ``duplex``, as older files have it, is read as
    ``sides``."""
    known = {f.name: f for f in fields(ScanProfile)}
    profiles = []
    for row in _rows("scan_profiles", data, {*known, "duplex"}):
        if not isinstance(row.get("duplex", False), bool) or ("duplex" in row and "sides" in row):
            raise _wrong("scan_profiles.duplex")
        if row.pop("duplex", False):
            row["sides"] = "two"
        for key, f in known.items():
            value = row.get(key, "" if f.default is MISSING else f.default)
            if type(value) is not f.type or (key in _MOST and not 0 <= value <= _MOST[key]):
                raise _wrong(f"scan_profiles.{key}")
        profile = ScanProfile(**{"name": "", **row})
        ruled = {p.code for p in load_rules().profiles}
        one_of = (("paper", PAPERS_MM), ("sides", SIDES), ("rules", ruled))
        for key, good in (("name", profile.name), *((key, getattr(profile, key) in known) for key, known in one_of)):
            if not good:
                raise _wrong(f"scan_profiles.{key}")
        profiles.append(profile)
    if not profiles:
        raise _wrong("scan_profiles")
    if len({p.name for p in profiles}) < len(profiles):
        raise _wrong("scan_profiles.name")
    return tuple(profiles)


def network_scanners(data: Any) -> tuple[NetworkScanner, ...]:
    """Each with a name and an address of its own."""
    scanners = []
    for row in _rows("scanners", data, {f.name for f in fields(NetworkScanner)}):
        for key in ("name", "url"):
            if not isinstance(row.get(key), str) or not row[key].strip():
                raise _wrong(f"scanners.{key}")
        if not _is_address(row["url"]):
            raise _wrong("scanners.url")
        scanners.append(NetworkScanner(" ".join(row["name"].split())[:80], row["url"]))
    for key in ("name", "url"):
        if len({getattr(s, key) for s in scanners}) < len(scanners):
            raise _wrong(f"scanners.{key}")
    return tuple(scanners)


def _is_address(url: str) -> bool:
    """http or https, a host, a port that is one, a path; nothing secret is said to a scanner, so no user in it."""
    if not re.fullmatch(r"https?://[^\s@?#]+", url):
        return False
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and parts.port != 0 and bool(parts.path.strip("/"))
    except ValueError:
        return False


def _rows(table: str, data: Any, known: set[str]) -> list[dict[str, Any]]:
    if not isinstance(data, list) or not all(isinstance(row, dict) for row in data):
        raise _wrong(table)
    for key in (key for row in data for key in row if key not in known):
        near = difflib.get_close_matches(key, known, 1)
        raise WorkstationError("M06", file=_FILE, key=f"{table}.{key}", near=near[0] if near else "")
    return [dict(row) for row in data]


def _wrong(key: str) -> WorkstationError:
    return WorkstationError("M06", file=_FILE, key=key)
