"""Is a word a well-formed Vietnamese syllable? By the spelling rules and a closed list of rhymes, without a word list.

Both placements of the tone mark are right (hòa, hoà), and i and y in open syllables (kĩ, kỹ). What is no Vietnamese –
abbreviations, codes, units, addresses of the net, foreign words – is not judged.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


TONES = {"\u0300": "huyền", "\u0301": "sắc", "\u0303": "ngã", "\u0309": "hỏi", "\u0323": "nặng"}
"""Combining mark → name; a syllable without one has the level tone."""
_STOPPED = ("p", "t", "c", "ch")
"""After these only sắc and nặng are spoken."""
_VOWELS = frozenset("aăâeêioôơuưy")
_FRONT = ("e", "ê", "i", "y")
_ONSETS = _set("ngh ng nh gh gi qu kh ch th tr ph b c d đ g h k l m n p r s t v x") | {""}
_LONGEST_ONSET = 3
_RHYMES = _set(
    """
    a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây
    e ec em en eng eo ep et ê êch êm ên êng ênh êp êt êu
    i ia ich iêc iêm iên iêng iêp iêt iêu im in inh ip it iu
    o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet oi om on ong ooc oong op ot
    ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt
    u ua uân uâng uât uây uc uê uêch uênh ui um un ung uơ uôc uôi uôm uôn uông uôt up ut uy uya uych uyên uyêt uynh uyt uyu
    ư ưa ưc ưi ưm ưn ưng ươc ươi ươm ươn ương ươp ươt ươu ưt ưu
    y yêm yên yêng yêt yêu
    """
)
_AFTER_QU = _set(
    """
    a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt ân âng ât ây
    e en eo et ê êch ên ênh êt êu i ia ich in inh it ôc ơ ơi ơn ơt y ych yên yêt ynh yt yu
    """
)
_AFTER_GI = frozenset(r for r in _RHYMES if r[0] not in "iy") | {"", "n"}
"""``gi`` before i loses its own i: gì, gìn."""


@dataclass(frozen=True, slots=True)
class Syllable:
    """Small letters, NFC; ``tone`` is a name of ``TONES`` or empty."""

    onset: str
    rhyme: str
    tone: str


def bare(word: str) -> tuple[str, str, int]:
    """Small letters without the tone mark, the mark's name, and the index of the letter that carried it.

    Two tone marks make the name ``?``; no mark: an empty name and -1. NFD is as good as NFC.
    """
    out: list[str] = []
    tone, at = "", -1
    for c in unicodedata.normalize("NFC", word.lower()):
        letter, mark = _TONED[c]
        if mark:
            tone, at = (mark, len(out)) if at < 0 else ("?", at)
        out.append(letter)
    return "".join(out), tone, at


class _Toned(dict[str, tuple[str, str]]):
    """A letter → it without its tone mark, and the mark's name. Filled as letters come: thousands of words pass here at once."""

    def __missing__(self, c: str) -> tuple[str, str]:
        parts = unicodedata.normalize("NFD", c)
        marks = [TONES[m] for m in parts if m in TONES]
        letter = unicodedata.normalize("NFC", "".join(m for m in parts if m not in TONES)) if marks else c
        self[c] = letter, marks[0] if marks else ""
        return self[c]


_TONED = _Toned()


@lru_cache(maxsize=10_000)
def parse(word: str) -> Syllable | None:
    """The parts of a syllable; None if ``word`` is none."""
    letters, tone, at = bare(word)
    if tone == "?":
        return None
    for length in range(_LONGEST_ONSET, -1, -1):
        onset, rhyme = letters[:length], letters[length:]
        if onset in _ONSETS and _spelt(onset, rhyme) and _sung(rhyme, tone) and _placed(onset, rhyme, at):
            return Syllable(onset, rhyme, tone)
    return None


def _spelt(onset: str, rhyme: str) -> bool:
    if onset == "qu":
        return rhyme in _AFTER_QU
    if onset == "gi":
        return rhyme in _AFTER_GI
    if rhyme not in _RHYMES:
        return False
    front = rhyme.startswith(_FRONT)
    if onset in ("k", "gh", "ngh"):
        return front
    if onset == "c":
        return not front
    if onset in ("g", "ng"):
        return not front
    return not rhyme.startswith("yê") if onset else not rhyme.startswith("iê")


def _sung(rhyme: str, tone: str) -> bool:
    return tone in ("sắc", "nặng") if rhyme.endswith(_STOPPED) else True


def _placed(onset: str, rhyme: str, at: int) -> bool:
    """Whether the tone mark stands on a letter that may carry it (``at``: index in the syllable, -1: no mark)."""
    if at < 0:
        return True
    if onset == "gi" and rhyme in ("", "n"):
        return at == 1
    cluster = [i for i, c in enumerate(rhyme) if c in _VOWELS]
    marked = [i for i in cluster if rhyme[i] in "ăâêôơư"]
    if marked:
        right = {marked[-1]}
    elif len(cluster) == 1 or cluster[-1] < len(rhyme) - 1:
        right = {cluster[-1]}
    elif len(cluster) == 3:
        right = {cluster[1]}
    else:
        right = {cluster[0], cluster[1]} if rhyme in ("oa", "oe", "uy") else {cluster[0]}
    return at - len(onset) in right


def is_syllable(word: str) -> bool:
    """One word of letters, of any case."""
    return parse(word) is not None


# --- words as they stand on paper

_EDGE = re.compile(r"^[\W_]+|[\W_]+$")
_JOINTS = re.compile(r"[-–—/.,;:&+…'’()\[\]\"“”]+")
_FOREIGN = _set(
    """
    email internet online offline website web fax scan file logo video camera container chip data album micro radio digital
    portal admin google facebook zalo youtube viber microsoft windows word excel android robot laser photo copy
    marketing logistics visa covid virus vaccine game shop club center centre group company limited
    bank hotel km kg mg ml cm mm dm gb mb kb hz kwh kw kv kva usd vnd eur bot html http https www com org net gov edu pdf xml
    qr dpi pixel sim usb code pin smart home app apps blog clip karaoke taxi acid oxy gas carbon
    nilon khmer êđê bazan xeton axit bazơ protein vitamin calo lipit gen vinyl polyme amiang ximăng
    đắk đăk lắk lăk krông krong pleiku kbang ea ia chư chro
    """
)
"""Foreign words, units and place names of other tongues that office papers do carry."""


@lru_cache(maxsize=4096)
def core(word: str) -> str:
    """A word without the signs round it."""
    return word if word.isalnum() else _EDGE.sub("", word)


HIGHLAND = _set("đắk đăk krông krong ea ia chư kông ya y h đạ đam")
"""What names of the highlands begin with; what follows is no Vietnamese."""


@lru_cache(maxsize=4096)
def is_malformed(word: str) -> bool:
    """Whether a printed word can't be Vietnamese, nor anything else that papers carry. Words with digits are left alone."""
    inner = core(unicodedata.normalize("NFC", word))
    if len(inner) < 2 or any(c.isdigit() for c in inner) or "@" in inner or "://" in inner:
        return False
    return any(_bad_part(part) for part in _JOINTS.split(inner) if len(part) > 1)


def _bad_part(part: str) -> bool:
    if not part.isalpha():
        return True
    if is_syllable(part):
        return not (part.islower() or part.isupper() or part.istitle() or part.isascii())
    return part.lower() not in _FOREIGN and not _is_abbreviation(part)


def _is_abbreviation(part: str) -> bool:
    """Initials (UBND, QĐ, TTr, GCNQSDĐ) and latin words with letters that Vietnamese lacks (Software)."""
    if part.isascii() and set(part.lower()) & set("fjwz"):
        return True
    plain = part.replace("Đ", "D").replace("Ư", "U")
    if not plain.isascii():
        return False
    capitals = sum(c.isupper() for c in part)
    return capitals >= 2 and (len(part) <= 5 or not set(plain.lower()) & set("aeiouy") or capitals < len(part))
