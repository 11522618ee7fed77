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


def test_values_that_arrive_are_taken_as_far_as_one_is_asked_for() -> None:
    taken: list[int] = []

    def coming() -> Iterator[int]:
        for n in range(6):
            taken.append(n)
            yield n * 10

    kept = Shelf().arriving(coming())
    assert taken == []
    assert kept[2] == 20 and taken == [0, 1, 2]
    assert kept[0] == 0 and next(iter(kept)) == 0 and taken == [0, 1, 2]
    assert len(kept) == 6 and list(kept) == [0, 10, 20, 30, 40, 50] and taken == list(range(6))
    with pytest.raises(IndexError):
        kept[6]


def test_whoever_asks_for_the_end_waits_for_all_that_arrive() -> None:
    assert Shelf().arriving(range(3))[-1] == 2
    assert list(Shelf().arriving(range(3))[1:]) == [1, 2]
    assert list(Shelf().arriving(range(3))) == [0, 1, 2]


def test_what_went_wrong_on_the_way_is_told_to_who_asks() -> None:
    def coming() -> Iterator[int]:
        yield 1
        raise WorkstationError("F06")

    kept = Shelf().arriving(coming())
    assert kept[0] == 1
    with pytest.raises(WorkstationError, match="F06"):
        kept[1]


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_named(code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Shelf()

    def full(*_: Any) -> None:
        raise OSError(code, "full")

    monkeypatch.setattr("workstation.domain.shelf.pickle.dump", full)
    with pytest.raises(WorkstationError, match="M01"):
        shelf.keep([1])
