"""The installed tree: the program, its Python packages and the files that make the desktop know it."""

import gzip
import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from email.parser import HeaderParser
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILES = Path(__file__).resolve().parent / "files"
PACKAGES = ("workstation", "ui", "ocr", "signing", "sync")
PYTHON = Path("/usr/bin/python3")
"""The system's own interpreter: the package depends on it instead of carrying one."""

KEPT_QT = ("QtCore", "QtGui", "QtWidgets", "QtSvg", "QtSvgWidgets", "QtNetwork", "QtDBus", "QtPrintSupport")
KEPT_PLUGINS = (
    "iconengines",
    "imageformats/libqjpeg.so",
    "imageformats/libqsvg.so",
    "imageformats/libqtiff.so",
    "platforminputcontexts/libcompose*",
    "platforminputcontexts/libibus*",  # Vietnamese typing on Linux comes through IBus
    "platforms/libqoffscreen.so",
    "platforms/libqwayland.so",
    "platforms/libqxcb.so",
    "platformthemes/libqxdg*",
    "printsupport",
    "tls",
    "wayland-decoration-client/libbradient.so",
    "wayland-graphics-integration-client",
    "wayland-shell-integration",
    "xcbglintegrations",
)
KEPT_TRANSLATIONS = "qtbase_*.qm"
DROPPED = (
    "pymupdf/mupdf-devel",
    "tests",
    "*/tests",
    "numpy/**/tests",
    "numpy/f2py",
    "numpy/distutils",
    "fontTools/**/*.pyx",
    "bin",
    "**/*.pyi",
    "**/*.c",
    "**/__pycache__",
)
"""Headers, stubs and tests of libraries: nothing of them runs."""


class BuildError(Exception):
    """A sentence for whoever builds."""


def version() -> str:
    with (ROOT / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])


def python_version() -> tuple[int, int]:
    """Of the system's interpreter, whose binary packages the tree will hold."""
    code = "import sys; print(*sys.version_info[:2])"
    major, minor = subprocess.run([PYTHON, "-I", "-c", code], capture_output=True, text=True, check=True).stdout.split()
    if (int(major), int(minor)) < (3, 11):
        raise BuildError(f"{PYTHON} is {major}.{minor}; the package needs a system with Python 3.11 or newer.")
    return int(major), int(minor)


def build_tree(stage: Path, epoch: int) -> Path:
    """Fills ``stage`` with /opt and /usr; every file gets the time ``epoch`` (seconds). Returns the program's folder."""
    major, minor = python_version()
    program = stage / "opt/tram-so-hoa"
    site = program / f"lib/python{major}.{minor}/site-packages"
    site.mkdir(parents=True)
    _interpreter(program, f"{major}.{minor}")
    _install_packages(site)
    trim(site)
    _copy_program(site)
    _third_party(program, site)
    _desktop(stage)
    _compile(stage, site)
    _set_times(stage, epoch)
    return program


def _interpreter(program: Path, release: str) -> None:
    """A virtual environment by hand: the interpreter finds ``pyvenv.cfg`` beside itself, wherever the tree is unpacked.

    ``sys.executable`` so is ours, and what it starts finds the same packages.
    """
    (program / "bin").mkdir()
    (program / "bin/python3").symlink_to(f"/usr/bin/python{release}")
    (program / "pyvenv.cfg").write_text("home = /usr/bin\ninclude-system-site-packages = false\n", "ascii")
    shutil.copy(FILES / "workstation", program / "bin")


def _install_packages(site: Path) -> None:
    uv = os.environ.get("UV") or shutil.which("uv") or str(ROOT / ".tools/bin/uv")
    command = [uv, "pip", "sync", "-q", "-p", str(PYTHON), "--target", str(site), "--require-hashes", "--link-mode", "copy"]
    try:
        subprocess.run([*command, str(ROOT / "requirements.lock")], check=True)
    except FileNotFoundError:
        raise BuildError("uv is missing: start with ./dev.sh installer.") from None
    except subprocess.CalledProcessError:
        raise BuildError("The packages could not be installed. Is this machine on line?") from None


# --- weight


def trim(site: Path) -> None:
    """Takes out what never runs: Qt's tools, QML, Designer; headers, stubs and tests."""
    qt = site / "PySide6"
    imported = {name for path in _program_files() if path.suffix == ".py" for name in _qt_modules(path)}
    if unknown := imported - set(KEPT_QT):
        raise BuildError(f"The program imports {', '.join(sorted(unknown))}: add to KEPT_QT in installer/tree.py.")
    plugins = qt / "Qt/plugins"
    kept = {path for pattern in KEPT_PLUGINS for path in plugins.glob(pattern)}
    for path in sorted(plugins.rglob("*.so")):
        if path not in kept and path.parent not in kept:
            path.unlink()
    for path in qt.iterdir():
        module = re.fullmatch(r"(Qt\w+)\.abi3\.so|lib(?:pyside6)\..*|__init__\.py|_\w+\.py|py\.typed|Qt|support", path.name)
        if module is None or (module[1] and module[1] not in KEPT_QT):
            _remove(path)
    for path in (qt / "Qt").iterdir():
        if path.name not in {"lib", "plugins", "translations"}:
            _remove(path)
    for path in (qt / "Qt/translations").iterdir():
        if not path.match(KEPT_TRANSLATIONS):
            _remove(path)
    _drop_unneeded_libraries(qt)
    for pattern in DROPPED:
        for path in list(site.glob(pattern)):
            _remove(path)
    _remove_empty_folders(site)


def _qt_modules(path: Path) -> list[str]:
    return re.findall(r"PySide6\.(Qt\w+)", path.read_text("utf-8"))


def _drop_unneeded_libraries(qt: Path) -> None:
    """Keeps the Qt libraries that the kept modules and plugins load, and what those load."""
    libraries = {path.name: path for path in (qt / "Qt/lib").glob("*.so*")}
    waiting = [*qt.glob("*.so*"), *(qt / "Qt/plugins").rglob("*.so")]
    needed: set[str] = set()
    while waiting:
        for name in _needed(waiting.pop()):
            if name in libraries and name not in needed:
                needed.add(name)
                waiting.append(libraries[name])
    for name, path in libraries.items():
        if name not in needed:
            path.unlink()


def _needed(library: Path) -> list[str]:
    done = subprocess.run(["ldd", library], capture_output=True, text=True, check=True)
    return [line.split()[0] for line in done.stdout.splitlines() if line.strip()]


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _remove_empty_folders(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()


# --- our own files


def _program_files() -> Iterator[Path]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*")):
            hidden = any(part == "__pycache__" or part.startswith(".") for part in path.relative_to(ROOT).parts)
            if path.is_file() and not hidden and path.suffix != ".pyc":
                yield path


def _copy_program(site: Path) -> None:
    for path in _program_files():
        target = site / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    info = site / f"tram_so_hoa-{version()}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.4\nName: tram-so-hoa\nVersion: {version()}\nLicense-Expression: AGPL-3.0-or-later\n", "ascii"
    )
    (info / "INSTALLER").write_text("dpkg\n", "ascii")


def _third_party(program: Path, site: Path) -> None:
    """One line a package: name, version, licence as the package states it."""
    rows: list[str] = []
    for path in sorted(site.glob("*.dist-info/METADATA"), key=lambda found: found.parent.name.lower()):
        said = HeaderParser().parsestr(path.read_text("utf-8", "replace"))
        classes = [line.rsplit(" :: ", 1)[1] for line in said.get_all("Classifier", []) if line.startswith("License ::")]
        short = (said["License"] or "").strip().split("\n")[0][:80]
        licence = said["License-Expression"] or short or ", ".join(classes) or f"see {path.parent.name}"
        rows.append(f"{said['Name']} {said['Version']}: {licence}")
    (program / "THIRD-PARTY.txt").write_text("\n".join(rows) + "\n", "utf-8")


def _desktop(stage: Path) -> None:
    for source, target in (
        ("tram-so-hoa.desktop", "usr/share/applications"),
        ("tram-so-hoa.svg", "usr/share/icons/hicolor/scalable/apps"),
        ("copyright", "usr/share/doc/tram-so-hoa"),
    ):
        (stage / target).mkdir(parents=True, exist_ok=True)
        shutil.copyfile(FILES / source, stage / target / source)
    with (stage / "usr/share/doc/tram-so-hoa/COPYING.gz").open("wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as packed:
        packed.write((ROOT / "COPYING").read_bytes())
    (stage / "usr/bin").mkdir(parents=True)
    (stage / "usr/bin/workstation").symlink_to("../../opt/tram-so-hoa/bin/workstation")


# --- the same bytes every time


def _compile(stage: Path, site: Path) -> None:
    """Bytecode for everything, since a clerk's account can't write it later; start-up takes half the time with it.

    Unchecked: /opt only changes through dpkg, so Python need not look at the sources' times.
    """
    options = ["-q", "-j", "0", "-s", str(stage), "-p", "/", "--invalidation-mode", "unchecked-hash"]
    command = [str(PYTHON), "-I", "-m", "compileall", *options, str(site)]
    # Its exit code says nothing: libraries carry files for other Pythons that do not compile on this one.
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONHASHSEED": "0"})
    for path in (found for package in PACKAGES for found in (site / package).rglob("*.py")):
        if not any((path.parent / "__pycache__").glob(f"{path.stem}.*.pyc")):
            raise BuildError(f"{path.relative_to(site)} does not compile: {done.stdout[-500:]}{done.stderr[-500:]}")


def _set_times(stage: Path, epoch: int) -> None:
    for path in (stage, *stage.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        os.utime(path, (epoch, epoch), follow_symlinks=False)
