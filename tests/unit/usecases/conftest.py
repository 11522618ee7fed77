"""Each test gets an office of its own; its empty database is a copy of one made once."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.unit.usecases.bench import World, open_world
from workstation.store.database import open_store


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "store.db"
    store = open_store(path)
    store.close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture
def world(tmp_path: Path, template: Path) -> Iterator[World]:
    with open_world(tmp_path / "w", template) as opened:
        yield opened
