"""What somebody types into the search box, as a question to the index.

Words may come in any order; ``"in quotation marks"`` they stand one behind the other. ``loại:``, ``năm:``, ``đơn vị:``,
``hồ sơ:`` and ``trạng thái:`` narrow the answer. Numbers and dates are found however they are written.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from workstation.domain.errors import WorkstationError
from workstation.domain.fields import nfc
from workstation.domain.folding import plain
from workstation.domain.search import AlsoNamed, Choice, Group, Mark, Wanted, day_mark, issued_between
from workstation.domain.searchwords import IDENTITY_DIGITS, FoldedWord, words

MOST_WORDS = 24
"""Of a question; what is typed behind them is left out."""
LONGEST_PLACE = 8
"""Words of a place's name."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What is chosen beside the box; empty: whatever it is."""

    type_code: str = ""
    first: date | None = None
    """Day of issue."""
    last: date | None = None
    organ: str = ""
    """Words of the issuing organ or its place, under its old or its new name."""
    code: str = ""
    """Of the dossier, or the box."""
    states: tuple[str, ...] = ()

    @property
    def any(self) -> bool:
        return self != Filters()


@dataclass(frozen=True, slots=True)
class Lit:
    """What is lit in papers that are found: words without diacritics, and beginnings of such."""

    words: frozenset[str] = frozenset()
    beginnings: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Asked:
    wanted: Wanted
    lit: Lit


def _nobody(_: str) -> tuple[str, ...]:
    return ()


_KEYS = {
    "loai": "type", "type": "type", "nam": "year", "year": "year", "don vi": "organ", "unit": "organ",
    "ho so": "code", "dossier": "code", "trang thai": "state", "state": "state",
}  # fmt: skip
_FILTER = re.compile(rf'(?<!\S)({"|".join(_KEYS)})\s*:\s*("[^"]*"|[^\s"]+)')
_MARKS = str.maketrans(dict.fromkeys("“”„«»", '"'))
_QUOTED = re.compile(r'"([^"]*)"?')
_WRITTEN_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})|(\d{4})-(\d{1,2})-(\d{1,2})")
_YEAR = re.compile(r"\d{4}")


def ask(
    typed: str,
    filters: Filters = Filters(),
    types: Sequence[tuple[str, str]] = (),
    states: Sequence[tuple[str, str]] = (),
    also_named: AlsoNamed = _nobody,
    *,
    typing: bool = False,
) -> Asked:
    """``types``, ``states``: codes and their names. ``typing``: the last word may be the beginning of one.

    T01 (``reason`` empty: no word and no filter; ``type``, ``year`` or ``state``: none that there is).
    """
    text = nfc(typed).translate(_MARKS)
    text, filters = _take_filters(text, filters, types, states)
    groups = _groups(text, also_named, begins=typing and not typed[-1:].isspace())
    narrowed = _filters(filters, also_named)
    if not groups and not narrowed:
        raise WorkstationError("T01", reason="empty")
    loose = tuple(w.plain for w in words(_QUOTED.sub(" ", text)))
    near = loose if 1 < len(loose) <= MOST_WORDS else ()
    return Asked(Wanted(tuple(groups), narrowed, near), _lit(groups))


# --- filters


def _take_filters(
    text: str, filters: Filters, types: Sequence[tuple[str, str]], states: Sequence[tuple[str, str]]
) -> tuple[str, Filters]:
    """The text without what is a filter in it, and the filters with that."""
    rest, at = [], 0
    for found in _FILTER.finditer(plain(text)):
        value = text[found.start(2) : found.end(2)].strip('"')
        rest.append(text[at : found.start()])
        at = found.end()
        match _KEYS[found[1]]:
            case "type":
                filters = replace(filters, type_code=_one("type", value, types)[0])
            case "state":
                filters = replace(filters, states=_one("state", value, states))
            case "year":
                filters = _in_year(filters, value)
            case "organ":
                filters = replace(filters, organ=value)
            case _:
                filters = replace(filters, code=value)
    return " ".join([*rest, text[at:]]), filters


def _one(what: str, value: str, known: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """The code that is meant: its own, or the beginning of its name. Several states may have one name."""
    wanted = plain(value)
    found = tuple(code for code, _ in known if plain(code) == wanted) or tuple(
        code for code, name in known if plain(name).startswith(wanted)
    )
    if not found or not wanted:
        raise WorkstationError("T01", reason=what)
    return found


def _in_year(filters: Filters, value: str) -> Filters:
    if not _YEAR.fullmatch(value) or not value.isascii() or value == "0000":
        raise WorkstationError("T01", reason="year")
    return replace(filters, first=date(int(value), 1, 1), last=date(int(value), 12, 31))


EARLIEST = date(1800, 1, 1)
LATEST = date(2199, 12, 31)
"""Where a filter has one end only."""


def _filters(filters: Filters, also_named: AlsoNamed) -> tuple[tuple[str, ...], ...]:
    found: list[tuple[str, ...]] = []
    if filters.type_code:
        found.append((Mark.TYPE.of(filters.type_code),))
    if filters.first or filters.last:
        between = issued_between(filters.first or EARLIEST, filters.last or LATEST)
        found.append(between or (Mark.ISSUED.value,))  # the other way round: no day
    if filters.code.strip():
        found.append((Mark.DOSSIER.of(nfc(filters.code)),))
    if filters.states:
        found.append(tuple(Mark.STATE.of(state) for state in filters.states))
    return (*found, *_organ(nfc(filters.organ), also_named))


def _organ(organ: str, also_named: AlsoNamed) -> list[tuple[str, ...]]:
    """A word of each name, so many times that all names are whole: ((a1 | b1) & (a2 | b1) …) is (a1 & a2 …) | b1."""
    names = [tuple(dict.fromkeys(w.plain for w in words(name))) for name in (organ, *(nfc(n) for n in also_named(organ)))]
    names = [name for name in names if name]
    if not names:
        return []
    first, *others = names
    together: list[tuple[str, ...]] = [(word,) for word in first]
    for other in others[:4]:
        together = [(*one, word) for one in together for word in other]
        together = list(dict.fromkeys(tuple(dict.fromkeys(one)) for one in together))
    return [tuple(Mark.ORGAN.value + word for word in one) for one in together[:256]]


# --- words


def _groups(text: str, also_named: AlsoNamed, *, begins: bool) -> list[Group]:
    groups: list[Group] = []
    at = 0
    for quoted in _QUOTED.finditer(text):
        groups += _loose(text[at : quoted.start()], also_named, begins=False)
        if inside := words(quoted[1]):
            groups.append(_phrase(inside[:MOST_WORDS]))
        at = quoted.end()
    return (groups + _loose(text[at:], also_named, begins=begins))[:MOST_WORDS]


def _loose(text: str, also_named: AlsoNamed, *, begins: bool) -> list[Group]:
    """Outside quotation marks: piece by piece, as they stand apart by spaces."""
    pieces = [piece for piece in text.split() if words(piece)][:MOST_WORDS]
    found: list[Group] = []
    at = 0
    while at < len(pieces):
        taken, group = _number(pieces[at:]) or _place(pieces[at:], also_named) or (1, None)
        last = at + taken == len(pieces)
        found.append(group or _piece(pieces[at], begins=begins and last))
        at += taken
    return found


def _piece(piece: str, *, begins: bool) -> Group:
    """A word, or several with signs between them, as in ``127/QĐ-UBND``; a day in whatever form."""
    if (day := _WRITTEN_DAY.fullmatch(piece.strip(".,;()"))) is not None and (choices := _days(day)):
        whole = day[3] is None or len(day[3]) == 4  # such a day has its mark wherever it stands
        return Group(choices if whole else (*choices, Choice(tuple(w.plain for w in words(piece)))))
    return _phrase(words(piece), begins=begins)


def _phrase(found: Sequence[FoldedWord], *, begins: bool = False) -> Group:
    phrase = tuple(w.plain for w in found)
    whole = found[:-1] if begins and len(found) > 1 else found
    marked = tuple(dict.fromkeys(w.exact for w in whole if w.marked))
    exact = (Choice(phrase, marked, begins),) if marked else ()
    return Group((Choice(phrase, (), begins),), exact)


def _days(found: re.Match[str]) -> tuple[Choice, ...]:
    """``14/3/19`` is of this century or of the last one."""
    if found[4]:
        written = [(int(found[4]), int(found[5]), int(found[6]))]
    else:
        years = (int(found[3]),) if len(found[3]) == 4 else (2000 + int(found[3]), 1900 + int(found[3]))
        written = [(year, int(found[2]), int(found[1])) for year in years]
    days = [made for one in written if (made := _made(*one)) is not None]
    return tuple(Choice((day_mark(day),)) for day in days)


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _number(pieces: Sequence[str]) -> tuple[int, Group] | None:
    """A number in several pieces, ``079 1990 12345``: how many pieces, and that number in one or as typed."""
    digits = []
    for piece in pieces:
        if not (piece.isascii() and piece.isdigit()):
            break
        digits.append(piece)
    if len(digits) < 2 or sum(map(len, digits)) not in IDENTITY_DIGITS:
        return None
    return len(digits), Group((Choice(("".join(digits),), (), True), Choice(tuple(digits), (), True)))


def _place(pieces: Sequence[str], also_named: AlsoNamed) -> tuple[int, Group] | None:
    """The longest name of a place that begins here, with its other names."""
    for count in range(min(len(pieces), LONGEST_PLACE), 0, -1):
        typed = " ".join(pieces[:count])
        others = [nfc(name) for name in also_named(typed)]
        names = {plain(name): name for name in (typed, *others) if words(name)}
        if len(names) > 1:
            groups = [_phrase(words(name)) for name in names.values()]
            exact = [g.exact[0] if g.exact else g.choices[0] for g in groups]
            marked = any(g.exact for g in groups[:1])
            return count, Group(tuple(g.choices[0] for g in groups), tuple(exact) if marked else (), tuple(names.values()))
    return None


def _lit(groups: Sequence[Group]) -> Lit:
    choices = [c for g in groups for c in g.choices]
    typed = [(word, c.begins and word is c.phrase[-1]) for c in choices for word in c.phrase if word.isalnum()]
    return Lit(frozenset(w for w, _ in typed), frozenset(w for w, begins in typed if begins))
