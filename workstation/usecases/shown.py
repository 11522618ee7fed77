"""Pages of a published or signed file as pictures: what is shown as signed is drawn from the bytes under a sound signature."""

import threading
from collections.abc import Callable
from pathlib import Path

from workstation.domain.dossier import Document, Dossier
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import DocumentId, Sha256, UserName
from workstation.domain.pagejobs import PdfRenderJob
from workstation.domain.signature import FileVerdict, SealedPdf
from workstation.usecases.office import PAGE_SECONDS, Office
from workstation.usecases.sound import signed_length
from workstation.usecases.views import Picture

REMEMBERED = 500
"""Signed files whose verdict is kept: more than an official leafs through in a day, and some kilobytes only."""


class ShownPdfs:
    """Draws pages for a desk, and remembers what each user was shown of a document."""

    def __init__(self, office: Office, verify: Callable[[Path], FileVerdict]) -> None:
        self._office = office
        self._verify = verify
        self._lengths: dict[Sha256, int] = {}
        self._seen: dict[tuple[UserName, DocumentId], Sha256] = {}
        self._lock = threading.Lock()

    def picture(self, dossier: Dossier, document: Document, page: int, max_px: int, user: UserName) -> Picture:
        """Page ``page`` (from 0). K06 if nothing is published and the file did not come signed; V01, V02, V06 as
        ``signed_length``."""
        came = dossier.signed_document(document.id)
        source = document.sealed or document.published or (came.sealed if came else None)
        if source is None:
            raise WorkstationError("K06", state=document.state.value, to="published")
        path = self._office.blobs.path(source.sha256)
        prefix = self._length(source.sha256, path) if isinstance(source, SealedPdf) else 0
        job = PdfRenderJob(path, source.sha256, prefix, page, self._office.cache, max_px)
        shown = self._office.pages.submit(self._office.tools.render_pdf, job, timeout=PAGE_SECONDS, urgent=True).result()
        with self._lock:
            self._seen[user, document.id] = source.sha256
        return Picture(shown.path, shown.width_px, shown.height_px, shown.scale)

    def seen(self, user: UserName, document_id: DocumentId) -> Sha256 | None:
        """The file of which this user was shown a page last; None: none since the program started."""
        with self._lock:
            return self._seen.get((user, document_id))

    def _length(self, sha256: Sha256, path: Path) -> int:
        """Verified once a file, not once a page: a blob's bytes never change under its name."""
        with self._lock:
            known = self._lengths.get(sha256)
        if known is not None:
            return known
        length = signed_length(self._verify(path))
        with self._lock:
            if len(self._lengths) >= REMEMBERED:
                del self._lengths[next(iter(self._lengths))]
            self._lengths[sha256] = length
        return length
