"""Numbers, pages, what may be made of what, and the marks that a page bears."""

from dataclasses import replace
from datetime import date

import pytest

from tests.unit.store.samples import entry
from workstation.domain.copies import CopyKind, Medium, SourceIs, check_source, code_of, pages_of, pages_text, request_of
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import Sha256
from workstation.domain.marks import copy_marks, is_secret, unread_mark
from workstation.domain.page import Engine, PageText, UnreadArea, Word
from workstation.rules.reader import load_rules

DAY = date(2026, 11, 28)
RULES = load_rules().copies


def page(*lines: str, notes: tuple[str, ...] = (), gap: int = -1) -> PageText:
    """Words of 10 units a letter, half a line apart; ``gap``: the word of each line before which there is a wide gap."""
    words = []
    for number, line in enumerate(lines):
        x = 0.0
        for n, text in enumerate(line.split()):
            x += 200 if n == gap else 0
            words.append(Word(text, (x, 30.0 * number, x + 10 * len(text), 30.0 * number + 20), 0.9, number))
            x += 10 * len(text) + 10
    unread = tuple(UnreadArea("stamp", (0, 0, 9, 9), note) for note in notes)
    return PageText(2480, 3508, 300, tuple(words), Engine("t", "1", "vie:0", ""), 0.1, (), unread)


@pytest.mark.parametrize(
    ("kind", "number", "code"),
    [
        (CopyKind.SAO_Y, 1, "01/SY-UBND"),
        (CopyKind.SAO_LUC, 9, "09/SL-UBND"),
        (CopyKind.TRICH_SAO, 10, "10/TrS-UBND"),
        (CopyKind.SAO_Y, 1234, "1234/SY-UBND"),
    ],
)
def test_number_and_symbol(kind: CopyKind, number: int, code: str) -> None:
    assert code_of(RULES.rule(kind, DAY), RULES.series_of(kind, DAY), number, "UBND") == code


def test_the_three_kinds_share_a_row_of_numbers_and_another_row_could_be_their_own() -> None:
    assert {RULES.series_of(kind, DAY).book for kind in (CopyKind.SAO_Y, CopyKind.SAO_LUC, CopyKind.TRICH_SAO)} == {"sao"}
    shared = RULES.series[0]
    own = tuple(replace(shared, book=kind.value, kinds=frozenset({kind})) for kind in sorted(shared.kinds, key=lambda k: k.value))
    rules = replace(
        RULES, series=(replace(shared, valid_to=date(2026, 12, 31)), *(replace(s, valid_from=date(2027, 1, 1)) for s in own))
    )
    assert rules.series_of(CopyKind.TRICH_SAO, date(2026, 12, 31)).book == "sao"
    assert rules.series_of(CopyKind.TRICH_SAO, date(2027, 1, 1)).book == "trich-sao"
    with pytest.raises(KeyError):
        rules.series_of(CopyKind.SAO_Y, date(2019, 1, 1))


@pytest.mark.parametrize(
    ("text", "pages", "told"),
    [("1", (1,), "1"), ("1-3,5", (1, 2, 3, 5), "1-3, 5"), ("5, 1-2,2", (1, 2, 5), "1-2, 5"), ("2-2", (2,), "2")],
)
def test_pages(text: str, pages: tuple[int, ...], told: str) -> None:
    assert pages_of(text, 5) == pages and pages_text(pages) == told


@pytest.mark.parametrize("text", ["", "0", "6", "3-1", "1-6", "1;2", "a", "-1", "1-", "1,,2", "999999", "١"])
def test_pages_that_are_not_there(text: str) -> None:
    with pytest.raises(WorkstationError, match="U01"):
        pages_of(text, 5)


MAY = {
    (CopyKind.SAO_Y, Medium.PAPER, SourceIs.ORIGINAL),
    (CopyKind.SAO_LUC, Medium.PAPER, SourceIs.SAO_Y),
    (CopyKind.TRICH_SAO, Medium.PAPER, SourceIs.ORIGINAL),
    (CopyKind.TRICH_SAO, Medium.ELECTRONIC, SourceIs.ORIGINAL),
}
"""Decree 30/2020 art. 3.10 to 3.12 and 25, of what becomes a file."""


@pytest.mark.parametrize("kind", [CopyKind.SAO_Y, CopyKind.SAO_LUC, CopyKind.TRICH_SAO])
@pytest.mark.parametrize("medium", Medium)
@pytest.mark.parametrize("is_a", SourceIs)
def test_what_may_be_made_of_what(kind: CopyKind, medium: Medium, is_a: SourceIs) -> None:
    if (kind, medium, is_a) in MAY:
        check_source(RULES.rule(kind, DAY), medium, is_a)
    else:
        with pytest.raises(WorkstationError, match="S04"):
            check_source(RULES.rule(kind, DAY), medium, is_a)


def test_the_same_wish_is_one_and_another_is_another() -> None:
    asked = (CopyKind.TRICH_SAO, Sha256("ab" * 32), (1, 2), "Phòng A", "lưu")
    others = [
        (CopyKind.SAO_Y, *asked[1:]), (asked[0], Sha256("cd" * 32), *asked[2:]), (*asked[:2], (1,), *asked[3:]),
        (*asked[:3], "Phòng B", "lưu"), (*asked[:4], "gửi"),
    ]  # fmt: skip
    assert len({request_of(*wish) for wish in (asked, *others)}) == 6 and request_of(*asked) == request_of(*asked)


def test_the_mark_says_which_pages_a_part_has() -> None:
    made = entry(3)
    assert made.mark == "TRÍCH SAO 03/TrS-UBND (trang 1, 3 / 3)"
    whole = replace(made, kind=CopyKind.SAO_Y, code="03/SY-UBND", subject=replace(made.subject, pages=(1, 2, 3)))
    assert whole.mark == "SAO Y 03/SY-UBND"


@pytest.mark.parametrize(
    "text",
    [
        page("UBND PHƯỜNG MẪU", "MẬT"),
        page("| TỐI MẬT |"),
        page("TUYỆT MẬT"),
        page("Số: 05/BC-UBND TỐI MẬT"),
        page("Số: 05/BC-UBND MẬT", gap=2),
        page("Quyết định", notes=("BẢN SỐ 2\nMẬT",)),
        page("MẬT"),  # decomposed
        page("TUYỆTMẬT"),
        page("TOI MẠT"),  # as a reader of 200 dpi saw it
        page("TÔI MẬT", "ỦY BAN NHÂN DÂN"),
        page("MẠT"),
        page("Số: 05/BC-UBND MẬT"),
        page("Độ mật: Tối mật"),
        page("BẢO VỆ BÍ", "MẬT NHÀ NƯỚC", "MẬT"),
        page("Quyết định", notes=("TOI MAT",)),
    ],
)
def test_a_mark_of_secrecy_is_seen(text: PageText) -> None:
    assert is_secret(text)


@pytest.mark.parametrize(
    "text",
    [
        page("QUY CHẾ BẢO VỆ BÍ MẬT NHÀ NƯỚC"),
        page("Văn bản mật được đăng ký riêng", "tối mật"),
        page("CƠ SỞ SẢN XUẤT MẬT ONG"),
        page("BẢO MẬT THÔNG TIN"),
        page(""),
        page("MẬT ĐỘ DÂN SỐ"),
        page("VỀ VIỆC QUẢN LÝ TÀI LIỆU TUYỆT MẬT, TỐI MẬT"),
        page("DANH MỤC TÀI LIỆU TỐI MẬT"),
        page("QUY CHẾ BẢO VỆ BÍ", "MẬT"),
        page("TUYỆT MẬT, TỐI MẬT, MẬT"),
        page("TỐI MẬT MẬT", gap=2),  # the columns of a form
        page("Độ mật: Thường"),
        page("Độ mật: mật, tối mật hoặc tuyệt mật"),
        page("MẮT", "MẶT", "MẤT"),
        page("TÔI MẤT GIẤY TỜ"),
        page("tối mật"),
        page("Số: 05/BC-UBND"),
        page("Bảo mật", notes=("ĐÃ THU TIỀN", "BẢO MẬT")),
    ],
)
def test_words_about_secrets_are_no_mark(text: PageText) -> None:
    assert not is_secret(text)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (page("SAO Y", "UBND PHƯỜNG MẪU"), {SourceIs.SAO_Y}),
        (page("SAOY_._"), {SourceIs.SAO_Y}),
        (page("Sao y bản chính"), {SourceIs.SAO_Y}),
        (page("Số: 12/SY-UBND"), {SourceIs.SAO_Y}),
        (page("SAO LỤC"), {SourceIs.COPY}),
        (page("CHỨNG THỰC BẢN SAO ĐÚNG VỚI BẢN CHÍNH"), {SourceIs.COPY}),
        (page("Bản sao"), {SourceIs.COPY}),
        (page("TRÍCH SAO", notes=("SAO Y",)), {SourceIs.COPY, SourceIs.SAO_Y}),
        (page("Về việc sao y các văn bản", "kèm theo bản sao giấy khai sinh", "Số: 12/QĐ-UBND"), set()),
    ],
)
def test_marks_of_a_copy(text: PageText, kinds: set[SourceIs]) -> None:
    assert copy_marks(text) == kinds


@pytest.mark.parametrize(
    ("kind", "box_mm", "note", "told"),
    [
        ("stamp", (30, 50, 50, 58), "", True),
        ("stamp", (30, 50, 50, 58), "KHẨN", False),
        ("stamp", (120, 200, 160, 220), "", False),
        ("stamp", (30, 50, 66, 86), "", False),
        ("stamp", (30, 50, 34, 52), "", False),
        ("handwriting", (30, 50, 50, 58), "", False),
    ],
    ids=["frame", "read", "signature", "seal", "tick", "hand"],
)
def test_a_stamp_that_was_not_read_may_be_a_mark_of_secrecy(kind: str, box_mm: tuple[float, ...], note: str, told: bool) -> None:
    x0, y0, x1, y1 = (value * 300 / 25.4 for value in box_mm)
    area = UnreadArea(kind, (x0, y0, x1, y1), note)
    assert unread_mark(replace(page("Quyết định"), unread=(area,))) == told
