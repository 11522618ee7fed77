"""What is asked of paper before and while it is scanned: its risk class, how much of it there is, pages with notes on them."""

from dataclasses import dataclass
from datetime import date
from enum import Enum


class RiskAsks(Enum):
    """What has to be written down where paper of a class is scanned."""

    NOTHING = "nothing"
    SUPERVISOR = "supervisor"  # Có người giám sát
    REASON = "reason"  # Đã cân nhắc, tu bổ trước


@dataclass(frozen=True, slots=True)
class RiskClass:
    """How easily paper suffers from being scanned."""

    code: str
    name: str
    asks: RiskAsks
    blocked: bool
    """Such paper is not scanned at all."""
    source: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class NoteRule:
    """A page with a note attached to it is shot twice: with the note, and without."""

    source: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class CaptureRules:
    risks: tuple[RiskClass, ...] = ()
    notes: tuple[NoteRule, ...] = ()

    def classes(self, on: date) -> tuple[RiskClass, ...]:
        """The risk classes in force on a day, the mildest first."""
        return tuple(r for r in self.risks if r.valid_from <= on and (r.valid_to is None or on <= r.valid_to))

    def risk(self, code: str, on: date) -> RiskClass | None:
        return next((r for r in self.classes(on) if r.code == code), None)

    def note_rule(self, on: date) -> NoteRule | None:
        return next((n for n in self.notes if n.valid_from <= on and (n.valid_to is None or on <= n.valid_to)), None)


class CountsRule(Enum):
    """Whether sheets and pages are counted by hand, to be held against what came in."""

    REQUIRED = "required"
    ASKED = "asked"
    NONE = "none"


MOST_SHEETS = 9_999
"""Four digits, as PageTotal of a file (NĐ 30/2020 annex VI)."""


@dataclass(frozen=True, slots=True)
class PaperCount:
    """As somebody counted the paper; 0: not counted. A sheet (tờ) is paper, a page (trang) a side with something on it."""

    sheets: int = 0
    pages: int = 0
    reason: str = ""
    """Why what came in differs from it, in the clerk's words."""
    explained: tuple[int, int] = (0, 0)
    """What had come in then, pages and pictures: the reason is for that and for nothing else."""

    @property
    def possible(self) -> bool:
        """A sheet has one or two pages."""
        known = 0 <= self.sheets <= MOST_SHEETS and 0 <= self.pages <= 2 * MOST_SHEETS
        return known and (not self.sheets or not self.pages or self.sheets <= self.pages <= 2 * self.sheets)


NOT_COUNTED = PaperCount()
