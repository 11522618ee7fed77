"""Values on disk that memory has no room for: what is known of each of thousands of pages and documents."""

import pickle
import tempfile
import weakref
from array import array
from collections.abc import Iterable, Sequence
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
        return _Kept(self, array("Q", (self._put(value) for value in values)))

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
    def __init__(self, shelf: Shelf, places: "array[int]") -> None:
        self._shelf, self._places = shelf, places

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, at: int) -> T: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[T]: ...
    def __getitem__(self, at: int | slice) -> T | Sequence[T]:
        if isinstance(at, slice):
            return _Kept(self._shelf, self._places[at])
        return self._shelf._at(self._places[at])  # type: ignore[return-value]  # what ``keep`` put there
