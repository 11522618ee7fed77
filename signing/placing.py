"""Which stamp goes on which page of a PDF that pyHanko has open: reads the page, the preset and the wish of a job."""

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from signing import files, qr
from signing.geometry import MM, PageShape, Rect
from signing.presets import Ink, Place, Preset, Signer, preset, require
from signing.stamp import VIETNAM, Content, Picture, Stamp, Surroundings, format_time, lay_out, texts
from workstation.domain.errors import WorkstationError
from workstation.domain.page import Box
from workstation.domain.signing import Anchor, SignJob, StampPlace

UNNAMED = "(tên trên chứng thư)"
"""Instead of the owner's name while no token tells it: a key file keeps it under its password."""
UNTIMED = "(ghi khi ký)"
"""Instead of a time in a preview: none has been signed yet."""


@dataclass(frozen=True, slots=True)
class Placed:
    page: int
    """From 0."""
    stamp: Stamp


def place(writer: IncrementalPdfFileWriter, source: IO[bytes], job: SignJob, owner: str, moment: datetime) -> Placed:
    """The stamp of ``job`` on the file; ``owner`` is the name in the certificate. Raises U01 (unknown preset, or what it needs
    is not there), C11 (no room), F01, F03, F05, F07 (the image). ValueError and the like for a page that can't be."""
    kind = preset(job.preset, moment.astimezone(VIETNAM).date())
    wish = job.stamp
    require(kind, wish)
    number, where = _surroundings(writer, kind, wish.anchor)
    name = owner if kind.personal else job.stamp_name or owner
    content = Content(
        texts(kind, moment, wish.day, name=name, number=wish.number, copy=wish.copy.capitalize()),
        _picture(wish.image, kind.image) if wish.image else None,
        _code(wish.qr_code, source) if wish.qr_code else None,
    )
    return Placed(number, lay_out(kind, content, where, wish.move_mm))


def preview(job: SignJob, owner: str) -> StampPlace:
    """Where the stamp of ``job`` would stand if a key of ``owner`` signed it now. For a page worker: reads, writes nothing.
    Raises as :func:`place`, and F07, C11 as signing does."""
    with files.source(job.path) as source, files.unsuitable(job.path.name):
        writer = IncrementalPdfFileWriter(source, strict=True)
        if writer.prev.encrypted:
            raise WorkstationError("C11", file=job.path.name, kind="encrypted")
        moment = datetime.now(UTC).replace(microsecond=0)
        placed = place(writer, source, job, owner or UNNAMED, moment)
    found = _in_mm(placed, format_time(moment))
    if preset(job.preset, moment.astimezone(VIETNAM).date()).signer is Signer.REGISTRAR:
        from signing.overprint import touches_print

        found = replace(found, over_print=touches_print(job.path, found, placed.stamp.picture))
    guessed = job.stamp.anchor is not None and job.stamp.anchor.guessed
    return replace(found, picture=job.stamp.image if placed.stamp.picture else None, guessed=guessed)


def _in_mm(placed: Placed, time: str) -> StampPlace:
    """From user space with y upwards to millimetres from the top left corner."""
    stamp = placed.stamp
    mm, page = stamp.page.user_unit / MM, stamp.page.shown

    def box(rect: Rect) -> Box:
        return (rect.x0 * mm, (page.y1 - rect.y1) * mm, rect.x1 * mm, (page.y1 - rect.y0) * mm)

    return StampPlace(
        page=placed.page,
        page_mm=(page.width * mm, page.height * mm),
        box_mm=box(stamp.seen),
        home_mm=box(stamp.home or stamp.seen),
        area_mm=box(stamp.area or stamp.seen),
        wish_mm=stamp.scale * stamp.page.user_unit,
        lines=tuple(line.replace(time, UNTIMED) for line in stamp.lines),
        letters_mm=stamp.size * mm,
    )


def _picture(path: Path, ink: Ink) -> Picture:
    from signing.image import read_picture

    return read_picture(path, ink)


def _code(code: str, source: IO[bytes]) -> qr.Modules:
    source.seek(0)
    digest = hashlib.file_digest(source, "sha256").hexdigest()  # type: ignore[arg-type]  # an open file
    return qr.modules(qr.content(code, digest))


def _surroundings(writer: IncrementalPdfFileWriter, kind: Preset, anchor: Anchor | None) -> tuple[int, Surroundings]:
    """Page (from 0) of the stamp, and what is there."""
    count = int(writer.root["/Pages"]["/Count"])
    if kind.place is Place.BESIDE:
        return _beside(writer, kind, count, anchor)
    if kind.place not in (Place.BETWEEN, Place.BLANK):
        return 0, Surroundings(*_page(writer, 0))
    if anchor is None or not 0 <= anchor.page < count:
        raise _wrong(kind, "--at")
    shape, taken = _page(writer, anchor.page)
    blank = shape.from_top_left(anchor.box_mm)
    if blank.grown(0, 1).common(shape.shown).area <= 0:  # beside the page, or a line across; title and name may touch
        raise _wrong(kind, "--at")
    return anchor.page, Surroundings(shape, taken, shape.to_page(blank.common(shape.shown)), anchor.guessed)


def _beside(writer: IncrementalPdfFileWriter, kind: Preset, count: int, anchor: Anchor | None) -> tuple[int, Surroundings]:
    """The signature over which the seal goes: the only one shown in the file, or the one that covers most of the anchor.
    Without one the seal may not be set (Decree 30/2020 art. 32: only on what an official has signed)."""
    if anchor is None:
        shown = [(n, *page) for n in range(count) if (page := _page(writer, n))[1]]
        if len(shown) != 1 or len(shown[0][2]) != 1:
            raise _wrong(kind, "--at" if shown else "S1")
        number, shape, taken = shown[0]
        return number, Surroundings(shape, taken, taken[0])
    if not 0 <= anchor.page < count:
        raise _wrong(kind, "--at")
    shape, taken = _page(writer, anchor.page)
    blank = shape.from_top_left(anchor.box_mm)
    best = max(taken, key=lambda rect: shape.to_shown(rect).common(blank).area, default=None)
    if best is None or shape.to_shown(best).common(blank).area <= 0:
        raise _wrong(kind, "S1")
    return anchor.page, Surroundings(shape, taken, best)


def _wrong(kind: Preset, missing: str) -> WorkstationError:
    return WorkstationError("U01", detail=f"--preset {kind.code}: {missing}")


def _inherited(page: generic.DictionaryObject, key: str, default: Any) -> Any:
    """A page attribute that may stand higher in the page tree (ISO 32000-1, 7.7.3.4)."""
    node: Any = page
    for _ in range(64):  # deeper trees exist only in files made to hang a reader
        if key in node:
            return node[key]
        if "/Parent" not in node:
            return default
        node = node["/Parent"]
    raise ValueError("page tree too deep")


def _rect(values: Any) -> Rect:
    x0, y0, x1, y1 = (float(value) for value in values)
    return Rect(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))


def _page(writer: IncrementalPdfFileWriter, number: int) -> tuple[PageShape, tuple[Rect, ...]]:
    """The shape of a page and the rectangles of the signatures that it shows already."""
    page = writer.find_page_for_modification(number)[0].get_object()
    media = _rect(_inherited(page, "/MediaBox", (0, 0, 612, 792)))
    crop = _rect(_inherited(page, "/CropBox", (media.x0, media.y0, media.x1, media.y1)))
    box = Rect(max(media.x0, crop.x0), max(media.y0, crop.y0), min(media.x1, crop.x1), min(media.y1, crop.y1))
    rotate = int(_inherited(page, "/Rotate", 0)) % 360
    unit = float(page.get("/UserUnit", 1))
    if rotate % 90 or box.width < 1 or box.height < 1 or unit <= 0:
        raise ValueError("page geometry")
    annotations = [entry.get_object() for entry in page.get("/Annots", ())]
    fields = [entry for entry in annotations if entry.get("/Subtype") == "/Widget" and _is_signature(entry)]
    rects = [_rect(entry["/Rect"]) for entry in fields]
    return PageShape(box, rotate, unit), tuple(rect for rect in rects if rect.area > 0)  # a time-stamp's shows nothing


def _is_signature(widget: generic.DictionaryObject) -> bool:
    return bool(_inherited(widget, "/FT", None) == "/Sig")
