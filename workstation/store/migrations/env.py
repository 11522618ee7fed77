"""Run by Alembic on the connection, and inside the transaction, that ``store.migrate`` hands over."""

from alembic import context

from workstation.store.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    # SQLite can roll back DDL as long as the sqlite3 module does not commit behind our back; engine.py sees to that.
    transactional_ddl=True,
    transaction_per_migration=False,
)
context.run_migrations()
