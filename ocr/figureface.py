"""What the figures of a table look like on this page, and how like them its ink is.

The mean picture of each digit and point, faded and blurred as the page is, from numbers that were read surely; those that no
sure number has are set in the face of office paper that is most like the others. Likeness is normalised cross-correlation
(J. P. Lewis, Fast Normalized Cross-Correlation, 1995), in which pixels of rules take no part.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from ocr import typeset
from ocr.frames import Pixels
from ocr.ruling import Mask, Rules
from workstation.domain.page import Box

Map = NDArray[np.float32]

DIGITS, POINTS = "0123456789", ".,/-"
FACES = (*typeset.FACES, typeset.ITALIC)
THOUSAND = 3
"""Digits behind a thousands' point."""
_LEAST, _FEW, _MOST = 5, 3, 60
"""Least numbers that figures are learnt from; least of one kind that say how wide a sign is; as many as teach no less than all of
a long list."""
_LOWEST = 3.0
"""Pixels that a number is high at least."""
_ROUNDS = 2
"""How often the pictures are made anew from where they fit best themselves."""
_BEARING, _ONES_BEARING = 0.06, 0.2
"""Paper on either side of a digit, and of a 1, of its width with it."""
RIM, HIGH = 0.1, 1.3
"""What a picture shows above a digit, and its height, in the digit's: a comma hangs."""
_OFF, _TALLER = 0.5, 0.1
"""By how much a number's width may differ from what its signs take up, in digits; and the height of one beside the table."""
JITTER, SHIFT = 2, 0.04
"""Pixels by which a sign may stand off its place (ink spreads, sheets bend), and what each of them costs."""
_SEEN = 0.5
"""Share of a picture that no rule may cover."""
_KNOWN, _ALIKE = 4, 0.7
"""Digits that tell a face, and their least likeness to its own."""
_BLUR, _INK = 0.8, 0.5
"""Pixels by which set figures are blurred, as scanned ones are; from which tone on they are ink."""


Taught = tuple[str, Box]
"""A sure number and where it stands."""
Place = tuple[str, float, float]
"""A sign, and where on the page its picture begins."""


@dataclass(frozen=True, slots=True)
class Face:
    """The figures of a table as this page shows them. ``digit``, ``point``: pixels from such a sign to the next; ``height``: of a
    digit; ``pictures``: by sign, mean 0, all of one height, digits and points each of one width."""

    digit: float
    point: float
    height: float
    pictures: Mapping[str, Map]

    def shows(self, text: str) -> bool:
        """Whether such signs are known; of point and comma one is enough."""
        return set(text.replace(",", ".")) <= set("".join(self.pictures).replace(",", "."))

    def spans(self, text: str, box: Box) -> bool:
        """Whether a number of so many signs is as long as a box."""
        return abs(box[2] - box[0] - width(text, self.digit, self.point)) < _OFF * self.digit

    def advance(self, sign: str) -> float:
        return self.digit if sign.isdigit() else self.point


@dataclass(frozen=True, slots=True)
class Sheet:
    """A prepared page, paper white, and where on it rules lie (255; none where no rule matters)."""

    page: Pixels
    ruled: Mask | None = None

    def part(self, box: Box) -> tuple["Part", int, int]:
        """What lies in a box, and where it begins."""
        x0, y0, x1, y1 = max(0, int(box[0])), max(0, int(box[1])), int(box[2]) + 1, int(box[3]) + 1
        ink = 255 - self.page[y0:y1, x0:x1].astype(np.float32)
        free = np.ones_like(ink) if self.ruled is None else (self.ruled[y0:y1, x0:x1] == 0).astype(np.float32)
        return Part(ink, free), x0, y0


@dataclass(frozen=True, slots=True)
class Part:
    """``ink``: 0 paper to 255; ``free``: 1 where no rule lies."""

    ink: Map
    free: Map

    def rows(self, first: int, end: int) -> "Part":
        return Part(self.ink[first:end], self.free[first:end])


def sheet(page: Pixels, rules: Rules) -> Sheet:
    """With the rim of its rules, which is neither ink nor paper."""
    return Sheet(page, np.asarray(cv2.dilate(rules.both, np.ones((3, 3), np.uint8)), np.uint8))


def learnt(on: Sheet, own: Sequence[Taught], more: Sequence[Taught] = (), *, worn: bool = True) -> Face | None:
    """The face of a table's sure numbers; none where they or their digits are too few. ``more``: numbers beside it, which count
    where digits are lacking, if they are as high and as wide. ``worn``: their boxes say only about where their signs stand."""
    own = [(text, box) for text, box in own if box[3] - box[1] >= _LOWEST]
    if len(own) < _LEAST:
        return None
    rounds = _ROUNDS if worn else 0
    face = _taught(on, own, _pitch(own), rounds)
    if not set(DIGITS) <= set(face.pictures):
        alike = [(t, b) for t, b in more if abs(b[3] - b[1] - face.height) < _TALLER * face.height]
        face = _taught(on, [*own, *alike], (face.digit, face.point), rounds) if alike else face
    return _completed(face)


def _taught(on: Sheet, numbers: Sequence[Taught], pitch: tuple[float, float], rounds: int) -> Face:
    height = float(np.median([b[3] - b[1] for _, b in numbers]))
    fitting = [(t, b) for t, b in numbers if abs(b[2] - b[0] - width(t, *pitch)) < _OFF * pitch[0]]
    taught = fitting[:: 1 + len(fitting) // _MOST]
    face = _face(on, *pitch, height, (place for t, b in taught for place in even(t, b, *pitch, height)))
    for _ in range(rounds):
        face = _face(on, *pitch, height, (place for t, b in taught for place in _fitted(on, face, t, b)))
    return face


def _pitch(taught: Sequence[Taught]) -> tuple[float, float]:
    """Pixels from a digit, and from a point, to the next sign. A point is half as wide, in a typewriter's face as wide."""
    digits = np.array([sum(c.isdigit() for c in t) for t, _ in taught], float)
    points = np.array([len(t) for t, _ in taught], float) - digits
    widths = np.array([b[2] - b[0] for _, b in taught])
    bearings = np.array([bearing(t[0]) + bearing(t[-1]) for t, _ in taught])
    bare = (points == 0) & (digits > 1)
    alone = np.count_nonzero(bare) >= _FEW
    each = widths / np.maximum(0.5, digits + 0.5 * points - bearings)
    digit = float(np.median(each[bare] if alone else each))
    pointed = points > 0
    if not alone or np.count_nonzero(pointed) < _FEW:
        return digit, 0.5 * digit
    point = float(np.median((widths - (digits - bearings) * digit)[pointed] / points[pointed]))
    return digit, min(max(point, 0.4 * digit), digit)


def bearing(sign: str) -> float:
    return _ONES_BEARING if sign == "1" else _BEARING


def width(text: str, digit: float, point: float) -> float:
    """Of a number's ink, if a digit and a point take so many pixels."""
    digits = sum(c.isdigit() for c in text)
    return (digits - bearing(text[0]) - bearing(text[-1])) * digit + (len(text) - digits) * point


def even(text: str, box: Box, digit: float, point: float, height: float) -> Iterator[Place]:
    """Signs with where their pictures begin if they share the word's width."""
    stretch = (box[2] - box[0]) / width(text, digit, point)
    x = box[0] - bearing(text[0]) * digit
    for sign in text:
        yield sign, x, box[1] - RIM * height
        x += (digit if sign.isdigit() else point) * stretch


def _face(on: Sheet, digit: float, point: float, height: float, places: Iterable[Place]) -> Face:
    """The mean picture of each sign at its places, each as dark as the others; none where a rule runs through."""
    seen: dict[str, list[Map]] = {}
    rows = round(HIGH * height) + 1
    for sign, x, y in places:
        width = max(3, round(digit if sign.isdigit() else point))
        left, top = max(0, round(x)), max(0, round(y))
        part, _, _ = on.part((left, top, left + width - 1, top + rows - 1))
        ink = part.ink
        if ink.shape == (rows, width) and part.free.all():
            seen.setdefault(sign, []).append((ink - ink.mean()) / (ink.std() + 8))
    # one stroke among many numbers is a misread point
    pictures = {sign: np.stack(some).mean(axis=0) for sign, some in seen.items() if sign in DIGITS or len(some) >= _FEW}
    return Face(digit, point, height, {sign: p - p.mean() for sign, p in pictures.items()})


def _fitted(on: Sheet, face: Face, text: str, box: Box) -> list[Place]:
    """Signs of a known number with where their pictures begin if each lies where it fits best."""
    if not set(text) <= set(face.pictures):
        return []
    around, above = 0.35 * face.digit, RIM * face.height + 3
    part, x0, y0 = on.part((box[0] - around, box[1] - above, box[2] + around, box[1] + HIGH * face.height + 3))
    maps = likenesses(part, face.pictures)
    if not maps:
        return []
    rows = [maps[sign] for sign in text]
    xs = chain([r.max(axis=0) for r in rows], [face.advance(sign) for sign in text])
    return [(sign, x0 + x, y0 + int(r[:, x].argmax())) for sign, x, r in zip(text, xs, rows, strict=True)]


def _completed(face: Face) -> Face | None:
    """With the digits that no sure number has, set in the face that the others are most like; none where they are like none."""
    known = [d for d in DIGITS if d in face.pictures]
    if len(known) == len(DIGITS) or len(known) < _KNOWN:
        return face if len(known) == len(DIGITS) else None
    offs = [(dx, dy) for dx in range(-JITTER, JITTER + 1) for dy in range(-JITTER, JITTER + 1)]
    ways = (_set(face, name, off) for name in FACES for off in offs)
    like, best = max(((_mean_likeness(face, pictures, known), pictures) for pictures in ways), key=lambda way: way[0])
    return replace(face, pictures=best | dict(face.pictures)) if like >= _ALIKE else None


def _set(face: Face, name: str, off: tuple[int, int]) -> dict[str, Map]:
    """The digits of a face of office paper as large as a table's, ``off`` pixels from where they are thought to stand."""
    rows, width = next(p.shape for sign, p in face.pictures.items() if sign in DIGITS)
    em, foot = face.digit / typeset.advance("0", name, 1.0), face.height * (1 + RIM)
    return {digit: _drawn(digit, name, em, (rows, width), (off[0], off[1] + foot)) for digit in DIGITS}


def _drawn(sign: str, name: str, em: float, shape: tuple[int, int], at: tuple[float, float]) -> Map:
    """The picture of a set sign, as sharp as scanned ones. ``shape``: rows and columns; ``at``: where its pen begins, x and y."""
    drawn = typeset.scaled(sign, name, em, once=True)
    move = np.array([[1, 0, at[0] - drawn.left], [0, 1, at[1] - drawn.base]], np.float32)
    ink = cv2.GaussianBlur(cv2.warpAffine(drawn.ink, move, shape[::-1]), (0, 0), _BLUR)
    return np.asarray((ink - ink.mean()) / max(1e-6, float(ink.std())), np.float32)


@lru_cache(maxsize=256)
def set_face(name: str, em: float) -> Face:
    """The figures of a face of office paper. ``em``: its size, pixels."""
    digit, point = typeset.advance("0", name, em), typeset.advance(".", name, em)
    seven = typeset.scaled("7", name, em, once=True)
    height = float(seven.base - np.flatnonzero(seven.ink.max(axis=1) > _INK)[0])
    rows, foot = round(HIGH * height) + 1, height * (1 + RIM)
    widths = {sign: max(3, round(digit if sign in DIGITS else point)) for sign in DIGITS + POINTS}
    pictures = {
        sign: _drawn(sign, name, em, (rows, width), ((width - typeset.advance(sign, name, em)) / 2, foot))
        for sign, width in widths.items()
    }
    return Face(digit, point, height, pictures)


def _mean_likeness(face: Face, pictures: Mapping[str, Map], known: Sequence[str]) -> float:
    pairs = [(face.pictures[d].ravel(), pictures[d].ravel()) for d in known]
    return float(np.mean([a @ b / max(1e-6, float(np.linalg.norm(a) * np.linalg.norm(b))) for a, b in pairs]))


# --- how like them ink is


def nearby(on: Sheet, pictures: Mapping[str, Map], places: Sequence[Place]) -> Map:
    """Places × pictures: how like each picture, all of one size, is the ink at a place or a pixel from it. Rules are ink, and
    beyond the page nothing is like anything."""
    rows, wide = next(iter(pictures.values())).shape
    offs = [(dx, dy) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
    high, across = on.page.shape[0] - rows, on.page.shape[1] - wide
    if not places or high < 0 or across < 0:
        return np.full((len(places), len(pictures)), -1, np.float32)
    x = np.array([[round(px) + dx for dx, _ in offs] for _, px, _ in places])
    y = np.array([[round(py) + dy for _, dy in offs] for _, _, py in places])
    seen = sliding_window_view(on.page, (rows, wide))[y.clip(0, high), x.clip(0, across)]
    ink = 255 - seen.reshape(-1, rows * wide).astype(np.float32)
    against = np.stack([p.ravel() / max(1e-6, float(np.linalg.norm(p))) for p in pictures.values()])
    spread = np.sqrt(np.maximum(np.einsum("ij,ij->i", ink, ink) - ink.sum(axis=1) ** 2 / ink.shape[1], 1))
    like: Map = (ink @ against.T / spread[:, None]).reshape(len(places), len(offs), len(pictures))  # a picture's mean is 0
    like[(x < 0) | (y < 0) | (x > across) | (y > high)] = -1
    return np.asarray(like.max(axis=1), np.float32)


def likenesses(part: Part, pictures: Mapping[str, Map]) -> dict[str, Map]:
    """Of each picture how like it is the ink (-1 to 1) by where its left upper corner lies, rules left out; nothing if the part
    is too small for one."""
    out: dict[str, Map] = {}
    ink, bare = part.ink * part.free, bool(part.free.all())
    sums: dict[tuple[int, ...], tuple[Map, Map, Map]] = {}
    for sign, picture in pictures.items():
        high, wide = picture.shape
        if ink.shape[0] < high or ink.shape[1] < wide:
            return {}
        if picture.shape not in sums:
            ones = np.ones(picture.shape, np.float32)
            sums[picture.shape] = np.maximum(_sum(part.free, ones), 1), _sum(ink, ones), _sum(ink * ink, ones)
        count, once, twice = sums[picture.shape]
        # of the picture what lies on free pixels; its mean is 0
        first = np.float32(0) if bare else _sum(part.free, picture)
        second = np.float32((picture * picture).sum()) if bare else _sum(part.free, picture * picture)
        spread = np.maximum(twice - once * once / count, 1) * np.maximum(second - first * first / count, 1e-3)
        like = (_sum(ink, picture) - once * first / count) / np.sqrt(spread)
        like[count < _SEEN * picture.size] = -1
        out[sign] = np.full((len(like), ink.shape[1]), -1, np.float32)
        out[sign][:, : like.shape[1]] = like
    return out


def _sum(pixels: Map, picture: Map) -> Map:
    return np.asarray(cv2.matchTemplate(pixels, picture, cv2.TM_CCORR), np.float32)


def chain(rows: Sequence[Map], advances: Sequence[float]) -> list[int]:
    """Where signs begin that follow each other at their distances, give or take a few pixels, and are likest together. ``rows``:
    of each sign its likeness by column."""
    best, back = rows[0].astype(float), list[NDArray[np.intp]]()
    at = np.arange(len(best))
    for row, advance in zip(rows[1:], advances, strict=False):
        chosen, came = np.full(len(best), -9.0), np.zeros(len(best), np.intp)
        for off in range(-JITTER, JITTER + 1):
            source = at - round(advance) - off
            value = np.where((source >= 0) & (source < len(best)), best[source.clip(0, len(best) - 1)], -9.0) - SHIFT * abs(off)
            came = np.where(value > chosen, source, came)
            chosen = np.maximum(value, chosen)
        best = row + chosen
        back.append(came)
    xs = [int(best.argmax())]
    for came in reversed(back):
        xs.append(int(came[xs[-1]]))
    return xs[::-1]
