"""What a code on paper is to the program, and how much of what it says is kept."""

import pytest

from workstation.domain.codes import (
    CodeKind,
    PageCode,
    Separator,
    record_code,
    separator_of,
    separator_payload,
    slip_payload,
    understood,
)
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import Sha256

CARD = "001090012345|012345678|Nguyễn Văn Mẫu|01021990|Nam|Số 00, phường Thử|05052021"


@pytest.mark.parametrize("kind", list(Separator))
def test_our_separators_are_known_again(kind: Separator) -> None:
    assert understood(separator_payload(kind)) == (CodeKind.SEPARATOR, kind.value)
    assert understood(f" {separator_payload(kind)}\r\n") == (CodeKind.SEPARATOR, kind.value)


@pytest.mark.parametrize("code", ["HS-0001", "H29.17-20261120-0092637", "a:b", "x" * 60])
def test_a_slip_names_its_dossier(code: str) -> None:
    if ":" in code:
        with pytest.raises(WorkstationError, match="U01"):
            slip_payload(code)
    else:
        assert understood(slip_payload(code)) == (CodeKind.SLIP, code)


@pytest.mark.parametrize("code", ["", "x" * 61, "HỒ-SƠ", "HS 0001", "HS-1\n"])
def test_what_can_not_be_a_code_gets_no_slip(code: str) -> None:
    with pytest.raises(WorkstationError, match="U01"):
        slip_payload(code)


def test_every_changed_digit_of_a_check_number_is_seen() -> None:
    good = separator_payload(Separator.DOCUMENT)
    for at in range(1, 5):
        for digit in "0123456789":
            bad = good[: len(good) - at] + digit + good[len(good) - at + 1 :]
            assert (understood(bad)[0] is CodeKind.SEPARATOR) == (bad == good)


def test_a_payload_of_ours_with_another_meaning_is_none_of_ours() -> None:
    body = slip_payload("KHAC")
    assert understood(body.replace(":HS:", ":SEP:")) == (CodeKind.OTHER, "")


def test_of_an_identity_card_nothing_is_kept() -> None:
    assert understood(CARD) == (CodeKind.IDENTITY, "")
    assert understood(CARD.replace("|012345678|", "||")) == (CodeKind.IDENTITY, "")
    assert understood(CARD + "|Lê Thị Mẫu|Nguyễn Văn Thử") == (CodeKind.IDENTITY, "")


@pytest.mark.parametrize("text", [
    "001090012345", "012345678", "DN4797912345678", "B1234567", "Nguyễn Văn Mẫu", "NGUYEN-VAN-MAU", "0905123456", "",
    "https://example.vn/001090012345", "-", "HS-", "1-1", "A" * 200,
])  # fmt: skip
def test_what_may_be_about_a_person_is_not_kept(text: str) -> None:
    assert understood(text) == (CodeKind.OTHER, "")


@pytest.mark.parametrize("text, code", [
    ("H29.17-20261120-0092637", "H29.17-20261120-0092637"),
    ("000.00.17.H29-230401-0001", "000.00.17.H29-230401-0001"),
    ("https://dichvucong.example/tra-cuu?ma=H29.17-20261120-0092637", "H29.17-20261120-0092637"),
    ("g09.20-20260609-0092637", "G09.20-20260609-0092637"),
])  # fmt: skip
def test_a_receipts_code_is_kept(text: str, code: str) -> None:
    assert understood(text) == (CodeKind.OTHER, code) and record_code(text) == code


def test_a_bare_code_of_a_dossier_names_it() -> None:
    assert understood("HS-0012") == (CodeKind.SLIP, "HS-0012")


def test_the_larger_separator_counts() -> None:
    both = [PageCode(CodeKind.SEPARATOR, "qr", s.value, Sha256("0"), (0, 0, 1, 1)) for s in Separator]
    assert separator_of(both) is Separator.DOSSIER and separator_of(both[:1]) is Separator.DOCUMENT
    assert separator_of([PageCode(CodeKind.OTHER, "code128", "", Sha256("0"), (0, 0, 1, 1))]) is None


@pytest.mark.parametrize(
    "said",
    [
        "H29.17-200701-0001|2.000815|079000000001|Giấy tiếp nhận hồ sơ và hẹn trả kết quả|2020-07-01",
        "Mã hồ sơ: H29.17-200701-0001\nMã thủ tục: 2.000815\nNgười nộp: 079000000001",
        "MaHoSo:H29.17-200701-0001;MaTTHC:2.000815",
    ],
)
def test_of_a_receipts_code_only_the_dossiers_code_is_kept(said: str):
    assert understood(said) == (CodeKind.OTHER, "H29.17-200701-0001")


def test_a_code_that_names_two_dossiers_names_none():
    assert understood("H29.17-200701-0001|H29.17-200701-0002") == (CodeKind.OTHER, "")
    assert understood("079000000001|2.000815") == (CodeKind.OTHER, "")
