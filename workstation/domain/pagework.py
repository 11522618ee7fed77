"""What is asked of a page beyond what the program sees by itself: its work, steps of a recipe whose rest is found on the page.

Geometry stands in the order in which it was asked, each step on the page as the one before left it; what changes tones comes
after it, in one fixed order. So whatever was asked first, the same wishes make the same page.
"""

import hashlib
import math
from dataclasses import replace

from workstation.domain.page import AFFINE, Box, Recipe, Transform
from workstation.domain.projection import corners_of, is_sheet

Corners = tuple[tuple[float, float], tuple[float, float], tuple[float, float], tuple[float, float]]
"""Of a sheet on a page, clockwise from its top left, in pixels of the page as the steps before left it."""

CLERK, PROFILE = "clerk", "profile"
"""Reasons of steps that were asked for."""
LEFT, RIGHT = 0.0, 1.0
MAX_SLOPE_DEG = 45.0
TONES = ("borders", "flatten", "bleed_through", "despeckle")
"""Steps on tones, in the order in which they are done: each counts on the ones before."""
_VERSIONS = {
    "rotate": 1, "deskew": 1, "crop": 1, "perspective": 1, "spread": 1, "dewarp": 1, "as_scanned": 1, "borders": 1, "flatten": 1,
    "bleed_through": 1, "despeckle": 1,
}  # fmt: skip
_WHOLE = frozenset({"rotate", "deskew"})
"""Steps of which two are one."""
_PLACED = frozenset({"deskew", "crop", "perspective"})
"""Steps with places or slopes of the very page that they were asked on."""


TOGGLES = ("as_scanned", "dewarp", *TONES)
"""Steps that need no more than their name: a profile may ask them of every page too."""


def for_all(names: tuple[str, ...]) -> Recipe:
    """What a profile asks of each page. KeyError for what is none of ``TOGGLES``."""
    if unknown := set(names) - set(TOGGLES):
        raise KeyError(*sorted(unknown))
    return arranged(tuple(Transform(name, _VERSIONS[name], (), PROFILE) for name in names))


def asked(name: str, **params: float) -> Transform:
    """A step as a clerk asks for it."""
    return Transform(name, _VERSIONS[name], tuple((key, float(value)) for key, value in params.items()), CLERK)


def is_work(work: Recipe) -> bool:
    """Whether these are steps that can be asked for, each with what it needs and of the version that this program knows."""
    return all(t.version == _VERSIONS.get(t.name) and _is_step(t) for t in work)


def _is_step(t: Transform) -> bool:
    values = dict(t.params)
    if not all(math.isfinite(value) for value in values.values()):
        return False
    try:
        if t.name == "rotate":
            return values["degrees"] in (90, 180, 270)
        if t.name == "deskew":
            return abs(values["degrees"]) <= MAX_SLOPE_DEG
        if t.name == "crop":
            return values["x0"] < values["x1"] and values["y0"] < values["y1"]
        if t.name == "spread":
            return values["side"] in (LEFT, RIGHT)
        return t.name != "perspective" or is_sheet(corners_of(t))
    except KeyError:
        return False


def work_key(work: Recipe) -> str:
    """Names what was asked in the names of derived files. A lone turn is named by its degrees."""
    if not work:
        return "0"
    if len(work) == 1 and work[0].name == "rotate":
        return str(int(work[0]["degrees"]))
    steps = [(t.name, t.version, [(key, float(value)) for key, value in t.params]) for t in work]
    return hashlib.sha256(repr(steps).encode()).hexdigest()[:16]


def made_anew(recipe: Recipe) -> bool:
    """Whether the page is more than its scan drawn through an affine map: then its own pixels are published."""
    return any(t.name not in AFFINE for t in recipe)


def geometry(work: Recipe) -> Recipe:
    return tuple(t for t in work if t.name not in TONES)


def tones(work: Recipe) -> Recipe:
    """In the order in which they are done."""
    return tuple(sorted((t for t in work if t.name in TONES), key=lambda t: TONES.index(t.name)))


def arranged(work: Recipe) -> Recipe:
    """In order, and turns and slopes that follow each other as one: what stood between them may have been taken off."""
    found: list[Transform] = []
    for t in geometry(work):
        if found and found[-1].name == t.name in _WHOLE:
            t = replace(t, params=(("degrees", _degrees(t.name, found.pop()["degrees"] + t["degrees"])),))
        if t.name not in _WHOLE or t["degrees"]:
            found.append(t)
    return (*found, *tones(work))


def turned(work: Recipe, degrees: int) -> Recipe:
    """Turned further by quarters, clockwise."""
    return arranged((*work, asked("rotate", degrees=_degrees("rotate", degrees))))


def straightened(work: Recipe, degrees: float) -> Recipe:
    """Turned back further by a slope, clockwise positive."""
    return arranged((*work, asked("deskew", degrees=_degrees("deskew", degrees))))


def _degrees(name: str, degrees: float) -> float:
    return round(degrees % 360 if name == "rotate" else degrees, 3)


def cropped(work: Recipe, box: Box | None) -> Recipe:
    """Cut to a box of the page as it is; None: no longer cut. A cut page that is cut again is cut once."""
    rest = geometry(work)
    last = rest[-1] if rest and rest[-1].name == "crop" else None
    if box is None:
        at = max((i for i, t in enumerate(rest) if t.name == "crop" and i >= _begin(rest)), default=None)
        return work if at is None else _without(work, at)
    x0, y0, x1, y1 = box
    if last is not None:
        rest = rest[:-1]
        x0, x1, y0, y1 = x0 + last["x0"], x1 + last["x0"], y0 + last["y0"], y1 + last["y0"]
    return arranged((*rest, asked("crop", x0=x0, y0=y0, x1=x1, y1=y1), *tones(work)))


def rectified(work: Recipe, corners: Corners | None) -> Recipe:
    """The sheet between ``corners`` laid out as a rectangle; None: no longer."""
    if corners is None:
        at = max((i for i, t in enumerate(work) if t.name == "perspective" and i >= _begin(work)), default=None)
        return work if at is None else _without(work, at)
    flat = {f"{axis}{i}": value for i, corner in enumerate(corners) for axis, value in zip("xy", corner, strict=True)}
    return arranged((*work, asked("perspective", **flat)))


def toggled(work: Recipe, name: str) -> Recipe:
    """With a step that has no places of its own, or without it if it is there. What was placed on the page that it made goes
    with it."""
    at = next((i for i, t in enumerate(work) if t.name == name and (i >= _begin(work) or name in TONES)), None)
    if at is not None:
        return _without(work, at)
    if name != "as_scanned":
        return arranged((*work, asked(name)))
    begin = _begin(work)
    kept = tuple(t for t in work[begin:] if t.name not in _PLACED)
    return arranged((*work[:begin], asked(name), *kept))


def halves(work: Recipe) -> tuple[Recipe, Recipe]:
    """Of the left and of the right page of a spread."""
    return arranged((*work, asked("spread", side=LEFT))), arranged((*work, asked("spread", side=RIGHT)))


def half_of(work: Recipe) -> Recipe | None:
    """The spread that a half was split from, with the tones that were asked of the half; None for what is no half."""
    begin = _begin(work)
    return arranged((*work[: begin - 1], *tones(work))) if begin else None


def split_at(work: Recipe) -> Recipe | None:
    """The geometry of the sheet that a half was split from: what both halves have in common; None for what is no half."""
    begin = _begin(work)
    return work[: begin - 1] if begin else None


def _begin(work: Recipe) -> int:
    """Where the steps on this very page begin: after the last split, since what came before is the other half's too."""
    return max((i + 1 for i, t in enumerate(work) if t.name == "spread"), default=0)


def _without(work: Recipe, at: int) -> Recipe:
    """Without a step, and without what was placed on the page that it left."""
    placed = work[at].name not in TONES and work[at].name != "rotate"
    after = tuple(t for t in work[at + 1 :] if not (placed and t.name in _PLACED))
    return arranged((*work[:at], *after))


def without(work: Recipe, step: Transform) -> Recipe:
    """One step less, and what was placed on the page that it left; the same if it was not asked for."""
    return _without(work, work.index(step)) if step in work else work
