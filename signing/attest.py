"""A page with words after the pages of a file that is not signed yet: the lời chứng of a certified copy. PDF/A-2b stays PDF/A-2b.

The words are text in the stamp's face, above two blanks for signatures. The same job gives the same bytes.
"""

import hashlib

import pikepdf
from pikepdf import Dictionary, Pdf
from pikepdf.pdfa import resolve_save_kwargs, validate_written

from signing.paper import font
from signing.typeface import UNITS_PER_EM, FontSubset, metrics, subset, wrap
from workstation.domain.attestation import AGENCY_BLANK_MM, CERTIFIER_BLANK_MM
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import Sha256
from workstation.domain.signature import PublishedPdf
from workstation.domain.signing import AttestJob

MM = 72 / 25.4
_WIDTH, _HEIGHT = 595.276, 841.89
_LEFT, _RIGHT, _TOP = 30 * MM, 20 * MM, 30 * MM
"""Margins of a document (Decree 30/2020, annex I)."""
_HEADING, _TEXT, _CAPTION = 14.0, 13.0, 11.0
_LEADING = 1.5
_CAPTION_MM = 5.0
"""How far a caption stands above its blank."""
_FLAVOUR = "2b"

_Line = tuple[float, float, float, str]
"""x, y, size, text."""


def attest(job: AttestJob) -> PublishedPdf:
    """Writes ``job.out``. C11 if the words don't fit on the page; F03, F07 if ``job.path`` is no PDF or gone."""
    lines = _set(job)
    face = subset("".join(sorted({letter for *_, text in lines for letter in text})))
    try:
        with pikepdf.open(job.path) as pdf:
            _add_page(pdf, lines, face)
            pdf.save(job.out, **resolve_save_kwargs(_FLAVOUR, deterministic_id=True))
            pages = len(pdf.pages)
    except FileNotFoundError as e:
        raise WorkstationError("F07", file=job.path.name) from e
    except pikepdf.PdfError as e:
        raise WorkstationError("F03", file=job.path.name) from e
    report = validate_written(job.out, _FLAVOUR)
    if not report.passed:
        raise WorkstationError("B01", where="attest", rule=report.findings[0].rule)
    data = job.out.read_bytes()
    return PublishedPdf(Sha256(hashlib.sha256(data).hexdigest()), len(data), pages, "PDF/A-2b")


def _set(job: AttestJob) -> list[_Line]:
    width = _WIDTH - _LEFT - _RIGHT
    y = _HEIGHT - _TOP
    lines: list[_Line] = []
    for text in _wrapped(job.heading, _HEADING, width):
        y -= _HEADING * _LEADING
        lines.append((_LEFT + (width - _long(text, _HEADING)) / 2, y, _HEADING, text))
    y -= _TEXT
    for paragraph in job.lines:
        for text in _wrapped(paragraph, _TEXT, width):
            y -= _TEXT * _LEADING
            lines.append((_LEFT, y, _TEXT, text))
    captions = _HEIGHT - (AGENCY_BLANK_MM[1] - _CAPTION_MM) * MM
    if y < captions + 2 * _CAPTION:
        raise WorkstationError("C11", file=job.path.name, kind="full")
    for text, blank in zip(job.captions, (AGENCY_BLANK_MM, CERTIFIER_BLANK_MM), strict=True):
        room = (blank[2] - blank[0]) * MM
        for number, line in enumerate(_wrapped(text, _CAPTION, room)):
            lines.append((blank[0] * MM, captions - number * _CAPTION * 1.2, _CAPTION, line))
    return lines


def _wrapped(text: str, size: float, width: float) -> tuple[str, ...]:
    return wrap(metrics().printable(text), int(width / size * UNITS_PER_EM))


def _long(text: str, size: float) -> float:
    return metrics().width(text) * size / UNITS_PER_EM


def _add_page(pdf: Pdf, lines: list[_Line], face: FontSubset) -> None:
    page = pdf.add_blank_page(page_size=(_WIDTH, _HEIGHT))
    page.obj.Resources = Dictionary(Font=Dictionary(F0=font(pdf, face)))
    drawn = [b"BT 0 g"]
    for x, y, size, text in lines:
        drawn.append(b"/F0 %.2f Tf 1 0 0 1 %.2f %.2f Tm " % (size, x, y) + face.encode(text) + b" Tj")
    page.obj.Contents = pdf.make_stream(b"\n".join((*drawn, b"ET")))
