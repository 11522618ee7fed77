"""The ward's pages in a real browser without a window: laid out, nothing cut off, nothing loaded from elsewhere."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from tests.unit.sync.rig import Station, Ward, pdf

CHROMIUM = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)
SIZE = (1366, 768)

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: the ward's pages were not seen in one")


def browse(folder: Path, url: str, *arguments: str) -> str:
    """What the browser prints; ``folder`` holds its profile."""
    assert CHROMIUM is not None
    quiet = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--hide-scrollbars"]
    command = [CHROMIUM, *quiet, f"--user-data-dir={folder}", *arguments, url]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout


def picture(folder: Path, url: str, name: str) -> Image.Image:
    target = folder / f"{name}.png"
    browse(folder / "profile", url, f"--screenshot={target}", f"--window-size={SIZE[0]},{SIZE[1]}")
    return Image.open(target).convert("L")


def test_pages_are_laid_out(new_ward: Callable[..., Ward], station: Station, tmp_path: Path) -> None:
    ward = new_ward("--open-pages")
    empty = picture(tmp_path, ward.url, "empty")
    assert empty.size == SIZE
    title = "Cấp bản sao trích lục hộ tịch <b>đậm</b> " + "rất dài " * 20
    items = [station.queue(pdf(200_000 + n, 120 + n), title=title if n == 0 else f"Hồ sơ thứ {n}") for n in range(6)]
    reports = station.send(station.sender(ward))
    assert all(r.item.receipt for r in reports)
    full = picture(tmp_path, ward.url, "full")
    pages = {"detail": f"/ho-so/{items[0].dossier_id}?kiem-tra=1", "search": "/?q=thu+3", "receipt": "/bien-nhan"}
    others = {name: picture(tmp_path, ward.url + path, name) for name, path in pages.items()}
    refused = picture(tmp_path, f"{ward.url}/ho-so/{station.folder.name}", "refused")
    for name, shot in {"empty": empty, "full": full, "refused": refused, **others}.items():
        dark = sum(shot.histogram()[:128])
        assert 1_000 < dark < 0.2 * SIZE[0] * SIZE[1], name
        # a page that is too wide runs out of the window: its right margin is not the ground's grey
        assert sum(shot.crop((SIZE[0] - 8, 80, *SIZE)).histogram()[:200]) == 0, name
    dom = browse(tmp_path / "profile", ward.url, "--dump-dom")
    assert "&lt;b&gt;đậm&lt;/b&gt;" in dom and dom.count('<span class="pill good">') == 6
