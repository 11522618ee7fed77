"""What a black seal's ring crosses: the ring goes, the letters stay, and a name is read as far as its letters allow, in doubt."""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from ocr.digits import REREAD
from ocr.engine import recognizer
from ocr.frames import Pixels
from ocr.ink import Circle
from ocr.language import doubted
from ocr.language.names import Candidate, is_family, likeliest, ranked
from ocr.lines import RawWord
from ocr.sealed import _brought, _looked_for, _Row, _seals_own, _with_row, rows_again
from ocr.seals import RIMS, without_seals
from ocr.shapes import at_most, fit, places, seen
from workstation.domain.page import Word

DPI = 200
FONT = ImageFont.truetype("/usr/share/fonts/truetype/croscore/Tinos-Bold.ttf", 36)
SEAL = Circle(300.0, 300.0, 130.0)


def text_under(name: str, x: int, y: int) -> Pixels:
    image = Image.new("L", (900, 600), 255)
    ImageDraw.Draw(image).text((x, y), name, font=FONT, fill=0)
    return np.asarray(image, np.uint8).copy()


def stamped(page: Pixels, stretch: float = 1.02, tone: int = 0) -> Pixels:
    """With the rings of a seal over it: two outside, one within; the sheet stretched, so that they are no circles."""
    rings = np.full(page.shape, 255, np.uint8)
    for radius, width in ((130, 8), (121, 4), (80, 4)):
        axes = round(radius * stretch), round(radius / stretch)
        cv2.ellipse(rings, (301, 299), axes, 20, 0, 360, tone, width, cv2.LINE_AA)
    return np.minimum(page, rings)


@pytest.mark.parametrize("tone", [0, 90])
@pytest.mark.parametrize("stretch", [1.0, 1.04])
def test_rings_go_however_the_sheet_is_stretched_and_letters_stay(stretch: float, tone: int) -> None:
    page = text_under("Nguyễn Thị Hồng", 250, 370)
    less, more = (without_seals(stamped(page, stretch, tone), (SEAL,), rim) < 128 for rim in RIMS)
    blank, letters = np.full_like(page, 255), page < 128
    rings = (stamped(blank, stretch, tone) < 128) & (cv2.erode(page, np.ones((9, 9), np.uint8)) > 128)
    rings[: round(SEAL.y)] = False  # over its middle no name stands
    assert (more & rings).sum() < 0.05 * rings.sum() and (less & rings).sum() < 0.15 * rings.sum()
    assert (more & letters).sum() > 0.88 * letters.sum() and (less & letters).sum() > 0.93 * letters.sum()


def test_a_page_without_rings_is_left_as_it_is() -> None:
    page = text_under("Nguyễn Thị Hồng", 250, 370)
    beyond = Circle(880.0, 590.0, 130.0)  # half off the page
    assert (np.abs(without_seals(page, (beyond,)).astype(int) - page) < 1).all()
    assert rows_again(page, (), (), DPI, recognizer()) == ()


def test_a_name_that_a_ring_crosses_is_read_and_in_doubt() -> None:
    """By the real recogniser: of the same page with its ring it makes no name at all."""
    page = stamped(text_under("Nguyễn Đức Thắng", 320, 375))
    words = rows_again(page, (SEAL,), (), DPI, recognizer())
    assert [w.suggestion or w.text for w in words] == ["Nguyễn", "Đức", "Thắng"]
    assert all(w.doubt == REREAD for w in words if w.box[0] < SEAL.box[2])
    assert abs(words[-1].box[3] - 410) < 12 and words[0].line == words[-1].line


def test_a_name_from_which_a_red_seal_was_taken_is_read_by_itself() -> None:
    """The ring left a grain, and one word of the name was all that the page's own reading gave."""
    page = text_under("Nguyễn Đức Thắng", 320, 375)
    grain = stamped(np.full_like(page, 255)) < 128
    grain &= np.random.default_rng(1).random(page.shape) < 0.12
    page[grain] = 120
    there = (RawWord("Thắng", (520, 380, 610, 415), 0.95, (1, 1, 1)),)
    words = rows_again(page, (), there, DPI, recognizer(), gone=(SEAL,))
    assert [w.suggestion or w.text for w in words] == ["Nguyễn", "Đức", "Thắng"]
    assert rows_again(page, (), there, DPI, recognizer()) == there


# --- by what is seen


def row_of(page: Pixels, bare: Pixels, *readings: Sequence[RawWord], left: float = 240.0) -> _Row:
    around = (left - 200, 330.0, 800.0, 450.0)
    return _Row(left, 620, 408, 17, tuple(map(tuple, readings)), seen(bare, page, around, 17))


def words_at(text: str, font: ImageFont.FreeTypeFont, x: float, sure: float = 0.95) -> tuple[RawWord, ...]:
    """The words of a text that begins at ``x``, boxed as they are printed; ``_`` for one that was not read."""
    out = []
    for word, printed in zip(text.split(), ["Quách", "Ngọc", "Thủy"], strict=True):
        x0, y0, x1, y1 = font.getbbox(printed)
        if word != "_":
            out.append(RawWord(word, (x + x0, 375 + y0, x + x1, 375 + y1), sure, (1, 1, 1)))
        x += font.getlength(f"{printed} ")
    return tuple(out)


@pytest.mark.parametrize("face", ["Tinos-Bold", "Arimo-Bold", "Tinos-Regular"])
@pytest.mark.parametrize("read", ["_ Ngọc Thủy", "Grlb Ngọc Thủy", "_ _ Thủy"])
def test_a_family_that_no_reading_has_is_told_by_what_is_left_of_its_letters(face: str, read: str) -> None:
    font = ImageFont.truetype(f"/usr/share/fonts/truetype/croscore/{face}.ttf", 36)
    image = Image.new("L", (900, 600), 255)
    ImageDraw.Draw(image).text((300, 375), "Quách Ngọc Thủy", font=font, fill=0)
    page = stamped(np.asarray(image, np.uint8).copy())
    bare = without_seals(page, (SEAL,))
    heard = tuple(replace(w, confidence=0.1) if w.text == "Grlb" else w for w in words_at(read, font, 300))
    found = _with_row((), row_of(page, bare, heard, left=300), SEAL, (9,))
    assert [w.suggestion or w.text for w in found] == ["Quách", "Ngọc", "Thủy"]
    assert found[0].doubt == REREAD and found[0].confidence <= 0.5
    assert found[0].text == ("Grlb" if "Grlb" in read else "Quách"), "what was read stays"


def test_no_family_is_seen_where_nothing_stands() -> None:
    page = stamped(np.full((600, 900), 255, np.uint8))
    ImageDraw.Draw(image := Image.fromarray(page)).text((420, 375), "Ngọc Thủy", font=FONT, fill=0)
    page = np.asarray(image, np.uint8)
    words = words_at("_ Ngọc Thủy", FONT, 420 - FONT.getlength("Quách "))
    found = _with_row(words, row_of(page, without_seals(page, (SEAL,)), words, left=420), SEAL, (9,))
    assert [w.text for w in found] == ["Ngọc", "Thủy"]


@pytest.mark.parametrize("family", ["Hồ", "Hà", "Vũ", "Võ", "Trịnh", "Đoàn", "Đinh"])
def test_families_are_told_apart_by_their_marks(family: str) -> None:
    """Behind the ring's text, which covers the same of each."""
    image = Image.new("L", (900, 600), 255)
    ImageDraw.Draw(image).text((300, 375), f"{family} Ngọc Thủy", font=FONT, fill=0)
    page = stamped(np.asarray(image, np.uint8).copy())
    words = words_at("_ Ngọc Thủy", FONT, 300 + FONT.getlength(family) - FONT.getlength("Quách"))
    found = _with_row((), row_of(page, without_seals(page, (SEAL,)), words, left=300), SEAL, (9,))
    assert [w.suggestion or w.text for w in found] == [family, "Ngọc", "Thủy"]


def test_under_a_black_bar_any_word_may_stand() -> None:
    """Its ink speaks for none, though each has strokes there."""
    paper = np.full((600, 900), 255, np.uint8)
    ImageDraw.Draw(image := Image.fromarray(paper)).text((420, 375), "Ngọc Thủy", font=FONT, fill=0)
    bar = np.asarray(image, np.uint8).copy()
    bar[370:420, 300:412] = 0
    at = places(seen(bar, None, (100, 330, 800, 450), 17), words_at("_ Ngọc Thủy", FONT, 420 - FONT.getlength("Quách ")), 17)[0]
    covered = seen(bar, None, (100, 330, 800, 450), 17)
    most, visible = at_most(covered, at, "Hồ", 17)
    assert abs(fit(covered, at, "Hồ", 17)) < 0.2 and visible < 0.2
    assert fit(covered, at, "Hồ", 17) <= most
    clear = at_most(seen(np.asarray(image, np.uint8), None, (100, 330, 800, 450), 17), at, "Ngọc", 17)
    assert clear[1] == 1


@given(
    st.dictionaries(st.sampled_from(("Hồ", "Hà", "Vũ", "Võ", "Lê", "Lý", "Tạ", "Đỗ")), st.tuples(*[st.floats(-2, 3)] * 2)),
    st.booleans(),
)
def test_words_that_cannot_be_among_the_likeliest_are_not_looked_at(there: dict[str, tuple[float, float]], family: bool) -> None:
    """And the likeliest are those of all."""
    asked = []

    def exact(word: str) -> float:
        asked.append(word)
        return min(there.get(word, (-3.0, -3.0)))

    def most(word: str) -> tuple[float, float]:
        return max(there.get(word, (-3.0, -3.0))), 1.0

    for many in (1, 3):
        every = ranked([], lambda word: (exact(word), 1.0), family=family)
        asked.clear()
        assert ranked([], most, family=family, exact=exact, many=many) == every[:many]
        assert len(asked) < len(every) / 2


def test_readings_that_the_recogniser_doubts_count_less_beside_what_is_seen() -> None:
    def shape(word: str) -> tuple[float, float]:
        return {"Hồ": 1.9, "Hà": 1.6}.get(word, 0.0), 1.0

    def first(sure: float) -> str:
        return ranked([("Hà", sure), ("Hà", sure)], shape, family=True)[0].word

    assert (first(0.9), first(0.1)) == ("Hà", "Hồ")


# --- choosing among readings


def said(text: str, sure: float = 0.9, *, at: float = 340.0, each: float = 80.0) -> tuple[RawWord, ...]:
    """Words of one width side by side; ``_`` for a place in which nothing was read."""
    places = enumerate(text.split())
    return tuple(RawWord(w, (at + k * each, 380, at + k * each + 70, 405), sure, (1, 1, 1)) for k, w in places if w != "_")


def after(readings: Sequence[tuple[RawWord, ...]], there: tuple[RawWord, ...] = ()) -> str:
    row = _Row(330, 700, 405, 20, tuple(readings))
    return " ".join(w.suggestion or w.text for w in _with_row(there, row, SEAL, (9,)))


def test_several_poor_readings_make_one_name() -> None:
    assert after([said("Wrỳnh Thu Tuyết", 0.6), said("Rưỳnh Thu Tuyết", 0.7)], said("_ Thu Tuyết")) == "Huỳnh Thu Tuyết"
    assert after([said("Ngo Xuân Tuấn"), said("Ngô Xuân Tuấn")], said("_ uân Tuấn")) == "Ngô Xuân Tuấn"
    assert after([said("Ta/Kim Nguyệt", 0.6), said("TaKim Nguyệt", 0.6)]) == "Tạ Kim Nguyệt"


def test_the_seals_own_letters_before_a_name_are_no_part_of_it() -> None:
    assert after([said("8 Bùi Văn Thắng", at=260), said("B Bùi Văn Thắng", at=260)]) == "Bùi Văn Thắng"


def test_what_was_read_whole_and_surely_stays_without_a_doubt() -> None:
    there = said("Đặng Trọng Khuê", 0.97)
    row = _Row(330, 700, 405, 20, (said("Đặng Trong Khuê", 0.99), said("Đăng Trọng Khue", 0.99)))
    assert _with_row(there, row, SEAL, (9,)) == there


def test_a_name_with_a_word_that_is_no_syllable_is_not_whole() -> None:
    assert after([said("Trần Kim Dụ")], said("Trần Kiní Dụ", 0.9)) == "Trần Kim Dụ"


def test_a_word_with_the_letters_of_a_listed_one_was_misread_by_its_marks() -> None:
    assert likeliest([("Ngợc", 0.9), ("Ngợc", 0.9)], family=False)[0] == "Ngọc"
    assert likeliest([("Dụ", 0.9), ("Dụ", 0.9)], family=False)[0] == "Dụ"


def test_a_reading_that_is_no_syllable_is_no_word_of_a_name_however_well_its_strokes_fit() -> None:
    found = ranked(
        [("Kiní", 0.9), ("Kiní", 0.9), ("Kim", 0.9)],
        lambda word: (float(len(word)) if word[:2] == "Ki" else 0.0, 1.0),
        family=False,
    )
    assert "Kiní" not in [one.word for one in found] and found[0].word.startswith("Ki")


def whole(word: str) -> tuple[float, float]:
    return len(word), 1.0


def test_a_piece_of_a_word_and_a_rare_family_with_a_common_ones_letters_are_no_word_of_a_name() -> None:
    every = [one.word for one in ranked([("su", 0.9), ("su", 0.9)], whole, family=False)]
    assert "su" not in every
    families = [one.word for one in ranked([("Ngọ", 0.5)], whole, family=True)]
    assert "Ngô" in families and "Ngọ" not in families


def test_a_rare_family_before_a_family_is_the_seals_ink() -> None:
    def found(*names: str) -> bool:
        return _seals_own(tuple((Candidate(name, 1.0, 1.0), (0.0, 0.0, 9.0, 9.0)) for name in names))

    assert found("Tất", "Kiều") and not found("Nguyễn", "Hoàng") and not found("Tất", "Thành") and not found("Vi")


def test_a_row_is_read_whose_first_letter_the_ring_has_taken() -> None:
    page = stamped(text_under("uyết", 436, 330))
    assert [w.text for w in rows_again(page, (SEAL,), (), DPI, recognizer())] == ["uyết"]


def test_no_family_is_looked_for_before_running_text() -> None:
    font = ImageFont.truetype("/usr/share/fonts/truetype/croscore/Tinos-Bold.ttf", 36)
    image = Image.new("L", (900, 600), 255)
    ImageDraw.Draw(image).text((300, 375), "phường Ngọc Thủy", font=font, fill=0)
    page = np.asarray(image, np.uint8)
    words = words_at("của phường Thủy", font, 300)
    assert _looked_for(words, row_of(page, page, words, left=300)) == ((), 0.0)
    ImageDraw.Draw(image).rectangle((0, 0, 900, 600), fill=255)
    ImageDraw.Draw(image).text((300, 375), "Phương Ngọc Thủy", font=font, fill=0)
    page, named = np.asarray(image, np.uint8), words_at("_ Ngọc Thủy", font, 300)
    assert [w.text for w in _looked_for(named, row_of(page, page, named, left=300))[0]] == ["Phương", "Ngọc", "Thủy"]


def test_no_name_is_made_of_a_sentence_or_of_the_seals_text() -> None:
    lines = (said("và tái dinh cư"), said("và tái định cư"))
    found = _with_row((), _Row(330, 700, 405, 20, lines), SEAL, (9,))
    assert [w.suggestion for w in found] == [""] * 4
    noise = said("%4 x#Ớ ,", 0.2)
    assert _with_row((), _Row(330, 700, 405, 20, (noise, noise)), SEAL, (9,)) == ()
    assert after([said("PHÓ CHỦ TỊCH")]) == "PHÓ CHỦ TỊCH"


def test_words_of_other_rows_stay() -> None:
    other = (RawWord("CHỦ", (400, 300, 460, 325), 0.9, (1, 1, 0)), RawWord("Lưu:", (40, 380, 100, 405), 0.9, (1, 1, 1)))
    found = _with_row((*other, *said("uyễn Văn An", 0.5)), _Row(330, 700, 405, 20, (said("Nguyễn Văn An"),)), SEAL, (9,))
    assert found[:2] == other and [w.text for w in found[2:]] == ["Nguyễn", "Văn", "An"]


def test_words_read_as_one_are_a_name_though_the_recogniser_gives_nothing_for_them() -> None:
    one = RawWord("Đặng:Quỳnh", (340, 380, 490, 405), 0.0, (1, 1, 1))
    ngan = RawWord("Ngân", (500, 380, 570, 405), 0.96, (1, 1, 1))
    assert after([(one, ngan)] * 3, (RawWord("Ngân", ngan.box, 0.97, (1, 1, 1)),)) == "Đặng Quỳnh Ngân"


def test_what_a_ring_was_read_as_goes_with_the_row_that_lies_there() -> None:
    ring = RawWord("X/a", (330, 340, 420, 420), 0.2, (1, 1, 2))
    assert after([said("Cao Minh Duệ")], (ring, *said("_ Minh Duệ"))) == "Cao Minh Duệ"


def test_a_name_of_no_list_stands_if_the_readings_agree() -> None:
    assert likeliest([("Khuyên", 0.9), ("Khuyên", 0.9)], family=False)[0] == "Khuyên"
    assert likeliest([("Thoang", 0.9), ("Thoang", 0.8)], family=False)[0] == "Thoang"
    word, likeness = likeliest([("x#z", 0.3)], family=True)
    assert is_family(word) and likeness < 0.42


def test_spelling_rules_keep_what_a_name_likelier_was() -> None:
    word = Word("Wrỳnh", (0, 0, 9, 9), 0.5, 0, REREAD, "Huỳnh")
    assert [(w.text, w.suggestion) for w in doubted((word,))] == [("Wrỳnh", "Huỳnh")]
    number = Word("20ó", (0, 0, 9, 9), 0.5, 0, REREAD, "2O6")
    assert doubted((number,))[0].suggestion == "206"


def test_between_a_family_and_a_last_name_one_that_mostly_stands_there_is_meant() -> None:
    words = [one.word for one in ranked([], lambda word: (1.1 if word == "Trang" else 1.0, 1.0), family=False)]
    assert words.index("Trọng") < words.index("Trang"), "though that is seen a little better"


def test_a_name_of_four_words_has_to_bring_more_than_one_of_three() -> None:
    def found(*names: str) -> tuple[tuple[Candidate, tuple[float, float, float, float]], ...]:
        return tuple((Candidate(name, 1.0, 1.0), (0.0, 0.0, 9.0, 9.0)) for name in names)

    one, two = found("Tạ"), found("Tạ", "Bá")
    assert _brought(two, 2) < 2 * _brought(one, 2) and _brought(two, 1) == 2 * _brought(one, 1)
