"""The rules of the house, as ARCHITECTURE.md states them: who may import whom, how long things are, what is never committed."""

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("workstation", "ui", "ocr", "signing", "sync")
FILE_LINES = 500
FUNCTION_LINES = 60

LONG_FILES: dict[str, str] = {}
"""Path → why this file may be longer than ``FILE_LINES``."""

LONG_FUNCTIONS: dict[str, str] = {
    "workstation/store/migrations/versions/m0001_ground.py:upgrade": "one list of tables, frozen once released",
}
"""``path:function`` → why this function may be longer than ``FUNCTION_LINES``."""


@cache
def tracked() -> tuple[Path, ...]:
    """Every file of the checkout that git keeps or would keep; the walk of folders is for an unpacked source archive."""
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    if listed.returncode:
        folders = [ROOT / name for name in (*PACKAGES, "installer", "tests")]
        return tuple(path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file())
    return tuple(path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file())


def sources(*folders: str) -> list[Path]:
    return [path for path in tracked() if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in folders]


def texts() -> Iterator[tuple[str, str]]:
    """Tracked files that are text, with their path from the root."""
    for path in tracked():
        data = path.read_bytes()
        if b"\0" not in data[:8192]:
            yield path.relative_to(ROOT).as_posix(), data.decode("utf-8", "replace")


@cache
def graph() -> grimp.ImportGraph:
    return grimp.build_graph(*PACKAGES, include_external_packages=True)


# --- who may import whom


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs the contracts of pyproject.toml on the packages in ``folder``."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)


def test_import_contracts_hold() -> None:
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout[-3000:]


SEEDS = {
    "ui/seed.py": "import sqlalchemy",
    "ui/seed_store.py": "import workstation.store",
    "ocr/seed.py": "from workstation.usecases import views",
    "sync/seed.py": "import signing",
    "signing/seed.py": "from PySide6 import QtCore",
    "workstation/usecases/seed.py": "import httpx",
    "workstation/domain/seed.py": "import workstation.usecases.views",
    "workstation/jobs/seed.py": "import workstation.app",
}


def test_the_contracts_can_fail(tmp_path: Path) -> None:
    """Every seeded violation is found, and none other."""
    for path in sources(*PACKAGES):
        copy = tmp_path / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for name, line in SEEDS.items():
        (tmp_path / name).write_text(line + "\n", "utf-8")
    done = lint_imports(tmp_path)
    assert done.returncode == 1, done.stdout[-3000:] + done.stderr[-1000:]
    for name in SEEDS:
        assert name.removesuffix(".py").replace("/", ".") + " -> " in done.stdout, name


def test_the_domain_stands_on_the_standard_library_alone() -> None:
    modules = {"workstation.domain", *graph().find_descendants("workstation.domain")}
    foreign = {
        f"{module} → {imported}"
        for module in modules
        for imported in graph().find_modules_directly_imported_by(module)
        if imported not in modules and imported.split(".")[0] not in sys.stdlib_module_names
    }
    assert not foreign


def test_package_names_collide_with_nothing_installed() -> None:
    installed = packages_distributions()
    for name in PACKAGES:
        assert set(installed.get(name, ["tram-so-hoa"])) == {"tram-so-hoa"}
        assert name not in sys.stdlib_module_names


# --- how long things are


def test_files_stay_short() -> None:
    long = {
        path.relative_to(ROOT).as_posix(): lines
        for path in sources(*PACKAGES, "installer", "tests")
        if (lines := path.read_text("utf-8").count("\n")) > FILE_LINES
    }
    assert set(long) == set(LONG_FILES), long


def test_functions_stay_short() -> None:
    long: dict[str, int] = {}
    for path in sources(*PACKAGES, "installer", "tests"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
                length = node.end_lineno - node.lineno + 1
                if length > FUNCTION_LINES:
                    long[f"{path.relative_to(ROOT).as_posix()}:{node.name}"] = length
    assert set(long) == set(LONG_FUNCTIONS), long


# --- what is not done


def calls(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            function = node.func
            yield node.lineno, function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


BANNED = {
    "processEvents": "work runs in a lane",
    "QEventLoop": "no nested loop",
    "basicConfig": "workstation.app sets up logs",
}
ALLOWED_CALLS = {
    (
        "ui/app.py",
        "QEventLoop",
    ): "pictures of the screens are taken before the application's own loop runs: this one is nested in none",
}


def test_what_nobody_calls() -> None:
    found = {
        (path.relative_to(ROOT).as_posix(), called): line
        for path in sources(*PACKAGES)
        for line, called in calls(path)
        if called in BANNED
    }
    assert set(found) == set(ALLOWED_CALLS), found


def test_screen_tests_wait_for_something_instead_of_for_a_while() -> None:
    found = [str(path.relative_to(ROOT)) for path in sources("tests") if "qtbot." + "wait(" in path.read_text("utf-8")]
    assert not found, "use qtbot.waitUntil or waitSignal"


def test_no_unfinished_marks() -> None:
    mark = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|X{3})\b|raise NotImplemented" + "Error")
    found = [
        str(path.relative_to(ROOT)) for path in sources(*PACKAGES, "installer", "tests") if mark.search(path.read_text("utf-8"))
    ]
    assert not found


# --- what is never committed


def test_lock_files_name_hashes_and_no_addresses() -> None:
    locks = [(name, text) for name, text in texts() if name.endswith(".lock")]
    assert {"requirements.lock", "requirements-dev.lock", "requirements-uv.lock"} <= {name for name, _ in locks}
    for name, text in locks:
        assert "://" not in text, name
        assert not re.search(r"^\s*(-i|--(extra-)?index-url|--find-links|--trusted-host)", text, re.MULTILINE), name
        pins = re.findall(r"^[a-zA-Z0-9][^\n]*==", text, re.MULTILINE)
        entries = re.split(r"^(?=[a-zA-Z0-9])", text, flags=re.MULTILINE)[1:]
        assert len(pins) == len(entries), name
        assert all("--hash=sha256:" in entry for entry in entries), name


def test_nothing_committed_knows_the_machine_it_was_made_on() -> None:
    home = re.compile(r"(?<![\w.])/(?:home/\w|root/\w|Users/\w)[\w./-]*|" + re.escape(f"{ROOT.parent}/"))
    allowed = {"/home/demo", "/home/canbo"}
    found = [f"{name}: {hit}" for name, text in texts() for hit in home.findall(text) if not hit.startswith(tuple(allowed))]
    assert not found


def test_no_key_is_committed() -> None:
    key = re.compile("-----BEGIN " + "(?:RSA |EC |ENCRYPTED )?PRIVATE KEY-----")
    assert not [name for name, text in texts() if key.search(text)]
    assert not [path.name for path in tracked() if path.suffix.lower() in {".p12", ".pfx", ".key"}]


def test_the_scripts_run() -> None:
    for name in ("dev.sh", ".ci/run"):
        assert (ROOT / name).stat().st_mode & 0o111 == 0o111, name
    subprocess.run(["sh", "-n", str(ROOT / "dev.sh")], check=True, timeout=10)


@pytest.mark.parametrize("folder", PACKAGES)
def test_every_package_says_what_it_is_typed(folder: str) -> None:
    assert (ROOT / folder / "__init__.py").is_file()
