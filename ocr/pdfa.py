"""The published file: PDF/A-2b (ISO 19005-2), the scan's JPEG bytes untouched, invisible text on the image's words.

Written with pikepdf and checked by its validator (veraPDF's rules, no Java) plus what that lets pass: text layer widths,
ToUnicode, equal titles. The same job gives the same bytes.
"""

import errno
import hashlib
import html
import os
import secrets
import struct
import tempfile
import unicodedata
import zlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import pikepdf
from pikepdf import AccessMode, Array, Dictionary, Job, Name, Object, Pdf, Stream, String
from pikepdf.pdfa import resolve_save_kwargs, validate_written
from PIL import ImageCms

from ocr import cache, glyphless
from ocr.compact import compact_sheet
from ocr.pictures import Picture, Piece, Sheet, page_sheet
from ocr.textlayer import FONT, text_layer
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import Sha256
from workstation.domain.page import Matrix, recipe_matrix, then
from workstation.domain.pagejobs import PdfForm, PublishJob, PublishPage, StoredPage
from workstation.domain.pagework import made_anew
from workstation.domain.signature import PublishedPdf

PART = 40
"""Pages held in memory at once: a longer document is written in so long parts, which are joined picture by picture."""
CONFORMANCE = "PDF/A-2b"
PRODUCER = "Trạm số hóa"
_FLAVOUR = "2b"


def publish(job: PublishJob) -> PublishedPdf:
    """Writes ``job.out`` (temp, fsync, rename, fsync folder) once it is known to conform.

    M01 when the disk is full; B01 if our own file does not conform; F12 if a stored page's source is not what was read, F… if it
    can't be.
    """
    if not job.pages:
        raise WorkstationError("F04", file=job.out.name)
    try:
        return _publish(job)
    except OSError as e:
        if e.errno in (errno.ENOSPC, errno.EDQUOT):
            raise WorkstationError("M01") from e
        raise


def _publish(job: PublishJob) -> PublishedPdf:
    job.out.parent.mkdir(parents=True, exist_ok=True)
    temporary = job.out.with_name(f".{secrets.token_hex(8)}.pdf")  # by its writer, so that it may be read as the umask says
    try:
        for source in {(page.path, page.original) for page in job.pages if isinstance(page, StoredPage)}:
            _check_unchanged(*source)
        if len(job.pages) <= PART:  # pages of a longer one are loaded when it is their turn, so that memory stays flat
            job = replace(job, pages=tuple(map(loaded, job.pages)))
        forms = _write(job, temporary)
        check(temporary, job)
        with temporary.open("rb+") as written:
            os.fsync(written.fileno())
            digest, size = hashlib.file_digest(written, "sha256").hexdigest(), written.tell()
        temporary.replace(job.out)
        _sync_folder(job.out.parent)
    finally:
        with suppress(FileNotFoundError):
            temporary.unlink()
    return PublishedPdf(
        Sha256(digest),
        size,
        len(job.pages),
        CONFORMANCE,
        forms if job.form is PdfForm.COMPACT else (),
    )


def _check_unchanged(path: Path, original: Sha256) -> None:
    """F12 for other bytes than were read: the page's words would stand over another picture. F07 if it can't be read."""
    try:
        there = path.stat()
        digest = _digest(path, there.st_ino, there.st_size, there.st_mtime_ns)
    except OSError as e:
        raise WorkstationError("F07", file=path.name) from e
    if digest != original:
        raise WorkstationError("F12", file=path.name)


@lru_cache(maxsize=256)
def _digest(path: Path, _inode: int, _size: int, _changed_ns: int) -> str:
    """Once a file and process as long as it is the same: hundreds of documents may come out of one scan."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(job: PublishJob, out: Path) -> tuple[str, ...]:
    """The forms of the pages. What goes beyond ``PART`` pages is written in parts and joined."""
    if len(job.pages) <= PART:
        pdf, forms = build(job)
        with pdf:
            pdf.save(out, **resolve_save_kwargs(_FLAVOUR, deterministic_id=True))
        return forms
    with tempfile.TemporaryDirectory(prefix=".", dir=out.parent) as folder:
        starts = range(0, len(job.pages), PART)
        parts = [Path(folder) / f"{start}.pdf" for start in starts]
        forms = ()
        for start, part in zip(starts, parts, strict=True):
            forms += _write(replace(job, pages=job.pages[start : start + PART]), part)
        _join(parts, out)
    return forms


def _join(parts: Sequence[Path], out: Path) -> None:
    """All pages behind each other, described as the first part is. By qpdf's own command: ``pages.extend`` holds every stream."""
    command = {
        "inputFile": str(parts[0]), "outputFile": str(out), "deterministicId": "", "objectStreams": "generate",
        "pages": [{"file": str(part)} for part in parts],
    }  # fmt: skip
    Job(command).run()


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows has no handle on a folder; its rename is journalled
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def build(job: PublishJob) -> tuple[Pdf, tuple[str, ...]]:
    """The document in memory, and the form that each page took."""
    pdf = Pdf.new()
    pages = [loaded(page) for page in job.pages]
    font = glyphless.add_font(pdf, "".join({unit for page in pages for word in page.text.words for unit in word.text}))
    drawn: dict[tuple[Path, int], Drawn] = {}
    forms = [_add_page(pdf, page, *_drawn(pdf, page, job.form, drawn), font) for page in pages]
    _describe(pdf, job)
    return pdf, tuple(forms)


def loaded(page: PublishPage | StoredPage) -> PublishPage:
    """With its recipe and text from the cache. B01 if they aren't there: what publishes has read them before."""
    if isinstance(page, PublishPage):
        return page
    result = cache.load_result(page.cache, page.original, page.frame, page.work)
    if result is None:
        raise WorkstationError("B01", where="pdfa", rule="cache")
    return PublishPage(page.path, page.frame, result.recipe, result.text)


def sheet_of(page: PublishPage, form: PdfForm) -> Sheet:
    """What the page draws. F01, F02, F03, F05, F07 as ``load_frame``."""
    return compact_sheet(page) if form is PdfForm.COMPACT else page_sheet(page)


def _image(pdf: Pdf, drawn: Picture, mask: Picture | None = None) -> Object:
    stream = Stream(
        pdf, drawn.data, Type=Name.XObject, Subtype=Name.Image, Width=drawn.width, Height=drawn.height,
        BitsPerComponent=drawn.bits, Filter=Name(drawn.filter),
        ColorSpace=_colours(drawn),
    )  # fmt: skip
    if drawn.filter == "/CCITTFaxDecode":
        stream[Name.DecodeParms] = Dictionary(K=-1, Columns=drawn.width, Rows=drawn.height, BlackIs1=drawn.black_is_1)
    elif drawn.filter == "/JBIG2Decode" and drawn.black_is_1:
        stream[Name.Decode] = Array([1, 0])
    elif drawn.filter == "/FlateDecode":
        stream[Name.DecodeParms] = Dictionary(
            Predictor=15, Colors=drawn.components, BitsPerComponent=drawn.bits, Columns=drawn.width
        )
    if mask is not None:
        stream[Name.SMask] = _image(pdf, mask)
    return pdf.make_indirect(stream)


def _colours(drawn: Picture) -> Object:
    if drawn.palette:
        return Array([Name.Indexed, Name.DeviceRGB, len(drawn.palette) // 3 - 1, String(drawn.palette)])
    return Name.DeviceGray if drawn.components == 1 else Name.DeviceRGB


def page_matrix(page: PublishPage, sheet: Sheet) -> tuple[Matrix, float, float]:
    """The ``cm`` operands that put the sheet where the recipe wants it, and the page's size, all in points."""
    recipe = () if sheet.cleaned else page.recipe
    cleaned, width, height = recipe_matrix(recipe, sheet.upright_width, sheet.upright_height)
    scale = 72 / page.text.dpi
    from_unit_square: Matrix = (sheet.width, 0, 0, -sheet.height, 0, sheet.height)
    to_points: Matrix = (scale, 0, 0, -scale, 0, height * scale)
    chain = then(then(then(from_unit_square, sheet.upright), cleaned), to_points)
    return chain, width * scale, height * scale


def _draw(name: str, piece: Piece, page: Matrix) -> str:
    x0, y0, x1, y1 = piece.box
    placed = then((x1 - x0, 0, 0, y1 - y0, x0, 1 - y1), page)
    return f"q {' '.join(f'{v:.5f}' for v in placed)} cm {name} Do Q\n"


Drawn = tuple[Sheet, dict[str, Object]]
"""What a page draws, and its pictures in the file by their names."""


def _drawn(pdf: Pdf, page: PublishPage, form: PdfForm, known: dict[tuple[Path, int], Drawn]) -> Drawn:
    """Of the halves of one scan the same, so that its bytes are in the file once. A compact form goes by a page's own words."""
    key = (page.path, page.frame)
    shared = form is PdfForm.ARCHIVE and not made_anew(page.recipe)
    if shared and key in known:
        return known[key]
    sheet = sheet_of(page, form)
    found = sheet, {f"/Im{n}": _image(pdf, piece.picture, piece.mask) for n, piece in enumerate(sheet.pieces)}
    if shared:
        known[key] = found
    return found


def _add_page(pdf: Pdf, page: PublishPage, sheet: Sheet, images: dict[str, Object], font: Object) -> str:
    """Returns the form that the page took."""
    matrix, width, height = page_matrix(page, sheet)
    drawn = "".join(_draw(f"/Im{n}", piece, matrix) for n, piece in enumerate(sheet.pieces))
    entry = Dictionary(
        Type=Name.Page, MediaBox=Array([0, 0, round(width, 3), round(height, 3)]),
        Resources=Dictionary(XObject=Dictionary(images), Font=Dictionary({FONT: font})),
        Contents=pdf.make_indirect(_deflated(pdf, drawn.encode("ascii") + text_layer(page.text))),
    )  # fmt: skip
    pdf.pages.append(pikepdf.Page(pdf.make_indirect(entry)))
    return sheet.form


def _deflated(pdf: Pdf, content: bytes) -> Stream:
    """By hand, since the writer's own level of compression leaves 3 % more."""
    return Stream(pdf, zlib.compress(content, 9), Filter=Name.FlateDecode)


def _describe(pdf: Pdf, job: PublishJob) -> None:
    title = unicodedata.normalize("NFC", job.title)
    made = datetime.fromisoformat(job.created).astimezone(UTC) if job.created else None
    pdf.Root.Lang = String(job.language)
    pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    pdf.Root.OutputIntents = Array([_srgb_intent(pdf)])
    packet = Stream(pdf, _xmp(title, job.language, made), Type=Name.Metadata, Subtype=Name.XML)
    pdf.Root.Metadata = pdf.make_indirect(packet)
    info = Dictionary(Title=String(title), Producer=String(PRODUCER), Creator=String(PRODUCER))
    if made:
        info.CreationDate = info.ModDate = String(made.strftime("D:%Y%m%d%H%M%SZ"))
    pdf.trailer.Info = pdf.make_indirect(info)


def _srgb_intent(pdf: Pdf) -> Object:
    profile = Stream(pdf, _srgb(), N=3)
    return pdf.make_indirect(
        Dictionary(
            Type=Name.OutputIntent, S=Name.GTS_PDFA1, OutputConditionIdentifier=String("sRGB"), Info=String("sRGB"),
            DestOutputProfile=pdf.make_indirect(profile),
        )
    )  # fmt: skip


def _srgb() -> bytes:
    """LittleCMS' sRGB ("no copyright, use freely"): 0.4 kB in the file, curves as formulas where other profiles have tables.

    Its version is set to 4.2, the newest that PDF 1.7 knows, and its date to a fixed one: the same job gives the same bytes.
    """
    made = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    made[8:12] = b"\x04\x20\x00\x00"
    made[24:36] = struct.pack(">6H", 2026, 1, 1, 0, 0, 0)
    return bytes(made)


def _escaped(text: str) -> str:
    """Of XML; the standard library's own function for it would load an HTTP client with it."""
    return html.escape(text, quote=False)


def _xmp(title: str, language: str, made: datetime | None) -> bytes:
    stamp = made.strftime("%Y-%m-%dT%H:%M:%SZ") if made else ""
    dates = "".join(f"<xmp:{n}>{stamp}</xmp:{n}>" for n in ("CreateDate", "ModifyDate", "MetadataDate")) if made else ""
    return f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/"
 xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" xmlns:xmp="http://ns.adobe.com/xap/1.0/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{_escaped(title)}</rdf:li></rdf:Alt></dc:title>
<dc:language><rdf:Bag><rdf:li>{_escaped(language)}</rdf:li></rdf:Bag></dc:language>
<pdf:Producer>{_escaped(PRODUCER)}</pdf:Producer><xmp:CreatorTool>{_escaped(PRODUCER)}</xmp:CreatorTool>{dates}
<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>""".encode()


def as_it_is(path: Path) -> PublishedPdf:
    """A PDF that somebody else wrote, and whether it is PDF/A-2b. F03 if it can't be opened, F07 if it can't be read."""
    try:
        with path.open("rb") as file:
            digest, size = hashlib.file_digest(file, "sha256").hexdigest(), file.tell()
        with pikepdf.open(path, access_mode=AccessMode.stream) as pdf:
            pages = len(pdf.pages)
        conforms = validate_written(path, _FLAVOUR).passed
    except pikepdf.PdfError as e:
        raise WorkstationError("F03", file=path.name) from e
    except OSError as e:
        raise WorkstationError("F07", file=path.name) from e
    return PublishedPdf(Sha256(digest), size, pages, CONFORMANCE if conforms else "")


def check(path: Path, job: PublishJob) -> None:
    """B01 with a rule's name unless the file at ``path`` is PDF/A-2b and its text layer is what ``job`` asked for."""
    report = validate_written(path, _FLAVOUR)
    if not report.passed:
        raise WorkstationError("B01", where="pdfa", rule=report.findings[0].rule)
    with pikepdf.open(path, access_mode=AccessMode.stream) as pdf:
        title = str(pdf.docinfo.get("/Title", ""))
        with pdf.open_metadata() as xmp:
            if title != unicodedata.normalize("NFC", job.title) or xmp.get("dc:title") != title:
                raise WorkstationError("B01", where="pdfa", rule="title")
        if len(pdf.pages) != len(job.pages):
            raise WorkstationError("B01", where="pdfa", rule="pages")
        for page, asked in zip(pdf.pages, job.pages, strict=True):
            _check_layer(page, loaded(asked))


def _check_layer(page: pikepdf.Page, asked: PublishPage) -> None:
    """The written layer, read back with the font's own map and widths, holds the words where they were put."""
    font = page.obj.Resources.Font[FONT]
    if Name.ToUnicode not in font or int(font.DescendantFonts[0].DW) != round(1000 * glyphless.WIDTH_EM):
        raise WorkstationError("B01", where="pdfa", rule="font")
    scale = 72 / asked.text.dpi
    shown, size, stretch, start, pen = [], 0.0, 0.0, 0.0, 0.0
    for instruction in pikepdf.parse_content_stream(page):
        operands = instruction.operands
        match str(instruction.operator):
            case "Tf":
                size = float(operands[1])
            case "Td":
                start += float(operands[0])
                pen = start
            case "Tz":
                stretch = float(operands[0])
            case "Tj":
                code, left = bytes(operands[0]), pen
                pen += len(code) // 2 * glyphless.WIDTH_EM * size * stretch / 100
                if (text := code.decode("utf-16-be")) != " ":
                    shown.append((text, left / scale, pen / scale))
    wanted = [w for w in asked.text.words if w.box[2] > w.box[0] and w.box[3] > w.box[1]]
    matching = len(shown) == len(wanted) and all(
        text == w.text and abs(left - w.box[0]) < 1 and abs(right - w.box[2]) < 1
        for (text, left, right), w in zip(shown, wanted, strict=True)
    )
    if not matching:
        raise WorkstationError("B01", where="pdfa", rule="text layer")
