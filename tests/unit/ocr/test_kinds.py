"""Every kind of file that is taken: the same page out of each, upright, and what is not taken says why."""

import builtins
import io
from pathlib import Path
from typing import Any

import numpy as np
import pillow_heif
import pytest
from PIL import Image

from ocr.frames import load_frame
from ocr.inspect import inspect
from tests.hostile import mixed_tiff, portfolio
from workstation.domain.errors import WorkstationError
from workstation.domain.pagejobs import Limits

KINDS = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "TIFF": "image/tiff",
    "BMP": "image/bmp",
    "WEBP": "image/webp",
    "JPEG2000": "image/jp2",
    "HEIF": "image/heic",
}


def paper() -> Image.Image:
    """Higher than wide, with a dark bar at its head."""
    page = Image.new("RGB", (480, 680), (245, 240, 225))
    page.paste((20, 20, 120), (40, 30, 440, 90))
    return page


def written(kind: str, image: Image.Image, **how: Any) -> bytes:
    out = io.BytesIO()
    if kind == "HEIF":
        pillow_heif.from_pillow(image).save(out, **how)
    else:
        image.save(out, kind, **how)
    return out.getvalue()


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_page_out_of_each_kind(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "trang"  # its bytes say what it is
    path.write_bytes(written(kind, paper()))
    found = inspect(path, Limits())
    assert (found.media_type, len(found.frames)) == (KINDS[kind], 1)
    assert (found.frames[0].width_px, found.frames[0].height_px) == (480, 680)
    difference = np.abs(load_frame(path, 0).pixels.astype(int) - np.asarray(paper()).astype(int))
    assert difference.mean() < 3 and np.percentile(difference, 99) < 40


@pytest.mark.parametrize("kind", ["JPEG", "HEIF"])
def test_a_telephones_picture_is_turned_upright(kind: str, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be shown a quarter turn clockwise
    path = tmp_path / "ảnh"
    path.write_bytes(written(kind, paper().transpose(Image.Transpose.ROTATE_90), exif=exif.tobytes()))
    frame = inspect(path, Limits()).frames[0]
    assert (frame.width_px, frame.height_px) == (480, 680)
    pixels = load_frame(path, 0).pixels
    assert pixels.shape[:2] == (680, 480) and pixels[60, 240].mean() < 80 < 200 < pixels[640, 240].mean()


def test_without_its_decoder_heic_is_refused_with_the_packages_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def lacking(name: str, *rest: Any, **more: Any) -> Any:
        if name == "pillow_heif":
            raise ImportError(name)
        return real(name, *rest, **more)

    path = tmp_path / "ảnh.heic"
    path.write_bytes(written("HEIF", paper()))
    monkeypatch.setattr(builtins, "__import__", lacking)
    with pytest.raises(WorkstationError) as caught:
        inspect(path, Limits())
    assert (caught.value.code, caught.value.params["file"]) == ("Q16", "ảnh.heic")


def test_a_tiff_of_mixed_kinds_is_taken_page_by_page(tmp_path: Path) -> None:
    path = tmp_path / "tập.tif"
    path.write_bytes(mixed_tiff())
    frames = inspect(path, Limits()).frames
    assert [(f.width_px, f.height_px) for f in frames][:3] == [(2480, 3508), (827, 1169), (1654, 2339)]
    assert [round(f.dpi) for f in frames][:3] == [300, 100, 200]
    assert [load_frame(path, n).pixels.shape[:2] for n in range(6)] == [(f.height_px, f.width_px) for f in frames]


def test_a_portfolio_is_refused_and_a_pdf_with_an_attachment_is_not(tmp_path: Path) -> None:
    path = tmp_path / "tập.pdf"
    path.write_bytes(portfolio(2))
    with pytest.raises(WorkstationError) as caught:
        inspect(path, Limits())
    assert (caught.value.code, caught.value.params["count"]) == ("Q17", 2)
    path.write_bytes(portfolio(2).replace(b"/Collection <<", b"/Kollection <<"))
    assert len(inspect(path, Limits()).frames) == 1
