"""What goes to each peer, against golden files; texts within limits without a letter cut; numbers of the national systems."""

import json
import unicodedata
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.adapters import opencps_map, portal1_map, portal2_map
from sync.adapters.codes import parse_case_code
from sync.adapters.portal2_map import Stored
from sync.adapters.text import compact_time, spaced_time, trimmed
from tests.conformance.peers.parcels import AT, BOOK, CODE, PARCEL
from workstation.domain.peers import CaseStatus, PeerConfig

GOLDEN = Path(__file__).parents[2] / "golden" / "peers"
CONFIG = PeerConfig(
    name="cong", kind="portal-1", url="https://portal.example.vn", unit_code="H29.17", unit_name="UBND Phường Thử Nghiệm",
    account="tram-01", files_url="https://ward.example.vn/tep/{sha256}", codes="codes.json",
)  # fmt: skip
STORED = {d.id: Stored(f"tep-{i}", d.sha256) for i, d in enumerate(PARCEL.documents, 1)}

BODIES = {
    "portal1-dong-bo-ho-so-mc": lambda: portal1_map.dossier_body(PARCEL, CONFIG, BOOK, CaseStatus.IN_PROGRESS),
    "portal1-cap-nhat-tien-do-ho-so-mc": lambda: portal1_map.progress_body(PARCEL, CONFIG, AT),
    "portal2-create-dossier": lambda: portal2_map.case_body(PARCEL, CODE, CONFIG, BOOK, STORED),
    "portal2-cap-nhat-trang-thai": lambda: portal2_map.status_body(PARCEL, "ho-so-7", CODE, CONFIG, BOOK, STORED),
    "opencps-dossier": lambda: opencps_map.dossier_form(PARCEL, CONFIG, BOOK),
    "opencps-file": lambda: opencps_map.file_form(PARCEL, PARCEL.documents[1], BOOK),
}


@pytest.mark.parametrize("name", BODIES)
def test_body_is_the_golden_one(name: str) -> None:
    assert BODIES[name]() == json.loads((GOLDEN / f"{name}.json").read_text("utf-8"))


def test_every_golden_file_is_of_a_body() -> None:
    ours = {path.stem for path in GOLDEN.glob("*.json") if path.stem.split("-")[0] in ("portal1", "portal2", "opencps")}
    assert ours == set(BODIES)


LETTERS = st.text(st.sampled_from("aăâeêioôơuưyđĐẶỗữ ,.-") | st.characters(codec="utf-8"), max_size=120)


@given(LETTERS, st.integers(2, 60), st.booleans())
def test_a_text_keeps_its_limit_and_its_letters(text: str, limit: int, apart: bool) -> None:
    given_text = unicodedata.normalize("NFD" if apart else "NFC", text)
    cut = trimmed(given_text, limit)
    whole = " ".join(unicodedata.normalize("NFC", text).split())
    assert len(cut.encode("utf-16-le")) <= 2 * limit
    assert cut == unicodedata.normalize("NFC", cut)
    if len(whole.encode("utf-16-le")) <= 2 * limit:
        assert cut == whole
        return
    kept = cut.removesuffix("…") if not whole.startswith(cut) else cut
    assert whole.startswith(kept)
    if kept:
        after = whole[len(kept)]
        assert unicodedata.category(after)[0] != "M", "a letter lost its mark"


def test_long_texts_end_at_a_word() -> None:
    subject = "Về việc cấp giấy chứng nhận quyền sử dụng đất " * 40
    cut = trimmed(unicodedata.normalize("NFD", subject), 1000)
    assert 900 < len(cut) <= 1000 and cut.endswith("…")
    assert cut[:-1].split() == subject.split()[: len(cut.split())]
    assert trimmed("x" * 60, 50) == "x" * 49 + "…"
    assert trimmed("e\u0323\u0302" * 60, 50) == "ệ" * 49 + "…"
    assert trimmed("q\u0323" * 60, 50) == "q\u0323" * 24 + "…"  # a letter that has no composed form is two units
    assert trimmed("1\u20dd" * 60, 50) == "1\u20dd" * 24 + "…"  # a mark that encloses has combining class 0
    assert trimmed("a\u034f\u0323" * 60, 50) == "a\u034f\u0323" * 16 + "…"
    assert trimmed("क\u0940" * 60, 50) == "क\u0940" * 24 + "…"  # so have most vowel signs of India
    assert trimmed("𠀀" * 60, 50) == "𠀀" * 24 + "…"  # two UTF-16 units each


@pytest.mark.parametrize("limit", [50, 1000, 2000, 4000])
def test_limits_of_the_fields(limit: int) -> None:
    long = "Ủy ban nhân dân phường " * 400
    fields = {"subject": long}
    parcel = replace(PARCEL, title=long, documents=tuple(replace(d, fields=fields, signer=long) for d in PARCEL.documents))
    body = portal1_map.dossier_body(parcel, CONFIG, BOOK, CaseStatus.DONE)
    components, results = body["TaiLieuNop"], body["DanhSachGiayToKetQua"]
    assert isinstance(components, list) and isinstance(results, list)
    values = {
        50: portal1_map.progress_body(parcel, CONFIG, AT)["NguoiXuLy"],
        1000: body["TrichYeuHoSo"],
        2000: results[0]["TenGiayTo"],
        4000: components[0]["TenTepDinhKem"],
    }
    assert limit - 10 <= len(str(values[limit])) <= limit


def test_times_are_those_of_vietnam_in_each_peers_form() -> None:
    assert compact_time(AT) == "20260610013015"
    assert spaced_time(AT) == "2026-06-10 01:30:15"
    assert compact_time(datetime(2026, 12, 31, 17, 0, tzinfo=UTC)) == "20270101000000"
    assert (compact_time(None), spaced_time(None)) == ("", "")


@pytest.mark.parametrize(
    ("text", "unit", "day", "serial"),
    [
        ("H29.17-200701-0001", "H29.17", date(2020, 7, 1), "0001"),
        ("G09.20-20260609-0092637", "G09.20", date(2026, 6, 9), "0092637"),
        ("000.00.17.H29-240229-12345", "000.00.17.H29", date(2024, 2, 29), "12345"),
        (" H29.17.12-260609-0001\n", "H29.17.12", date(2026, 6, 9), "0001"),
    ],
)
def test_case_numbers_of_both_styles(text: str, unit: str, day: date, serial: str) -> None:
    code = parse_case_code(text)
    assert code is not None
    assert (code.text, code.unit, code.day, code.serial) == (text.strip(), unit, day, serial)


@pytest.mark.parametrize(
    "text",
    ["", "HS-0001", "H29.17-230229-0001", "H29.17-20261301-0001", "H29.17-200701-001", "H29.17-200701-00000001",
     "h29.17-200701-0001", "H29.17-2007011-0001", "H29.17_200701_0001", "A.B-200701-0001", "H29.17-200701-0001; x",
     "H29.17-\uff1200701-0001"],
)  # fmt: skip
def test_what_is_no_case_number(text: str) -> None:
    assert parse_case_code(text) is None
