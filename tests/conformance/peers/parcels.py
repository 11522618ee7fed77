"""Invented dossiers, a journal that survives its program, and the loop that an outbox is."""

import hashlib
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from sync.failure import WardFailure
from workstation.domain.ids import DocumentId, DossierId, Sha256
from workstation.domain.outbox import RULES, FailureClass
from workstation.domain.peers import (
    BEGUN,
    Case,
    CodeBook,
    Delivered,
    Parcel,
    Part,
    PeerAdapter,
    PeerDocument,
    TypeCodes,
)

BOOK = CodeBook(
    {
        "KHAI_SINH": TypeCodes("000.00.00.G09-KQ002269", "KQ.G15.000031"),
        "TO_KHAI": TypeCodes("000.00.00.G09-KQ002270", ""),
    },
    {"MaCSDL": "7 1", "dossierTemplateNo.1.001193": "MAU-KS"},
)
CODE = "H29.17-20260609-0092637"
AT = datetime(2026, 6, 9, 18, 30, 15, 328_000, tzinfo=UTC)
"""After midnight in Vietnam: a day later than in UTC."""


def document(number: int, part: Part, type_code: str, name: str, content: bytes) -> PeerDocument:
    return PeerDocument(
        id=DocumentId(f"01890000-0000-7000-8000-00000000000{number}"),
        part=part,
        type_code=type_code,
        type_name=name,
        name=f"HS-0001-0{number}.pdf",
        sha256=Sha256(hashlib.sha256(content).hexdigest()),
        bytes=len(content),
        pages=1,
        fields={"subject": f"{name} của người thử nghiệm", "signer_title": "Chủ tịch"},
        signer="Trần Văn Thử",
        signing_time="2026-06-09T18:30:15+00:00",
    )


CONTENTS = (b"%PDF-1.7 one", b"%PDF-1.7 two, longer")
PARCEL = Parcel(
    dossier_id=DossierId("01890000-0000-7000-8000-0000000000aa"),
    dossier_code="HS-0001",
    title="Đăng ký khai sinh",
    created_at=AT,
    case=Case(
        code=CODE,
        procedure="1.001193",
        procedure_name="Thủ tục đăng ký khai sinh",
        field_code="G15-HT",
        field_name="Hộ tịch",
        holder="Nguyễn Thị Mẫu",
        holder_id="079000000001",
        accepted_at=AT,
        due_at=datetime(2026, 6, 11, 10, 0, tzinfo=UTC),
    ),
    documents=(
        document(1, Part.COMPONENT, "TO_KHAI", "Tờ khai", CONTENTS[0]),
        document(2, Part.RESULT, "KHAI_SINH", "Giấy khai sinh", CONTENTS[1]),
    ),
)


def with_case(**changes: object) -> Parcel:
    return replace(PARCEL, case=replace(PARCEL.case, **changes))  # type: ignore[arg-type]


class Killed(BaseException):
    """The power went."""


@dataclass
class MemoryJournal:
    """Steps outlive the adapter that wrote them. ``kill_at``: power goes before or after the write of that number is durable."""

    steps: dict[str, str] = field(default_factory=dict)
    kill_at: int = -1
    durable: bool = True
    writes: int = 0

    def get(self, step: str) -> str:
        return self.steps.get(step, "")

    def begin(self, step: str) -> None:
        self._write(lambda: self.steps.update({step: BEGUN}))

    def done(self, step: str, value: str) -> None:
        assert value not in ("", BEGUN)
        self._write(lambda: self.steps.update({step: value}))

    def forget(self, step: str) -> None:
        self._write(lambda: self.steps.pop(step, None))

    def moving(self, count: int) -> None:
        assert count > 0

    def _write(self, change: Callable[[], object]) -> None:
        killed = self.writes == self.kill_at
        self.writes += 1
        if not killed or self.durable:
            change()
        if killed:
            raise Killed


@dataclass
class Files:
    """Where the documents' bytes lie."""

    folder: Path

    def __post_init__(self) -> None:
        for content in CONTENTS:
            (self.folder / hashlib.sha256(content).hexdigest()).write_bytes(content)

    def path(self, sha256: Sha256) -> Path:
        return self.folder / sha256


def attempt(adapter: PeerAdapter, files: Files, journal: MemoryJournal, parcel: Parcel = PARCEL) -> Delivered | WardFailure:
    try:
        return adapter.deliver(parcel, files.path, journal)
    except WardFailure as failure:
        assert failure.failure in RULES
        return failure


def until_delivered(
    adapter: PeerAdapter, files: Files, journal: MemoryJournal, parcel: Parcel = PARCEL, tries: int = 60
) -> tuple[Delivered, list[FailureClass]]:
    """What an outbox does without its waiting, and how each try failed."""
    met: list[FailureClass] = []
    for _ in range(tries):
        outcome = attempt(adapter, files, journal, parcel)
        if isinstance(outcome, Delivered):
            return outcome, met
        met.append(outcome.failure)
    raise AssertionError(f"never delivered: {met}")


def fails(adapter: PeerAdapter, files: Files, journal: MemoryJournal, parcel: Parcel = PARCEL) -> WardFailure:
    outcome = attempt(adapter, files, journal, parcel)
    assert isinstance(outcome, WardFailure)
    return outcome


def through_faults(
    make: Callable[[], PeerAdapter], files: Files, rng: random.Random, seed: int, parcel: Parcel = PARCEL
) -> set[FailureClass]:
    """Delivered in at most 40 tries, each of which may be a new process; how the others failed."""
    journal, adapter, met = MemoryJournal(), make(), set[FailureClass]()
    for _ in range(40):
        outcome = attempt(adapter, files, journal, parcel)
        if isinstance(outcome, Delivered):
            adapter.close()
            return met
        met.add(outcome.failure)
        if rng.random() < 0.5:
            adapter.close()
            adapter = make()
    raise AssertionError(f"seed {seed} never delivered: {met}")


def killed_and_resumed(make: Callable[[], PeerAdapter], files: Files, journal: MemoryJournal) -> bool:
    """The power goes where ``journal`` says, and a new process goes on from what is written; whether it went."""
    killed = False
    first = make()
    try:
        until_delivered(first, files, journal)
    except Killed:
        killed = True
    finally:
        first.close()
    second = make()
    until_delivered(second, files, journal)
    second.close()
    return killed
