"""From any arrangement of a dossier to any other, and back."""

import random
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.store.samples import T0
from workstation.domain.arrangement import Step, leading, rearranged, standing, touched
from workstation.domain.dossier import Document, Dossier
from workstation.domain.fields import FieldOrigin, IndexField
from workstation.domain.ids import DocumentId, DossierId, PageId, Sha256, UserName
from workstation.domain.page import Page, PageSource, PageState
from workstation.domain.pagework import turned

DOCUMENTS = [DocumentId(f"d{n}") for n in range(4)]
TYPED = (IndexField("number", "12", 1.0, origin=FieldOrigin.TYPED),)


def page(name: str, **change: object) -> Page:
    return replace(Page(PageId(name), PageSource(Sha256("0" * 64), 0), state=PageState.READ), **change)  # type: ignore[arg-type]


def dossier(*pages: Page) -> Dossier:
    """With the documents that the pages name, in the order of their first pages."""
    names = dict.fromkeys(p.document_id for p in pages if p.document_id is not None)
    documents = tuple(Document(d, type_code=f"T{d}", fields=TYPED) for d in names)
    return Dossier(DossierId("h"), "HS-0001", "", T0, UserName("canbo1"), pages=pages, documents=documents)


def as_people_see(d: Dossier) -> object:
    """Every page in its place with what was said of it, and every document that has pages."""
    named = {p.document_id for p in d.pages} - {None}
    return [(standing(p), p.document_id) for p in d.pages], {x for x in d.documents if x.id in named}


arranged = st.builds(
    lambda name, d, turn, dropped, reason: page(f"p{name}", document_id=d, work=turn, dropped=dropped, kept_reason=reason),
    st.integers(0, 9),
    st.sampled_from([None, *DOCUMENTS]),
    st.sampled_from([(), turned((), 90)]),
    st.booleans(),
    st.sampled_from(["", "bản gốc mờ"]),
)


@st.composite
def two_arrangements(draw: st.DrawFn) -> tuple[Dossier, Dossier]:
    """Of the same pages."""
    now = draw(st.lists(arranged, max_size=8, unique_by=lambda p: p.id))
    said = [draw(arranged) for _ in now]
    then = [replace(s, id=p.id) for s, p in zip(said, now, strict=True)]
    return dossier(*now), dossier(*draw(st.permutations(then)))


@given(two_arrangements())
def test_a_step_leads_there_and_the_step_back_returns(both: tuple[Dossier, Dossier]) -> None:
    now, then = both
    step = leading(now, then)
    there = rearranged(now, step)
    assert as_people_see(there) == as_people_see(then)
    assert (step == Step()) is (as_people_see(now) == as_people_see(then))
    settled = replace(there, documents=then.documents)
    assert as_people_see(rearranged(settled, leading(settled, now))) == as_people_see(now)


@given(two_arrangements(), st.data())
def test_what_came_in_since_stays_and_nothing_else_is_lost(both: tuple[Dossier, Dossier], data: st.DataObject) -> None:
    now, then = both
    step = leading(now, then)
    later = list(now.pages)
    owners = st.sampled_from([None, *(d.id for d in now.documents)])
    for n in range(data.draw(st.integers(1, 3))):
        later.insert(data.draw(st.integers(0, len(later))), page(f"new{n}", document_id=data.draw(owners)))
    after = rearranged(replace(now, pages=tuple(later)), step)
    known = [p.id for p in then.pages]
    assert [p.id for p in after.pages if p.id in known] == known
    assert {p.id for p in after.pages} == {p.id for p in later} and len(after.pages) == len(later)
    left = {d.id for d in then.documents}
    assert all(p.document_id in left for p in after.pages if p.document_id in step.gone)
    kept = {p.id: p.document_id for p in later if p.id not in known and p.document_id not in step.gone}
    assert all(p.document_id == kept[p.id] for p in after.pages if p.id in kept)


def test_a_page_read_since_stays_with_its_document() -> None:
    before, after = dossier(page("a")), dossier(page("a", dropped=True))
    back = leading(after, before)
    read = dossier(page("a", dropped=True, document_id=DOCUMENTS[0]))
    assert rearranged(read, back).pages[0] == page("a", document_id=DOCUMENTS[0])


def test_a_page_that_joined_a_document_leaves_it_again() -> None:
    before = dossier(page("a"), page("b", document_id=DOCUMENTS[0]))
    after = dossier(page("a", document_id=DOCUMENTS[0]), page("b", document_id=DOCUMENTS[0]))
    assert rearranged(after, leading(after, before)).pages[0].document_id is None


def test_a_page_laid_into_a_document_that_goes_joins_the_one_before() -> None:
    """Split, a forgotten sheet laid behind the first page of the new document, the split undone."""
    one, two = DOCUMENTS[:2]
    before = dossier(*(page(n, document_id=one) for n in "abc"))
    split = dossier(page("a", document_id=one), page("b", document_id=two), page("c", document_id=two))
    laid = replace(split, pages=(*split.pages[:2], page("x", document_id=two), split.pages[2]))
    assert [p.document_id for p in rearranged(laid, leading(split, before)).pages] == [one] * 4


def test_only_what_was_worked_on_otherwise_is_read_again() -> None:
    before = dossier(page("a"), page("b"))
    after = dossier(page("a", work=turned((), 90), state=PageState.READ), page("b", dropped=True))
    states = [p.state for p in rearranged(after, leading(after, before)).pages]
    assert states == [PageState.NEW, PageState.READ]


def test_touched_are_the_documents_whose_pages_differ() -> None:
    one, two, three = DOCUMENTS[:3]
    now = dossier(page("a", document_id=one), page("b", document_id=two), page("c", document_id=three))
    other_order = replace(now, pages=(now.pages[2], *now.pages[:2]))
    assert touched(now, other_order) == frozenset()
    assert touched(now, now.with_page(replace(now.pages[1], document_id=one))) == {one, two}
    assert touched(now, now.with_page(replace(now.pages[2], work=turned((), 90)))) == {three}


def test_as_few_pages_as_can_be_are_moved() -> None:
    pages = [page(f"p{n}") for n in range(200)]
    elsewhere = [*pages[3:150], pages[1], *pages[150:], pages[0], pages[2]]
    moved = leading(dossier(*pages), dossier(*elsewhere)).moved
    assert {page for page, _ in moved} == {"p0", "p1", "p2"}
    shuffled = random.Random(5).sample(pages, len(pages))
    there = rearranged(dossier(*pages), leading(dossier(*pages), dossier(*shuffled)))
    assert there.pages == tuple(shuffled)


def test_a_spread_that_was_parted_is_whole_again_and_parted_again() -> None:
    """The second half is a page of its own: it goes, and comes back with its document to its place."""
    one, two = DOCUMENTS[:2]
    before = dossier(page("a", document_id=one), page("b", document_id=one), page("c", document_id=two))
    parted = (
        page("a", document_id=one),
        page("b", document_id=one, work=turned((), 90)),
        page("n", document_id=one),
        before.pages[2],
    )
    after = replace(before, pages=parted)
    back, again = leading(after, before), leading(before, after)
    assert as_people_see(rearranged(after, back)) == as_people_see(before)
    assert as_people_see(rearranged(before, again)) == as_people_see(after)


def test_a_page_that_lies_in_another_dossier_since_stays_there() -> None:
    before = dossier(*(page(n) for n in "abc"))
    turned_round = replace(before, pages=(before.pages[2], *before.pages[:2]))
    left = replace(turned_round, pages=tuple(p for p in turned_round.pages if p.id != "a"))
    assert [p.id for p in rearranged(left, leading(turned_round, before)).pages] == ["b", "c"]
