"""Takes apart what a paper writes of a place: ``UBND P.12, Q.10 - TP.HCM`` → phường 12 · quận 10 · thành phố Hồ Chí Minh.

Names hold words that are kinds elsewhere (Tịnh Hà without its marks, Quan Hóa), so a name is the longest one that the table knows
behind its kind; only what it doesn't know goes up to the next kind or comma.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from workstation.domain.place import plain_letters, spoken

KINDS = {
    "phường": "p", "xã": "x", "thị trấn": "t", "đặc khu": "k",
    "quận": "Q", "huyện": "H", "thị xã": "X", "thành phố": "CT", "tỉnh": "N",
}  # fmt: skip
"""Word → letters of the table's kinds: a city may be a province's or a district's."""

_SPOKEN = {spoken(word): letters for word, letters in KINDS.items()}
_PLAIN = {" ".join(map(plain_letters, word.split())): letters for word, letters in KINDS.items()}
_SHORT = tuple(
    (re.compile(pattern, re.IGNORECASE), word)
    for pattern, word in (
        (r"(?<!\w)(?:TP|T\.P)(?:\.\s*|\s+)(?=[^\W\d_])", " thành phố "),
        (r"(?<!\w)TX(?:\.\s*|\s+)(?=\w)", " thị xã "),
        (r"(?<!\w)TT(?:\.\s*|\s+)(?=\w)", " thị trấn "),
        (r"(?<!\w)ĐK(?:\.\s*|\s+)(?=\w)", " đặc khu "),
        (r"(?<!\w)P(?:\.\s*|\s*(?=\d))(?=\w)", " phường "),
        (r"(?<!\w)Q(?:\.\s*|\s*(?=\d))(?=\w)", " quận "),
        (r"(?<!\w)H\.\s*(?=\w)", " huyện "),
        (r"(?<!\w)X\.\s*(?=\w)", " xã "),
        (r"(?<!\w)T\.\s*(?=[^\W\d_])", " tỉnh "),
    )
)
"""Short forms, those of two letters first. One letter alone is short for a kind only with its full stop or before a number."""

_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|[,;:()/\n]|[-–—]")
_BETWEEN = frozenset({"uy", "doi"})
"""Huyện ủy, phường đội: what stands between a kind and its name in an agency's."""
_LONGEST = 9
"""Words and dashes in a name: ``Phan Rang - Tháp Chàm`` has five."""

Known = Callable[[str, str], bool]
"""(letters of kinds, plain letters of the name) → whether there is such a unit."""


@dataclass(frozen=True, slots=True)
class Part:
    kinds: str
    """Letters of the kinds that its word means; empty: it names none."""
    key: str
    """Plain letters of the name, a number without leading zeros."""
    name: str
    """As it is written."""

    def spelled(self, name: str) -> bool:
        """Whether it is the very name, or that without marks."""
        return self.name.isascii() or spoken(self.name) == spoken(name)


def key_of(name: str) -> str:
    letters = plain_letters(name)
    return letters.lstrip("0") if letters.isdigit() else letters


def parts(text: str, known: Known, spellings: dict[re.Pattern[str], str]) -> tuple[Part, ...]:
    """In the order of the text. ``spellings``: what is written for a name, and the name."""
    text = unicodedata.normalize("NFC", text)
    bare = text.isascii()
    for short, name in spellings.items():
        text = short.sub(f", {name}, ", text)
    for short, word in _SHORT:
        text = short.sub(word, text)
    return tuple(_Reader(_TOKEN.findall(text), bare, known).read())


def _level(kinds: str) -> str:
    """All kinds of the level: a commune may have become a ward."""
    return "pxtk" if kinds in "pxtk" else "QHXC" if kinds in "QHX" else kinds


class _Reader:
    def __init__(self, tokens: list[str], bare: bool, known: Known) -> None:
        self.tokens, self.bare, self.known = tokens, bare, known
        self.out: list[Part] = []
        self.loose: list[str] = []

    def read(self) -> list[Part]:
        at = 0
        while at < len(self.tokens):
            kinds, width = self._kind(at)
            if kinds and (end := self._named(at + width, kinds)):
                at = end
            elif self.tokens[at][0] in "-–—" and not self._kind(at + 1)[0]:
                self.loose += ["-"] if self.loose else []
                at += 1
            elif not self.tokens[at][0].isalnum():
                self._flush()
                at += 1
            else:
                self.loose.append(self.tokens[at])
                at += 1
        self._flush()
        return self.out

    def _kind(self, at: int) -> tuple[str, int]:
        """Letters of the kind whose word begins here, and its width. Words without marks count only where all is without."""
        for width in (2, 1):
            words = self.tokens[at : at + width]
            if len(words) == width and all(w[0].isalnum() for w in words):
                letters = _SPOKEN.get(spoken(" ".join(words)), "")
                if not letters and self.bare:
                    letters = _PLAIN.get(" ".join(map(plain_letters, words)), "")
                if letters:
                    return letters, width
        return "", 1

    def _named(self, start: int, kinds: str) -> int:
        """Takes the name behind a kind; gives where it ends, 0 if there is none."""
        skip = start < len(self.tokens) and plain_letters(self.tokens[start]) in _BETWEEN
        begins = (start, start + 1) if skip else (start,)
        for begin, asked in [(b, kinds) for b in begins] + [(b, _level(kinds)) for b in begins]:
            if (end := self._longest(begin, asked)) > begin:
                self._flush()
                self._add(kinds, self.tokens[begin:end])
                return end
        end = self._unknown(start)
        if end == start or plain_letters(self.tokens[start]) == "hoi":  # "xã hội"
            return 0
        self._flush()
        self._add(kinds, self.tokens[start:end])
        return end

    def _longest(self, start: int, kinds: str) -> int:
        best = start
        for end, piece in enumerate(self.tokens[start : start + _LONGEST], start + 1):
            if piece[0].isalnum():
                best = end if self.known(kinds, key_of("".join(self.tokens[start:end]))) else best
            elif piece not in "-–—" or end == start + 1:
                break
        return best

    def _unknown(self, start: int) -> int:
        end = start
        while end < len(self.tokens) and self.tokens[end][0].isalnum() and not self._kind(end)[0]:
            end += 1
        return end

    def _add(self, kinds: str, tokens: list[str]) -> None:
        name = " ".join(tokens)
        if key := key_of(name):
            self.out.append(Part(kinds, key, name))

    def _flush(self) -> None:
        """Words without a kind up to here: one name, or several between dashes."""
        tokens, self.loose = self.loose, []
        while tokens and tokens[-1] == "-":
            tokens.pop()
        if tokens and "-" in tokens and not self.known("", key_of("".join(tokens))):
            for name in " ".join(tokens).split(" - "):
                self._add("", name.split())
        elif tokens:
            self._add("", tokens)
