"""Sample pages read once a session with the real Tesseract, and small files made on the spot."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ocr import worker
from workstation.domain.ids import Sha256
from workstation.domain.pagejobs import PageJob, PageResult, PublishPage

SAMPLES = Path(__file__).parents[3] / "workstation" / "app" / "samples"


def sha256(path: Path) -> Sha256:
    return Sha256(hashlib.sha256(path.read_bytes()).hexdigest())


@dataclass(frozen=True)
class Read:
    """A page with what was found on it."""

    path: Path
    result: PageResult
    cache: Path

    @property
    def publish(self) -> PublishPage:
        return PublishPage(self.path, 0, self.result.recipe, self.result.text)


Reader = Callable[[Path], Read]


@pytest.fixture(scope="session")
def read_page(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    """Cleans and reads frame 0 of a file; a second call for the same bytes answers from the cache."""
    cache = tmp_path_factory.mktemp("derived")

    def read(path: Path) -> Read:
        return Read(path, worker.process_page(PageJob(path, sha256(path), 0, cache)), cache)

    return read


@dataclass(frozen=True)
class Sample:
    """A sample dossier with its truth."""

    truth: dict[str, Any]
    pages: tuple[Read, ...]


@pytest.fixture(scope="session")
def samples(read_page: Reader) -> dict[str, Sample]:
    out = {}
    for folder in sorted(p for p in SAMPLES.iterdir() if p.is_dir()):
        truth = json.loads((folder / "truth.json").read_text("utf-8"))
        out[folder.name] = Sample(truth, tuple(read_page(folder / page["file"]) for page in truth["pages"]))
    return out
