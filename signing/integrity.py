"""Which bytes a signature covers, and whether the bytes after it are all accounted for.

pyHanko reads a file back to its last well-formed ``%%EOF`` and minds nothing after it, while viewers follow the later
``startxref`` and show something else. So the tail is audited here byte by byte, without trusting either reading.
"""

import re
from typing import Any

from asn1crypto import parser
from pyhanko.pdf_utils.reader import PdfFileReader

_END = re.compile(rb"startxref[ \t]*(?:\r\n|\r|\n)[ \t]*(\d{1,15})[ \t]*(?:\r\n|\r|\n)%%EOF(?:\r\n|\r|\n)?")
_OBJECT = re.compile(rb"(?<![0-9])[0-9]{1,10}[ \t\r\n\f\0]+[0-9]{1,5}[ \t\r\n\f\0]+obj(?![a-zA-Z])")
_HEX = re.compile(rb"[0-9a-f]*|[0-9A-F]*")


def signed_end(data: bytes, byte_range: Any, contents: bytes) -> int | None:
    """The length of the prefix that is signed, or None if the range is not "all of it but this one /Contents string".

    The gap has to be exactly the hexadecimal string of ``contents`` with its brackets (ISO 32000-1, 12.8.1): a larger gap
    hides bytes, another place signs some other string. The gap itself is under no signature, so nothing may be said in it
    but the CMS object: zeros after it, and the digits a to f in one case.
    """
    try:
        start, first, second, length = (int(value) for value in byte_range)
    except (TypeError, ValueError):
        return None
    if start != 0 or first <= 0 or length <= 0 or second <= first or second + length > len(data):
        return None
    gap = data[first:second]
    if gap[:1] != b"<" or gap[-1:] != b">" or not _HEX.fullmatch(gap[1:-1]):
        return None
    try:
        found = bytes.fromhex(gap[1:-1].decode("ascii"))
        padding = found[parser.peek(found) :]
    except ValueError:
        return None
    return second + length if found == contents and not any(padding) else None


def tail_accounted(data: bytes, end: int, reader: PdfFileReader) -> bool:
    """Whether every byte after ``end`` belongs to a revision that pyHanko has parsed.

    The tail must be a sequence of revisions, each ending in ``startxref N %%EOF``, the last at the end of the file; N must
    be the cross-reference section that pyHanko read for just that revision; and each object that begins in the tail must be
    one that this section names.
    """
    tail = data[end:]
    if tail in (b"", b"\n", b"\r", b"\r\n"):
        return True
    ends = list(_END.finditer(data, end))
    if not ends or ends[-1].end() != len(data):
        return False
    if len(ends) != tail.count(b"startxref") or len(ends) != tail.count(b"%%EOF"):
        return False
    xrefs = reader.xrefs
    later = [number for number in range(xrefs.total_revisions) if xrefs.get_xref_container_info(number).start_location >= end]
    if len(later) != len(ends):
        return False
    begin = end
    for number, marker in zip(later, ends, strict=True):
        declared = xrefs.get_startxref_for_revision(number)
        if int(marker.group(1)) != declared or not begin <= declared < marker.start():
            return False
        known = {offset for _, offset in xrefs.get_xref_data(number).standard_xrefs.values()} | {declared}
        if any(found.start() not in known for found in _OBJECT.finditer(data, begin, marker.start())):
            return False
        begin = marker.end()
    return True
