"""Any order of moves by anybody: no page is lost, no state is illegal, and the dossier can always be brought to its end."""

import json
import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from tests.unit.usecases.bench import CHECKER, CLERK, OFFICIAL, THIRD, World, open_world
from tests.unit.usecases.machine import BLANK, BLURRED, BODY, HEAD, KILLS, VALUES, Sheet
from tests.unit.usecases.room import Room
from workstation.domain.codes import Separator, separator_payload
from workstation.domain.dossier import COMPLETE, Document, DocumentState, Dossier, DossierState, settled
from workstation.domain.errors import WorkstationError
from workstation.domain.holds import dossier_holds
from workstation.domain.ids import DocumentId, Sha256
from workstation.domain.outbox import OutboxState
from workstation.domain.page import Page, PageState
from workstation.domain.pagework import LEFT, RIGHT, split_at
from workstation.usecases import check, edit, held, outbox, publish, queries, read, sign

S, T = DocumentState, DossierState
TOLD = {"K03", "K04", "K06", "K08", "K11", "K12", "K20", "K21", "A02", "A10", "F06", "F11", "Q02", "C12"}
"""What a person may be told when a move is not possible now."""
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
"""No shrinking: each step is a transaction, and shortening a failure would take longer than reading it."""
SLOW = list(HealthCheck)
PUBLISHED = (S.TO_SIGN, S.SIGNED)

index = st.integers(0, 7)
SEPARATOR, CUED = Sheet(code=separator_payload(Separator.DOCUMENT)), Sheet(cue="nation")
SECRET = replace(HEAD, secret=True)
paper = st.lists(
    st.sampled_from([HEAD, HEAD, BODY, BODY, BLANK, BLURRED, KILLS, SEPARATOR, CUED, SECRET]), min_size=1, max_size=3
)
user = st.sampled_from([CLERK, CHECKER, THIRD])


def side(page: Page) -> float | None:
    """Of a spread; None for a whole page."""
    return next((t["side"] for t in page.work if t.name == "spread"), None)


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

    @initialize(sheets=paper, start=st.sampled_from(["unread", "entry", "one signed", "one returned", "came signed"]))
    def open(self, sheets, start):
        """Chance alone seldom gets far: some begin where documents stand in different states."""
        self.id = self.world.take_in(*(sheets if start == "unread" else (HEAD, BODY, HEAD)))
        self.note_pages()
        if start == "came signed":
            self.world.take_in(HEAD, BODY, into=self.id, signed=True)
            self.note_pages()
            read.read_dossier(self.world.office, self.id)
        elif start != "unread":
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

    def note_order(self) -> None:
        """What was done may have laid pages elsewhere, and lost none."""
        now = [(p.source.original, p.source.frame) for p in self.dossier.pages if side(p) != RIGHT]
        assert sorted(now) == sorted(self.taken)
        self.taken = now

    def attempt(self, move, *args, lays=False):
        """A move may be refused; then nothing has changed. ``lays``: it may change the order of pages."""
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
        if lays:
            self.note_order()

    # --- the capture desk

    @rule(sheets=paper, signed=st.sampled_from([False, False, True]))
    def scan(self, sheets, signed):
        if self.dossier.state is T.SCANNING and len(self.dossier.pages) < 12:
            self.world.take_in(*sheets, into=self.id, signed=signed)
            self.note_pages()

    @rule(i=index, on=st.booleans())
    def mark_note(self, i, on):
        self.attempt(self.room.desk.set_note, self.page(i).id, on)

    @rule()
    def read(self):
        self.room.waiting.clear()
        read.read_dossier(self.world.office, self.id)

    @rule(i=index, degrees=st.sampled_from([90, 180, 270]))
    def rotate(self, i, degrees):
        self.attempt(self.room.desk.rotate, self.page(i).id, degrees)

    @rule(i=index, step=st.sampled_from(["flatten", "as_scanned", "dewarp"]))
    def ask_of_a_page(self, i, step):
        self.attempt(getattr(self.room.desk, step), self.page(i).id)

    @rule(i=index)
    def part_or_join(self, i):
        self.attempt(self.room.desk.split_spread, self.page(i).id)

    @rule(i=index)
    def split(self, i):
        self.attempt(self.room.desk.split_before, self.page(i).id)

    @rule(i=index)
    def merge(self, i):
        if document := self.document(i):
            self.attempt(self.room.desk.merge_with_previous, document.id)

    @rule(yes=st.booleans())
    def answer(self, yes):
        for found in queries.split_suggestions(self.dossier)[:1]:
            if yes:
                self.attempt(self.room.desk.split_before, found.page_id)
            else:
                self.attempt(self.room.desk.refuse_cue, found.page_id, found.kind)

    @rule(i=index, dropped=st.booleans())
    def drop(self, i, dropped):
        self.attempt(self.room.desk.set_dropped, self.page(i).id, dropped)

    @rule(i=index)
    def keep(self, i):
        self.attempt(self.room.desk.keep_page, self.page(i).id, "bản gốc mờ")

    @rule()
    def undo(self):
        self.attempt(self.room.desk.undo, self.id, lays=True)

    @rule()
    def redo(self):
        self.attempt(self.room.desk.redo, self.id, lays=True)

    @rule(chosen=st.lists(index, min_size=1, max_size=4), to=st.none() | index)
    def move(self, chosen, to):
        pages = [self.page(i).id for i in chosen]
        self.attempt(self.room.desk.move_pages, pages, None if to is None else self.page(to).id, lays=True)

    @rule(chosen=st.lists(index, min_size=2, max_size=4), turned=st.booleans())
    def pair(self, chosen, turned):
        pages = list(dict.fromkeys(self.page(i).id for i in chosen))
        if len(pages) % 2 == 0:
            self.attempt(lambda few: self.room.desk.pair_pages(few, turned=turned), pages, lays=True)

    @rule(i=index, sheets=paper, over=st.booleans())
    def scan_at(self, i, sheets, over):
        if len(self.dossier.pages) < 12:
            self.room.feeder.sheets = sheets
            scan = self.room.desk.scan_over if over else self.room.desk.scan_behind
            self.attempt(scan, self.page(i).id, "feeder", "", lambda outcome: None, lambda: False, lays=True)

    @rule()
    def finish(self):
        self.attempt(self.room.desk.finish_capture, self.id)

    # --- marks of state secrets

    @rule(i=index, by=user)
    def no_secret(self, i, by):
        self.attempt(held.not_secret, self.world.office, self.page(i).id, by)

    @rule(i=index, more=index)
    def erase(self, i, more):
        pages = [self.page(i), self.page(more)]
        files = {p.source.original for p in pages}
        self.attempt(held.remove, self.world.office, self.id, [p.id for p in pages], CLERK)
        if not any(p.source.original in files for p in self.dossier.pages):
            self.taken = [source for source in self.taken if source[0] not in files]
            assert any(p.state is PageState.HELD for p in pages), "it is no way to delete pages"
            assert not any(path.name.startswith(tuple(files)) for path in self.world.root.rglob("*"))

    @rule(i=index)
    def forge_secret(self, i):
        page = self.page(i)
        if page.state is PageState.HELD:
            other = replace(page, state=PageState.READ, not_secret_by=CLERK)
            with self.world.office.uow() as uow, pytest.raises(WorkstationError, match="K13"):
                uow.dossiers.save(self.dossier.with_page(other))

    # --- entry and check

    @rule(i=index, by=user, number=st.sampled_from(["127", "128"]))
    def confirm(self, i, by, number):
        if document := self.document(i):
            self.attempt(lambda: self.world.confirm(document.id, by, number=number))

    @rule(i=index)
    def give_back(self, i):
        if document := self.document(i):
            self.attempt(edit.give_back, self.world.office, document.id, "mờ", CHECKER)

    @rule(i=index, by=user, name=st.sampled_from(["number", "subject", "organ_name"]), on=st.booleans())
    def cannot_read(self, i, by, name, on):
        if document := self.document(i):
            self.attempt(check.set_unreadable, self.world.office, document.id, name, on, by)

    @rule(i=index, by=user)
    def send_back(self, i, by):
        if document := self.document(i):
            self.attempt(check.back_to_entry, self.world.office, document.id, "sai tên", by)

    @rule(i=index, by=user)
    def put_off(self, i, by):
        if document := self.document(i):
            self.attempt(check.put_off, self.world.office, document.id, by)

    @rule(i=index, to=st.sampled_from([S.PASSED, S.TO_SIGN, S.SIGNED, S.EXEMPT]), alone=st.booleans())
    def forge(self, i, to, alone):
        """Whoever writes past the use cases: the store takes no document that nobody checked, or who entered it ``alone``."""
        document = self.document(i)
        if document is None or document.state is to:
            return
        before = self.dossier
        forged = before.with_document(replace(document, state=to, checked_by=document.entered_by if alone else None))
        with self.world.office.uow() as uow, pytest.raises(WorkstationError, match="K13"):
            uow.dossiers.save(forged)
        assert self.dossier == before

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
        # the other half of a page with a note stands behind it, not at the end
        wholes = [p for p in dossier.pages if side(p) != RIGHT]
        assert sorted((p.source.original, p.source.frame) for p in wholes) == sorted(self.taken)
        for at, page in enumerate(dossier.pages):
            assert page.pair_of is None or page.pair_of in {p.id for p in dossier.pages[:at]}
        halves = [Counter((p.source, split_at(p.work)) for p in dossier.pages if side(p) == s) for s in (LEFT, RIGHT)]
        assert halves[0] == halves[1], "each left page has its right one, wherever they were moved"
        assert all(self.world.blobs.path(original).exists() for original in dossier.originals)
        known = {d.id for d in dossier.documents}
        assert all(p.document_id in known for p in dossier.pages if p.document_id is not None)
        assert known == {p.document_id for p in dossier.pages} - {None}

    @invariant()
    def a_mark_of_secrecy_stops(self):
        """What bears the mark was read only where somebody has said that it is none; nothing else of it is there."""
        if not self.taken:
            return
        for page in self.dossier.pages:
            if page.state is PageState.HELD:
                assert not (page.dropped or page.not_secret_by or page.recipe or page.findings or page.codes)
                assert not list(self.world.office.cache.rglob(f"{page.source.original}-{page.source.frame}-*"))
            elif page.state is PageState.READ and page.not_secret_by is None:
                sheets = self.world.blobs.path(page.source.original).read_text("utf-8").splitlines()
                assert not json.loads(sheets[1 + page.source.frame])["secret"]

    @invariant()
    def states_agree(self):
        if not self.taken:
            return
        dossier = self.dossier
        assert settled(dossier) == dossier
        assert dossier_holds(dossier) == ""
        for document in dossier.documents:
            if document.state in PUBLISHED:
                assert document.published is not None and document.published.pages == len(dossier.pages_of(document.id))
                assert document.checked_by and document.entered_by and document.checked_by != document.entered_by
            assert (document.sealed is not None) is (document.state in COMPLETE)
            pages = tuple((p.id, p.recipe) for p in dossier.pages_of(document.id))
            record = (document.sealed, document.fields, document.type_code, pages)
            if document.state in COMPLETE:
                assert self.signed.setdefault(document.id, record) == record, "what was signed never changes"
        assert self.signed.keys() <= {d.id for d in dossier.documents if d.state in COMPLETE}

    @invariant()
    def what_came_signed_stays_whole(self):
        if not self.taken:
            return
        dossier = self.dossier
        for came in dossier.signed:
            pages = [p for p in dossier.pages if p.source.original == came.shown]
            assert len({p.dropped for p in pages}) == len({p.document_id for p in pages}) == 1
            assert not any(p.work for p in pages)
            owner = next((d for d in dossier.documents if d.id == pages[0].document_id), None)
            if owner is not None:
                assert [p for p in dossier.pages if p.document_id == owner.id] == pages, "a document of its own"
                assert owner.published is None and owner.state not in (S.TO_SIGN, S.SIGNED)

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
            if page.state is PageState.HELD:
                held.not_secret(self.world.office, page.id, CLERK)
        read.read_dossier(self.world.office, self.id)
        for page in self.dossier.pages:
            if page.state is PageState.QUARANTINED and not page.dropped:
                edit.set_dropped(self.world.office, page.id, True, CLERK)
            elif page.failing:
                edit.keep_page(self.world.office, page.id, "bản gốc mờ", CLERK)
            if page.with_note and self.dossier.page(page.id).with_note:
                edit.set_note(self.world.office, page.id, False, CLERK)
        if all(p.dropped for p in self.dossier.pages):
            self.world.take_in(HEAD, into=self.id)
            self.note_pages()
        read.read_dossier(self.world.office, self.id)
        edit.finish_capture(self.world.office, self.id, CLERK)

    def pass_on_willingly(self, document: Document) -> None:
        read.read_dossier(self.world.office, self.id)  # nobody vouches for a page that is being read anew
        document = self.dossier.document(document.id)
        if document.state in (S.TO_INDEX, S.REFUSED):
            self.world.confirm(document.id, CLERK)
        now = self.dossier.document(document.id)
        if now.state is S.TO_CHECK:
            self.world.confirm(document.id, CHECKER if now.entered_by == CLERK else CLERK, **VALUES)
        now = self.dossier.document(document.id)
        if now.state is S.TO_SETTLE:
            other = next(who for who in (CLERK, CHECKER, THIRD) if who not in (now.entered_by, now.checked_by))
            agreed = {name: now.field(name) for name in VALUES if name not in {d.name for d in now.differing}}
            self.world.confirm(document.id, other, **agreed)
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
