"""``workstation search``, as it is called, in this process."""

import io
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.unit.store.samples import dossier
from workstation.app import cli
from workstation.app.compose import Home
from workstation.app.searching import FILE
from workstation.domain.fields import IndexField
from workstation.store.database import open_store

Search = Callable[..., tuple[int, Any, str]]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Two dossiers with a document each."""
    home = Home(tmp_path / "home").prepare()
    store = open_store(home.database)
    with store.uow_factory() as uow:
        for code, subject, day in (("HS-0001", "Về việc cấp đất ở", "2019-03-14"), ("HS-0002", "Về việc cấp điện", "2020-01-02")):
            one = dossier(code, pages=0)
            fields = (IndexField("number", "12", 0.9), IndexField("subject", subject, 0.9), IndexField("issued_date", day, 0.9))
            uow.dossiers.add(replace(one, documents=(replace(one.documents[0], fields=fields),)))
        uow.commit()
    store.close()
    return home.root


@pytest.fixture
def search(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Search:
    """Its exit code, what its JSON says, and stderr."""

    def run(*arguments: str, stdin: str = "") -> tuple[int, Any, str]:
        monkeypatch.setattr(sys, "argv", ["workstation", "search", *arguments, "--json", "--home", str(home)])
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        code = cli._run()
        said = capsys.readouterr()
        return code, json.loads(said.out) if said.out else None, said.err

    return run


def test_what_is_found_and_by_what(search: Search) -> None:
    code, said, _ = search("dat o")
    assert code == 0
    (hit,) = said["hits"]
    assert (hit["dossier"], hit["state"], hit["issued_date"]) == ("HS-0001", "new", "2019-03-14")
    assert hit["title"].endswith("12 – Về việc cấp đất ở") and hit["lit"] == ["đất", "ở"]
    assert (said["more"], said["searched_all"], said["waiting"]) == (False, True, 0)


def test_what_is_asked_may_come_where_others_do_not_see_it(search: Search) -> None:
    assert [hit["dossier"] for hit in search("-", stdin="cấp điện\n")[1]["hits"]] == ["HS-0002"]


def test_filters_pages_and_a_new_index(search: Search, home: Path) -> None:
    def codes(*arguments: str) -> list[str]:
        return [hit["dossier"] for hit in search(*arguments)[1]["hits"]]

    assert codes("cấp") == ["HS-0002", "HS-0001"]
    assert codes("cấp", "--to", "31/12/2019") == codes("--from", "14/3/2019", "--to", "14/3/2019") == ["HS-0001"]
    assert codes("cấp", "--dossier", "HS-0002") == ["HS-0002"] and codes("cấp", "--state", "signed") == []
    assert codes("cấp", "--limit", "1", "--offset", "1") == ["HS-0001"]
    before = (home / FILE).stat().st_size
    assert codes("cấp", "--rebuild") == ["HS-0002", "HS-0001"] and before
    assert search("--rebuild")[0] == 0


@pytest.mark.parametrize(("arguments", "code", "told"), [
    ((), 2, "T01"), (("a", "--state", "xong"), 2, "T01"), (("a", "--type", "XX"), 2, "T01"),
    (("a", "--from", "30/2/2019"), 2, "--from"), (("a", "--user", "99"), 2, "--user"),
])  # fmt: skip
def test_what_can_not_be_asked(search: Search, arguments: tuple[str, ...], code: int, told: str) -> None:
    ended, said, error = search(*arguments)
    assert (ended, said) == (code, None) and told in error
