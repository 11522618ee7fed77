"""Vietnamese office pages with known text, drawn here: invented persons, real layouts, paper and scanner faults.

    from tests.pagemaker import Kind, PageSpec, BAD, make_page, write_page, quick_page

    page = make_page(PageSpec(Kind.DECISION, page=1, dpi=200, wear=BAD, turn=180))
    page.image, page.text, page.lines, page.fields

Everything follows from the spec and its seed.
"""

from tests.pagemaker.kinds import TYPE_CODES, Kind
from tests.pagemaker.page import MadePage, PageSpec, make_document, make_page, quick_page, save_page, write_page
from tests.pagemaker.sheet import Mark, MarkKind, TruthLine
from tests.pagemaker.wear import BAD, CLEAN, OFFICE, PHOTOCOPY, Wear
from tests.pagemaker.words import Case, Person, person, random_case

__all__ = [
    "BAD", "CLEAN", "OFFICE", "PHOTOCOPY", "TYPE_CODES", "Case", "Kind", "MadePage", "Mark", "MarkKind", "PageSpec", "Person",
    "TruthLine", "Wear", "make_document", "make_page", "person", "quick_page", "random_case", "save_page", "write_page",
]  # fmt: skip
