"""One page from file to words, and the cache it leaves."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ocr import worker
from ocr.engine import Unread, recognizer
from ocr.frames import A4_WIDTH_INCH, load_frame
from ocr.geometry import apply_recipe, grey
from ocr.grammar import distance
from ocr.process import clean
from tests.pagemaker import OFFICE, Kind, PageSpec, quick_page, save_page, write_page
from tests.unit.ocr.conftest import Reader, Sample, sha256
from workstation.domain.errors import WorkstationError
from workstation.domain.fields import nfc
from workstation.domain.findings import FindingLimits
from workstation.domain.page import Page, PageSource, Transform, Word
from workstation.domain.pagejobs import Limits, PageJob, PageResult, RenderJob
from workstation.domain.pagework import CLERK, turned


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("made") / "quick.jpg"
    save_page(path, quick_page())
    return path


def job(path: Path, cache: Path, **changes: object) -> PageJob:
    return replace(PageJob(path, sha256(path), 0, cache), **changes)  # type: ignore[arg-type]


def untimed(result: PageResult) -> PageResult:
    return replace(result, seconds=0, text=replace(result.text, seconds=0))


def test_a_page_is_read_with_its_engine_named(tmp_path: Path, quick: Path) -> None:
    result = worker.process_page(job(quick, tmp_path))
    wanted, found = nfc(quick_page().text).split(), nfc(result.text.text).split()
    assert len(set(wanted) & set(found)) > 0.9 * len(set(wanted))
    engine = result.text.engine
    assert engine.name == "tesseract" and engine.version[0].isdigit()
    assert engine.model.startswith("vie:") and len(engine.model) == 4 + 64
    assert "--psm 3" in engine.params
    assert {("flatten", 2), ("levels", 1)} <= {(t.name, t.version) for t in result.text.steps}
    assert all(t.reason for t in result.text.steps)
    assert all(w.text == nfc(w.text) and 0 <= w.confidence <= 1 for w in result.text.words)


def test_the_same_page_twice_gives_the_same_and_the_cache_answers(tmp_path: Path, quick: Path) -> None:
    first = worker.process_page(job(quick, tmp_path / "a"))
    other = worker.process_page(job(quick, tmp_path / "b"))
    assert untimed(other) == untimed(first)
    # without the file only the cache can answer
    gone = replace(job(quick, tmp_path / "a"), path=tmp_path / "gone.jpg")
    assert worker.process_page(gone) == first
    assert worker.load_result(tmp_path / "a", sha256(quick), 0, ()) == first
    assert worker.load_text(tmp_path / "a", sha256(quick), 0, ()) == first.text
    assert worker.load_text(tmp_path / "a", sha256(quick), 1, ()) is None


@pytest.mark.parametrize("suffix", ["meta.json", "text.json"])
@pytest.mark.parametrize("harm", ["cut", "flip", "empty", "remove"])
def test_a_damaged_cache_is_made_anew(tmp_path: Path, quick: Path, suffix: str, harm: str) -> None:
    asked = job(quick, tmp_path, read=False)
    first = worker.process_page(asked)
    path = next(tmp_path.rglob(f"*{suffix}"))
    data = path.read_bytes()
    if harm == "remove":
        path.unlink()
    elif harm == "flip":
        path.write_bytes(data[:-2] + bytes([data[-2] ^ 1]) + data[-1:])
    else:
        path.write_bytes(data[: len(data) // 2] if harm == "cut" else b"")
    assert worker.load_result(tmp_path, asked.original, 0, ()) is None
    assert untimed(worker.process_page(asked)) == untimed(first)
    assert list(tmp_path.rglob(".*")) == [], "no temporary file is left"


def test_words_that_nobody_waits_for_stay_in_the_cache(tmp_path: Path, quick: Path) -> None:
    asked = job(quick, tmp_path, words=False)
    told = worker.process_page(asked)
    assert told.text.words == () == told.text.unread
    kept = worker.load_text(tmp_path, asked.original, 0, ())
    assert kept is not None and len(kept.words) > 10
    assert replace(told, text=kept) == worker.process_page(replace(asked, words=True))


def test_new_limits_judge_the_cached_measurements(tmp_path: Path, quick: Path) -> None:
    first = worker.process_page(job(quick, tmp_path, read=False, limits=FindingLimits(min_dpi=300)))
    again = worker.process_page(job(quick, tmp_path, read=False, limits=FindingLimits(min_dpi=150, min_sharpness=0)))
    assert [f.ok for f in first.findings if f.code == "dpi"] == [False]
    assert [(f.ok, f.limit) for f in again.findings if f.code in ("dpi", "blur")] == [(True, 150), (True, 0)]


def test_cleaning_alone_needs_no_tesseract_and_reading_comes_later(
    tmp_path: Path, quick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pytesseract.pytesseract.tesseract_cmd", "no-such-program")
    seen = worker.process_page(job(quick, tmp_path, read=False))
    assert seen.text.words == () and seen.text.width_px > 0
    monkeypatch.undo()
    assert worker.process_page(job(quick, tmp_path)).text.words


def test_without_tesseract_or_its_vietnamese_data_it_is_O01(tmp_path: Path, quick: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TESSDATA_PREFIX", str(tmp_path))
    with pytest.raises(WorkstationError, match="O01"):
        worker.process_page(job(quick, tmp_path / "a"))
    monkeypatch.undo()
    monkeypatch.setattr("pytesseract.pytesseract.tesseract_cmd", "no-such-program")
    with pytest.raises(WorkstationError, match="O01"):
        worker.process_page(job(quick, tmp_path / "b"))


def test_the_clerk_turns_the_page_further(tmp_path: Path, quick: Path) -> None:
    straight = worker.process_page(job(quick, tmp_path, read=False))
    further = worker.process_page(job(quick, tmp_path, read=False, work=turned((), 90)))
    assert (further.text.width_px, further.text.height_px) == (straight.text.height_px, straight.text.width_px)
    assert further.recipe[-1]["degrees"] == 90
    assert further.rotation == straight.rotation == 0


@pytest.mark.parametrize(("lies", "seems"), [(0, -0.3), (180, 0.3), (180, -0.3), (0, 0.3)])
def test_whichever_way_up_broken_print_seems_to_stand_it_is_read_upright(
    tmp_path: Path, quick: Path, monkeypatch: pytest.MonkeyPatch, lies: int, seems: float
) -> None:
    """Three of 48 worn pages looked head down by the shape of their lines, were turned over and read as gibberish."""
    with Image.open(quick) as image:
        image.rotate(lies).save(tmp_path / "page.png", dpi=(300, 300))
    monkeypatch.setattr("ocr.geometry._head_up", lambda *_: seems)
    result = worker.process_page(job(tmp_path / "page.png", tmp_path / "cache"))
    assert result.rotation == lies
    wanted, found = nfc(quick_page().text).split(), nfc(result.text.text).split()
    assert len(set(wanted) & set(found)) > 0.9 * len(set(wanted))


@pytest.mark.parametrize(("lies", "seems"), [(0, True), (90, False), (270, False), (180, True)])
def test_a_page_whose_lines_seem_to_run_the_other_way_is_read_all_the_same(
    tmp_path: Path, quick: Path, monkeypatch: pytest.MonkeyPatch, lies: int, seems: bool
) -> None:
    """One of 80 worn pages, a list with print in pieces, was laid on its side and read as gibberish."""
    with Image.open(quick) as image:
        image.rotate(lies, expand=True).save(tmp_path / "page.png", dpi=(300, 300))
    monkeypatch.setattr("ocr.geometry._sideways", lambda *_: seems)
    result = worker.process_page(job(tmp_path / "page.png", tmp_path / "cache"))
    assert result.rotation == lies
    wanted, found = nfc(quick_page().text).split(), nfc(result.text.text).split()
    assert len(set(wanted) & set(found)) > 0.9 * len(set(wanted))


def test_the_samples_are_read_in_order_with_few_errors(samples: dict[str, Sample]) -> None:
    """Measured: 3 to 9 words of about 1,200 differ, each by a mark. A column read across would cost dozens."""
    wrong = total = 0
    for sample in samples.values():
        for page, truth in zip(sample.pages, sample.truth["pages"], strict=True):
            wanted = nfc(truth["text"]).split()
            wrong += distance(wanted, page.result.text.text.split())
            total += len(wanted)
    assert total > 1000
    assert wrong <= 0.015 * total


def test_words_lie_on_their_ink(samples: dict[str, Sample]) -> None:
    for sample in samples.values():
        for page, truth in zip(sample.pages, sample.truth["pages"], strict=True):
            if truth["blank"]:
                continue
            pixels = grey(apply_recipe(load_frame(page.path, 0).pixels, page.result.recipe))
            assert pixels.shape == (page.result.text.height_px, page.result.text.width_px)
            sure = [w for w in page.result.text.words if w.confidence > 0.8 and any(c.isalnum() for c in w.text)]
            assert sum(on_ink(w, pixels) for w in sure) >= 0.99 * len(sure)


def on_ink(word: Word, pixels: "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]") -> bool:
    """Ink inside, touching every quarter of the box's width; none of it a solid block."""
    x0, y0, x1, y1 = (int(v) for v in word.box)
    part = pixels[y0:y1, x0:x1].astype(np.float64)
    dark = part < 0.75 * np.percentile(pixels[max(0, y0 - 20) : y1 + 20, max(0, x0 - 20) : x1 + 20], 90)
    quarters = np.array_split(dark, min(4, dark.shape[1]), axis=1)
    return bool(all(q.any() for q in quarters) and dark.mean() < 0.6)


def test_samples_are_cleaned_as_they_were_spoilt(samples: dict[str, Sample]) -> None:
    for sample in samples.values():
        for page, truth in zip(sample.pages, sample.truth["pages"], strict=True):
            assert page.result.blank == truth["blank"]
            if not truth["blank"]:
                assert (page.result.rotation + truth["turn"]) % 360 == 0
                assert page.result.skew_deg == pytest.approx(truth["skew_deg"], abs=0.1)
            good = Page(id="p", source=PageSource(sha256(page.path), 0), findings=page.result.findings, blank=truth["blank"])  # type: ignore[arg-type]
            if truth["file"] != "001.jpg" or "cũ" not in sample.truth["title"]:
                assert good.failing == ()


def test_findings_name_what_is_wrong(tmp_path: Path) -> None:
    made = write_page(tmp_path / "a.png", PageSpec(Kind.DECISION, dpi=150, wear=replace(OFFICE, blur_px=3.5)))
    result = worker.process_page(job(tmp_path / "a.png", tmp_path / "c", read=False))
    wrong = {f.code for f in result.findings if not f.ok}
    assert wrong == {"dpi", "blur"}
    made.image.convert("1").save(tmp_path / "b.png")
    result = worker.process_page(job(tmp_path / "b.png", tmp_path / "c", read=False))
    codes = {f.code: f for f in result.findings}
    assert not codes["color"].ok and codes["color"].value == 1
    assert codes["dpi_guessed"].value == pytest.approx(150, abs=1)


def test_a_sheet_without_resolution_is_measured_without_the_table_that_it_lies_on(tmp_path: Path) -> None:
    sheet = quick_page().image.convert("RGB")
    table = Image.new("RGB", (sheet.width + 500, sheet.height + 600), (25, 25, 28))
    table.paste(sheet, (260, 280))
    for name, known in (("a.jpg", {}), ("b.jpg", {"dpi": (150, 150)})):
        table.save(tmp_path / name, quality=92, **known)  # type: ignore[arg-type]
    photo, scan = (load_frame(tmp_path / name, 0) for name in ("a.jpg", "b.jpg"))
    assert clean(photo, (), Unread()).dpi == pytest.approx(sheet.width / A4_WIDTH_INCH, rel=0.01)
    assert clean(scan, (), Unread()).dpi == 150
    a_clerk_s = Transform("crop", 1, (("x0", 400.0), ("y0", 400.0), ("x1", 900.0), ("y1", 700.0)), CLERK)
    assert clean(photo, (a_clerk_s,), Unread()).dpi == photo.dpi, "of a part nobody knows how wide it is"


def test_a_damaged_page_is_F03(tmp_path: Path, quick: Path) -> None:
    cut = tmp_path / "cut.jpg"
    cut.write_bytes(quick.read_bytes()[:5000])
    with pytest.raises(WorkstationError, match="F03"):
        worker.process_page(job(cut, tmp_path / "c"))


def test_a_page_rendered_for_the_screen_is_the_cleaned_page(samples: dict[str, Sample], tmp_path: Path) -> None:
    page = samples["ho-so-luu-tru"].pages[4]
    asked = RenderJob(page.path, sha256(page.path), 0, page.result.recipe, tmp_path, 1000)
    seen = worker.render_page(asked)
    with Image.open(seen.path) as image:
        assert image.size == (seen.width_px, seen.height_px) and max(image.size) == 1000
        top = np.asarray(image.convert("L").crop((300, 60, 700, 140)))
    assert (top < 120).mean() > 0.02, "the motto stands at the top again"
    assert seen.scale == pytest.approx(1000 / page.result.text.height_px)
    stamp = seen.path.stat().st_mtime_ns
    assert worker.render_page(asked) == seen and seen.path.stat().st_mtime_ns == stamp
    seen.path.write_bytes(b"")
    assert worker.render_page(asked) == seen and seen.path.stat().st_size > 0


def test_a_full_disk_is_M01(tmp_path: Path, quick: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(WorkstationError, match="M01"):
        worker.process_page(job(quick, tmp_path / "c", read=False))


def test_reading_needs_no_more_than_the_engine_port(quick: Path, read_page: Reader) -> None:
    frame = load_frame(quick, 0, Limits())
    raw = recognizer().read(grey(frame.pixels), frame.dpi)
    assert {w.text for w in raw} & {w.text for w in read_page(quick).result.text.words}
