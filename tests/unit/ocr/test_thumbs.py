"""Thumbnails of a dossier in one file: kept, replaced, thrown away when damaged, drawn again."""

import io
import multiprocessing
import sqlite3
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ocr import small, thumbs, worker
from tests.pagemaker import quick_page, save_page
from tests.small_disk import on_small_disk, small_disk
from tests.unit.ocr.conftest import sha256
from workstation.domain.errors import WorkstationError
from workstation.domain.page import PageSource, Transform
from workstation.domain.pagejobs import PageJob
from workstation.domain.thumbs import RAW, StoredThumb, Thumb, ThumbJob, kind_of, page_key

PICTURE = bytes(range(256)) * 40


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return tmp_path / "thumbs" / "d.sqlite3"


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("made") / "quick.jpg"
    save_page(path, quick_page())
    return path


def test_a_pack_that_is_not_there_is_not_made_by_looking(pack: Path) -> None:
    assert thumbs.get(pack, "p-0") is None
    assert not pack.parent.exists()


def test_one_picture_a_page_and_a_raw_one_takes_no_place(pack: Path) -> None:
    thumbs.put(pack, "p-0", RAW, b"raw")
    thumbs.put(pack, "p-1", RAW, b"other")
    assert thumbs.get(pack, "p-0") == StoredThumb(RAW, b"raw")
    thumbs.put(pack, "p-0", "cleaned", b"one")
    thumbs.put(pack, "p-0", RAW, b"raw again")
    assert thumbs.get(pack, "p-0") == StoredThumb("cleaned", b"one")
    thumbs.put(pack, "p-0", "turned", b"two")
    assert thumbs.get(pack, "p-0") == StoredThumb("turned", b"two")
    assert thumbs.get(pack, "p-1") == StoredThumb(RAW, b"other")
    assert [p.name for p in pack.parent.iterdir()] == [pack.name]


@pytest.mark.parametrize("harm", ["empty", "cut", "half", "overwritten", "no database", "other layout"])
def test_a_damaged_pack_is_thrown_away_and_filled_anew(pack: Path, harm: str) -> None:
    for number in range(60):
        thumbs.put(pack, f"p-{number}", "cleaned", PICTURE)
    thumbs.put(pack.with_name("other"), "p", RAW, b"")
    thumbs.put(pack.with_name("another"), "p", RAW, b"")  # so that the pack is opened anew
    data = pack.read_bytes()
    if harm == "other layout":
        with sqlite3.connect(pack) as connection:
            connection.execute("PRAGMA user_version=99")
        connection.close()
    else:
        noise = np.random.default_rng(3).bytes(len(data) - 200)
        harmed = {"empty": b"", "cut": data[:-30_000], "half": data[: len(data) // 2], "overwritten": data[:200] + noise}
        pack.write_bytes(harmed.get(harm, b"no database at all" * 500))
    for number in range(60):
        found = thumbs.get(pack, f"p-{number}")
        assert found in (None, StoredThumb("cleaned", PICTURE))
    for number in range(60):
        thumbs.put(pack, f"p-{number}", "new", PICTURE)
    assert [thumbs.get(pack, f"p-{n}") for n in range(60)] == [StoredThumb("new", PICTURE)] * 60


def test_an_altered_picture_is_none(pack: Path) -> None:
    thumbs.put(pack, "p-0", "cleaned", PICTURE)
    with sqlite3.connect(pack) as connection:
        connection.execute("UPDATE thumb SET jpeg = ?", (PICTURE[:-1] + b"x",))
    connection.close()
    assert thumbs.get(pack, "p-0") is None
    thumbs.put(pack, "p-0", RAW, b"raw")
    assert thumbs.get(pack, "p-0") == StoredThumb(RAW, b"raw"), "its row stands in nobody's way"


def test_a_pack_deleted_under_us_is_made_anew(pack: Path) -> None:
    thumbs.put(pack, "p-0", "cleaned", PICTURE)
    pack.unlink()
    assert thumbs.get(pack, "p-0") is None
    thumbs.put(pack, "p-1", "cleaned", PICTURE)
    assert pack.exists() and thumbs.get(pack, "p-1") is not None


def fill(pack: Path, who: int) -> None:
    for number in range(40):
        thumbs.put(pack, f"p-{who}-{number}", "cleaned", PICTURE)


def test_several_processes_write_while_one_reads(pack: Path) -> None:
    with ProcessPoolExecutor(3, multiprocessing.get_context("spawn")) as pool:
        writing = [pool.submit(fill, pack, who) for who in range(3)]
        while not all(f.done() for f in writing):
            assert thumbs.get(pack, "p-0-0") in (None, StoredThumb("cleaned", PICTURE))
        for future in writing:
            future.result()
    assert all(thumbs.get(pack, f"p-{who}-{n}") for who in range(3) for n in range(40))


@on_small_disk
def test_a_full_disk_is_m01_and_what_is_there_stays(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 300) as disk:
        pack = disk / "thumbs" / "d.sqlite3"
        kept = 0
        with pytest.raises(WorkstationError, match="M01"):
            for kept in range(100):
                thumbs.put(pack, f"p-{kept}", "cleaned", PICTURE)
        assert kept > 5
        assert [thumbs.get(pack, f"p-{n}") for n in range(kept)] == [StoredThumb("cleaned", PICTURE)] * kept


# --- drawing


def job(path: Path, pack: Path, *recipe: Transform) -> ThumbJob:
    source = PageSource(sha256(path), 0)
    return ThumbJob(path, source, recipe, pack, page_key(source, ()))


def stored(job: ThumbJob) -> StoredThumb:
    found = thumbs.get(job.pack, job.page)
    assert found is not None
    return found


def pixels(found: StoredThumb) -> np.ndarray:
    with Image.open(io.BytesIO(found.jpeg)) as image:
        return np.asarray(image.convert("L"), float)


def test_reading_leaves_the_cleaned_page_and_drawing_again_gives_the_same(tmp_path: Path, pack: Path, quick: Path) -> None:
    asked = PageJob(quick, sha256(quick), 0, tmp_path / "cache", read=False, thumbs=pack)
    result = worker.process_page(asked)
    again = replace(job(quick, pack), recipe=result.recipe)
    first = stored(again)
    assert first.kind == kind_of(result.recipe) and max(pixels(first).shape) == 320
    pack.unlink()
    worker.draw_thumbnail(again)
    assert stored(again) == first
    pack.unlink()
    worker.process_page(asked)  # answered by the cache, which lacks the picture
    assert stored(again) == first


def test_nobody_looks_at_the_pages_of_a_command(tmp_path: Path, quick: Path) -> None:
    worker.process_page(PageJob(quick, sha256(quick), 0, tmp_path, read=False))
    assert not (tmp_path / "thumbs").exists()


@pytest.mark.parametrize("kind", ["jpg", "png", "tif", "pdf", "turned.jpg", "cmyk.jpg", "bit.tif"])
def test_the_page_as_it_came_looks_like_the_page(tmp_path: Path, pack: Path, quick: Path, kind: str) -> None:
    path = tmp_path / f"page.{kind}"
    with Image.open(quick) as image:
        exif = image.getexif()
        if kind == "turned.jpg":
            exif[0x0112] = 6
            image.transpose(Image.Transpose.ROTATE_90).save(path, exif=exif, dpi=(150, 150))
        elif kind == "cmyk.jpg":
            image.convert("CMYK").save(path, dpi=(150, 150))
        elif kind == "bit.tif":
            image.convert("1").save(path, dpi=(150, 150), compression="group4")
        else:
            image.save(path, dpi=(150, 150), resolution=150)
    raw = replace(job(path, pack), recipe=None)
    worker.draw_thumbnail(raw)
    assert stored(raw).kind == RAW
    whole = job(path, pack)
    worker.draw_thumbnail(whole)
    assert stored(whole).kind == kind_of(())
    thumbs.remove(pack)
    worker.draw_thumbnail(raw)
    quickly = pixels(stored(raw))
    worker.draw_thumbnail(whole)
    slowly = pixels(stored(whole))
    assert np.abs(np.subtract(quickly.shape, slowly.shape)).max() <= 1
    height, width = np.minimum(quickly.shape, slowly.shape)
    assert np.abs(quickly[:height, :width] - slowly[:height, :width]).mean() < 8


def test_a_picture_that_is_there_is_not_drawn_again(pack: Path, quick: Path) -> None:
    whole = job(quick, pack)
    worker.draw_thumbnail(whole)
    gone = replace(whole, path=quick.with_name("gone.jpg"))
    worker.draw_thumbnail(gone)
    worker.draw_thumbnail(replace(gone, recipe=None))
    with pytest.raises(WorkstationError, match="F07"):
        worker.draw_thumbnail(replace(gone, recipe=(Transform("rotate", 1, (("degrees", 90.0),)),)))


def test_a_raw_picture_of_a_page_too_large_is_refused(tmp_path: Path, pack: Path) -> None:
    path = tmp_path / "huge.jpg"
    Image.new("1", (40_000, 6_000), 1).convert("L").save(path, quality=1)
    with pytest.raises(WorkstationError, match="F05"):
        worker.draw_thumbnail(replace(job(path, pack), recipe=None))


def test_why_a_step_was_chosen_does_not_change_the_picture() -> None:
    step = Transform("rotate", 1, (("degrees", 90.0),), "text stands")
    assert kind_of((step,)) == kind_of((replace(step, reason="clerk"),)) != kind_of((replace(step, version=2),))
    assert kind_of(None) == RAW != kind_of(())
    wanted = Thumb(Path(), "p", kind_of(()))
    assert StoredThumb(kind_of(()), b"").serves(wanted) and not StoredThumb(RAW, b"").serves(wanted)
    assert StoredThumb(kind_of(()), b"").serves(replace(wanted, kind=RAW))
    assert small.THUMBNAIL_PX == 320
