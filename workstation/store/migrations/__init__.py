"""Alembic's folder. A migration is written by hand, beside the change of ``tables.py`` that it goes with, and never
changed once it has left the house; ``tests/unit/store`` compares where the migrations lead with the tables."""
