"""The data of the stamps and their one reader."""

import json
from dataclasses import replace
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from signing import presets
from signing.presets import COPIES, Place, load_presets, preset, read_preset, require
from tests.unit.signing import marks
from workstation.domain.errors import WorkstationError
from workstation.domain.fields import nfc
from workstation.domain.signing import Anchor, StampWish

ROWS: list[dict[str, Any]] = json.loads((files("signing") / "stamps.json").read_text("utf-8"))["stamps"]
TODAY = date(2026, 11, 21)


def test_every_case_of_the_rulebook_is_there_with_its_source() -> None:
    in_force = [row for row in load_presets() if row.valid_from <= TODAY and row.valid_to is None]
    assert [row.code for row in in_force] == ["S1", "S2", "S3", "S4", "S5", "S6", "S7", "N1", "N2", "C1", "C2"]
    for row in in_force:
        assert row.source and row.name and all(line == nfc(line) for line in row.lines)


@pytest.mark.parametrize("key", sorted(ROWS[0]))
def test_a_key_missing_or_too_many_is_refused_by_name(key: str) -> None:
    with pytest.raises(ValueError, match=key):
        read_preset({k: v for k, v in ROWS[0].items() if k != key})
    with pytest.raises(ValueError, match=f"{key}_2"):
        read_preset({**ROWS[0], f"{key}_2": 1})


@pytest.mark.parametrize(
    ("row", "change", "named"),
    [
        (0, {"place": "somewhere"}, "somewhere"),
        (0, {"image": "green"}, "green"),
        (0, {"signer": "nobody"}, "nobody"),
        (0, {"valid_from": "soon"}, "soon"),
        (0, {"lines": ["{name}"]}, "lines or an image"),
        (0, {"height_mm": 0}, "lengths"),
        (2, {"lines": ["{name} {shoe_size}"]}, "shoe_size"),
        (2, {"lines": []}, "lines or an image"),
        (2, {"size_pt": 0}, "size_pt"),
        (2, {"height_mm": 5}, "lengths"),
        (2, {"side_mm": -1}, "lengths"),
        (2, {"move_mm": [1, -1]}, "lengths"),
    ],
)
def test_a_row_that_breaks_the_schema_is_refused_by_name(row: int, change: dict[str, Any], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        read_preset({**ROWS[row], **change})


def test_a_stamp_is_in_force_from_its_first_to_its_last_day(monkeypatch: pytest.MonkeyPatch) -> None:
    old = replace(read_preset(ROWS[4]), valid_from=date(2026, 1, 1), valid_to=date(2026, 6, 30))
    new = replace(old, valid_from=date(2026, 7, 1), valid_to=None, size_pt=11.0)
    monkeypatch.setattr(presets, "load_presets", lambda: (old, new))
    for day, found in ((old.valid_from, old), (date(2026, 6, 30), old), (new.valid_from, new), (date(2040, 1, 1), new)):
        assert preset("S5", day) is found
    for code, day in (("S5", old.valid_from - timedelta(days=1)), ("S8", TODAY), ("", TODAY), ("s5", TODAY)):
        with pytest.raises(WorkstationError, match="U01"):
            preset(code, day)


def test_no_two_rows_of_a_code_are_in_force_on_one_day() -> None:
    for a in load_presets():
        for b in load_presets():
            if a is not b and a.code == b.code:
                assert (a.valid_to or date.max) < b.valid_from or (b.valid_to or date.max) < a.valid_from


@pytest.mark.parametrize("code", [row["code"] for row in ROWS])
def test_what_a_stamp_needs_and_what_it_can_not_carry(code: str, tmp_path: Path) -> None:
    kind, good = preset(code, TODAY), marks.wish(code, tmp_path)
    require(kind, good)
    without = {
        "S1": {"image": "--image", "anchor": "--at"}, "S2": {"image": "--image"}, "S3": {"number": "--number"},
        "S4": {"copy": "--copy"}, "N1": {"number": "--number", "anchor": "--at"}, "N2": {"anchor": "--at"},
        "C1": {"anchor": "--at"}, "C2": {"anchor": "--at"},
    }  # fmt: skip
    empty = StampWish()
    for name, option in without.get(code, {}).items():
        with pytest.raises(WorkstationError) as caught:
            require(kind, replace(good, **{name: getattr(empty, name)}))
        assert caught.value.params == {"detail": f"--preset {code}: {option}"}
    if code not in ("S1", "S2"):
        with pytest.raises(WorkstationError, match="--image"):
            require(kind, replace(good, image=tmp_path / "x.png"))
    if code != "S7":
        with pytest.raises(WorkstationError, match="--qr"):
            require(kind, replace(good, qr_code="H29"))


def test_only_the_forms_of_copies_that_there_are() -> None:
    kind = preset("S4", TODAY)
    for form in ("SAO Y", "sao lục", "Trích sao"):
        require(kind, StampWish(copy=form))
        assert form.capitalize() in COPIES
    with pytest.raises(WorkstationError, match="--copy"):
        require(kind, StampWish(copy="Photo"))


def test_the_blank_between_title_and_name() -> None:
    """Boxes in pixels at 200 dpi; the order in which they are given is no matter."""
    title, name = (800.0, 1400.0, 1200.0, 1440.0), (850.0, 1700.0, 1150.0, 1740.0)
    anchor = Anchor.between(2, title, name, 200)
    assert anchor == Anchor.between(2, name, title, 200) and anchor.page == 2
    assert anchor.box_mm == pytest.approx((101.6, 182.88, 152.4, 215.9))
    touching = Anchor.between(0, title, (800.0, 1430.0, 1200.0, 1470.0), 200).box_mm
    assert touching[1] == touching[3], "no blank at all"


def test_who_signs() -> None:
    kinds = {row.code: row for row in load_presets()}
    assert {code for code, row in kinds.items() if row.personal} == {"S1", "S6", "C1"}
    assert kinds["S5"].place is Place.TOP_RIGHT and kinds["S6"].place is Place.TOP_LEFT
