"""Names of persons: families are a closed list, so that a lost or wrong mark in one is seen (``ĐỒ QUANG TẬP``); what stands
behind them is mostly of one long list, which helps where a name was read in pieces."""

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from ocr.grammar import distance, plain
from ocr.language.wording import in_place_of, key, lines_of
from workstation.domain.syllables import core, is_syllable

_FAMILIES = """
    Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đinh Đoàn Đào Trịnh Trương Lâm Mai Phùng Tô
    Vương Hà Tạ Chu Châu Cao Lương Lưu Thái Quách Tăng Tống Triệu Kiều Thạch La Lã Lữ Văn Nghiêm Ninh Nông Phó Quan
    Quản Sầm Tôn Từ Ung Viên Vi Doãn Diệp Đàm Đậu Đồng Giang Giáp Hứa Hầu Kim Khổng Khuất Khúc Lại Lục Lò Lộc Mạc Mạch
    Mã Mẫn Nhan Nhâm Ông Phí Phương Sơn Tiêu Thân Trang Trà Trình Uông Ứng Vòng Xa Âu Âm Cù Cung Danh Điêu Hàn Hạ Hán
    Hàng Hồng Kha Khương Liêu Lều Liễu Mùa Ngụy Ngọ Nhữ Ma Tòng Quàng Cầm Bạch Bành Bế Biện Cái Cát Cấn Chử Chung Cổ
    Đới Đường Giàng Sùng Thào Vàng Vừ Hảng Cà Chương Tán Sử Thiều Thi Tất Thẩm Lường
"""
_KNOWN = {key(name): name for name in _FAMILIES.split()}
_COMMON = 40
"""So many of them, the first, have nearly all people, each fewer than the one before it; of two that are as like, the commoner
is meant."""
_MIDDLE = frozenset({"Văn", "Thị"})
"""The commonest of the names between: every third person has one of them."""
_COMMONER, _USUAL = 0.2, 0.25
"""What that counts for, as likeness: of a family's name, and of one between."""
_BETWEEN = 0.1
"""The same of the other names that stand between."""
_RARE = 0.1
"""Taken from the likeness of a family's name that few people have."""
_HELD, _OTHER_MARKS, _ODD, _NO_FAMILY = 0.12, 0.22, 0.25, 0.5
"""Taken from the likeness of what is in no list: a syllable that most readings agree on, one of a listed word's letters, any
other, and one in a family's place."""
SURE, _NEAR = 0.9, (0.6, 0.75)
"""Probability from which a word that was read once is left alone, and the likeness from which a listed one takes its place: of
a family or what is no syllable, and of another syllable, which may be a name of no list."""
_MOST = 0.6
"""Share of the readings that are most."""
_LEAST_WEIGHT = 0.2
"""Weight of a reading that the recogniser itself gives nothing for; the surest has 1 more."""

_TRUSTED = 0.8
"""Mean confidence of readings that count in full beside what is seen."""
_SEEN, _CHANCE = 0.8, 0.25
"""What a letter that is seen whole counts for, as likeness to what was read; how much of one is seen in any clutter."""

_LEAST_VISIBLE = 0.25
"""Share of a word that has to be seen, to be taken for all of it."""

Reading = tuple[str, float]
"""A word as read once, letters only, and the recogniser's confidence."""
Shape = Callable[[str], tuple[float, float]]
"""How many letters of a word are seen where it would stand, those that are not seen there counted against it; and which share of
it can be seen."""
Exact = Callable[[str], float]
"""The same letters where a ``Shape`` says how many there are at most."""


class Candidate(NamedTuple):
    word: str
    score: float
    like: float
    """The readings, or what is seen: 1 for all of it."""


def likely_name(name: str) -> str:
    """The name with its family name as families are called; empty if several are as likely.

    As it is where nothing speaks against it: a name of another tongue has no family of the same letters.
    """
    first, _, rest = name.partition(" ")
    alike = _same_letters(core(first))
    if not rest or not alike or key(first) in _KNOWN:
        return name
    return f"{in_place_of(first, alike[0])} {rest}" if len(alike) == 1 else ""


def mended(name: str, sure: Sequence[float]) -> str:
    """The name with its doubtful words as such words are, where one of the list is near; between others also a sure one
    with marks that no name has. ``sure``: how probably each word was read right."""
    words = name.split()
    for i, (word, chance) in enumerate(zip(words, sure, strict=True)):
        inner = core(word)
        listed = _families() if i == 0 else _given()
        if 0 < i < len(words) - 1 and (meant := _by_other_marks(inner)):
            words[i] = in_place_of(word, meant)
            continue
        if chance >= SURE or not inner.isalpha():
            continue
        if inner.islower() and name[:1].isupper():
            words[i] = word = word.replace(inner, capitalised(inner), 1)
            inner = core(word)
        if i == 0 and (commoner := _commoner(inner)):
            words[i] = in_place_of(word, commoner)
            continue
        if any(key(inner) == key(one) for one in listed):
            continue
        likely, near = _nearest(strokes(inner), listed)
        if near >= _NEAR[i > 0 and is_syllable(inner)]:
            words[i] = in_place_of(word, likely) if inner.isupper() else word.replace(inner, likely, 1)
    return " ".join(words)


def _by_other_marks(inner: str) -> str:
    """The one name between others with a word's letters, if no name has its marks (``Vẫn``: ``Văn``); empty: none, or several."""
    same = [name for name in _middle() if plain(name) == plain(inner)]
    return same[0] if len(same) == 1 and key(inner) not in _given_keys() else ""


def _commoner(inner: str) -> str:
    """Of a doubtful rare family's name the one common name with the same letters (``Ngọ``: ``Ngô``); empty: none, or several."""
    if key(inner) not in _KNOWN or _KNOWN[key(inner)] in _common():
        return ""
    same = [known for known in _same_letters(inner) if known in _common()]
    return same[0] if len(same) == 1 else ""


def capitalised(word: str) -> str:
    return word[:1].upper() + word[1:]


def _nearest(read: str, listed: Mapping[str, str]) -> tuple[str, float]:
    """Of equals the first: families stand by how common they are."""
    likely = max(listed, key=lambda one: likeness(listed[one], read))
    return likely, likeness(listed[likely], read)


def is_family(word: str) -> bool:
    return key(word) in _KNOWN


def is_common(family: str) -> bool:
    """Whether many people have this family's name."""
    return _KNOWN.get(key(family)) in _common()


def has_family_letters(word: str) -> bool:
    """Whether families are called so, marks apart."""
    return plain(word) in _letters(family=True)


def is_given(word: str) -> bool:
    """Whether people are called so, other marks apart."""
    return plain(word) in _letters(family=False)


def near(word: str, most: int) -> Iterator[tuple[str, int, int]]:
    """Listed names of which no more than ``most`` letters are other than a word's: with how many letters, and marks, are."""
    bare = plain(word)
    for name in {**_families(), **_given()}:
        if distance(bare, plain(name), most) <= most and key(name) != key(word):
            yield name, *apart(word, name)


def apart(a: str, b: str) -> tuple[int, int]:
    """In how many letters, and marks, two words differ."""
    letters = distance(plain(a), plain(b))
    return letters, max(0, distance(strokes(a), strokes(b)) - letters)


def is_listed(word: str) -> bool:
    """Whether a family or a person is called so."""
    return key(word) in _given_keys()


def is_no_family(name: str) -> bool:
    """Whether what stands first is a word of the language, and no family is called so: it was misread."""
    first, _, rest = name.partition(" ")
    return bool(rest) and not is_family(first) and first.isalpha() and len(first) > 1 and is_syllable(first)


def likeliest(readings: Sequence[Reading], *, family: bool) -> tuple[str, float]:
    """What a word of a name was, after several readings of it, and how like them it is (1: all read it so; less for what is in
    no list). Of the listed names and the readings themselves."""
    return max(_judged(readings, family=family), key=lambda one: one[1])


def ranked(
    readings: Sequence[Reading], shape: Shape, *, family: bool, exact: Exact | None = None, many: int | None = None
) -> list[Candidate]:
    """What a word of a name may have been, the likeliest first and of several with the same letters one, by its readings, of
    which there may be none, and by its shape; the commonest of the names between a little before the others. ``many``: no more
    are wanted; then only for words that may be among them ``exact`` is asked."""
    found: dict[int, Candidate] = {}
    trust, best = _trust(readings), list[Candidate]()
    every = enumerate(_rated(readings, shape, trust, family=family))
    for place, one in sorted(every, key=lambda one: -one[1].most):
        if many is not None and len(best) >= many and one.most < best[many - 1].score:
            break
        there = exact(one.word) if exact else one.there
        score = trust * one.heard + one.usual + _SEEN * (there - _CHANCE * one.letters)
        found[place] = Candidate(one.word, score, max(one.heard, there / one.letters))
        best = _one_of_each(found) if many is not None else best
    return _one_of_each(found)[:many]


class _Rated(NamedTuple):
    """A word that may stand in a place: how like the readings it is, how usual, how many of its letters can be seen and how many
    are there, and the score that it has at most."""

    word: str
    heard: float
    usual: float
    letters: float
    there: float
    most: float


def _rated(readings: Sequence[Reading], shape: Shape, trust: float, *, family: bool) -> Iterator[_Rated]:
    for word, heard in _judged(readings, family=family):
        if not (is_syllable(word) and word[:1].isupper()):
            continue  # a reading, or a piece of one, whose strokes are there, of course
        if family and _commoner(word):
            continue
        there, visible = shape(word)
        letters = max(visible, _LEAST_VISIBLE) * len(word)
        usual = 0.0 if family else _USUAL if word in _MIDDLE else _BETWEEN if word in _middle() else 0.0
        yield _Rated(word, heard, usual, letters, there, trust * heard + usual + _SEEN * (there - _CHANCE * letters))


def _one_of_each(found: Mapping[int, Candidate]) -> list[Candidate]:
    """The best first, of equals the first, of several with the same letters one."""
    by_letters: dict[str, Candidate] = {}
    for _, one in sorted(found.items(), key=lambda one: (-one[1].score, one[0])):
        by_letters.setdefault(plain(one.word), one)
    return list(by_letters.values())


def _trust(readings: Sequence[Reading]) -> float:
    """What readings count for that the recogniser doubts itself: a broken letter is read as another that is whole."""
    weight = sum(_LEAST_WEIGHT + sure for _, sure in readings)
    return min(1.0, weight / (len(readings) * (_LEAST_WEIGHT + _TRUSTED))) if readings else 1.0


def _judged(readings: Sequence[Reading], *, family: bool) -> Iterator[tuple[str, float]]:
    """Each word that it may be, and how like the readings."""
    listed = _families() if family else _given()
    longest = max((len(text) for text, _ in readings), default=0)
    readings = [(text, sure) for text, sure in readings if 2 * len(text) > longest]  # the others are a part of the word
    total = sum(_LEAST_WEIGHT + sure for _, sure in readings)
    spelt = [(strokes(text), (_LEAST_WEIGHT + sure) / total) for text, sure in readings]
    for word, own in (*listed.items(), *((text, strokes(text)) for text, _ in readings if text not in listed)):
        score = sum(weight * likeness(read, own) for read, weight in spelt)
        if word not in listed:
            agreed = sum(weight for read, weight in spelt if read == own)
            marks = plain(word) in _letters(family=family)
            held = agreed >= _MOST and is_syllable(word) and word[:1].isupper()
            if family and (marks or not held):
                continue
            score -= _NO_FAMILY if family else _ODD if not held else _OTHER_MARKS if marks else _HELD
        elif family:
            score += _COMMONER * _common()[word] if word in _common() else -_RARE
        yield word, score


@cache
def _letters(*, family: bool) -> frozenset[str]:
    """The listed names without their marks: what differs by marks only was misread."""
    return frozenset(map(plain, _families() if family else _given()))


def _same_letters(word: str) -> Sequence[str]:
    """Families that differ from a word by marks only."""
    return _by_letters().get(plain(word), ())


@cache
def _by_letters() -> Mapping[str, Sequence[str]]:
    """Families by their names without marks. A name under a seal is held against all of them, some thousand times a page."""
    found: dict[str, list[str]] = {}
    for known in _KNOWN.values():
        found.setdefault(plain(known), []).append(known)
    return found


@lru_cache(maxsize=8192)
def likeness(a: str, b: str) -> float:
    return 1 - distance(a, b) / max(len(a), len(b))


@lru_cache(maxsize=4096)
def strokes(text: str) -> str:
    """Small letters, each mark a letter of its own: ``ộ`` and ``o`` are two strokes apart, ``ộ`` and ``ô`` one. The two posts of
    a broken H are an h: no syllable begins with ``ll``."""
    small = unicodedata.normalize("NFD", text.casefold()).replace("đ", "d\u0335")
    return "h" + small[2:] if small.startswith("ll") else small


@cache
def _families() -> Mapping[str, str]:
    return {name: strokes(name) for name in _KNOWN.values()}


@cache
def _common() -> Mapping[str, float]:
    """How common a family is, 1 for the commonest."""
    return {name: 1 - rank / _COMMON for rank, name in enumerate(_FAMILIES.split()[:_COMMON])}


@cache
def _middle() -> frozenset[str]:
    """Names that mostly stand between the family's and the last."""
    return frozenset(_listed("middle.txt"))


@cache
def _given() -> Mapping[str, str]:
    return {name: strokes(name) for file in ("middle.txt", "given.txt") for name in _listed(file)}


@cache
def _given_keys() -> frozenset[str]:
    return frozenset(map(key, (*_given(), *_KNOWN.values())))


def _listed(file: str) -> Iterator[str]:
    return (name for line in lines_of(file) for name in line.split())
