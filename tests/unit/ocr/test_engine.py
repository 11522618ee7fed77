"""Both ways to Tesseract, with the real one."""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from ocr.engine import Recognizer, Unread, end_up, recognizer
from ocr.frames import Pixels
from ocr.geometry import grey
from ocr.lines import RawWord
from ocr.prepare import prepare
from ocr.tesseract import FOREIGN, TesseractLibrary, TesseractProgram
from tests.pagemaker import OFFICE, Kind, PageSpec, make_page, quick_page
from tests.pagemaker.fonts import font
from ui.messages import sentence
from workstation.domain.errors import WorkstationError

DPI = 300.0


def page(spec: PageSpec) -> Pixels:
    return prepare(np.asarray(make_page(spec).image.convert("RGB")), spec.dpi)


@pytest.fixture(scope="module")
def form() -> Pixels:
    return page(PageSpec(Kind.BIRTH_CERTIFICATE, seed=941, wear=OFFICE))


@pytest.fixture(scope="module")
def letter() -> Pixels:
    return page(PageSpec(Kind.LETTER, seed=942))


@pytest.fixture(params=[TesseractLibrary, TesseractProgram])
def engine(request: pytest.FixtureRequest) -> Recognizer:
    made: Recognizer = request.param()
    return made


@pytest.fixture
def chosen_anew() -> Iterator[None]:
    recognizer.cache_clear()
    yield
    recognizer.cache_clear()


def test_a_page_does_not_depend_on_what_was_read_before_it(engine: Recognizer, form: Pixels, letter: Pixels) -> None:
    first = engine.read(letter, DPI)
    engine.read(form, DPI)
    engine.read(form[: len(form) // 4], DPI, block=True)
    assert engine.read(letter, DPI) == first != ()


def test_both_ways_read_the_same_words_in_the_same_places(letter: Pixels) -> None:
    inside, outside = (e.read(letter, DPI) for e in (TesseractLibrary(), TesseractProgram()))
    places = {(w.text, *(round(v / 4) for v in w.box)) for w in outside}
    assert len([w for w in inside if (w.text, *(round(v / 4) for v in w.box)) in places]) > 0.9 * len(outside)
    assert abs(sum(w.confidence for w in inside) / len(inside) - sum(w.confidence for w in outside) / len(outside)) < 0.05


def test_its_release_network_and_parameters_are_said(engine: Recognizer) -> None:
    said = engine.describe()
    assert said.name == "tesseract" and said.version[0].isdigit() and said.model.startswith("vie:") and len(said.model) == 68
    assert "--psm 3" in said.params and FOREIGN in said.params


def test_no_character_that_office_paper_does_not_hold_is_read(engine: Recognizer) -> None:
    """``§8`` is drawn, and read as something of the paper's own alphabet."""
    sheet = np.full((160, 1400), 255, np.uint8)
    picture = Image.fromarray(sheet)
    ImageDraw.Draw(picture).text((40, 40), "§8 © 2019 Ñguyễn Ø7 ¿", 0, font("Tinos", "Regular", 60))
    words = engine.read(np.asarray(picture), DPI, block=True)
    assert "2019" in {w.text for w in words}
    assert not set("".join(w.text for w in words)) & set(FOREIGN)


@pytest.mark.parametrize("shape", [(8, 40_000), (1, 1), (60, 30)])
def test_a_picture_that_is_no_page_costs_at_most_itself(engine: Recognizer, letter: Pixels, shape: tuple[int, int]) -> None:
    before = engine.read(letter, DPI)
    try:
        assert engine.read(np.full(shape, 255, np.uint8), DPI) == ()
    except WorkstationError as e:
        assert e.code == "O02" and max(shape) > 32_767  # either is right, as long as it lives on
    assert engine.read(letter, DPI) == before


def test_time_that_runs_out_is_O02_and_the_next_page_is_read(letter: Pixels) -> None:
    whole = TesseractLibrary().read(letter, DPI)
    with pytest.raises(WorkstationError, match="O02"):
        TesseractLibrary(seconds=0.05).read(letter, DPI)
    assert TesseractLibrary().read(letter, DPI) == whole


def test_without_the_network_it_is_O01_which_names_the_package(
    engine: Recognizer, letter: Pixels, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TESSDATA_PREFIX", str(tmp_path))
    with pytest.raises(WorkstationError, match="O01") as caught:
        engine.read(letter, DPI)
    assert all("tesseract-ocr-vie" in sentence(caught.value.note, lang) for lang in ("vi", "en"))


@pytest.mark.usefixtures("chosen_anew")
def test_a_machine_without_the_library_reads_through_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(recognizer(), TesseractLibrary)
    recognizer.cache_clear()
    monkeypatch.setitem(sys.modules, "tesserocr", None)
    fallback = recognizer()
    assert isinstance(fallback, TesseractProgram)
    drawn = quick_page()
    words = {w.text for w in fallback.read(grey(np.asarray(drawn.image.convert("RGB"))), 300)}
    assert len(words & set(drawn.text.split())) > 0.8 * len(words)


class Says(Unread):
    """Reads the words of one of two pictures, whichever it is shown: the one that is dark above, or the one dark below."""

    def __init__(self, upright: tuple[RawWord, ...], turned: tuple[RawWord, ...]) -> None:
        self.upright, self.turned = upright, turned

    def read(self, page: Pixels, dpi: float, *, block: bool = False) -> tuple[RawWord, ...]:
        return self.upright if page[: len(page) // 2].mean() < page[len(page) // 2 :].mean() else self.turned


def test_a_page_is_turned_over_by_words_and_not_by_letters_seen_in_a_picture() -> None:
    def words(*said: tuple[str, float]) -> tuple[RawWord, ...]:
        return tuple(RawWord(text, (0, 0, 10, 10), sure, (0, 0)) for text, sure in said)

    page = np.full((200, 200), 255, np.uint8)
    page[20:60] = 0
    specks = words(("mm", 0.84), ("KH", 0.33), ("MU", 0.33), ("HBỤU", 0.42), ("——", 0.9), (":", 0.9))
    title, backwards = words(("QUYẾT", 0.92), ("ĐỊNH", 0.9)), words(("HNỊQ", 0.4), ("2j1HL", 0.6))
    cases = [
        ((), specks, 0),
        ((), title, 180),
        (title, (), 0),
        (title, backwards, 0),
        (backwards, title, 180),
        (specks, title, 180),
    ]
    assert [end_up(page, 300, Says(upright, turned)) for upright, turned, _ in cases] == [way for _, _, way in cases]
