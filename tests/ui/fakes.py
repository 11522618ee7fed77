"""A desk of invented dossiers for states that are hard to make for real. It answers at once, or when told to."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from tests.ui.answers import Bus, failed, now
from tests.ui.fakesplitting import FakeSplitting
from tests.ui.fakeverify import FakeVerify
from tests.ui.invented import AT, TYPES, document
from tests.ui.pagefakes import PageWorkDesk
from tests.ui.paper import FULL_SCALE, HEIGHT, WIDTH, Sheet
from tests.ui.papering import PaperAnswers
from tests.ui.placefakes import FakePlaces
from tests.ui.searching import SearchAnswers
from workstation.domain.dossier import DossierState
from workstation.domain.errors import ErrorNote
from workstation.domain.events import DossierChanged, OutboxChanged
from workstation.domain.handduplex import Stack
from workstation.domain.ids import DocumentId, DossierId, OutboxId, PageId, UserName
from workstation.domain.outbox import Comparison, OutboxState
from workstation.domain.page import PageState
from workstation.domain.ports import ScanSource
from workstation.domain.scanprofile import USUAL, ScanProfile, scanner_for
from workstation.domain.signature import FileVerdict, SignatureReport, TokenState, TokenStatus, Verdict
from workstation.domain.signing import Secret, StampPlace
from workstation.domain.thumbs import StoredThumb, Thumb
from workstation.usecases.views import (
    Counts,
    DocumentView,
    DossierRow,
    DossierView,
    ImportOutcome,
    LineStatus,
    MendPlace,
    OutboxRow,
    OutboxSums,
    OutboxWindow,
    Picture,
    SignDesk,
    SignProgress,
    SignRow,
    User,
)

R = TypeVar("R")


class FakeDesk(FakeVerify, SearchAnswers, PageWorkDesk, PaperAnswers, FakePlaces, FakeSplitting):
    """Every call is noted in ``calls``; ``answers[name]`` overrides what a call gives (a Future, made anew by a function)."""

    def __init__(self, sheets: dict[str, Sheet]) -> None:
        self.bus = Bus()
        self.site = "Phường Hòa Hưng"
        self.users = (
            User(UserName("Trần Thị Mẫu"), "clerk"),
            User(UserName("Lý Thị Thử"), "checker"),
            User(UserName("Phạm Văn Ký"), "official"),
        )
        self.user = self.users[0]
        self.sheets = sheets
        self.calls: list[tuple[Any, ...]] = []
        self.answers: dict[str, Callable[[], Future[Any]]] = {}
        self.rows: list[DossierRow] = []
        self.views: dict[str, DossierView] = {}
        self.queue: list[DocumentView] = []
        self.sign_rows: list[SignRow] = []
        self.token = TokenStatus(TokenState.READY, "Phạm Văn Ký", "UBND Phường Hòa Hưng", "2030-06-30")
        self.items: list[OutboxRow] = []
        self.comparison: Comparison | None = None
        self.status = LineStatus(True, None, 0)
        self.waiting_profile = ""
        self.own_scanners: dict[str, str] = {}
        """Of scan profiles that name theirs."""
        self.stacks: dict[str, Stack] = {}
        self.sources: tuple[ScanSource, ...] = (ScanSource("fake", "Canon DR-C240"),)
        self.issued = self.guessed = False
        """Signed by the named person; and nobody could read where the name stands."""
        self.hand: Path | None = None
        self.hand_fault = ""
        self.asks: tuple[str, ...] = ()
        """What a remote service wants of the signer."""
        self.right_pin = "12345678"
        self.sign_notes: tuple[ErrorNote, ...] = ()
        """Of each document that is signed."""
        self.page_sheets: dict[str, Sheet] = {}
        self.held: list[Future[Any]] = []
        self.sign_gate = threading.Event()
        self.sign_gate.set()

    def _note(self, name: str, value: Any, *args: Any) -> "Future[Any]":
        self.calls.append((name, *args))
        return self.answers[name]() if name in self.answers else now(value)

    def hold(self) -> "Future[Any]":
        """An answer that does not come until ``release``."""
        self.held.append(Future())
        return self.held[-1]

    def release(self, value: Any = 0) -> None:
        self.sign_gate.set()
        for future in self.held:
            if not future.done():
                future.set_result(value)

    def called(self, name: str) -> list[tuple[Any, ...]]:
        return [c[1:] for c in self.calls if c[0] == name]

    # --- capture
    def counts(self) -> "Future[Counts]":
        waiting = sum(i.state not in (OutboxState.RECEIVED, OutboxState.REJECTED) for i in self.items)
        capture = sum(r.state is DossierState.SCANNING for r in self.rows)
        return self._note("counts", Counts(capture, len(self.queue), len(self.sign_rows), waiting, 0))

    def line(self) -> "Future[LineStatus]":
        return self._note("line", self.status)

    def dossiers(self) -> "Future[tuple[DossierRow, ...]]":
        return self._note("dossiers", tuple(self.rows))

    def dossier(self, dossier_id: DossierId) -> "Future[DossierView]":
        row = next(r for r in self.rows if r.id == dossier_id)
        view = self.views.get(dossier_id) or DossierView(row, (), (), AT, ErrorNote("Q02"), None, False, False)
        return self._note("dossier", view, dossier_id)

    def new_dossier(self, title: str = "", profile: str = "archive") -> "Future[DossierId]":
        code = f"HS-{len(self.rows) + 12:04d}"
        self.rows.insert(0, DossierRow(DossierId(code), code, title, 0, DossierState.SCANNING, (), 0, 0, None))
        return self._note("new_dossier", DossierId(code), title, profile)

    def import_files(
        self, dossier_id: DossierId, paths: Sequence[Path], progress: Callable[[ImportOutcome], None]
    ) -> "Future[tuple[ImportOutcome, ...]]":
        outcomes = []
        for path in paths:
            bad = ErrorNote("F01", (("file", path.name),)) if path.suffix == ".txt" else None
            outcomes.append(ImportOutcome(path.name, 0 if bad else 1, bad))
            progress(outcomes[-1])
        return self._note("import_files", tuple(outcomes), dossier_id, tuple(paths))

    def scan_sources(self) -> "Future[tuple[ScanSource, ...]]":
        return self._note("scan_sources", self.sources)

    def rules_of(self, profile: str) -> str:
        return "one-stop" if "hai mặt" in profile else "archive"

    def scanner_for(self, profile: str, sources: Sequence[ScanSource], chosen: str) -> str:
        return scanner_for(ScanProfile(profile, scanner=self.own_scanners.get(profile, "")), sources, chosen)

    def scan_profiles(self) -> tuple[str, ...]:
        return tuple(p.name for p in USUAL)

    def waits_for_paper(self, profile: str) -> bool:
        return profile == self.waiting_profile

    def stack(self, dossier_id: DossierId) -> "Future[Stack | None]":
        return self._note("stack", self.stacks.get(dossier_id), dossier_id)

    def leave_sides(self, dossier_id: DossierId) -> "Future[None]":
        self.stacks.pop(dossier_id, None)
        return self._note("leave_sides", None, dossier_id)

    def backs_again(self, dossier_id: DossierId) -> "Future[None]":
        self.stacks[dossier_id] = replace(self.stacks[dossier_id], backs=(), broken=False)
        return self._note("backs_again", None, dossier_id)

    def scan(
        self,
        dossier_id: DossierId,
        source_id: str,
        profile: str,
        progress: Callable[[ImportOutcome], None],
        cancelled: Callable[[], bool],
    ) -> "Future[int]":
        self.scan_cancelled, self.scan_progress = cancelled, progress
        return self._note("scan", 0, dossier_id, source_id, profile)

    def _view_of(self, page_id: str) -> DossierView:
        return next(v for v in self.views.values() if any(p.id == page_id for p in v.pages))

    def _change_page(self, page_id: str, **change: Any) -> None:
        view = self._view_of(page_id)
        pages = tuple(replace(p, **change) if p.id == page_id else p for p in view.pages)
        bad = next((p for p in pages if p.failing), None)
        self.views[view.row.id] = replace(
            view, pages=pages, can_undo=True, missing=view.missing if bad else None, missing_page=bad.id if bad else None
        )
        self.bus.publish(DossierChanged(view.row.id))

    @contextmanager
    def as_one(self) -> Iterator[None]:
        self.calls.append(("as_one",))
        yield
        self.calls.append(("as_one done",))

    def rotate(self, page_id: PageId, degrees: int) -> "Future[None]":
        return self._note("rotate", None, page_id, degrees)

    def split_before(self, page_id: PageId) -> "Future[None]":
        view = self._view_of(page_id)
        at = next(i for i, p in enumerate(view.pages) if p.id == page_id)
        old, fresh = view.pages[at].document_id, DocumentId(f"new-{page_id}")
        pages = tuple(replace(p, document_id=fresh) if i >= at and p.document_id == old else p for i, p in enumerate(view.pages))
        documents = (*view.documents, document(len(view.documents) + 1, ()))
        documents = (*documents[:-1], replace(documents[-1], id=fresh))
        self.views[view.row.id] = replace(view, pages=pages, documents=documents, can_undo=True)
        return self._note("split_before", None, page_id)

    def merge_with_previous(self, document_id: DocumentId) -> "Future[None]":
        return self._note("merge_with_previous", None, document_id)

    def set_dropped(self, page_id: PageId, dropped: bool) -> "Future[None]":
        self._change_page(page_id, dropped=dropped)
        return self._note("set_dropped", None, page_id, dropped)

    def keep_page(self, page_id: PageId, reason: str) -> "Future[None]":
        self._change_page(page_id, kept_reason=reason, failing=())
        return self._note("keep_page", None, page_id, reason)

    def not_secret(self, page_id: PageId) -> "Future[None]":
        self._change_page(page_id, state=PageState.NEW, error=None)
        return self._note("not_secret", None, page_id)

    def remove_secret(self, dossier_id: DossierId, page_ids: Sequence[PageId]) -> "Future[ErrorNote]":
        return self._note("remove_secret", ErrorNote("K22", (("count", len(page_ids)),)), dossier_id, tuple(page_ids))

    def undo(self, dossier_id: DossierId) -> "Future[None]":
        return self._note("undo", None, dossier_id)

    def redo(self, dossier_id: DossierId) -> "Future[None]":
        return self._note("redo", None, dossier_id)

    def finish_capture(self, dossier_id: DossierId) -> "Future[None]":
        return self._note("finish_capture", None, dossier_id)

    # --- pages
    def _picture(self, sheet: Sheet | None, max_px: int) -> "Future[Picture]":
        if sheet is None:
            return failed("F06")
        share = min(1.0, max_px / HEIGHT)
        path = sheet.path.with_name(f"{sheet.path.stem}-{max_px}.png") if share < 1 else sheet.path
        if not path.exists():
            QImage(str(sheet.path)).scaledToHeight(max_px, Qt.TransformationMode.SmoothTransformation).save(str(path))
        size = (round(WIDTH * FULL_SCALE), round(HEIGHT * FULL_SCALE))
        return now(Picture(path, round(WIDTH * share), round(HEIGHT * share), share / FULL_SCALE, sheet.unread, size))

    def page_picture(self, page_id: PageId, max_px: int) -> "Future[Picture]":
        self.calls.append(("page_picture", page_id, max_px))
        return self._picture(self.page_sheets.get(page_id, self.sheets["clean"]), max_px)

    def thumbnail(self, wanted: Thumb) -> StoredThumb | None:
        """The pack of a drawn sheet is its picture's own file."""
        return StoredThumb(wanted.kind, wanted.pack.read_bytes()) if wanted.pack.exists() else None

    def draw_thumbnail(self, page_id: PageId) -> "Future[None]":
        return self._note("draw_thumbnail", None, page_id)

    # --- verify
    def verify_queue(self) -> "Future[tuple[DocumentView, ...]]":
        return self._note("verify_queue", tuple(self.queue))

    def document(self, document_id: DocumentId) -> "Future[DocumentView]":
        return self._note("document", next(d for d in self.queue if d.id == document_id), document_id)

    def confirm(self, document_id: DocumentId, values: Mapping[str, str]) -> "Future[ErrorNote | None]":
        answer: Future[ErrorNote | None] = self._note("confirm", None, document_id, values)
        if answer.done() and answer.exception() is None:
            self.queue = [d for d in self.queue if d.id != document_id]
        return answer

    def set_type(self, document_id: DocumentId, type_code: str) -> "Future[None]":
        name = dict(TYPES)[type_code]
        self.queue = [replace(d, type_code=type_code, type_name=name) if d.id == document_id else d for d in self.queue]
        return self._note("set_type", None, document_id, type_code)

    def document_types(self) -> tuple[tuple[str, str], ...]:
        return TYPES

    def return_to_capture(self, document_id: DocumentId, reason: str) -> "Future[None]":
        self.queue = [d for d in self.queue if d.id != document_id]
        return self._note("return_to_capture", None, document_id, reason)

    def later(self, document_id: DocumentId) -> "Future[None]":
        self.queue.sort(key=lambda d: d.id == document_id)
        return self._note("later", None, document_id)

    # --- sign
    def sign_desk(self) -> "Future[SignDesk]":
        return self._note("sign_desk", SignDesk(tuple(self.sign_rows), self.token, 64, 1))

    def token_status(self) -> "Future[TokenStatus]":
        return self._note("token_status", self.token)

    def pdf_picture(self, document_id: DocumentId, page: int, max_px: int) -> "Future[Picture]":
        self.calls.append(("pdf_picture", document_id, page))
        shown = self._picture(self.sheets["decision" if page == 0 else "list"], max_px).result()
        return now(replace(shown, scale=shown.width_px / 595))

    def mark_seen(self, document_id: DocumentId) -> "Future[None]":
        self.sign_rows = [replace(r, seen=True) if r.document.id == document_id else r for r in self.sign_rows]
        return self._note("mark_seen", None, document_id)

    def refuse(self, document_id: DocumentId, reason: str) -> "Future[None]":
        self.sign_rows = [r for r in self.sign_rows if r.document.id != document_id]
        return self._note("refuse", None, document_id, reason)

    def sign(
        self,
        document_ids: Sequence[DocumentId],
        pin: Secret,
        progress: Callable[[SignProgress], None],
        cancelled: Callable[[], bool],
        moves: Mapping[DocumentId, tuple[float, float]] = MappingProxyType({}),
        otp: Secret | None = None,
    ) -> "Future[tuple[SignProgress, ...]]":
        self.calls.append(("sign", tuple(document_ids), dict(moves)))
        if self.asks and not (pin.reveal() and otp is not None and otp.reveal()):
            return failed("C37", asks=" ".join(self.asks))
        if pin.reveal() != self.right_pin:
            return failed("C02")
        future: Future[tuple[SignProgress, ...]] = Future()

        def work() -> None:
            done: list[SignProgress] = []
            for i, d in enumerate(document_ids, 1):
                if cancelled():
                    break
                done.append(SignProgress(d, i, len(document_ids), None, self.sign_notes))
                self.sign_rows = [r for r in self.sign_rows if r.document.id != d]
                progress(done[-1])
                self.sign_gate.wait(20)
            future.set_result(tuple(done))

        threading.Thread(target=work, daemon=True).start()
        return future

    def stamp_place(self, document_id: DocumentId, move: tuple[float, float]) -> "Future[StampPlace]":
        """As preset S5 on A4: a stamp of 80 × 9 mm at home top right, moved by up to 60 and 30 mm."""
        if self.issued:
            return self._hand_place(document_id, move)
        x = min(max(124 + move[0], 64), 128)
        y = min(max(4 + move[1], 2), 34)
        lines = ("Ký bởi: UBND Phường Hòa Hưng", "Thời gian ký: (ghi khi ký)")
        place = StampPlace(0, (210, 297), (x, y, x + 80, y + 9), (124, 4, 204, 13), (64, 2, 208, 43), 1.0, lines, 10 * 25.4 / 72)
        return self._note("stamp_place", place, document_id, move)

    def _hand_place(self, document_id: DocumentId, move: tuple[float, float]) -> "Future[StampPlace]":
        """As preset S1: a signature of 40 × 17 mm; where its place is only guessed, free in the lower right of the page."""
        if self.hand is None:
            return failed("C35")
        area = (105.0, 130.0, 199.5, 282.0) if self.guessed else (120.0, 200.0, 180.0, 227.0)
        x = min(max(130 + move[0], area[0]), area[2] - 40)
        y = min(max(205 + move[1], area[1]), area[3] - 17)
        home, box = (130.0, 205.0, 170.0, 222.0), (x, y, x + 40, y + 17)
        place = StampPlace(0, (210, 297), box, home, area, 1.0, (), 0.0, self.hand, self.guessed)
        return self._note("stamp_place", place, document_id, move)

    def keep_hand(self, source: Path) -> "Future[None]":
        if self.hand_fault:
            return failed("C36", file=source.name, fault=self.hand_fault)
        self.hand = source
        return self._note("keep_hand", None, source)

    def save_report(self, out: Path, name: str, verdict: FileVerdict) -> "Future[None]":
        return self._note("save_report", None, out, name, verdict)

    def verify_file(self, path: Path) -> "Future[FileVerdict]":
        report = SignatureReport(
            "Signature1",
            "ỦY BAN NHÂN DÂN PHƯỜNG HÒA HƯNG",
            "CA Tập huấn",
            "2026-11-20T03:00:00+00:00",
            None,
            "B",
            "TOTAL-PASSED",
            None,
            "whole_file",
            "none",
            "good",
            True,
            1000,
        )
        if "hong" in path.name:
            return self._note(
                "verify_file", FileVerdict(Verdict.INVALID, False, (ErrorNote("V01"),), (replace(report, trusted=True),)), path
            )
        return self._note("verify_file", FileVerdict(Verdict.VALID, True, (), (report,)), path)

    # --- outbox
    def outbox(self, states: tuple[OutboxState, ...], limit: int, after: OutboxId | None = None) -> "Future[OutboxWindow]":
        wanted = tuple(i for i in self.items if i.state in states)
        behind = wanted[1 + [i.id for i in wanted].index(after) :] if after else wanted
        return self._note("outbox", OutboxWindow(behind[:limit], len(behind) > limit), limit, after)

    def outbox_sums(self) -> "Future[OutboxSums]":
        tally = {state: sum(i.state is state for i in self.items) for state in OutboxState}
        due = (OutboxState.QUEUED, OutboxState.SENDING, OutboxState.UNKNOWN)
        left = sum(i.bytes - i.done for i in self.items if i.state in due)
        first = next((i.id for i in self.items if i.state is OutboxState.REJECTED), None)
        return self._note("outbox_sums", OutboxSums(tally, left, first))

    def send_again(self, item_id: OutboxId) -> "Future[None]":
        return self._note("send_again", None, item_id)

    def other_version(self, item_id: OutboxId) -> "Future[Comparison | None]":
        return self._note("other_version", self.comparison, item_id)

    def set_meeting(self, on: bool) -> "Future[datetime | None]":
        until = datetime(2026, 11, 21, 5, 0, tzinfo=UTC) if on else None
        self.status = replace(self.status, meeting_until=until)
        return self._note("set_meeting", until, on)

    def send_now(self, item_id: OutboxId | None = None) -> "Future[None]":
        return self._note("send_now", None, item_id)

    def set_paused(self, item_id: OutboxId, paused: bool) -> "Future[None]":
        state = OutboxState.PAUSED if paused else OutboxState.QUEUED
        self.items = [replace(i, state=state) if i.id == item_id else i for i in self.items]
        self.bus.publish(OutboxChanged())
        return self._note("set_paused", None, item_id, paused)

    def reopen_rejected(self, item_id: OutboxId) -> "Future[MendPlace]":
        field = next((str(dict(i.error.params).get("field", "")) for i in self.items if i.id == item_id and i.error), "")
        return self._note("reopen_rejected", MendPlace(self.queue[-1].id if self.queue else DocumentId(""), field), item_id)

    def close(self) -> None:
        pass
