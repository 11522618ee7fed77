"""Values to store. All names are invented."""

import hashlib
from datetime import UTC, date, datetime, timedelta

from workstation.domain.codes import CodeKind, PageCode
from workstation.domain.copies import CopyKind, Entry, Medium, SourceIs, Subject
from workstation.domain.dossier import Document, Dossier
from workstation.domain.events import AuditEvent
from workstation.domain.fields import FieldOrigin, IndexField, Proposal
from workstation.domain.ids import DocumentId, DossierId, EntryId, OutboxId, PageId, Sha256, UserName, new_id
from workstation.domain.outbox import OutboxFile, OutboxItem
from workstation.domain.page import Finding, Page, PageSource, PageState, Transform
from workstation.domain.pagework import turned
from workstation.domain.signature import PublishedPdf
from workstation.domain.splitcue import Cue, SplitCue

T0 = datetime(2026, 11, 21, 1, 2, 3, 456789, UTC)


def sha(text: str) -> Sha256:
    return Sha256(hashlib.sha256(text.encode()).hexdigest())


def page(document: DocumentId | None = None, original: str = "scan", frame: int = 0) -> Page:
    """The second one of a file is turned by a clerk."""
    return Page(
        PageId(new_id()),
        PageSource(sha(original), frame),
        document,
        PageState.READ,
        (Transform("deskew", 1, (("degrees", 0.25),), "nghiêng"), Transform("rotate", 1, (("degrees", 90.0),))),
        (Finding("dpi", 299.9, 300, True), Finding("duplicate", 0.06, 0.2, False, "page-2")),
        work=turned((), 270) if frame == 1 else (),
        codes=(PageCode(CodeKind.OTHER, "code128", "H29.17-20261120-0092637", sha("code"), (1.5, 2, 30, 40)),)
        if frame == 1
        else (),
        separator="front" if frame == 2 else "",
        cue=SplitCue(Cue.NATION, refused=True) if frame == 1 else None,
    )


def dossier(code: str = "HS-0001", minutes: int = 0, pages: int = 3, import_key: str = "") -> Dossier:
    document = Document(
        DocumentId(new_id()),
        type_code="QĐ",
        fields=(
            IndexField("number", "12", 0.93, 0, (10, 20.5, 30, 40)),
            IndexField(
                "subject",
                "Về việc thử nghiệm",
                0.5,
                origin=FieldOrigin.TYPED,
                doubt=True,
                proposals=(Proposal("Về việc thử nghiệm lại", "spelling"),),
            ),
        ),
    )
    return Dossier(
        DossierId(new_id()),
        code,
        "Hồ sơ mẫu",
        T0 + timedelta(minutes=minutes),
        UserName("canbo1"),
        import_key=import_key,
        pages=tuple(page(document.id if i < 2 else None, frame=i) for i in range(pages)),
        documents=(document,),
    )


def item(of: Dossier, minutes: int = 0) -> OutboxItem:
    files = (OutboxFile(of.documents[0].id, "ket-qua", sha("signed"), 5_000_000_000, "a.pdf", 2),)
    return OutboxItem(OutboxId(new_id()), of.id, of.code, '{"a":1}', files, T0 + timedelta(minutes=minutes))


def event(subject: str, n: int = 0, action: str = "imported") -> AuditEvent:
    detail = (("pages", n), ("sha256", sha(str(n))), ("ok", True), ("part", 0.5))
    return AuditEvent(T0 + timedelta(seconds=n), "canbo1", action, subject, detail)


def entry(number: int = 1, year: int = 2026, request: str = "", book: str = "sao") -> Entry:
    subject = Subject("Quyết định thử", sha("scan"), Medium.PAPER, SourceIs.ORIGINAL, False, 3, (1, 3))
    return Entry(
        EntryId(new_id()), CopyKind.TRICH_SAO, book, year, number, f"{number:02d}/TrS-UBND", date(year, 11, 21), "UBND Mẫu",
        subject, "Phòng thử", "lưu", UserName("nguoiky1"), request or sha(f"request {number}"),
        PublishedPdf(sha("published"), 900, 2, "PDF/A-2b"), T0, UserName("vanthu1"),
    )  # fmt: skip
