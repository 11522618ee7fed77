"""What Vietnamese office language says about words that were read: doubts, suggestions, and how sure a word is.

Nothing here changes a word. A doubt says why a word should be looked at, a suggestion what it may have been; both go with
the word to the clerk. Fixed phrases are not put right either: on the measured pages that would gain a hundredth of a point,
and the text of a page would no longer be what the machine read. On worn pages ``ocr.likelywords`` does change words, by the
same wording and by the print.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from ocr.language import decoding, wording
from ocr.language.confidence import calibrated
from ocr.language.context import unlikely
from ocr.language.formats import odd_formats
from ocr.language.phrases import near_phrases
from ocr.language.wording import in_place_of
from ocr.lines import goes_on_under
from workstation.domain.page import AGAIN, LIKELY, Word
from workstation.domain.syllables import HIGHLAND, core, is_malformed

__all__ = ["calibrated", "doubted", "load", "reviewed"]


def load() -> None:
    """What words are held against, before the first are."""
    wording.pairs()
    decoding.load()
    reviewed((Word("xã", (0, 0, 1, 1), 1.0, 0),) * 2)


def reviewed(words: Sequence[Word]) -> tuple[Word, ...]:
    """A page's words as the recogniser gave them, in reading order, with their doubts and the probability that each is right."""
    return calibrated(doubted(words))


def doubted(words: Sequence[Word]) -> tuple[Word, ...]:
    """The same words in the same order, those that look wrong with a doubt and, where one is likely, a suggestion.

    The surest kind of doubt is named: a fixed phrase, then a number's form, then the spelling, then the neighbours.
    """
    texts = [w.text for w in words]
    joined = [_follows(a, b) for a, b in pairwise(words)]
    likelier = {i: better and in_place_of(texts[i], better) for i, better in unlikely(texts, joined).items()}
    marks = {i: ("context", better) for i, better in likelier.items()}
    for i, text in enumerate(texts):
        if is_malformed(text) and not (i and core(texts[i - 1]).lower() in HIGHLAND):
            marks[i] = ("syllable", likelier.get(i, ""))
    for i, better in odd_formats(texts).items():
        marks[i] = ("format", better)
    for i, better in near_phrases(texts).items():
        marks[i] = ("phrase", in_place_of(texts[i], better))
    said = {i for i, w in enumerate(words) if (w.doubt == AGAIN and w.suggestion) or w.doubt == LIKELY}  # by the paper too
    return tuple(_marked(w, *marks[i]) if i in marks and i not in said else w for i, w in enumerate(words))


def _marked(word: Word, doubt: str, better: str) -> Word:
    """A name that was read several times keeps what it likelier was (``ocr.sealed``)."""
    own = word.suggestion if not better and word.doubt and not any(c.isdigit() for c in word.suggestion) else ""
    return replace(word, doubt=doubt, suggestion=better or own)


def _follows(a: Word, b: Word) -> bool:
    """Whether ``b`` goes on where ``a`` ends: on the same line, or as the next line's first word under it."""
    if a.line == b.line:
        return True
    return b.line == a.line + 1 and goes_on_under(a.box, b.box)
