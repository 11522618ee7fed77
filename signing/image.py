"""The picture of a stamp: a handwritten signature or a seal from a PNG, ready to be drawn.

PDF/A-2 allows a soft mask (ISO 19005-2, 6.2.10; ``tests/unit/signing/test_stamp_pdfa.py`` asks the checker), and a picture laid
on white would not do: the seal covers a third of the signature (Decree 30/2020, II.8a), which has to show through.

Imported only where a stamp has a picture: NumPy and Pillow are 14 MB and a tenth of a second that most batches don't need.
"""

import io
import warnings
import zlib
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, UnidentifiedImageError

from signing.presets import Ink
from signing.stamp import Picture
from workstation.domain.durable import write_durably
from workstation.domain.errors import WorkstationError

MAX_BYTES = 20_000_000
MAX_PIXELS = 9_000_000
"""Of the file. A seal scanned at 1200 dpi has 3 million; decoding this many takes some 90 MB for a moment."""
MAX_SIDE = 600
"""Of what is drawn: 300 dpi for a signature of 50 mm, 420 for a seal of 36."""
LEAST_SIDE = 200
"""Of what is inked: 100 dpi on 50 mm."""
_VISIBLE = 32
"""Alpha from which a pixel counts as inked."""


_BROKEN = (
    OSError, SyntaxError, ValueError, TypeError, IndexError, KeyError, OverflowError, MemoryError, EOFError, zlib.error,
)  # fmt: skip
"""What Pillow raises on broken PNGs."""


@lru_cache(maxsize=4)
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


@lru_cache(maxsize=1)
def srgb_profile() -> bytes:
    """The ICC profile of the picture's colours."""
    return _srgb().tobytes()


def read_picture(path: Path, ink: Ink) -> Picture:
    """The inked part of a PNG: margins cut off, at most ``MAX_SIDE`` pixels a side, in sRGB.

    Raises F07 (not readable), F01 (no PNG), F05 (too large), F03 (damaged), C36 (no transparent background, nothing on it, or
    another colour than ``ink``).
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise WorkstationError("F05", file=path.name)
        data = path.read_bytes()
    except OSError as error:
        raise WorkstationError("F07", file=path.name) from error
    return _prepared(data, path.name, ink)


def keep(source: Path, out: Path, ink: Ink) -> None:
    """Writes what is inked of a handwritten signature or a seal as a PNG, fsynced. As :func:`read_picture`, and C36 if it is
    too small to be printed 50 mm wide. OSError where ``out`` can't be written."""
    made = read_picture(source, ink)
    if max(made.width, made.height) < LEAST_SIDE:
        raise WorkstationError("C36", file=source.name, fault="small", least=LEAST_SIDE)
    pixels = np.dstack(
        [np.frombuffer(made.rgb, np.uint8).reshape(made.height, made.width, 3), _plane(made.alpha, made.width, made.height)]
    )
    target = io.BytesIO()
    Image.fromarray(pixels, "RGBA").save(target, "PNG")
    write_durably(out, target.getvalue())


def _plane(alpha: bytes, width: int, height: int) -> np.ndarray:
    return np.frombuffer(alpha, np.uint8).reshape(height, width)


@lru_cache(maxsize=2)  # a batch draws one signature or one seal on every document
def _prepared(data: bytes, name: str, ink: Ink) -> Picture:
    return _inked(_decoded(data, name), name, ink)


def _decoded(data: bytes, name: str) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's own limits; ours is lower
            picture = Image.open(io.BytesIO(data), formats=["PNG"])
            if picture.width * picture.height > MAX_PIXELS:
                raise WorkstationError("F05", file=name)
            picture.load()
            return _in_srgb(picture, name)
    except UnidentifiedImageError as error:
        raise WorkstationError("F01", file=name) from error
    except Image.DecompressionBombError as error:
        raise WorkstationError("F05", file=name) from error
    except _BROKEN as error:
        raise WorkstationError("F03", file=name) from error


def _in_srgb(picture: Image.Image, name: str) -> Image.Image:
    """As RGBA. A profile that can't be used is ignored: what has none is sRGB by custom."""
    profile = picture.info.get("icc_profile")
    transparent = "transparency" in picture.info or picture.mode in ("RGBA", "LA", "PA", "La", "RGBa")
    if not transparent:
        raise WorkstationError("C36", file=name, fault="opaque")
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


def _inked(picture: Image.Image, name: str, ink: Ink) -> Picture:
    """What is inked, made smaller first and judged then: a large file takes no more than two copies of itself."""
    inked = picture.getchannel("A").point(lambda alpha: 255 if alpha >= _VISIBLE else 0)
    box = inked.getbbox()
    if box is None:
        raise WorkstationError("C36", file=name, fault="empty")
    if inked.getextrema() == (255, 255):
        raise WorkstationError("C36", file=name, fault="opaque")
    picture = picture.crop(box)
    if max(picture.size) > MAX_SIDE:
        share = MAX_SIDE / max(picture.size)
        size = (max(1, round(picture.width * share)), max(1, round(picture.height * share)))
        # premultiplied, or the colour of what is transparent bleeds into the edges; a filter that overshoots nothing
        picture = picture.convert("RGBa").resize(size, Image.Resampling.BILINEAR).convert("RGBA")
    pixels = np.array(picture)
    strong = pixels[..., 3] >= _VISIBLE
    if not strong.any():  # hair lines of a huge picture
        raise WorkstationError("C36", file=name, fault="empty")
    colour = pixels[strong][:, :3].mean(axis=0)
    _require_colour(colour, name, ink)
    # viewers shrink colours and mask each by itself: what is (nearly) transparent gets the ink's colour, or rims turn dark
    pixels[~strong, :3] = np.round(colour)
    return Picture(picture.width, picture.height, pixels[..., :3].tobytes(), pixels[..., 3].tobytes())


def _require_colour(colour: np.ndarray, name: str, ink: Ink) -> None:
    """Blue for a handwritten signature, red for a seal (Decree 30/2020, II.7d and 8a): on the average of what is inked."""
    red, green, blue = (float(value) for value in colour)
    if ink is Ink.BLUE and blue <= max(red, green) + 10:
        raise WorkstationError("C36", file=name, fault="blue")
    if ink is Ink.RED and red <= max(green, blue) + 10:
        raise WorkstationError("C36", file=name, fault="red")
