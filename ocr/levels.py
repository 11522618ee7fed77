"""How bright a share of a picture is at most. There are 256 levels: their pixels are counted, and nothing has to be sorted."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.frames import Pixels


def counted(picture: Pixels) -> NDArray[np.int64]:
    """How many pixels of a grey picture are as dark as each level, or darker: 256 counts."""
    return cv2.calcHist([picture], [0], None, [256], [0, 256]).ravel().astype(np.int64).cumsum()


def level_at(counts: NDArray[np.int64], percent: float) -> float:
    """What ``np.percentile`` says of the picture, to the last bit."""
    place = (int(counts[-1]) - 1) * (percent / 100)
    below, above = np.searchsorted(counts, [math.floor(place), math.ceil(place)], side="right").tolist()
    share = place % 1
    return float(above - (above - below) * (1 - share) if share >= 0.5 else below + (above - below) * share)


def percentile(picture: Pixels, percent: float) -> float:
    """``np.percentile`` of a grey picture."""
    return level_at(counted(picture), percent)
