"""``workstation signers``: entering, showing and ending an authorisation, as a person calls it."""

from collections.abc import Callable
from pathlib import Path

from tests.flow.conftest import Ran
from tests.unit.signing.marks import signature
from tests.unit.signing.pdfs import make_pdfa
from workstation.app import training
from workstation.app.settings import Settings, save
from workstation.domain.ids import UserName
from workstation.usecases.views import User


def test_an_entry_is_made_shown_and_ended_once(cli: Callable[..., Ran], tmp_path: Path) -> None:
    users = (User(UserName("Trần Thị Mẫu"), "clerk"), User(UserName("Phạm Văn Ký"), "official"))
    save(tmp_path, Settings(users=users))
    add = ("signers", "add", "7/UQ-UBND", "--form", "TUQ", "--for", "Chủ tịch", "--from", "2026-01-01", "--home", tmp_path)
    assert cli(*add, "--types", "TB", "--until", "2099-12-31", "--user", "1").code == 2, "a clerk signs for nobody"
    refused = cli(*add, "--types", "*", "--until", "2099-12-31", "--user", "2")
    assert refused.code == 2 and refused.err.startswith("C32: ")
    assert cli(*add, "--types", "TB", "--until", "31/12/2099", "--user", "2").code == 2
    made = cli(*add, "--types", "TB", "--until", "2099-12-31", "--user", "2", "--json")
    assert made.code == 0 and made.data["signer"]["in_force"] and made.data["signer"]["types"] == ["TB"]
    shown = cli("signers", "list", "--json", "--home", tmp_path)
    assert shown.data["signers"] == [made.data["signer"]]
    end = ("signers", "end", made.data["signer"]["id"], "--revoked", "--json", "--home", tmp_path)
    ended = cli(*end)
    assert ended.code == 0 and ended.data["signer"]["revoked"] and not ended.data["signer"]["in_force"]
    assert cli(*end).code == 2
    assert cli("audit", "verify", "--json", "--home", tmp_path).data == {"events": 2, "broken_at": None}


def test_an_entry_for_procedures_is_shown_with_them(cli: Callable[..., Ran], tmp_path: Path) -> None:
    training.prepare(tmp_path)
    add = ("signers", "add", "7/UQ-UBND", "--form", "TUQ", "--for", "Chủ tịch", "--from", "2026-01-01", "--until", "2099-12-31")
    rest = ("--types", "*", "--user", "3", "--json", "--home", tmp_path)
    refused = cli(*add, *rest, "--procedures", "1.05")
    assert refused.code == 2 and "procedures" in refused.err
    made = cli(*add, *rest, "--procedures", "1.005129, 2.000815.000.00.00.H55")
    assert made.code == 0, "with procedures it is limited enough for all types"
    assert made.data["signer"]["procedures"] == ["1.005129", "2.000815.000.00.00.H55"]
    assert "1.005129" in cli("signers", "list", "--home", tmp_path).out


def test_a_file_is_not_signed_past_the_ledger_of_its_home_folder(cli: Callable[..., Ran], tmp_path: Path) -> None:
    """``workstation sign`` used to ask no ledger."""
    home, paper = tmp_path / "home", make_pdfa(tmp_path / "a.pdf")
    training.prepare(home)
    key = ("--p12", home / "secrets" / "training-signer.p12", "--pin-env", "P", "--json", "--home", home)
    s1 = ("--preset", "S1", "--image", signature(tmp_path / "s.png"), "--at", "1:110,180,160,210")
    pin = {"P": training.TRAINING_PIN}

    def sign(out: str, *more: str | Path) -> Ran:
        return cli("sign", paper, "-o", tmp_path / out, *key, *more, env=pin)

    assert sign("before", *s1).code == 0, "no ledger is kept there yet"
    entry = ("--form", "KT", "--for", "Chủ tịch", "--types", "TB", "--procedures", "1.005129", "--from", "2026-01-01")
    assert cli("signers", "add", "3/QĐ-UBND", *entry, "--user", "3", "--home", home).code == 0
    unsaid = sign("unsaid", *s1)
    assert unsaid.code == 2 and unsaid.err.startswith("C39: ") and not list((tmp_path / "unsaid").glob("*"))
    deputy = (*s1, "--title", "KT. CHỦ TỊCH / PHÓ CHỦ TỊCH", "--user", "3", "--type", "TB", "--procedure", "1.005129")
    for missing in ("--user", "--type", "--procedure"):
        at = deputy.index(missing)
        ran = sign("outside", *deputy[:at], *deputy[at + 2 :])
        assert (ran.code, ran.data["files"][0]["error"]["code"]) == (1, "C31"), missing
        assert not list((tmp_path / "outside").glob("*.pdf"))
    for wrong in ("--type", "XYZ"), ("--procedure", "12"), ("--user", "1"):
        at = deputy.index(wrong[0])
        assert sign("wrong", *deputy[:at], *wrong, *deputy[at + 2 :]).err.startswith("U01: "), wrong
    assert sign("deputy", *deputy).data["files"][0]["status"] == "signed"
    assert sign("head", *s1, "--title", "CHỦ TỊCH").code == 0, "in his own right"
    assert sign("scan", "--preset", "S5").code == 0, "who attests a scan signs in nobody's name"
    assert cli("audit", "verify", "--json", "--home", home).data == {"events": 2, "broken_at": None}
