"""The check of where this station's secrets are: keyring, file or environment. Run in a worker, as the machine's checks."""

import stat
import sys
from pathlib import Path

from workstation.app.doctor_model import Check, DoctorInputs, Words, amber, green, red
from workstation.app.keychain import Keychain, Place
from workstation.domain.errors import WorkstationError

_ASKING = 8.0
"""Seconds for the keyring: less than the check's own time."""
_PLACES = {
    Place.ENVIRONMENT: Words("biến môi trường", "environment"),
    Place.FILE: Words("tệp", "file"),
    Place.KEYRING: Words("kho mật khẩu", "keyring"),
}


def check_secrets(inputs: DoctorInputs) -> tuple[Check, ...]:
    """What is kept where, never what it is."""
    keychain = Keychain(inputs.home, _ASKING)
    found = keychain.survey(inputs.secrets)
    if found.error is not None:
        return (_unopened(found.error.code, elsewhere=all(found.places.values())),)
    missing = [name for name, place in found.places.items() if place is None]
    if missing:
        listed = ", ".join(missing)
        sentence = Words(f"Chưa có: {listed}.", f"Missing: {listed}.")
        return (amber("secrets", sentence, _set(missing[0]), "G03"),)
    places = {name: place for name, place in found.places.items() if place is not None}
    return (_found(keychain, inputs, found.keyring, places),)


def _found(keychain: Keychain, inputs: DoctorInputs, keyring: str, places: dict[str, Place]) -> Check:
    filed = [name for name, place in places.items() if place is Place.FILE]
    if open_to_all := [name for name in filed if _readable_by_others(keychain.file(name))]:
        sentence = Words(f"Người khác đọc được tệp {open_to_all[0]}.", f"Others can read the file {open_to_all[0]}.")
        return red("secrets", sentence, Words("Đặt quyền 0600 cho tệp, rồi đổi mật khẩu.", "Make it 0600 and change the secret."))
    if unread := [name for name in filed if not _readable(keychain, name)]:
        sentence = Words(f"Không đọc được tệp {unread[0]}.", f"The file {unread[0]} can't be read.")
        return red("secrets", sentence, _set(unread[0]), "G31")
    listed = Words(
        "; ".join(f"{name}: {_PLACES[place].vi}" for name, place in places.items()),
        "; ".join(f"{name}: {_PLACES[place].en}" for name, place in places.items()),
    )
    where = Words(keyring or "không có kho mật khẩu, dùng tệp 0600", keyring or "no keyring, files of mode 0600")
    sentence = Words(f"{where.vi}. {listed.vi}".strip(), f"{where.en}. {listed.en}".strip())
    if filed and keyring and not inputs.training:
        return amber("secrets", sentence, _set(filed[0]))
    return green("secrets", *sentence)


def _unopened(code: str, *, elsewhere: bool) -> Check:
    """A keyring that can't be read: of no account while all that is wanted is elsewhere."""
    locked = Words("Kho mật khẩu đang khóa.", "The keyring is locked.")
    silent = Words("Kho mật khẩu không trả lời.", "The keyring does not answer.")
    sentence = locked if code == "G30" else silent
    fix = Words(
        "Mở khóa kho (đăng nhập lại vào máy); máy không màn hình: workstation secret set TÊN --file.",
        "Unlock it (log in to the PC again); on a machine without a screen: workstation secret set NAME --file.",
    )
    return amber("secrets", sentence, fix, code) if elsewhere else red("secrets", sentence, fix, code)


def _readable(keychain: Keychain, name: str) -> bool:
    try:
        keychain.read(name)
    except WorkstationError:
        return False
    return True


def _readable_by_others(path: Path) -> bool:
    return sys.platform != "win32" and bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))


def _set(name: str) -> Words:
    return Words(f"Chạy: workstation secret set {name}", f"Run: workstation secret set {name}")
