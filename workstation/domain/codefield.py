"""A dossier's code as the receipt's QR or bar code says it, beside what was read on the same paper.

What the procedure system prints bears its dossier's code as a code too (Circular 01/2023/TT-VPCP; forms 01, 02 and 06 of
Circular 03/2025/TT-VPCP, annex I). Such a code corrects and checks itself, printed letters do not.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

from workstation.domain.codes import CodeKind, PageCode
from workstation.domain.fields import IndexField, Proposal
from workstation.domain.remarks import Remark

FIELD = "dossier_code"
Codes = Sequence[Sequence[PageCode]]
"""Of each page of a document, in order."""


def with_code(fields: Sequence[IndexField], form: Collection[str], codes: Codes) -> tuple[IndexField, ...]:
    """The fields, with the code where the form has its field and nothing was read for it; one that was read alike is in doubt no
    more. A value that was read is never changed."""
    found = _found(codes) if FIELD in form else None
    if found is None:
        return tuple(fields)
    at, code = found
    if all(f.name != FIELD or not f.value for f in fields):
        said = IndexField(FIELD, code.text, 1.0, page=at, box=code.box)
        return (*(f for f in fields if f.name != FIELD), said)
    return tuple(replace(f, confidence=1.0, doubt=False, weak=()) if _same(f, code) else f for f in fields)


def remarks_on_code(fields: Sequence[IndexField], codes: Codes) -> tuple[Remark, ...]:
    """That the paper's code says otherwise than what was read or typed."""
    found = _found(codes)
    if found is None:
        return ()
    other = [f for f in fields if f.name == FIELD and f.value and not _same(f, found[1])]
    return tuple(Remark(FIELD, "code_differs", (Proposal(found[1].text, "code"),)) for _ in other)


def _same(field: IndexField, code: PageCode) -> bool:
    return field.name == FIELD and "".join(field.value.split()).upper() == code.text


def _found(codes: Codes) -> tuple[int, PageCode] | None:
    """The one record's code on the pages, and on which; None where there is none, or two that differ."""
    found = [(at, c) for at, page in enumerate(codes) for c in page if c.kind is CodeKind.OTHER and c.text]
    return found[0] if len({c.text for _, c in found}) == 1 else None
