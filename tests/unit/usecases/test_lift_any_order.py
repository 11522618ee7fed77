"""Whatever the order of signing, services that come and go, ticks, impatient people and power cuts: each dossier arrives once,
with the very file that the store says was signed, and nothing that was signed is lost."""

import tempfile
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Lock
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from sync.journal import Journal
from tests.unit.usecases.bench import World, ids, open_world
from tests.unit.usecases.machine import HEAD, level_of, sha, verify
from workstation.domain.dossier import DossierState
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.ids import DocumentId, DossierId, Sha256
from workstation.domain.outbox import OutboxItem, OutboxState, Receipt
from workstation.domain.signature import LEVELS
from workstation.domain.signing import Levels
from workstation.usecases import outbox
from workstation.usecases.lift import Lifter
from workstation.usecases.recover import recover

PLACES = ("lift", "lifted", "blob", "before commit", "after commit")
"""Where the power may go while a file is lifted."""


class PowerCut(BaseException):
    """Nothing catches this."""


def hashes(item: OutboxItem) -> tuple[Sha256, ...]:
    return tuple(f.sha256 for f in item.files)


class LiftAnyOrder(RuleBasedStateMachine):
    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.opened = open_world(Path(self.folder.name) / "w", self.template)
        self.world: World = self.opened.__enter__()
        self.world.office = replace(self.world.office, levels=Levels("LTA", hold=timedelta(hours=24)))
        self.lifter = Lifter(self.world.office, Lock())
        self.arrived: dict[DossierId, tuple[Sha256, ...]] = {}
        self.signed: dict[DocumentId, bytes] = {}
        self.half: Journal | None = None
        self.begun: dict[DossierId, tuple[Sha256, ...]] = {}
        """What a ward has seen a byte of."""

    def teardown(self) -> None:
        try:
            self.bring_to_its_end()
        finally:
            self.opened.__exit__(None, None, None)
            self.folder.cleanup()

    @initialize()
    def start(self) -> None:
        self.world.machine.reach = "B"
        self.sign(2)

    # --- moves

    @rule(documents=st.integers(1, 2))
    def sign(self, documents: int) -> None:
        if len(self.items()) < 4:
            dossier = self.world.to_sign(*[HEAD] * documents)
            self.world.see(*ids(dossier))
            assert self.world.sign(*ids(dossier)) == [""] * documents
            for document in self.world.get(dossier).documents:
                assert document.sealed is not None
                self.signed[document.id] = self.world.blobs.path(document.sealed.sha256).read_bytes()

    @rule(level=st.sampled_from([*LEVELS, "B", "LTA"]))
    def outside(self, level: str) -> None:
        self.world.machine.reach = level

    @rule()
    def lift(self) -> None:
        self.lifter.round()

    @rule()
    def line_is_back(self) -> None:
        self.lifter.try_again()
        self.lifter.round()

    @rule(minutes=st.sampled_from([1, 10, 60 * 25]))
    def wait(self, minutes: int) -> None:
        self.world.office.clock.time += timedelta(minutes=minutes)  # type: ignore[attr-defined]

    @rule()
    def send_now(self) -> None:
        outbox.make_due(self.world.office, None)

    @rule()
    def send(self) -> None:
        self.begin_sending()
        self.end_sending()

    @rule()
    def begin_sending(self) -> None:
        """Another process takes an item and puts half of it on the line."""
        if self.half is not None:
            return
        with self.world.office.uow() as uow:
            item = uow.outbox.claim("sender", self.world.office.clock.now(), 60)
            uow.commit()
        if item is None:
            return
        assert item.dossier_id not in self.arrived, "sent twice"
        self.half = Journal(self.world.office.uow, self.world.office.clock, item, lambda: False)
        self.begun[item.dossier_id] = hashes(item)
        self.half.on_bytes(1)
        self.half.save_file(0, upload_url="https://ward/1", offset=1)

    @rule()
    def end_sending(self) -> None:
        journal, self.half = self.half, None
        if journal is None:
            return
        try:
            for index, file in enumerate(journal.item.files):
                assert self.world.blobs.verify(file.sha256), "a hash that the store does not hold"
                journal.save_file(index, file_id=f"f{index}", offset=file.bytes)
            journal.fix_manifest()
            journal.received(Receipt("r", "2026-11-21T02:00:00Z", Sha256("0" * 64), "k", "jws"))
        except WorkstationError as e:
            assert e.code == "K04"
            return
        self.arrived[journal.item.dossier_id] = hashes(journal.item)

    @rule()
    def breaks_off_half_way(self) -> None:
        self.send_now()
        self.begin_sending()
        self.line_breaks()
        self.world.machine.reach = "LTA"
        self.line_is_back()

    @rule()
    def sent_while_it_is_lifted(self) -> None:
        """A person says "send now", and another process takes the item just before the lifted file is recorded."""
        self.world.machine.reach = "LTA"

        def taken(name: str, job: Any) -> None:
            if name == "lifted":
                self.send_now()
                self.begin_sending()

        self.world.machine.hook = taken
        self.line_is_back()
        self.world.machine.hook = lambda name, job: None

    @rule()
    def line_breaks(self) -> None:
        """What was on its way waits again."""
        journal, self.half = self.half, None
        if journal is not None:
            try:
                journal.postponed(ErrorNote("G01"), 1.0, bool(journal.item.manifest))
            except WorkstationError as e:
                assert e.code == "K04"

    @rule()
    def sender_is_killed(self) -> None:
        self.half = None

    @rule(place=st.sampled_from(PLACES))
    def power_cut(self, place: str) -> None:
        """While lifting; then the program starts again."""
        with pytest.MonkeyPatch.context() as patch:
            self.arm(patch, place)
            with suppress(PowerCut):
                self.line_is_back()
        self.world.machine.hook = lambda name, job: None
        recover(self.world.office, verify)
        assert not list(self.world.office.sealing.iterdir())
        self.lifter = Lifter(self.world.office, Lock())

    def arm(self, patch: pytest.MonkeyPatch, place: str) -> None:
        def cut(*_: Any) -> Any:
            raise PowerCut

        self.world.machine.hook = lambda name, job: cut() if name == place else None
        put = self.world.blobs.put_file
        if place == "blob":
            patch.setattr(self.world.blobs, "put_file", lambda path: cut(put(path)))
        if place == "before commit":
            patch.setattr("workstation.usecases.lift._rebuilt", cut)
        if place == "after commit":
            patch.setattr(self.world.office.bus, "publish", cut)
        patch.setattr(Path, "unlink", lambda *_, **__: None)  # who is dead cleans nothing up

    # --- what always holds

    def items(self) -> tuple[OutboxItem, ...]:
        with self.world.office.look() as uow:
            return uow.outbox.list()

    @invariant()
    def item_document_and_store_name_the_same_file(self) -> None:
        for item in self.items():
            documents = self.world.get(item.dossier_id).documents
            assert [d.sealed.sha256 for d in documents if d.sealed] == [f.sha256 for f in item.files]
            for document, file in zip(documents, item.files, strict=True):
                data = self.world.blobs.path(file.sha256).read_bytes()
                assert sha(data) == file.sha256 and len(data) == file.bytes and file.sha256 in item.metadata
                assert data.startswith(self.signed[document.id]), "what was signed is lost"
                assert document.sealed is not None and document.sealed.level == level_of(data)
            assert self.begun.get(item.dossier_id, hashes(item)) == hashes(item), "it changed on its way"
            if item.state is OutboxState.RECEIVED:
                assert self.arrived[item.dossier_id] == hashes(item), "it changed after it was sent"

    @invariant()
    def one_row_a_dossier_and_a_whole_chain(self) -> None:
        items = self.items()
        assert len({item.dossier_id for item in items}) == len(items)
        with self.world.office.look() as uow:
            assert uow.audit.verify() is None

    # --- liveness

    def bring_to_its_end(self) -> None:
        self.half = None
        self.world.machine.reach = "LTA"
        untouched = [i.dossier_id for i in self.items() if i.state is OutboxState.QUEUED and not i.bytes_sent]
        self.line_is_back()
        self.wait(2)  # leases of killed senders run out
        for _ in self.items():
            self.send()
        assert self.arrived.keys() == {item.dossier_id for item in self.items()}
        for dossier_id in self.arrived:
            assert self.world.get(dossier_id).state is DossierState.RECEIVED
        for dossier_id in untouched:
            assert {level_of(self.world.blobs.path(h).read_bytes()) for h in self.arrived[dossier_id]} == {"LTA"}
        self.item_document_and_store_name_the_same_file()


def test_any_order_of_signing_lifting_sending_and_power_cuts(template: Path) -> None:
    LiftAnyOrder.template = template
    phases = (Phase.explicit, Phase.reuse, Phase.generate)
    run_state_machine_as_test(
        LiftAnyOrder,
        settings=settings(
            max_examples=12, stateful_step_count=25, phases=phases, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
