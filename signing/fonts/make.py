"""Makes the stamp's font from Tinos; run by a developer, never at run time: ``python signing/fonts/make.py TINOS.ttf``.

Tinos has 2048 units per em, and widths in a PDF count in thousandths: a face of exactly 1000 units needs no rounding
between font program and ``/W``, which PDF/A-2 (ISO 19005-2, 6.2.11.5) demands to agree. The result is renamed, since the
SIL Open Font License keeps the name of the original for the original.
"""

import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.ttLib.scaleUpem import scale_upem

FAMILY = "Tram Serif"
POSTSCRIPT = "TramSerif-Regular"
TARGET = Path(__file__).with_name("TramSerif-Regular.ttf")

CHARACTERS = (
    *range(0x20, 0x7F),
    *range(0xA0, 0x180),
    0x01A0, 0x01A1, 0x01AF, 0x01B0,  # Ơ ơ Ư ư
    *range(0x1EA0, 0x1EFA),  # Vietnamese letters with two marks
    0x2013, 0x2014, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2026, 0x20AB,
)  # fmt: skip


def make(source: Path, target: Path) -> None:
    """Subsets ``source`` to Latin and Vietnamese, scales it to 1000 units per em, renames it and writes ``target``."""
    font = TTFont(source, recalcTimestamp=False)
    options = Options(
        hinting=False, layout_features=[], name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14], notdef_outline=True, glyph_names=False
    )
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "DSIG", "gasp", "meta"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=CHARACTERS)
    subsetter.subset(font)
    scale_upem(font, 1000)
    for record in list(font["name"].names):
        new = {1: FAMILY, 3: POSTSCRIPT, 4: FAMILY, 6: POSTSCRIPT}.get(record.nameID)
        if new is not None:
            font["name"].setName(new, record.nameID, record.platformID, record.platEncID, record.langID)
    font.save(target)


if __name__ == "__main__":
    make(Path(sys.argv[1]), TARGET)
