"""Makes the faces that names and figures are set in (``ocr.typeset``) from Tinos, Arimo and Cousine; run by a developer, never at
run time: ``python ocr/fonts/make.py FOLDER_OF_THE_FONTS``.

They have the widths of Times New Roman, Arial and Courier New, and every Vietnamese letter; PyMuPDF's own fonts lack those with
two marks. Only letters, digits and what stands between digits are kept, and no hinting: the outlines are set large and made
smaller. The result is renamed, since the SIL Open Font License keeps the name of the original for the original.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

FAMILIES = {"Tinos": "TramSerif", "Arimo": "TramSans", "Cousine": "TramMono"}
STYLES = ("Regular", "Bold")
FIGURES = tuple(range(0x2C, 0x3A))
""", - . / and the digits; of the italic nothing else."""
LETTERS = (
    0x20, *FIGURES, *range(0x41, 0x5B), *range(0x61, 0x7B), *range(0xC0, 0x130), 0x168, 0x169,
    0x1A0, 0x1A1, 0x1AF, 0x1B0,  # Ơ ơ Ư ư
    *range(0x1EA0, 0x1EFA),  # Vietnamese letters with two marks, or the dot below
)  # fmt: skip


def make(source: Path, target: Path, letters: Sequence[int] = LETTERS) -> None:
    font = TTFont(source, recalcTimestamp=False)
    options = Options(hinting=False, layout_features=[], name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14], glyph_names=False)
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "DSIG", "gasp", "meta", "kern"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=letters)
    subsetter.subset(font)
    for record in list(font["name"].names):
        if record.nameID in (1, 3, 4, 6):
            font["name"].setName(target.stem, record.nameID, record.platformID, record.platEncID, record.langID)
    font.save(target)


if __name__ == "__main__":
    for family, own in FAMILIES.items():
        for style in STYLES:
            make(Path(sys.argv[1]) / f"{family}-{style}.ttf", Path(__file__).with_name(f"{own}-{style}.ttf"))
    make(Path(sys.argv[1]) / "Tinos-Italic.ttf", Path(__file__).with_name("TramSerif-Italic.ttf"), FIGURES)
