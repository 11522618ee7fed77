"""Rules as values: what a profile demands of scans, documents and stamps, with the law each number comes from."""

from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum

from workstation.domain.authority import BehalfForm, forms_of
from workstation.domain.copies import CopyRules
from workstation.domain.doctype import DocumentType
from workstation.domain.issue import GIVEN_IN_MARK


@dataclass(frozen=True, slots=True)
class DocumentRule:
    """The form of one document type: its fields in paper order and those that may not be empty."""

    type: DocumentType
    form: tuple[str, ...]
    required: frozenset[str]


class SignatureOf(Enum):
    """Whose the digital signature on a document is."""

    SCAN = "scan"
    """It attests the scan: of whoever answers for the file, whoever once signed the paper."""
    NAMED = "named"
    """Of the person whom the document names as its signer."""


@dataclass(frozen=True, slots=True)
class Profile:
    code: str
    name: str
    source: str
    """Circular and article the numbers come from."""
    valid_from: date
    valid_to: date | None
    min_dpi: float
    min_sharpness: float
    """0 to 100, as the ``blur`` finding measures it."""
    conformance: str
    stamp_preset: str
    signature_of: SignatureOf
    office_marks: tuple[str, ...]
    """Stamps that the registrar sets after the official's, in this order, each a signature of its own."""

    def demands(self, rule: DocumentRule) -> DocumentRule:
        """A document type's form without what is only given at issue: nobody can enter it before."""
        later = {name for mark, name in GIVEN_IN_MARK.items() if mark in self.office_marks}
        return replace(rule, required=rule.required - later)

    def behalf(self, title: str, forms: tuple[BehalfForm, ...]) -> tuple[str, ...]:
        """Codes of the forms in which is signed on behalf under ``title``, the signer's on the document. None where the scan is
        attested: the title is then of somebody who signed on paper."""
        return forms_of(title, forms) if self.signature_of is SignatureOf.NAMED else ()


@dataclass(frozen=True, slots=True)
class Rules:
    profiles: tuple[Profile, ...]
    documents: tuple[DocumentRule, ...]
    other: DocumentRule
    """The form of a document whose type was not recognised."""
    behalf: tuple[BehalfForm, ...]
    copies: CopyRules = field(default_factory=CopyRules)

    def behalf_forms(self, on: date) -> tuple[BehalfForm, ...]:
        """The forms of signing on behalf that are in force on a day."""
        return tuple(f for f in self.behalf if f.valid_from <= on and (f.valid_to is None or on <= f.valid_to))

    def document(self, type_code: str) -> DocumentRule:
        return next((d for d in self.documents if d.type.code == type_code), self.other)

    def profile(self, code: str, on: date) -> Profile:
        """The profile in force on a day; KeyError if there is none."""
        for p in self.profiles:
            if p.code == code and p.valid_from <= on and (p.valid_to is None or on <= p.valid_to):
                return p
        raise KeyError(f"no profile {code} in force on {on.isoformat()}")

    @property
    def types(self) -> tuple[DocumentType, ...]:
        return tuple(d.type for d in self.documents)
