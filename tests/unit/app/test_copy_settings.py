"""The settings of copies, and who copies."""

from pathlib import Path
from typing import Any

import pytest

from workstation.app import copying
from workstation.app.compose import Home
from workstation.app.copying import CopyOrder, registrar, source_verifier
from workstation.app.settings import CopySettings, Settings, TimestampSettings, load, save
from workstation.domain.copies import CopyKind
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import UserName
from workstation.usecases.views import User

CLERK, REGISTRAR, OTHER = (User(UserName(n), r) for n, r in (("a", "clerk"), ("b", "registrar"), ("c", "registrar")))


@pytest.mark.parametrize("symbol", ["UBND", "UBND-VP", "HĐND", "UBND.TP"])
def test_a_symbol_comes_back(tmp_path: Path, symbol: str) -> None:
    settings = Settings(copies=CopySettings(symbol, approval=True, attestation="loi-chung.json"), users=(REGISTRAR,))
    save(tmp_path, settings)
    assert load(tmp_path) == settings


@pytest.mark.parametrize("symbol", ["", "ubnd", "UBND/VP", "UBND VP", "-UBND", "U" * 40, "UBND\n"])
def test_a_symbol_that_can_not_stand_in_a_number(tmp_path: Path, symbol: str) -> None:
    save(tmp_path, Settings(copies=CopySettings(symbol)))
    with pytest.raises(WorkstationError) as caught:
        load(tmp_path)
    assert (caught.value.code, caught.value.params["key"]) == ("M06", "copies.symbol")


def test_the_only_registrar_copies_and_of_several_one_is_named() -> None:
    assert registrar((CLERK, REGISTRAR), 0) == REGISTRAR
    assert registrar((CLERK, REGISTRAR, OTHER), 3) == OTHER
    assert registrar((CLERK, REGISTRAR), 1) == CLERK, "whom the use case then refuses"
    for users, place, code in (((CLERK,), 0, "S01"), ((REGISTRAR, OTHER), 0, "U01"), ((REGISTRAR,), 2, "U01")):
        with pytest.raises(WorkstationError, match=code):
            registrar(users, place)


@pytest.mark.parametrize("offline", [False, True])
def test_a_signed_source_is_asked_about_the_way_the_settings_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, offline: bool
) -> None:
    asked: dict[str, Any] = {}
    monkeypatch.setattr(copying, "verify_file", lambda path, **terms: asked.update(terms, path=path))
    settings = Settings(timestamp=TimestampSettings(proxy="http://proxy.invalid:3128"))
    order = CopyOrder(("a.pdf",), CopyKind.SAO_Y, tmp_path, None, "P", offline=offline)
    source_verifier(Home(tmp_path), settings, order)(tmp_path / "a.pdf")
    assert asked["access"].proxy == "http://proxy.invalid:3128" and asked["offline"] is offline
