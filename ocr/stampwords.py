"""What a stamp in black or grey says: taken out of the page's text and kept with the stamp as a note.

An arrival stamp (Decree 30/2020, annex IV) lies over whatever print was there. A line that ends within its frame
is the stamp's if it says what such a stamp says, or leans as the frame does; the last words of a paragraph may end there too,
so others stay where they are.
"""

import re
from collections.abc import Iterator, Sequence

from ocr.lines import RawWord, Segment, segments
from ocr.stampframes import Frame
from workstation.domain.folding import unmarked
from workstation.domain.page import Box

_TITLE = re.compile(r"\W*(cong van )?den\W*")
_SAYS = (
    _TITLE,
    re.compile(r"\W*so\W{0,3}(\w{0,4}\d\w{0,4})?\W*"),
    re.compile(r"\W*(ngay|gio)\W*[\dilos/.,\- ]{0,10}\W*"),
    re.compile(r"\W*(chuyen|so va ky hieu hs)\b\W*(:.{0,30})?"),
)
"""Its lines, as they are printed and then filled in: arrived, number, day, passed on to."""
_OUT_MM = 1.5
"""How far a line may reach over its frame: the box around words that lean."""
_LONG_MM = 15.0
"""Length from which a line's lean can be measured."""


def parted(words: Sequence[RawWord], frames: Sequence[Frame], mm: float) -> tuple[tuple[RawWord, ...], dict[Box, str]]:
    """The page's own words, and what each stamp says. No stamp that says nothing: its frame may be another's."""
    left, said = list(words), dict[Box, str]()
    for frame in frames:
        inside = list(_inside(left, frame.box, _OUT_MM * mm))
        own = [s for s in inside if _speaks(s)]
        if own:
            own += [s for s in inside if s not in own and (_leans(s, frame.lean, mm) or not _letters(s))]
            lines = sorted((s for s in own if _letters(s)), key=lambda s: s.middle)
            said[frame.box] = " ".join(s.text for s in lines)
            gone = {w for s in own for w in s.words}
            left = [w for w in left if w not in gone]
    return tuple(left), said


def _inside(words: Sequence[RawWord], frame: Box, out: float) -> Iterator[Segment]:
    """Lines that end within the frame; of one that goes on beyond it the stamp's large title alone, to which it was joined."""
    for line in segments(words):
        if _within(line.box, frame, out):
            yield line
        else:
            titles = (w for w in line.words if w.text.isupper() and _TITLE.fullmatch(unmarked(w.text)))
            yield from (Segment((w,), w.box) for w in titles if _within(w.box, frame, out))


def _letters(line: Segment) -> bool:
    return any(c.isalnum() for c in line.text)


def _speaks(line: Segment) -> bool:
    return any(form.fullmatch(unmarked(line.text)) for form in _SAYS)


def _within(part: Box, whole: Box, out: float) -> bool:
    return part[0] > whole[0] - out and part[1] > whole[1] - out and part[2] < whole[2] + out and part[3] < whole[3] + out


def _leans(line: Segment, lean: float, mm: float) -> bool:
    """Whether the slope of a long line in capitals is nearer to the frame's than to the page's."""
    first, last = line.words[0].box, line.words[-1].box
    away = (last[0] + last[2] - first[0] - first[2]) / 2
    slope = (last[3] - first[3]) / max(1.0, away)
    return line.text.isupper() and away > _LONG_MM * mm and abs(slope - lean) < abs(slope)
