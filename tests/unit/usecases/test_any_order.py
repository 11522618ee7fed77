"""Any order of moves by anybody: no page is lost, no state is illegal, and the dossier can always be brought to its end."""

import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from tests.unit.usecases.bench import CHECKER, CLERK, OFFICIAL, World, open_world
from tests.unit.usecases.machine import BLANK, BLURRED, BODY, HEAD, KILLS, VALUES
from tests.unit.usecases.room import Room
from workstation.domain.dossier import Document, DocumentState, Dossier, DossierState, settled
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import DocumentId, Sha256
from workstation.domain.outbox import OutboxState
from workstation.domain.page import Page, PageState
from workstation.usecases import edit, outbox, publish, read, sign

S, T = DocumentState, DossierState
TOLD = {"K03", "K04", "K06", "A02", "F06", "Q02", "C12"}
"""What a person may be told when a move is not possible now."""
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
"""No shrinking: each step is a transaction, and shortening a failure would take longer than reading it."""
SLOW = list(HealthCheck)
PUBLISHED = (S.TO_SIGN, S.SIGNED)

index = st.integers(0, 7)
paper = st.lists(st.sampled_from([HEAD, HEAD, BODY, BODY, BLANK, BLURRED, KILLS]), min_size=1, max_size=3)
user = st.sampled_from([CLERK, CHECKER])


class AnyOrder(RuleBasedStateMachine):
    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.opened = open_world(Path(self.folder.name) / "w", self.template)
        self.world: World = self.opened.__enter__()
        self.room = Room(self.world, at_once=False)
        self.taken: list[tuple[Sha256, int]] = []
        self.signed: dict[DocumentId, tuple[object, ...]] = {}

    def teardown(self) -> None:
        try:
            if self.taken:
                self.bring_to_its_end()
        finally:
            self.opened.__exit__(None, None, None)
            self.folder.cleanup()

    @initialize(sheets=paper, start=st.sampled_from(["unread", "entry", "one signed", "one returned"]))
    def open(self, sheets, start):
        """Chance alone seldom gets far: some begin where documents stand in different states."""
        self.id = self.world.take_in(*(sheets if start == "unread" else (HEAD, BODY, HEAD)))
        self.note_pages()
        if start != "unread":
            self.finish_willingly()
        if start in ("one signed", "one returned"):
            self.pass_on_willingly(self.dossier.documents[0])
        if start == "one returned":
            edit.give_back(self.world.office, self.dossier.documents[1].id, "mờ", CHECKER)

    def note_pages(self) -> None:
        known = set(self.taken)
        for page in self.dossier.pages:
            source = (page.source.original, page.source.frame)
            if source not in known:
                self.taken.append(source)

    @property
    def dossier(self) -> Dossier:
        return self.world.get(self.id)

    def page(self, i: int) -> Page:
        pages = self.dossier.pages
        return pages[i % len(pages)]

    def document(self, i: int) -> Document | None:
        documents = self.dossier.documents
        return documents[i % len(documents)] if documents else None

    def attempt(self, move, *args):
        """A move may be refused; then nothing has changed."""
        before = self.dossier
        try:
            result = move(*args)
            if hasattr(result, "result"):
                result.result()
        except WorkstationError as e:
            assert e.code in TOLD, e
            assert self.dossier == before
            return
        self.note_pages()

    # --- the capture desk

    @rule(sheets=paper)
    def scan(self, sheets):
        if self.dossier.state is T.SCANNING and len(self.dossier.pages) < 12:
            self.world.take_in(*sheets, into=self.id)
            self.note_pages()

    @rule()
    def read(self):
        self.room.waiting.clear()
        read.read_dossier(self.world.office, self.id)

    @rule(i=index, degrees=st.sampled_from([90, 180, 270]))
    def rotate(self, i, degrees):
        self.attempt(self.room.desk.rotate, self.page(i).id, degrees)

    @rule(i=index)
    def split(self, i):
        self.attempt(self.room.desk.split_before, self.page(i).id)

    @rule(i=index)
    def merge(self, i):
        if document := self.document(i):
            self.attempt(self.room.desk.merge_with_previous, document.id)

    @rule(i=index, dropped=st.booleans())
    def drop(self, i, dropped):
        self.attempt(self.room.desk.set_dropped, self.page(i).id, dropped)

    @rule(i=index)
    def keep(self, i):
        self.attempt(self.room.desk.keep_page, self.page(i).id, "bản gốc mờ")

    @rule()
    def undo(self):
        self.attempt(self.room.desk.undo, self.id)

    @rule()
    def redo(self):
        self.attempt(self.room.desk.redo, self.id)

    @rule()
    def finish(self):
        self.attempt(self.room.desk.finish_capture, self.id)

    # --- entry and check

    @rule(i=index, by=user, number=st.sampled_from(["127", "128"]))
    def confirm(self, i, by, number):
        if document := self.document(i):
            self.attempt(lambda: self.world.confirm(document.id, by, number=number))

    @rule(i=index)
    def give_back(self, i):
        if document := self.document(i):
            self.attempt(edit.give_back, self.world.office, document.id, "mờ", CHECKER)

    @rule(i=index)
    def publish(self, i):
        if document := self.document(i):
            self.attempt(publish.publish, self.world.office, document.id)

    # --- the official

    @rule(i=index)
    def see_and_sign(self, i):
        if document := self.document(i):
            self.attempt(sign.mark_seen, self.world.office, document.id, OFFICIAL)
            assert set(self.world.sign(document.id)) <= {"", "C12"}

    @rule(i=index)
    def refuse(self, i):
        if document := self.document(i):
            self.attempt(sign.refuse_to_sign, self.world.office, document.id, "sai số", OFFICIAL)

    # --- willing people, so that chance gets far

    @rule(i=index)
    def work(self, i):
        if document := self.document(i):
            self.pass_on_willingly(document)

    @precondition(lambda self: self.dossier.state is T.SCANNING)
    @rule()
    def finish_properly(self):
        self.finish_willingly()

    # --- the ward

    @precondition(lambda self: self.dossier.state is T.QUEUED)
    @rule(i=index)
    def ward_returns_it(self, i):
        with self.world.office.uow() as uow:
            item = uow.outbox.claim("sender", self.world.office.clock.now(), 60)
            assert item is not None and item.dossier_id == self.id
            uow.outbox.save(replace(item, state=OutboxState.REJECTED, lease_owner="", lease_until=None))
            uow.dossiers.save(uow.dossiers.get(self.id).move(T.REJECTED))
            uow.commit()

    @precondition(lambda self: self.dossier.state is T.REJECTED)
    @rule()
    def reopen(self):
        document = outbox.reopen_rejected(self.world.office, self.item().id, CLERK).document_id
        self.signed.pop(document)

    def item(self):
        with self.world.office.look() as uow:
            (item,) = uow.outbox.list()
        return item

    # --- what always holds

    @invariant()
    def nothing_is_lost(self):
        if not self.taken:
            return
        dossier = self.dossier
        assert [(p.source.original, p.source.frame) for p in dossier.pages] == self.taken
        assert all(self.world.blobs.path(original).exists() for original in dossier.originals)
        known = {d.id for d in dossier.documents}
        assert all(p.document_id in known for p in dossier.pages if p.document_id is not None)
        assert known == {p.document_id for p in dossier.pages} - {None}

    @invariant()
    def states_agree(self):
        if not self.taken:
            return
        dossier = self.dossier
        assert settled(dossier) == dossier
        for document in dossier.documents:
            if document.state in PUBLISHED:
                assert document.published is not None and document.published.pages == len(dossier.pages_of(document.id))
                assert document.checked_by and document.entered_by and document.checked_by != document.entered_by
            assert (document.sealed is not None) is (document.state is S.SIGNED)
            pages = tuple((p.id, p.recipe) for p in dossier.pages_of(document.id))
            record = (document.sealed, document.fields, document.type_code, pages)
            if document.state is S.SIGNED:
                assert self.signed.setdefault(document.id, record) == record, "what was signed never changes"
        assert self.signed.keys() <= {d.id for d in dossier.documents if d.state is S.SIGNED}

    @invariant()
    def the_outbox_agrees(self):
        if not self.taken:
            return
        dossier = self.dossier
        with self.world.office.look() as uow:
            items = uow.outbox.list()
            assert uow.audit.verify() is None
        queued_once = dossier.state in (T.QUEUED, T.REJECTED)
        assert len(items) <= 1 and (not queued_once or items)
        if dossier.state is T.QUEUED:
            assert items[0].state is OutboxState.QUEUED
            assert [f.sha256 for f in items[0].files] == [d.sealed.sha256 for d in dossier.documents if d.sealed]
        elif items:
            assert items[0].state is OutboxState.REJECTED

    # --- liveness

    def bring_to_its_end(self) -> None:
        """What willing people would do; ends in the outbox from wherever the dossier is."""
        for _ in range(4):
            if self.dossier.state is T.REJECTED:
                self.reopen()
            if self.dossier.state in (T.SCANNING, T.PROCESSING):
                read.read_dossier(self.world.office, self.id)
            if self.dossier.state is T.SCANNING:
                self.finish_willingly()
            for document in self.dossier.documents:
                self.pass_on_willingly(document)
        assert self.dossier.state is T.QUEUED
        self.nothing_is_lost()
        self.states_agree()
        self.the_outbox_agrees()

    def finish_willingly(self) -> None:
        read.read_dossier(self.world.office, self.id)
        for page in self.dossier.pages:
            if page.state is PageState.QUARANTINED and not page.dropped:
                edit.set_dropped(self.world.office, page.id, True, CLERK)
            elif page.failing:
                edit.keep_page(self.world.office, page.id, "bản gốc mờ", CLERK)
        if all(p.dropped for p in self.dossier.pages):
            self.world.take_in(HEAD, into=self.id)
            self.note_pages()
        read.read_dossier(self.world.office, self.id)
        edit.finish_capture(self.world.office, self.id, CLERK)

    def pass_on_willingly(self, document: Document) -> None:
        if document.state in (S.TO_INDEX, S.REFUSED):
            self.world.confirm(document.id, CLERK)
        now = self.dossier.document(document.id)
        if now.state is S.TO_CHECK:
            self.world.confirm(document.id, CHECKER if now.entered_by == CLERK else CLERK, **VALUES)
        self.world.publish(document.id)
        if self.dossier.document(document.id).state is S.TO_SIGN:
            self.world.see(document.id)
            assert self.world.sign(document.id) == [""]


def test_any_order_of_moves(template: Path):
    AnyOrder.template = template
    run_state_machine_as_test(
        AnyOrder,
        settings=settings(max_examples=15, stateful_step_count=30, phases=PHASES, deadline=None, suppress_health_check=SLOW),
    )
