"""The agency of a commune and the place of its papers bear one name (Decree 30/2020, annex I, II.4a), and the page says it again.

Two readings of a name that agree are sure, however weak each is; of two that differ the one that the page says more often is
taken, in doubt. A name that was not read at all in one place is taken from the other, in doubt.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ocr.agency import BODIES, is_body_alone
from ocr.grammar import is_upper, letters, plain, similarity
from ocr.sheet import KNOWN_BELOW, Sheet, confidence
from workstation.domain.fields import FieldOrigin, IndexField, Proposal, nfc
from workstation.domain.page import Box
from workstation.domain.syllables import is_malformed

_UNIT = re.compile(r"(?<![A-Z])(PHUONG|XA|DAC KHU|THI TRAN)\s+")
_SAME = 0.6
"""Names less alike than this are not one name misread: a place that has a name of its own."""
_MOST_WORDS = 5
_IN_TEXT, _IN_HEAD = 0.25, 0.8
"""What a name weighs beside the letterhead's: in the running text, where it may be another's, and behind ``CHỦ TỊCH ỦY BAN NHÂN
DÂN`` in capitals, which is the agency's own."""
_ODD = 0.3
"""What is left of a name's weight if strokes stand in it, or a word that is no syllable."""
_SCRAPS = re.compile(r"[^\w\s'’-]+|_+|(?<!\w)[-–](?!\w)")


@dataclass(frozen=True, slots=True)
class _Name:
    """A commune's name as one place of the page has it."""

    text: str
    """Each word with a capital."""
    weight: float

    @property
    def key(self) -> str:
        return self.text.casefold()


def agreed(fields: Sequence[IndexField], page: Sheet) -> list[IndexField]:
    """The fields with organ_name and place held against each other, where the agency is of a commune."""
    found = {f.name: f for f in fields}
    organ, place = found.get("organ_name"), found.get("place")
    if organ is None:
        return list(fields)
    head, unit, own = _parted(organ.value)
    if not unit and not is_body_alone(organ.value):
        return list(fields)
    said = _said(page, organ.box)
    if not unit:
        lost = _lost_unit(place, said)
        if lost is None:
            return list(fields)
        head, unit, own = organ.value, *lost
    mine = _Name(own, organ.confidence * _soundness(organ.value)) if own else None
    theirs = _Name(_titled(_bare(place.value)), place.confidence * _soundness(place.value)) if place else None
    best = _best(mine, theirs, said)
    if best is None:
        return list(fields)
    head = next((body for body in _BODIES if letters(head).startswith(letters(body)) and len(head) < len(body) + 4), head)
    value = f"{head} {unit} {best.text.upper() if is_upper(unit) else best.text}".strip()
    bodied = all(_parted(p.value)[0] for p in organ.proposals if p.why == "read" and _parted(p.value)[1])
    read = bool(_parted(organ.value)[1]) and head in _BODIES and bodied  # whose it is was read, not guessed
    both = read and mine is not None and theirs is not None and mine.key == theirs.key == best.key
    alone = mine is not None and theirs is not None and len(mine.text.split()) == len(theirs.text.split())
    alone = alone and not both and not any(name.casefold() == best.key for _, name, _ in said)
    found["organ_name"] = _settled(organ, value, both=both, alone=alone)
    if place is None:
        found["place"] = IndexField("place", best.text, 0.7, None, None, FieldOrigin.DERIVED, doubt=True)
    elif theirs is not None and _related(theirs.text, best.text):
        found["place"] = _settled(place, _with_unit(place.value, best.text), both=both, alone=alone)
    return list(found.values())


def _settled(field: IndexField, value: str, *, both: bool, alone: bool) -> IndexField:
    """``both``: two places of the page say it. ``alone``: two say different things, nothing decides. A value that was not read
    so is in doubt, what was read is proposed."""
    value = nfc(value)
    if both and field.confidence >= KNOWN_BELOW:
        return replace(field, value=value, doubt=False, confidence=max(field.confidence, 0.95), proposals=(), weak=())
    if value == field.value:
        return replace(field, doubt=field.doubt or alone)
    marks = _SCRAPS.sub("", field.value).split() == _SCRAPS.sub("", value).split()
    read = (Proposal(field.value, "read"),) if field.value and not marks else ()
    others = (p for p in field.proposals if p.value != value)
    return replace(field, value=value, doubt=True, proposals=(*read, *others)[:3], weak=())


_BODIES = (*BODIES, *(body.capitalize() for body in BODIES))


def _soundness(value: str) -> float:
    """1, or less where a name has strokes in it or words that are no syllables."""
    words = value.split()
    odd = any(_SCRAPS.search(w.strip(".,;:")) or is_malformed(w.strip(".,;:")) for w in words) or any(
        len(w) == 1 and w.isalpha() and w.islower() for w in words
    )
    return _ODD if odd else 1.0


def _parted(value: str) -> tuple[str, str, str]:
    """(what stands before the unit, the unit's word, the commune's name) of ``ỦY BAN NHÂN DÂN PHƯỜNG HÒA HƯNG``; empty: none."""
    flat = plain(value)
    at = list(_UNIT.finditer(flat))
    if not at:
        return "", "", ""
    last = at[-1]
    name = _titled(_bare(value[last.end() :]))
    return (value[: last.start()].strip(" -–,.;:"), value[slice(*last.span(1))].strip(), name) if name else ("", "", "")


def _bare(text: str) -> str:
    """Without scraps between the words, and without the unit's own word before the name."""
    words = _SCRAPS.sub(" ", text).split()
    flat = plain(" ".join(words))
    unit = _UNIT.match(flat)
    rest = " ".join(words)[unit.end() :].split() if unit else words
    while len(rest) > 1 and rest[0].strip("'’").isdigit():
        rest = rest[1:]  # a commune is called by a figure or by a name: this is a stroke of what stands beside
    return " ".join(w for i, w in enumerate(rest) if len(w) > 1 or w.isdigit() or (0 < i < len(rest) - 1 and w.isupper()))


def _titled(name: str) -> str:
    return " ".join(w[:1].upper() + w[1:].lower() for w in name.split()[:_MOST_WORDS])


def _with_unit(old: str, name: str) -> str:
    unit = _UNIT.match(plain(old))
    return f"{old[: unit.end()].strip()} {name}" if unit else name


def _said(page: Sheet, head: Box | None) -> tuple[tuple[str, str, float], ...]:
    """(unit's word, name, weight) wherever the page says ``phường Hòa Hưng`` below its ``head``."""
    out = []
    for line in page.lines:
        if head is not None and line.box[1] < head[3]:
            continue
        flat = plain(line.text)
        for unit in _UNIT.finditer(flat):
            words = []
            for word in line.text[unit.end() :].split()[:_MOST_WORDS]:
                bare = _SCRAPS.sub("", word)
                if not bare[:1].isupper():
                    break
                words.append(bare)
                if bare != word:
                    break
            if words:
                own = is_upper(line.text) and flat[: unit.start()].rstrip().endswith("NHAN DAN") and flat.startswith("CHU TICH")
                weight = _IN_HEAD * confidence(line.words) if own else _IN_TEXT
                out.append((line.text[slice(*unit.span(1))], _titled(" ".join(words)), weight * _soundness(" ".join(words))))
    return tuple(out)


def _lost_unit(place: IndexField | None, said: Sequence[tuple[str, str, float]]) -> tuple[str, str] | None:
    """The unit and name that the page says most often of the place's name; nothing without a place."""
    name = _titled(_bare(place.value)) if place else ""
    near = Counter((unit.upper(), own) for unit, own, _ in said if name and similarity(own, name) >= 0.8)
    if not near:
        return None
    (unit, own), _ = near.most_common(1)[0]
    return {"XA": "XÃ", "PHUONG": "PHƯỜNG", "DAC KHU": "ĐẶC KHU", "THI TRAN": "THỊ TRẤN"}[letters(unit)], own


def _related(a: str, b: str) -> bool:
    """Whether two names are one misread, or one a part of the other."""
    x, y = letters(a).split(), letters(b).split()
    short, long = sorted((x, y), key=len)
    return similarity(a, b) >= _SAME or (bool(short) and short in (long[-len(short) :], long[: len(short)]))


def _best(mine: _Name | None, theirs: _Name | None, said: Iterable[tuple[str, str, float]]) -> _Name | None:
    """The likeliest of the names that the agency, the place and the page give, word by word: each of them may have one misread;
    None where agency and place differ altogether."""
    first = mine or theirs
    if first is None or (mine and theirs and not _related(mine.text, theirs.text)):
        return None
    heads = [n for n in (mine, theirs) if n]
    others = [_Name(name, weight) for _, name, weight in said if any(similarity(name, n.text) >= 0.8 for n in heads)]
    longest = _words(heads)
    whole = [name for name in (*heads, *others) if len(name.text.split()) == longest]
    words = [_most_said([(n.text.split()[at], n.weight) for n in whole]) for at in range(longest)]
    return _Name(" ".join(w for w, _ in words), min(weight for _, weight in words))


def _words(heads: Sequence[_Name]) -> int:
    """How many words a name has that two places give: the more, since words get lost, unless both have the same letters, which
    a crease has parted in one."""
    counts = sorted(len(n.text.split()) for n in heads)
    first, last = (letters(n.text).replace(" ", "") for n in (heads[0], heads[-1]))
    one_name = len(heads) > 1 and similarity(first, last) >= _PARTED
    return counts[0] if one_name else counts[-1]


_PARTED = 0.75
"""Likeness of two names' letters, the spaces left out, from which they are of one name."""


def _most_said(words: Iterable[tuple[str, float]]) -> tuple[str, float]:
    """The word with the greatest weight, of equals the first."""
    votes: dict[str, tuple[str, float]] = {}
    for word, weight in words:
        votes[word.casefold()] = (word, votes.get(word.casefold(), (word, 0.0))[1] + weight)
    return max(votes.values(), key=lambda v: v[1])
