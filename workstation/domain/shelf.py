"""Values on disk that memory has no room for: what is known of each of thousands of pages and documents."""

import pickle
import tempfile
import weakref
from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Generic, TypeVar, overload

from workstation.domain.durable import DISK_FULL
from workstation.domain.errors import WorkstationError

T = TypeVar("T")


class Shelf:
    """One file without a name, readable by nobody else and gone with the last value taken from it, however the program ends.

    For one thread. M01 when the disk is full; any other ``OSError`` as it is.
    """

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as what is on it
        weakref.finalize(self, self._file.close)

    def keep(self, values: Iterable[T]) -> Sequence[T]:
        """The values, each read from disk whenever it is looked at: eight bytes of memory each."""
        kept = self.arriving(values)
        len(kept)
        return kept

    def arriving(self, values: Iterable[T]) -> Sequence[T]:
        """``keep`` of values that come one by one: taken as far as one is asked for; how many there are, all."""
        return _Kept(self, iter(values), array("Q"))

    def _put(self, value: object) -> int:
        try:
            place = self._file.seek(0, 2)
            pickle.dump(value, self._file)
            self._file.flush()  # else a full disk is told to whoever reads next
        except OSError as e:
            if e.errno in DISK_FULL:
                raise WorkstationError("M01") from e
            raise
        return place

    def _at(self, place: int) -> object:
        self._file.seek(place)
        return pickle.load(self._file)  # noqa: S301 - our own file, which no other process can open


class _Kept(Sequence[T], Generic[T]):
    def __init__(self, shelf: Shelf, coming: Iterator[T], places: "array[int]") -> None:
        self._shelf, self._coming, self._places = shelf, coming, places

    def __len__(self) -> int:
        self._take(None)
        return len(self._places)

    def _take(self, count: int | None) -> None:
        """So many more; None: all."""
        for value in islice(self._coming, count):
            self._places.append(self._shelf._put(value))

    @overload
    def __getitem__(self, at: int) -> T: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[T]: ...
    def __getitem__(self, at: int | slice) -> T | Sequence[T]:
        if isinstance(at, slice):
            self._take(None)
            return _Kept(self._shelf, iter(()), self._places[at])
        self._take(None if at < 0 else max(0, at + 1 - len(self._places)))
        return self._shelf._at(self._places[at])  # type: ignore[return-value]  # what ``keep`` put there
