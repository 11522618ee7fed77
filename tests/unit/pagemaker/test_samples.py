"""The sample dossiers that ship are the ones the script makes, and what the samples promise holds."""

import json
import re
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from tests.pagemaker.samples import SHIPPED, SampleDossier, as_json, dossiers, make_dossier
from workstation.domain.fields import FIELD_NAMES

LIMIT_BYTES = 9_000_000
FOLDERS = {"ho-so-luu-tru": 5, "ban-sao-chung-thuc": 1, "ban-quet-xau": 1}


def shipped_truth(folder: str) -> dict[str, Any]:
    truth: dict[str, Any] = json.loads((SHIPPED / folder / "truth.json").read_text("utf-8"))
    return truth


def sample(folder: str) -> SampleDossier:
    return next(d for d in dossiers() if d.folder == folder)


def thumbnail(image: Image.Image) -> np.ndarray:
    return cv2.resize(np.asarray(image.convert("RGB")), (124, 175), interpolation=cv2.INTER_AREA).astype(int)


def test_the_three_dossiers_are_there_and_nothing_else() -> None:
    found = {path.relative_to(SHIPPED).as_posix() for path in SHIPPED.rglob("*") if path.is_file()}
    pages = {f"{folder}/{number:03d}.jpg" for folder, count in FOLDERS.items() for number in range(1, count + 1)}
    assert found == pages | {f"{folder}/truth.json" for folder in FOLDERS}
    assert sum((SHIPPED / name).stat().st_size for name in found) < LIMIT_BYTES


@pytest.mark.parametrize("path", sorted(SHIPPED.rglob("*.jpg")), ids=lambda p: f"{p.parent.name}-{p.stem}")
def test_pages_are_colour_a4_at_300_dpi(path: Path) -> None:
    with Image.open(path) as image:
        assert (image.format, image.mode) == ("JPEG", "RGB")
        assert image.info["dpi"] == (300, 300)
        width_mm, height_mm = (side / 300 * 25.4 for side in image.size)
    assert 209 < width_mm < 220  # the black border of the bad scan lies outside the paper
    assert 296 < height_mm < 307


@pytest.mark.parametrize("folder", FOLDERS)
def test_shipped_truth_is_what_the_script_makes(folder: str) -> None:
    made, truth = make_dossier(sample(folder))
    assert (SHIPPED / folder / "truth.json").read_text("utf-8") == as_json(truth)
    for page, entry in zip(made, truth["pages"], strict=True):
        with Image.open(SHIPPED / folder / entry["file"]) as image:
            assert image.size == page.image.size
            # Within tolerance: other versions of the imaging libraries round and compress differently
            assert np.abs(thumbnail(image) - thumbnail(page.image)).mean() < 3


def test_the_archive_dossier_is_mixed() -> None:
    truth = shipped_truth("ho-so-luu-tru")
    assert [page["kind"] for page in truth["pages"]] == ["decision", "decision", "blank", "application", "birth_certificate"]
    assert [page["blank"] for page in truth["pages"]] == [False, False, True, False, False]
    assert [page["turn"] for page in truth["pages"]] == [0, 0, 0, 0, 180]
    assert [(d["type"], d["pages"]) for d in truth["documents"]] == [("QD", [0, 1, 2]), ("DON", [3]), ("KHAI_SINH", [4])]


def test_the_certified_copy_says_so() -> None:
    assert "CHỨNG THỰC BẢN SAO ĐÚNG VỚI BẢN CHÍNH" in shipped_truth("ban-sao-chung-thuc")["pages"][0]["text"]


def test_the_bad_scan_is_skewed_with_a_black_border() -> None:
    assert shipped_truth("ban-quet-xau")["pages"][0]["skew_deg"] == 2.5
    with Image.open(SHIPPED / "ban-quet-xau" / "001.jpg") as image:
        assert np.asarray(image.convert("L"))[:, :10].mean() < 60


@pytest.mark.parametrize("folder", FOLDERS)
def test_truth_covers_every_page_and_uses_our_field_names(folder: str) -> None:
    truth = shipped_truth(folder)
    assert truth["title"]
    assert [index for document in truth["documents"] for index in document["pages"]] == list(range(len(truth["pages"])))
    for document in truth["documents"]:
        assert document["fields"].keys() <= set(FIELD_NAMES)
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", document["fields"]["issued_date"])


def test_identity_numbers_are_plainly_invented() -> None:
    """Province 001 and a serial number below 1000: nobody's."""
    text = "".join((SHIPPED / folder / "truth.json").read_text("utf-8") for folder in FOLDERS)
    numbers = re.findall(r"(?<!\d)\d{12}(?!\d)", text)
    assert numbers
    assert all(re.fullmatch(r"001[0-3]\d\d000\d{3}", number) for number in numbers)
