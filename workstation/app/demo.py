"""The main job on the sample dossiers that ship with the program, from page images to verified receipts.

Run again after any stop (also kill -9) it goes on where it was: dossiers are found by the hash of their originals, every step
looks at the stored state, and nothing is signed or sent twice.
"""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from signing.verify import verify_file
from workstation.app.compose import Workstation, sample_folder
from workstation.app.shapes import fields_json
from workstation.app.stopping import run_until, stop_on_signals
from workstation.app.training import TRAINING_PIN
from workstation.domain.dossier import DocumentState, Dossier, DossierState
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.ids import DocumentId, DossierId, UserName
from workstation.domain.outbox import OutboxState
from workstation.domain.signature import FileVerdict
from workstation.domain.signing import Secret
from workstation.usecases import check, edit, scan
from workstation.usecases.export import export_dossier
from workstation.usecases.office import Office
from workstation.usecases.outbox import make_due
from workstation.usecases.publish import publish
from workstation.usecases.read import missing_for_finish, read_dossier
from workstation.usecases.recover import recover
from workstation.usecases.sign import mark_seen, sign_batch

SEND_SECONDS = 120.0
KEPT = "Bản giấy cũ, quét lại không rõ hơn"


@dataclass(frozen=True, slots=True)
class Sample:
    """One shipped dossier: page images in order, and what is printed on them."""

    folder: Path
    title: str
    truth: Mapping[str, Any]

    @property
    def images(self) -> list[Path]:
        return [self.folder / page["file"] for page in self.truth["pages"]]

    def typed(self, pages: tuple[int, ...], name: str) -> str:
        """What a clerk would type into a field by looking at the paper."""
        for document in self.truth["documents"]:
            if set(document["pages"]) & set(pages):
                return str(document["fields"].get(name, ""))
        return ""


def samples() -> list[Sample]:
    found = []
    for path in sorted(sample_folder().glob("*/truth.json")):
        truth = json.loads(path.read_text("utf-8"))
        found.append(Sample(path.parent, truth["title"], truth))
    return found


@dataclass(slots=True)
class Story:
    """What happened, for the table and the JSON."""

    seconds: dict[str, float] = field(default_factory=dict)
    typed: int = 0
    """Fields that the reading left empty or malformed, typed from the paper by the demo's clerk."""
    dossiers: list[dict[str, Any]] = field(default_factory=list)
    tell: Callable[[str], None] = lambda _: None

    @contextmanager
    def step(self, name: str, words: str) -> Iterator[None]:
        self.tell(words)
        started = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - started


def run(ws: Workstation, tell: Callable[[str], None]) -> dict[str, Any]:
    """The whole way for every sample; gives the JSON of ``workstation demo``."""
    office, story = ws.office, Story(tell=tell)
    verify = partial(verify_file, trust=ws.home.trust_store())
    in_worker: Callable[[Path], FileVerdict] = lambda p: ws.pages.submit(verify, p).result()  # noqa: E731
    with story.step("recover", "Xem lần chạy trước để lại gì"):
        recover(office, in_worker)
    clerk, checker, official, third = (u.name for u in ws.settings.users[:4])
    found = [(s, _take_in(office, story, s, clerk)) for s in samples()]
    _read_all(office, story, [d for _, d in found])
    for sample, dossier_id in found:
        _prepare(office, story, sample, dossier_id, (clerk, checker, third))
    _sign(office, story, ws, [d for _, d in found], official)
    _send(ws, story, [d for _, d in found])
    for _, dossier_id in found:
        _report(ws, story, dossier_id, in_worker)
    trust = [str(p) for p in ws.home.trust_store().training_roots]
    rounded = {name: round(s, 3) for name, s in story.seconds.items()}
    return {"home": str(ws.home.root), "dossiers": story.dossiers, "seconds": rounded, "typed": story.typed, "trust": trust}


def _take_in(office: Office, story: Story, sample: Sample, by: UserName, prefix: str = "") -> DossierId:
    key = prefix + scan.import_key(sample.images)
    with story.step("import", f"Nhận ảnh quét: {sample.title}"):
        with office.look() as uow:
            known = uow.dossiers.by_import_key(key)
        dossier_id = known.id if known else scan.open_dossier(office, sample.title, by, import_key=key)
        if known is None or known.state is DossierState.SCANNING:
            for image in sample.images:
                outcome = scan.take_in(office, dossier_id, image, by)
                if outcome.error is not None:
                    raise outcome.error.error()
    return dossier_id


def _read_all(office: Office, story: Story, dossiers: list[DossierId]) -> None:
    """All dossiers at once, as on the desk: their pages share the lane and no core waits."""
    with story.step("read", "Làm sạch và đọc chữ"), ThreadPoolExecutor(len(dossiers)) as threads:
        list(threads.map(lambda d: read_dossier(office, d), dossiers))


def _prepare(office: Office, story: Story, sample: Sample, dossier_id: DossierId, persons: tuple[UserName, ...]) -> None:
    """``persons``: who enters, who checks, who settles where the two differ."""
    with office.look() as uow:
        dossier = uow.dossiers.get(dossier_id)
    with story.step("check", "Nhập và kiểm tra trường thông tin"):
        if dossier.state is DossierState.SCANNING:
            _finish_capture(office, dossier, persons[0])
        steps = (DocumentState.TO_INDEX, DocumentState.TO_CHECK, DocumentState.TO_SETTLE)
        for state, by in zip(steps, persons, strict=True):
            for document_id in _in_state(office, dossier_id, state):
                _confirm(office, story, sample, document_id, by)
    with story.step("publish", "Tạo PDF/A-2b và kiểm tra"):
        for document_id in _in_state(office, dossier_id, DocumentState.PASSED):
            after = publish(office, document_id).document(document_id)
            if after.error is not None:
                raise after.error.error()


def _finish_capture(office: Office, dossier: Dossier, by: UserName) -> None:
    """Passes the dossier on; pages that fail a finding are kept with a reason, as a clerk with poor paper would."""
    while True:
        note, page_id = missing_for_finish(office, dossier)
        if note is None:
            break
        if page_id is None or not note.code.startswith("A"):
            raise note.error()
        dossier = edit.keep_page(office, page_id, KEPT, by)
    edit.finish_capture(office, dossier.id, by)


def _in_state(office: Office, dossier_id: DossierId, state: DocumentState) -> list[DocumentId]:
    with office.look() as uow:
        return [d.id for d in uow.dossiers.get(dossier_id).documents if d.state is state]


def _confirm(office: Office, story: Story, sample: Sample, document_id: DocumentId, by: UserName) -> None:
    """Confirms what was read; a field that is missing or malformed is typed from the paper, and counted. What the check always
    keys again is typed without being counted."""
    with office.look() as uow:
        dossier = uow.dossiers.by_document(document_id)
    pages = tuple(i for i, p in enumerate(dossier.pages) if p.document_id == document_id)
    values: dict[str, str] = {}
    while True:
        try:
            check.confirm(office, document_id, values, by)
        except WorkstationError as e:
            name = str(e.params.get("field", ""))
            if e.code not in ("K01", "K02", "K10") or name in values:
                raise
            values[name] = sample.typed(pages, name)
            story.typed += e.code != "K10"
        else:
            return


def _sign(office: Office, story: Story, ws: Workstation, dossiers: list[DossierId], official: UserName) -> None:
    waiting = [x for d in dossiers for x in _in_state(office, d, DocumentState.TO_SIGN)]
    with story.step("sign", f"Ký số {len(waiting)} văn bản bằng chứng thư tập huấn"):
        for document_id in waiting:
            mark_seen(office, document_id, official)
        if not waiting:
            return
        key = ws.settings.key(ws.home.root)
        if key is None:
            raise WorkstationError("C01")
        for result in sign_batch(office, key, Secret(TRAINING_PIN), waiting, official):
            if result.error is not None:
                raise result.error.error()


def _send(ws: Workstation, story: Story, dossiers: list[DossierId]) -> None:
    """Drains the outbox until each dossier has its receipt, or a person is needed, or the time is up."""

    def drain(stop: threading.Event) -> None:
        until = time.monotonic() + SEND_SECONDS
        while True:
            make_due(ws.office, None)
            ws.sender.send_due(stop.is_set)
            with ws.office.look() as uow:
                items = [i for d in dossiers if (i := uow.outbox.by_dossier(d))]
            if all(i.state in (OutboxState.RECEIVED, OutboxState.REJECTED) for i in items) or time.monotonic() > until:
                return
            if stop.wait(0.5):
                return

    with story.step("send", "Gửi tới hệ thống dùng chung và chờ biên nhận"), stop_on_signals() as stop:
        run_until(stop, lambda: drain(stop))
    if stop.is_set():
        raise KeyboardInterrupt


def _report(ws: Workstation, story: Story, dossier_id: DossierId, verify: Callable[[Path], FileVerdict]) -> None:
    with ws.office.look() as uow:
        dossier, item = uow.dossiers.get(dossier_id), uow.outbox.by_dossier(dossier_id)
    with story.step("verify", f"Xuất và kiểm tra chữ ký: {dossier.title}"):
        paths = export_dossier(ws.office, dossier, item, ws.home.exports)
        documents = []
        for document in dossier.documents:
            path = paths.get(document.id)
            documents.append(
                {
                    "pdf": str(path) if path else None,
                    "type": document.type_code,
                    "fields": fields_json(document.fields),
                    "signed": document.sealed is not None,
                    "green": bool(path and document.sealed and verify(path).green),
                    "pages": len(dossier.pages_of(document.id)),
                }
            )
    receipt = item.receipt.id if item and item.receipt else None
    state = dossier.state.value
    row: dict[str, Any] = {"code": dossier.code, "title": dossier.title, "state": state, "receipt_id": receipt}
    story.dossiers.append({**row, "error": _error(item.error if item else None), "documents": documents})


def _error(note: ErrorNote | None) -> dict[str, Any] | None:
    return {"code": note.code} if note else None


def leave_work(ws: Workstation, tell: Callable[[str], None]) -> None:
    """The samples once more, stopped at different desks, so that every screen has something to do."""
    office, story = ws.office, Story(tell=tell)
    clerk, checker, _, third = (u.name for u in ws.settings.users[:4])
    mixed, certified, poor = (next(s for s in samples() if s.folder.name == n) for n in PRACTICE)
    plan = ((mixed, "sign-"), (certified, "sign-"), (mixed, "check-"), (poor, "check-"), (mixed, "scan-"))
    found = [(sample, prefix, _take_in(office, story, sample, clerk, prefix)) for sample, prefix in plan]
    _read_all(office, story, [d for _, _, d in found])
    for sample, prefix, dossier_id in found:
        with office.look() as uow:
            dossier = uow.dossiers.get(dossier_id)
        if prefix == "sign-":
            _prepare(office, story, sample, dossier_id, (clerk, checker, third))
        elif prefix == "check-" and dossier.state is DossierState.SCANNING:
            _finish_capture(office, dossier, clerk)


PRACTICE = ("ho-so-luu-tru", "ban-sao-chung-thuc", "ban-quet-xau")
