"""The ward server's memory without the server, on both databases."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.canonical import canonical_json
from sync.ward.arrivals import Arrivals
from sync.ward.database import open_database
from sync.ward.records import WardRecords
from sync.ward.signing_key import ReceiptSigner
from tests.postgres import Postgres

BODY = canonical_json({"code": "HS-0001", "title": "Hồ sơ thử"})


class Hands:
    """The records, with a clock to turn."""

    def __init__(self, data: Path, url: str | None) -> None:
        self.now = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)  # the 21st in Viet Nam
        self.engine = open_database(data, url)
        self.records = self.again()
        self.arrivals = Arrivals(self.engine)

    def again(self) -> WardRecords:
        return WardRecords(self.engine, ReceiptSigner(Ed25519PrivateKey.generate()), "H29.17", ("title",), lambda: self.now)


@pytest.fixture(params=["sqlite", "postgresql"])
def hands(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Hands]:
    url = None
    if request.param == "postgresql":
        cluster: Postgres = request.getfixturevalue("postgres")
        url = cluster.new_database()
    made = Hands(tmp_path, url)
    yield made
    made.engine.dispose()
