"""Every store test runs on SQLite and on a real PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.postgres import Postgres, postgres
from workstation.store.database import Store, open_store

__all__ = ["postgres"]


@pytest.fixture(scope="session")
def database(postgres: Postgres) -> str:
    """One for all tests, emptied before each: making, and at the end flushing, a database a test took most of the time."""
    return postgres.new_database()


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return str(tmp_path / "data" / "store.db")
    address: str = request.getfixturevalue("database")
    with psycopg.connect(address.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    return address


@pytest.fixture
def store(address: str) -> Iterator[Store]:
    store = open_store(address)
    yield store
    store.close()
