"""Unsigned PDF/A-2b files to sign."""

from collections.abc import Sequence
from pathlib import Path

import pikepdf
import pikepdf.pdfa
from pikepdf import Array, Dictionary, Name

A4 = (595.276, 841.89)


def make_pdfa(
    path: Path,
    *,
    size: tuple[float, float] = A4,
    rotate: int = 0,
    pages: int = 1,
    crop: Sequence[float] = (),
    tables: bool = True,
) -> Path:
    """Pages with two grey boxes; ``tables``: classic cross-reference tables instead of streams."""
    pdf = pikepdf.new()
    for number in range(pages):
        page = pdf.add_blank_page(page_size=size)
        page.obj.Contents = pdf.make_stream(b"q 0.8 g %d 20 60 30 re f 0.5 g 20 100 40 40 re f Q" % (20 + 7 * number))
        page.obj.Resources = Dictionary()
        if rotate:
            page.obj.Rotate = rotate
        if crop:
            page.obj.CropBox = Array(crop)
    pdf.Root.Lang = pikepdf.String("vi")
    mode = pikepdf.ObjectStreamMode.disable if tables else pikepdf.ObjectStreamMode.generate
    report = pikepdf.pdfa.save(pdf, path, "2b", object_stream_mode=mode)
    assert report.passed
    return path


def draw_stamp_into_page(signed: Path, unsigned: Path, widget: int = 0) -> pikepdf.Pdf:
    """The unsigned file with the signature's appearance painted into page 1, so that a PDF/A checker can judge it."""
    pdf = pikepdf.open(unsigned)
    with pikepdf.open(signed) as source:
        shown = source.pages[0].obj.Annots[widget]
        x0, y0, _, _ = (float(value) for value in shown.Rect)
        form = pdf.copy_foreign(shown.AP.N)
    page = pdf.pages[0]
    page.obj.Resources = Dictionary(XObject=Dictionary())
    page.obj.Resources.XObject[Name.Stamp] = form
    page.contents_add(pdf.make_stream(b"q 1 0 0 1 %.3f %.3f cm /Stamp Do Q" % (x0, y0)))
    return pdf
