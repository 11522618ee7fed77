"""``workstation signers``: entering, showing and ending an authorisation, as a person calls it."""

from collections.abc import Callable
from pathlib import Path

from tests.flow.conftest import Ran
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
