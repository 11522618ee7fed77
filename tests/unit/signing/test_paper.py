"""The report as a file: PDF/A-2b, every letter there and inside the margins, however much there is to say."""

import re
import subprocess
import time
import unicodedata
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pikepdf.pdfa
import pymupdf
import pytest

from signing.paper import TONES, Paper, Row, Section, Words, write
from signing.typeface import metrics, wrap
from tests.letters import VIETNAMESE_LETTERS

MADE = datetime(2026, 11, 21, 10, 45, 19, tzinfo=UTC)


def paper(*sections: Section, tone: str = "good") -> Paper:
    return Paper(Words("Kết quả", "Result"), Words("Hợp lệ", "Valid"), tone, sections, MADE, "Trạm số hóa 9.9")


def rows(count: int) -> tuple[Row, ...]:
    return tuple(Row(Words(f"Mục {n}", f"Item {n}"), (Words(f"giá trị thứ {n} " * 9, "value " * 12),)) for n in range(count))


def text_of(path: Path) -> str:
    done = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, timeout=60, check=True)
    return done.stdout


@pytest.mark.parametrize("tone", sorted(TONES))
def test_conforms_and_says_everything(tone: str, tmp_path: Path) -> None:
    out = tmp_path / "bao-cao.pdf"
    write(paper(Section(Words("Chữ ký 1", "Signature 1"), rows(3)), tone=tone), out)
    with pikepdf.open(out) as pdf:
        assert pdf.Root.Lang == "vi" and pdf.open_metadata()["dc:title"] == "Kết quả"
    assert pikepdf.pdfa.validate_written(out, "2b").passed
    told = text_of(out)
    for wanted in ("Kết quả", "Result", "Hợp lệ", "Chữ ký 1", "Mục 2", "Item 2", "21/11/2026 17:45:19 +07:00", "1/1"):
        assert wanted in told
    assert [path.name for path in tmp_path.iterdir()] == ["bao-cao.pdf"], "no temporary file stays"


def test_all_letters_come_back(tmp_path: Path) -> None:
    value = " ".join(VIETNAMESE_LETTERS[start : start + 10] for start in range(0, len(VIETNAMESE_LETTERS), 10))
    write(paper(Section(Words("Chữ"), (Row(Words("Chữ"), (Words(value),)),))), tmp_path / "a.pdf")
    told = unicodedata.normalize("NFC", text_of(tmp_path / "a.pdf"))
    assert set(VIETNAMESE_LETTERS) <= set(told)


def test_what_the_face_lacks_is_marked_and_breaks_nothing(tmp_path: Path) -> None:
    write(paper(Section(Words("A"), (Row(Words("Tên"), (Words("李 \u0007\n x\u202e"),)),))), tmp_path / "a.pdf")
    assert re.search(r"Tên +\? \? x\?", text_of(tmp_path / "a.pdf"))


def spans(path: Path) -> list[tuple[int, float, float, float, float]]:
    with pymupdf.open(path) as pdf:
        return [(page.number, *word[:4]) for page in pdf for word in page.get_text("words")]


@pytest.mark.parametrize("count", [1, 20, 120])
def test_nothing_leaves_the_page_or_lies_on_anything_else(count: int, tmp_path: Path) -> None:
    out = tmp_path / "a.pdf"
    write(paper(Section(Words("Một"), rows(count)), Section(Words("Hai"), rows(2))), out)
    words = spans(out)
    assert all(x0 >= 50 and x1 <= 545 and y0 >= 40 and y1 <= 825 for _, x0, y0, x1, y1 in words)
    for number in {page for page, *_ in words}:
        here = sorted(rect for page, *rect in words if page == number)
        for index, (x0, y0, x1, y1) in enumerate(here):
            for other in here[index + 1 :]:
                if other[0] >= x1:
                    break
                across = min(x1, other[2]) - max(x0, other[0])
                down = min(y1, other[3]) - max(y0, other[1])
                assert across < 0.5 or down < 3, "letters overlap (line boxes may touch)"
    told = text_of(out)
    assert all(f"Mục {n}\n" in told or f"Mục {n} " in told for n in range(count))


def test_one_value_longer_than_a_page(tmp_path: Path) -> None:
    value = Words(" ".join(f"chữ{n}" for n in range(1500)))
    write(paper(Section(Words("Dài"), (Row(Words("Tên", "Name"), (value,)), *rows(1)))), tmp_path / "a.pdf")
    with pymupdf.open(tmp_path / "a.pdf") as pdf:
        assert pdf.page_count >= 2
        told = " ".join(page.get_text() for page in pdf)
    assert all(f"chữ{n}" in told for n in (0, 700, 1499))
    assert "Item 0" in told


def test_a_word_without_end_is_broken_in_time(tmp_path: Path) -> None:
    """A file name, or what somebody wrote into a certificate."""
    limit, begun = 20_000, time.process_time()
    lines = wrap("Ngọc" * 25_000, limit)
    assert time.process_time() - begun < 2
    assert "".join(lines) == "Ngọc" * 25_000 and all(metrics().width(line) <= limit for line in lines)
    assert metrics().width(lines[0] + "N") > limit, "as full as they get"
    assert wrap("N", 1) == ("N",) and wrap("NN a", 1) == ("N", "N", "a"), "at least one letter"


def test_the_same_words_give_the_same_pages(tmp_path: Path) -> None:
    for name in ("a.pdf", "b.pdf"):
        write(paper(Section(Words("Một"), rows(5))), tmp_path / name)
    with pikepdf.open(tmp_path / "a.pdf") as one, pikepdf.open(tmp_path / "b.pdf") as other:
        assert [p.Contents.read_bytes() for p in one.pages] == [p.Contents.read_bytes() for p in other.pages]


def test_a_place_that_can_not_be_written_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "folder.pdf").mkdir()
    with pytest.raises(OSError):
        write(paper(Section(Words("Một"), rows(1))), tmp_path / "folder.pdf")
    assert [path.name for path in tmp_path.iterdir()] == ["folder.pdf"]
