"""A day filled into a form is held against more readings of its figures; the words stay as they were."""

from collections.abc import Sequence

import numpy as np
import pytest

from ocr.engine import Unread
from ocr.filled import days_again
from ocr.frames import Pixels
from ocr.lines import RawWord
from ocr.missed import Paper
from ocr.sheet import part
from ocr.values import value_field
from workstation.domain.doctype import FieldDefinition, ValueKind
from workstation.domain.page import AGAIN, Word

WHITE = np.full((2000, 1400), 255, np.uint8)
PAPER = Paper(WHITE, WHITE, 200.0)
LABEL = "Ngày, tháng, năm đăng ký:"


class Says(Unread):
    """Reads each picture as the next text."""

    def __init__(self, *texts: str, confidence: float = 0.9) -> None:
        self.texts, self.confidence, self.shown = texts, confidence, 0

    def lines(
        self, pictures: Sequence[Pixels], dpi: float, *, digits: bool = False, raw: bool = False
    ) -> tuple[tuple[RawWord, ...], ...]:
        self.shown += len(pictures)
        return tuple((RawWord(t, (14, 14, 200, 40), self.confidence, (1,)),) for t in self.texts)


def words(text: str, confidence: float = 0.8) -> tuple[RawWord, ...]:
    at = enumerate(text.split())
    return tuple(RawWord(w, (100 + 90 * i, 900, 180 + 90 * i, 930), confidence, (1,)) for i, w in at)


A, B, C = "04/05/2024", "04/05/2034", "04/06/2024"


@pytest.mark.parametrize(("read", "others", "doubted"), [
    (A, (A, A, A, A), []),
    (A, (A, A, A, "4/"), []),
    (A, (A, B, A, A), [""]),
    (A, (B, B, C, B), [""]),  # not all say so: it stays, in doubt
    (A, (B, B, B, B), [B]),
    (A, (B, B, "", ""), [""]),
    ("04/05, 024", (A, A, B, ""), [A]),  # none was read: most say so
    ("04/05, 024", ("", "", "", ""), []),
])  # fmt: skip
def test_more_readings_of_a_doubtful_day(read: str, others: tuple[str, ...], doubted: list[str]) -> None:
    first = words(f"{LABEL} {read}")
    found = days_again(PAPER, first, by := Says(*others))
    assert [w.text for w in found] == [w.text for w in first] and by.shown == 4
    assert [w.suggestion for w in found if w.doubt == AGAIN] == doubted


@pytest.mark.parametrize("text", [
    f"{LABEL} 079185012345", "Số định danh: 123456789", "Nơi cư trú: số 144/42, đường Ba", f"căn cứ {A}", f"{LABEL} …",
    "Số: 12/2024",
    "Số: 83/2018/TLKS-BS",
])  # fmt: skip
def test_what_is_no_day_is_not_asked(text: str) -> None:
    assert days_again(PAPER, words(text), by := Says()) == words(text) and not by.shown


def test_a_sure_day_is_not_read_again_and_a_guess_at_strokes_is_no_reading() -> None:
    sure = words(f"{LABEL} {A}", 0.95)
    assert days_again(PAPER, sure, by := Says()) == sure and not by.shown
    doubtful = words(f"{LABEL} {A}")
    assert days_again(PAPER, doubtful, Says(B, B, B, B, confidence=0.3)) == doubtful


def test_what_all_others_say_is_the_fields_value_and_what_was_read_is_proposed() -> None:
    (day,) = (w for w in days_again(PAPER, words(f"{LABEL} {A}"), Says(B, B, B, B)) if w.doubt)
    line = part(0, [Word(day.text, day.box, 0.99, 0, day.doubt, day.suggestion)])
    made = value_field(FieldDefinition("issued_date", "Ngày", "Day", ValueKind.DATE), [line]).field
    assert (made.value, made.doubt, [p.value for p in made.proposals]) == ("2034-05-04", True, ["2024-05-04"])


@pytest.mark.parametrize(("said", "doubt"), [("Ủy ban nhân dân", True), ("Ủy ban nhân dân xã Thử", False)])
def test_a_committee_of_nobody_is_in_doubt_on_a_form(said: str, doubt: bool) -> None:
    words = tuple(Word(t, (100 + 60 * k, 100, 150 + 60 * k, 120), 0.99, 0) for k, t in enumerate(said.split()))
    made = value_field(FieldDefinition("organ_name", "Cơ quan", "Agency", ValueKind.ORGAN), [part(0, words)]).field
    assert (made.value, made.doubt) == (said, doubt)
