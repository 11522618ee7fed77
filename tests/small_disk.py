"""A file system of a given size, so that a full disk is a real one."""

import functools
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ParamSpec

import pytest

P = ParamSpec("P")
ROOT = Path(__file__).parents[1]


def on_small_disk(test: Callable[P, None]) -> Callable[P, None]:
    """For a test that uses ``small_disk``. Who may not mount has the test run in a user namespace of its own, where one may;
    where the system forbids that too the test is skipped, and the summary says why."""

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        if _allowed("unshare", "--mount"):
            test(*args, **kwargs)
            return
        namespace = ("unshare", "--map-root-user", "--mount")
        if not _allowed(*namespace):
            pytest.skip("full-disk test not run: no right to mount, and none to make a user namespace (unshare -rm)")
        node = os.environ["PYTEST_CURRENT_TEST"].rpartition(" ")[0]
        with tempfile.TemporaryDirectory() as folder:
            pytest_there = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--basetemp={folder}/t", node]
            again = subprocess.run([*namespace, *pytest_there], cwd=ROOT, capture_output=True, text=True, timeout=300)
        assert again.returncode == 0, again.stdout + again.stderr

    return run


def _allowed(*command: str) -> bool:
    try:
        return subprocess.run([*command, "true"], capture_output=True).returncode == 0
    except FileNotFoundError:  # not a Linux
        return False


@contextmanager
def small_disk(folder: Path, kilobytes: int) -> Iterator[Path]:
    """A tmpfs mounted on ``folder``; in a test under ``on_small_disk``."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
