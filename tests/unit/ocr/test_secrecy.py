"""A page with a mark of a state secret leaves nothing behind; and such a mark is read in its frame."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from ocr import process, secrecy, thumbs, worker
from ocr.engine import Unread
from ocr.frames import Pixels
from ocr.lines import RawWord
from ocr.unread import _unframed
from tests.pagemaker import quick_page, save_page
from tests.unit.ocr.conftest import sha256
from workstation.domain.durable import wipe_file
from workstation.domain.page import PageSource
from workstation.domain.pagejobs import PageJob, RenderJob
from workstation.domain.thumbs import page_key


class Says(Unread):
    """Reads these words, a line each, wherever it is asked."""

    def __init__(self, *lines: str) -> None:
        self._words = tuple(RawWord(text, (60, 60 + 40 * i, 200, 90 + 40 * i), 0.95, (i,)) for i, text in enumerate(lines))

    def read(self, page: Pixels, dpi: float, *, block: bool = False) -> tuple[RawWord, ...]:
        return self._words

    def lines(
        self, pictures: Sequence[Pixels], dpi: float, *, digits: bool = False, raw: bool = False
    ) -> tuple[tuple[RawWord, ...], ...]:
        return tuple(() for _ in pictures)


SECRET, PLAIN = Says("TỐI MẬT", "nội dung kín"), Says("BẢO MẬT", "nội dung kín")


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("made") / "quick.jpg"
    save_page(path, quick_page())
    return path


def asked(paper: Path, root: Path) -> PageJob:
    return PageJob(paper, sha256(paper), 0, root / "cache", thumbs=root / "cache" / "thumbs" / "d.sqlite3")


def left(root: Path) -> list[str]:
    return [path.name for path in root.rglob("*") if path.is_file() and path.suffix != ".sqlite3"]


def test_a_marked_page_is_stopped_before_anything_of_it_is_written(tmp_path: Path, paper: Path) -> None:
    told = process.process(asked(paper, tmp_path), SECRET)
    assert told.secret and left(tmp_path) == []
    assert (told.text.words, told.text.unread, told.text.text) == ((), (), "")
    assert (told.recipe, told.findings, told.codes, told.fingerprint) == ((), (), (), "")
    assert "kín" not in repr(told) and "MẬT" not in repr(told)
    assert thumbs.get(asked(paper, tmp_path).thumbs or Path(), page_key(PageSource(sha256(paper), 0), ())) is None


def test_words_about_secrets_do_not_stop_it(tmp_path: Path, paper: Path) -> None:
    told = process.process(asked(paper, tmp_path), PLAIN)
    assert not told.secret and "BẢO MẬT" in told.text.text and len(left(tmp_path)) == 2


def test_what_a_person_let_pass_is_kept_until_it_is_judged_again(tmp_path: Path, paper: Path) -> None:
    job = asked(paper, tmp_path)
    passed = process.process(replace(job, guarded=False), SECRET)
    assert not passed.secret and "TỐI MẬT" in passed.text.text
    worker.render_page(RenderJob(paper, job.original, 0, passed.recipe, job.cache, 200))
    assert len(left(tmp_path)) == 4
    assert process.process(replace(job, guarded=False), Says("khác")).text == passed.text, "the cache answers"
    stopped = process.process(job, Says("khác"))  # the same file in another dossier
    assert stopped.secret and left(tmp_path) == []
    pack = job.thumbs
    assert pack is not None and thumbs.get(pack, page_key(PageSource(job.original, 0), ())) is None


def test_all_that_was_derived_of_a_file_goes_and_nothing_else(tmp_path: Path, paper: Path) -> None:
    job = asked(paper, tmp_path)
    process.process(job, PLAIN)
    other = tmp_path / "other.jpg"
    save_page(other, quick_page(2))
    process.process(replace(job, path=other, original=sha256(other)), PLAIN)
    assert job.thumbs is not None
    jpeg = thumbs.get(job.thumbs, page_key(PageSource(job.original, 0), ()))
    assert jpeg is not None and len(left(job.cache)) == 4 and jpeg.jpeg[-400:-200] in job.thumbs.read_bytes()
    secrecy.wipe(job.cache, job.thumbs, job.original)
    assert len(left(job.cache)) == 2 and all(name.startswith(sha256(other)) for name in left(job.cache))
    assert thumbs.get(job.thumbs, page_key(PageSource(job.original, 0), ())) is None
    assert thumbs.get(job.thumbs, page_key(PageSource(sha256(other), 0), ())) is not None
    assert jpeg.jpeg[-400:-200] not in job.thumbs.read_bytes(), "overwritten in the pack"
    secrecy.wipe(tmp_path / "none", tmp_path / "none" / "d.sqlite3", job.original)


def test_a_file_is_overwritten_before_it_goes(tmp_path: Path) -> None:
    path, other = tmp_path / "a", tmp_path / "b"
    path.write_bytes(b"x" * 3_000_000)
    other.hardlink_to(path)
    path.chmod(0o444)
    wipe_file(path)
    assert not path.exists() and other.read_bytes() == bytes(3_000_000)
    wipe_file(path)


@pytest.mark.parametrize("turn", [0.0, 3.0])
def test_a_frame_goes_and_the_word_in_it_stays(turn: float) -> None:
    ink = np.zeros((90, 250), np.uint8)
    word = ink.copy()
    cv2.putText(word, "MAT", (70, 62), cv2.FONT_HERSHEY_SIMPLEX, 1.4, 255, 4)
    cv2.rectangle(ink, (14, 14), (235, 75), 255, 4)
    turning = cv2.getRotationMatrix2D((125, 45), turn, 1.0)
    letters, both = (np.asarray(cv2.warpAffine(one, turning, (250, 90)), np.uint8) for one in (word, np.maximum(ink, word)))
    bare = _unframed(both)
    assert int(bare[letters > 200].sum(dtype=np.int64)) > 0.99 * int(letters[letters > 200].sum(dtype=np.int64))
    assert not (bare[np.asarray(cv2.dilate(letters, np.ones((5, 5)))) == 0] > 80).any()
