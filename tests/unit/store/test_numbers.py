"""The numbers of issued documents: nobody else's in their year and with their symbol, on both databases."""

from threading import Barrier, Thread

import pytest

from workstation.domain.errors import WorkstationError
from workstation.domain.ids import DocumentId, new_id
from workstation.domain.issue import GivenNumber
from workstation.store.database import Store


def given(number: int, year: int = 2026, notation: str = "QĐ-UBND") -> GivenNumber:
    return GivenNumber(DocumentId(new_id()), year, notation, number)


def add(store: Store, *numbers: GivenNumber) -> None:
    with store.uow_factory() as uow:
        for one in numbers:
            uow.numbers.add(one)
        uow.commit()


def test_a_number_is_one_documents_in_its_series(store: Store) -> None:
    first = given(5)
    add(store, first, given(5, 2027), given(5, notation="TB-UBND"), given(41))
    with pytest.raises(WorkstationError) as taken:
        add(store, given(5))
    assert taken.value.code == "C38" and taken.value.params == {"number": "05", "notation": "QĐ-UBND", "year": "2026"}
    with store.read_factory() as uow:
        assert uow.numbers.of(first.document) == first and uow.numbers.of(DocumentId("none")) is None
        series = ((2026, "QĐ-UBND"), (2027, "QĐ-UBND"), (2026, "TB-UBND"), (2028, "QĐ-UBND"))
        assert [uow.numbers.last(*one) for one in series] == [41, 5, 5, 0]


def test_a_document_has_one_number(store: Store) -> None:
    first = given(5)
    add(store, first)
    with pytest.raises(WorkstationError, match="C38"):
        add(store, GivenNumber(first.document, 2026, "QĐ-UBND", 6))
    with store.read_factory() as uow:
        assert uow.numbers.of(first.document) == first


def test_what_is_not_committed_takes_no_number(store: Store) -> None:
    with store.uow_factory() as uow:
        uow.numbers.add(given(5))
    add(store, given(5))


def test_of_two_stations_that_give_one_number_at_once_one_is_told(store: Store) -> None:
    start, told = Barrier(2), []

    def station() -> None:
        start.wait()
        try:
            add(store, given(7))
            told.append("")
        except WorkstationError as e:
            told.append(e.code)

    stations = [Thread(target=station) for _ in range(2)]
    for one in stations:
        one.start()
    for one in stations:
        one.join()
    assert sorted(told) == ["", "C38"]
