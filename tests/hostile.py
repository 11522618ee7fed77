"""Files that no honest scanner writes: broken off, lying about themselves, bombs, locked, empty, another's name.

Each has the codes with which it may be refused; ``OK`` where taking it in is right, since every page can be shown.
"""

import gzip
import io
import random
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pikepdf
import pillow_heif
from PIL import Image, TiffImagePlugin

OK = "ok"
BROKEN = frozenset({"F01", "F03", "F04"})
"""A parser may see in half a file no file at all."""


@dataclass(frozen=True)
class Hostile:
    name: str
    data: bytes
    may: frozenset[str]


def _image(kind: str, mode: str = "RGB", size: tuple[int, int] = (620, 877), **save: object) -> bytes:
    out = io.BytesIO()
    image = Image.new(mode, size, 1 if mode == "1" else "white" if mode != "CMYK" else 0)
    image.paste(Image.new(mode, (300, 40), 0), (80, 100))
    image.save(out, kind, **save)
    return out.getvalue()


def _tiff(pages: int = 3, **save: object) -> bytes:
    out = io.BytesIO()
    frames = [Image.new("L", (600, 800), 255 - 20 * n) for n in range(pages)]
    frames[0].save(out, "TIFF", save_all=True, append_images=frames[1:], **save)
    return out.getvalue()


def _pdf(pages: int = 1, encryption: pikepdf.Encryption | bool | None = None) -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        for _ in range(pages):
            pdf.add_blank_page()
        pdf.save(out, encryption=encryption)
    return out.getvalue()


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _png(width: int, height: int, data: bytes, *more: bytes, bits: int = 1, colour: int = 0) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", head) + b"".join(more) + png_chunk(b"IDAT", data) + png_chunk(b"IEND", b"")


def _rows(width: int, height: int) -> bytes:
    packer, row = zlib.compressobj(9), bytes(1 + width // 8)
    whole = b"".join(packer.compress(row * 1000) for _ in range(height // 1000))
    return whole + packer.compress(row * (height % 1000)) + packer.flush()


def _cut_off() -> Iterator[Hostile]:
    sources = {
        "jpg": _image("JPEG"),
        "png": _image("PNG"),
        "tif": _tiff(compression="tiff_lzw"),
        "webp": _image("WEBP"),
        "jp2": _image("JPEG2000"),
        "pdf": _pdf(3),
        "bmp": _image("BMP"),
        "gif": _image("GIF"),
        "heic": _heic(),
        "j2k": _image("JPEG2000", no_jp2=True, irreversible=True),
    }
    for ending, whole in sources.items():
        for name, end in (("đầu", 3), ("tiêu đề", 24), ("nửa", len(whole) // 2), ("cuối", len(whole) - 9)):
            # What is lost at the end may be padding: then all pages are there, and taking it in is right.
            may = BROKEN | ({OK} if name == "cuối" else set())
            yield Hostile(f"cắt {name}.{ending}", whole[:end], frozenset(may))


def _lying_headers() -> Iterator[Hostile]:
    jpeg, png, tiff = bytearray(_image("JPEG")), _image("PNG"), bytearray(_tiff())
    start = jpeg.index(b"\xff\xc0") + 5
    for name, size in (("không cạnh nào", 0), ("cao vô lý", 65_535)):
        lying = bytearray(jpeg)
        lying[start : start + 4] = struct.pack(">HH", size, size)
        yield Hostile(f"jpeg {name}.jpg", bytes(lying), BROKEN | {"F05"})
    yield Hostile("png rộng hơn dữ liệu.png", _png(4_000, 4_000, zlib.compress(b"\0" * 50)), BROKEN)
    yield Hostile("png không có dữ liệu.png", _png(600, 800, b""), BROKEN)
    yield Hostile("png cạnh bằng không.png", _png(0, 0, zlib.compress(b"")), BROKEN)
    yield Hostile("png hỏng mã kiểm.png", png.replace(b"IDAT", b"IDAX", 1), BROKEN)
    yield Hostile("png chữ rác.png", png[:40] + bytes(400) + png[440:], BROKEN)
    yield Hostile("tif trỏ ra ngoài.tif", bytes(tiff[:4]) + struct.pack("<I", 2**31 - 8) + bytes(tiff[8:]), BROKEN)
    yield Hostile("tif trỏ vào chính mình.tif", _looping_tiff(), BROKEN | {OK, "F05"})
    yield Hostile("tif không trang.tif", b"II*\0\0\0\0\0", BROKEN)
    yield Hostile("tif nghìn thẻ.tif", b"II*\0\x08\0\0\0" + struct.pack("<H", 65_535) + bytes(600), BROKEN)
    yield Hostile("ảnh ngẫu nhiên.jpg", b"\xff\xd8\xff\xe0" + random.Random(7).randbytes(9_000), BROKEN)
    yield Hostile("pdf ngẫu nhiên.pdf", b"%PDF-1.7\n" + random.Random(8).randbytes(9_000), BROKEN)
    yield Hostile("một byte.jpg", b"\xff", BROKEN)
    yield Hostile("toàn số không.tif", bytes(100_000), BROKEN)


def _looping_tiff() -> bytes:
    """One picture whose next picture is itself."""
    data = bytearray(_tiff(1))
    (first,) = struct.unpack_from("<I", data, 4)
    (tags,) = struct.unpack_from("<H", data, first)
    struct.pack_into("<I", data, first + 2 + 12 * tags, first)
    return bytes(data)


def _bombs() -> Iterator[Hostile]:
    too_large = frozenset({"F05", "F03", "F06"})
    yield Hostile("bom 60000.png", _png(60_000, 60_000, _rows(60_000, 60_000)), too_large)
    yield Hostile(
        "bom chữ.png",
        _png(600, 800, _rows(600, 800), png_chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(1 << 27)))),
        frozenset({"F03", OK}),
    )
    yield Hostile(
        "bom màu.png",
        _png(600, 800, _rows(600, 800), png_chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(1 << 27)))),
        frozenset({"F03", OK}),
    )
    yield Hostile("bom 40000.tif", _image("TIFF", "1", (40_000, 40_000), compression="group4"), too_large)
    yield Hostile(
        "bom 40000.gif", b"GIF89a" + struct.pack("<HH", 40_000, 40_000) + b"\x80\0\0" + bytes(6) + b";", too_large | BROKEN
    )
    side, monstrous = struct.pack(">II", 3_000, 3_000), struct.pack(">II", 2**31 - 1, 2**31 - 1)
    yield Hostile("bom.jp2", _image("JPEG2000", "L", (3_000, 3_000)).replace(side, monstrous), too_large | BROKEN)
    yield Hostile("bom dòng.pdf", _pdf_with_stream(zlib.compress(zlib.compress(bytes(1 << 28))), 2), frozenset({"F03", OK}))
    yield Hostile("bom gzip.jpg", gzip.compress(bytes(1 << 24)), BROKEN)
    yield Hostile("bom ảnh trong pdf.pdf", _pdf_with_picture(70_000), too_large | {OK})
    yield Hostile("trang khổng lồ.pdf", _pdf_page((0, 0, 9_000_000, 9_000_000)), too_large | {OK})
    yield Hostile("sáu nghìn trang.tif", _many_pages(), too_large)


def _pdf_with_stream(data: bytes, layers: int) -> bytes:
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page()
        page.Contents = pdf.make_stream(b"")
        page.Contents.write(data, filter=pikepdf.Array([pikepdf.Name.FlateDecode] * layers))
        out = io.BytesIO()
        pdf.save(out, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    return out.getvalue()


def _pdf_with_picture(side: int) -> bytes:
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(595, 842))
        picture = pdf.make_stream(b"", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=side, Height=side)
        picture.ColorSpace, picture.BitsPerComponent = pikepdf.Name.DeviceGray, 8
        picture.write(zlib.compress(b"\0" * 1000), filter=pikepdf.Name.FlateDecode)
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(P=picture))
        page.Contents = pdf.make_stream(b"595 0 0 842 0 0 cm /P Do")
        out = io.BytesIO()
        pdf.save(out)
    return out.getvalue()


def _pdf_page(box: tuple[int, int, int, int]) -> bytes:
    with pikepdf.new() as pdf:
        pdf.add_blank_page().MediaBox = pikepdf.Array(box)
        out = io.BytesIO()
        pdf.save(out)
    return out.getvalue()


def _many_pages() -> bytes:
    """6,000 pictures of one strip: more pages than any dossier."""
    entries = [(256, 8), (257, 8), (258, 1), (259, 1), (262, 1), (273, 8), (278, 8), (279, 8)]
    size = 2 + 12 * len(entries) + 4
    out = bytearray(b"II*\0" + struct.pack("<I", 16) + bytes(8))
    for number in range(6_000):
        out += struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries)
        out += struct.pack("<I", 16 + size * (number + 1) if number < 5_999 else 0)
    return bytes(out)


def _locked_and_empty() -> Iterator[Hostile]:
    locked = pikepdf.Encryption(owner="chủ", user="mật khẩu")
    yield Hostile("khóa.pdf", _pdf(encryption=locked), frozenset({"F02"}))
    old = pikepdf.Encryption(owner="a", user="b", R=3, aes=False, metadata=False)
    yield Hostile("khóa cũ.pdf", _pdf(encryption=old), frozenset({"F02"}))
    yield Hostile("chỉ khóa in.pdf", _pdf(encryption=pikepdf.Encryption(owner="chủ", user="")), frozenset({"F02", OK}))
    yield Hostile("không trang.pdf", _pdf(0), frozenset({"F04", "F03"}))
    yield Hostile("rỗng.pdf", b"", frozenset({"F04"}))
    yield Hostile("rỗng.jpg", b"", frozenset({"F04"}))
    yield Hostile("khoảng trắng.txt.jpg", b" \n" * 4_000, BROKEN)


def _odd_pdfs() -> Iterator[Hostile]:
    whole = _pdf(2)
    yield Hostile("xref sai.pdf", whole.replace(b"startxref", b"startxfer"), BROKEN | {OK})
    yield Hostile("byte thừa sau.pdf", whole + b"\0" * 5_000, BROKEN | {OK})
    yield Hostile("byte thừa trước.pdf", b"\0" * 900 + whole, BROKEN | {OK})
    yield Hostile("cây trang vòng.pdf", _looping_tree(), BROKEN | {OK})
    yield Hostile("số trang nói dối.pdf", _lying_count(), BROKEN | {OK, "F05"})
    yield Hostile("trang không khổ.pdf", _pdf_page((0, 0, 0, 0)), BROKEN | {OK})
    yield Hostile("trang khổ âm.pdf", _pdf_page((600, 800, 0, 0)), BROKEN | {OK})
    yield Hostile("chỉ đầu tệp.pdf", b"%PDF-1.7\n%%EOF\n", BROKEN)
    yield Hostile("javascript.pdf", _with_script(), BROKEN | {OK})


def _looping_tree() -> bytes:
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.Root.Pages.Kids.append(pdf.Root.Pages)
        out = io.BytesIO()
        pdf.save(out)
    return out.getvalue()


def _lying_count() -> bytes:
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.Root.Pages.Count = 2_000_000_000
        out = io.BytesIO()
        pdf.save(out)
    return out.getvalue()


def _with_script() -> bytes:
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("while(true){}"))
        out = io.BytesIO()
        pdf.save(out)
    return out.getvalue()


def _wrong_names() -> Iterator[Hostile]:
    """What a file is, its bytes say, not its name."""
    fine = frozenset({OK})
    yield Hostile("thật ra là png.jpg", _image("PNG"), fine)
    yield Hostile("thật ra là jpeg.pdf", _image("JPEG"), fine)
    yield Hostile("thật ra là pdf.tif", _pdf(), fine)
    yield Hostile("không đuôi", _image("JPEG"), fine)
    yield Hostile("văn bản.docx", b"PK\x03\x04" + bytes(2_000), BROKEN)
    yield Hostile("trang web.pdf", b"<!doctype html><html><body>503</body></html>", BROKEN)
    yield Hostile("ảnh véc-tơ.jpg", b"<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>", BROKEN)
    yield Hostile("chương trình.png", b"\x7fELF" + bytes(3_000), BROKEN)
    yield Hostile("postscript.pdf", b"%!PS-Adobe-3.0\nshowpage\n" * 50, BROKEN)
    yield Hostile("đồ họa cũ.jpg", b"\xd7\xcd\xc6\x9a" + bytes(500), BROKEN)
    yield Hostile("sáu bậc màu.tif", _image("TIFF", "CMYK"), fine)


def _heic(size: tuple[int, int] = (620, 877)) -> bytes:
    out = io.BytesIO()
    image = Image.new("RGB", size, "white")
    image.paste(Image.new("RGB", (300, 40), 0), (80, 100))
    pillow_heif.from_pillow(image).save(out)
    return out.getvalue()


def mixed_tiff() -> bytes:
    """Pages of every kind that one file may hold: fax, JPEG, LZW, inks, sixteen bits, a palette."""
    out = io.BytesIO()
    pages: tuple[tuple[str, tuple[int, int], dict[str, object]], ...] = (
        ("1", (2480, 3508), {"compression": "group4", "dpi": (300, 300)}),
        ("RGB", (827, 1169), {"compression": "jpeg", "dpi": (100, 100)}),
        ("L", (1654, 2339), {"compression": "tiff_lzw", "dpi": (200, 200)}),
        ("CMYK", (600, 800), {"compression": "tiff_adobe_deflate"}),
        ("I;16", (600, 800), {}),
        ("P", (600, 800), {"compression": "packbits"}),
    )
    with TiffImagePlugin.AppendingTiffWriter(out, True) as writer:
        for mode, size, how in pages:
            Image.new(mode, size, 1).save(writer, "TIFF", **how)
            writer.newFrame()
    return out.getvalue()


def portfolio(files: int = 3) -> bytes:
    """A cover, and the documents as files inside."""
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        for number in range(files):
            pdf.attachments[f"{number}.pdf"] = _pdf()
        pdf.Root.Collection = pikepdf.Dictionary(Type=pikepdf.Name.Collection, View=pikepdf.Name.D)
        out = io.BytesIO()
        pdf.save(out)
    return out.getvalue()


def _newer_kinds() -> Iterator[Hostile]:
    heic, jp2, bmp = _heic(), _image("JPEG2000", "L"), bytearray(_image("BMP"))
    size = heic.index(b"ispe") + 8
    for name, side in (("không cạnh nào", 0), ("cao vô lý", 2**31 - 1), ("rộng hơn dữ liệu", 20_000), ("hẹp hơn dữ liệu", 100)):
        lying = heic[:size] + struct.pack(">II", side, side) + heic[size + 8 :]
        yield Hostile(f"heic {name}.heic", lying, BROKEN | {"F05"})
    yield Hostile("heic chỉ có đầu.heic", b"\0\0\0\x18ftypheic" + bytes(400), BROKEN)
    yield Hostile("heic ngẫu nhiên.heic", heic[:40] + random.Random(9).randbytes(900), BROKEN)
    yield Hostile("heic tên là jpg.jpg", heic, frozenset({OK}))
    yield Hostile("avif.heic", _image("AVIF"), BROKEN)
    yield Hostile("jp2 rộng hơn dữ liệu.jp2", jp2.replace(struct.pack(">II", 620, 877), struct.pack(">II", 9_000, 9_000)), BROKEN)
    yield Hostile("jp2 ngẫu nhiên.jp2", jp2[:80] + random.Random(10).randbytes(4_000), BROKEN)
    webp = bytearray(_image("WEBP", "RGBA", exif=b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0"))
    assert webp[12:16] == b"VP8X"
    webp[24:30] = b"\xff" * 6  # the canvas
    yield Hostile("webp khung 16 triệu.webp", bytes(webp), BROKEN | {"F05"})
    yield Hostile("webp ngẫu nhiên.webp", _image("WEBP")[:30] + random.Random(11).randbytes(4_000), BROKEN)
    for name, height in (("cao vô lý", 2**31 - 1), ("cao âm vô lý", -(2**31)), ("cao hơn dữ liệu", 9_000)):
        bmp[22:26] = struct.pack("<i", height)
        yield Hostile(f"bmp {name}.bmp", bytes(bmp), BROKEN | {"F05"})
    yield Hostile("ảnh động.gif", _image("GIF"), BROKEN)
    whole = mixed_tiff()
    unknown = whole.replace(struct.pack("<HHIHH", 259, 3, 1, 7, 0), struct.pack("<HHIHH", 259, 3, 1, 34_712, 0))
    yield Hostile("tif đủ loại.tif", whole, frozenset({OK}))
    yield Hostile("tif trang hai nén lạ.tif", unknown, BROKEN)
    yield Hostile("tập tệp.pdf", portfolio(), frozenset({"Q17"}))
    yield Hostile("tập tệp rỗng.pdf", portfolio(0), frozenset({OK}))


MAKERS: tuple[Callable[[], Iterator[Hostile]], ...] = (
    _cut_off,
    _lying_headers,
    _bombs,
    _locked_and_empty,
    _odd_pdfs,
    _wrong_names,
    _newer_kinds,
)


def hostile_files() -> tuple[Hostile, ...]:
    """All of them; the same at every call."""
    return tuple(file for make in MAKERS for file in make())
