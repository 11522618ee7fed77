"""Where secrets are kept, on a real Secret Service; and what a station does when its keyring is locked, hangs or is not there."""

import json
import pickle
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sync.contract import WardClient
from sync.failure import WardFailure
from tests.keyring_session import LOCK, ROOT, Session, needs_keyring
from workstation.app.compose import Home, remote_secret, signing_services, wanted_secrets
from workstation.app.doctor_model import DoctorInputs, Light
from workstation.app.doctor_secrets import check_secrets
from workstation.app.keychain import OTHER_BACKEND, TIMESTAMP, WARD, Keychain, Place, remote_name, variable_of
from workstation.app.settings import load
from workstation.domain.errors import WorkstationError
from workstation.domain.outbox import RULES, FailureClass, Retry
from workstation.domain.signing import Secret

HANGING = "tests.unit.app.hanging_keyring.Keyring"
FAILING = "tests.unit.app.hanging_keyring.FailingKeyring"
NONE = "keyring.backends.null.Keyring"
SETTINGS = """
[ward]
url = "https://ward.example"
client_id = "tram-1"
[timestamp]
url = "http://tsa.example"
user = "don-vi"
[[remotes]]
name = "dich-vu"
protocol = "csc"
url = "https://ky.example"
credential = "khoa"
account = "tk"
"""
COMMAND = """
import sys
sys.argv = ["workstation", *{arguments!r}]
from workstation.__main__ import main
main()
"""
READ = """
from pathlib import Path
from workstation.app.keychain import WARD, Keychain
print(Keychain(Path({home!r})).read(WARD).reveal())
"""
DOCTOR = """
from pathlib import Path
from workstation.app.compose import doctor_inputs
from workstation.app.doctor_secrets import check_secrets
for check in check_secrets(doctor_inputs(Path({home!r}))):
    print(check.light.value, check.code, check.sentence.en)
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = Home(tmp_path / "home").prepare().root
    (folder / "settings.toml").write_text(SETTINGS, "utf-8")
    return folder


@pytest.fixture
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(OTHER_BACKEND, NONE)
    for name in (WARD, TIMESTAMP):
        monkeypatch.delenv(variable_of(name), raising=False)


Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def command(home: Path, tmp_path: Path) -> Run:
    """``workstation …`` in a log-in session of its own; the keyring's file is the same in each."""
    session = Session(tmp_path / "session")

    def run(*arguments: str, before: str = "", keyring: bool = True, **env: str) -> subprocess.CompletedProcess[str]:
        given = ["--home", str(home), "--lang", "en", *arguments]
        return session.run(before + COMMAND.format(arguments=given), keyring=keyring, **env)

    return run


def doctor(home: Path, session: Session, before: str = "", *, keyring: bool = True) -> str:
    return session.run(before + DOCTOR.format(home=str(home)), keyring=keyring).stdout.strip()


# --- a real keyring


@needs_keyring
def test_a_secret_goes_into_the_keyring_and_out_of_its_file(command: Run, home: Path, tmp_path: Path) -> None:
    filed = home / "secrets" / WARD
    filed.write_text("cũ", "utf-8")
    done = command("secret", "set", WARD, "--env", "GIVEN", GIVEN="bí mật mới")
    assert (done.returncode, done.stdout) == (0, "ward-client is kept: the system's keyring\n"), done.stderr
    assert not filed.exists()
    listed = json.loads(command("secret", "list", "--json").stdout)
    assert listed["keyring"] == "SecretService Keyring"
    assert {"name": WARD, "place": "keyring"} in listed["secrets"] and {"name": TIMESTAMP, "place": None} in listed["secrets"]
    read = READ.format(home=str(home))
    assert Session(tmp_path / "session").run(read).stdout == "bí mật mới\n"
    assert not [p for p in tmp_path.rglob("*") if p.is_file() and "bí mật mới".encode() in p.read_bytes()], "nowhere in the clear"
    other = tmp_path / "other"
    other.mkdir()
    assert Session(tmp_path / "session").run(read.replace(str(home), str(other))).stdout == "\n", "two homes never meet"
    assert command("secret", "remove", WARD).returncode == 0
    assert command("secret", "remove", WARD).returncode == 1
    assert Session(tmp_path / "session").run(read).stdout == "\n"


@needs_keyring
def test_a_locked_keyring_is_told_at_once_and_asks_nobody(command: Run, home: Path, tmp_path: Path) -> None:
    assert command("secret", "set", WARD, "--env", "GIVEN", GIVEN="bí mật").returncode == 0
    begun = time.monotonic()
    locked = command("secret", "set", WARD, "--env", "GIVEN", before=LOCK, GIVEN="khác")
    assert (locked.returncode, locked.stderr.splitlines()[-1][:4]) == (3, "G30:")
    listed = command("secret", "list", before=LOCK, WORKSTATION_TSA_SECRET="x")
    told = ["ward-client: not known", "ward-key: not known", "timestamp: environment"]
    assert (listed.returncode, listed.stdout.splitlines()[:3]) == (3, told), "what is elsewhere is told all the same"
    assert listed.stdout.splitlines()[-1].startswith("G30: ")
    assert time.monotonic() - begun < 8
    assert not (home / "secrets" / WARD).exists(), "it did not fall back to a file behind the user's back"
    session = Session(tmp_path / "session")
    assert doctor(home, session, LOCK).startswith("red G30")
    filed = command("secret", "set", WARD, "--file", "--env", "GIVEN", before=LOCK, GIVEN="trong tệp")
    assert (filed.returncode, (home / "secrets" / WARD).read_text("utf-8")) == (0, "trong tệp")
    asked = READ.format(home=str(home))
    assert session.run(LOCK + asked).stdout == "trong tệp\n", "what is in a file asks no keyring"


@needs_keyring
def test_the_doctor_says_where_secrets_are(command: Run, home: Path, tmp_path: Path) -> None:
    session = Session(tmp_path / "session")
    assert doctor(home, session) == "amber G03 Missing: ward-client, timestamp, remote-dich-vu."
    for name in (WARD, TIMESTAMP, "remote-dich-vu"):
        assert command("secret", "set", name, "--env", "GIVEN", GIVEN="x").returncode == 0
    told = "ward-client: keyring; timestamp: keyring; remote-dich-vu: keyring"
    assert doctor(home, session) == f"green  SecretService Keyring. {told}"
    command("secret", "set", WARD, "--file", "--env", "GIVEN", GIVEN="x")
    assert doctor(home, session).startswith("amber  SecretService Keyring. ward-client: file; timestamp: keyring")
    (home / "secrets" / WARD).chmod(0o640)
    assert doctor(home, session).startswith("red  Others can read")


@needs_keyring
def test_without_a_keyring_a_secret_is_a_file_for_its_owner_alone(command: Run, home: Path, tmp_path: Path) -> None:
    done = command("secret", "set", WARD, "--env", "GIVEN", keyring=False, GIVEN="bí mật")
    assert (done.returncode, done.stdout) == (0, "ward-client is kept: file\n"), done.stderr
    path = home / "secrets" / WARD
    assert (path.read_text("utf-8"), stat.S_IMODE(path.stat().st_mode)) == ("bí mật", 0o600)
    for name in (TIMESTAMP, "remote-dich-vu"):
        command("secret", "set", name, "--env", "GIVEN", keyring=False, GIVEN="x")
    assert doctor(home, Session(tmp_path / "session"), keyring=False).startswith("green  no keyring, files of mode 0600.")


# --- a keyring that hangs, and none


def test_a_keyring_that_hangs_is_given_up(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a process of its own, which has to end although the keyring never does."""
    script = f"""
import time
from pathlib import Path
from workstation.app.keychain import *
from workstation.domain.errors import WorkstationError
keychain = Keychain(Path({str(home)!r}), 0.3)
for _ in range(3):
    begun = time.monotonic()
    try:
        keychain.read(WARD)
    except WorkstationError as e:
        print(e.code, e.params["reason"], time.monotonic() - begun < 2)
"""
    env = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", OTHER_BACKEND: HANGING}
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=env, capture_output=True, text=True, timeout=30)
    # the second does not join the first in hanging
    assert done.stdout.splitlines() == ["G31 timeout True", "G31 busy True", "G31 busy True"], done.stderr


def test_a_keyring_that_forgets_loses_nothing(home: Path, no_keyring: None) -> None:
    keychain = Keychain(home)
    assert keychain.put(WARD, Secret("a")) is Place.FILE and keychain.keyring() == ""
    assert (keychain.place(WARD), keychain.read(WARD)) == (Place.FILE, Secret("a"))
    assert keychain.place(TIMESTAMP) is None and not keychain.read(TIMESTAMP).reveal()
    assert keychain.remove(WARD) and not keychain.remove(WARD) and keychain.place(WARD) is None


def test_the_environment_goes_before_a_file(home: Path, no_keyring: None, monkeypatch: pytest.MonkeyPatch) -> None:
    keychain, name = Keychain(home), remote_name("dich-vu")
    keychain.put(name, Secret("tệp"))
    assert remote_secret(Home(home), "dich-vu").reveal() == "tệp"
    monkeypatch.setenv("WORKSTATION_REMOTE_DICH_VU", "biến")
    assert (keychain.place(name), keychain.read(name).reveal()) == (Place.ENVIRONMENT, "biến")
    assert remote_secret(Home(home), "dich-vu").reveal() == "biến", "looked up when it is wanted"
    assert pickle.loads(pickle.dumps(remote_secret(Home(home), "dich-vu"))) == Secret("biến")


@pytest.mark.parametrize("content", ["mật khẩu".encode("utf-16"), None], ids=["as Notepad's Unicode", "another user's"])
def test_a_file_that_can_not_be_read_is_told_to_it_and_no_bug(
    home: Path, no_keyring: None, monkeypatch: pytest.MonkeyPatch, content: bytes | None
) -> None:
    keychain = Keychain(home)
    keychain.file(WARD).write_bytes(content or b"x")
    keychain.file(WARD).chmod(0o600)
    if content is None:  # root, as whom tests may run, may read everything

        def refused(*_: object, **__: object) -> bytes:
            raise PermissionError

        monkeypatch.setattr(Path, "read_bytes", refused)
    client = WardClient("http://127.0.0.1:9", lambda: keychain.read(WARD))
    with pytest.raises(WardFailure) as failure:
        client.receipt("x")
    client.close()
    assert failure.value.failure is FailureClass.KHO_LOI
    (check,) = check_secrets(DoctorInputs(home, "1", secrets=(WARD,)))
    assert (check.light, check.code) == (Light.RED, "G31") and "ward-client" in check.sentence.vi


def test_a_byte_order_mark_is_no_part_of_a_secret(home: Path, no_keyring: None) -> None:
    Keychain(home).file(WARD).write_bytes("\ufeffmật khẩu\r\n".encode())
    assert Keychain(home).read(WARD) == Secret("mật khẩu")


def unanswered() -> Secret:
    raise WorkstationError("G30")


def test_the_sender_waits_with_everything_while_the_keyring_is_locked() -> None:
    client = WardClient("http://127.0.0.1:9", unanswered)
    try:
        with pytest.raises(WardFailure) as failure:
            client.receipt("x")
    finally:
        client.close()
    assert (failure.value.failure, failure.value.sent) == (FailureClass.KHO_KHOA, False)
    assert RULES[FailureClass.KHO_KHOA].retry is RULES[FailureClass.KHO_LOI].retry is Retry.PEER


@pytest.mark.expect_log("workstation.compose:WARNING: G30")
def test_a_locked_keyring_costs_the_level_not_the_signature(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Keychain, "read", lambda _self, _name: unanswered())
    stamps = pickle.loads(pickle.dumps(signing_services(Home(home)).timestamp))
    assert stamps.user == "don-vi" and stamps.secret == Secret("")


def test_what_the_settings_call_for(home: Path) -> None:
    assert wanted_secrets(load(home)) == (WARD, TIMESTAMP, "remote-dich-vu")
    (home / "settings.toml").unlink()
    assert wanted_secrets(load(home)) == ()
    peer = '[[peers]]\nname = "cong"\nkind = "opencps"\nurl = "https://x.vn"\n'
    (home / "settings.toml").write_text(peer, "utf-8")
    assert wanted_secrets(load(home)) == ("peer-cong",)
    (home / "settings.toml").write_text("[office]\ntraining = true\n" + peer, "utf-8")
    assert wanted_secrets(load(home)) == (), "a practice office reaches no peer"


def test_a_practice_office_keeps_its_file(tmp_path: Path, no_keyring: None) -> None:
    inputs = DoctorInputs(Home(tmp_path).prepare().root, "1", secrets=(WARD,), training=True)
    Keychain(tmp_path).put(WARD, Secret("x"))
    assert check_secrets(inputs)[0].light is Light.GREEN


# --- the command


def test_the_list_tells_what_lies_outside_a_keyring_that_fails(home: Path) -> None:
    (home / "secrets" / WARD).write_text("trong tệp", "utf-8")
    env = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", OTHER_BACKEND: FAILING, "WORKSTATION_TSA_SECRET": "trong biến"}
    line = [sys.executable, "-m", "workstation", "--home", str(home), "secret", "list", "--json"]
    done = subprocess.run(line, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)
    told = json.loads(done.stdout)
    places = {row["name"]: row["place"] for row in told["secrets"]}
    assert (done.returncode, told["keyring"], told["error"]["code"]) == (3, None, "G31"), done.stderr
    assert (places[WARD], places[TIMESTAMP], places["remote-dich-vu"]) == ("file", "environment", None)
    assert "(kho báo lỗi)" in told["error"]["message"] and "trong" not in done.stdout.replace(told["error"]["message"], "")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("set", "mật-khẩu-gõ-nhầm", "--env", "GIVEN"), "ward-client"),
        (("set", WARD, "--env", "NOT_THERE"), "nothing to keep"),
        (("set", WARD), "--env"),
        (("remove", "x"), "ward-client"),
    ],
)
def test_wrong_use_is_told_and_repeats_no_secret(home: Path, arguments: tuple[str, ...], told: str) -> None:
    env = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", OTHER_BACKEND: NONE, "GIVEN": "bí mật"}
    line = [sys.executable, "-m", "workstation", "--home", str(home), "--lang", "en", "secret", *arguments]
    done = subprocess.run(line, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
    assert done.returncode == 2 and done.stderr.startswith("U01: ") and told in done.stderr, done.stderr
    assert "gõ-nhầm" not in done.stdout + done.stderr and "bí mật" not in done.stdout + done.stderr
    assert list((home / "secrets").iterdir()) == []
