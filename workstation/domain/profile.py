"""Rules as values: what a profile demands of scans, documents and stamps, with the law each number comes from."""

from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum

from workstation.domain.authority import BehalfForm, forms_of
from workstation.domain.capture import CaptureRules, CountsRule
from workstation.domain.copies import CopyRules
from workstation.domain.doctype import DocumentType, FieldDefinition, ValueKind
from workstation.domain.findings import FindingLimits
from workstation.domain.identity import IdentityRules
from workstation.domain.issue import GIVEN_IN_MARK


@dataclass(frozen=True, slots=True)
class DocumentRule:
    """The form of one document type: its fields in paper order and those that may not be empty."""

    type: DocumentType
    fields: tuple[FieldDefinition, ...]
    required: frozenset[str]
    english: str
    source: str
    """Law, circular or printed form that the type and its fields come from."""
    valid_from: date
    valid_to: date | None

    @property
    def form(self) -> tuple[str, ...]:
        return tuple(f.name for f in self.fields)

    def definition(self, name: str) -> FieldDefinition:
        """KeyError if the form has no such field."""
        for f in self.fields:
            if f.name == name:
                return f
        raise KeyError(name)


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
    limits: FindingLimits
    """What its pages have to keep."""
    conformance: str
    stamp_preset: str
    signature_of: SignatureOf
    office_marks: tuple[str, ...]
    """Stamps that the registrar sets after the official's, in this order, each a signature of its own."""
    counts: CountsRule
    """Whether the paper's sheets and pages are counted by hand."""
    page_work: tuple[str, ...]
    """Steps that are asked of every scanned page as it comes in (``pagework.TOGGLES``); none: it is kept as it was scanned."""
    rekey: tuple[str, ...]
    """Critical fields: the checker keys them without seeing the clerk's entry (``domain.rekey``); none: they are looked at."""
    legible: tuple[str, ...]
    """Fields that nobody may leave as unreadable: the page is scanned again until they can be read."""

    def demands(self, rule: DocumentRule) -> DocumentRule:
        """A document type's form without what is only given at issue: nobody can enter it before."""
        later = {name for mark, name in GIVEN_IN_MARK.items() if mark in self.office_marks}
        return replace(rule, required=rule.required - later)

    def rekeyed(self, rule: DocumentRule) -> tuple[str, ...]:
        """The critical fields on a document type's form, in its order; without what is only given at issue. Where the identity
        number is one, the other persons' are too."""
        later = {name for mark, name in GIVEN_IN_MARK.items() if mark in self.office_marks}
        kinds = {ValueKind.IDENTITY} if "identity_number" in self.rekey else set()
        critical = (f.name for f in rule.fields if f.name in self.rekey or f.kind in kinds)
        return tuple(name for name in critical if name not in later)

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
    capture: CaptureRules = field(default_factory=CaptureRules)
    identity: IdentityRules = field(default_factory=IdentityRules)

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
