"""A practice office in a temporary folder, and the command line as a person calls it."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests import forked


@dataclass(frozen=True, slots=True)
class Ran:
    """A finished command."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)


def workstation(*arguments: str | Path, env: dict[str, str] | None = None, seconds: float = 180) -> Ran:
    """Runs ``workstation`` as a process of its own."""
    done = forked.run("workstation.app.cli", arguments, env={**os.environ, **(env or {})}, timeout=seconds, cwd=Path.cwd())
    return Ran(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="session")
def cli() -> Callable[..., Ran]:
    return workstation


@dataclass(frozen=True, slots=True)
class Demo:
    home: Path
    ran: Ran

    @property
    def told(self) -> dict[str, Any]:
        return dict(self.ran.data)

    @property
    def documents(self) -> list[dict[str, Any]]:
        return [x for d in self.told["dossiers"] for x in d["documents"]]


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The main job, once for all tests that look at its results. They must not change the home folder."""
    home = tmp_path_factory.mktemp("demo") / "home"
    ran = workstation("demo", "--headless", "--json", "--home", home)
    assert ran.code == 0, ran.err
    return Demo(home, ran)
