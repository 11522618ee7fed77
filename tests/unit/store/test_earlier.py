"""Documents that were there before: by number, by person, by the picture of a page; on both databases."""

import random
from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.store.lawful import holding
from tests.unit.store.samples import dossier
from workstation.domain.dossier import COMPLETE, Document, DocumentState, Dossier
from workstation.domain.fields import IndexField
from workstation.domain.ids import DocumentId, PageId, new_id
from workstation.domain.series import Around, Entry, entry_of, remarks_on_series
from workstation.store.database import Store

ORGAN = "ỦY BAN NHÂN DÂN PHƯỜNG BẾN LỘI"


def document(
    number: str = "", issued: str = "", notation: str = "QĐ-UBND", organ: str = ORGAN, *, doubt: bool = False, **more: str
) -> Document:
    values = {"number": number, "notation": notation, "issued_date": issued, "organ_name": organ, **more}
    fields = tuple(IndexField(name, value, 0.9, doubt=doubt and name == "number") for name, value in values.items() if value)
    return Document(DocumentId(new_id()), DocumentState.TO_INDEX, "QD", fields)


def keep(store: Store, *documents: Document, code: str = "HS-0001") -> Dossier:
    made = replace(dossier(code), documents=documents, pages=())
    with store.uow_factory() as uow:
        uow.dossiers.add(made)
        uow.commit()
    return made


def around(store: Store, one: Document) -> tuple[int, int, list[int]]:
    entry = entry_of(one)
    assert entry is not None
    with store.read_factory() as uow:
        found = uow.earlier.around(entry, one.id)
    return found.before.number if found.before else 0, found.after.number if found.after else 0, sorted(found.taken)


def twins(store: Store, one: Document) -> list[str]:
    entry = entry_of(one)
    assert entry is not None
    with store.read_factory() as uow:
        return [n.dossier_code for n in uow.earlier.same_number(entry, one.id)]


def test_the_same_number_of_a_series_is_found_however_it_is_written(store: Store) -> None:
    keep(store, document("0127", "2019-03-14"), document("128", "2019-03-14"))
    keep(store, document("127", "2020-03-14"), code="HS-0002")
    keep(store, document("127", "2019-03-14", "TB-UBND"), document("127a", "2019-03-14"), code="HS-0003")
    assert twins(store, document("127", "2019-05-01", "qd-ubnd", "UBND phường Bến Lội")) == ["HS-0001"]
    assert twins(store, document("127", "", "2019/QĐ-UBND")) == ["HS-0001"]
    assert sorted(twins(store, document("127"))) == ["HS-0001", "HS-0002"], "the year is not known: either may be it"
    assert twins(store, document("127", "2019-03-14", organ="UBND xã Khác")) == [] == twins(store, document(issued="2019-03-14"))
    assert twins(store, document("127A", "2019-03-14")) == ["HS-0003"]


def test_a_document_is_not_its_own_twin_and_what_changes_is_followed(store: Store) -> None:
    one, two = document("5", "2019-01-01"), document("6", "2019-01-02")
    made = keep(store, one, two)
    assert twins(store, one) == []
    changed = replace(two, fields=document("5", "2019-01-02").fields)
    with store.uow_factory() as uow:
        made = uow.dossiers.save(replace(made, documents=(one, changed)))
        uow.commit()
    assert twins(store, one) == ["HS-0001"]
    with store.uow_factory() as uow:
        uow.dossiers.save(replace(made, documents=(one,)))
        uow.commit()
    assert twins(store, one) == []


def test_neighbours_are_sure_ones_of_the_same_year(store: Store) -> None:
    days = {1: "2019-01-02", 3: "2019-01-10", 9: "2019-02-01", 12: "2019-03-01"}
    keep(store, *(document(str(n), day) for n, day in days.items()), document("5", "2019-01-12", doubt=True), document("6"),
         document("7", "2018-01-20"), document("8", "2019-01-20", "TB-UBND"))  # fmt: skip
    assert around(store, document("4", notation="2019/QĐ-UBND")) == (3, 9, [])
    assert around(store, document("", "2019-01-15")) == (3, 9, [3, 5, 9]), "a doubtful number is taken all the same"
    assert around(store, document("", "2019-01-10")) == (1, 9, [1, 3, 5, 9]), "on the day of another it may stand on either side"
    assert around(store, document("13", "2019-04-01")) == (12, 0, []) and around(store, document()) == (0, 0, [])


def test_a_person_is_found_among_finished_papers_of_the_type(store: Store) -> None:
    def paper(state: DocumentState, number: str = "079190012345", code: str = "QD") -> Document:
        return holding(replace(document("1", identity_number=number), state=state, type_code=code))

    signed, exempt = paper(DocumentState.SIGNED), paper(DocumentState.EXEMPT)
    elsewhere = holding(replace(document("1", place="079190012345"), state=DocumentState.SIGNED))
    keep(store, signed, paper(DocumentState.TO_CHECK), paper(DocumentState.SIGNED, "079190012346"),
         paper(DocumentState.SIGNED, code="TB"), elsewhere)  # fmt: skip
    keep(store, exempt, code="HS-0002")
    with store.read_factory() as uow:
        found = uow.earlier.same_person("079190012345", "QD", COMPLETE, DocumentId("x"))
        assert {(n.document_id, n.dossier_code) for n in found} == {(signed.id, "HS-0001"), (exempt.id, "HS-0002")}
        assert uow.earlier.same_person("079190012345", "QD", COMPLETE, signed.id)[0].document_id == exempt.id


def flipped(print_: str, bits: list[int]) -> str:
    value = int(print_, 16)
    for bit in bits:
        value ^= 1 << bit
    return f"{value:016x}"


def test_pages_that_look_alike_are_found_whatever_bits_differ(store: Store) -> None:
    mine, chance = "0f1e2d3c4b5a6978", random.Random(5)
    made = dossier(pages=3)
    signed = holding(replace(made.documents[0], state=DocumentState.SIGNED))
    other = replace(made, documents=(signed,), pages=tuple(replace(p, document_id=signed.id) for p in made.pages))
    with store.uow_factory() as uow:
        uow.dossiers.add(other)
        uow.earlier.keep_print(other.pages[1].id, "f" * 16)
        uow.earlier.keep_print(PageId(new_id()), mine)  # of a page that is gone
        uow.commit()
    for bits in [*range(12), *[11] * 12]:
        with store.uow_factory() as uow:
            uow.earlier.keep_print(other.pages[0].id, flipped(mine, chance.sample(range(64), bits)))
            uow.commit()
        with store.read_factory() as uow:
            (found,) = uow.earlier.alike(mine, "QĐ", COMPLETE)
            assert (found.page_id, found.document_id, found.bits) == (other.pages[0].id, signed.id, bits)
            assert uow.earlier.alike(mine, "TB", COMPLETE) == () == uow.earlier.alike(mine, "QĐ", [DocumentState.EXEMPT])
    with store.uow_factory() as uow:
        uow.earlier.keep_print(other.pages[0].id, "")
        uow.commit()
        assert uow.earlier.alike(mine, "QĐ", COMPLETE) == ()


def test_a_page_is_found_behind_many_that_share_a_part_of_its_print_by_chance(store: Store) -> None:
    made = dossier(pages=301)
    signed = holding(replace(made.documents[0], state=DocumentState.SIGNED))
    with store.uow_factory() as uow:
        uow.dossiers.add(replace(made, documents=(signed,), pages=tuple(replace(p, document_id=signed.id) for p in made.pages)))
        for n, page in enumerate(sorted(made.pages, key=lambda p: p.id)):
            uow.earlier.keep_print(page.id, f"0f1e{'2d3c4b5a6978' if n == 0 else f'{0xFFFFFFFFFFFF ^ n:012x}'}")
        uow.commit()
    with store.read_factory() as uow:
        (found,) = uow.earlier.alike("0f1e2d3c4b5a6978", "QĐ", COMPLETE)
    assert found.bits == 0, "the oldest of them"


# --- what the neighbours say

SERIES = Entry("a|b", 2019, 0, "", "", True)
numbers, days = st.integers(0, 60), st.dates(date(2019, 1, 1), date(2019, 4, 1))


def at(number: int, day: str) -> Entry:
    return replace(SERIES, number=number, issued=day)


@given(numbers, days.map(str) | st.just(""), numbers, days.map(str), numbers, days.map(str), st.sets(numbers, max_size=5))
def test_what_is_proposed_lies_between_the_neighbours(n, day, low, first, high, last, taken):
    found = remarks_on_series(at(n, day), Around(at(low, first), at(high, last), taken))
    for proposal in (p for remark in found for p in remark.proposals):
        if proposal.value.isdigit():
            assert not n and low < int(proposal.value) < high and int(proposal.value) not in taken
        else:
            assert n and first <= proposal.value <= last
    assert len(found) <= 2 and all(len(r.proposals) <= 3 for r in found)


def test_a_number_between_and_a_day_between():
    around = Around(at(11, "2019-03-14"), at(13, "2019-03-15"))
    (number,) = remarks_on_series(at(0, "2019-03-14"), around)
    assert [p.value for p in number.proposals] == ["12"] and number.field == "number"
    (day,) = remarks_on_series(at(12, ""), around)
    assert [p.value for p in day.proposals] == ["2019-03-14", "2019-03-15"] and not day.against
    wrong = remarks_on_series(at(12, "2019-08-14"), around)
    assert [(r.field, r.against) for r in wrong] == [("issued_date", "series_order"), ("number", "series_order")]
    assert not any(r.against for r in remarks_on_series(at(12, "2019-03-20"), around)), "a week is not out of order"
    far = Around(at(11, "2019-03-14"), at(50, "2019-06-15"))
    assert remarks_on_series(at(0, "2019-03-14"), far) == () == remarks_on_series(at(12, "2019-05-01"), far)
    assert remarks_on_series(at(12, "2030-01-01"), Around()) == ()
