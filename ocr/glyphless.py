"""The blank font of the invisible text layer.

One empty glyph that stands for every code: Tesseract's ``pdf.ttf`` (Google and Ken Sharp, Apache-2.0), 572 bytes, 1000 units
an em, each code half an em wide.
"""

import base64
import zlib

from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream

NAME = "/GlyphLessFont"
WIDTH_EM = 0.5
_TTF = base64.b64decode(
    "AAEAAAAKAIAAAwAgT1MvMlbeyJQAAAEoAAAAYGNtYXAACgA0AAABkAAAAB5nbHlmFSJBJAAAAbgAAAAYaGVhZAt48WUAAACsAAAANmhoZWEMAg"
    "QCAAAA5AAAACRobXR4BAAAAAAAAYgAAAAIbG9jYQAMAAAAAAGwAAAABm1heHAABAAFAAABCAAAACBuYW1l8usW2gAAAdAAAABLcG9zdAABAAEA"
    "AAIcAAAAIAABAAAAAQAAsJRxEF8PPPUEBwgAAAAAAM+a/G4AAAAA1MOn8gAAAAAEAAgAAAAAEAACAAAAAAAAAAEAAAgA//8AAAQAAAAAAAQAAA"
    "EAAAAAAAAAAAAAAAAAAAACAAEAAAACAAQAAQAAAAAAAQAAAAAAAAAAAAAAAAAAAAAAAwAAAZAABQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAUA"
    "AQABAAAAAAAAAAAAAAAAAAAAAAAAAAAAR09PRwBAAAAAAAAB//8AAAABAAGAAAAAAAAAAAAAAAAAAAABAAAAAAAABAAAAAAAAAIAAQAAAAAAFA"
    "ADAAAAAAAUAAYACgAAAAAAAAAAAAAAAAAMAAAAAQAAAAAEAAgAAAMAADEhESEEAPwACAAAAAADACoAAAADAAAABQAWAAAAAQAAAAAABQALABYA"
    "AwABBAkABQAWAAAAVgBlAHIAcwBpAG8AbgAgADEALgAwVmVyc2lvbiAxLjAAAAEAAAAAAAAAAAAAAAAAAQAAAAAAAAAAAAAAAAAAAAA="
)

_GLYPH_1 = zlib.compress(b"\x00\x01" * 65536, 9)


def _to_unicode(text: str) -> bytes:
    """Identity: code = UTF-16BE unit. Ranges may not cross a first byte (ISO 32000-1, 9.10.3), a block holds at most 100."""
    first_bytes = sorted({0, *text.encode("utf-16-be")[::2]})
    rows = [f"<{high:02X}00> <{high:02X}FF> <{high:02X}00>" for high in first_bytes]
    blocks = [rows[i : i + 100] for i in range(0, len(rows), 100)]
    ranges = "\n".join(f"{len(b)} beginbfrange\n" + "\n".join(b) + "\nendbfrange" for b in blocks)
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
        f"{ranges}\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    ).encode("ascii")


def add_font(pdf: Pdf, text: str) -> Object:
    """The Type0 font: Identity-H over a CIDFontType2 whose every CID shows the blank glyph 1. ``text``: what it has to map."""
    program = Stream(pdf, _TTF)
    program[Name.Length1] = len(_TTF)
    descriptor = Dictionary(
        Type=Name.FontDescriptor, FontName=Name(NAME), Flags=5, FontBBox=Array([0, 0, 500, 1000]), ItalicAngle=0,
        Ascent=1000, Descent=-1, CapHeight=1000, StemV=80, FontFile2=pdf.make_indirect(program),
    )  # fmt: skip
    system = Dictionary(Registry=b"Adobe", Ordering=b"Identity", Supplement=0)
    descendant = Dictionary(
        Type=Name.Font, Subtype=Name.CIDFontType2, BaseFont=Name(NAME), CIDSystemInfo=system, DW=500,
        CIDToGIDMap=pdf.make_indirect(Stream(pdf, _GLYPH_1, Filter=Name.FlateDecode)),
        FontDescriptor=pdf.make_indirect(descriptor),
    )  # fmt: skip
    font = Dictionary(
        Type=Name.Font, Subtype=Name.Type0, BaseFont=Name(NAME), Encoding=Name("/Identity-H"),
        DescendantFonts=Array([pdf.make_indirect(descendant)]), ToUnicode=pdf.make_indirect(Stream(pdf, _to_unicode(text))),
    )  # fmt: skip
    return pdf.make_indirect(font)
