"""``bench calibrate``: how far a word's confidence is the share of such words that were read right; ``--write`` fits it anew.

Fitted on one corpus, checked on another that the fit never saw. ECE: the mean distance of confidence and share in 15 bins.
"""

import argparse
import difflib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import numpy as np
from numpy.typing import NDArray

import ocr.language
from ocr import process
from ocr.engine import recognizer
from ocr.frames import load_frame
from ocr.grammar import distance
from ocr.language import calibrated, doubted
from ocr.language.confidence import FEATURES, _weights, features
from ocr.reduce import reduce
from ocr.sheet import WEAK_WORD
from tests.bench.corpus import TruePage, folder_pages, made_pages
from tests.bench.processes import say
from tests.bench.rows import Row, share
from tests.bench.text import norm
from workstation.domain.page import PageText, Word

Floats = NDArray[np.float64]
_BINS = 15


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--fit", type=Path, action="append", help="a corpus for tuning (may be given again); needed by --write")
    parser.add_argument("--check", type=Path, help="a corpus that the fit did not see (default: the page maker's pages)")
    parser.add_argument("--pages", type=int, default=6, help="made pages a level (default 6)")
    parser.add_argument("--seed", type=int, default=600, help="of the first made page (default 600)")
    parser.add_argument("--made", type=int, help="the seed of made pages to fit on beside the corpora")
    parser.add_argument("--write", action="store_true", help="store the new weights in ocr/language/confidence.json")


@dataclass(frozen=True, slots=True)
class Judged:
    """The words of one page, doubts set and confidences as the recogniser gave them, and whether each is right."""

    level: str
    words: tuple[Word, ...]
    right: tuple[bool, ...]


def measure(chosen: argparse.Namespace, work: Path) -> list[Row]:
    if chosen.write:
        corpora = [page for folder in chosen.fit or [] for page in folder_pages(folder)]
        made = [] if chosen.made is None else made_pages(work / "fit", chosen.pages, chosen.made)
        names = [f"{folder.name} ({len(folder_pages(folder))} pages)" for folder in chosen.fit or []]
        names += [f"page maker, seed {chosen.made} ({len(made)} pages)"] if made else []
        say("reading what is fitted on")
        store(list(judged_pages([*corpora, *made])), names)
        _weights.cache_clear()
    say("reading what is checked on")
    pages = folder_pages(chosen.check) if chosen.check else made_pages(work / "check", chosen.pages, chosen.seed)
    return rows(list(judged_pages(pages)))


def judged_pages(pages: Sequence[TruePage]) -> Iterator[Judged]:
    """Each page read in this process, with the confidences that the recogniser gave."""
    for page in pages:
        frame = load_frame(page.image, 0)
        with mock.patch.object(process, "reviewed", doubted):
            done = process.clean(frame, (), recognizer())
            text = process._read(done, reduce(done.page, done.dpi), recognizer())
        if text.words:
            yield Judged(page.level, text.words, right_words(text, page.references))


def right_words(text: PageText, references: Sequence[str]) -> tuple[bool, ...]:
    """Which words stand so in the truth, in its order; a word out of order counts where the truth has it left over."""
    said = norm(text.text)
    truth = min((norm(r) for r in references), key=lambda r: distance(r, said)).split()
    tokens = [(i, token) for i, w in enumerate(text.words) for token in norm(w.text).split()]
    good = dict.fromkeys(range(len(text.words)), True)
    spare: Counter[str] = Counter()
    unmatched: list[tuple[int, str]] = []
    for kind, a0, a1, b0, b1 in difflib.SequenceMatcher(None, [t for _, t in tokens], truth, autojunk=False).get_opcodes():
        if kind != "equal":
            unmatched += tokens[a0:a1]
            spare.update(truth[b0:b1])
    for i, token in unmatched:
        good[i] = good[i] and spare[token] > 0
        spare[token] -= 1
    return tuple(good[i] for i in range(len(text.words)))


def store(pages: Sequence[Judged], fitted_on: Sequence[str]) -> None:
    x = np.array([row for page in pages for row in features(page.words)])
    y = np.array([r for page in pages for r in page.right], np.float64)
    constant, *weights = (round(float(w), 4) for w in logistic(x, y))
    known = {
        "what": "logistic regression: is a word of Tesseract's read right",
        "fitted_on": list(fitted_on),
        "words": len(y),
        "right": int(y.sum()),
        "constant": constant,
        "weights": dict(zip(FEATURES, weights, strict=True)),
    }
    path = Path(ocr.language.__file__).with_name("confidence.json")
    path.write_text(json.dumps(known, ensure_ascii=False, indent=1) + "\n", "utf-8")


def logistic(x: Floats, y: Floats, ridge: float = 1.0) -> Floats:
    """Constant and weights by Newton's method, the weights held small by ``ridge``."""
    rows = np.c_[np.ones(len(x)), x]
    held = ridge * np.r_[0.0, np.ones(x.shape[1])]
    w = np.zeros(rows.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-rows @ w))
        slope = rows.T @ (y - p) - held * w
        bend = (rows * (p * (1 - p))[:, None]).T @ rows + np.diag(held)
        step = np.linalg.solve(bend, slope)
        w += step
        if np.abs(step).max() < 1e-8:
            break
    return w


def rows(pages: Sequence[Judged]) -> list[Row]:
    out: list[Row] = []
    for level in (*dict.fromkeys(page.level for page in pages), "all"):
        chosen = [page for page in pages if level in (page.level, "all")]
        right = np.array([r for page in chosen for r in page.right])
        raw = np.array([w.confidence for page in chosen for w in page.words])
        now = np.array([w.confidence for page in chosen for w in calibrated(page.words)])
        doubt = np.array([bool(w.doubt) for page in chosen for w in page.words])
        out += [
            Row(f"ECE {level}, as the recogniser says", 100 * expected_error(raw, right), "%"),
            Row(f"ECE {level}, calibrated", 100 * expected_error(now, right), "%", note=f"of {len(right)} words"),
            Row(f"right words doubted {level}", share((doubt & right).sum(), right.sum()), "%"),
            Row(f"wrong words doubted {level}", share((doubt & ~right).sum(), (~right).sum()), "%", note=f"of {(~right).sum()}"),
            Row(f"right words below {WEAK_WORD} {level}", share(((now < WEAK_WORD) & right).sum(), right.sum()), "%"),
            Row(f"wrong words below {WEAK_WORD} {level}", share(((now < WEAK_WORD) & ~right).sum(), (~right).sum()), "%"),
        ]
    return out


def expected_error(confidence: Floats, right: NDArray[np.bool_]) -> float:
    bins = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    used = [bins == k for k in range(_BINS) if (bins == k).any()]
    return float(sum(m.mean() * abs(confidence[m].mean() - right[m].mean()) for m in used))
