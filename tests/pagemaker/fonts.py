"""The typefaces of the made pages: metric twins of what offices print with, each covering all Vietnamese letters."""

from functools import lru_cache
from pathlib import Path

from PIL import ImageFont

FOLDER = Path("/usr/share/fonts/truetype/croscore")
"""Where Debian and Ubuntu put the package fonts-croscore."""
STYLES = ("Regular", "Bold", "Italic", "BoldItalic")
FAMILIES = ("Tinos", "Arimo")
"""Text and seal. Liberation, their better-known sibling, lacks a part of the letters in Debian's build."""


def font_file(family: str, style: str) -> Path:
    return FOLDER / f"{family}-{style}.ttf"


@lru_cache(maxsize=128)
def font(family: str, style: str, px: int) -> ImageFont.FreeTypeFont:
    """Basic layout: raqm shapes differently from one machine to the next, and the pages must not."""
    return ImageFont.truetype(str(font_file(family, style)), px, layout_engine=ImageFont.Layout.BASIC)
