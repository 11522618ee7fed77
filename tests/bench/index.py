"""``bench index``: what the clerk gets and what it costs him: fields, key presses, search.

Three sets of figures, all of them unless ``--only`` names some: ``fields`` (exact match beside plain regular expressions, doubts,
documents that need no touch), ``keys`` (recorded events a document) and ``search`` (one box over a million documents).
"""

import argparse
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

from tests.bench.rows import Row

PARTS = ("fields", "keys", "search")


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--only", choices=PARTS, action="append", help="one of the sets of figures (may be given again)")
    for module in _modules(PARTS):
        if hasattr(module, "options"):
            module.options(parser)


def measure(chosen: argparse.Namespace, work: Path) -> list[Row]:
    return [row for module in _modules(chosen.only or PARTS) for row in module.rows(chosen, work)]


def _modules(parts: tuple[str, ...] | list[str]) -> list[ModuleType]:
    """Each part is a module with ``rows(chosen, work)``, and ``options(parser)`` if it has any of its own."""
    names = [f"tests.bench.index_{part}" for part in PARTS if part in parts]
    return [import_module(name) for name in names if find_spec(name)]
