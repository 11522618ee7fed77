"""Number and notation of a document (``Số: 127/QĐ-UBND-VP``; Decree 30/2020, annex I, II.3) from the line they stand on.

What a notation may be is nearly closed: the type's abbreviation (none in an official letter), the agency's, then the unit's
that drafted it (annex III and the usage of wards). A reading that fits one of these far better than any other is that one, in
doubt, with what was read beside it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ocr.grammar import NumberLine, distance, notation_is_regular, parse_number, plain
from ocr.language.formats import NOTATION_PARTS
from ocr.sheet import KNOWN_BELOW, Line, confidence, field
from workstation.domain.doctype import DocumentType
from workstation.domain.fields import IndexField, Proposal
from workstation.domain.folding import folded
from workstation.domain.notation import AGENCIES

_UNITS = (
    "UBND", "HĐND", "VP", "VHXH", "KTHTĐT", "KTHT", "KT", "TP", "NC", "NV", "TCKH", "ĐU", "TTHCC", "LĐTBXH", "GDĐT",
    "QLĐT", "TNMT", "NNMT", "TTPVHCC",
)  # fmt: skip
"""Abbreviations of agencies and drafting units that wards write."""
_COPIES = ("TLKS-BS", "TLKT-BS", "TLKH-BS")
"""Copies of civil-status extracts: birth, death, marriage (Circular 04/2020/TT-BTP)."""
_LISTED = 0.97
"""How sure a notation is whose parts are all known, and were read so (all of 200 on made pages)."""


def number_fields(line: Line | None, kind: DocumentType | None, organ: str = "") -> list[IndexField]:
    """``organ``: name of the agency, as far as it is known."""
    first = _parsed(line, kind, organ) if line else None
    line = line.heard if line else None
    parsed = _parsed(line, kind, organ) if line else None
    if line is None or parsed is None:
        return []
    out = []
    if parsed.number:
        odd = parsed.loose or not parsed.number.isdigit()
        made = field("number", [line.cut(*parsed.at)], parsed.number, wrong=odd)
        read = first.number if first else ""
        out.append(replace(made, proposals=(Proposal(read, "read"),)) if read and read != parsed.number else made)
    notation = _notation_field(line, parsed, kind, organ)
    return [*out, notation] if notation.value else out


def _notation_field(line: Line, parsed: NumberLine, kind: DocumentType | None, organ: str) -> IndexField:
    said = line.cut(*parsed.rest)
    written = _written(line, parsed)
    cut = _cut_short(line.text, parsed) or len(_shapes(written)) > len(_shapes(parsed.notation)) + _ODD_LETTERS
    right = notation_of(parsed.notation, kind)
    if cut or confidence(said.words) < KNOWN_BELOW or not _sound(right, kind):
        right = _settled(right, _likely(written, kind, organ), cut=cut)
    elif not _all_known(right, kind) and _shapes(likely := _likely(written, kind, organ)) == _shapes(_H_AT_END.sub("H", right)):
        right = likely or right
    odd = parsed.loose or cut or not _sound(right, kind) or plain(right) != plain(parsed.notation)
    made = field("notation", [said], right, wrong=odd)
    if not odd and right == parsed.notation and _all_known(right, kind):
        return replace(made, doubt=False, weak=(), confidence=max(made.confidence, _LISTED))
    if plain(right) == plain(parsed.notation):
        return made
    read = (Proposal(parsed.notation, "read"),) if parsed.notation else ()
    return replace(made, proposals=(*read, *made.proposals)[:3], weak=())


def in_its_place(lines: Sequence[Line], kind: DocumentType | None) -> Line | None:
    """Of the lines left of the gutter, the one that holds a number and notation though its label or its stroke was not read."""
    return next((line for line in lines if parse_number(line.text) or _unlabelled(line.text, kind, "")), None)


def _parsed(line: Line, kind: DocumentType | None, organ: str) -> NumberLine | None:
    return parse_number(line.text) or (_unlabelled(line.text, kind, organ) if kind else _bare(line.text))


_UNLABELLED = re.compile(
    r"^\W*(?:[S5]?[O06]\W*[:.;,])?\W*(?P<number>[0-9]{1,5})?\W{0,4}(?P<rest>[A-Z0-9]\S*(?:\W+\S{1,6}){0,2})\W*$"
)


def in_a_form(lines: Sequence[Line]) -> Line | None:
    """Of a form's lines the one with its number: labelled, or else one that is nothing but a copy's number, year and notation
    (``43/2025/TLKS-BS``), which goes before a label with a number alone: the stamp of arrival has such."""
    labelled = [(line, found) for line in lines if (found := parse_number(line.text))]
    whole = next((line for line, found in labelled if notation_is_regular(found.notation)), None)
    bare = next((line for line in lines if _bare(line.text)), None)
    return whole or bare or next((line for line, _ in labelled), None)


_BARE = re.compile(
    r"^[\W_]*(?P<number>[0-9]{1,5})\s?/\s?(?P<rest>(?:19|20)[0-9]{2}\s?/\s?T[A-Z0-9]{2,5}\s?[-–]\s?[A-Z0-9]{1,3})\W*$"
)


def _bare(text: str) -> NumberLine | None:
    found = _BARE.match(plain(text))
    return found and NumberLine(found["number"], text[slice(*found.span("rest"))], found.span("number"), found.span("rest"), True)


def _unlabelled(text: str, kind: DocumentType | None, organ: str) -> NumberLine | None:
    found = _UNLABELLED.match(plain(text)) if kind and kind.layout == "decree30" else None
    if found is None or not (found["number"] or _SIGNS & set(found["rest"])):
        return None
    likely = _likely(text[slice(*found.span("rest"))], kind, organ)
    if len(likely) < _LEAST:
        return None
    at = found.span("number") if found["number"] else (found.start("rest"), found.start("rest"))
    return NumberLine(found["number"] or "", text[slice(*found.span("rest"))], at, found.span("rest"), True)


_SIGNS = frozenset("-–:/")
"""One of these a notation of two parts has, and ``UBND TP`` of a letterhead has none."""
_LEAST = 5
"""Letters of the shortest notation that tells what it is without a label."""


def _written(line: Line, parsed: NumberLine) -> str:
    """The notation as it stands on its line, to the end of the word, and of what may be broken off it; empty: there is none."""
    rest = line.text[parsed.rest[0] :] if parsed.rest[1] else ""
    words = rest.split(" ")
    broken = next(
        (i for i, w in enumerate(words) if i and (max(map(len, w.split("-"))) > _SCRAP or any(c.islower() for c in w))),
        len(words),
    )
    broken = next((i for i, w in enumerate(words[:broken]) if i and words[0].endswith(w)), broken)  # read again, it is whole
    return " ".join(words[:broken])


_SCRAP = 5
"""Letters of the longest part of a piece that is broken off a notation."""


def _cut_short(text: str, parsed: NumberLine) -> bool:
    """Whether the word goes on behind what was taken for the notation: ``UBND-/HXH`` is more than ``UBND``."""
    behind = text[parsed.rest[1] :].split(" ")[0]
    return any(c.isalnum() for c in behind)


def _settled(right: str, likely: str, *, cut: bool) -> str:
    """``likely`` where it is any; but a short unit that nobody has in a list is left as it was read, and another type's
    abbreviation."""
    if not likely:
        return right
    lead, unit = right.split("-")[0], right.split("-")[-1]
    other = lead in NOTATION_PARTS and lead != likely.split("-")[0]
    short = not cut and notation_is_regular(right) and len(unit) <= _SHORT and unit != likely.split("-")[-1]
    return right if other or short else likely


_SHORT = 3
_ODD_LETTERS = 2
"""So many letters behind a notation are no sign that it goes on in pieces."""


def _sound(notation: str, kind: DocumentType | None) -> bool:
    odd = any(re.search("[a-zà-ỹ]", part) for part in notation.split("/")[-1].split("-")[1:] if part not in NOTATION_PARTS)
    return notation_is_regular(notation) and not odd and _fits(notation, kind) and not _is_nearly_a_copy(notation)


def _is_nearly_a_copy(notation: str) -> bool:
    """Whether it is the notation of a copy but for one letter of like shape: ``2022/TIKS-BS``."""
    rest = notation.partition("/")[2]
    return bool(_YEAR.match(notation)) and any(_cost(_shapes(rest), _shapes(copy)) == _ONE_ALIKE for copy in _COPIES)


# --- what a notation may be


def _agencies(organ: str) -> tuple[str, ...]:
    name = f" {folded(organ)} "
    named = tuple(code for code, words in AGENCIES.items() if any(f" {word} " in name for word in words))
    return named or ("UBND", "HĐND")


def _likely(written: str, kind: DocumentType | None, organ: str) -> str:
    """The one notation of the type and agency that a reading is; empty if none, or another, is as near."""
    dated = _YEAR.match(written)
    if kind is None:
        year = dated[1] if dated else ""
        return _nearest(written, [f"{year}/{copy}" for copy in _COPIES]) if year else ""
    return "" if dated or kind.layout != "decree30" else _nearest(written, list(_possible(kind, organ)))


_YEAR = re.compile(r"((?:19|20)\d\d)\s?/")


def _nearest(written: str, possible: Sequence[str]) -> str:
    read = _shapes(written)
    costs = sorted((_cost(read, _shapes(whole)), -len(whole), whole) for whole in possible)
    best, _, whole = costs[0]
    near = min(_NEAR * len(whole), _MOST)
    if best <= near and all(cost - best >= _APART for cost, *_ in costs[1:]):
        return whole
    return _by_its_end(read, possible)


def _by_its_end(read: str, possible: Sequence[str]) -> str:
    """The one notation that ends as was read and is about as long: type and agency are known from elsewhere on the page, and the
    unit is its end."""
    ending = [
        whole for whole in possible if read.endswith(_shapes(whole)[-_END:]) and abs(len(read) - len(_shapes(whole))) <= _END - 1
    ]
    return ending[0] if len(ending) == 1 else ""


_H_AT_END = re.compile(r"T[I1l|!]$")
"""An H with its upper halves joined."""
_END = 3
"""Letters of an ending that tells a notation from the others of its type and agency."""


_NEAR, _MOST, _APART = 0.3, 3.0, 0.5
"""Strokes that may be misread, a letter of the notation and in all, and by how many more the next best one is off."""


def _possible(kind: DocumentType, organ: str) -> Iterator[str]:
    lead = f"{kind.abbreviation}-" if kind.abbreviation else ""
    for agency in _agencies(organ):
        yield f"{lead}{agency}"
        yield from (f"{lead}{agency}-{unit}" for unit in _UNITS if unit not in AGENCIES)


_ALIKE = (
    ("I)", "D"),
    ("II", "H"),
    ("1", "I"),
    ("|", "I"),
    ("!", "I"),
    ("]", "I"),
    ("[", "I"),
    ("0", "O"),
    ("8", "B"),
    ("5", "S"),
)
_GROUPS = ("CGOQD", "EFBPR", "HNMK", "IJLTF", "UVY", "XKY", "DBP")
"""Letters of which a broken stroke, or a blot, makes another."""
_HALF = {(a, b) for group in _GROUPS for a in group for b in group}
_ONE_ALIKE = 0.5
"""What one of them counts for, as a misread stroke."""


def _shapes(text: str) -> str:
    """Letters alone, without marks; pairs of strokes as the letter that they are pieces of."""
    flat = plain(text)
    for read, meant in _ALIKE:
        flat = flat.replace(read, meant)
    return re.sub(r"[^A-Z0-9]", "", flat.replace("II", "H"))


def _cost(read: str, meant: str) -> float:
    """Edits from one to the other, those between letters of like shape half."""
    row = [0.0 + i for i in range(len(meant) + 1)]
    for i, a in enumerate(read, 1):
        above, row = row, [float(i)]
        for j, b in enumerate(meant, 1):
            change = 0.0 if a == b else _ONE_ALIKE if (a, b) in _HALF else 1.0
            row.append(min(above[j - 1] + change, above[j] + 1, row[j - 1] + 1))
    return row[-1]


# --- part by part


def notation_of(notation: str, kind: DocumentType | None) -> str:
    """The notation with its parts spelt as such parts are, where only marks differ (``QD`` is ``QĐ``), and its first part the
    type's abbreviation, where one letter differs (``TIr`` is ``TTr``)."""
    year, stroke, bare = notation.rpartition("/")
    parts = bare.split("-")
    own = kind.abbreviation if kind else ""
    made = [_likely_part(part) for part in parts]
    another = any(plain(parts[0]) == plain(known) for known in NOTATION_PARTS)
    if own and not another and len(parts) > 1 and distance(plain(parts[0]), plain(own)) <= (2 if "UBND" in made[1:] else 1):
        made[0] = own
    return f"{year}{stroke}{'-'.join(made)}"


def _likely_part(part: str) -> str:
    """The known abbreviation that a part is but for its marks, for a letter or two if it is long, or for a last letter that is
    gone; as read if there is none, or several are as likely."""
    flat = plain(part)
    same = [unit for unit in _UNITS if plain(unit) == flat]
    near = [unit for unit in _UNITS if len(unit) > 3 and distance(plain(unit), flat) <= len(unit) // 3]
    cut = [unit for unit in _UNITS if len(unit) == 2 and len(flat) == 1 and unit.startswith(flat)]
    found = same or near or cut
    return found[0] if len(found) == 1 else part


def _all_known(notation: str, kind: DocumentType | None) -> bool:
    first, *rest = notation.split("/")[-1].split("-")
    own = kind.abbreviation if kind else ""
    return (first == own if own else first in _UNITS) and bool(rest or not own) and all(part in _UNITS for part in rest)


def is_listed(notation: str) -> bool:
    """Whether every part of a notation is one that wards write: its type's, agency's and unit's; or it is a copy's."""
    bare = notation.split("/")[-1]
    if _YEAR.match(notation) and bare in _COPIES:
        return True
    first, *rest = bare.split("-")
    own = first in NOTATION_PARTS or first in _UNITS
    return own and bool(rest or first in AGENCIES) and all(part in _UNITS for part in rest)


def _fits(notation: str, kind: DocumentType | None) -> bool:
    """Whether the notation begins with the type's abbreviation; official letters have none."""
    bare = notation.split("/")[-1]
    return kind is None or not kind.abbreviation or bare.split("-")[0] == kind.abbreviation
