"""An identity card before a camera: a film takes the camera's place, with what comes before the card and what is none."""

from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
import pytest
import zxingcpp

from ocr.camera import card_before_camera
from ocr.frames import Pixels
from workstation.domain.errors import WorkstationError
from workstation.domain.idcard import parse_id_qr
from workstation.domain.pagejobs import CameraLook

CARD = "001090012345|012345678|Nguyễn Văn Mẫu|01021990|Nam|Tổ dân phố 5, phường Thử, Thành phố Hồ Chí Minh|05052021"


def scene(text: str, degrees: float = 0.0) -> Pixels:
    """A code held before a camera, a little unsharp, on a grey table."""
    out = np.full((720, 960), 90, np.uint8)
    if text:
        code = np.array(zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode).to_image(scale=5))
        out[200 : 200 + code.shape[0], 300 : 300 + code.shape[1]] = code
    turned = cv2.warpAffine(out, cv2.getRotationMatrix2D((480, 360), degrees, 1), (960, 720), borderValue=90)
    return np.asarray(cv2.GaussianBlur(turned, (0, 0), 1.0), np.uint8)


def film(path: Path, scenes: Iterable[Pixels]) -> CameraLook:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 25, (960, 720))
    assert writer.isOpened()
    for picture in scenes:
        writer.write(cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR))
    writer.release()
    return CameraLook(str(path), 20.0)


def test_the_first_card_that_is_seen_is_taken(tmp_path: Path) -> None:
    other = CARD.replace("001090012345", "001090099999")
    look = film(tmp_path / "c.avi", (scene(""), scene("https://ward.example/HS-0012"), scene(CARD, 17), scene(other)))
    assert card_before_camera(look) == parse_id_qr(CARD) is not None


def test_nobody_holds_a_card(tmp_path: Path) -> None:
    assert card_before_camera(film(tmp_path / "c.avi", (scene(""), scene("HS-0012")))) is None


@pytest.mark.parametrize("camera", ["99", "", "khong-co.avi"])
def test_a_camera_that_is_not_there_is_told(camera: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(WorkstationError) as e:
        card_before_camera(CameraLook(camera, 20.0))
    assert e.value.code == "Q20"
    assert capfd.readouterr() == ("", ""), "nothing on the console of a clerk"
