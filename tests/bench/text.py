"""How well a text was read: character and word error rates that forgive nothing but the reading order of columns."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ocr.grammar import distance

_ALIKE = str.maketrans(
    {"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "−": "-", "\u00a0": " ", "\u00ad": None,
     "\u200b": None, "\x0c": "\n", "…": "..."}
)  # fmt: skip
_LEADERS = re.compile(r"(?:[.·_]\s?){4,}")


def norm(text: str) -> str:
    """NFC, one space between words, dotted leaders dropped, typographic quotes and dashes made alike."""
    text = unicodedata.normalize("NFC", text).translate(_ALIKE)
    return " ".join(_LEADERS.sub(" ", text).split())


def loose(text: str) -> str:
    """``norm`` without case and punctuation."""
    return " ".join(re.sub(r"[^\w\s]|_", " ", norm(text).casefold()).split())


@dataclass(frozen=True, slots=True)
class TextScore:
    """Counts of one page or, added up, of many."""

    chars: int = 0
    char_errors: int = 0
    words: int = 0
    word_errors: int = 0
    words_found: int = 0
    """Words of the truth that were read, wherever they stand."""

    def __add__(self, other: "TextScore") -> "TextScore":
        return TextScore(
            self.chars + other.chars,
            self.char_errors + other.char_errors,
            self.words + other.words,
            self.word_errors + other.word_errors,
            self.words_found + other.words_found,
        )

    @property
    def cer(self) -> float | None:
        """Per cent; can exceed 100 where much is read that is not there."""
        return 100 * self.char_errors / self.chars if self.chars else None

    @property
    def wer(self) -> float | None:
        return 100 * self.word_errors / self.words if self.words else None

    @property
    def found(self) -> float | None:
        return 100 * self.words_found / self.words if self.words else None


def score(read: str, references: Sequence[str]) -> TextScore:
    """Against the reading order among ``references`` that comes nearest."""
    said = norm(read)
    best = min((norm(r) for r in references), key=lambda r: distance(r, said))
    words, said_words = best.split(), said.split()
    common = sum((Counter(words) & Counter(said_words)).values())
    return TextScore(len(best), distance(best, said), len(words), distance(words, said_words), common)
