"""The picture of a stamp: a handwritten signature or a seal from a PNG, ready to be drawn.

PDF/A-2 allows a soft mask (ISO 19005-2, 6.2.10; ``tests/unit/signing/test_stamp_pdfa.py`` asks the checker), and a picture laid
on white would not do: the seal covers a third of the signature (Decree 30/2020, II.8a), which has to show through.
"""

import io
import warnings
import zlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, UnidentifiedImageError

from signing.presets import Ink
from workstation.domain.errors import WorkstationError

MAX_BYTES = 20_000_000
MAX_PIXELS = 25_000_000
"""Of the file. A4 at 300 dpi has 8.7 million; decoding this many takes 100 MB for a moment."""
MAX_SIDE = 1200
"""Of what is drawn: 600 dpi at 50 mm."""
_VISIBLE = 32
"""Alpha from which a pixel counts as inked."""


@dataclass(frozen=True, slots=True)
class Picture:
    width: int
    height: int
    rgb: bytes
    """sRGB, eight bits a colour."""
    alpha: bytes


@lru_cache(maxsize=4)
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


@lru_cache(maxsize=1)
def srgb_profile() -> bytes:
    """The ICC profile of the picture's colours."""
    return _srgb().tobytes()


def read_picture(path: Path, ink: Ink) -> Picture:
    """The inked part of a PNG: margins cut off, at most ``MAX_SIDE`` pixels a side, in sRGB.

    Raises F07 (not readable), F01 (no PNG), F05 (too large), F03 (damaged), U01 (no transparent background, nothing on it,
    or another colour than ``ink``).
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise WorkstationError("F05", file=path.name)
        data = path.read_bytes()
    except OSError as error:
        raise WorkstationError("F07", file=path.name) from error
    return _inked(_decoded(data, path.name), ink)


def _decoded(data: bytes, name: str) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's own limits; ours is lower
            picture = Image.open(io.BytesIO(data), formats=["PNG"])
            if picture.width * picture.height > MAX_PIXELS:
                raise WorkstationError("F05", file=name)
            picture.load()
            return _in_srgb(picture)
    except UnidentifiedImageError as error:
        raise WorkstationError("F01", file=name) from error
    except Image.DecompressionBombError as error:
        raise WorkstationError("F05", file=name) from error
    except (
        OSError,
        SyntaxError,
        ValueError,
        TypeError,
        IndexError,
        KeyError,
        OverflowError,
        MemoryError,
        EOFError,
        zlib.error,
    ) as error:
        raise WorkstationError("F03", file=name) from error  # what Pillow raises on broken PNGs


def _in_srgb(picture: Image.Image) -> Image.Image:
    """As RGBA. A profile that can't be used is ignored: what has none is sRGB by custom."""
    profile = picture.info.get("icc_profile")
    transparent = "transparency" in picture.info or picture.mode in ("RGBA", "LA", "PA", "La", "RGBa")
    if not transparent:
        raise WorkstationError("U01", detail="--image: PNG, nền trong suốt / transparent background")
    rgba = picture.convert("RGBA")
    if profile and picture.mode in ("RGB", "RGBA", "P"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            rgb = ImageCms.profileToProfile(rgba.convert("RGB"), source, _srgb(), outputMode="RGB")
        except (ImageCms.PyCMSError, OSError):
            return rgba
        if rgb is not None:
            rgb.putalpha(rgba.getchannel("A"))
            return rgb
    return rgba


def _inked(picture: Image.Image, ink: Ink) -> Picture:
    alpha = np.asarray(picture.getchannel("A"))
    inked = alpha >= _VISIBLE
    if not inked.any():
        raise WorkstationError("U01", detail="--image: không có nét nào / nothing on it")
    if inked.all():
        raise WorkstationError("U01", detail="--image: PNG, nền trong suốt / transparent background")
    _require_colour(np.asarray(picture)[..., :3][inked], ink)
    rows, columns = np.flatnonzero((alpha > 0).any(axis=1)), np.flatnonzero((alpha > 0).any(axis=0))
    picture = picture.crop((int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1))
    if max(picture.size) > MAX_SIDE:
        share = MAX_SIDE / max(picture.size)
        # premultiplied, or the colour of what is transparent bleeds into the edges
        small = picture.convert("RGBa").resize(
            (max(1, round(picture.width * share)), max(1, round(picture.height * share))),
            Image.Resampling.BILINEAR,  # overshoots nothing
        )
        picture = small.convert("RGBA")
    return Picture(picture.width, picture.height, picture.convert("RGB").tobytes(), picture.getchannel("A").tobytes())


def _require_colour(pixels: np.ndarray, ink: Ink) -> None:
    """Blue for a handwritten signature, red for a seal (Decree 30/2020, II.7d and 8a): on the average of what is inked."""
    red, green, blue = (float(value) for value in pixels.mean(axis=0))
    if ink is Ink.BLUE and blue <= max(red, green) + 10:
        raise WorkstationError("U01", detail="--image: màu xanh / blue")
    if ink is Ink.RED and red <= max(green, blue) + 10:
        raise WorkstationError("U01", detail="--image: màu đỏ / red")
