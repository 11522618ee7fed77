"""Imported by the fork server after all else, for its effect: what a worker would otherwise load at its first page.

The network, the offices' wording by its keys, OpenCV's tables of colours and what NumPy imports late: 0.3 s of each worker, and
memory that they share. What is missing on the machine is not said here but by the page that needs it.
"""

from contextlib import suppress

import cv2
import numpy as np
from PIL import Image

from ocr import language
from ocr.engine import recognizer
from workstation.domain.errors import WorkstationError

_WHITE = np.full((32, 32, 3), 255, np.uint8)

# no thread may be there when the server forks
cv2.setNumThreads(1)
cv2.cvtColor(_WHITE, cv2.COLOR_RGB2Lab)
np.median(_WHITE / 1)
Image.preinit()
language.load()
with suppress(WorkstationError, OSError):
    recognizer().describe()
    recognizer().lines([_WHITE[..., 0]], 300)
