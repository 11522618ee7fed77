"""Codes on pages: separator sheets however a copier or scanner gives them, small codes among print, and none where none is."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pymupdf
import pytest
import zxingcpp

from ocr import cache, process, worker
from ocr.codes import find_codes
from ocr.engine import Unread
from ocr.frames import Pixels
from ocr.geometry import grey
from ocr.lines import RawWord
from signing.qr import modules, runs
from tests.pagemaker import BAD, OFFICE, PHOTOCOPY, Kind, PageSpec, make_page
from tests.unit.ocr.conftest import sha256
from workstation.app.code_sheets import save_separators
from workstation.domain.codes import CodeKind, Separator, slip_payload
from workstation.domain.idcard import parse_id_qr
from workstation.domain.pagejobs import PageJob, PageLook

CARD = "001090012345|012345678|Nguyễn Văn Mẫu|01021990|Nam|Tổ dân phố 5, phường Thử, Thành phố Hồ Chí Minh|05052021"
RECEIPT = "H29.17-20261120-0092637"


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Separator, int], Pixels]:
    """A separator sheet as it comes out of the printer."""
    folder = tmp_path_factory.mktemp("sheets")

    def sheet(kind: Separator, dpi: int) -> Pixels:
        path = folder / f"{kind.value}.pdf"
        if not path.exists():
            save_separators(path, kind, 1)
        with pymupdf.open(path) as document:
            picture = document[0].get_pixmap(dpi=dpi, colorspace=pymupdf.csGRAY)
        return np.frombuffer(picture.samples, np.uint8).reshape(picture.height, picture.width).copy()

    return sheet


def copied(page: Pixels, seed: int = 1) -> Pixels:
    """Two generations of a poor copier: pale, soft, noisy, then black and white."""
    rng = np.random.default_rng(seed)
    for _ in range(2):
        soft = cv2.GaussianBlur(page, (0, 0), 2.2).astype(np.float32)
        pale = 70 + 0.6 * soft + rng.normal(0, 18, page.shape)
        page = np.clip(pale, 0, 255).astype(np.uint8)
    return np.where(page < 165, 0, 255).astype(np.uint8)


def tilted(page: Pixels, degrees: float) -> Pixels:
    height, width = page.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    return np.asarray(cv2.warpAffine(page, turn, (width, height), borderValue=255), np.uint8)


def upper_half(page: Pixels) -> Pixels:
    return page[: page.shape[0] * 45 // 100]


def torn(page: Pixels) -> Pixels:
    """Two thirds folded over: one corner is left."""
    out = np.full_like(page, 255)
    height, width = page.shape
    out[2 * height // 3 :, width // 2 :] = page[2 * height // 3 :, width // 2 :]
    return out


FATES: dict[str, Callable[[Pixels], Pixels]] = {
    "as printed": lambda p: p,
    "head down": lambda p: np.ascontiguousarray(np.rot90(p, 2)),
    "left": lambda p: np.ascontiguousarray(np.rot90(p, 1)),
    "right": lambda p: np.ascontiguousarray(np.rot90(p, 3)),
    "copied": copied,
    "copied head down": lambda p: copied(np.ascontiguousarray(np.rot90(p, 2))),
    "tilted": lambda p: tilted(p, 7),
    "half": upper_half,
    "torn": torn,
    "pale": lambda p: (190 + 0.2 * p).astype(np.uint8),
}


@pytest.mark.parametrize("dpi", [150, 300])
@pytest.mark.parametrize("fate", list(FATES))
@pytest.mark.parametrize("kind", list(Separator))
def test_a_separator_sheet_is_known(printed: Callable[..., Pixels], kind: Separator, fate: str, dpi: int) -> None:
    found = find_codes(FATES[fate](printed(kind, dpi)), dpi)
    assert [(c.kind, c.text) for c in found] == [(CodeKind.SEPARATOR, kind.value)], "once, though it stands there five times"


def put(page: Pixels, code: Pixels, x: int, y: int) -> Pixels:
    out = page.copy()
    out[y : y + code.shape[0], x : x + code.shape[1]] = code
    return out


def drawn(text: str, form: zxingcpp.BarcodeFormat, scale: int) -> Pixels:
    return np.array(zxingcpp.create_barcode(text, form).to_image(scale=scale))


def office_page(kind: Kind = Kind.APPLICATION, dpi: int = 300) -> Pixels:
    return grey(np.asarray(make_page(PageSpec(kind, seed=3, dpi=dpi, wear=OFFICE)).image))


FORMS = {
    "qr": (zxingcpp.BarcodeFormat.QRCode, 5),
    "data_matrix": (zxingcpp.BarcodeFormat.DataMatrix, 6),
    "code128": (zxingcpp.BarcodeFormat.Code128, 3),
    "code39": (zxingcpp.BarcodeFormat.Code39, 3),
}


@pytest.mark.parametrize("turn", [0, 1])
@pytest.mark.parametrize("form", list(FORMS))
def test_a_small_code_among_print_is_found_where_it_stands(form: str, turn: int) -> None:
    code = np.ascontiguousarray(np.rot90(drawn("HS-0012", *FORMS[form]), turn))
    page = put(office_page(), code, 1500, 2700)
    (found,) = find_codes(page, 300)
    assert (found.kind, found.format, found.text) == (CodeKind.SLIP, form, "HS-0012")
    x0, y0, x1, y1 = found.box
    assert 1500 <= x0 < x1 <= 1500 + code.shape[1] and 2700 <= y0 <= y1 <= 2700 + code.shape[0]


def test_two_codes_come_from_top_to_bottom() -> None:
    page = put(office_page(), drawn(RECEIPT, zxingcpp.BarcodeFormat.Code128, 3), 300, 3100)
    page = put(page, drawn(slip_payload("HS-0012"), zxingcpp.BarcodeFormat.QRCode, 5), 1800, 200)
    assert [(c.kind, c.text) for c in find_codes(page, 300)] == [(CodeKind.SLIP, "HS-0012"), (CodeKind.OTHER, RECEIPT)]


def card_page() -> Pixels:
    """A copied identity card: its code has modules of 0.23 mm."""
    code = modules(CARD)
    side = round(len(code) * 0.23 / 25.4 * 300)
    picture = np.full((len(code), len(code)), 255, np.uint8)
    for column, row, length in runs(code):
        picture[row, column : column + length] = 0
    small = np.asarray(cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA), np.uint8)
    return put(np.full((3508, 2480), 250, np.uint8), small, 1600, 700)


def test_of_an_identity_card_only_its_kind_and_hash_are_kept(tmp_path: Path) -> None:
    (found,) = find_codes(card_page(), 300)
    assert found.kind is CodeKind.IDENTITY and found.text == "" and len(found.sha256) == 64
    path = tmp_path / "card.png"
    cv2.imwrite(str(path), card_page(), [cv2.IMWRITE_PNG_COMPRESSION, 1])
    result = process.process(PageJob(path, sha256(path), 0, tmp_path / "cache", read=False), Unread())
    assert [c.kind for c in result.codes] == [CodeKind.IDENTITY]
    kept = b"".join(p.read_bytes() for p in (tmp_path / "cache").rglob("*.json"))
    for secret in ("001090012345", "012345678", "Mẫu", "01021990"):
        assert secret not in repr(result.codes) and secret.encode() not in kept
    look = PageLook(path, 0, result.recipe)
    assert worker.id_cards(look) == (parse_id_qr(CARD),), "decoded anew for who asks"
    assert b"".join(p.read_bytes() for p in (tmp_path / "cache").rglob("*.json")) == kept


@pytest.mark.parametrize("wear", [OFFICE, PHOTOCOPY, BAD], ids=["office", "photocopy", "bad"])
@pytest.mark.parametrize("kind", [Kind.DECISION, Kind.BIRTH_CERTIFICATE, Kind.LIST, Kind.CERTIFIED_COPY])
def test_on_pages_without_a_code_none_is_seen(kind: Kind, wear: object) -> None:
    page = np.asarray(make_page(PageSpec(kind, seed=8, dpi=200, wear=wear)).image)  # type: ignore[arg-type]
    assert find_codes(page, 200) == ()


@pytest.mark.parametrize("shape", [(1, 1), (3, 900), (40, 40), (3508, 2480)])
@pytest.mark.parametrize("value", [0, 128, 255])
def test_odd_pages_do_no_harm(shape: tuple[int, int], value: int) -> None:
    assert find_codes(np.full(shape, value, np.uint8), 300) == ()


class Glancing(Unread):
    """Asked which way up a strip stands, and for no more."""

    def read(self, page: Pixels, dpi: float, *, block: bool = False) -> tuple[RawWord, ...]:
        assert page.shape[0] <= 31 / 25.4 * dpi, "nobody reads what is printed on a separator sheet"
        return ()


def test_a_separator_sheet_is_not_read_and_its_code_comes_back_from_the_cache(
    printed: Callable[..., Pixels], tmp_path: Path
) -> None:
    path = tmp_path / "sheet.png"
    cv2.imwrite(str(path), tilted(printed(Separator.DOSSIER, 150), 3), [cv2.IMWRITE_PNG_COMPRESSION, 1])
    job = PageJob(path, sha256(path), 0, tmp_path / "cache")
    first = process.process(job, Glancing())
    assert [(c.kind, c.text) for c in first.codes] == [(CodeKind.SEPARATOR, "HS")] and first.text.words == () and not first.blank
    assert cache.load_result(job.cache, job.original, 0, (), read=True) == first
    again = process.process(replace(job, path=tmp_path / "gone.png"), Glancing())
    assert again.codes == first.codes and worker.load_text(job.cache, job.original, 0, ()) == first.text
