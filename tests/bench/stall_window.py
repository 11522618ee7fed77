"""The window of ``tests.bench.stall``: documents that wait for their signature, the batch, and how late a timer comes."""

import time
from pathlib import Path
from typing import Any

from tests.bench.stall import ALONE_MS, BROWSE_MS, LIMIT_SECONDS
from tests.bench.ticks import lateness
from ui import app as desktop
from workstation.app.compose import Workstation
from workstation.domain.dossier import Document, DocumentState, Dossier, DossierState
from workstation.domain.fields import FIELD_NAMES, IndexField
from workstation.domain.ids import DocumentId, DossierId, PageId, Sha256, new_id
from workstation.domain.page import Finding, Page, PageSource, PageState
from workstation.domain.signature import PublishedPdf
from workstation.usecases.sign import mark_seen


def _waiting(ws: Workstation, pdf: Path, count: int) -> DossierId:
    """One dossier of ``count`` documents, each a page, checked and seen."""
    office, (clerk, checker, official) = ws.office, (u.name for u in ws.settings.users[:3])
    pages, documents = [], []
    for number in range(count):
        data = pdf.read_bytes() + b"%% %d\n" % number
        one = pdf.with_name(f"{number}.pdf")
        one.write_bytes(data)
        blob: Sha256 = office.blobs.put_file(one)
        document_id = DocumentId(new_id())
        finding = (Finding("dpi", 300, 300, True),)
        pages.append(Page(PageId(new_id()), PageSource(blob, 0), document_id, PageState.READ, findings=finding))
        fields = tuple(IndexField(name, "2026-11-21" if name == "issued_date" else "1", 1.0) for name in FIELD_NAMES)
        published = PublishedPdf(blob, len(data), 1, "PDF/A-2b")
        documents.append(
            Document(document_id, DocumentState.TO_SIGN, "", fields, entered_by=clerk, checked_by=checker, published=published)
        )
    dossier = Dossier(
        DossierId(new_id()), "HS-9000", "Đo", office.clock.now(), clerk, DossierState.PROCESSING,
        pages=tuple(pages), documents=tuple(documents),
    )  # fmt: skip
    with office.uow() as uow:
        uow.dossiers.add(dossier)
        uow.commit()
    for document in documents:
        mark_seen(office, document.id, official)
    return dossier.id


def watch(ws: Workstation, pdf: Path, count: int, pin: str) -> dict[str, Any]:
    dossier_id = _waiting(ws, pdf, count)
    application = desktop.application()
    ws.desk.user = ws.desk.users[2]
    shell = desktop.open_window(ws.desk)
    shell.setGeometry(application.primaryScreen().availableGeometry())
    shell.open("sign")
    desktop.settle()
    sign: Any = shell.current

    def browse() -> None:
        sign.table.selectRow((sign.table.currentIndex().row() + 1) % max(len(sign.model.rows), 1))

    reading = [(BROWSE_MS, browse)]
    begun = time.monotonic()
    alone = lateness(shell, lambda: None, lambda: time.monotonic() - begun > ALONE_MS / 1000, reading)
    begun = time.monotonic()

    def start() -> None:
        sign.pin.setText(pin)
        sign.primary()

    signing = lateness(shell, start, lambda: sign._stop is None or time.monotonic() - begun > LIMIT_SECONDS / 2, reading)
    seconds = time.monotonic() - begun
    desktop.settle()
    errors = [sign.note.text.text(), *(r.error.code for r in sign._results.values() if r.error)]
    shell.close()
    sealed = [d.sealed for d in ws.office.dossier(dossier_id).documents]
    return {
        "seconds": seconds,
        "alone": alone,
        "signing": signing,
        "levels": [s.level if s else "" for s in sealed],
        "errors": errors,
    }
