"""The stamp as PDF objects: a form XObject with its own font, handed to pyHanko as a stamp style."""

from dataclasses import dataclass, field
from typing import Any

from pyhanko.pdf_utils import generic, layout
from pyhanko.pdf_utils.content import AppearanceContent, ResourceType
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.stamp.base import BaseStampStyle

from signing import stamp as stamps
from signing.typeface import FONT_NAME, FontSubset, metrics, subset


@dataclass(frozen=True)
class StampStyle(BaseStampStyle):
    """Draws a stamp that is laid out already; pyHanko's own layout rules are not used."""

    stamp: stamps.Stamp = field(kw_only=True)

    def create_stamp(  # type: ignore[override]  # the library's return type is a class that insists on its own layout
        self, writer: BasePdfFileWriter, box: layout.BoxConstraints, text_params: dict[str, Any]
    ) -> "StampContent":
        return StampContent(writer, self.stamp)


class StampContent(AppearanceContent):
    def __init__(self, writer: BasePdfFileWriter, stamp: stamps.Stamp) -> None:
        # the form's box is upright; the form matrix turns it into the annotation's rectangle
        super().__init__(writer, layout.BoxConstraints(width=stamp.seen.width, height=stamp.seen.height))
        self._stamp = stamp

    def render(self) -> bytes:
        if self._stamp.picture is not None:
            image = _image(self._ensure_writer, self._stamp.picture)
            self.set_resource(ResourceType.XOBJECT, pdf_name("/Im0"), image)
            return stamps.drawing(self._stamp, {})
        lines = self._stamp.lines
        # with every sign that a time can have, so that a batch uses one subset and does not make one a second
        face = subset("".join(sorted(set("".join(lines)) | set("0123456789/:+ "))))
        self.set_resource(ResourceType.FONT, pdf_name("/F0"), _font(self._ensure_writer, face))
        return stamps.drawing(self._stamp, {line: face.encode(line) for line in lines})

    def as_form_xobject(self) -> generic.StreamObject:
        form = super().as_form_xobject()
        width, height = self._stamp.seen.width, self._stamp.seen.height
        form["/BBox"] = _numbers(0, 0, width, height)
        form["/Matrix"] = _numbers(*self._stamp.page.matrix(width, height))
        form.compress()
        return form


def _numbers(*values: float) -> generic.ArrayObject:
    return generic.ArrayObject(generic.FloatObject(round(value, 3)) for value in values)


def _names(**entries: str) -> dict[generic.NameObject, generic.PdfObject]:
    return {pdf_name("/" + key): pdf_name("/" + value) for key, value in entries.items()}


def _stream(data: bytes, entries: dict[generic.NameObject, generic.PdfObject] | None = None) -> generic.StreamObject:
    stream = generic.StreamObject(entries, stream_data=data)
    stream.compress()
    return stream


def _image(writer: BasePdfFileWriter, picture: stamps.Picture) -> generic.IndirectObject:
    """The picture with its soft mask (ISO 32000-1, 8.9.5 and 11.6.5.3), in a colour space of its own: it is right whatever
    the file's output intent is (ISO 19005-2, 6.2.4.2). No /Interpolate (6.2.8)."""
    from signing.image import srgb_profile

    size = {pdf_name("/Width"): generic.NumberObject(picture.width), pdf_name("/Height"): generic.NumberObject(picture.height)}
    depth = {pdf_name("/BitsPerComponent"): generic.NumberObject(8)}
    kind = _names(Type="XObject", Subtype="Image")
    mask = writer.add_object(_stream(picture.alpha, {**kind, **size, **depth, **_names(ColorSpace="DeviceGray")}))
    profile = writer.add_object(_stream(srgb_profile(), {pdf_name("/N"): generic.NumberObject(3)}))
    space = generic.ArrayObject([pdf_name("/ICCBased"), profile])
    colours = {pdf_name("/ColorSpace"): space, pdf_name("/SMask"): mask}
    return writer.add_object(_stream(picture.rgb, {**kind, **size, **depth, **colours}))


def _font(writer: BasePdfFileWriter, face: FontSubset) -> generic.IndirectObject:
    """A Type 0 font over an embedded TrueType subset (ISO 32000-1, 9.7; PDF/A-2: CIDToGIDMap present, widths equal)."""
    name = f"{face.tag}+{FONT_NAME}"
    measures = metrics()
    descriptor = generic.DictionaryObject(_names(Type="FontDescriptor", FontName=name))
    descriptor["/Flags"] = generic.NumberObject(4 | 2)  # symbolic (codes are glyph numbers), serif
    descriptor["/FontBBox"] = generic.ArrayObject(generic.NumberObject(value) for value in measures.box)
    descriptor["/ItalicAngle"] = generic.NumberObject(0)
    descriptor["/Ascent"] = generic.NumberObject(measures.ascent)
    descriptor["/Descent"] = generic.NumberObject(measures.descent)
    descriptor["/CapHeight"] = generic.NumberObject(measures.cap_height)
    descriptor["/StemV"] = generic.NumberObject(80)
    descriptor["/FontFile2"] = writer.add_object(
        _stream(face.program, {pdf_name("/Length1"): generic.NumberObject(len(face.program))})
    )
    cid = generic.DictionaryObject(_names(Type="Font", Subtype="CIDFontType2", BaseFont=name, CIDToGIDMap="Identity"))
    cid["/CIDSystemInfo"] = generic.DictionaryObject(
        {
            pdf_name("/Registry"): generic.pdf_string("Adobe"),
            pdf_name("/Ordering"): generic.pdf_string("Identity"),
            pdf_name("/Supplement"): generic.NumberObject(0),
        }
    )
    cid["/FontDescriptor"] = writer.add_object(descriptor)
    widths = generic.ArrayObject(generic.NumberObject(width) for width in face.widths)
    cid["/W"] = generic.ArrayObject([generic.NumberObject(0), widths])
    font = generic.DictionaryObject(_names(Type="Font", Subtype="Type0", BaseFont=name, Encoding="Identity-H"))
    font["/DescendantFonts"] = generic.ArrayObject([writer.add_object(cid)])
    font["/ToUnicode"] = writer.add_object(_stream(face.to_unicode()))
    return writer.add_object(font)
