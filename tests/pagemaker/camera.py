"""A camera over a sheet on a table: the sheet may be curled, the camera held aslant. Every pixel's place is known both ways."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Camera:
    """``focal``: by the longer side of the picture. Angles in degrees. ``curl_mm``: how high the sheet's left side bulges."""

    long_px: int = 2600
    focal: float = 0.75
    tilt: float = 0.0
    pan: float = 0.0
    roll: float = 0.0
    curl_mm: float = 0.0
    fills: float = 0.82
    """Share of the picture's height that the sheet takes."""
    ground: tuple[int, int, int] = (86, 62, 44)
    shade: float = 0.0
    """Darkening from the left to the right edge, 0 to 1."""
    noise: float = 1.5


@dataclass(frozen=True, slots=True)
class Shot:
    """A sheet of ``width`` × ``height`` millimetres before a camera."""

    camera: Camera
    width: float
    height: float

    @property
    def size(self) -> tuple[int, int]:
        """Of the picture, pixels, upright."""
        return round(self.camera.long_px * 3 / 4), self.camera.long_px

    @property
    def _focal(self) -> float:
        return self.camera.focal * self.camera.long_px

    @property
    def _away(self) -> float:
        """Millimetres from the camera to the table."""
        return self._focal * self.height / (self.camera.fills * self.camera.long_px)

    def _profile(self) -> tuple[Floats, Floats, Floats]:
        """Way along the sheet, place across the table and height above it, millimetres, the sheet's left edge on the table's."""
        x = np.linspace(0, self.width, 4000)
        t = x / self.width
        z = self.camera.curl_mm * (6.75 * t * (1 - t) ** 2)  # highest, at 1, a third of the way across
        way = np.concatenate(([0.0], np.cumsum(np.hypot(np.diff(x), np.diff(z)))))
        fit = self.width / way[-1]
        return way * fit, x * fit, z * fit

    def _lens(self) -> tuple[Floats, Floats]:
        """Of the camera: from directions to pixels, and how it is turned."""
        c, w, h = self.camera, *self.size
        k = np.array([[self._focal, 0, w / 2], [0, self._focal, h / 2], [0, 0, 1]])
        tilt, pan, roll = (math.radians(v) for v in (c.tilt, c.pan, c.roll))
        rx = np.array([[1, 0, 0], [0, math.cos(tilt), -math.sin(tilt)], [0, math.sin(tilt), math.cos(tilt)]])
        ry = np.array([[math.cos(pan), 0, math.sin(pan)], [0, 1, 0], [-math.sin(pan), 0, math.cos(pan)]])
        rz = np.array([[math.cos(roll), -math.sin(roll), 0], [math.sin(roll), math.cos(roll), 0], [0, 0, 1]])
        return k, rz @ ry @ rx

    def _turn(self) -> Floats:
        """From the picture of a camera that looks straight down to that of one turned about its own place."""
        lens, turned = self._lens()
        return np.asarray(lens @ turned @ np.linalg.inv(lens))

    def _aside(self) -> tuple[float, float]:
        """Millimetres by which the sheet lies aside, so that the turned camera looks at its middle."""
        x, y, z = self._lens()[1].T @ np.array([0.0, 0.0, 1.0])
        return float(self._away * x / z), float(self._away * y / z)

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Where a point of the sheet (millimetres) is on the picture (pixels)."""
        way, across, high = self._profile()
        px, pz = float(np.interp(x, way, across)) - self.width / 2, float(np.interp(x, way, high))
        scale = self._focal / (self._away - pz)
        w, h = self.size
        aside, below = self._aside()
        at = self._turn() @ np.array([w / 2 + scale * (px + aside), h / 2 + scale * (y - self.height / 2 + below), 1])
        return float(at[0] / at[2]), float(at[1] / at[2])

    @property
    def corners(self) -> tuple[tuple[float, float], ...]:
        """Clockwise from the top left."""
        return tuple(self.place(x, y) for x, y in ((0, 0), (self.width, 0), (self.width, self.height), (0, self.height)))

    def take(self, sheet: npt.NDArray[np.uint8], seed: int = 1) -> npt.NDArray[np.uint8]:
        """The picture of a sheet drawn flat."""
        w, h = self.size
        back = np.linalg.inv(self._turn())
        columns, rows = np.meshgrid(np.arange(w) + 0.5, np.arange(h) + 0.5)
        away = back[2, 0] * columns + back[2, 1] * rows + back[2, 2]
        straight_x = (back[0, 0] * columns + back[0, 1] * rows + back[0, 2]) / away - w / 2
        straight_y = (back[1, 0] * columns + back[1, 1] * rows + back[1, 2]) / away - h / 2
        way, across, high = self._profile()
        scale = self._focal / (self._away - high)
        aside, below = self._aside()
        seen = scale * (across - self.width / 2 + aside)
        x = np.interp(straight_x, seen, way, left=-1e4, right=1e4)
        y = straight_y / np.interp(straight_x, seen, scale) + self.height / 2 - below
        mm = sheet.shape[1] / self.width
        blur = max(0.3, 0.35 * mm * self._away / self._focal)  # a pixel of the camera sees so much of the sheet
        soft = cv2.GaussianBlur(sheet, (0, 0), blur)
        moved = cv2.remap(soft, (x * mm - 0.5).astype(np.float32), (y * mm - 0.5).astype(np.float32), cv2.INTER_CUBIC,
                          borderMode=cv2.BORDER_CONSTANT, borderValue=tuple(float(v) for v in self.camera.ground))  # fmt: skip
        light = 1 - self.camera.shade * np.linspace(0, 1, w)[None, :, None]
        rng = np.random.default_rng(seed)
        grain = rng.standard_normal((h, w, 1)) * self.camera.noise
        return np.clip(moved * light + grain, 0, 255).astype(np.uint8)
