"""Forgeries made from a well-signed file, one function a class. Each takes and gives the bytes of a file."""

import io
import re
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pikepdf
import pymupdf
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

EVIL = b"BT /F1 30 Tf 100 400 Td (FORGED) Tj ET q 1 0 0 rg 50 300 400 200 re f Q"


def _startxref(data: bytes) -> int:
    return int(data.rsplit(b"startxref", 1)[1].split()[0])


def _trailer(data: bytes) -> bytes:
    """The last trailer's Root, and a Size that has room for the new objects."""
    root = re.search(rb"/Root \d+ \d+ R", data[data.rindex(b"trailer") :])
    assert root
    return root.group() + b" /Size 9009"


def _page(data: bytes) -> tuple[int, str]:
    with pikepdf.open(io.BytesIO(data)) as pdf:
        page = pdf.pages[0].obj
        return page.objgen[0], str(page.Parent.objgen[0])


def update(data: bytes, objects: dict[int, bytes], *, eof: bool = True) -> bytes:
    out = bytearray(data)
    table = b"xref\n"
    for number, body in sorted(objects.items()):
        table += b"%d 1\n%010d 00000 n \n" % (number, len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    at = len(out)
    out += table + b"trailer\n<< %s /Prev %d >>\nstartxref\n%d\n" % (_trailer(data), _startxref(data), at)
    return bytes(out) + (b"%%EOF\n" if eof else b"")


def _evil_page(data: bytes) -> dict[int, bytes]:
    number, parent = _page(data)
    stream = b"<< /Length %d >>\nstream\n%s\nendstream" % (len(EVIL), EVIL)
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    page = b"<< /Type /Page /Parent %s 0 R /MediaBox [0 0 595 842] /Contents 2 0 R /Resources << /Font << /F1 %s >> >> >>"
    return {number: page.replace(b"2 0 R /Resources", b"%d 0 R /Resources" % 9000) % (parent.encode(), font), 9000: stream}


def isa_without_eof(data: bytes) -> bytes:
    """A replaced page, and no final %%EOF: pyHanko reads back to the signed revision, viewers show the new page."""
    return update(data, _evil_page(data), eof=False)


def isa_without_eof_or_trailer(data: bytes) -> bytes:
    out = isa_without_eof(data)
    return out[: out.rindex(b"startxref")]


def isa_objects_only(data: bytes) -> bytes:
    out = isa_without_eof(data)
    return out[: out.rindex(b"xref\n", 0, out.rindex(b"startxref"))]


def isa_full_update(data: bytes) -> bytes:
    return update(data, _evil_page(data))


def isa_with_copied_end(data: bytes) -> bytes:
    """A replaced page, and after it the end of the signed revision once more."""
    return isa_without_eof(data) + b"startxref\n%d\n%%%%EOF\n" % _startxref(data)


def catalog_without_form(data: bytes) -> bytes:
    """The signature field is taken out of the document: it must not become a harmless unsigned file."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        number, pages = pdf.Root.objgen[0], pdf.Root.Pages.objgen[0]
    return update(data, {number: b"<< /Type /Catalog /Pages %d 0 R >>" % pages})


def _with_pymupdf(data: bytes, change: Callable[[pymupdf.Document], object]) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.pdf"
        path.write_bytes(data)
        with pymupdf.open(path) as pdf:
            change(pdf)
            pdf.saveIncr()
        return path.read_bytes()


def text_added(data: bytes) -> bytes:
    return _with_pymupdf(data, lambda pdf: pdf[0].insert_text((100, 300), "one more line"))


def annotation_added(data: bytes) -> bytes:
    return _with_pymupdf(data, lambda pdf: pdf[0].add_freetext_annot(pymupdf.Rect(50, 50, 300, 120), "a comment"))


def page_removed(data: bytes) -> bytes:
    return _with_pymupdf(data, lambda pdf: pdf.delete_page(1))


def page_rotated(data: bytes) -> bytes:
    return _with_pymupdf(data, lambda pdf: pdf[1].set_rotation(180))


def saved_anew(data: bytes) -> bytes:
    with pymupdf.open(stream=data, filetype="pdf") as pdf:
        return bytes(pdf.tobytes())


def tail_junk(data: bytes) -> bytes:
    return data + b"junk" * 100


def tail_object(data: bytes) -> bytes:
    return data + b"\n2 0 obj\n<< /Evil true >>\nendobj\n"


def tail_second_file(data: bytes) -> bytes:
    """A whole other PDF behind the first: viewers show the one that ends last."""
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(out)
    return data + out.getvalue()


def junk_before(data: bytes) -> bytes:
    return b"GIF89a  \n" + data


def junk_inside_honest_update(data: bytes) -> bytes:
    """Bytes that no revision names, hidden in front of an update that would be allowed (validation data only)."""
    with_junk = data + b"8000 0 obj\n<< /Hidden true >>\nendobj\n"
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    writer.root["/DSS"] = writer.add_object(generic.DictionaryObject({generic.pdf_name("/Type"): generic.pdf_name("/DSS")}))
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)
    added = out.getvalue()[len(data) :]
    shift = len(with_junk) - len(data)

    def moved(match: re.Match[bytes]) -> bytes:
        return b"%010d" % (int(match.group(1)) + shift) + match.group(2)

    added = re.sub(rb"(\d{10})( \d{5} n)", moved, added)
    added = re.sub(rb"(startxref\s+)(\d+)", lambda found: found.group(1) + b"%d" % (int(found.group(2)) + shift), added)
    return with_junk + added


def one_byte_changed(data: bytes) -> bytes:
    at = data.index(b"stream\n") + 30
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def truncated(data: bytes) -> bytes:
    return data[: len(data) - 40]


def truncated_in_signature(data: bytes) -> bytes:
    return data[: data.index(b"/ByteRange") + 200]


def byte_range(data: bytes) -> re.Match[bytes]:
    found = re.search(rb"/ByteRange\s*\[([\d ]+)\]", data)
    assert found
    return found


def with_byte_range(data: bytes, values: str) -> bytes:
    found = byte_range(data)
    room = found.end(1) - found.start(1)
    return data[: found.start(1)] + values.encode().ljust(room)[:room] + data[found.end(1) :]


def _numbers(data: bytes) -> list[int]:
    return [int(value) for value in byte_range(data).group(1).split()]


def usf_byte_range_missing(data: bytes) -> bytes:
    return data.replace(b"/ByteRange", b"/BiteRange")


def usf_byte_range_negative(data: bytes) -> bytes:
    return with_byte_range(data, "0 -1 5 -1")


def usf_byte_range_empty(data: bytes) -> bytes:
    return with_byte_range(data, "")


def usf_byte_range_short(data: bytes) -> bytes:
    return with_byte_range(data, "0 {} {}".format(*_numbers(data)[1:3]))


def usf_contents_missing(data: bytes) -> bytes:
    return data.replace(b"/Contents <3", b"/Contentz <3")


def usf_contents_zero(data: bytes) -> bytes:
    first, second = _numbers(data)[1:3]
    return data[: first + 1] + b"0" * (second - first - 2) + data[second - 1 :]


def usf_contents_padding(data: bytes) -> bytes:
    """Bytes after the CMS object, inside the gap that no signature covers."""
    end = _numbers(data)[2]
    return data[: end - 11] + b"1234567890" + data[end - 1 :]


def usf_contents_spelling(data: bytes) -> bytes:
    first, second = _numbers(data)[1:3]
    half = (first + second) // 2
    return data[: first + 1] + data[first + 1 : half].swapcase() + data[half:]


def usf_subfilter_unknown(data: bytes) -> bytes:
    return data.replace(b"ETSI.CAdES.detached", b"ETSI.CAdES.detacheX")


def byte_range_gap_too_wide(data: bytes) -> bytes:
    """The gap leaves out more than the signature, so that what stands beside it can be changed at will."""
    _, first, second, length = _numbers(data)
    return with_byte_range(data, f"0 {first - 40} {second} {length}")


def byte_range_stops_early(data: bytes) -> bytes:
    _, first, second, length = _numbers(data)
    return with_byte_range(data, f"0 {first} {second} {length - 30}")


def swa_moved_second_part(data: bytes) -> bytes:
    """Signature wrapping: the signed second part is moved to the end, and the attacker's bytes take its place."""
    _, first, second, length = _numbers(data)
    part = data[second : second + length]
    evil = isa_full_update(data)[len(data) :]
    moved = second + len(part) + len(evil)
    out = data[:second] + part + evil + data[second:]
    return with_byte_range(out, f"0 {first} {moved} {length}")


def _with_contents(data: bytes, value: bytes) -> bytes:
    """Another value in the place of the hexadecimal string, the file's length and offsets kept."""
    first, second = _numbers(data)[1:3]
    return data[:first] + value.ljust(second - first) + data[second:]


def usf_contents_null(data: bytes) -> bytes:
    return _with_contents(data, b"null")


def usf_contents_empty(data: bytes) -> bytes:
    return _with_contents(data, b"<>")


def usf_contents_number(data: bytes) -> bytes:
    return _with_contents(data, b"1234")


def usf_contents_other_der(data: bytes) -> bytes:
    """Well-formed DER that is no CMS object."""
    return _with_contents(data, b"<" + bytes.fromhex("3003020101").hex().encode() + b"0" * (_gap(data) - 12) + b">")


def usf_contents_half(data: bytes) -> bytes:
    """The CMS object breaks off."""
    first, second = _numbers(data)[1:3]
    cut = first + 1 + 1000
    return data[:cut] + b"0" * (second - 1 - cut) + data[second - 1 :]


def _gap(data: bytes) -> int:
    first, second = _numbers(data)[1:3]
    return second - first


def _range_spelled(data: bytes, value: bytes) -> bytes:
    found = byte_range(data)
    start = data.index(b"[", found.start())
    return data[:start] + value.ljust(found.end() - start) + data[found.end() :]


def usf_byte_range_null(data: bytes) -> bytes:
    return _range_spelled(data, b"null")


def usf_byte_range_text(data: bytes) -> bytes:
    return _range_spelled(data, b"(0 1 2 3)")


def usf_byte_range_nested(data: bytes) -> bytes:
    return _range_spelled(data, b"[[0] [1] [2] [3]]")


def usf_byte_range_zeros(data: bytes) -> bytes:
    return with_byte_range(data, "0 0 0 0")


def usf_byte_range_huge(data: bytes) -> bytes:
    _, first, second, _ = _numbers(data)
    return with_byte_range(data, f"0 {first} {second} 9999999")


def usf_byte_range_overlapping(data: bytes) -> bytes:
    """No gap at all: the signature would have to sign itself."""
    _, first, second, length = _numbers(data)
    return with_byte_range(data, f"0 {second} {first} {length}")


def usf_byte_range_not_from_zero(data: bytes) -> bytes:
    _, first, second, length = _numbers(data)
    return with_byte_range(data, f"9 {first - 9} {second} {length}")


def _field_and_value(data: bytes) -> tuple[int, int]:
    with pikepdf.open(io.BytesIO(data)) as pdf:
        field = pdf.Root.AcroForm.Fields[-1]
        return field.objgen[0], field.V.objgen[0]


def usf_value_is_number(data: bytes) -> bytes:
    field, _ = _field_and_value(data)
    return update(data, {field: b"<< /FT /Sig /T (ChuKy1) /V 1 /Type /Annot /Subtype /Widget /Rect [0 0 0 0] >>"})


def usf_value_is_itself(data: bytes) -> bytes:
    """A circle: the field is its own signature."""
    field, _ = _field_and_value(data)
    return update(data, {field: b"<< /FT /Sig /T (ChuKy1) /V %d 0 R /Subtype /Widget /Rect [0 0 0 0] >>" % field})


def usf_value_replaced(data: bytes) -> bytes:
    """The signature dictionary is overwritten by one without anything in it."""
    _, value = _field_and_value(data)
    return update(data, {value: b"<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached >>"})


def loop_in_page_tree(data: bytes) -> bytes:
    with pikepdf.open(io.BytesIO(data)) as pdf:
        pages = pdf.Root.Pages.objgen[0]
    return update(data, {pages: b"<< /Type /Pages /Count 2 /Kids [%d 0 R %d 0 R] >>" % (pages, pages)})


def loop_in_fields(data: bytes) -> bytes:
    field, value = _field_and_value(data)
    body = b"<< /FT /Sig /T (ChuKy1) /V %d 0 R /Kids [%d 0 R] /Parent %d 0 R >>" % (value, field, field)
    return update(data, {field: body})


def loop_in_cross_references(data: bytes) -> bytes:
    """/Prev points at the section itself."""
    out = update(data, {9000: b"null"})
    at = _startxref(out)
    start = out.rindex(b"/Prev ") + 6
    end = out.index(b" >>", start)
    return out[:start] + b"%d" % at + b" " * (end - start - len(b"%d" % at)) + out[end:]


def swa_gap_holds_objects(data: bytes) -> bytes:
    """Signature wrapping: the gap is widened and the attacker's objects stand in it, before the signed second part."""
    _, first, second, length = _numbers(data)
    evil = isa_full_update(data)[len(data) :]
    return with_byte_range(data[:second] + evil + data[second:], f"0 {first} {second + len(evil)} {length}")


def swa_second_part_only_at_end(data: bytes) -> bytes:
    """Signature wrapping: a whole other file stands between the signature and the signed second part."""
    _, first, second, length = _numbers(data)
    part = data[second:]
    other = tail_second_file(b"")
    out = data[:second] + b"\n" + other + part
    return with_byte_range(out, f"0 {first} {len(out) - length} {length}")


def copied_to_second_field(data: bytes) -> bytes:
    """A second field of another name shows the same signature once more."""
    return _second_field(data, b"%d 0 R" % _field_and_value(data)[1], {})


def copied_dictionary_in_second_field(data: bytes) -> bytes:
    """The signature dictionary is copied word for word into a later revision, for a second field."""
    start = data.rindex(b" obj", 0, byte_range(data).start()) + 4
    body = data[start : data.index(b"endobj", start)].strip()
    return _second_field(data, b"9002 0 R", {9002: body})


def _second_field(data: bytes, value: bytes, more: dict[int, bytes]) -> bytes:
    with pikepdf.open(io.BytesIO(data)) as pdf:
        root, pages, form = pdf.Root.objgen[0], pdf.Root.Pages.objgen[0], pdf.Root.AcroForm
        first, page = form.Fields[-1].objgen[0], pdf.pages[0].obj.objgen[0]
    field = b"<< /FT /Sig /T (ChuKy2) /Type /Annot /Subtype /Widget /F 132 /Rect [0 0 0 0] /P %d 0 R /V %s >>" % (page, value)
    catalog = b"<< /Type /Catalog /Pages %d 0 R /AcroForm << /SigFlags 3 /Fields [%d 0 R 9001 0 R] >> >>" % (pages, first)
    return update(data, {root: catalog, 9001: field, **more})


def two_files_one_signature(data: bytes) -> bytes:
    """The signature dictionary is reused for a changed page: same numbers, other bytes in front."""
    return data.replace(b"0.8 g", b"0.1 g") if b"0.8 g" in data else one_byte_changed(data)


ATTACKS: dict[Callable[[bytes], bytes], str] = {
    **dict.fromkeys(
        (isa_without_eof, isa_without_eof_or_trailer, isa_objects_only, isa_with_copied_end, tail_junk, tail_object,
         junk_inside_honest_update),
        "V09",
    ),
    **dict.fromkeys(
        (isa_full_update, text_added, page_removed, page_rotated, loop_in_page_tree, copied_to_second_field,
         copied_dictionary_in_second_field),
        "V02",
    ),
    annotation_added: "V30",
    **dict.fromkeys((one_byte_changed, two_files_one_signature, saved_anew), "V01"),
    **dict.fromkeys(
        (usf_byte_range_missing, usf_contents_missing, usf_contents_zero, usf_contents_null, usf_contents_empty,
         usf_contents_number, usf_contents_other_der, usf_contents_half, usf_subfilter_unknown, usf_value_is_number,
         usf_value_is_itself, usf_value_replaced, catalog_without_form, loop_in_fields),
        "V06",
    ),
    **dict.fromkeys(
        (usf_byte_range_negative, usf_byte_range_empty, usf_byte_range_short, usf_byte_range_null, usf_byte_range_text,
         usf_byte_range_nested, usf_byte_range_zeros, usf_byte_range_huge, usf_byte_range_overlapping,
         usf_byte_range_not_from_zero, usf_contents_padding, usf_contents_spelling, byte_range_gap_too_wide,
         byte_range_stops_early, swa_moved_second_part),
        "V14",
    ),
    **dict.fromkeys(
        (tail_second_file, junk_before, truncated, truncated_in_signature, loop_in_cross_references, swa_gap_holds_objects,
         swa_second_part_only_at_end),
        "V16",
    ),
}  # fmt: skip
"""Forgery → the reason that a person has to be told (among others)."""
