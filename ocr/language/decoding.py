"""The likeliest sentence that was read with doubt: for each of its words what was read, or a known word of nearly the same
strokes, so that the strokes that have to be misread and the words that have to stand side by side though they usually don't
cost least together. A noisy channel with pairs and threes of words, solved whole (Viterbi): a word that was misread does not hide
from its neighbour what they were, and one that was read in pieces is one again.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain
from math import inf
from typing import NamedTuple

from ocr.grammar import bag, distance, far, plain
from ocr.language.names import strokes
from ocr.language.wording import common_keys, is_weak, key, keyed_runs, threes, together, usual_runs, weak_keys
from workstation.domain.syllables import core, is_syllable

_PAIR, _WEAK_PAIR = 2.2, 1.2
"""What two words that usually stand so count for; where one of them stands beside anything, less."""
_WEAK, _COMMON, _KNOWN, _ODD = 2.2, 1.5, 1.2, -2.0
"""What a word counts for that stands everywhere; one of every day; one that is in the wording; and one that is no syllable."""
_MARK, _LETTER = 1.0, 1.7
"""What a misread mark costs, and a misread letter, of a word that was read with no confidence."""
_FADED = 1.3
"""Marks that it counts for where none was read of a word's: they fade together."""
_SURER = 2
"""That much dearer, as a power of how sure it is, up to twice of one that was read with all confidence."""
_ALONE, _OFTEN = 1.5, 9
"""What it costs that a word stands behind none of those behind which alone it stands in the wording, so many times at least."""
_THREE, _BROKEN = 1.2, 1.0
"""What three words that usually stand so count for besides; what it costs that two do not go on, or begin, as they always do."""
_STOPS = ",;:."
_KEPT = 40
"""Sentences that are followed at once."""
_BEHIND = 6.0
"""How much less likely than the likeliest one of them may be: words to come seldom make good as much (of 58 sentences none was
chosen otherwise down to 5)."""
_DEAR = 6.5
"""What no neighbours make good."""
_SPACE, _WORDS, _SHORTEST = 1.0, 3, 2
"""What it costs that a space was not read; words that were read as one at most, and letters of one at least."""
_REST = 2.0
"""What it costs that of a word its first letter alone was read."""
_FARTHEST = 0.5
"""Share of a word's strokes that may be misread."""
_FARTHER = 0.75
"""The same where its neighbours say what it is."""
_CUT = 1.0
"""What it costs that a word was read as two."""


class Option(NamedTuple):
    """What may stand in one place of a sentence. ``text``: one word, or several that were read as one, empty for a speck;
    ``cost``: how unlikely it is that it was read so."""

    text: str
    cost: float
    places: int = 1
    """How many places it fills: a word may have been read in two."""


def load() -> None:
    """What words and sentences are held against, before the first are."""
    _sides()
    _by_pieces()
    _followers()


def likeliest(places: Sequence[Sequence[Option]]) -> list[int]:
    """Of each place the index of the option that makes the likeliest sentence, -1 for one that the option before it fills too; of
    equals the first."""
    at: list[dict[tuple[str, str], _State]] = [{} for _ in range(len(places) + 1)]
    at[0]["", ""] = _State(0.0, ("", ""), -1, None)
    best = [-inf] * len(at)
    for place, options in enumerate(places):
        states = _followed(at[place].values())
        for i, option in enumerate(options):
            said, end = option.text.split(), place + option.places
            after = at[end]
            own = sum(map(_worth, said)) - option.cost
            for state in states:
                score, last = state.score + own, state.last
                if score < best[end] - _BEHIND - len(said) * (_PAIR + _THREE):
                    break  # neither this state nor those behind it would be followed from there
                for word in said:
                    score += _beside(*last, word)
                    last = last[1], word
                if score < best[end] - _BEHIND:
                    continue  # nor this one
                if last not in after or score > after[last].score:
                    after[last] = _State(score, last, i, state, option.places)
                    best[end] = max(best[end], score)
    return list(max(at[-1].values(), key=lambda state: state.score).chosen())


@dataclass(slots=True)
class _State:
    """How likely a sentence is so far, its last two words (empty: none), the option that was taken last and the state before."""

    score: float
    last: tuple[str, str]
    option: int
    before: "_State | None"
    places: int = 0

    def chosen(self) -> Iterator[int]:
        if self.before is not None:
            yield from self.before.chosen()
            yield from (self.option, *(-1,) * (self.places - 1))


def _followed(states: Iterable[_State]) -> Sequence[_State]:
    """Best first, without those that words to come would hardly bring to the front."""
    best = sorted(states, key=lambda state: -state.score)[:_KEPT]
    return [state for state in best if state.score >= best[0].score - _BEHIND]


def alternatives(word: str, sure: float) -> Iterator[Option]:
    """The word as read, then known ones of nearly the same strokes, small letters. ``sure``: how probably it was read right."""
    yield Option(word, 0.0)
    for other in _figured(core(word)):
        yield Option(other, _FIGURE)
    inner = "".join(c for c in core(word) if c.isalpha())
    dear = _dearer(sure)
    for other, cost in _near(inner.lower(), int(_DEAR / dear / _LETTER)):
        if cost * dear < _DEAR:
            yield Option(other, cost * dear)
    for several in _run_together(inner.lower()):
        yield Option(several, _SPACE)


def misread(letters: int, marks: int, sure: float) -> float:
    """What it costs that so many letters, and marks, of a word were read as others, so surely."""
    return (_LETTER * letters + _MARK * marks) * _dearer(sure)


def _dearer(sure: float) -> float:
    return 1 + sure**_SURER


def expected(before: Sequence[str], word: str, behind: Sequence[str], sure: float) -> Iterator[Option]:
    """Words that usually stand beside the two before a place, beside the two behind it or between its neighbours, marks apart,
    though what was read is not much like them. ``before``, ``behind``: cores, empty where there is none."""
    inner = "".join(c for c in core(word) if c.isalpha()).lower()
    for other, cost in _expected(*map(plain, before), inner, *map(plain, behind)):
        yield Option(other, cost * _dearer(sure))


@lru_cache(maxsize=4096)
def _expected(first: str, left: str, read: str, right: str, last: str) -> tuple[tuple[str, float], ...]:
    sides, seen, out = _sides(), strokes(read), []
    between = sides.after.get(left, _NONE) & sides.before.get(right, _NONE)
    for own in sorted(between | sides.after.get(f"{first} {left}", _NONE) | sides.before.get(f"{right} {last}", _NONE)):
        word = _vocabulary()[own]
        meant = strokes(word)
        longest, off = max(len(seen), len(meant)), distance(seen, meant)
        if int(_FARTHEST * longest) < off <= _FARTHER * longest:
            out.append((word, _misread(read, off, distance(plain(read), plain(word)))))
    return tuple(out)


def in_two(left: str, right: str) -> Iterator[Option]:
    """A known word that may have been read as two, its marks apart."""
    read = (core(left) + core(right)).lower()
    for _, _, word in _by_letters().get(plain(read), ()):
        yield Option(word, _CUT + _MARK * distance(strokes(read), strokes(word)), 2)


def _figured(read: str) -> Iterator[str]:
    """Known words that a word with one figure among its letters may be: in a sans-serif a T is read as a one."""
    figures = [c for c in read if c.isdigit()]
    for letter in _LETTERS.get(figures[0], "") if len(figures) == 1 and len(read) > 1 else "":
        other = read.replace(figures[0], letter).lower()
        if _is_known(other):
            yield other


_LETTERS = {"1": "tli", "0": "o", "5": "s", "8": "b", "6": "b", "2": "z"}
_FIGURE = 0.8
"""What it costs that a letter was read as a figure."""


@lru_cache(maxsize=10_000)
def _worth(word: str) -> float:
    inner = core(word)
    if not any(c.isalpha() for c in inner):
        return 0.0
    if not (inner.isalpha() and is_syllable(inner)):
        return 0.0 if any(c.isdigit() for c in inner) else _ODD
    if is_weak(inner):
        return _WEAK
    return _COMMON if key(inner) in common_keys() else _KNOWN if key(inner) in _vocabulary() else 0.0


@lru_cache(maxsize=50_000)
def _beside(before: str, left: str, right: str) -> float:
    """What it counts for that the last of three words stands behind the others (empty: none)."""
    if not left:
        return 0.0
    two = _together(left, right)
    if not before or before[-1] in _STOPS or left[-1] in _STOPS:
        return two
    three = (key(before), key(left), key(right))
    if three in threes().known:
        return two + _THREE
    broken = (three[:2] in threes().unended) + (three[1:] in threes().unbegun)
    return two - _BROKEN * broken


@lru_cache(maxsize=10_000)
def _together(a: str, b: str) -> float:
    left, right = core(a), core(b)
    if not left or not right or a[-1] in _STOPS:
        return 0.0
    pair = key(left), key(right)
    if pair not in together():
        return -_ALONE if pair[1] in _followers() and _told(left) else 0.0
    return _PAIR if weak_keys().isdisjoint(pair) else _WEAK_PAIR


def _told(word: str) -> bool:
    """Whether it is known what a word stands before: of what was misread, or is a name, it is not."""
    return _is_known(word.lower()) or is_weak(word)


@cache
def _followers() -> frozenset[str]:
    """Keys of words that stand behind others only (``cứ`` of ``căn cứ``): what they go on with they do behind those."""
    seen = Counter(own for run in keyed_runs() for own in run[1:])
    often = frozenset(own for own, count in seen.items() if count >= _OFTEN)
    return often - weak_keys() - common_keys() - {run[0] for run in keyed_runs()}


@cache
def _vocabulary() -> Mapping[str, str]:
    """Key of a word → the word in small letters."""
    words = dict.fromkeys(chain.from_iterable(run for run in usual_runs() if len(run) > 1))
    return {key(w): w.lower() for w in words if w.isalpha() and is_syllable(w)}


@lru_cache(maxsize=4096)
def _run_together(read: str, most: int = _WORDS) -> tuple[str, ...]:
    """What is no syllable, as known words that were read as one."""
    if is_syllable(read) and most == _WORDS:
        return ()
    out = []
    for end in range(_SHORTEST, len(read) - _SHORTEST + 1):
        first, rest = read[:end], read[end:]
        if _is_known(first):
            out += [f"{first} {rest}"] if _is_known(rest) else []
            out += [f"{first} {more}" for more in _run_together(rest, most - 1)] if most > 2 else []
    return tuple(out)


def _is_known(word: str) -> bool:
    return is_syllable(word) and key(word) in _vocabulary()


@lru_cache(maxsize=4096)
def _near(read: str, most: int) -> tuple[tuple[str, float], ...]:
    """Known words of nearly the same strokes, and what misreading them costs; ``most``: letters, marks apart, that are others."""
    if len(read) == 1:
        return () if is_syllable(read) else tuple((word, _REST) for word in _vocabulary().values() if word[0] == read)
    seen, own, found = strokes(read), key(read), []
    for other, place, word, letters in _of_like_letters(plain(read), most):
        meant = strokes(word)
        farthest = int(_FARTHEST * max(len(seen), len(meant)))
        if other != own and (off := distance(seen, meant, farthest)) <= farthest:
            found.append((place, word, _misread(read, off, letters)))
    return tuple((word, cost) for _, word, cost in sorted(found))


def _of_like_letters(read: str, most: int) -> Iterator[tuple[str, int, str, int]]:
    """Known words with so many other letters at most: keys, places in the vocabulary, the words, and how many are others."""
    for spelt in _one_off(read) if most < 2 else _not_far(read, most):
        if (off := distance(read, spelt, most)) <= most:
            yield from ((own, place, word, off) for own, place, word in _by_letters()[spelt])


def _one_off(read: str) -> Set[str]:
    """Letters of known words, all that are one off among them: of such two either is the other, or one of the two lacks a letter,
    or both lack one in the same place. Of what was read with any confidence more is seldom asked."""
    return {spelt for piece in _pieces(read) for spelt in _by_pieces().get(piece, ())}


def _pieces(letters: str) -> Set[str]:
    """The letters, and all but one of them."""
    return {letters, *(letters[:i] + letters[i + 1 :] for i in range(len(letters)))}


def _not_far(read: str, most: int) -> Iterator[str]:
    """Letters of known words, without those of which more than so many cannot be what was read."""
    own = bag(read)
    for length in range(len(read) - most, len(read) + most + 1):
        yield from (spelt for spelt, there in _spelt().get(length, ()) if not far(own, there, most))


def _misread(read: str, off: int, letters: int) -> float:
    """What it costs that a word was read so: with so many other strokes, and letters."""
    marks = max(0, off - letters)
    return _LETTER * letters + _MARK * (min(marks, _FADED) if read.isascii() else marks)


@cache
def _spelt() -> Mapping[int, Sequence[tuple[str, int]]]:
    """By their number: the letters of the known words, without marks, and the bags of these."""
    out: dict[int, list[tuple[str, int]]] = {}
    for letters in _by_letters():
        out.setdefault(len(letters), []).append((letters, bag(letters)))
    return out


@cache
def _by_pieces() -> Mapping[str, Sequence[str]]:
    """``_pieces`` → the letters of known words that have them."""
    out: dict[str, list[str]] = {}
    for letters in _by_letters():
        for piece in _pieces(letters):
            out.setdefault(piece, []).append(letters)
    return out


@cache
def _by_letters() -> Mapping[str, Sequence[tuple[str, int, str]]]:
    """Letters without marks → the known words that have them, with their keys and places in the vocabulary."""
    out: dict[str, list[tuple[str, int, str]]] = {}
    for place, (own, word) in enumerate(_vocabulary().items()):
        out.setdefault(plain(word), []).append((own, place, word))
    return out


_NONE: Set[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Sides:
    """By the letters, marks apart, of a word or of two: keys of the known words that usually stand behind, and before."""

    after: Mapping[str, Set[str]]
    before: Mapping[str, Set[str]]


@cache
def _sides() -> _Sides:
    bare = {own: plain(word) for own, word in _vocabulary().items()}
    after, before = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
    for run in (*together(), *threes().known):
        said = [bare.get(own, "") for own in run]
        if all(said):
            after[" ".join(said[:-1])].add(run[-1])
            before[" ".join(said[1:])].add(run[0])
    return _Sides(after, before)
