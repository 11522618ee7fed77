"""The journal of stacks whose fronts are scanned and whose backs are to come: a file beside the sheets of a dossier.

A side is written down before it is taken in, so a power cut between the two leaves no side out of the count: what was not
taken in is lying there as a file and comes in at the next start.
"""

import json
from pathlib import Path

from workstation.domain.durable import sync_folder, write_durably
from workstation.domain.handduplex import Stack
from workstation.domain.ids import Sha256

_FILE = "stack.json"


def stack_of(folder: Path) -> Stack | None:
    """None: no stack is under way, or its journal can't be read; then its pages are pages as any others."""
    try:
        told = json.loads((folder / _FILE).read_text("utf-8"))
        fronts, backs = (tuple(Sha256(str(side)) for side in told[name]) for name in ("fronts", "backs"))
        return Stack(fronts, backs, bool(told["turned"]), bool(told["broken"]), str(told["profile"]), bool(told["fault"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def keep_stack(folder: Path, stack: Stack) -> None:
    """M01 when the disk is full."""
    told = {name: getattr(stack, name) for name in Stack.__slots__}
    write_durably(folder / _FILE, json.dumps(told).encode())


def forget_stack(folder: Path) -> None:
    (folder / _FILE).unlink(missing_ok=True)
    if folder.is_dir():
        sync_folder(folder)
