"""One page out of a TIFF of many, as a file of its own in memory.

libtiff maps the whole file and walks every directory in it (64 KB of the file around each), so a worker's memory grew with
the file: 200 MiB for 100 small pages, 256 for 1,000 (measured).
"""

import io
import struct
from itertools import accumulate
from typing import IO

from PIL import Image
from PIL.TiffImagePlugin import (
    COMPRESSION,
    EXIFIFD,
    STRIPBYTECOUNTS,
    STRIPOFFSETS,
    SUBIFD,
    ImageFileDirectory_v2,
    TiffImageFile,
)

_LONG = 4
_OLD_JPEG = 6
"""Compression whose tables lie elsewhere in the file (TIFF 6.0, section 22)."""
_GPS, _INTEROPERABILITY = 0x8825, 0xA005
_POINTERS = (SUBIFD, EXIFIFD, _GPS, _INTEROPERABILITY)
"""To directories outside the page's own; its pixels need none."""


def page_alone(image: Image.Image) -> Image.Image:
    """``image``'s present page as a picture of one page, to be decoded; ``image`` itself where there is nothing to gain.

    That is: it is no TIFF or one of a single page, libtiff does not decode it, it is tiled or a BigTIFF, or its strips do not
    lie in the file as it says – then its decoder says what is wrong.
    """
    if not isinstance(image, TiffImageFile) or not image.is_animated or image.fp is None:
        return image
    if not image.tile or image.tile[0].codec_name != "libtiff":
        return image
    strips = _strips(image.fp, image.tag_v2)
    if strips is None:
        return image
    try:
        return Image.open(io.BytesIO(_file(image.tag_v2, strips)), formats=("TIFF",))
    except (ValueError, TypeError, KeyError, ArithmeticError, OSError, struct.error):
        return image  # an odd tag that Pillow reads and can't write


def _strips(file: IO[bytes], tags: ImageFileDirectory_v2) -> list[bytes] | None:
    """The page's compressed bytes; None if they are not all there."""
    offsets, counts = tags.get(STRIPOFFSETS, ()), tags.get(STRIPBYTECOUNTS, ())
    size = file.seek(0, io.SEEK_END)
    if tags.get(COMPRESSION) == _OLD_JPEG or not offsets or len(offsets) != len(counts) or sum(counts) > size:
        return None
    file.seek(2)
    if 43 in file.read(2):  # a BigTIFF's offsets have eight bytes
        return None
    strips = []
    for offset, count in zip(offsets, counts, strict=True):
        file.seek(offset)
        strips.append(file.read(count))
    return strips if all(map(len, strips)) and [len(s) for s in strips] == list(counts) else None


def _file(tags: ImageFileDirectory_v2, strips: list[bytes]) -> bytes:
    """A TIFF of one page: header, directory, strips."""
    head = tags.prefix + (b"*\0\0\0\0\0" if tags.prefix == b"II" else b"\0*\0\0\0\0")
    alone = ImageFileDirectory_v2(head)
    for tag in set(tags) - set(_POINTERS):
        alone.tagtype[tag] = _LONG if tag in (STRIPOFFSETS, STRIPBYTECOUNTS) else tags.tagtype[tag]
        alone[tag] = tags[tag]
    lengths = [len(s) for s in strips]
    # counted from the directory's end, as Pillow wants them
    alone[STRIPOFFSETS] = tuple(accumulate(lengths[:-1], initial=0))
    alone[STRIPBYTECOUNTS] = tuple(lengths)
    directory = io.BytesIO()
    alone.save(directory)
    return directory.getvalue() + b"".join(strips)
