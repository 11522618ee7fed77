"""The ledger of authorised signers: written once, ended once, on both databases."""

from datetime import date
from threading import Barrier, Thread

import pytest

from tests.unit.store.samples import T0, event
from workstation.domain.authority import Authority
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import AuthorityId, UserName, new_id
from workstation.store.database import Store


def entry(first: date = date(2026, 1, 1)) -> Authority:
    return Authority(
        AuthorityId(new_id()), "12/QĐ-UBND", "TUQ", "Chủ tịch Ủy ban nhân dân phường", UserName("nguoiky1"), "ab" * 32,
        ("QD", "TB"), first, date(2026, 12, 31), T0, UserName("canbo1"), procedures=("1.005129", "2.000815"),
    )  # fmt: skip


def listed(store: Store) -> tuple[Authority, ...]:
    with store.read_factory() as uow:
        return uow.signers.list()


def test_an_entry_comes_back_as_it_went_in_and_in_the_order_of_its_days(store: Store) -> None:
    later, first = entry(date(2026, 3, 1)), entry()
    with store.uow_factory() as uow:
        uow.signers.add(later)
        uow.signers.add(first)
        uow.commit()
    assert listed(store) == (first, later)


def test_nothing_is_kept_without_the_commit_that_keeps_its_audit_line(store: Store) -> None:
    with store.uow_factory() as uow:
        uow.signers.add(entry())
        uow.audit.append(event("x"))
    with store.read_factory() as uow:
        assert uow.signers.list() == () and uow.audit.events() == ()


def test_an_entry_ends_once_and_an_unknown_one_never(store: Store) -> None:
    made = entry()
    with store.uow_factory() as uow:
        uow.signers.add(made)
        uow.signers.end(made.id, date(2026, 6, 1), True)
        uow.commit()
    (kept,) = listed(store)
    assert (kept.ended, kept.revoked) == (date(2026, 6, 1), True)
    with store.uow_factory() as uow, pytest.raises(WorkstationError, match="C32"):
        uow.signers.end(made.id, date(2026, 9, 1), False)
    with store.uow_factory() as uow, pytest.raises(KeyError):
        uow.signers.end(AuthorityId(new_id()), date(2026, 9, 1), False)
    assert listed(store) == (kept,)


def test_of_two_stations_that_end_it_at_once_one_is_told(store: Store) -> None:
    made = entry()
    with store.uow_factory() as uow:
        uow.signers.add(made)
        uow.commit()
    start, told = Barrier(2), []

    def end(month: int) -> None:
        start.wait()
        try:
            with store.uow_factory() as uow:
                uow.signers.end(made.id, date(2026, month, 1), False)
                uow.commit()
            told.append("")
        except WorkstationError as e:
            told.append(e.code)

    stations = [Thread(target=end, args=(month,)) for month in (6, 7)]
    for station in stations:
        station.start()
    for station in stations:
        station.join()
    assert sorted(told) == ["", "C32"]
