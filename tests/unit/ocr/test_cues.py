"""Where a document may begin: sure headers split by themselves, weaker signs are told, a continuation is neither."""

from collections.abc import Sequence

import pytest

from ocr.cues import split_cues
from ocr.worker import split_documents
from tests.pagemaker import Kind, PageSpec, make_document, make_page
from tests.unit.ocr.test_split import TYPES, as_read
from workstation.domain.page import Engine, PageText, Word
from workstation.domain.splitcue import Cue

WIDTH, HEIGHT = 1654, 2339
NATION = (("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 200), ("Độc lập - Tự do - Hạnh phúc", 250))
SIGNED = (("Nơi nhận:", 1700, 200), ("- Lưu: VT.", 1740, 200), ("CHỦ TỊCH", 1700, 1100), ("Phạm Văn Ký", 2000, 1100))


def page(*lines: tuple[str, int] | tuple[str, int, int]) -> PageText:
    """Lines at heights of an A4 page of 200 dpi, from the left edge of the print or from ``x``."""
    words = []
    for number, line in enumerate(lines):
        text, y, x = (*line, 300)[:3]
        for part in str(text).split():
            words.append(Word(part, (x, y, x + 18 * len(part), y + 32), 0.95, number))
            x += 18 * (len(part) + 1)
    return PageText(WIDTH, HEIGHT, 200, tuple(words), Engine("test", "1", "", ""), 0)


def body(*more: tuple[str, int]) -> PageText:
    return page(*((f"Dòng thứ {n} của văn bản, viết cho đủ chữ.", 500 + 60 * n) for n in range(9)), *more)


def split(texts: Sequence[PageText | None], *, attended: bool = True) -> list[tuple[int, ...]]:
    return [d.pages for d in split_documents(texts, TYPES, attended=attended)]


def test_a_national_name_alone_is_suggested_where_somebody_answers() -> None:
    texts = [body(), page(*NATION, ("Nội dung nào đó không có tên loại", 500))]
    assert split(texts) == [(0, 1)] and split_cues(texts, TYPES) == (None, Cue.NATION)
    assert split(texts, attended=False) == [(0,), (1,)], "where nobody does, it splits"


@pytest.mark.parametrize("more", [("QUYẾT ĐỊNH", 400), ("Số: 12/QĐ-UBND", 320)])
def test_with_its_title_or_number_it_splits(more: tuple[str, int]) -> None:
    texts = [body(), page(*NATION, more)]
    assert split(texts) == [(0,), (1,)]
    assert split_cues(texts, TYPES) == (None, Cue.HEADER), "inside what separator sheets hold together"


@pytest.mark.parametrize("numbers, at", [
    (["2", "1", "2"], [1]),
    (["", "2", "", "2"], [2]),
    (["", "2", "3", "1"], [3]),
    (["1", "2", "3"], []),
    (["", "2", "3", "4"], []),
    (["", "", "2"], []),
    (["Trang 2/2", "Trang 1/3", "Trang 2/3"], [1]),
    (["- 2 -", "- 1 -"], [1]),
    (["12", "13", "14"], []),
])  # fmt: skip
def test_pages_counted_from_one_again(numbers: list[str], at: list[int]) -> None:
    texts = [body(*([(n, 90)] if n else [])) for n in numbers]
    assert [i for i, cue in enumerate(split_cues(texts, TYPES)) if cue is Cue.RESTART] == at


def test_a_number_in_the_text_is_no_page_number() -> None:
    assert split_cues([body(("2", 900)), body(("1", 1000))], TYPES) == (None, None)


def test_what_follows_a_signer_may_begin_anew() -> None:
    signed = page(("Điều 1. Nội dung.", 500), *SIGNED)
    assert split_cues([signed, body()], TYPES) == (None, Cue.ENDED)
    assert split_cues([signed, None, body()], TYPES) == (None, None, Cue.ENDED), "a blank back between"
    for appended in ("PHỤ LỤC I", "DANH SÁCH HỘ ĐƯỢC HỖ TRỢ", "(Kèm theo Quyết định số 12/QĐ-UBND)"):
        assert split_cues([signed, page((appended, 200), ("Nội dung", 600))], TYPES)[1] is None


def test_blank_pages_and_the_first_page_suggest_nothing() -> None:
    first = page(*NATION, ("Nội dung", 500))
    assert split_cues([None, first, None], TYPES) == (None, None, None)
    assert split_cues([], TYPES) == () and split_cues([None], TYPES) == (None,)


@pytest.mark.parametrize("kind", [Kind.DECISION, Kind.LIST, Kind.LETTER, Kind.APPLICATION, Kind.CERTIFIED_COPY])
def test_no_document_of_ours_is_suggested_to_be_two(kind: Kind) -> None:
    texts = [as_read(p) for p in make_document(PageSpec(kind, seed=5, dpi=150))]
    assert set(split_cues(texts, TYPES)) == {None}


def test_documents_behind_one_another_are_told_apart() -> None:
    stack = [as_read(make_page(PageSpec(kind, seed=n, dpi=150))) for n, kind in enumerate((Kind.LETTER, Kind.NOTICE, Kind.LIST))]
    assert split(stack) == [(0,), (1,), (2,)]
