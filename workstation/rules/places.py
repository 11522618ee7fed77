"""Which unit a text means: the table asked with what a paper writes. No unit is invented; what is not sure is a candidate."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, cached_property, lru_cache
from itertools import chain

from workstation.domain.place import (
    NOWHERE,
    PRESENT_SINCE,
    Candidate,
    How,
    Level,
    Near,
    OldCodes,
    Placed,
    Receiver,
    Resolved,
    Unit,
    Why,
    one_off,
    spoken,
)
from workstation.rules.agencies import Agencies, read_agencies
from workstation.rules.placetable import LEVELS, PlaceTable, Row, read_table
from workstation.rules.placetext import Part, parts

MOST_NAMES = 64
"""Names given for a search: what many bear is looked for by its name alone beyond that."""
_AFTER = frozenset({"vietnam", "vn"})


@dataclass(frozen=True, slots=True)
class _Found:
    row: Row
    explained: int
    """Parts of the text that name it or what it lies in."""
    why: Why | None
    """Why it is not sure; None: name and kind are those of the table."""


class Alike:
    """Rows of a level by the shape of their names and by earlier ones, so that not every name is held against a word."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = rows

    def to(self, key: str, typed: frozenset[str]) -> list[Row]:
        """Among others all whose name is ``key`` or one letter off (so it begins or ends alike), or who were called so before."""
        sizes = (len(key) - 1, len(key), len(key) + 1)
        near = {i for size in sizes for end in ((size, key[:1], ""), (size, "", key[-1:])) for i in self._of_shape.get(end, ())}
        near.update(i for name in typed for i in self._earlier.get(name, ()))
        return [self._rows[i] for i in sorted(near)]

    @cached_property
    def _of_shape(self) -> dict[tuple[int, str, str], list[int]]:
        out: dict[tuple[int, str, str], list[int]] = {}
        for i, row in enumerate(self._rows):
            for end in ((len(row.key), row.key[:1], ""), (len(row.key), "", row.key[-1:])):
                out.setdefault(end, []).append(i)
        return out

    @cached_property
    def _earlier(self) -> dict[str, list[int]]:
        out: dict[str, list[int]] = {}
        for i, row in enumerate(self._rows):
            for name in row.earlier.split():
                out.setdefault(name, []).append(i)
        return out


class PlaceFinder:
    """``domain.place.Places`` over the table."""

    def __init__(self, table: PlaceTable, agencies: Agencies) -> None:
        self._table = table
        self._agencies = agencies
        rows = {(old, level): list[Row]() for old in (False, True) for level in Level}
        for row in chain(table.now.values(), table.old.values()):
            rows[row.old, row.level].append(row)
        self._alike = {kind: Alike(found) for kind, found in rows.items()}
        self.resolve = lru_cache(1024)(self._resolve)

    @property
    def table(self) -> date:
        return self._table.table

    # --- asking

    def unit(self, code: str, on: date | None = None) -> Unit | None:
        units = self._table.units(code)
        return next((u for u in reversed(units) if on is None or u.valid_from is None or u.valid_from <= on), None)

    def label(self, code: str) -> str:
        row = self._table.now.get(code)
        return row.label if row else ""

    def old_label(self, old: OldCodes) -> str:
        row = self._table.old.get((old.province, old.district, old.commune))
        return row.label if row else ""

    def receiver(self, text: str) -> Receiver | None:
        found = [f.row for f in self._exact(self._parts(text), True)]
        if not found or any(row.level is not Level.DISTRICT for row in found):
            return None
        provinces = {self._table.now[row.line[-1].to[0]].full for row in found}
        return self._agencies.receiver(text, provinces.pop() if len(provinces) == 1 else "cấp tỉnh")

    def home(self, organization: str) -> str:
        now = self.resolve(organization, self.table, NOWHERE).placed.now  # the office stands now, whatever was called so before
        return now if now is not None and now in self._table.now and self._table.now[now].level is Level.COMMUNE else ""

    # --- resolving

    def _resolve(self, text: str, on: date | None = None, near: Near = NOWHERE) -> Resolved:
        given = self._parts(text)
        found = self._narrowed(self._best(given, on), near)
        return self._told(text, found, near)

    def _parts(self, text: str) -> tuple[Part, ...]:
        return tuple(p for p in parts(text, self._known, self._table.spellings) if p.kinds or p.key not in _AFTER)

    def _known(self, kinds: str, key: str) -> bool:
        return any(not kinds or _is_kind(row, kinds, key) for row in self._table.by_key.get(key, ()))

    def _best(self, given: Sequence[Part], on: date | None) -> list[_Found]:
        """Of the time that the paper's day leaves open, what explains most of the text; where both times explain as much, the
        paper's own. What is sure goes before what is not."""
        times = (True,) if on is not None and on < PRESENT_SINCE else (False, True)
        for ask in (self._exact, self._near_miss):
            by_time = {old: ask(given, old) for old in times}
            most = max((f.explained for found in by_time.values() for f in found), default=0)
            kept = {old: [f for f in found if f.explained == most] for old, found in by_time.items()}
            if on is not None and kept.get(False):
                return kept[False]
            if any(kept.values()):
                return [f for found in kept.values() for f in found]
        return []

    def _exact(self, given: Sequence[Part], old: bool) -> list[_Found]:
        found = []
        for at, part in enumerate(given):
            for row in self._table.by_key.get(part.key, ()):
                if row.old is old and _fits(part, row) and (n := self._explained(given, at, row, _same)):
                    found.append(_Found(row, n, None if _spelled(given, row) else Why.MISREAD))
        return _deepest(given, found)

    def _near_miss(self, given: Sequence[Part], old: bool) -> list[_Found]:
        """One letter off, another kind, or a name from before the table: where something else of the text says where it lies."""
        found: list[_Found] = []
        for at, part in enumerate(given):
            if not part.kinds:
                continue
            typed = _typed(part)
            levels = {LEVELS[k] for k in part.kinds}
            for row in chain.from_iterable(self._alike[old, level].to(part.key, typed) for level in levels):
                if row.key == part.key:
                    why = Why.MISREAD if _is_kind(row, part.kinds, part.key) else Why.EARLIER
                    same = _same if why is Why.EARLIER else _nearly
                elif row.earlier and not typed.isdisjoint(row.earlier.split()):
                    why, same = Why.EARLIER, _same
                elif one_off(row.key, part.key) and _is_kind(row, part.kinds, row.key):
                    why, same = Why.MISREAD, _same
                else:
                    continue
                if (n := self._explained(given, at, row, same)) > 1:
                    found.append(_Found(row, n, why))
        return _deepest(given, found)

    def _explained(self, given: Sequence[Part], at: int, row: Row, same: Callable[[Part, Row], bool]) -> int:
        """How many parts name the row (part ``at``) or what it lies in; 0 if another part with a kind names something else."""
        above, count = row.line[1:], 1
        for n, part in enumerate(given):
            if n == at or (part.key == given[at].key and part.kinds == given[at].kinds):
                continue
            if any(same(part, r) for r in above):
                count += 1
            elif part.kinds or (n > at and self._names_parent(part, row.old)):
                return 0
        return count if given[at].kinds or count > 1 or len(given) == 1 else 0

    def _names_parent(self, part: Part, old: bool) -> bool:
        """Whether words without a kind name a province or district of that time: then a commune elsewhere is not meant."""
        return any(r.old is old and r.level is not Level.COMMUNE for r in self._table.by_key.get(part.key, ()))

    def _narrowed(self, found: list[_Found], near: Near) -> list[_Found]:
        """Of several those whose district or province other lines of the paper name."""
        if len(found) < 2:
            return found
        said = [p for text in near.texts for p in self._parts(text)]
        hits = [sum(any(_same(p, r) for r in f.row.line[1:]) for p in said) for f in found]
        if not max(hits):  # the agency's own province or district may be what the place names
            hits = [sum(_same(p, f.row) for p in said if p.kinds) for f in found]
        return [f for f, hit in zip(found, hits, strict=True) if hit == max(hits)]

    # --- telling

    def _told(self, text: str, found: list[_Found], near: Near) -> Resolved:
        nothing = Placed(text, None, None, How.UNKNOWN, self._table.table)
        if not found:
            return Resolved(nothing)
        candidates = self._candidates(found, near)
        only = found[0] if len(found) == 1 else None
        settled = {(c.code, c.old) for c in candidates}
        if only is not None and only.why is None and len(settled) == 1:
            return Resolved(replace(nothing, old=candidates[0].old, now=candidates[0].code, how=How.EXACT))
        if only is None and all(f.why is None for f in found) and len({c.code for c in candidates}) == 1:
            # an old and a present unit of one name, and the old one went whole into that: whichever is meant, it is that place
            return Resolved(replace(nothing, old=None, now=candidates[0].code, how=How.EXACT))
        own = [c for c in candidates if c.code == near.home and c.why is Why.SAME_NAME and (c.old is None or c.old.commune)]
        if own:
            old = own[0].old if len(own) == 1 else None
            return Resolved(replace(nothing, old=old, now=near.home, how=How.NEAR), candidates)
        sure = only is not None and only.why is None
        return Resolved(replace(nothing, old=_codes(only.row) if only and sure else None, how=How.SEVERAL), candidates)

    def _candidates(self, found: list[_Found], near: Near) -> tuple[Candidate, ...]:
        made: dict[tuple[str, OldCodes | None], Candidate] = {}
        for f in found:
            row = f.row
            to = self._table.successors(row) if row.old else (row.code,)
            why = f.why or self._why(row, to, len(found))
            for code in to:
                old = _codes(row) if row.old else None
                candidate = Candidate(code, self.label(code), old, row.label if row.old else "", why)
                made.setdefault((code, old), candidate)
        return tuple(sorted(made.values(), key=lambda c: self._distance(c.code, near.home)))

    def _why(self, row: Row, to: Sequence[str], found: int) -> Why:
        if found > 1:
            return Why.SAME_NAME
        return Why.DISTRICT if row.old and row.level is Level.DISTRICT else Why.SPLIT

    def _distance(self, code: str, home: str) -> int:
        """0 the office's own commune, 1 its province, 2 elsewhere."""
        row, own = self._table.now[code], self._table.now.get(home)
        if own is None:
            return 2
        return 0 if row is own else 1 if own.parent in row.line else 2

    # --- spelling

    def nearly(self, text: str) -> tuple[str, ...]:
        named = [p for p in self._parts(text) if any(LEVELS[k] is Level.COMMUNE for k in p.kinds)]
        if not named:
            return ()
        part = named[-1]
        near = chain.from_iterable(self._alike[old, Level.COMMUNE].to(part.key, frozenset()) for old in (False, True))
        found = (r for r in near if one_off(r.key, part.key) and not r.name.isdigit() and _is_kind(r, part.kinds, r.key))
        return tuple(dict.fromkeys(r.name for r in found))

    # --- searching

    def names_for(self, text: str) -> tuple[str, ...]:
        """Of what the text names, exactly or by its bare name: as papers write it, then what it became or came from. A bare
        number or syllable is no place unless it is a province: it may be a word of anything."""
        given = self._parts(text)
        rows = [f.row for old in (False, True) for f in self._exact(given, old)]
        rows += [r for part in given if not part.kinds for r in self._table.by_key.get(part.key, ()) if len(given) == 1]
        if len(given) == 1 and not given[0].kinds and len(given[0].name.split()) < 2:
            rows = [row for row in rows if row.level is Level.PROVINCE]
        names = [_written(row) for row in rows]
        for row in rows:
            if row.old:
                names += [_written(self._table.now[code]) for code in self._table.successors(row)]
            elif row.level is Level.COMMUNE:
                names += [_written(old) for old in self._table.came_from.get(row.code, ())]
        return tuple(dict.fromkeys(names))[:MOST_NAMES]


def _written(row: Row) -> str:
    """As a paper has it: a number says nothing without its district."""
    return f"{row.full}, {row.parent.full}" if row.name.isdigit() and row.parent and row.level is Level.COMMUNE else row.full


def _is_kind(row: Row, kinds: str, key: str) -> bool:
    """Whether the unit is, or was, of one of the kinds under that name."""
    own = row.key == key and any(k in kinds for k in row.kinds)
    return own or any(key == name and set(kinds) & set(earlier) for earlier, name in row.names)


def _fits(part: Part, row: Row) -> bool:
    return not part.kinds or _is_kind(row, part.kinds, part.key)


def _same(part: Part, row: Row) -> bool:
    return (row.key == part.key or any(name == part.key for _, name in row.names)) and _fits(part, row)


def _nearly(part: Part, row: Row) -> bool:
    """With one letter off, or another kind of district: towns grew into cities."""
    if _same(part, row) or (part.kinds and row.key == part.key and any(LEVELS[k] is row.level for k in part.kinds)):
        return True
    return bool(part.kinds) and any(LEVELS[k] is row.level for k in part.kinds) and one_off(row.key, part.key)


def _typed(part: Part) -> frozenset[str]:
    """With its kind, as the table's earlier names are."""
    words = {"p": "phuong", "x": "xa", "t": "thitran", "Q": "quan", "H": "huyen", "X": "thixa", "C": "thanhpho"}
    return frozenset(words[k] + part.key for k in part.kinds if k in words)


def _spelled(given: Sequence[Part], row: Row) -> bool:
    """Whether the row and what it lies in are written with their marks, or without any."""
    return all(
        part.spelled(r.name) or any(part.key == name for _, name in r.names)
        for part in given
        for r in row.line
        if _same(part, r) and (part.kinds or r is row)
    )


def _deepest(given: Sequence[Part], found: list[_Found]) -> list[_Found]:
    """What explains most. Of a bare name a province goes before a town of that name: it is what a paper's place line means."""
    most = max((f.explained for f in found), default=0)
    best = [f for f in found if f.explained == most]
    if len(given) == 1 and not given[0].kinds and any(f.row.level is Level.PROVINCE for f in best):
        best = [f for f in best if f.row.level is Level.PROVINCE]
    unique = list({id(f.row): f for f in best}.values())
    if any(not p.name.isascii() for p in given) and (marked := [f for f in unique if _as_marked(given, f.row)]):
        return marked  # Ba Tơ and Ba Tô lie side by side
    return unique


def _as_marked(given: Sequence[Part], row: Row) -> bool:
    return any(p.key == row.key and _fits(p, row) and spoken(p.name) == spoken(row.name) for p in given)


def _codes(row: Row) -> OldCodes:
    codes = [r.code for r in reversed(row.line)]
    return OldCodes(*codes)


@cache
def load_places() -> PlaceFinder:
    """The table that ships with the program; read once, when first asked for."""
    return PlaceFinder(read_table(), read_agencies())
