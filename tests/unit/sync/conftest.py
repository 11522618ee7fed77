from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.postgres import postgres  # noqa: F401 - a fixture
from tests.unit.sync.hands import hands  # noqa: F401 - a fixture
from tests.unit.sync.rig import Station, Ward


@pytest.fixture(scope="session")
def ward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ward]:
    """One server for the tests that leave it alive; each works on its own dossiers."""
    server = Ward(tmp_path_factory.mktemp("ward")).start()
    yield server
    server.stop()


@pytest.fixture
def new_ward(tmp_path: Path) -> Iterator[Callable[..., Ward]]:
    """Servers of a test's own."""
    made: list[Ward] = []

    def make(*arguments: str) -> Ward:
        made.append(Ward(tmp_path / f"ward{len(made)}", *arguments).start())
        return made[-1]

    yield make
    for server in made:
        server.stop()


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    made = Station(tmp_path / "station")
    yield made
    made.close()
