"""An identity card held before a camera. Pictures are looked at as they come; neither they nor what a code says is kept."""

import time

import cv2
import numpy as np

from ocr.codes import cards_in
from workstation.domain.errors import WorkstationError
from workstation.domain.idcard import IdCard
from workstation.domain.pagejobs import CameraLook

_WIDTH, _HEIGHT = 1920, 1080
"""Asked for: a card's code has 0.23 mm a module, and at hand's distance a picture of 640 pixels has one pixel for each."""
_MOST_LOST = 50
"""Pictures in a row that a camera may fail to give; the first ones after it is opened often come to nothing."""


def card_before_camera(look: CameraLook) -> IdCard | None:
    """``PageTools.camera_card``. Q20 where there is no camera, or another program has it."""
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)  # a camera that is not there is told as Q20, not on stderr
    camera = cv2.VideoCapture(int(look.camera) if look.camera.isdecimal() else look.camera)
    try:
        if not camera.isOpened():
            raise WorkstationError("Q20")
        camera.set(cv2.CAP_PROP_FRAME_WIDTH, _WIDTH)
        camera.set(cv2.CAP_PROP_FRAME_HEIGHT, _HEIGHT)
        return _watched(camera, look.seconds)
    finally:
        camera.release()


def _watched(camera: cv2.VideoCapture, seconds: float) -> IdCard | None:
    """The first card that is seen; None in the end."""
    until, seen, lost = time.monotonic() + seconds, 0, 0
    while time.monotonic() < until and lost < _MOST_LOST:
        given, picture = camera.read()
        seen, lost = seen + given, 0 if given else lost + 1
        if given and (cards := cards_in(np.asarray(picture, np.uint8))):
            return cards[0]
    if not seen:
        raise WorkstationError("Q20")
    return None
