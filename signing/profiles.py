"""Token profiles: what is known of the USB tokens in use here, as dated data (``data/token_profiles.json``).

They help to find the vendor's library on a PC and to say what a token is. What a token can do is always asked of the token
itself; a profile never decides how something is signed.
"""

import json
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path, PureWindowsPath

PLATFORMS = ("linux", "darwin", "win32")
EVIDENCE = ("guide", "code", "tests")


@dataclass(frozen=True, slots=True)
class TokenProfile:
    id: str
    name: str
    issuers: tuple[str, ...]
    """Authorities that hand this token out."""
    libraries: Mapping[str, tuple[str, ...]]
    """File names of the PKCS#11 library by platform (``sys.platform``), the newest first."""
    labels_differ: bool
    """Known to label key and certificate differently, so that tools which pair by label fail on it."""
    mechanisms: tuple[str, ...]
    """Mechanisms that were seen on one, by PKCS#11 name without ``CKM_``; empty: not known."""
    pin_tries: int | None
    """Wrong PINs in a row until it locks itself; None: not known."""
    evidence: str
    """``guide``, ``code`` or ``tests``: see the data file's note."""


@dataclass(frozen=True, slots=True)
class ProfileBook:
    as_of: date
    folders: Mapping[str, tuple[str, ...]]
    """Where libraries are looked for, by platform; may name environment variables as ``%NAME%``."""
    profiles: tuple[TokenProfile, ...]


@cache
def load_profiles() -> ProfileBook:
    """The profiles that ship with the program."""
    data = json.loads((resources.files("signing") / "data" / "token_profiles.json").read_text("utf-8"))
    profiles = tuple(
        TokenProfile(
            id=entry["id"],
            name=entry["name"],
            issuers=tuple(entry["issuers"]),
            libraries={platform: tuple(names) for platform, names in entry["libraries"].items()},
            labels_differ=entry["labels_differ"],
            mechanisms=tuple(entry["mechanisms"]),
            pin_tries=entry["pin_tries"],
            evidence=entry["evidence"],
        )
        for entry in data["profiles"]
    )
    folders = {platform: tuple(names) for platform, names in data["folders"].items()}
    return ProfileBook(date.fromisoformat(data["as_of"]), folders, profiles)


def profile_of(location: str) -> TokenProfile | None:
    """The profile of a library by its file name, whatever folder it lies in and however it is capitalised."""
    name = PureWindowsPath(location).name.casefold()  # takes both kinds of slash
    return next(
        (p for p in load_profiles().profiles if any(name == known.casefold() for n in p.libraries.values() for known in n)), None
    )


def installed_libraries(
    platform: str = sys.platform, environment: Mapping[str, str] = os.environ
) -> tuple[tuple[TokenProfile, Path], ...]:
    """Libraries that lie on this PC, in the order of the profiles; of one vendor the newest only. Nothing is loaded."""
    book = load_profiles()
    folders = [Path(_expanded(folder, environment)) for folder in book.folders.get(platform, ())]
    found = []
    for profile in book.profiles:
        paths = (folder / name for name in profile.libraries.get(platform, ()) for folder in folders)
        if path := next((path for path in paths if path.is_file()), None):
            found.append((profile, path))
    return tuple(found)


def _expanded(folder: str, environment: Mapping[str, str]) -> str:
    return re.sub(r"%(\w+)%", lambda match: environment.get(match[1], match[0]), folder)
