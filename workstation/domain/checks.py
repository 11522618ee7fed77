"""Checks of a document's fields against each other and against the rules: fields in, remarks out. Nothing is looked up."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from workstation.domain.doctype import DocumentType
from workstation.domain.fields import IndexField, Proposal
from workstation.domain.folding import folded
from workstation.domain.identity import IdentityRules, is_old, place_exists, sex_of, told, with_birth_year
from workstation.domain.notation import notation_remarks
from workstation.domain.remarks import Remark, values_of
from workstation.domain.syllables import HIGHLAND, is_malformed, is_syllable

OLDEST = date(1945, 9, 2)
"""No authority of the state issued anything before there was one."""
OLDEST_PERSON = 120
"""Years."""


@dataclass(frozen=True, slots=True)
class Paper:
    """What is held against each other: the values of a document, its type, the rules and the day."""

    values: Mapping[str, str]
    type: DocumentType
    types: tuple[DocumentType, ...]
    identity: IdentityRules
    today: date

    def day(self, name: str) -> date | None:
        return day_of(self.values.get(name, ""))


def day_of(text: str) -> date | None:
    """Of ``2019-03-14``; None for anything else."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def check(paper: Paper) -> tuple[Remark, ...]:
    return tuple(remark for one in CHECKS for remark in one(paper))


def paper_of(
    fields: Sequence[IndexField], kind: DocumentType, types: tuple[DocumentType, ...], identity: IdentityRules, today: date
) -> Paper:
    return Paper(values_of(fields), kind, types, identity, today)


# --- dates


def _dates(paper: Paper) -> Iterator[Remark]:
    for name, oldest in (("issued_date", OLDEST), ("birth_date", _years_before(paper.today, OLDEST_PERSON))):
        text = paper.values.get(name, "")
        day = day_of(text)
        if text and day is None:
            yield Remark(name, "date_impossible")
        elif day is not None and day > paper.today:
            yield Remark(name, "date_future")
        elif day is not None and day < oldest:
            yield Remark(name, "date_old")


def _years_before(day: date, years: int) -> date:
    return date(day.year - years, 1, 1)


# --- identity number


def _identity(paper: Paper) -> Iterator[Remark]:
    number, issued = paper.values.get("identity_number", ""), paper.day("issued_date")
    said = told(number, paper.identity)
    if not number:
        return
    if said is None:
        if not is_old(number):
            yield Remark("identity_number", "identity_shape")
        elif issued is not None and issued > paper.identity.old_until:
            yield Remark("identity_number", "identity_old")
        return
    if not place_exists(said.place, paper.identity):
        yield Remark("identity_number", "identity_province")
    if said.birth_year > (issued or paper.today).year:
        yield Remark("identity_number", "identity_birth")
    born = paper.day("birth_date")
    if born is not None and born.year != said.birth_year:
        likely = with_birth_year(number, born.year, paper.identity)
        yield Remark("identity_number", "identity_birth", (Proposal(likely, "birth_date"),) if likely else ())
        yield Remark("birth_date", "identity_birth")
    sex = sex_of(paper.values.get("sex", ""))
    if sex and sex != said.sex:
        yield Remark("identity_number", "identity_sex")
        yield Remark("sex", "identity_sex")


# --- names

_NAME_WORD = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*\.?")
_MOST_WORDS = 7


def _names(paper: Paper) -> Iterator[Remark]:
    for name in ("signer_name", "person_name"):
        words = paper.values.get(name, "").split()
        if not words:
            continue
        if not 2 <= len(words) <= _MOST_WORDS or not all(_NAME_WORD.fullmatch(w) for w in words):
            yield Remark(name, "name_shape")
        elif not _spelt_like_a_name(words):
            yield Remark(name, "name_syllable")
    organ = paper.values.get("organ_name", "").split()
    if any(is_malformed(w) and not (i and organ[i - 1].lower() in HIGHLAND) for i, w in enumerate(organ)):
        yield Remark("organ_name", "organ_syllable")


def _spelt_like_a_name(words: Sequence[str]) -> bool:
    """All syllables; names of the highlands (``Y Bhăm Niê``, ``H'Hen``, ``K'Brế``) and of other tongues have rules of their own;
    they are known by how they begin, or by holding no syllable at all."""
    if words[0].lower() in HIGHLAND or any("'" in w or "’" in w for w in words):
        return True
    parts = [p for w in words for p in re.split(r"[.-]", w) if p]
    return all(is_syllable(p) for p in parts) or not any(is_syllable(p) for p in parts)


# --- in what capacity somebody signs

CAPACITIES = ("TM.", "Q.", "KT.", "TL.", "TUQ.")
"""On behalf of a body, acting, for a head, by order, by authorisation (Decree 30/2020, annex I, II.7)."""
_PREFIX = re.compile(r"([A-ZĐ](?:[A-ZĐ.]{0,5})\.)(?=\s|$)")


def _capacity(paper: Paper) -> Iterator[Remark]:
    title = paper.values.get("signer_title", "").upper()
    found = _PREFIX.match(title)
    if found is None:
        return
    mark = found[1].replace(".", "") + "."
    if mark not in CAPACITIES:
        near = [c for c in CAPACITIES if _one_letter_apart(mark, c)]
        rest = paper.values["signer_title"][found.end() :]
        yield Remark("signer_title", "capacity", tuple(Proposal(f"{c}{rest}", "capacity") for c in near[:1]))
    elif mark == "KT." and not re.search(r"\b(PHO|THU TRUONG)\b", folded(title).upper()):
        yield Remark("signer_title", "capacity_deputy")


def _one_letter_apart(a: str, b: str) -> bool:
    if len(a) == len(b):
        return sum(x != y for x, y in zip(a, b, strict=True)) == 1
    long, short = (a, b) if len(a) > len(b) else (b, a)
    return any(long[:i] + long[i + 1 :] == short for i in range(len(long)))


def _notation(paper: Paper) -> Iterator[Remark]:
    yield from notation_remarks(paper.values, paper.type, paper.types)


CHECKS: tuple[Callable[[Paper], Iterator[Remark]], ...] = (_dates, _identity, _notation, _names, _capacity)
