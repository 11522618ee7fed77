"""How trouble in a lane reaches people: as a code, and in the log without a word of what stands on the page."""

import logging
import traceback
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from pathlib import Path
from typing import TypeVar

from workstation.domain.errors import WorkstationError

R = TypeVar("R")
log = logging.getLogger(__name__)


def told(fn: Callable[[], R]) -> R:
    """Screens get a ``WorkstationError`` whatever happens. Of our own bug only type and place are logged: its text may hold
    what is on the page."""
    try:
        return fn()
    except (WorkstationError, CancelledError):
        raise
    except Exception as e:
        place = traceback.extract_tb(e.__traceback__)[-1]
        log.error("B01 %s at %s:%d", type(e).__name__, Path(place.filename).name, place.lineno or 0)
        raise WorkstationError("B01", type=type(e).__name__) from e


def log_failure(future: Future[R]) -> None:
    """For work whose answer nobody waits for."""
    if not future.cancelled() and isinstance(error := future.exception(), WorkstationError):
        log.warning("%s in the background", error.code)
