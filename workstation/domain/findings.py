"""What a page's quality is held against: one limit a finding, and which way it counts."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from workstation.domain.errors import ErrorNote
from workstation.domain.ids import PageId
from workstation.domain.page import Finding

_NEARLY = 0.99
"""A scanner's 299.9 dpi is 300."""


@dataclass(frozen=True, slots=True)
class FindingLimits:
    """One number a finding, from the rule profile. The defaults are the program's own, for pages that no profile is about."""

    min_dpi: float = 300.0
    min_color_bits: float = 24.0
    """Bits a pixel."""
    min_sharpness: float = 60.0
    """0 to 100, as the ``blur`` finding measures it."""
    max_skew_deg: float = 10.0
    """How crooked paper may lie on the glass; what lies straighter is straightened."""
    min_brightness: float = 35.0
    """Of the paper, 0 to 100."""
    min_contrast: float = 35.0
    """How much darker than its paper ink is, per cent."""
    min_ink_mm2: float = 12.0
    """Less writing than this (some ten letters of 13 point) on a page: blank, page number or specks."""
    max_clipped_mm: float = 1.0
    """Length of the paper's edge that ink runs over."""
    max_covered_mm2: float = 60.0
    """Paper hidden by a finger or a clamp."""
    max_folded_mm2: float = 40.0
    """Paper hidden by a corner that is folded over."""
    min_upright: float = 30.0
    """How much of what was read makes sense, 0 to 100, where the shape of the lines does not say which end is up."""
    max_lost_mm: float = 0.0
    """Height of the picture's lower part that a broken file lost."""
    min_difference_mm2: float = 0.1
    """Largest piece of ink that only one of two pages has; pages that differ less are the same sheet."""

    def limit(self, code: str) -> float | None:
        """Of a finding; None for what is only told (``unread``, ``streak``, ``dpi_guessed``)."""
        name = _AT_LEAST.get(code) or _AT_MOST.get(code)
        return None if name is None else float(getattr(self, name))

    def judge(self, code: str, value: float) -> Finding:
        """KeyError for a code without a limit."""
        if code in _AT_LEAST:
            limit = float(getattr(self, _AT_LEAST[code]))
            return Finding(code, value, limit, value >= (_NEARLY * limit if code == "dpi" else limit))
        limit = float(getattr(self, _AT_MOST[code]))
        return Finding(code, value, limit, abs(value) <= limit)

    def judged(self, notes: tuple[Finding, ...]) -> tuple[Finding, ...]:
        """Values measured before against these limits: the profile may have changed since."""
        return tuple(replace(self.judge(f.code, f.value), about=f.about) if self.limit(f.code) is not None else f for f in notes)


PROGRAM_LIMITS = FindingLimits()

_AT_LEAST = {
    "dpi": "min_dpi", "color": "min_color_bits", "blur": "min_sharpness", "dark": "min_brightness",
    "contrast": "min_contrast", "blank": "min_ink_mm2", "upside_down": "min_upright", "duplicate": "min_difference_mm2",
}  # fmt: skip
_AT_MOST = {
    "skew": "max_skew_deg", "clipped": "max_clipped_mm", "thumb": "max_covered_mm2", "folded": "max_folded_mm2",
    "cut_off": "max_lost_mm",
}  # fmt: skip


_CODES = {
    "dpi": "A01", "blur": "A02", "clipped": "A05", "duplicate": "A06", "thumb": "A07", "folded": "A07", "upside_down": "A08",
    "dark": "A09",
}  # fmt: skip


def finding_note(bad: Finding, page: int, numbers: Mapping[PageId, int]) -> ErrorNote:
    """A failing finding as an error: of ``page``, with ``other``: the number of the page that it is about."""
    about = (("other", numbers[PageId(bad.about)]),) if bad.about in numbers else ()
    params = (("finding", bad.code), ("limit", bad.limit), *about, ("page", page), ("value", bad.value))
    return ErrorNote(_CODES.get(bad.code, "A04"), params)
