"""``workstation secret``: puts this station's secrets where they are kept. They come from a prompt or the environment only."""

import getpass
import os
import sys
from typing import Annotated

import typer

from workstation.app.console import JsonOption, home_folder, home_path, leave, options, out, report, say, words
from workstation.app.keychain import REUSE, TIMESTAMP, WARD, WARD_KEY, Keychain, Place, peer_name, remote_name
from workstation.app.shapes import error_json
from workstation.domain.errors import ERRORS, WorkstationError
from workstation.domain.signing import Secret

NameArgument = Annotated[
    str, typer.Argument(help="ward-client, ward-key, timestamp, reuse, remote-NAME (remote service), peer-NAME.")
]
_PLACES = {
    Place.ENVIRONMENT: ("biến môi trường", "environment"),
    Place.FILE: ("tệp", "file"),
    Place.KEYRING: ("kho mật khẩu của hệ điều hành", "the system's keyring"),
    None: ("chưa có", "none yet"),
}
_UNKNOWN = ("chưa rõ", "not known")
"""Neither file nor environment has it, and the keyring can't be asked."""


def show(as_json: JsonOption = False) -> None:
    """Where each secret that this station may need is kept; never what it is."""
    found = Keychain(home_path()).survey(_names())
    note = found.error.note if found.error else None
    rows = [{"name": name, "place": place.value if place else None} for name, place in found.places.items()]

    def human() -> None:
        for name, place in found.places.items():
            out(f"{name}: {words(*(_UNKNOWN if note and place is None else _PLACES[place]))}")
        if note:
            out(say(note))

    data = {"keyring": found.keyring or None, "secrets": rows, "error": error_json(note, options.lang)}
    report(data, as_json, human)
    leave(ERRORS[note.code].exit.value if note else 0)


def put(
    name: NameArgument,
    env: Annotated[str, typer.Option("--env", help="Environment variable that holds it; without: asked for.")] = "",
    file: Annotated[bool, typer.Option("--file", help="Into its file, even where there is a keyring.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Keeps a secret in the system's keyring, or, where there is none, in a file that only its owner may read."""
    _known(name)
    secret = _given(env)
    place = Keychain(home_folder()).put(name, secret, into_file=file)
    told = words(f"Đã cất {name}: ", f"{name} is kept: ") + words(*_PLACES[place])
    report({"name": name, "place": place.value}, as_json, lambda: out(told))


def remove(name: NameArgument, as_json: JsonOption = False) -> None:
    """Takes a secret out of keyring and file."""
    _known(name)
    removed = Keychain(home_folder()).remove(name)
    told = words(f"Đã bỏ {name}.", f"{name} is gone.") if removed else words(f"Không có {name}.", f"There is no {name}.")
    report({"removed": removed}, as_json, lambda: out(told))
    leave(0 if removed else 1)


def _names() -> tuple[str, ...]:
    from workstation.app.settings import load

    settings = load(home_path())
    remotes, peers = (remote_name(r.name) for r in settings.remotes), (peer_name(p.name) for p in settings.peers)
    return (WARD, WARD_KEY, TIMESTAMP, REUSE, *remotes, *peers)


def _known(name: str) -> None:
    """U01: nothing would ever read a secret of that name. It is not repeated: what stands there may be the secret itself."""
    if name not in _names():
        raise WorkstationError("U01", detail=words("tên: ", "name: ") + " | ".join(_names()))


def _given(variable: str) -> Secret:
    if variable:
        value = os.environ.get(variable, "")
    elif sys.stdin.isatty():
        value = getpass.getpass(words("Mật khẩu hoặc bí mật: ", "Password or secret: "))
    else:
        raise WorkstationError("U01", detail="--env")
    value = value.strip()
    if not value:
        raise WorkstationError("U01", detail=words("không có gì để cất", "nothing to keep"))
    return Secret(value)
