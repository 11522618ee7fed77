"""Ruled tables: grids found, cells read with the real Tesseract, rows written back in order."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from ocr.engine import recognizer
from ocr.frames import Pixels
from ocr.geometry import Lie
from ocr.grids import find_tables
from ocr.process import _read
from ocr.reduce import reduce
from ocr.tables import compose, without_tables
from ocr.work import Cleaned
from tests.pagemaker import PHOTOCOPY, Kind, PageSpec, write_page
from tests.unit.ocr.conftest import Reader
from workstation.domain.page import PageText

FONT = ImageFont.truetype("/usr/share/fonts/truetype/croscore/Tinos-Regular.ttf", 50)
XS = (150, 330, 1100, 1500, 2300)
ROWS = (("STT", "Họ và tên", "Năm", "Địa chỉ"), ("1", "Trần Thị Ví Dụ", "1975", "Khu phố 3"), ("2", "Lê Văn Mẫu", "1981", "Ấp 7"))


def sheet(rows: tuple[tuple[str, ...], ...] = ROWS, rules: bool = True, gap: int = 0) -> Pixels:
    """300 dpi: a line above, the table, a line below. ``gap``: pixels missing from every 240 of the top rule."""
    image = Image.new("L", (2480, 1600), 255)
    draw = ImageDraw.Draw(image)
    draw.text((150, 150), "Danh sách kèm theo quyết định", font=FONT, fill=0)
    tops = [400 + 170 * i for i in range(len(rows) + 1)]
    for row, top in zip(rows, tops, strict=False):
        for text, x in zip(row, XS, strict=False):
            draw.multiline_text((x + 20, top + 20), text, font=FONT, fill=0, spacing=6)
    if rules:
        for y in tops:
            draw.line((XS[0], y, XS[-1], y), fill=0, width=3)
        for x in XS:
            draw.line((x, tops[0], x, tops[-1]), fill=0, width=3)
    draw.text((150, tops[-1] + 150), "Danh sách này có hai người.", font=FONT, fill=0)
    page = np.array(image)
    for at in range(0, 2480, 240) if gap else ():
        page[tops[0] - 3 : tops[0] + 4, at : at + gap] = 255
    return page


def read(page: Pixels) -> PageText:
    return _read(Cleaned(page, page, (), 300, Lie(0, 0.0), False, 100.0), reduce(page, 300), recognizer())


def lines(text: PageText) -> list[str]:
    found: dict[int, list[str]] = {}
    for w in text.words:
        found.setdefault(w.line, []).append(w.text)
    return [" ".join(found[k]) for k in sorted(found)]


def test_a_table_is_read_row_by_row_between_the_lines_around_it() -> None:
    text = read(sheet())
    assert lines(text) == [
        "Danh sách kèm theo quyết định", "STT Họ và tên Năm Địa chỉ", "1 Trần Thị Ví Dụ 1975 Khu phố 3", "2 Lê Văn Mẫu 1981 Ấp 7",
        "Danh sách này có hai người.",
    ]  # fmt: skip
    assert [(t.name, t["tables"], t["cells"]) for t in text.steps if t.name == "tables"] == [("tables", 1, 12)]


def test_words_lie_on_their_ink() -> None:
    page = sheet()
    for w in read(page).words:
        x0, y0, x1, y1 = (round(v) for v in w.box)
        assert (page[y0:y1, x0:x1] < 128).mean() > 0.05, w.text
    years = {w.text: w.box for w in read(page).words if w.text in {"1975", "1981"}}
    assert XS[2] < years["1975"][0] < years["1975"][2] < XS[3] and 570 < years["1975"][1] < 740 < years["1981"][1] < 910


def test_lines_of_a_tall_cell_stay_lines_of_their_own() -> None:
    rows = (ROWS[0], ("1", "Trần Thị\nVí Dụ", "1975", "Khu phố 3"))
    assert lines(read(sheet(rows)))[1:-1] == ["STT Họ và tên Năm Địa chỉ", "1", "Trần Thị", "Ví Dụ", "1975", "Khu phố 3"]


def test_a_cell_over_two_columns_stays_whole() -> None:
    rows = (("STT", "Họ và tên 012345678901234567890123456789", "", "Địa chỉ"), *ROWS[1:])
    page, bare = sheet(rows), sheet(rows, rules=False)
    page[404:566, XS[2] - 3 : XS[2] + 4] = bare[404:566, XS[2] - 3 : XS[2] + 4]
    _, (table,) = find_tables(page, 300)
    assert [len(row) for row in table.rows] == [3, 4, 4]
    assert lines(read(page))[1] == "STT Họ và tên 012345678901234567890123456789 Địa chỉ"


@pytest.mark.parametrize("gap", [0, 8])
def test_grid_of_a_broken_rule(gap: int) -> None:
    page = sheet(gap=gap)
    _, (table,) = find_tables(page, 300)
    assert [len(row) for row in table.rows] == [4, 4, 4]
    x0, y0, x1, y1 = table.rows[1][2]
    assert abs(x0 - XS[2]) < 4 and abs(x1 - XS[3]) < 6 and abs(y0 - 570) < 4 and abs(y1 - 740) < 6


def test_frames_underlines_and_plain_text_are_no_tables() -> None:
    page = sheet(rules=False)
    page[60:64, 60:2400] = page[1500:1504, 60:2400] = 0
    page[60:1504, 60:64] = page[60:1504, 2396:2400] = 0  # a frame round the page
    page[230:233, 150:800] = 0  # an underline
    assert find_tables(page, 300)[1] == ()
    text = read(page)
    assert "tables" not in [t.name for t in text.steps]


def test_the_rest_of_the_page_is_left_as_it_is() -> None:
    page = sheet()
    rules, tables = find_tables(page, 300)
    rest = without_tables(page, tables)
    assert (rest[395:915, 140:2310] == 255).all()
    assert np.array_equal(rest[:390], page[:390]) and np.array_equal(rest[920:], page[920:])
    assert compose(np.full_like(page, 255), rules, tables[0].cells, 300) == (), "an empty table costs no reading"


def test_a_long_table_goes_into_several_strips(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = read(sheet())
    monkeypatch.setattr("ocr.tables._STRIP_PX", 300)
    page = sheet()
    rules, tables = find_tables(page, 300)
    strips = compose(page, rules, tables[0].cells, 300)
    assert len(strips) > 2 and all(s.pixels.shape[0] <= 300 for s in strips)
    assert [p.cell for s in strips for p in s.pieces] == list(range(12))
    assert lines(read(page)) == lines(whole)


def test_a_photocopied_list_is_read_row_by_row(tmp_path: Path, read_page: Reader) -> None:
    made = write_page(tmp_path / "list.png", PageSpec(Kind.LIST, seed=3, dpi=200, wear=PHOTOCOPY))
    read = lines(read_page(tmp_path / "list.png").result.text)
    rows = [line.text.split() for line in made.lines if "500.000" in line.text]
    found = [row for row in rows if any(set(row) & set(line.split()) >= {row[-1], row[-2]} for line in read)]
    assert len(found) >= 10, "a row's sum and identity number stand on one line"
