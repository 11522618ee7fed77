"""What a document is about (*trích yếu*), from the lines on which it was read: its words as they likelier were."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import median

from ocr.grammar import distance, letters, plain
from ocr.language.mending import any_doubtful, likelier
from ocr.language.names import mended
from ocr.language.wording import usually_in_a_row, usually_together
from ocr.sheet import Line, field, part
from workstation.domain.fields import IndexField, Proposal
from workstation.domain.syllables import core


def subject_field(lines: Sequence[Line], *, wrong: bool = False) -> IndexField:
    """A value that says what its words likelier were, then with doubt, and with what was read proposed."""
    lines = [_without_specks(line) for line in lines]
    first = clean_subject(" ".join(n.text for n in lines))
    lines = [line.heard for line in lines]
    made = field("subject", lines, clean_subject(" ".join(n.text for n in lines)), wrong=wrong)
    read = clean_subject(" ".join(n.text for n in map(_by_phrases, lines)))
    surest: dict[str, float] = {}
    for word in (w for n in lines for w in n.words):
        surest[core(word.text)] = min(word.confidence, surest.get(core(word.text), 1.0))
    words = read.split()
    sure = [surest.get(core(w), 0.0) for w in words]
    likely = likelier(words, sure, every=True)
    value = _with(words, likely if any_doubtful(words, sure) else _by_marks(words, likely))
    value = _named(_dated(_one_stroke(_without_specks_amid(_SIX.sub("6", value)))), surest)
    if value == made.value == first:
        spelt = (Proposal(_with(words, likely), "spelling"),) if likely else ()
        return replace(made, doubt=made.doubt or bool(likely or _FIGURED.search(value)), proposals=(*spelt, *made.proposals)[:3])
    others = (p for p in made.proposals if p.value not in (value, first))
    proposals = (Proposal(first, "read"), *others) if first != value else tuple(others)
    return replace(made, value=value, doubt=True, proposals=proposals[:3], weak=())


def _by_marks(words: Sequence[str], better: Mapping[int, str]) -> dict[int, str]:
    """Those of the better words that have the same letters and other marks."""
    return {i: word for i, word in better.items() if plain(core(word)) == plain(core(words[i]))}


def _with(words: Sequence[str], better: Mapping[int, str]) -> str:
    return clean_subject(" ".join(filter(None, (better.get(i, w) for i, w in enumerate(words)))))


_FIGURED = re.compile(r"(?<!\S)\d[^\W\d_][^\W_]*(?=[\s,.;:]|$)(?<![0-9A-Za-z])")
"""A figure with letters of Vietnamese behind it (``1ổ``): no word, and no number of a thing."""
_SIX = re.compile(r"(?<=\d)[óòõôö](?=\d{0,4}\s?/)|(?<=số )[óòõôö](?=\d{1,4}\s?/)")
"""In a document's number, where no letter stands before the stroke."""
_YEAR_RUN_ON = re.compile(r"(?<=\bnăm )((?:19|20)\d\d)\d(?!\d)")
"""A year with a speck or a stroke behind it that was read as a figure."""
_NO_YEAR = re.compile(r"(?<=\bnăm )2[1-9](?=\d\d\b)|(?<=\bđoạn )2[1-9](?=\d\d\b)|(?<=\d [-–] )2[1-9](?=\d\d\b)")
"""Of this century, its nought read as another figure: no paper is of the next."""
_YEARS = re.compile(r"(?<=\bđoạn )((?:19|20)\d\d) (?=(?:19|20)\d\d\b)")
"""From one to another, the dash between them lost."""
_NO_DAY = re.compile(r"(?<!\S)0\d([1-9])(?=/\d{1,2}(?![\w/]))")
"""Of three figures, that in the middle a speck."""
_LATE_DAY = re.compile(r"(?:(?<=\bngày )|(?<=\blễ )|(?<=khánh ))(?:[4-9](?=\d/)|3(?=[2-9]/))(?=\d/\d{1,2}(?![\w/]))")
"""The first figure of a day that no month has, a nought misread. Elsewhere such a number is a house's or a plot's."""
_NATIONAL_DAY = re.compile(r"(?<=\bQuốc khánh )(0?2)[\dIl|!](?=9(?!\S))")
"""Its stroke read as a figure (Labour Code 2019, article 112: it is 2 September)."""
_TWO_STROKES = re.compile(r"(?<=\d/)(\w{2,4})/(?=(?:UBND|HĐND)\b)")
_NAME = re.compile(r"(?<=\bông )|(?<=\bbà )")
_NAME_WORDS = re.compile(r"[^\W\d_]+(?: [^\W\d_]+)+")


def _one_stroke(value: str) -> str:
    """A document's number with one stroke: what stands before the agency is a dash (Decree 30/2020, annex I, part II, 3)."""
    return _TWO_STROKES.sub(r"\1-", value)


def _dated(value: str) -> str:
    """Years, and days without theirs, as they can be."""
    value = _NO_YEAR.sub("20", _YEAR_RUN_ON.sub(r"\1", value))
    value = _NATIONAL_DAY.sub(r"\1/", value)
    return _LATE_DAY.sub("0", _NO_DAY.sub(r"0\1", _YEARS.sub(r"\1 - ", value)))


def _named(value: str, surest: Mapping[str, float]) -> str:
    """The doubtful words of a person's name behind *ông*, *bà* as such words are."""
    for begins in reversed([found.end() for found in _NAME.finditer(value)]):
        name = _NAME_WORDS.match(value, begins)
        if name is not None and name[0].istitle():
            sure = [surest.get(word, 0.0) for word in name[0].split()]
            value = value[:begins] + mended(name[0], sure) + value[name.end() :]
    return value


_DASH = 0.18
"""Of its line's height, the width of the narrowest dash: on 60 worn pages all had 0.24 at least, and specks read as one 0.15 at
most."""


def _without_specks(line: Line) -> Line:
    """The line without dashes that are too narrow for one."""
    high = median(w.box[3] - w.box[1] for w in line.words)
    kept = [w for w in line.words if w.text not in ("-", "–") or w.box[2] - w.box[0] >= _DASH * high]
    return part(line.page, kept) if 0 < len(kept) < len(line.words) else line


def _by_phrases(line: Line) -> Line:
    """The line with the words of fixed phrases in their places: all the rest of such a phrase was read."""
    words = tuple(replace(w, text=w.suggestion) if w.doubt == "phrase" and w.suggestion else w for w in line.words)
    return part(line.page, words)


def clean_subject(text: str) -> str:
    """Without the scraps of the rule under it, or of a stain before it; its first words as they always are, and the strokes of
    numbers and dates in it as strokes."""
    bare = re.sub(r"(?:\s+[^\w\s]{1,3})+$", "", re.sub(r"^[^\w(\"“]+", "", text)).rstrip(" :;,.·_-")
    first, _, rest = bare.partition(" ")
    second, _, tail = rest.partition(" ")
    if tail and letters(second) == "VIEC" and distance(letters(first).replace(" ", ""), "VE") <= 1:
        bare = f"Về việc {tail}"
    elif letters(first) == "VIEC":
        bare = f"Về {bare[0].lower()}{bare[1:]}"
    bare = re.sub(r"(?<=\bsố) [-–:.] (?=\d+\s?/)", " ", bare)
    bare = re.sub(r"(?<=[a-zà-ỹđ]{2})\.(?= [a-zà-ỹđ])", ",", bare)  # a subject is one sentence
    bare = re.sub(r"(?<=[a-zà-ỹđ])\.(?=[a-zà-ỹđ]{2})", " ", bare)
    bare = re.sub(r"(?i)(?<= )\d (?=số \d+\s?/)", "", bare)  # and before the word for it
    bare = re.sub(r"(?<= )['’‘`] ", "", bare)
    bare = re.sub(r"(?<= )[^\w\s(\"“'‘–-]+(?=[^\W\d_])", "", bare)  # specks before a word
    bare = re.sub(r"(?<= )[.,:;'’](?=\d)", "", bare)  # and before a number
    bare = re.sub(r"(?<=[^\W\d_])[-–]+ [-–]+(?= )", "", bare)
    bare = _without_lone_signs(bare)
    return re.sub(r"(?<=\d)[!|Il](?=\d?\d\b|QĐ-|TB-|KH-|BC-|TTr-|NQ-|CV-)", "/", bare)


_BRACKETS = (("(", ")"), ("[", "]"), ("“", "”"))
_APOSTROPHES = re.compile(r"(?<![^\W\d_])['’](?=\w)|(?<=\w)['’](?!\w)")
"""Beside a word: Vietnamese has none, and names of other tongues have them between letters."""
_DASHED = re.compile(r"(?<!\S)([^\W\d_]+) [-–] (?=([^\W\d_]+))")
_SIGNED = re.compile(r"(?<!\S)([^\W\d_]+)[:;.]+ (?=([a-zà-ỹđ]+))")
_BEFORE_FIGURE = re.compile(r"(?<=[^\W\d_])[:;.]+ (?=\d)")
_AMID = re.compile(r"(?<!\S)(?:([^\W\d_]+) )?([^\W\d_]+)[:;.]+ (?=([^\W\d_]+)(?: ([^\W\d_]+))?)")
"""A sign between two words, with the words beside these."""


def _without_lone_signs(text: str) -> str:
    """Without a bracket that has no other, and apostrophes beside words. Where these are, or several stops and one of them
    between two words that usually stand side by side, there are specks: without stops, and dashes between such words."""
    for opening, closing in _BRACKETS:
        if (opening in text) != (closing in text):
            text = text.replace(opening, "").replace(closing, "")
    if text.count('"') == 1:
        text = text.replace('"', "")
    bare = _APOSTROPHES.sub("", text)
    parted = list(_SIGNED.finditer(bare))
    specks = bare != text or (len(parted) > 1 and any(usually_together(*two.groups()) for two in parted))
    if not specks:
        return text
    joined = _SIGNED.sub(r"\1 ", bare)
    return _DASHED.sub(lambda two: f"{two[1]} " if usually_together(two[1], two[2]) else two[0], joined)


def _without_specks_amid(value: str) -> str:
    """Without signs that part three words that always stand side by side; where such are, without those before a figure too. A
    sign is a broken ``i`` where the word usually stands there with one (``gia: đoạn``)."""
    value = _SIGNED.sub(_with_its_i, value)
    bare = _AMID.sub(_without_sign, value)
    return value if bare == value else _BEFORE_FIGURE.sub(" ", bare)


def _with_its_i(found: re.Match[str]) -> str:
    left, right = found.groups()
    other = not usually_together(left, right) and usually_together(f"{left}i", right)
    return f"{left}i " if other else found[0]


def _without_sign(found: re.Match[str]) -> str:
    """The words before a sign, the sign with them if it does not part three words that always stand side by side."""
    first, left, right, last = (word or "" for word in found.groups())
    amid = usually_in_a_row(first, left, right) or usually_in_a_row(left, right, last)
    return f"{first} {left} ".lstrip() if amid else found[0]
