"""From what stands behind a label to a field's value, by the kind of the field. Values are cut out, never altered, apart from the
form of dates and the spaces inside codes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ocr.agency import is_body_alone, spelt
from ocr.grammar import filled_date, find_identity, identity_is_regular, plain, similarity, starts_like
from ocr.lines import CROSSED, EMPTY
from ocr.sheet import Line, field, name_field
from workstation.domain.doctype import FieldDefinition, ValueKind
from workstation.domain.fields import IndexField, Proposal

_LEADERS = re.compile(r"[.…_]{3,}|…+")
_EDGES = " .,;:…_-–—'’‘\"|"
_FOOTNOTE = re.compile(r"^\(\s*\d{1,2}\s*\)\s*")
_ADDRESSED = re.compile(r"^(?:(?:ông|bà|anh|chị)\s*(?:/|,|và|hoặc)?\s*)+(?:\([^)]*\)\s*)?[:.]?\s+", re.IGNORECASE)
_AMOUNT = re.compile(r"\d+(?:[.,]\d+)*")
_NUMBER = re.compile(r"\d{1,11}[A-Za-zĐđ]?(?![A-Za-zĐđ\d])")
_YEAR = re.compile(r"(?<!\d)(?:18|19|20)\d\d(?!\d)")
_DATES = (ValueKind.DATE, ValueKind.BIRTH)


@dataclass(frozen=True, slots=True)
class Value:
    field: IndexField
    fits: bool
    """It has the shape of its kind: enough to believe a label whose end was not read."""


def clean(text: str) -> str:
    """Without the leaders that a value stands on, footnote marks and stray marks at its ends; of words with boxes to tick those
    that are ticked."""
    return " ".join(_FOOTNOTE.sub("", _ticked(_LEADERS.sub(" ", text)).strip()).split()).strip(_EDGES)


_BOXES = re.compile(f"([{EMPTY}{CROSSED}])")


def _ticked(text: str) -> str:
    """The words of the one box that is ticked, which stand behind it if the first box stands before all words, else before it;
    the text as it is where none is, or several are."""
    first, *rest = _BOXES.split(text)
    if text.count(CROSSED) != 1:
        return text
    signs, words = rest[::2], rest[1::2] if not first.strip() else [first, *rest[1::2]]
    return words[signs.index(CROSSED)]


def value_field(definition: FieldDefinition, parts: Sequence[Line]) -> Value:
    """A field of the text of ``parts``. What has not the shape of its kind is in doubt, and what ends in a comma: the rest of it
    was not found. Of a day that is none nothing is kept."""
    read, parts = parts, [p.heard for p in parts] if definition.kind in _DATES else parts
    text = clean(" ".join(p.text for p in parts))
    if definition.kind is ValueKind.PERSON:
        return _person(definition.name, text, parts)
    value = _taken(definition, text)
    fits = value is not None
    if definition.kind in _DATES:
        value = value or ""
    cut = parts[-1].text.rstrip().endswith(",")
    guessed = definition.kind in _DATES and (day := filled_date(text)) is not None and day.loose
    nobody = definition.kind is ValueKind.ORGAN and is_body_alone(value or "")
    odd = definition.kind is ValueKind.IDENTITY and not identity_is_regular(value or "")
    wrong = not fits or cut or guessed or nobody or odd
    shaped = definition.kind not in (ValueKind.TEXT, ValueKind.PLACE, ValueKind.ORGAN)
    made = field(definition.name, parts, text if value is None else value, wrong=wrong)
    first = _taken(definition, clean(" ".join(p.text for p in read))) if read != parts else value
    if first and first != made.value:
        made = replace(made, proposals=(Proposal(first, "read"),))
    return Value(made, fits and shaped and bool(made.value))


def _person(name: str, text: str, parts: Sequence[Line]) -> Value:
    text = _ADDRESSED.sub("", text)
    odd = any(c.isdigit() for c in text) or not 2 <= len(text.split()) <= 7
    capital = all(w[:1].isupper() for w in text.split())
    line = parts[0] if len(parts) == 1 else replace(parts[0], words=tuple(w for p in parts for w in p.words))
    return Value(name_field(name, line, text, wrong=odd), not odd and capital)


def _taken(definition: FieldDefinition, text: str) -> str | None:
    """What of the text is the value; None if it has not the shape."""
    match definition.kind:
        case ValueKind.DATE:
            found = filled_date(text)
            return found.iso or None if found else None
        case ValueKind.BIRTH:
            found = filled_date(text)
            year = _YEAR.search(text)
            return (found.iso or None) if found else year[0] if year else None
        case ValueKind.IDENTITY:
            return find_identity(text) or None
        case ValueKind.NUMBER:
            return _first(_NUMBER, text)
        case ValueKind.AREA | ValueKind.MONEY:
            return _first(_AMOUNT, text)
        case ValueKind.SEX:
            return {"nam": "Nam", "nữ": "Nữ"}.get(text.split()[0].lower().strip(_EDGES)) if text else None
        case ValueKind.CODE:
            return _first(re.compile(definition.pattern), text) or _first(re.compile(definition.pattern), text.replace(" ", ""))
        case ValueKind.ORGAN:
            return without_province(text)
        case _:
            return text


def _first(pattern: re.Pattern[str], text: str) -> str | None:
    found = pattern.search(text)
    return found[0] if found else None


_PROVINCE = re.compile(r".*\S(\s?[,.;]\s*(?:THANH PHO|TINH)\b)", re.DOTALL)
_PEOPLES = "Ủy ban nhân dân"


def without_province(text: str) -> str:
    """An agency's name as its seal has it: without the province that an address adds behind it. A people's committee's has no
    signs between its words: what stands there is of the leaders under it."""
    behind = _PROVINCE.match(plain(text))
    name = text[: behind.start(1)] if behind else text
    parts = [p.strip() for p in name.split(",")]
    return _committee(name) if starts_like(_whole_words(" ".join(parts)), _PEOPLES, _NEARLY) else ", ".join(parts)


_NEARLY = 0.75
"""Similarity with a committee's first words from which a value is one's name: what has an agency here mostly is."""
_COMMUNES, _ALIKE = ("phường", "xã"), 0.7


def _whole_words(text: str) -> str:
    """Without stops between two letters, which are pieces of a letter."""
    return re.sub(r"(?<=[^\W\d_])['’.,:](?=[^\W\d_])", "", text)


def _committee(name: str) -> str:
    """A people's committee's name with its fixed words spelt as they are everywhere, and the commune's kind under it."""
    rest = spelt(_whole_words(name)).split()[len(_PEOPLES.split()) :]
    if len(rest) > 2 and len(rest[0]) < _SHORTEST_KIND and _kind(rest[1]):
        rest = rest[1:]  # a scrap of the line's dots
    if rest and (kind := _kind(rest[0])):
        behind = next((i for i, word in enumerate(rest) if i > 1 and word in _PROVINCES), len(rest))
        rest = [kind, *rest[1:behind]]
    return " ".join([_PEOPLES, *rest])


_SHORTEST_KIND, _PROVINCES = len("xã"), ("tỉnh", "thành")
"""Letters of the shortest word for a commune, and what a name that is one of a commune does not go on with, small."""


def _kind(word: str) -> str:
    return next((k for k in _COMMUNES if similarity(word, k, _ALIKE)), "")
