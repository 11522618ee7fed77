"""Which fields stand where a page holds handwriting. Without imaging libraries: the desktop splits documents itself."""

import re
from collections.abc import Sequence
from dataclasses import replace

from ocr.grammar import plain
from ocr.lines import RawWord
from workstation.domain.fields import FieldOrigin, IndexField
from workstation.domain.page import PageText, UnreadArea, Word

NEXT = {"NGAY": "THANG", "THANG": "NAM"}
"""Of the words between which a day and a month are filled in: which follows which."""
BEFORE = re.compile(r"S[O0]\W*")
"""What stands before a document's number."""


def bare(word: Word | RawWord) -> str:
    return plain(word.text).strip(" .,;")


def marked(fields: Sequence[IndexField], texts: Sequence[PageText | None]) -> list[IndexField]:
    """Number and date whose place on the first page holds handwriting: what was read there is no more than a guess."""
    first = next(((i, t) for i, t in enumerate(texts) if t is not None), None)
    if first is None:
        return list(fields)
    at, text = first
    found = {f.name: f for f in fields}
    for area in text.unread if text else ():
        name = _field_at(area, text.words) if area.kind == "handwriting" and area.box[1] < _HEAD * text.height_px else ""
        if name:
            old = found.get(name) or IndexField(name, "", 0.0)
            found[name] = replace(old, page=at, box=old.box or area.box, origin=FieldOrigin.HANDWRITTEN, doubt=True)
    return list(found.values())


_HEAD = 0.45
"""Share of the page in which a paper's own number and date stand."""


def _field_at(area: UnreadArea, words: Sequence[Word]) -> str:
    """The field whose label stands before handwriting on its line: ``number``, ``issued_date``, or none."""
    x0, y0, x1, y1 = area.box
    level = [(w, (w.box[0] + w.box[2]) / 2) for w in words if min(w.box[3], y1) > max(w.box[1], y0)]
    before = max(((x, w) for w, x in level if x < x0), key=lambda at: at[0], default=(0.0, None))[1]
    after = min(((x, w) for w, x in level if x > x1), key=lambda at: at[0], default=(0.0, None))[1]
    label = bare(before) if before else ""
    if label in (*NEXT, "NAM"):
        return "issued_date"
    return "number" if BEFORE.fullmatch(label) or (after is not None and after.text.startswith("/")) else ""
