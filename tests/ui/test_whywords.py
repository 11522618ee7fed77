"""What a check says, and where a proposal comes from: every code has its words, and no words are without a code."""

import ast
import unicodedata
from pathlib import Path

from ui import whywords
from workstation.domain.remarks import FORM_CODES, FORM_WHYS, LIKELIEST, STORE_CODES, STORE_WHYS, TEXT_CODES, TEXT_WHYS
from workstation.usecases.known import HOW

ROOT = Path(whywords.__file__).parents[1]


def test_every_code_has_words() -> None:
    assert set(whywords.AGAINST) >= FORM_CODES | TEXT_CODES | STORE_CODES
    assert FORM_WHYS | TEXT_WHYS | STORE_WHYS | set(LIKELIEST) <= set(whywords.PROPOSED)
    assert set(whywords.KNOWN_BY) == set(HOW)


def test_no_words_are_without_a_code() -> None:
    """Each code stands in the program, outside the table of words."""
    said = {
        node.value
        for folder in ("ocr", "workstation")
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert (set(whywords.AGAINST) | set(whywords.PROPOSED)) - said == set()


def test_words_read_well() -> None:
    for vietnamese, english in (*whywords.AGAINST.values(), *whywords.PROPOSED.values(), *whywords.KNOWN_BY.values()):
        assert unicodedata.is_normalized("NFC", vietnamese) and not vietnamese.isascii() and english.isascii()
        assert not vietnamese.endswith(".") or "TUQ." in vietnamese
    assert all(words[0].isupper() or words[0].isdigit() for pair in whywords.AGAINST.values() for words in pair)
    assert all(pair[0][0].islower() and len(pair[0]) < 40 for pair in whywords.PROPOSED.values()), "in brackets behind a value"
