"""Which fields stand where a page holds handwriting. Without imaging libraries: the desktop splits documents itself."""

import re
from collections.abc import Sequence
from dataclasses import replace

from ocr.grammar import find_date, plain
from ocr.lines import RawWord
from workstation.domain.fields import FieldOrigin, IndexField, Proposal
from workstation.domain.page import Box, PageText, UnreadArea, Word

NEXT = {"NGAY": "THANG", "THANG": "NAM"}
"""Of the words between which a day and a month are filled in: which follows which."""
BEFORE = re.compile(r"S[O0]\W*")
"""What stands before a document's number."""


def bare(word: Word | RawWord) -> str:
    return plain(word.text).strip(" .,;")


def marked(fields: Sequence[IndexField], texts: Sequence[PageText | None]) -> list[IndexField]:
    """Number and date whose place on the first page holds handwriting: they are left to be keyed, with the crop there. What was
    read is proposed at most, and of a date the printed month and year: the recogniser is sure of figures that it misreads."""
    first = next(((i, t) for i, t in enumerate(texts) if t is not None), None)
    if first is None:
        return list(fields)
    at, text = first
    found = {f.name: f for f in fields}
    for area in text.unread if text else ():
        name = _field_at(area, text.words) if area.kind == "handwriting" and area.box[1] < _HEAD * text.height_px else ""
        if name:
            old = found.get(name) or IndexField(name, "", 0.0)
            own = old.box is None or min(old.box[3], area.box[3]) > max(old.box[1], area.box[1])
            if own and old.origin is not FieldOrigin.HANDWRITTEN:
                found[name] = _to_key(old, at, text, area.box)
    return list(found.values())


def _to_key(old: IndexField, page: int, text: PageText, box: Box) -> IndexField:
    read = (Proposal(old.value, "read"),) if old.value else ()
    part = _printed_part(text, box) if old.name == "issued_date" else ""
    partly = (Proposal(part, "partial"),) if part else ()
    return replace(
        old, value="", confidence=0.0, page=page, box=old.box or box, origin=FieldOrigin.HANDWRITTEN, doubt=True,
        proposals=(*partly, *read), weak=(),
    )  # fmt: skip


def _printed_part(text: PageText, box: Box) -> str:
    """Year and month, ISO 8601, as far as the line's printed words say them: without those that any handwriting meets."""
    hands = [a.box for a in text.unread if a.kind == "handwriting"]
    level = sorted((w for w in text.words if min(w.box[3], box[3]) > max(w.box[1], box[1])), key=lambda w: w.box[0])
    printed = " ".join(w.text for w in level if not any(_meets(w.box, hand) for hand in hands))
    found = find_date(printed)
    return found.partial if found else ""


def _meets(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


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
