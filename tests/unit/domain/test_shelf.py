"""What lies on a shelf is what was put there, in its order, whoever else puts something there meanwhile."""

import errno
from collections.abc import Iterator
from typing import Any

import pytest

from workstation.domain.errors import WorkstationError
from workstation.domain.shelf import Shelf


def test_values_come_back_by_place_slice_and_from_the_end() -> None:
    kept = Shelf().keep({"n": n} for n in range(5))
    assert len(kept) == 5 and list(kept) == [{"n": n} for n in range(5)]
    assert kept[-1] == {"n": 4} and list(kept[1:4:2]) == [{"n": 1}, {"n": 3}]
    assert next(reversed(kept)) == {"n": 4}
    with pytest.raises(IndexError):
        kept[5]
    assert not Shelf().keep(())


def test_one_may_be_read_while_another_is_laid_down() -> None:
    shelf = Shelf()
    first = shelf.keep(range(100))

    def both() -> Iterator[int]:
        for n in first:
            assert shelf.keep([n])[0] == n
            yield n * 2

    assert list(shelf.keep(both())) == [n * 2 for n in range(100)] and list(first) == list(range(100))


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_named(code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Shelf()

    def full(*_: Any) -> None:
        raise OSError(code, "full")

    monkeypatch.setattr("workstation.domain.shelf.pickle.dump", full)
    with pytest.raises(WorkstationError, match="M01"):
        shelf.keep([1])
