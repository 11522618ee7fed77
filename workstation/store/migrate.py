"""Bringing a database to the tables of this version, in one transaction, also when two processes start at once."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Engine, text

from workstation.domain.errors import WorkstationError

_LOCK = 7_421_946_083
"""Any fixed number: the advisory lock under which PostgreSQL stations migrate one after the other."""


def upgrade(engine: Engine) -> None:
    """M04 (``reason`` newer) if the database knows a migration that this program does not."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise WorkstationError("M04", reason="newer") from error
