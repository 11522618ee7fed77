"""The package is built, and the program runs from its files alone."""

import hashlib
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from installer import smoke, tree
from installer.build import main, source_epoch
from installer.deb import build_deb, control, depends
from installer.tree import ROOT, BuildError, python_version, version


@pytest.fixture(scope="session")
def frozen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Both builds see the same sources, also while somebody edits the checkout."""
    copy = tmp_path_factory.mktemp("source")
    for name in tree.PACKAGES:
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "requirements.lock", "COPYING"):
        shutil.copy(ROOT / name, copy)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UV", shutil.which("uv") or str(ROOT / ".tools/bin/uv"))
        patch.setattr(tree, "ROOT", copy)
        yield


@pytest.fixture(scope="session")
def package(frozen: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("package")
    return build_deb(tmp_path_factory.mktemp("work"), out, 1_700_000_000, "none")


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@pytest.fixture(scope="session")
def files(package: Path) -> dict[str, str]:
    """Path → the rest of its line in the archive's listing."""
    listed = subprocess.run(["dpkg-deb", "-c", package], capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 5) for line in listed.splitlines()]
    return {row[5].split(" -> ")[0].removeprefix("."): " ".join(row[:5]) for row in rows}


def test_the_main_job_runs_from_the_package_alone(package: Path, tmp_path: Path) -> None:
    report = smoke.unpacked(package, tmp_path)
    assert report.red == []
    assert report.dossiers == 3
    assert report.documents >= 5
    assert report.megabytes["installed"] < 650, "Qt's tools, QML and Designer have crept in again"


def test_two_builds_are_the_same_bytes(package: Path, tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    again = build_deb(tmp_path / "work", tmp_path, 1_700_000_000, "none")
    assert sha256(again) == sha256(package)


def test_what_the_archive_holds(files: dict[str, str]) -> None:
    site = f"/opt/tram-so-hoa/lib/python{python_version()[0]}.{python_version()[1]}/site-packages"
    for path in (
        "/usr/bin/workstation",
        "/usr/share/applications/tram-so-hoa.desktop",
        "/usr/share/icons/hicolor/scalable/apps/tram-so-hoa.svg",
        "/usr/share/doc/tram-so-hoa/copyright",
        "/usr/share/doc/tram-so-hoa/COPYING.gz",
        "/opt/tram-so-hoa/THIRD-PARTY.txt",
        f"{site}/PySide6/Qt/plugins/platforms/libqxcb.so",
        f"{site}/signing/fonts/TramSerif-Regular.ttf",
        f"{site}/ocr/fonts/TramSerif-Bold.ttf",
    ):
        assert path in files, path
    assert all("root/root" in line for line in files.values())
    assert all("2023-11-14" in line for line in files.values()), "a time of the build is in the archive"
    for unwanted in ("libQt6Quick", "libQt6Qml", "libQt6Designer", "/Qt/qml/"):
        assert not [path for path in files if unwanted in path], unwanted
    installed = {path.removeprefix(f"{site}/").split("/")[0] for path in files if path.startswith(f"{site}/")}
    assert not installed & {"tests", "installer", "mypy", "pytest", "ruff", "hypothesis", "setuptools"}
    sources = {path for path in files if path.startswith(f"{site}/workstation/") and path.endswith(".py")}
    compiled = {path for path in files if path.startswith(f"{site}/workstation/") and path.endswith(".pyc")}
    assert len(sources) == len(compiled) > 20


def test_no_library_of_qt_lacks_another(package: Path, tmp_path: Path) -> None:
    subprocess.run(["dpkg-deb", "-x", package, tmp_path], check=True)
    qt = next(tmp_path.glob("opt/tram-so-hoa/lib/*/site-packages/PySide6"))
    libraries = [path for path in qt.rglob("*.so*") if "libqgtk3" not in path.name]
    assert len(libraries) > 30
    said = subprocess.run(["ldd", *libraries], capture_output=True, text=True, check=True).stdout
    assert "not found" not in said


def test_control_data() -> None:
    major, minor = python_version()
    said = control(1000)
    assert f"python3 (>= {major}.{minor}), python3 (<< {major}.{minor + 1})" in said
    assert "libglib2.0-0 | libglib2.0-0t64" in said
    assert {"tesseract-ocr-vie", "tesseract-ocr-osd", "libxcb-cursor0"} <= set(depends())
    assert f"Version: {version()}\n" in said
    assert depends("rec") == ["softhsm2"]


def test_an_unlisted_qt_module_stops_the_build(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tree, "KEPT_QT", ("QtCore",))
    with pytest.raises(BuildError, match="QtWidgets"):
        tree.trim(tmp_path)


@pytest.mark.parametrize("kind", ["setup", "msi"])
def test_what_is_not_built_yet_says_so(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--only", kind, "-o", str(tmp_path)]) == 2
    assert "not built yet" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_the_time_in_the_archive_can_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1600000000")
    assert source_epoch() == 1_600_000_000
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    assert source_epoch() > 1_700_000_000


# --- the smoke test can fail


def test_a_red_light_fails_the_smoke_test() -> None:
    answer = json.dumps({"checks": [{"id": "reading", "light": "red"}, {"id": "disk", "light": "green"}]})
    with pytest.raises(smoke.SmokeError, match="reading"):
        smoke.judge_doctor(smoke.Report("test"), answer)


@pytest.mark.parametrize(
    ("state", "receipt", "signed", "green"),
    [
        ("sending", "r1", True, True),
        ("received", None, True, True),
        ("received", "r1", False, True),
        ("received", "r1", True, False),
    ],
)
def test_an_unfinished_main_job_fails_the_smoke_test(state: str, receipt: str | None, signed: bool, green: bool) -> None:
    document = {"signed": signed, "green": green}
    answer = json.dumps({"dossiers": [{"code": "HS-0001", "state": state, "receipt_id": receipt, "documents": [document]}]})
    with pytest.raises(smoke.SmokeError):
        smoke.judge_demo(smoke.Report("test"), answer)


def test_every_needed_package_is_listed_with_its_reason() -> None:
    rows = [line.split(None, 2) for line in (ROOT / "installer/packages.txt").read_text("utf-8").splitlines() if line[:1] != "#"]
    assert all(len(row) == 3 and row[0] in {"run", "rec", "dev", "test"} for row in rows)
    names = [row[1] for row in rows]
    assert len(names) == len(set(names))
