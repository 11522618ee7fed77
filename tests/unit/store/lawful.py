"""Documents as the store takes them: whoever makes one in a state gives it what its state rests on."""

from dataclasses import replace

from workstation.domain.dossier import COMPLETE, Document, DocumentState
from workstation.domain.ids import Sha256, UserName
from workstation.domain.rekey import Difference
from workstation.domain.signature import PublishedPdf, SealedPdf

FREE = (DocumentState.NEW, DocumentState.TO_INDEX, DocumentState.RETURNED, DocumentState.REFUSED)


def holding(document: Document) -> Document:
    """The nearest document that the store takes."""
    first, second = (UserName(f"{name or ''}{n}") for n, name in enumerate((document.entered_by, document.checked_by)))
    if document.state not in FREE:
        document = replace(document, entered_by=first, checked_by=None if document.state is DocumentState.TO_CHECK else second)
    signed = document.state in (DocumentState.TO_SEAL, *COMPLETE)
    published = document.published or PublishedPdf(Sha256("0" * 64), 1, 1, "")
    sealed = document.sealed or SealedPdf(Sha256("1" * 64), 2, published.sha256, "", "", "B")
    settling = document.state is DocumentState.TO_SETTLE
    return replace(
        document,
        entered_by=document.entered_by if document.entered_by != document.checked_by else None,
        settled_by=None if document.settled_by in (document.entered_by, document.checked_by) else document.settled_by,
        differing=(document.differing or (Difference("number", "1", "2"),)) if settling else (),
        published=published if signed or document.state is DocumentState.TO_SIGN else document.published,
        sealed=replace(sealed, published=published.sha256) if signed else None,
        marks_left=(document.marks_left or ("N1",)) if document.state is DocumentState.TO_SEAL else (),
    )
