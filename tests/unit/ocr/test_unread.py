"""Nothing printed is lost in silence: missed lines are read again or said to be unread, and only they are."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from ocr.engine import Recognizer, Unread, recognizer
from ocr.frames import Pixels
from ocr.geometry import Lie
from ocr.ink import rings
from ocr.layout import Reading, find_lines
from ocr.lines import RawWord
from ocr.lost import _print, _within_read
from ocr.missed import Paper, speck
from ocr.process import _read
from ocr.reduce import reduce
from ocr.split import index_document
from ocr.stampink import Stamp
from ocr.unread import counted, settle
from ocr.work import Cleaned
from tests.bench.unread import ReadWord, losses
from tests.pagemaker import BAD, CLEAN, OFFICE, Kind, MadePage, PageSpec, TruthLine, make_page
from tests.unit.ocr.test_split import TYPES
from workstation.domain.fields import FieldOrigin
from workstation.domain.page import Engine, PageText, UnreadArea

DPI = 200
BOLD = ImageFont.truetype("/usr/share/fonts/truetype/croscore/Arimo-Bold.ttf", 30)


@dataclass
class Remembering:
    """The real recogniser; a page that it has read before is not read again."""

    real: Recognizer

    def __post_init__(self) -> None:
        self.known: dict[bytes, tuple[RawWord, ...]] = {}

    def read(self, page: Pixels, dpi: float, *, block: bool = False) -> tuple[RawWord, ...]:
        key = page.tobytes() + bytes([block])
        if key not in self.known:
            self.known[key] = self.real.read(page, dpi, block=block)
        return self.known[key]

    def lines(
        self, pictures: Sequence[Pixels], dpi: float, *, digits: bool = False, raw: bool = False
    ) -> tuple[tuple[RawWord, ...], ...]:
        return self.real.lines(pictures, dpi, digits=digits, raw=raw)

    def describe(self) -> Engine:
        return self.real.describe()


@dataclass
class Faulty:
    """Misses one line of the page; by itself it reads the line, or with ``deaf`` never."""

    real: Recognizer
    line: TruthLine
    deaf: bool = False

    def read(self, page: Pixels, dpi: float, *, block: bool = False) -> tuple[RawWord, ...]:
        if block:
            return () if self.deaf else self.real.read(page, dpi, block=True)
        x0, y0, x1, y1 = self.line.box
        words = self.real.read(page, dpi)
        return tuple(w for w in words if not (x0 <= _mid(w)[0] <= x1 and y0 <= _mid(w)[1] <= y1))

    def lines(
        self, pictures: Sequence[Pixels], dpi: float, *, digits: bool = False, raw: bool = False
    ) -> tuple[tuple[RawWord, ...], ...]:
        return ((),) * len(pictures) if self.deaf else self.real.lines(pictures, dpi, digits=digits, raw=raw)

    def describe(self) -> Engine:
        return self.real.describe()


@dataclass
class Muddled:
    """Reads the engine's words with no confidence: a page on which lines are looked for, and letters that make no sense."""

    real: Recognizer

    def read(self, page: Pixels, dpi: float, *, block: bool = False) -> tuple[RawWord, ...]:
        return tuple(replace(w, confidence=w.confidence / 2) for w in self.real.read(page, dpi, block=block))

    def lines(
        self, pictures: Sequence[Pixels], dpi: float, *, digits: bool = False, raw: bool = False
    ) -> tuple[tuple[RawWord, ...], ...]:
        return self.real.lines(pictures, dpi, digits=digits, raw=raw)

    def describe(self) -> Engine:
        return self.real.describe()


def _mid(word: RawWord) -> tuple[float, float]:
    return (word.box[0] + word.box[2]) / 2, (word.box[1] + word.box[3]) / 2


@cache
def tesseract() -> Remembering:
    return Remembering(recognizer())


@cache
def made(kind: Kind = Kind.NOTICE, seed: int = 3, level: str = "clean") -> MadePage:
    wear = {"clean": CLEAN, "office": replace(OFFICE, skew_deg=0), "bad": replace(BAD, skew_deg=0, border_mm=(0, 0, 0, 0))}[level]
    return make_page(PageSpec(kind, seed=seed, dpi=DPI, wear=wear))


def read(page: Pixels, by: Recognizer | None = None) -> PageText:
    return _read(Cleaned(page, page, (), DPI, Lie(0, 0.0), False, 100.0), reduce(page, DPI), by or tesseract())


def pixels(page: MadePage) -> Pixels:
    return np.array(page.image)


def boxes(text: PageText, kind: str) -> list[UnreadArea]:
    return [a for a in text.unread if a.kind == kind]


def told(page: MadePage, text: PageText) -> tuple[int, int, int]:
    """Lines lost, flagged, and flagged falsely."""
    words = [ReadWord(w.text, w.box) for w in text.words]
    found = losses(page.lines, words, text.unread)
    return found.lost, found.flagged, found.false


def missed(page: MadePage) -> Sequence[TruthLine]:
    """Every line but the short ones at the very side of others, which no box cuts out alone."""
    return [n for n in page.lines if len(n.text) > 5]


def test_each_line_that_recognition_misses_for_good_is_told() -> None:
    page = made()
    for line in missed(page):
        text = read(pixels(page), Faulty(tesseract(), line, deaf=True))
        lost, flagged, false = told(page, text)
        assert lost >= 1 and flagged == lost and false == 0, line.text


def test_each_line_that_the_layout_left_out_is_read_by_itself_and_stands_where_it_belongs() -> None:
    page = made()
    whole = read(pixels(page))
    same = 0
    for line in missed(page):
        text = read(pixels(page), Faulty(tesseract(), line))
        assert told(page, text) == (0, 0, 0), line.text
        same += text.text == whole.text
    assert same >= 0.8 * len(missed(page))


@pytest.mark.parametrize("level", ["clean", "office"])
@pytest.mark.parametrize("kind", [Kind.NOTICE, Kind.BIRTH_CERTIFICATE, Kind.APPLICATION])
def test_a_page_that_was_read_is_not_doubted(kind: Kind, level: str) -> None:
    text = read(pixels(made(kind, 5, level)))
    assert not boxes(text, "lost_line") and not boxes(text, "picture") and not boxes(text, "handwriting")
    assert not counted(text.unread)


def test_specks_rules_leaders_and_holes_are_no_lines() -> None:
    image = Image.new("L", (1654, 2339), 255)
    draw = ImageDraw.Draw(image)
    rng = np.random.default_rng(4)
    for x, y in rng.integers((60, 60), (1600, 2280), (500, 2)).tolist():
        draw.rectangle((x, y, x + 1, y + 1), fill=90)
    for y in range(300, 900, 60):
        draw.line((150, y, 1500, y), fill=0, width=2)
    draw.rectangle((150, 300, 1500, 860), outline=0, width=2)
    draw.text((200, 1100), "." * 90, font=BOLD, fill=60)
    draw.ellipse((20, 1000, 60, 1040), fill=0)
    draw.text((300, 1400), "Một dòng chữ đọc được", font=BOLD, fill=0)
    assert read(np.array(image)).unread == ()


@pytest.mark.parametrize("gap", [0, 30])
def test_a_ring_of_two_lines_is_found_though_its_middle_is_seen_a_pixel_off(gap: int) -> None:
    mask = np.zeros((200, 200), np.uint8)
    for radius in (36, 34):
        cv2.ellipse(mask, (100, 100), (radius, radius), 0, gap, 360, 255, 1)
    cv2.ellipse(mask, (100, 100), (22, 22), 0, 0, 250, 255, 1)
    cv2.line(mask, (130, 100), (170, 60), 255, 2)
    (seal,) = rings(mask, 50 / 25.4)
    assert abs(seal.x - 100) <= 2 and abs(seal.y - 100) <= 2 and abs(seal.radius - 35) <= 2
    cv2.ellipse(mask, (100, 100), (38, 38), 0, 180, 360, 0, 9)  # half of it is no ring
    assert rings(mask, 50 / 25.4) == ()


def seal_in_grey(level: str) -> tuple[MadePage, PageText]:
    page = made(Kind.NOTICE, 8, level)
    return page, read(np.array(page.image.convert("L")))


def test_a_grey_seal_is_marked_and_the_name_under_it_read() -> None:
    page, text = seal_in_grey("office")
    assert page.fields["signer_name"] in text.text
    (seal,) = boxes(text, "stamp")
    width, height = seal.box[2] - seal.box[0], seal.box[3] - seal.box[1]
    assert 28 < width * 25.4 / DPI < 40 and 28 < height * 25.4 / DPI < 40


def test_seal_and_signature_in_colour_are_marked_and_nothing_of_them_is_text() -> None:
    page = made()
    text = read(pixels(page))
    assert len(boxes(text, "stamp")) in (1, 2)  # the signature may touch the seal
    assert page.fields["signer_name"] in text.text
    assert told(page, text) == (0, 0, 0)


def test_what_a_register_stamp_says_is_a_note_and_no_text() -> None:
    page = made().image.copy()
    draw = ImageDraw.Draw(page)
    draw.rectangle((60, 620, 420, 780), outline=(200, 40, 50), width=3)
    draw.text((180, 630), "ĐẾN", font=BOLD, fill=(200, 40, 50))
    draw.text((80, 680), "Số: 3824", font=BOLD, fill=(200, 40, 50))
    draw.text((80, 730), "Ngày: 19/10", font=BOLD, fill=(200, 40, 50))
    text = read(np.array(page))
    note = min(boxes(text, "stamp"), key=lambda a: a.box[0]).note
    assert "3824" in note and "19/10" in note and "3824" not in text.text


def test_a_photograph_is_marked_and_its_letters_are_none() -> None:
    page = pixels(made())
    rng = np.random.default_rng(2)
    photo = cv2.GaussianBlur(rng.integers(0, 170, (30, 22, 3)).astype(np.uint8), (0, 0), 1)
    page[1880:2280, 150:450] = cv2.resize(photo, (300, 400), interpolation=cv2.INTER_CUBIC)
    text = read(page)
    (picture,) = boxes(text, "picture")
    assert abs(picture.box[0] - 150) < 20 and abs(picture.box[3] - 2280) < 20
    assert not [w for w in text.words if w.box[0] < 450 and w.box[3] > 1880]


@pytest.mark.parametrize("seed", [3, 6])  # blue and black ink
def test_a_number_and_a_day_written_by_hand_are_said_to_be_so(seed: int) -> None:
    page = made(Kind.HAND_NUMBERED, seed)
    text = read(pixels(page))
    hands = boxes(text, "handwriting")
    assert hands and all(a.box[3] < 0.2 * text.height_px for a in hands)
    assert {f.code for f in counted(text.unread)} >= {"handwriting"}
    fields = {f.name: f for f in index_document((text,), TYPES).fields}
    assert fields["issued_date"].origin is FieldOrigin.HANDWRITTEN and fields["issued_date"].doubt
    assert fields["number"].origin is FieldOrigin.HANDWRITTEN and fields["number"].doubt and fields["number"].box


def test_words_between_a_day_and_a_month_are_no_handwriting() -> None:
    image = Image.new("L", (1654, 800), 255)
    draw = ImageDraw.Draw(image)
    for y, text in enumerate(("Chi trả chậm nhất là ngày 10 hằng tháng.", "Kể từ ngày ký đến hết tháng sau."), 1):
        draw.text((200, 200 * y), text, font=BOLD, fill=0)
    assert read(np.array(image)).unread == ()


def test_a_page_that_nobody_reads_has_no_unread_lines() -> None:
    assert read(pixels(made()), Unread()).unread == ()


def pasted(text: str, turn: bool, at: tuple[int, int]) -> Pixels:
    """A page with a line whose words the recogniser missed; with ``turn`` the line is the other side's."""
    strip = Image.new("L", (900, 46), 255)
    ImageDraw.Draw(strip).text((4, 4), text, font=BOLD, fill=70)
    page = Image.new("L", (1654, 2339), 255)
    page.paste(strip.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if turn else strip, at)
    return np.array(page)


@pytest.mark.parametrize(("turn", "at", "told"), [(False, (300, 900), 1), (True, (300, 900), 0), (False, (300, -20), 0)])
def test_what_the_other_side_or_the_rim_shows_is_no_lost_line(turn: bool, at: tuple[int, int], told: int) -> None:
    page = pasted("Căn cứ Luật Hộ tịch ngày 20 tháng 11 năm 2014", turn, at)
    letters = [b for b in find_lines(page, DPI).lines if len(b.letters) > 5]
    assert len(letters) == 1
    line = letters[0]
    box = (line.left, float(line.level(np.array(700.0))) - line.rise, line.right, float(line.level(np.array(700.0))))
    assert len(_print(Paper(page, page, DPI), [box], (), tesseract())) == told


def test_a_line_in_which_nothing_makes_sense_is_told_and_a_paler_one_is_the_other_sides() -> None:
    """Struck through until no engine reads it; the second line is the same in the tone of what shines through."""
    sheet = np.full((700, 1400), 255, np.uint8)
    picture = Image.fromarray(sheet)
    draw = ImageDraw.Draw(picture)
    for y in (60, 120, 180):
        draw.text((60, y), "Căn cứ Luật Tổ chức chính quyền địa phương số 65 năm 2025", 0, BOLD)
    for y, tone in ((300, 0), (450, 165)):
        draw.text((60, y), "MW KHMN XVW HKMNX WMHK", tone, BOLD)
        draw.text((63, y + 2), "XKHM WNMH KXWV MNWHX", tone, BOLD)
    text = read(np.asarray(picture), Muddled(tesseract()))
    told = [a.box for a in boxes(text, "lost_line")]
    assert any(290 < b[1] < 340 for b in told)
    assert not any(b[1] > 400 for b in told)


def test_a_stamp_that_was_taken_out_of_the_page_is_told_however_pale() -> None:
    """Ink that is in no word and in no area would be lost in silence."""
    page = np.full((400, 900, 3), 250, np.uint8)
    page[100:200, 200:600] = (238, 240, 250)  # too pale for what looks for coloured ink by itself
    stamp = Stamp((200, 100, 600, 200))
    _, _, areas = settle(Paper(page, np.full((400, 900), 255, np.uint8), DPI, (stamp,)), Reading(()), (), tesseract())
    assert [(a.kind, a.box) for a in areas] == [("stamp", stamp.box)]


def test_a_speck_beside_print_is_no_letter() -> None:
    found = speck(RawWord("l", (500, 100, 506, 106), 0.2, (0,)), DPI / 25.4)
    assert found and not speck(RawWord("l", (500, 100, 506, 122), 0.2, (0,)), DPI / 25.4)
    assert not speck(RawWord(".", (500, 100, 504, 104), 0.2, (0,)), DPI / 25.4)


def test_a_word_or_two_of_a_line_that_is_read_are_no_lost_line() -> None:
    line = (100.0, 100.0, 900.0, 130.0)
    word, half = (300.0, 102.0, 380.0, 128.0), (500.0, 102.0, 900.0, 128.0)
    assert _within_read(word, [word], [line])
    assert not _within_read(half, [half], [line])
    assert not _within_read(word, [word, half], [line])
    assert not _within_read(word, [word], [(100.0, 400.0, 900.0, 430.0)])
