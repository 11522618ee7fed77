"""Signing on behalf of somebody (KT., TL., TUQ.; Decree 30/2020 art. 13): the ledger of who may, for what and until when."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime

from workstation.domain.errors import WorkstationError
from workstation.domain.ids import AuthorityId, UserName
from workstation.domain.procedure import national

ALL_TYPES = "*"
"""A scope of every document type."""
CERTIFYING = "CHUNG_THUC"
"""A scope beside the document types: certifying copies."""


@dataclass(frozen=True, slots=True)
class BehalfForm:
    """A form of signing on behalf, as the rules describe it; in force between two days."""

    code: str
    """KT, TL or TUQ."""
    name: str
    source: str
    valid_from: date
    valid_to: date | None
    marks: tuple[str, ...]
    """How the form stands before an office, in capitals and without its last full stop."""
    titles: tuple[str, ...]
    """Words that begin the title of an office whose holder signs in this form, where no form is written (any more)."""
    limited: bool
    """Whether the authorisation has to name document types or procedures, and a last day."""


@dataclass(frozen=True, slots=True)
class Matter:
    """What is to be signed, as far as an authorisation speaks of it."""

    type_code: str
    procedure: str = ""
    """Of its dossier; empty: not known."""


@dataclass(frozen=True, slots=True)
class Authority:
    """One entry of the ledger. It is never edited, only ended: what was signed under it stays explained."""

    id: AuthorityId
    number: str
    """Number and symbol of the decision or authorisation."""
    form: str
    """``BehalfForm.code``."""
    on_behalf_of: str
    """The office in whose place is signed (Chủ tịch …), not a person."""
    user: UserName | None
    certificate: str
    """SHA-256 of the certificate (``TokenStatus.certificate``); empty: any. One of both is given; if both are, both count."""
    scope: tuple[str, ...]
    """Codes of the document types that may be signed, or ``ALL_TYPES`` alone."""
    valid_from: date
    valid_until: date | None
    """The last day; None: until it is ended."""
    created_at: datetime
    created_by: UserName
    ended: date | None = None
    """The first day on which it no longer counts; set once."""
    revoked: bool = False
    """Ended because it was taken back, not because it was over."""
    procedures: tuple[str, ...] = ()
    """Codes of the administrative procedures in whose dossiers may be signed; none: in any dossier."""

    def in_force(self, on: date) -> bool:
        until = self.valid_until is None or on <= self.valid_until
        return self.valid_from <= on and until and (self.ended is None or on < self.ended)

    def covers(self, matter: Matter) -> bool:
        """A document whose type was not recognised is covered by no list of types, a dossier without a procedure by no list of
        procedures."""
        typed = ALL_TYPES in self.scope or (matter.type_code != "" and matter.type_code in self.scope)
        code = national(matter.procedure)
        return typed and (not self.procedures or (code != "" and code in map(national, self.procedures)))


@dataclass(frozen=True, slots=True)
class Signatory:
    """Who is about to sign, on which day of the office's calendar, and the ledger as it stands."""

    user: UserName
    certificate: str | None
    """SHA-256; None: not known yet, and so not judged."""
    on: date
    ledger: tuple[Authority, ...]
    forms: tuple[BehalfForm, ...]
    """In force on that day."""

    def _named_in(self, entry: Authority) -> bool:
        return entry.user in (None, self.user) and (self.certificate is None or entry.certificate in ("", self.certificate))

    def authority(self, form: str, matter: Matter) -> Authority | None:
        """The entry that lets this person sign today, the oldest if there are several."""
        found = (e for e in self.ledger if e.form == form and self._named_in(e) and e.in_force(self.on) and e.covers(matter))
        return min(found, key=lambda e: (e.valid_from, e.id), default=None)

    def under(self, forms: tuple[str, ...], matter: Matter) -> tuple[Authority, ...]:
        """The entries that let this person sign today, one a form; C31 for the first form that has none."""
        found = []
        for form in forms:
            entry = self.authority(form, matter)
            if entry is None:
                about = {"type": matter.type_code, "procedure": matter.procedure}
                known = {name: value for name, value in about.items() if value}
                raise WorkstationError("C31", form=f"{form}.", date=self.on.isoformat(), **known)
            found.append(entry)
        return tuple(found)


def forms_of(title: str, forms: tuple[BehalfForm, ...]) -> tuple[str, ...]:
    """Codes of the forms in which the holder of ``title`` signs; empty: in the holder's own right.

    ``TL. CHỦ TỊCH / KT. TRƯỞNG PHÒNG / PHÓ TRƯỞNG PHÒNG`` states two. Readers may lose the line with the form: a deputy then
    still signs in the head's place (art. 13.1).
    """
    plain = "".join(c for c in unicodedata.normalize("NFKC", title) if unicodedata.category(c) != "Cf")
    text = unicodedata.normalize("NFC", " ".join(plain.split())).upper()
    written = tuple(f.code for f in forms if any(re.search(rf"(?<!\w){re.escape(m)}(?!\w)", text) for m in f.marks))
    implied = tuple(f.code for f in forms if any(re.search(rf"(?:^|/)\s*{re.escape(t)}(?!\w)", text) for t in f.titles))
    return written or implied
