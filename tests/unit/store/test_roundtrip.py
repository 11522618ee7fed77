"""Whatever is done to the values, what is stored is what was saved."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from workstation.domain.dossier import Document, DocumentState, Dossier, DossierState
from workstation.domain.errors import ERRORS, ErrorNote
from workstation.domain.events import AuditEvent
from workstation.domain.fields import FieldOrigin, IndexField
from workstation.domain.ids import DocumentId, DossierId, PageId, Sha256, UserName, new_id
from workstation.domain.page import Finding, Page, PageSource, PageState, Transform
from workstation.domain.signature import PublishedPdf, SealedPdf
from workstation.store.database import Store

# PostgreSQL takes neither NUL nor lone surrogates in text
text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
number = st.floats(allow_nan=False, allow_infinity=False)
sha = st.sampled_from([Sha256(c * 64) for c in "0123456789ab"])
small = st.integers(0, 5_000)
times = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
notes = st.none() | st.builds(
    ErrorNote, st.sampled_from(sorted(ERRORS)), st.lists(st.tuples(text, text | small | number), max_size=2).map(tuple)
)
users = st.none() | text.map(UserName)

fields = st.builds(
    IndexField,
    name=text,
    value=text,
    confidence=number,
    page=st.none() | small,
    box=st.none() | st.tuples(number, number, number, number),
    origin=st.sampled_from(FieldOrigin),
    doubt=st.booleans(),
    suggestion=text,
)
documents = st.builds(
    Document,
    id=st.builds(lambda: DocumentId(new_id())),
    state=st.sampled_from(DocumentState),
    type_code=text,
    fields=st.lists(fields, max_size=3).map(tuple),
    entered_by=users,
    checked_by=users,
    seen_by=users,
    published=st.none() | st.builds(PublishedPdf, sha, small, small, text),
    sealed=st.none() | st.builds(SealedPdf, sha, small, sha, text, text, text),
    marks_left=st.lists(text, max_size=3).map(tuple),
    reason=text,
    error=notes,
)
recipes = st.lists(
    st.builds(Transform, text, small, st.lists(st.tuples(text, number), max_size=2).map(tuple), text), max_size=2
).map(tuple)
pages = st.builds(
    Page,
    id=st.builds(lambda: PageId(new_id())),
    source=st.builds(PageSource, sha, small),
    state=st.sampled_from(PageState),
    recipe=recipes,
    findings=st.lists(st.builds(Finding, text, number, number, st.booleans()), max_size=2).map(tuple),
    blank=st.booleans(),
    dropped=st.booleans(),
    kept_reason=text,
    manual_rotation=st.sampled_from([0, 90, 180, 270]),
    error=notes,
)


@st.composite
def parts(draw: st.DrawFn, before: Dossier | None = None) -> dict[str, Any]:
    """Documents and pages, some of them kept from before, in any order and belonging together in any way."""
    some_documents = draw(st.lists(documents, max_size=3))
    some_pages = draw(st.lists(pages, max_size=4))
    if before is not None and before.documents:
        some_documents += draw(st.lists(st.sampled_from(before.documents), unique_by=lambda d: d.id))
    if before is not None and before.pages:
        some_pages += draw(st.lists(st.sampled_from(before.pages), unique_by=lambda p: p.id))
    owners = st.sampled_from([None, *(d.id for d in some_documents)])
    return {
        "documents": tuple(draw(st.permutations(some_documents))),
        "pages": tuple(replace(p, document_id=draw(owners)) for p in draw(st.permutations(some_pages))),
        "title": draw(text),
        "procedure": draw(text),
        "state": draw(st.sampled_from(DossierState)),
        "error": draw(notes),
    }


# The store fixture may be shared: each example makes a dossier of its own. No shrinking: with a real database it takes minutes.
on_one_store = settings(
    max_examples=40,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@given(st.data())
@on_one_store
def test_any_sequence_of_changes_comes_back(store: Store, data: st.DataObject) -> None:
    new = Dossier(DossierId(new_id()), new_id(), data.draw(text), data.draw(times), UserName(data.draw(text)))
    current = replace(new, **data.draw(parts()))
    with store.uow_factory() as uow:
        uow.dossiers.add(current)
        uow.commit()
    for _ in range(data.draw(st.integers(0, 3))):
        with store.uow_factory() as uow:
            loaded = uow.dossiers.get(current.id)
            assert loaded == current
            current = uow.dossiers.save(replace(loaded, **data.draw(parts(loaded))))
            uow.commit()
    with store.read_factory() as uow:
        assert uow.dossiers.get(current.id) == current


details = st.lists(
    st.tuples(text, text | st.integers(-(2**60), 2**60) | number | st.booleans()), max_size=3, unique_by=lambda d: d[0]
)


@given(st.lists(st.builds(AuditEvent, times, text, text, text, details.map(tuple)), max_size=4))
@on_one_store
def test_any_events_hold_the_chain(store: Store, events: list[AuditEvent]) -> None:
    with store.uow_factory() as uow:
        before = len(uow.audit.events())
        for event in events:
            uow.audit.append(event)
        uow.commit()
    with store.read_factory() as uow:
        assert uow.audit.events()[before:] == tuple(events)
        assert uow.audit.verify() is None
