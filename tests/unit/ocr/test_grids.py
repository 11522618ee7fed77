"""Grids of worn tables: bent sheets, rules of which pieces are left, letters that look like rules."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from ocr.bend import find_bend
from ocr.frames import Pixels
from ocr.grids import Table, find_tables

DPI = 200
MM = DPI / 25.4
FACE = ImageFont.truetype("/usr/share/fonts/truetype/croscore/Tinos-Regular.ttf", 34)
BOLD = ImageFont.truetype("/usr/share/fonts/truetype/croscore/Tinos-Bold.ttf", 36)
XS = (160, 260, 620, 760, 1060, 1300, 1490)
YS = tuple(range(420, 420 + 13 * 60, 60))


def sheet(rules: bool = True) -> Pixels:
    """A title and a table of 12 rows and 6 columns at 200 dpi, a figure or a word in each cell."""
    image = Image.new("L", (1654, 1400), 255)
    draw = ImageDraw.Draw(image)
    draw.text((330, 355), "DANH SÁCH hộ gia đình được hỗ trợ bồi thường", font=BOLD, fill=0)
    for r, y in enumerate(YS[:-1]):
        for x, text in zip(XS, (str(r + 1), "Trần Thị Ví Dụ", "1975", "012345678901", "Khu phố 3", "87,5"), strict=False):
            draw.text((x + 14, y + 10), text, font=FACE, fill=0)
    for y in YS if rules else ():
        draw.line((XS[0], y, XS[-1], y), fill=0, width=2)
    for x in XS if rules else ():
        draw.line((x, YS[0], x, YS[-1]), fill=0, width=2)
    return np.array(image)


def worn(page: Pixels, keep: float, seed: int = 1) -> Pixels:
    """Rules broken as a photocopy breaks them: of every 20 mm of a rule a share stays, here more and there less."""
    rng = np.random.default_rng(seed)
    page, every = page.copy(), round(20 * MM)
    for along, across, upright in ((YS, XS, False), (XS, YS, True)):
        for at in along:
            for start in range(across[0], across[-1], every):
                first = start + int(rng.integers(0, every))
                gone = np.s_[first : first + round(every * (1 - keep)), at - 2 : at + 4]
                part = page[gone] if upright else page.T[gone]
                part[:] = 255
    return page


def bent(page: Pixels, fall: float, lean: float) -> Pixels:
    """A sheet whose left edge lies ``fall`` pixels lower than its right one and bends, and whose uprights lean by ``lean``."""
    rows, columns = np.indices(page.shape, np.float32)
    x, y = columns - lean * rows / page.shape[0], rows - fall * (1 - columns / page.shape[1]) ** 2
    return np.asarray(cv2.remap(page, x, y, cv2.INTER_LINEAR, borderValue=255), np.uint8)


def shape(table: Table) -> list[int]:
    return [len(row) for row in table.rows]


def ink_in(page: Pixels, cell: tuple[int, int, int, int]) -> int:
    x0, y0, x1, y1 = cell
    return int((page[y0 + 6 : y1 - 6, x0 + 6 : x1 - 6] < 128).sum())


@pytest.mark.parametrize("keep", [1.0, 0.7])
@pytest.mark.parametrize(("fall", "lean"), [(45, 0), (0, 30), (45, -30)])
def test_a_bent_sheet_keeps_its_grid(keep: float, fall: float, lean: float) -> None:
    page = bent(worn(sheet(), keep), fall, lean)
    _, tables = find_tables(page, DPI)
    assert [shape(t) for t in tables] == [[6] * 12]
    assert min(ink_in(page, cell) for cell in tables[0].cells) > 40


def test_sides_that_are_mostly_gone_are_no_cells_over_two_fields() -> None:
    page = sheet()
    page[YS[3] - 3 : YS[3] + 4, XS[0] + 10 : XS[1] + 260] = 255  # the lid of the first column, most of the second's
    page[YS[7] + 8 : YS[8] - 20, XS[2] - 3 : XS[2] + 4] = 255
    _, (table,) = find_tables(page, DPI)
    assert shape(table) == [6] * 12


def test_a_cell_without_a_trace_of_the_side_is_whole() -> None:
    page = sheet()
    page[YS[3] + 3 : YS[4] - 2, XS[2] - 3 : XS[2] + 4] = 255
    _, (table,) = find_tables(page, DPI)
    assert shape(table) == [6, 6, 6, 5, *[6] * 8]


@pytest.mark.parametrize("last", [False, True])
def test_a_column_whose_outer_rules_are_broken_into_short_pieces_is_of_the_table(last: bool) -> None:
    page = sheet()
    outer, inner = (XS[-1], XS[-2]) if last else (XS[0], XS[1])
    for y in range(YS[0] - 10, YS[-1] + 10, 40):
        page[y : y + 16, outer - 3 : outer + 4] = 255
    for y in YS:
        for x in range(min(outer, inner) - 20, max(outer, inner), 50):
            page[y - 2 : y + 4, x : x + 22] = 255
    _, (table,) = find_tables(page, DPI)
    assert shape(table) == [6] * 12


def dotted(page: Pixels, at: int, keep: int, every: int, *, upright: bool = True) -> Pixels:
    """``page`` with a rule of which ``keep`` of every so many pixels are left."""
    page = page.copy()
    part = page[:, at - 2 : at + 4] if upright else page[at - 2 : at + 4].T
    for start in range(0, len(part), every):
        part[start : start + every - keep] = 255
    return page


def test_two_columns_at_the_side_are_of_the_table_whose_uprights_are_pieces_and_dots() -> None:
    page = dotted(dotted(worn(sheet(), 0.7), XS[0], 24, 40), XS[1], 5, 20)
    for y in YS:
        for x in range(XS[0] - 20, XS[2] - 30, 50):
            page[y - 2 : y + 4, x : x + 22] = 255
    _, (table,) = find_tables(page, DPI)
    assert shape(table) == [6] * 12
    assert [cell[0] for cell in table.rows[0][:3]] == pytest.approx(XS[:3], abs=3)


def test_a_level_rule_of_which_dots_are_left_parts_two_rows() -> None:
    page = dotted(worn(sheet(), 0.7), YS[5], 6, 20, upright=False)
    page[YS[5] - 2 : YS[5] + 4, XS[2] : XS[2] + 180] = 0  # one piece of it
    _, (table,) = find_tables(page, DPI)
    assert shape(table) == [6] * 12


def faded(page: Pixels, at: int, level: int, first: int = YS[0], last: int = YS[-1]) -> Pixels:
    """An upright that is no darker than ``level`` between two rows."""
    page = page.copy()
    part = page[first:last, at - 1 : at + 3]
    part[:] = np.maximum(part, level)
    return page


@pytest.mark.parametrize("at", [1, 4])
def test_an_upright_paler_than_ink_parts_two_columns(at: int) -> None:
    page = bent(faded(worn(sheet(), 0.9), XS[at], 190), 25, 0)
    _, (table,) = find_tables(page, DPI)
    assert shape(table) == [6] * 12


def test_an_upright_seen_in_one_row_runs_on_as_pale_as_it_is() -> None:
    page = faded(worn(sheet(), 0.9), XS[4], 200, YS[0] + 34)
    _, (table,) = find_tables(page, DPI)
    assert shape(table) == [6] * 12


@pytest.mark.parametrize("level", [100, 200])
def test_a_fold_through_the_page_parts_no_column(level: int) -> None:
    page = worn(sheet(), 0.7)
    fold = page[60:1340, 560:564]
    fold[:] = np.minimum(fold, level)
    _, (table,) = find_tables(page, DPI)
    assert shape(table) == [6] * 12


def test_figures_under_one_another_are_no_upright() -> None:
    page = worn(sheet(), 0.7)
    image = Image.fromarray(page)
    for y in YS[:-1]:
        ImageDraw.Draw(image).text((540, y + 10), "1", font=FACE, fill=150)
    _, (table,) = find_tables(np.array(image), DPI)
    assert shape(table) == [6] * 12


def test_print_beside_a_table_is_no_outer_rule() -> None:
    page = sheet()
    image = Image.fromarray(page)
    draw = ImageDraw.Draw(image)
    for y in YS[:-1]:
        draw.text((XS[0] - 60, y + 10), "I", font=FACE, fill=0)
    draw.line((XS[0] - 90, 60, XS[0] - 90, 1300), fill=0, width=2)  # a fold down the whole sheet
    _, (table,) = find_tables(np.array(image), DPI)
    assert shape(table) == [6] * 12


def test_columns_without_rules_make_no_table() -> None:
    assert find_tables(sheet(rules=False), DPI)[1] == ()


def drop(page: Pixels) -> NDArray[np.float32]:
    return find_bend((page < 170).astype(np.uint8), MM).down.at(0, len(page))


def test_the_bend_is_what_the_sheet_was_bent_by() -> None:
    fall = 45.0
    down = drop(bent(worn(sheet(), 0.6), fall, 0))
    middle = (YS[0] + YS[-1]) // 2
    for x in (200, 500, 1100, 1450):
        meant = fall * ((1 - x / 1654) ** 2 - 0.25)
        assert abs(float(down[middle, x]) - meant) < 2.5


def test_a_level_or_empty_sheet_is_not_bent() -> None:
    assert float(np.abs(drop(sheet())).max()) < 1.5
    assert not drop(np.full((500, 900), 255, np.uint8)).any()


def test_what_is_laid_flat_and_bent_again_lies_where_it_was() -> None:
    page = bent(sheet(), 45, 20)
    bend = find_bend((page < 170).astype(np.uint8), MM)
    mask = (page < 128).astype(np.uint8)
    back = bend.bent((bend.flat(page) < 128).astype(np.uint8))
    assert (back & mask).sum() > 0.9 * mask.sum()
