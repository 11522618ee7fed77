"""From a file's bytes to a verdict: the worst of what pyHanko says (ETSI EN 319 102-1 names), byte accounting, the viewer's
repair flag and the comparison of what is shown with what was signed."""

import io
import time
from datetime import datetime
from typing import Any

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields

from signing.examine import examine
from signing.findings import Findings, worst
from signing.following import settle
from signing.levels import measure
from signing.picture import Pictures, appearance
from signing.trust import Anchors, Asking
from workstation.domain.errors import ErrorNote
from workstation.domain.signature import FileVerdict, Verdict
from workstation.domain.signing import RevocationAccess

ASK_SECONDS = 20.0
"""For all questions about one file: well within a worker's time, or a hanging service would make the file unreadable."""


def _unreadable(data: bytes, kind: str) -> FileVerdict:
    """A file that can't be read. One that holds a signature (ISO 32000-1, 12.8.1) was damaged or tampered with after signing."""
    code = "V16" if b"/ByteRange" in data and kind != "encrypted" else "V10"
    return FileVerdict(Verdict.UNREADABLE, False, (ErrorNote(code, (("kind", kind),)),), ())


def verify_bytes(data: bytes, anchors: Anchors, *, offline: bool, access: RevocationAccess | None = None) -> FileVerdict:
    """The verdict over a whole file. Never raises for anything that ``data`` holds. ``access``: how issuers are asked, unless
    ``offline``."""
    if b"%PDF-" not in data[:1024]:
        return _unreadable(data, "not_pdf")
    seen = appearance(data)
    try:
        reader, hybrid = _open(data)
        if reader.encrypted:
            return _unreadable(data, "encrypted")
        _ = reader.root["/Pages"]
        fields, complete = _signature_fields(reader)
    except Exception as error:  # noqa: BLE001  # whatever class a broken file provokes: it can't be read
        return _unreadable(data, type(error).__name__)
    if not seen.readable:
        return _unreadable(data, "viewer")
    if not fields:
        return _without_signature(data, complete)
    found = _examine_all(data, reader, fields, anchors, None if offline else Asking(access or RevocationAccess()))
    _mark_levels(found, reader)
    extra: list[ErrorNote] = []
    if seen.repaired or not data.startswith(b"%PDF-"):
        extra.append(ErrorNote("V09", (("kind", "repaired"),)))
    if not complete:
        extra.append(ErrorNote("V06", (("kind", "fields"),)))
    if hybrid:
        extra.append(ErrorNote("V19"))
    reasons = list(dict.fromkeys([*extra, *(note for one in found for note in one.reasons)]))
    verdict = worst(reasons)
    green = verdict is Verdict.VALID and all(one.trusted for one in found)
    return FileVerdict(verdict, green, tuple(reasons), tuple(one.report() for one in found))


def _examine_all(
    data: bytes, reader: PdfFileReader, fields: list[tuple[str, Any]], anchors: Anchors, asking: Asking | None
) -> list[Findings]:
    """The findings in the order of the fields. The last signature is examined first: a sound document time-stamp proves
    when all before it was there, and so in whose time the earlier ones are to be judged."""
    ask_until = time.monotonic() + ASK_SECONDS
    found: dict[int, Findings] = {}
    proven: datetime | None = None
    pictures = Pictures(data)
    later: list[tuple[Findings, Any]] = []
    for index in sorted(range(len(fields)), key=lambda each: _reach(fields[each][1]), reverse=True):
        name, entry = fields[index]
        names = frozenset(one.field for one, _ in later)
        one = examine(pictures, reader, name, entry, anchors, asking=asking, ask_until=ask_until, proven=proven, later=names)
        settle(one, later, pictures)
        later.insert(0, (one, entry))
        found[index] = one
        proof = one.proof
        if proof is not None and (proven is None or proof < proven):
            proven = proof
    return [found[index] for index in range(len(fields))]


def _reach(entry: Any) -> int:
    """Where the bytes that a signature claims to cover end; 0 if it says nothing of use."""
    try:
        _, _, start, length = (int(value) for value in entry.get_object()["/V"]["/ByteRange"])
    except Exception:  # noqa: BLE001  # as in examine(), which will say what is wrong
        return 0
    return start + length


def _open(data: bytes) -> tuple[PdfFileReader, bool]:
    """The file, and whether it is a hybrid one (ISO 32000-1, 7.5.8.4), as word processors write.

    Those are read without pyHanko's strictness, or nothing could be said about them. They are never green: a reader that
    knows the streams and one that does not may show different pages.
    """
    reader = PdfFileReader(io.BytesIO(data), strict=True)
    if not reader.xrefs.hybrid_xrefs_present:
        return reader, False
    return PdfFileReader(io.BytesIO(data), strict=False), True


def _without_signature(data: bytes, complete: bool) -> FileVerdict:
    """No signature is found. If the bytes still speak of one, somebody hid it, which is not the same as unsigned."""
    if complete and b"/ByteRange" not in data:
        return FileVerdict(Verdict.UNSIGNED, False, (ErrorNote("V07"),), ())
    return FileVerdict(Verdict.INVALID, False, (ErrorNote("V06", (("kind", "hidden"),)),), ())


def _signature_fields(reader: PdfFileReader) -> tuple[list[tuple[str, Any]], bool]:
    """Name and field of every filled signature field, and whether the list could be read to its end."""
    found: list[tuple[str, Any]] = []
    try:
        for name, _, entry in enumerate_sig_fields(reader, filled_status=True):
            found.append((str(name), entry))
    except Exception:  # noqa: BLE001  # what was found before the broken entry still gets its verdict
        return found, False
    return found, True


def _mark_levels(found: list[Findings], reader: PdfFileReader) -> None:
    """The level each signature stands at (EN 319 142-1, 6), told from what the file holds: a lifted one gets its time from a
    document time-stamp."""
    try:
        standing = {str(one.signature.field_name): one.level for one in measure(reader)}
    except Exception:  # noqa: BLE001  # a broken store or a broken time-stamp lifts nothing, and has its own findings
        return
    for one in found:
        if one.level != "DTS":
            one.level = standing.get(one.field, one.level)
