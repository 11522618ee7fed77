"""The search index, on SQLite and PostgreSQL. What a question finds is told by the words, not by the database."""

import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from workstation.domain.errors import WorkstationError
from workstation.domain.fields import nfc
from workstation.domain.folding import plain
from workstation.domain.ids import DocumentId, DossierId, new_id
from workstation.domain.search import Paper, tokens
from workstation.domain.searchquery import Filters, ask
from workstation.domain.searchwords import words
from workstation.store import fulltext, fulltext_postgres
from workstation.store.fulltext import SqlSearchIndex
from workstation.store.fulltext_postgres import TextSearch
from workstation.store.fulltext_sqlite import Fts5
from workstation.store.searchindex import open_index


def paper(body: str = "", version: int = 1, code: str = "HS-0001", type_code: str = "QĐ", **fields: str) -> Paper:
    given = tuple((name, nfc(value)) for name, value in fields.items() if nfc(value))
    return Paper(
        DocumentId(new_id()), DossierId(new_id()), version, code, "Tập lưu", type_code, "Quyết định", "signed", given, nfc(body)
    )


@pytest.fixture
def index(address: str, tmp_path: Path) -> Iterator[SqlSearchIndex]:
    opened = open_index(tmp_path / "search.sqlite3", address if "://" in address else "")
    yield opened
    opened.close()


def in_blocks(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    for dialect in (Fts5, TextSearch):
        monkeypatch.setattr(dialect, "block", size)


TYPES = [("QĐ", "Quyết định"), ("TB", "Thông báo")]
ALL = Filters()


def found(index: SqlSearchIndex, typed: str, filters: Filters = ALL, limit: int = 50, *, typing: bool = False) -> list[Paper]:
    wanted = ask(typed, filters, TYPES, typing=typing).wanted
    return list(index.find(wanted, limit, 0, 9).papers)


def test_words_are_found_with_and_without_diacritics_and_exact_ones_come_first(index: SqlSearchIndex) -> None:
    hoa, hoaf = paper(person_name="Trần Thị Hòa"), paper(person_name="Trần Thị Hoa")
    index.put([hoa, hoaf])
    assert found(index, "hoa") == [hoaf, hoa]  # no diacritics: all, the newest first
    assert found(index, "Hòa") == [hoa, hoaf]
    assert found(index, "TRAN THI HOA") == [hoaf, hoa]
    assert found(index, "Trần Thị Hòa") == [hoa, hoaf]
    assert found(index, "Trần Văn") == []


def test_d_with_a_bar_is_a_d(index: SqlSearchIndex) -> None:
    one = paper("Đường Điện Biên Phủ")
    index.put([one])
    assert found(index, "duong dien") == found(index, "đường điện") == found(index, "ĐIỆN") == [one]


def test_names_before_fields_before_text(index: SqlSearchIndex) -> None:
    in_name, in_field, in_text = paper(person_name="Lê Mẫu"), paper(subject="Việc của Mẫu"), paper("Lời khai của mẫu")
    index.put([in_name, in_field, in_text])
    assert found(index, "mau") == [in_name, in_field, in_text]


def test_words_that_stand_together_come_first(index: SqlSearchIndex) -> None:
    together, apart = paper("về việc cấp đất ở"), paper("cấp giấy về đất")
    index.put([together, apart])
    assert found(index, "cấp đất") == [together, apart]
    assert found(index, '"cấp đất"') == [together]


def test_a_phrase_does_not_go_from_one_field_into_the_next(index: SqlSearchIndex) -> None:
    index.put([paper(subject="cấp", recipients="đất")])
    assert found(index, '"cấp đất"') == []


def test_numbers_and_days_however_they_are_written(index: SqlSearchIndex) -> None:
    wanted = paper("Số 127", number="127", notation="QĐ-UBND", issued_date="2019-03-14")
    index.put([wanted, paper("Số 12", number="12", notation="TB-UBMT", issued_date="2019-03-15")])
    typed = ["127/QĐ-UBND", "127/qd-ubnd", "127", "số 127", "QĐ-UBND"]
    for one in [*typed, "14/3/2019", "14/03/2019", "14-3-2019", "2019-03-14", "14.3.19"]:
        assert found(index, one) == [wanted], one


def test_a_day_in_the_text(index: SqlSearchIndex) -> None:
    written = ["ngày 14 tháng 3 năm 2019", "ngày 14 tháng 03 năm 2019", "sinh 14/03/2019", "14.3.2019"]
    wanted = [paper(one) for one in written]
    index.put([*wanted, paper("ngày 15 tháng 4 năm 2019"), paper("14 tờ, 3 bản, 2019 trang")])
    assert set(found(index, "14/3/2019")) == set(wanted)


def test_identity_numbers(index: SqlSearchIndex) -> None:
    wanted = [paper(identity_number=n) for n in ("079199012345", "079 199 012 345", "079.199.012.345")]
    index.put([*wanted, paper(identity_number="179199012345"), paper(identity_number="079299012345")])
    for typed in ("079199012345", "079 1990 12345", "079 199 012 345"):
        assert set(found(index, typed)) == set(wanted), typed
    assert set(found(index, "0791990", typing=True)) == set(wanted) and found(index, "0791990") == []


def test_the_last_word_may_be_a_beginning_while_somebody_types(index: SqlSearchIndex) -> None:
    one = paper("Giấy khai sinh của Nguyễn Mẫu")
    index.put([one, paper("Đơn xin xác nhận")])
    for typed in ("nguy", "nguyê", "giấy kh", "khai s", "mẫ", "ma"):
        assert found(index, typed, typing=True) == [one], typed
    assert found(index, "nguy ", typing=True) == found(index, "nguy") == []


def test_filters_hold_alone_and_with_words(index: SqlSearchIndex) -> None:
    old = paper("giấy", issued_date="2009-12-31", organ_name="UBND phường Bến Mẫu", code="HS-0007")
    new = paper("giấy", issued_date="2010-01-01", organ_name="UBND xã Thử", type_code="TB")
    undated = paper("giấy", organ_name="UBND xã Thử")
    index.put([old, new, undated])
    assert found(index, "", Filters(last=date(2009, 12, 31))) == [old]
    assert found(index, "giấy", Filters(first=date(2010, 1, 1), last=date(2010, 1, 1))) == [new]
    assert found(index, "giấy", Filters(first=date(2010, 1, 2), last=date(2010, 1, 1))) == []
    assert found(index, "giấy", Filters(organ="ben mau")) == found(index, 'giấy đơn vị:"Bến Mẫu"') == [old]
    assert found(index, "giấy", Filters(code="hs-0007")) == found(index, "hồ sơ:HS-0007 giấy") == [old]
    assert found(index, "loại:TB") == found(index, "giay loai:thong") == [new]
    assert found(index, "năm:2009") == [old]
    assert found(index, "giấy", Filters(states=("queued",))) == []
    assert found(index, "giấy", Filters(states=("signed",))) == [undated, new, old]


def test_every_day_of_a_span_and_no_other(index: SqlSearchIndex) -> None:
    days = [date(2018, 12, 31), date(2019, 1, 1), date(2020, 2, 29), date(2021, 6, 30), date(2021, 7, 1)]
    papers = [paper("x", issued_date=day.isoformat()) for day in days]
    index.put(papers)
    for i, first in enumerate(days):
        for j, last in enumerate(days):
            assert found(index, "", Filters(first=first, last=last)) == papers[i : j + 1][::-1]


def test_a_place_is_found_by_its_other_name(index: SqlSearchIndex) -> None:
    """Names of more than one word, of which the other has as many."""
    also = {"phường bến mẫu": ("phường Thử Một",), "phường thử một": ("phường Bến Mẫu", "phường Bến Cũ")}
    old, new, neither = paper("ở phường Bến Mẫu"), paper("ở phường Thử Một"), paper("phường Một, bến Thử, mẫu")
    index.put([old, new, neither])

    def ask_for(typed: str, organ: str = "") -> set[str]:
        asked = ask(typed, Filters(organ=organ), also_named=lambda name: also.get(name.lower(), ()))
        return {p.body for p in index.find(asked.wanted, 50).papers}

    assert ask_for("phường Bến Mẫu") == ask_for("ở phường Thử Một") == {old.body, new.body}
    index.put([paper(organ_name="Phường Bến Cũ", subject="a"), paper(organ_name="Phường Thử", subject="b")])
    assert len(ask_for("", "phường Thử Một")) == 1


def test_what_changes_is_found_as_it_is_and_what_is_forgotten_is_not_found(index: SqlSearchIndex) -> None:
    one = paper("cũ", subject="Việc đầu")
    other = paper("khác")
    index.put([one, other])
    changed = replace(one, body="mới", fields=(("subject", "Việc sau"),), version=2)
    index.put([changed])
    assert found(index, "cũ") == found(index, "đầu") == [] and found(index, "mới") == found(index, "sau") == [changed]
    index.put([replace(one, version=1)])  # somebody was slow
    assert found(index, "mới") == [changed]
    index.forget([one.document_id], shred=True)
    assert found(index, "mới") == found(index, "sau") == [] and found(index, "khác") == [other]
    assert index.papers([one.document_id, other.document_id]) == {other.document_id: other}
    index.forget([one.document_id])


def test_nothing_of_a_forgotten_paper_is_left_in_the_files(tmp_path: Path) -> None:
    index = open_index(tmp_path / "search.sqlite3")
    secret = paper("zqxjkvuong " + "x" * 200, subject="zqxjkvuong")
    index.put([secret, *(paper(f"tờ {i}") for i in range(20))])
    index.forget([secret.document_id], shred=True)
    index.close()
    with sqlite3.connect(tmp_path / "search.sqlite3") as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert not [f for f in tmp_path.iterdir() if b"zqxjkvuong" in f.read_bytes()]


def test_the_beginning_of_a_long_list(index: SqlSearchIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fulltext, "CANDIDATES", 30)
    in_blocks(monkeypatch, 7)
    papers = [paper(f"chung {i}") for i in range(60)]
    index.put(papers)
    wanted = ask("chung").wanted
    pages = [index.find(wanted, 10, at) for at in (0, 10, 20)]
    assert [p.body for page in pages for p in page.papers] == [p.body for p in papers[:29:-1]]
    assert [page.more for page in pages] == [True, True, False]
    assert all(page.searched_all for page in pages)


def test_candidates_are_ranked_the_same_however_they_are_found(index: SqlSearchIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    """At once or block by block; and where there are too many to know them all."""
    for _ in range(3):
        index.put([
            paper(person_name="Trần Thị Hòa"), paper(person_name="Trần Thị Hoa"), paper(subject="Thị Trần Hòa"),
            paper("Trần Thị Hòa"), paper("hoa thi tran"), paper("Thị, Trần, hóa"), paper("Hòa", subject="Trần Thị Hoa"),
            paper("khác"),
        ])  # fmt: skip
    questions = ("hòa", "hoa", "trần thị hòa", "tran hoa", '"thị hòa"', "khác", "không")
    expected = [found(index, typed) for typed in questions]
    assert len(expected[0]) == 21 and len(expected[5]) == 3
    for candidates, block in ((500, 4), (30, 1_000), (30, 4)):
        monkeypatch.setattr(fulltext, "CANDIDATES", candidates)
        in_blocks(monkeypatch, block)
        assert [found(index, typed) for typed in questions] == expected, (candidates, block)
    monkeypatch.setattr(fulltext, "CANDIDATES", 6)
    assert found(index, "hòa")[0] == expected[0][0]


@given(st.integers(0, 700), st.integers(0, 700))
def test_blocks_hold_all_papers_of_a_span_and_few_others(one: int, other: int) -> None:
    """Those of the smallest blocks at both ends at most; and no more blocks than a number has digits to say where it ends."""
    low, high = min(one, other), max(one, other)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fulltext_postgres, "BLOCKS", (4, 32, 256))
        chosen = set(fulltext_postgres.blocks(low, high))
        there = {n for n in range(1_000) if chosen & set(fulltext_postgres.blocks_of(n))}
    assert set(range(low, high + 1)) <= there <= set(range(low - 3, high + 4))
    assert len(chosen) <= 2 * 7 + 2 * 7 + 3


@given(st.text(max_size=40))
def test_no_word_of_a_paper_begins_with_a_capital_as_its_blocks_and_pairs_do(body: str) -> None:
    words_of = tokens(paper(body, person_name=body)).everything.split()
    assert not any("A" <= word[0] <= "Z" for word in words_of)


def test_papers_are_found_in_whichever_block_they_are(index: SqlSearchIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fulltext_postgres, "BLOCKS", (2, 4, 16, 64))
    in_blocks(monkeypatch, 3)
    papers = [paper(f"tờ khai số {n}", person_name="Trần Thị Hòa" if n % 7 == 0 else "Lê Văn Tám") for n in range(90)]
    index.put(papers)
    index.put([replace(papers[40], version=2), replace(papers[3], version=2)])  # written again: elsewhere on the disk
    assert [p.body for p in found(index, "tờ khai", limit=100)] == [p.body for p in reversed(papers)]
    assert [p.body for p in found(index, "trần hòa")] == [p.body for p in reversed(papers[::7])]
    assert [p.body for p in found(index, '"khai số 5"')] == [papers[5].body]


def test_a_phrase_is_one_whatever_stands_in_it(index: SqlSearchIndex) -> None:
    """Signs, figures, letters of other alphabets, a word twice, and words that only stand the other way round."""
    right, wrong = paper("số 12/QĐ-UBND của Ж тест ban ban nhân dân"), paper("dân nhân ban của QĐ 12 тест Ж UBND")
    index.put([right, wrong])
    for typed in ("12/QĐ-UBND", "UBND của", "Ж тест", "ban ban nhân", "nhân dân"):
        assert found(index, f'"{typed}"') == [right], typed
    assert found(index, '"ban ban ban"') == []


def test_what_takes_too_long_is_left_out_and_said(index: SqlSearchIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each word is everywhere, and the phrase only in the oldest paper."""
    in_blocks(monkeypatch, 4)
    oldest = paper("ban nhân dân")
    index.put([oldest, *(paper(f"dân nhân ban {i}") for i in range(20))])
    wanted = ask('"ban nhân dân"').wanted
    hasty = index.find(wanted, 10, patience=-1)
    assert (hasty.papers, hasty.searched_all) == ((), False)
    patient = index.find(wanted, 10, patience=60)
    assert (patient.papers, patient.searched_all) == ((oldest,), True)


@pytest.mark.expect_log("T02: the search index is damaged")
def test_a_damaged_file_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "search.sqlite3"
    path.write_bytes(b"no database" * 1000)
    index = open_index(path)
    assert not index.whole()
    index.begun()
    index.put([paper("chữ")])
    index.close()
    again = open_index(path)
    assert again.whole() and len(found(again, "chu")) == 1
    again.close()


def test_an_index_of_another_version_is_thrown_away(
    index: SqlSearchIndex, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.put([paper("chữ")])
    index.begun()
    monkeypatch.setattr(fulltext, "VERSION", fulltext.VERSION + 1)
    other = open_index(tmp_path / "search.sqlite3", address if "://" in address else "")
    assert not other.whole() and found(other, "chu") == []
    other.close()


def test_two_who_put_at_once(index: SqlSearchIndex) -> None:
    papers = [paper(f"tờ {i}") for i in range(40)]
    failed: list[BaseException] = []

    def put() -> None:
        try:
            for one in papers:
                index.put([one])
        except BaseException as e:  # noqa: BLE001 - told below
            failed.append(e)

    threads = [threading.Thread(target=put) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed and len(found(index, "to")) == 40


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60) | st.lists(
    st.sampled_from(
        ["ỦY", "ban", "Đ", "AND", "or", "NEAR", "NOT", "ﬁ", "İ", "ẞ", "ά", "Σς", "x1", "½", "क्षि", "한글", "²", "ﾊﾞ", "_", "a_b"]
    ),
    max_size=8,
).map(" ".join)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TEXTS)
@example("Ủy ban “nhân dân” – 127/QĐ-UBND; 'x' \\ \"y\" *")
def test_each_word_of_whatever_text_finds_it(index: SqlSearchIndex, text: str) -> None:
    one = paper(text, subject=text)
    index.put([one])
    for word in {spelt for w in words(nfc(text)) for spelt in (w.exact, w.plain)}:
        wanted = ask(word).wanted
        assert one in index.find(wanted, 500, 0, 60).papers, word
    index.forget([one.document_id])


PIECES = (
    '"', "'", "*", "AND", "OR NOT", "NEAR(a b)", "(", ")", "^a", "a:b", "-a", "+", "\\", "{x}", ":*", "&", "|", "!", "<->",
    "\x00", "\ue000", "loại:QĐ", "năm:2019", "năm:", "đơn vị:", "14/3/2019",
    "99/99/9999", "0000-00-00", "079 1990 12345", "nguyễn", "12",
)  # fmt: skip
QUESTIONS = st.text(max_size=40) | st.lists(st.sampled_from(PIECES), max_size=8).map(" ".join)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(QUESTIONS, st.booleans(), QUESTIONS)
def test_no_question_raises_but_t01(index: SqlSearchIndex, typed: str, typing: bool, organ: str) -> None:
    try:
        wanted = ask(typed, Filters(organ=organ, code=organ), [("QĐ", "Quyết định")], typing=typing).wanted
    except WorkstationError as e:
        assert e.code == "T01"
        return
    index.find(wanted, 10)


def test_folding_keeps_every_letter_in_its_place() -> None:
    text = nfc("Đặng Thị ỨNG – İ ẞ ﬁ क्षि 12/QĐ")
    assert len(plain(text)) == len(text)
    assert plain("Đặng Thị ỨNG ươ").startswith("dang thi ung uo")
    assert all(text[w.start : w.end].lower()[:1] == w.exact[:1] for w in words(text) if w.exact.isascii())
