"""A day filled into a form, read again by itself: of figures alone on leaders one is soon taken for another, and no word around
them tells. The words stay as they were read; what most readings say is suggested, and where any says otherwise it is in doubt."""

import re
from collections.abc import Sequence
from dataclasses import replace

from ocr.again import as_it_is_and_evened, readings, smaller, thicker
from ocr.engine import Recognizer
from ocr.frames import Pixels
from ocr.grammar import filled_date
from ocr.lines import RawWord
from ocr.missed import Paper
from workstation.domain.page import AGAIN

_SURE = 0.93
"""The recogniser's own confidence above which a day is not read again."""
_FIGURES = (7, 9)
"""Of eight: one may be lost, and a stroke be read as one."""
_READ = 0.4
"""Confidence below which a reading is a guess at strokes."""
_MOST_WORDS = 3
_BESIDE_MM = 3.0
"""Behind the last word, where a lost figure would stand."""


def days_again(paper: Paper, words: tuple[RawWord, ...], recognizer: Recognizer) -> tuple[RawWord, ...]:
    """The words in their order, those of a doubtful day behind a label with what four more readings say of it."""
    by_line: dict[tuple[int, ...], list[int]] = {}
    for i, word in enumerate(words):
        by_line.setdefault(word.line, []).append(i)
    runs = [_behind_label(sorted(line, key=lambda i: words[i].box[0]), words) for line in by_line.values()]
    asked = [run for run in runs if run and _doubtful([words[i] for i in run])]
    told = readings(paper, [_pictures(paper, [words[i] for i in run]) for run in asked], recognizer, _READ)
    out = list(words)
    for run, texts in zip(asked, told, strict=True):
        out[run[0]] = _judged([words[i] for i in run], texts)
    return tuple(out)


def _behind_label(line: Sequence[int], words: Sequence[RawWord]) -> list[int]:
    """The words behind the line's last label that may be a day in figures."""
    labels = [n for n, i in enumerate(line) if words[i].text.endswith(":") and any(c.isalpha() for c in words[i].text)]
    run = list(line[labels[-1] + 1 :]) if labels else []
    text = "".join(words[i].text for i in run)
    figures = sum(c.isdigit() for c in text)
    parted = figures == 8 or re.search(r"\d\s?/", text)
    alike = _FIGURES[0] <= figures <= _FIGURES[1] and not re.search(r"[^\W\d_]{2}", text)
    return run if parted and alike and len(run) <= _MOST_WORDS else []


def _doubtful(run: Sequence[RawWord]) -> bool:
    found = filled_date(_text(run))
    return found is None or found.loose or any(w.confidence < _SURE for w in run)


def _text(run: Sequence[RawWord]) -> str:
    return " ".join(w.text for w in run)


def _pictures(paper: Paper, run: Sequence[RawWord]) -> tuple[Pixels, ...]:
    """As it is, evened, with its strokes thicker, and smaller, where gaps close."""
    x0, y0, x1, y1 = run[-1].box
    room = replace(run[-1], box=(x0, y0, x1 + _BESIDE_MM * paper.mm, y1))
    cut, even = as_it_is_and_evened(paper, (*run[:-1], room), ())
    return cut, even, thicker(even), smaller(cut, 0.6)


def _judged(run: Sequence[RawWord], told: Sequence[str]) -> RawWord:
    """The run's first word with the day that most readings say where the first says none; one that was read gives way only to
    what all others say: they see the same strokes, and are wrong as often."""
    word, first = run[0], _iso(_text(run))
    others = [iso for text in told if (iso := _iso(text))]
    if word.doubt or not others:
        return word
    likely = max(others, key=others.count)
    if first and (len(set(others)) > 1 or len(others) < _AGAINST):
        likely = first
    if likely != first:
        return replace(word, doubt=AGAIN, suggestion="/".join(reversed(likely.split("-"))))
    return word if set(others) == {first} else replace(word, doubt=AGAIN)


_AGAINST = 3
"""Readings that it takes against the first."""


def _iso(text: str) -> str:
    found = filled_date(text)
    return found.iso if found else ""
