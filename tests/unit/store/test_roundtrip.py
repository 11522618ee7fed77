"""Whatever is done to the values, what is stored is what was saved."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.unit.store.lawful import FREE, holding
from workstation.domain.capture import PaperCount
from workstation.domain.dossier import COMPLETE, Document, DocumentState, Dossier, DossierState
from workstation.domain.errors import ERRORS, ErrorNote
from workstation.domain.events import AuditEvent
from workstation.domain.fields import FieldOrigin, IndexField, Proposal, WeakWord
from workstation.domain.ids import DocumentId, DossierId, PageId, Sha256, UserName, new_id
from workstation.domain.page import Finding, Page, PageSource, PageState, Transform
from workstation.domain.place import How, OldCodes, Placed
from workstation.domain.rekey import Difference
from workstation.domain.signature import FileVerdict, PublishedPdf, SealedPdf, SignatureReport, SignedOriginal, Verdict
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

placed = st.builds(
    Placed, text, st.none() | st.builds(OldCodes, text, text, text), st.none() | text, st.sampled_from(How), st.dates()
)
fields = st.builds(
    IndexField,
    name=text,
    value=text,
    confidence=number,
    page=st.none() | small,
    box=st.none() | st.tuples(number, number, number, number),
    origin=st.sampled_from(FieldOrigin),
    doubt=st.booleans(),
    proposals=st.lists(st.builds(Proposal, text, text), max_size=3).map(tuple),
    against=st.lists(text, max_size=2).map(tuple),
    placed=st.none() | placed,
    weak=st.lists(st.builds(WeakWord, small, small, st.tuples(number, number, number, number)), max_size=2).map(tuple),
)
any_documents = st.builds(
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
    returned_by=users,
    settled_by=users,
    differing=st.lists(st.builds(Difference, text, text, text, st.booleans(), st.booleans()), max_size=2).map(tuple),
    unread_again=st.lists(text, max_size=2).map(tuple),
    put_off=st.lists(st.tuples(text.map(UserName), times), max_size=2).map(tuple),
)
documents = any_documents.map(holding)
recipes = st.lists(
    st.builds(Transform, text, small, st.lists(st.tuples(text, number), max_size=2).map(tuple), text), max_size=2
).map(tuple)
pages = st.builds(
    Page,
    id=st.builds(lambda: PageId(new_id())),
    source=st.builds(PageSource, sha, small),
    state=st.sampled_from([s for s in PageState if s is not PageState.HELD]),  # that one does not come and go: test_held
    not_secret_by=users,
    recipe=recipes,
    findings=st.lists(st.builds(Finding, text, number, number, st.booleans()), max_size=2).map(tuple),
    blank=st.booleans(),
    dropped=st.booleans(),
    kept_reason=text,
    work=recipes,
    with_note=st.booleans(),
    pair_of=st.none() | st.builds(lambda: PageId(new_id())),
    error=notes,
)


optional = st.none() | text
reports = st.builds(
    SignatureReport,
    field=text,
    signer=text,
    issuer=text,
    signing_time=optional,
    timestamp=optional,
    level=text,
    indication=text,
    subindication=optional,
    coverage=text,
    changes_after=text,
    revocation=text,
    trusted=st.booleans(),
    revision_end=small,
    reasons=st.lists(notes.filter(bool), max_size=2).map(tuple),
    valid_until=optional,
)
verdicts = st.builds(
    FileVerdict,
    st.sampled_from(Verdict),
    st.booleans(),
    st.lists(notes.filter(bool), max_size=2).map(tuple),
    st.lists(reports, max_size=2).map(tuple),
    text,
)
came_signed = st.builds(
    SignedOriginal, sha, small, st.builds(SealedPdf, sha, small, sha, text, text, text), verdicts, judged_at=times
)


SENT = (DossierState.QUEUED, DossierState.RECEIVED, DossierState.REJECTED)


def all_complete(documents: list[Document]) -> bool:
    return all(d.state in COMPLETE for d in documents)


@st.composite
def parts(draw: st.DrawFn, before: Dossier | None = None) -> dict[str, Any]:
    """Documents and pages, some of them kept from before, in any order and belonging together in any way."""
    new = documents if before is None else documents.filter(lambda d: d.state in FREE)
    some_documents = draw(st.lists(new, max_size=3))
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
        "state": draw(st.sampled_from([s for s in DossierState if s not in SENT or all_complete(some_documents)])),
        "risk": draw(st.sampled_from("ABCD")),
        "risk_note": draw(text),
        "paper": draw(st.builds(PaperCount, small, small, text, st.tuples(small, small))),
        "signed": tuple(draw(st.lists(came_signed, max_size=2, unique_by=lambda one: one.shown))),
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
