"""The table of units: what it counts, where every old unit went, what changed since, and what it costs to read."""

import json
import subprocess
import sys
import tracemalloc
from collections import Counter
from datetime import date, timedelta
from importlib import resources
from pathlib import Path

import pytest

from workstation.domain.place import PRESENT_SINCE, Level
from workstation.rules.agencies import Agencies
from workstation.rules.places import load_places
from workstation.rules.placetable import WORDS, PlaceTable, Row, read_table

DATA = resources.files("workstation.rules") / "data"
CITY = "T"


@pytest.fixture(scope="module")
def table() -> PlaceTable:
    return read_table()


def communes(table: PlaceTable) -> list[Row]:
    return [row for row in table.now.values() if row.level is Level.COMMUNE]


def kinds_on(table: PlaceTable, day: date, level: Level) -> Counter[str]:
    named = [u for code, row in table.now.items() if row.level is level for u in table.units(code)]
    there = [u for u in named if (u.valid_from or day) <= day and (u.valid_to is None or day <= u.valid_to)]
    return Counter(next(w for w in dict.fromkeys(WORDS.values()) if u.name.startswith(f"{w} ")) for u in there)


def test_before_there_were_63_provinces_696_districts_and_10035_communes(table: PlaceTable) -> None:
    levels = Counter(row.level for row in table.old.values())
    assert levels == {Level.PROVINCE: 63, Level.DISTRICT: 696, Level.COMMUNE: 10_035}
    kinds = Counter(WORDS[row.kind] for row in table.old.values() if row.level is Level.COMMUNE)
    # the package's column of kinds says 7,695 · 1,724 · 616: three names contradict it, and the name decides
    assert kinds == {"Xã": 7692, "Phường": 1726, "Thị trấn": 617}
    islands = [row.name for row in table.old.values() if row.level is Level.DISTRICT and not row.children]
    assert sorted(islands) == ["Bạch Long Vĩ", "Côn Đảo", "Cồn Cỏ", "Hoàng Sa", "Lý Sơn"]  # 10,040 places that went somewhere


@pytest.mark.parametrize(
    ("day", "provinces", "kinds"),
    [
        (PRESENT_SINCE, {"Thành phố": 6, "Tỉnh": 28}, {"Xã": 2621, "Phường": 687, "Đặc khu": 13}),
        (date(2026, 4, 29), {"Thành phố": 6, "Tỉnh": 28}, {"Xã": 2621, "Phường": 687, "Đặc khu": 13}),
        (
            date(2026, 4, 30),
            {"Thành phố": 7, "Tỉnh": 27},
            {"Xã": 2611, "Phường": 697, "Đặc khu": 13},
        ),  # Đồng Nai and its 10 wards
        (date(2026, 9, 1), {"Thành phố": 8, "Tỉnh": 26}, {"Xã": 2611, "Phường": 697, "Đặc khu": 13}),  # Quảng Ninh
        (
            date(2026, 9, 20),
            {"Thành phố": 9, "Tỉnh": 25},
            {"Xã": 2599, "Phường": 709, "Đặc khu": 13},
        ),  # Bắc Ninh and its 12 wards
    ],
)
def test_present_units_on_a_day(table: PlaceTable, day: date, provinces: dict[str, int], kinds: dict[str, int]) -> None:
    assert kinds_on(table, day, Level.PROVINCE) == provinces
    assert kinds_on(table, day, Level.COMMUNE) == kinds
    assert sum(kinds.values()) == 3321


def test_the_provinces_that_were_counted(table: PlaceTable) -> None:
    inside = {row.name: len(row.children) for row in table.now.values() if row.level is Level.PROVINCE}
    assert (inside["Hồ Chí Minh"], inside["Hà Nội"], inside["Thanh Hóa"], inside["Đồng Nai"]) == (168, 126, 166, 95)


def test_names_that_several_bear(table: PlaceTable) -> None:
    names = Counter(row.full for row in communes(table))
    shared = {name: n for name, n in names.items() if n > 1}
    assert shared["Xã Tân Tiến"] == 7
    # 246 and 576 when the table begins; a commune that becomes a ward leaves its namesakes
    begun = Counter(table.units(row.code)[0].name for row in communes(table))
    assert (len(begun), sum(n > 1 for n in begun.values()), sum(n for n in begun.values() if n > 1)) == (2991, 246, 576)
    assert len(names) + sum(n - 1 for n in shared.values()) == 3321


def test_every_old_unit_went_somewhere_and_every_present_one_came_from_somewhere(table: PlaceTable) -> None:
    for row in table.old.values():
        went = table.successors(row)
        assert went, row.label
        assert len(set(went)) == len(went)
        assert set(went) <= set(table.now), row.label
        level = Level.PROVINCE if row.level is Level.PROVINCE else Level.COMMUNE
        assert {table.now[code].level for code in went} == {level}
    assert set(table.came_from) == {row.code for row in communes(table)}


def test_a_commune_stays_in_the_province_its_own_became(table: PlaceTable) -> None:
    for row in table.old.values():
        if row.level is not Level.PROVINCE:
            provinces = {table.now[code].parent for code in table.successors(row)}
            assert provinces == {table.now[row.line[-1].to[0]]}, row.label


def test_which_communes_were_split(table: PlaceTable) -> None:
    parts = Counter(len(row.to) for row in table.old.values() if row.to and row.level is not Level.PROVINCE)
    assert parts == {1: 9569, 2: 397, 3: 58, 4: 15, 5: 1}
    split = next(r for r in table.old.values() if r.label == "Phường Cống Vị, Quận Ba Đình, Thành phố Hà Nội")
    assert [table.now[code].full for code in split.to] == ["Phường Ngọc Hà", "Phường Giảng Võ"]


def test_a_present_unit_is_called_what_it_was_on_the_day(table: PlaceTable) -> None:
    was, now = table.units("26248")
    assert (was.name, was.valid_from, was.valid_to) == ("Xã Trảng Bom", PRESENT_SINCE, date(2026, 4, 29))
    assert (now.name, now.valid_from, now.valid_to, now.parent) == ("Phường Trảng Bom", date(2026, 4, 30), None, "75")
    assert now.valid_from == (was.valid_to or date.max) + timedelta(days=1)
    assert [u.name for u in table.units("24")] == ["Tỉnh Bắc Ninh", "Thành phố Bắc Ninh"]
    assert len(table.units("00004")) == 1
    assert table.units("99999") == ()


def test_a_change_that_names_no_unit_or_another_level_is_refused() -> None:
    csv = "present\nN,01,Một\nx,00001,Hai\nbefore\nN,01,Một,01\nH,001,Ba\nx,00001,Hai,00001\n"
    change = {"from": "2026-01-01", "law": "", "source": "", "what": "", "kinds": {"00001": "p"}}
    good = PlaceTable(csv, {"changes": [change], "earlier": [], "spellings": {}})
    assert [u.name for u in good.units("00001")] == ["Xã Hai", "Phường Hai"]
    for wrong in ({"00002": "p"}, {"00001": "T"}):
        with pytest.raises(ValueError, match="change of 2026"):
            PlaceTable(csv, {"changes": [{**change, "kinds": wrong}], "earlier": [], "spellings": {}})


def test_the_file_says_where_it_is_from_and_its_licence_lies_beside_it() -> None:
    text = (DATA / "places.csv").read_bytes()
    assert len(text) <= 400_000
    head = text[:900].decode()
    assert "vietnamadminunits 1.0.4" in head
    assert "MIT" in head
    licence = (DATA / "places.LICENSE.txt").read_text("utf-8")
    assert "MIT License" in licence
    assert "Tran Ngoc Minh Hieu" in licence
    packaged = (Path(__file__).parents[3] / "installer/files/copyright").read_text("utf-8")
    words = " ".join(packaged.replace("\n .\n", "\n").split())
    assert " ".join(licence.split("\n\n", 2)[2].split()) in words
    assert "Copyright: 2025 Tran Ngoc Minh Hieu" in words
    changes = json.loads((DATA / "places_changes.json").read_text("utf-8"))
    assert all(change["law"] and change["source"] for change in (*changes["changes"], *changes["earlier"]))


def test_what_of_the_agencies_is_read_in_a_law_and_what_is_inferred() -> None:
    data = json.loads((DATA / "agencies.json").read_text("utf-8"))
    assert (data["ended"]["state"], data["papers"]["state"]) == ("read", "read")
    assert {row["state"] for row in data["kinds"]} == {"inferred"}
    broken = {**data, "kinds": [{**data["kinds"][0], "state": "sure"}]}
    with pytest.raises(ValueError, match="kind of agency"):
        Agencies(broken)


def test_the_table_is_read_in_no_time_and_lies_light(table: PlaceTable) -> None:
    """48 ms of a core and 7.5 MB on the measured PC; and once.

    The time is a starting program's: among 7,000 tests' objects the collector's rounds would be counted with it.
    """
    timed = "t = time.process_time(); read_table(); print(time.process_time() - t)"
    program = f"import time; from workstation.rules.placetable import read_table; {timed}"
    seen = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert float(seen.stdout) < 0.15
    tracemalloc.start()
    kept = read_table()
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert len(kept.now) == len(table.now)
    assert held < 30_000_000
    assert load_places() is load_places()
