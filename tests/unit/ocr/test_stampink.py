"""Blue stamps over print: the print under them is read whole, what they say is a note, and other blue ink stays as it is."""

import io
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from PIL import Image

from ocr.frames import Pixels
from ocr.grammar import distance
from ocr.prepare import prepared
from ocr.split import index_document
from ocr.stampink import blue_stamps, stamps_to_paper
from tests.bench.text import norm
from tests.bench.unread import ReadWord, gone
from tests.pagemaker import BAD, OFFICE, Kind, MadePage, Mark, MarkKind, PageSpec, make_page
from tests.unit.ocr.test_split import TYPES
from tests.unit.ocr.test_unread import DPI, boxes, read
from workstation.domain.page import Box, PageText

BLUE, VIOLET, PALE, RED = (36, 52, 158), (96, 48, 150), (96, 108, 190), (196, 30, 44)
LEVEL = replace(OFFICE, skew_deg=0)
MM = DPI / 25.4
ARRIVAL = "CÔNG VĂN ĐẾN\nSố: ...................\nNgày: 12/11/2026\nChuyển: Văn phòng"


def arrival(x: float, y: float, turn: float, ink: tuple[int, int, int]) -> tuple[Mark, ...]:
    """A register's stamp, its number by hand."""
    return Mark(MarkKind.FRAMED, x, y, 52, ink, ARRIVAL, turn), Mark(MarkKind.FIGURES, x - 3, y - 3.2, 4.2, ink, "1234")


@cache
def made(kind: Kind, marks: tuple[Mark, ...] = (), seed: int = 11, **wear: object) -> MadePage:
    return make_page(PageSpec(kind, seed=seed, dpi=DPI, wear=replace(LEVEL, **wear), marks=marks))  # type: ignore[arg-type]


def scanned(page: MadePage) -> Pixels:
    """As a scanner stores it: JPEG keeps colour at half the resolution of brightness."""
    file = io.BytesIO()
    page.image.save(file, "JPEG", quality=page.spec.wear.jpeg_quality)
    return np.array(Image.open(file).convert("RGB"))


def errors(page: MadePage, text: PageText, around: Box) -> tuple[int, float]:
    """Lines of print that meet a box and are lost, and the share of their characters that is wrong."""
    wrong = total = lost = 0
    for line in page.lines:
        x0, y0, x1, y1 = line.box
        if x0 < around[2] and around[0] < x1 and y0 < around[3] and around[1] < y1:
            here = [w for w in text.words if y0 < (w.box[1] + w.box[3]) / 2 < y1 and x0 - 5 < (w.box[0] + w.box[2]) / 2 < x1 + 5]
            wrong += distance(" ".join(w.text for w in sorted(here, key=lambda w: w.box[0])), line.text)
            total += len(line.text)
            lost += gone(line, [ReadWord(w.text, w.box) for w in text.words]) > 0.5
    assert total, "no line under the stamp"
    return lost, wrong / total


def held(mark: Mark) -> Box:
    """The middle of a stamp, on the page."""
    return ((mark.x - 20) * MM, (mark.y - 12) * MM, (mark.x + 20) * MM, (mark.y + 12) * MM)


@pytest.mark.parametrize(
    ("kind", "x", "y", "turn", "ink"),
    [(Kind.NOTICE, 75, 150, 0, BLUE), (Kind.LETTER, 120, 160, 4, PALE), (Kind.NOTICE, 130, 140, -3, VIOLET)],
)
def test_lines_under_an_arrival_stamp_are_read_and_what_it_says_is_a_note(
    kind: Kind, x: float, y: float, turn: float, ink: tuple[int, int, int]
) -> None:
    marks = arrival(x, y, turn, ink)
    page = made(kind, marks)
    text = read(scanned(page))
    lost, wrong = errors(page, text, held(marks[0]))
    assert lost == 0 and wrong < 0.03  # with the stamp in the picture a fifth is wrong
    assert not boxes(text, "lost_line") and not boxes(text, "handwriting")
    note = max((a.note for a in boxes(text, "stamp")), key=len)
    wanted = norm(ARRIVAL.replace(".", ""))
    assert distance(norm(note), wanted) < 0.4 * len(wanted)  # of the violet one the first line is doubted and left out
    assert "12/11/2026" not in text.text and "Chuyển" not in text.text and "ĐẾN" not in text.text
    assert "stamps_to_paper" in {s.name for s in text.steps}


def test_the_day_of_arrival_is_not_the_documents_day() -> None:
    page = made(Kind.LETTER, arrival(55, 52, 1.5, BLUE), seed=14)
    text = read(scanned(page))
    fields = {f.name: f.value for f in index_document((text,), TYPES).fields}
    assert fields["issued_date"] == page.fields["issued_date"]
    assert fields["number"] == page.fields["number"]


@pytest.mark.parametrize("ink", [BLUE, VIOLET])
def test_a_name_under_a_blue_seal_is_read(ink: tuple[int, int, int]) -> None:
    plain = made(Kind.NOTICE, seed=16)
    name = next(line for line in plain.lines if line.text == plain.fields["signer_name"])
    x, y = (name.box[0] + name.box[2]) / 2 / MM - 6, (name.box[1] + name.box[3]) / 2 / MM - 5
    page = made(Kind.NOTICE, (Mark(MarkKind.SEAL, x, y, 16.5, ink, "HỢP TÁC XÃ DỊCH VỤ"),), seed=16)
    text = read(scanned(page))
    assert page.fields["signer_name"] in text.text
    assert any(s.box[0] < x * MM < s.box[2] and s.box[1] < y * MM < s.box[3] for s in boxes(text, "stamp"))


@pytest.mark.parametrize(
    ("kind", "says", "turn", "ink", "seed", "off"),
    [(MarkKind.STAMP, "SAO Y BẢN CHÍNH", 0.8, BLUE, 18, 4),  # its first word is doubted and left out
     (MarkKind.STAMP, "SAO Y BẢN CHÍNH", -9, BLUE, 19, 1), (MarkKind.FRAMED, "ĐÃ THU TIỀN", 14, VIOLET, 19, 1)],
)  # fmt: skip
def test_a_stamp_of_one_line_is_a_note_however_it_slopes(
    kind: MarkKind, says: str, turn: float, ink: tuple[int, int, int], seed: int, off: int
) -> None:
    mark = Mark(kind, 110, 140, 60, ink, says, turn)
    page = made(Kind.NOTICE, (mark,), seed=seed)
    text = read(scanned(page))
    lost, wrong = errors(page, text, held(mark))
    assert lost == 0 and wrong < 0.03
    (note,) = [a.note for a in boxes(text, "stamp") if a.note]
    assert distance(note, says) <= off
    assert says.split()[-1] not in text.text and not boxes(text, "handwriting")


def test_red_and_blue_stamps_are_parted_from_the_print_and_from_each_other() -> None:
    blue, by_hand = arrival(70, 150, 2, BLUE)
    page = made(Kind.NOTICE, (blue, by_hand, Mark(MarkKind.FRAMED, 150, 150, 44, RED, "BẢN LƯU")), seed=29)
    text = read(scanned(page))
    lost, wrong = errors(page, text, held(blue))
    assert lost == 0 and wrong < 0.1
    assert {"stamps_to_paper", "red_to_paper"} <= {s.name for s in text.steps}
    assert sum(bool(a.note) for a in boxes(text, "stamp")) == 2


OTHERS: dict[str, tuple[Kind, tuple[Mark, ...], dict[str, object]]] = {
    "carbon copy": (Kind.NOTICE, (), {"tinted_mm": (0, 297)}),
    "carbon copy with a stamp": (Kind.NOTICE, arrival(75, 150, 2, BLUE), {"tinted_mm": (0, 297)}),
    "form in blue": (Kind.BIRTH_CERTIFICATE, (), {"tinted_mm": (0, 297)}),
    "table in blue": (Kind.LIST, (), {"tinted_mm": (0, 297), "tint": (60, 80, 170)}),
    "letterhead in blue": (Kind.LETTER, (), {"tinted_mm": (0, 58)}),
    "filled in by hand": (Kind.APPLICATION, (Mark(MarkKind.FIGURES, 110, 101, 5, BLUE, "0912345678"),), {}),
    "number by hand": (Kind.HAND_NUMBERED, (), {}),
    "signature over a name": (Kind.NOTICE, (Mark(MarkKind.SIGNATURE, 150, 245, 38, BLUE),), {}),
    "bluish scan": (Kind.NOTICE, (), {"paper": (214, 226, 250), "fringe_px": 0.8}),
    "yellow paper": (Kind.LETTER, (), {"paper": (226, 208, 160), "fringe_px": 0.8}),
    "coloured edges": (Kind.LIST, (), {"fringe_px": 1.2}),
}


@pytest.mark.parametrize("what", OTHERS)
def test_other_blue_ink_is_left_as_it_is(what: str) -> None:
    kind, marks, wear = OTHERS[what]
    page = scanned(made(kind, marks, 25, **wear))
    assert blue_stamps(page, DPI) == () and stamps_to_paper(page, DPI) is page


@pytest.mark.parametrize("paper", [(214, 226, 250), (226, 208, 160)])
def test_a_stamp_is_seen_on_tinted_paper_with_coloured_edges(paper: tuple[int, int, int]) -> None:
    page = scanned(made(Kind.NOTICE, arrival(75, 150, 2, BLUE), 31, paper=paper, fringe_px=0.8))
    (stamp,) = blue_stamps(page, DPI)
    assert not stamp.round and abs(stamp.box[2] - stamp.box[0] - 53 * MM) < 3 * MM


def test_a_stamp_is_seen_on_a_worn_page() -> None:
    spec = PageSpec(Kind.NOTICE, seed=33, dpi=DPI, wear=replace(BAD, skew_deg=0), marks=arrival(75, 150, 2, BLUE))
    assert len(blue_stamps(scanned(make_page(spec)), DPI)) == 1


def test_grey_scans_have_no_stamps() -> None:
    page = scanned(made(Kind.NOTICE, arrival(75, 150, 0, BLUE)))
    grey = np.array(Image.fromarray(page).convert("L"))
    assert stamps_to_paper(grey, DPI) is grey
    toneless = np.repeat(grey[..., None], 3, axis=2)
    assert stamps_to_paper(toneless, DPI) is toneless


def test_print_under_the_ink_stays_black_and_red_stays_red() -> None:
    page = scanned(made(Kind.NOTICE, arrival(75, 150, 0, BLUE)))
    red = np.s_[round(127 * MM) : round(131 * MM), round(60 * MM) : round(62 * MM)]
    page[red] = RED
    bare = stamps_to_paper(page, DPI)
    assert (bare[red] == RED).all()
    inside = np.s_[round(134 * MM) : round(166 * MM), round(51 * MM) : round(99 * MM)]
    unstamped = np.array(made(Kind.NOTICE).image.convert("L"))[inside]
    left = np.array(Image.fromarray(bare).convert("L"))[inside]
    assert np.mean(left[unstamped < 70] < 130) > 0.97
    assert np.mean(left[unstamped > 210] > 170) > 0.97
    around = np.s_[round(128 * MM) : round(172 * MM), round(45 * MM) : round(105 * MM)]
    for picture in (bare, page):
        picture[around] = 0
    assert np.array_equal(bare, page), "nothing beyond the stamp is touched"


def test_the_step_says_why() -> None:
    step = prepared(scanned(made(Kind.NOTICE, arrival(75, 150, 0, BLUE))), DPI)[1][0]
    assert (step.name, step.version, step.reason) == ("stamps_to_paper", 1, "blue stamps")
