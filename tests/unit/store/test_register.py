"""The book of copies on both databases: numbers without gap or double, also between threads and processes; fixed lines."""

import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from threading import Barrier, Thread

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.store.samples import entry, sha
from workstation.domain.attestation import Attestation
from workstation.domain.copies import Entry, EntryState
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import EntryId, Sha256, UserName, new_id
from workstation.domain.signature import SealedPdf
from workstation.store.database import Store

SEALED = SealedPdf(Sha256(sha("sealed")), 1200, sha("published"), "Ủy ban nhân dân", "2026-11-21T02:00:00Z", "B")


def listed(store: Store) -> tuple[Entry, ...]:
    with store.read_factory() as uow:
        return uow.register.list()


def take(store: Store, *, commit: bool = True, year: int = 2026, book: str = "sao") -> int:
    with store.uow_factory() as uow:
        number = uow.register.next_number(book, year)
        uow.register.add(entry(number, year, book=book))
        if commit:
            uow.commit()
    return number


WORDS = Attestation(
    "Chứng thực", date(2020, 4, 8), "CHỨNG THỰC", ("Số 1", "ngày 21"), ("Cơ quan", "Người"), UserName("nguoiky1"), "CHỦ TỊCH",
    "ab" * 32, ("x",),
)  # fmt: skip


@pytest.mark.parametrize("words", [None, WORDS], ids=["copy", "certified"])
def test_a_line_comes_back_as_it_went_in(store: Store, words: Attestation | None) -> None:
    made = replace(entry(), attestation=words)
    with store.uow_factory() as uow:
        uow.register.add(made)
        uow.commit()
    assert listed(store) == (made,)
    with store.read_factory() as uow:
        assert uow.register.get(made.id) == made and uow.register.by_request(made.request) == (made,)
        assert uow.register.last_day("sao") == made.day and uow.register.last_day("khac") is None
        with pytest.raises(KeyError):
            uow.register.get(EntryId(new_id()))


def test_each_book_and_year_begins_with_1(store: Store) -> None:
    taken = [take(store), take(store), take(store, year=2027), take(store, book="khac"), take(store)]
    assert taken == [1, 2, 1, 1, 3]
    with store.read_factory() as uow:
        assert [e.number for e in uow.register.list(2026) if e.book == "sao"] == [1, 2, 3]
        assert [e.number for e in uow.register.list(2027)] == [1]
        assert uow.register.last_day("sao") == date(2027, 11, 21)


@given(commits=st.lists(st.booleans(), max_size=12))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_not_committed_gives_its_number_back(store: Store, commits: list[bool]) -> None:
    before = len(listed(store))
    for commit in commits:
        take(store, commit=commit)
    assert [e.number for e in listed(store)] == list(range(1, before + sum(commits) + 1))


def test_a_number_is_taken_once(store: Store) -> None:
    take(store)
    with store.uow_factory() as uow, pytest.raises(WorkstationError, match="K04"):
        uow.register.add(entry(1))


def test_threads_get_consecutive_numbers_also_when_some_fail(store: Store) -> None:
    start, taken = Barrier(6), []

    def work(fails: bool) -> None:
        start.wait()
        for n in range(5):
            number = take(store, commit=not (fails and n % 2))
            taken.extend([] if fails and n % 2 else [number])

    threads = [Thread(target=work, args=(n % 2 == 1,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == list(range(1, 25)) == [e.number for e in listed(store)]


def test_processes_get_consecutive_numbers_and_a_killed_one_leaves_no_gap(store: Store, address: str) -> None:
    command = [sys.executable, "-m", "tests.unit.store.take_number", address]
    where = Path(__file__).parents[3]
    doomed = subprocess.Popen([*command, "100000"], stdout=subprocess.PIPE, text=True, cwd=where)
    others = [subprocess.Popen([*command, "8"], stdout=subprocess.PIPE, text=True, cwd=where) for _ in range(2)]
    assert doomed.stdout is not None and doomed.stdout.readline()
    told = [int(line) for process in others for line in process.communicate(timeout=120)[0].split()]
    doomed.kill()
    doomed.communicate()
    assert len(told) == 16 == len(set(told))
    last = take(store)
    assert [e.number for e in listed(store)] == list(range(1, last + 1)), "neither gap nor double"


def test_of_a_line_only_its_state_and_signed_file_change(store: Store) -> None:
    made = entry()
    with store.uow_factory() as uow:
        uow.register.add(made)
        uow.commit()
    for wrong in (
        replace(made, number=2),
        replace(made, code="09/SY-UBND"),
        replace(made, subject=replace(made.subject, title="x")),
    ):
        with store.uow_factory() as uow, pytest.raises(WorkstationError, match="K04"):
            uow.register.save(wrong, made)
    signed = replace(made, state=EntryState.SIGNED, sealed=SEALED)
    with store.uow_factory() as uow:
        uow.register.save(signed, made)
        uow.commit()
    with store.uow_factory() as uow, pytest.raises(WorkstationError, match="K04"):
        uow.register.save(replace(made, state=EntryState.SIGNED, sealed=replace(SEALED, bytes=7)), made)
    assert listed(store) == (signed,)
    with store.read_factory() as uow:
        assert uow.register.list(states=(EntryState.SIGNED,)) == (signed,) == uow.register.list(2026, EntryState)
        assert uow.register.list(states=(EntryState.UNSIGNED, EntryState.WAITING)) == ()
