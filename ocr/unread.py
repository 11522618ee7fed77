"""Ink found against text found: nothing printed is lost in silence.

Letters that no word covers are read once more by themselves: most lost lines were left out by the layout, beside a seal or
among leaders, and read well alone. What still has no words is said to be unread, with the seals, signatures, pictures and
handwriting of the page.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import cv2
import numpy as np

from ocr import columns, lone, rescue, sealed, stampwords, tables
from ocr.again import told_again
from ocr.components import components, picked
from ocr.digits import AWord, dropped_again, numbers_again
from ocr.engine import Recognizer, Unread
from ocr.frames import Pixels
from ocr.grammar import has_form
from ocr.hand import handwritten
from ocr.ink import Floats, find_colours, find_ink, find_pictures, holds
from ocr.layout import Reading
from ocr.lines import FOUND_AGAIN, MISSED, RawWord, hull
from ocr.lone import Grids
from ocr.lost import borne_out, garbled, is_doubtful, told, unlike, whole
from ocr.missed import KNOWN, SURE, Marks, Paper, Words, line_part, lost_lines, share, speck, sure_or_full
from ocr.stampink import stamp_alone
from workstation.domain.page import Box, Finding, UnreadArea, Word

_ACCEPTED = 0.5
"""Mean confidence at which a line read by itself joins the text."""
_TOLD = 0.5
"""Confidence of the best word of a stamp's note."""
_SIGNED_MM = 11.0
"""Blue ink that reaches higher is a signature, not a line of handwriting."""
_ONE_LINE_MM, _FRAME_INK = 13.0, 80
"""Height of the highest stamp of one line in its frame (marks of secrecy and urgency: 8 mm, Decree 30/2020 annex I), turned a
little; level of red from which a pixel is of the frame."""
_SURE, _PRINTED = 0.9, 3
"""Confidence of a word that is print, whatever its colour, and how many of them make a line of it."""
_SWEEP_MM = (10.0, 5.0)
"""Least width and height of a signature's main stroke."""


def settle(
    paper: Paper, read: Reading, grids: Grids, recognizer: Recognizer
) -> tuple[tuple[RawWord, ...], Grids, tuple[UnreadArea, ...]]:
    """The page's words without junk and with the lines that were missing, its tables with their words, to which what was lost in
    their cells is added, and what on the page is unread."""
    if isinstance(recognizer, Unread):
        return read.words, grids, ()
    colours, pictures = find_colours(paper.cleaned, paper.dpi), find_pictures(paper.cleaned, paper.dpi)
    marks = _parted(Marks(find_ink(paper.page, paper.dpi), colours.outside(pictures) if colours else None, pictures), paper)
    printed = _blue_print(read.words, marks)
    words = tuple(w for w in read.words if not ((marks.junk(w) and w.line not in printed) or speck(w, paper.mm)))
    grids = lone.tightened(grids, marks.ink.letters, paper.mm)
    red = marks.colours.red_seals(paper.dpi) if marks.colours else ()
    words = sealed.rows_again(paper.page, marks.ink.seals, words, paper.dpi, recognizer, gone=red)
    cells = [w for _, inside in grids for w in inside]
    lost = lost_lines(marks, (*words, *cells), paper.mm, sure_or_full)
    stamps = _stamps(marks, paper.mm)
    saying = {s: _stamp_part(paper.cleaned, s, paper.mm) for s in stamps if _straight(s, marks, paper.mm)}
    saying |= {s.box: stamp_alone(paper.cleaned, s, paper.dpi) for s in marks.stamps if not s.round}
    notes: dict[Box, str] = {}
    if lost or saying:
        words, notes = _reread(paper, marks, words, cells, lost, saying, recognizer)
        words, grids = _into_tables(paper, words, grids, recognizer)
        cells = [w for _, inside in grids for w in inside]
    words, grids = _with_all_figures(paper, marks, words, grids, recognizer)
    words, gone = told_again(paper, words, told(paper, marks, read, words, grids, recognizer), recognizer)
    words, grids, left = _found_again(paper, marks, read, words, grids, gone, recognizer)
    every: list[Word | RawWord] = [*words, *(w for _, inside in grids for w in inside)]
    left = _once([whole(box, every, grids) for box in left])
    hands = handwritten(marks.ink, marks.colours, every, list(stamps), paper.mm)
    words, framed = stampwords.parted(words, paper.frames, paper.mm)
    areas = [UnreadArea("handwriting", box) for box in hands]
    areas += [UnreadArea("lost_line", box) for box in left if not any(share(box, h) > 0.5 for h in hands)]
    areas += [UnreadArea("stamp", box, note) for box, note in ({s: notes.get(s, "") for s in stamps} | framed).items()]
    areas += [UnreadArea("picture", box) for box in marks.pictures]
    return words, grids, tuple(areas)


def _blue_print(words: Sequence[RawWord], marks: Marks) -> frozenset[tuple[int, ...]]:
    """Lines in colour of which most words were read surely: a doubtful one among them is print as well, no stroke of a pen."""
    colours = marks.colours
    if colours is None:
        return frozenset()
    by_line: dict[tuple[int, ...], list[RawWord]] = {}
    for word in words:
        by_line.setdefault(word.line, []).append(word)

    def sure(line: list[RawWord]) -> int:
        if not colours.stand_in(hull(w.box for w in line)):  # as in nearly every line
            return 0
        return sum(w.confidence >= _SURE and colours.prevails(w.box) for w in line)

    return frozenset(at for at, line in by_line.items() if sure(line) >= max(_PRINTED, 0.7 * len(line)))


def _parted(marks: Marks, paper: Paper) -> Marks:
    """With the blue stamps that were parted from the page's print for reading."""
    stamps = tuple(s for s in paper.stamps if not any(share(s.box, p) > 0.5 for p in marks.pictures))
    colours = marks.colours.without([s.box for s in stamps]) if marks.colours else None
    return replace(marks, colours=colours, stamps=stamps) if stamps else marks


def counted(areas: Sequence[UnreadArea]) -> tuple[Finding, ...]:
    """How many lines and handwritten places a person has to look at. They stop nothing: the picture may be a good one."""
    kinds = {"unread": "lost_line", "handwriting": "handwriting"}
    counts = {code: sum(a.kind == kind for a in areas) for code, kind in kinds.items()}
    return tuple(Finding(code, float(n), 0.0, True) for code, n in counts.items() if n)


# --- reading them by themselves


def _reread(
    paper: Paper, marks: Marks, words: Sequence[RawWord], cells: Sequence[Word], lost: Sequence[Box],
    stamps: Mapping[Box, Pixels], recognizer: Recognizer,
) -> tuple[tuple[RawWord, ...], dict[Box, str]]:  # fmt: skip
    """The words with those of lost lines among them, and what straight stamps say: all from one strip."""
    bare = _without(paper.page, (*words, *cells)) if lost else paper.page
    parts = [tables.Part(i, *line_part(bare, box, marks.ink.seals, paper.mm)) for i, box in enumerate(lost)]
    parts += [tables.Part(len(lost) + i, (0, 0), picture) for i, picture in enumerate(stamps.values())]
    strip = tables.stacked(parts, round(3 * paper.mm))
    found = tables.back_on_page(strip, recognizer.read(strip.pixels, paper.dpi, block=True))
    for i, box in enumerate(lost):
        words = _joined(words, box, found.get(i, ()), i)
    notes = {box: _note(found.get(len(lost) + i, ())) for i, box in enumerate(stamps)}
    return tuple(words), notes


def _without(page: Pixels, words: Words) -> Pixels:
    """The page with the words that were read wiped out, or a line's neighbours would be read twice."""
    bare = page.copy()
    for word in words:
        if word.confidence >= SURE:
            x0, y0, x1, y1 = (max(0, round(v)) for v in word.box)
            bare[y0:y1, x0:x1] = 255
    return bare


def _joined(words: Sequence[RawWord], box: Box, found: Sequence[RawWord], number: int) -> Sequence[RawWord]:
    """``words`` with a line's words in the place of what covered it badly, if they were read well enough, or have the form of a
    document's number or day: no chance makes that of strokes, and each word keeps how little sure it is."""
    said = [w for w in found if any(c.isalnum() for c in w.text)]
    good = [w for w in said if w.confidence >= SURE]
    weight = sum(len(w.text) for w in good)
    if not weight or sum(w.confidence * len(w.text) for w in good) < _ACCEPTED * weight:
        if not has_form(" ".join(w.text for w in said)):
            return words
        good = said
    kept = [w for w in words if w.confidence >= SURE or not any(share(w.box, g.box) > 0.5 for g in good)]
    line = _line_around(kept, box) or (MISSED, number)
    return [*kept, *(replace(w, line=line) for w in good)]


def _into_tables(
    paper: Paper, words: Sequence[RawWord], grids: Grids, recognizer: Recognizer
) -> tuple[tuple[RawWord, ...], Grids]:
    """Words and tables, the words that were read by themselves and stand in a cell in that table, in the place of what covered
    them badly there: else the row would hold both, and the worse one be told as lost."""
    rest, with_more = list(words), []
    for table, inside in grids:
        said = [w for w in rest if w.line[0] == MISSED and any(_holds(c, w.box) for c in table.cells)]
        if said:
            rest = [w for w in rest if w not in said]
            kept = [w for w in inside if w.confidence >= SURE or not any(_over(w, s) for s in said)]
            among = columns.numbers(table, kept)
            inside = tables.with_words(table, kept, numbers_again(paper.page, said, paper.dpi, recognizer, among))
        with_more.append((table, inside))
    return tuple(rest), with_more


def _with_all_figures(
    paper: Paper, marks: Marks, words: tuple[RawWord, ...], grids: Grids, recognizer: Recognizer
) -> tuple[tuple[RawWord, ...], Grids]:
    """Words and tables, numbers of which a figure was dropped with what a second reading says."""

    def again(own: Sequence[AWord]) -> tuple[AWord, ...]:
        return dropped_again(paper.page, marks.ink.letters, own, paper.dpi, recognizer)

    return again(words), tuple((table, again(inside)) for table, inside in grids)


def _found_again(
    paper: Paper, marks: Marks, read: Reading, words: tuple[RawWord, ...], grids: Grids, lost: Sequence[Box],
    recognizer: Recognizer,
) -> tuple[tuple[RawWord, ...], Grids, Sequence[Box]]:  # fmt: skip
    """What is told as lost, and what in tables makes no sense, read by itself: words and tables with what came out, and what
    stays lost."""
    every: list[Word | RawWord] = [*words, *(w for _, inside in grids for w in inside)]
    junk, odd = (garbled(grids), [*lone.senseless(grids), *lone.wide(every)]) if is_doubtful(read, grids) else ([], [])
    doubted = [b for b in (*junk, *odd) if not any(share(b, n) > 0.3 for n in lost)]
    asked = _worth_reading((*lost, *doubted), every, marks, grids, clear=not (read.lines or read.silent))
    if not asked:
        return words, grids, lost
    columns_ = [columns.numbers(table, inside) for table, inside in grids]
    places = [rescue.Place(b, any(_holds(c, b) for n in columns_ for c in n.cells)) for b in asked]
    left = [b for b in lost if b not in asked]
    with_more, new = list(grids), list[RawWord]()
    for number, (box, heard) in enumerate(zip(asked, rescue.read_again(paper, places, recognizer), strict=True)):
        at = next((k for k, (t, _) in enumerate(grids) if any(_holds(c, box) for c in t.cells)), None)
        if heard.words and at is not None:
            table, inside = with_more[at]
            said = [replace(w, line=(number,)) for w in heard.words]
            with_more[at] = table, tables.with_words(table, _beside(inside, said), said)
        elif heard.words:
            line = _line_around(words, box) or (FOUND_AGAIN, number)
            words = (*_beside(words, heard.words), *(replace(w, line=line) for w in heard.words))
        elif box in odd:
            if at is not None and unlike(box, heard.readings, every):
                left.append(heard.row)
        elif box not in doubted and (
            any(share(g, box) > 0.5 for g in junk) or not any(borne_out(box, (0, 0), r, every) for r in heard.readings)
        ):
            # of a number that is all but gone its whole cell
            left.append(next((g for n in columns_ for g in n.gaps if _holds(g, box)), heard.row))
        new += heard.words
    return words, tuple(with_more), [b for b in left if not any(share(b, w.box) > 0.5 for w in new)]


def _worth_reading(places: Sequence[Box], words: Words, marks: Marks, grids: Grids, *, clear: bool) -> list[Box]:
    """Not names under seals, nor where a word is sure or two columns ran together; on a ``clear`` page in tables only, as beside
    them what ``_reread`` could not read is a stamp's."""
    shut = [*(s.box for s in marks.ink.seals), *(w.box for w in words if w.confidence >= KNOWN and len(w.text) > 1)]
    shut += lone.spanning(grids) if places else []
    free = [b for b in places if not any(share(s, b) > 0 for s in shut)]
    return [b for b in free if not clear or any(_holds(c, b) for table, _ in grids for c in table.cells)]


def _holds(place: Box, box: Box) -> bool:
    return holds(place, (box[0] + box[2]) / 2, (box[1] + box[3]) / 2)


def _beside(words: Sequence[AWord], said: Sequence[RawWord]) -> tuple[AWord, ...]:
    """Words that lie under no new one."""
    return tuple(w for w in words if not any(_over(w, s) for s in said))


def _over(word: AWord, said: RawWord) -> bool:
    return share(word.box, said.box) > 0.5 or share(said.box, word.box) > 0.5


def _line_around(words: Sequence[RawWord], box: Box) -> tuple[int, ...] | None:
    """The line in whose middle the box lies."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    level = [w for w in words if w.box[1] < y < w.box[3]]
    left, right = ({w.line for w in level if (w.box[2] < x) == before} for before in (True, False))
    return next(iter(left & right), None)


# --- seals, signatures, stamps


def _stamps(marks: Marks, mm: float) -> tuple[Box, ...]:
    """Hulls of seals and signatures: red ink, black round seals, blue ink that is too high for a line or meets these, and the
    blue stamps that were parted from the print."""
    found = [*(marks.colours.red_areas if marks.colours else ()), *(s.box for s in marks.ink.seals)]
    red = _merged(found)
    blue = marks.colours.blue_areas if marks.colours else ()
    signed = (b for b in _merged(blue) if any(share(b, r) > 0 for r in red) or _signed(b, marks.ink.strokes, mm))
    return (*red, *signed, *(s.box for s in marks.stamps))


def _signed(area: Box, strokes: Floats, mm: float) -> bool:
    """Whether blue ink is a signature: higher than a line, or mostly one sweeping stroke."""
    x, y = (strokes[:, 0] + strokes[:, 2]) / 2, (strokes[:, 1] + strokes[:, 3]) / 2
    inside = strokes[(x > area[0]) & (x < area[2]) & (y > area[1]) & (y < area[3])]
    wide = inside[inside[:, 3] - inside[:, 1] > _SWEEP_MM[1] * mm]
    longest = float((wide[:, 2] - wide[:, 0]).max(initial=0.0))
    return area[3] - area[1] > _SIGNED_MM * mm or longest > max(_SWEEP_MM[0] * mm, 0.5 * (area[2] - area[0]))


def _merged(boxes: Sequence[Box]) -> list[Box]:
    todo, done = list(boxes), list[Box]()
    while todo:
        at = todo.pop()
        touching = [b for b in (*todo, *done) if share(at, b) > 0 or share(b, at) > 0]
        if touching:
            todo = [b for b in todo if b not in touching] + [hull((at, *touching))]
            done = [b for b in done if b not in touching]
        else:
            done.append(at)
    return sorted(done, key=lambda b: b[1])


def _once(boxes: Sequence[Box]) -> list[Box]:
    """Boxes that lie mostly over one another as one."""
    done = list[Box]()
    for box in boxes:
        over = [d for d in done if share(box, d) > 0.5 or share(d, box) > 0.5]
        done = [*(d for d in done if d not in over), hull((box, *over))]
    return done


def _straight(stamp: Box, marks: Marks, mm: float) -> bool:
    """Whether a red stamp has lines of text, as the register's does: round seals and signatures have none."""
    width, height = stamp[2] - stamp[0], stamp[3] - stamp[1]
    red = marks.colours is not None and any(share(stamp, r) > 0.6 for r in marks.colours.red_areas)
    return red and width > 1.35 * height and height > 5 * mm


def _stamp_part(cleaned: Pixels, box: Box, mm: float) -> Pixels:
    """A red stamp in black on white, the page's print gone: the share of red beyond the other two channels. One of a single
    word (MẬT, KHẨN) without its frame, or the frame is all that is read."""
    x0, y0, x1, y1 = (max(0, round(v)) for v in box)
    red, green, blue = cv2.split(cleaned[y0:y1, x0:x1])
    colour = cv2.subtract(red, cv2.max(green, blue))
    peak = max(1.0, float(np.percentile(colour, 98)))
    ink = np.asarray(np.minimum(255, colour * (255 / peak)), np.uint8)
    return 255 - (_unframed(ink) if y1 - y0 <= _ONE_LINE_MM * mm else ink)


def _unframed(ink: Pixels) -> Pixels:
    """Without pieces as long as a side of the whole: a frame, at whatever slope, or a side of a broken one."""
    height, width = ink.shape
    labels, stats, _ = components(np.asarray(ink > _FRAME_INK, np.uint8))
    wide, high = stats[:, cv2.CC_STAT_WIDTH] > 0.7 * width, stats[:, cv2.CC_STAT_HEIGHT] > 0.85 * height
    chosen = wide | high
    chosen[0] = False
    rim = cv2.dilate(picked(labels, stats, chosen), np.ones((3, 3), np.uint8))
    return np.where(rim > 0, 0, ink).astype(np.uint8)


def _note(words: Sequence[RawWord]) -> str:
    """What a stamp says, if any of it is sure: of its figures the better half of a misreading helps a person who looks."""
    said = [w for w in words if w.confidence >= SURE and any(c.isalnum() for c in w.text)]
    return " ".join(w.text for w in said) if any(w.confidence >= _TOLD for w in said) else ""
