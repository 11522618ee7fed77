"""``workstation place`` as a script sees it."""

import json
from typing import Any

import pytest
import typer

from workstation.app.console import options
from workstation.app.place_command import place
from workstation.domain.errors import WorkstationError


def run(capsys: pytest.CaptureFixture[str], text: str, on: str = "", *, as_json: bool = True) -> tuple[int, Any]:
    try:
        place(text, on, as_json)
        code = 0
    except typer.Exit as e:
        code = e.exit_code
    said = capsys.readouterr().out
    return code, json.loads(said) if as_json else said


def test_one_unit_with_its_old_and_present_name_and_how_that_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    code, told = run(capsys, "P.12, Q.10, TP.HCM", "2019-03-14")
    assert (code, told["how"], told["now"], told["now_name"]) == (0, "exact", "27163", "Phường Hòa Hưng, Thành phố Hồ Chí Minh")
    assert (told["text"], told["old_name"]) == ("P.12, Q.10, TP.HCM", "Phường 12, Quận 10, Thành phố Hồ Chí Minh")
    assert told["old"] == {"province": "79", "district": "771", "commune": "27172"}
    assert (told["since"], told["candidates"], told["receiver"]) == ("2025-07-01", [], None)
    assert told["names"] == ["Phường 12, Quận 10", "Phường Hòa Hưng"]


def test_the_papers_day_counts(capsys: pytest.CaptureFixture[str]) -> None:
    text = "Phường Bến Thành, TP. Hồ Chí Minh"
    before, after = (run(capsys, text, day)[1] for day in ("2019-03-14", "2026-11-03"))
    assert before["old"] is not None
    assert (after["how"], after["old"]) == ("exact", None)


def test_what_is_not_one_is_for_a_person(capsys: pytest.CaptureFixture[str]) -> None:
    code, told = run(capsys, "Phường Cống Vị, Quận Ba Đình, Hà Nội", "2019-03-14")
    assert (code, told["how"], told["now"]) == (1, "several", None)
    assert {(c["code"], c["why"]) for c in told["candidates"]} == {("00008", "split"), ("00025", "split")}
    code, told = run(capsys, "Sao Hỏa")
    assert (code, told["how"], told["candidates"], told["names"]) == (1, "unknown", [], [])


def test_who_took_over_is_said_with_how_far_that_is_sure(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, told = run(capsys, "PHÒNG TƯ PHÁP QUẬN 10")
    assert (code, told["receiver"]["kind"], told["receiver"]["sure"]) == (1, "Phòng Tư pháp", False)
    _, vietnamese = run(capsys, "PHÒNG TƯ PHÁP QUẬN 10", as_json=False)
    assert "Phòng Tư pháp đã hết từ 01/07/2025" in vietnamese and "(suy ra, chưa tra văn bản)" in vietnamese
    monkeypatch.setattr(options, "lang", "en")
    _, english = run(capsys, "PHÒNG TƯ PHÁP QUẬN 10", as_json=False)
    assert "(inferred, not looked up)" in english and "20/09/2026" in english


def test_a_day_that_is_none_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(WorkstationError, match="U01"):
        place("Quận 10", "14/03/2019")
    assert capsys.readouterr().out == ""
