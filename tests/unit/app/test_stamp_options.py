"""The options of ``workstation sign`` for stamps."""

from pathlib import Path

import pytest

from workstation.app.stamp_options import stamp_wish
from workstation.domain.errors import WorkstationError
from workstation.domain.signing import Anchor, StampWish


def test_options_become_a_wish(tmp_path: Path) -> None:
    assert stamp_wish(None, "", "", "", "") == StampWish()
    wish = stamp_wish(tmp_path / "a.png", "3:110,180.5,160,210", "-2.5,4", "05/QĐ-UBND", "SAO Y")
    assert wish == StampWish(tmp_path / "a.png", Anchor(2, (110, 180.5, 160, 210)), (-2.5, 4), "05/QĐ-UBND", "SAO Y")


@pytest.mark.parametrize(
    "at", ["1", "0:1,2,3,4", "1:1,2,3", "1:1,2,3,4,5", "a:1,2,3,4", "1:1,2,3,nan", "1:1,2,3,1e9", " 1:1,2,3,4"]
)
def test_a_place_that_is_none(at: str) -> None:
    with pytest.raises(WorkstationError, match=r"U01.*--at PAGE"):
        stamp_wish(None, at, "", "", "")


@pytest.mark.parametrize("move", ["1", "1,2,3", "a,b", "inf,0", "1;2"])
def test_a_move_that_is_none(move: str) -> None:
    with pytest.raises(WorkstationError, match=r"U01.*--move"):
        stamp_wish(None, "", move, "", "")
