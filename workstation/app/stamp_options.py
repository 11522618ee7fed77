"""The options of ``workstation sign`` that say what a stamp shows and where it stands."""

import re
from pathlib import Path

from workstation.domain.errors import WorkstationError
from workstation.domain.signing import Anchor, StampWish

_NUMBER = r"(-?[0-9]{1,4}(?:\.[0-9]{1,3})?)"
_AT = re.compile(r"([0-9]{1,5}):" + ",".join([_NUMBER] * 4))
_MOVE = re.compile(f"{_NUMBER},{_NUMBER}")


def stamp_wish(image: Path | None, at: str, move: str, number: str, copy: str) -> StampWish:
    """Raises U01, naming the option that is not understood."""
    return StampWish(
        image=image.absolute() if image else None,
        anchor=_anchor(at) if at else None,
        move_mm=_move(move) if move else (0.0, 0.0),
        number=number,
        copy=copy,
    )


def _anchor(text: str) -> Anchor:
    found = _AT.fullmatch(text)
    if found is None or int(found[1]) < 1:
        raise WorkstationError("U01", detail="--at PAGE:X0,Y0,X1,Y1")
    x0, y0, x1, y1 = (float(value) for value in found.groups()[1:])
    return Anchor(int(found[1]) - 1, (x0, y0, x1, y1))


def _move(text: str) -> tuple[float, float]:
    found = _MOVE.fullmatch(text)
    if found is None:
        raise WorkstationError("U01", detail="--move RIGHT,DOWN")
    return float(found[1]), float(found[2])
