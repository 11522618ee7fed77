"""What searching is made of: the index, in the home folder or in the office's own database, and who keeps it up to date."""

from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from ui.messages import DOCUMENT_STATES
from workstation.jobs.ticker import Ticker
from workstation.store.searchindex import LateIndex, open_index
from workstation.usecases.office import Office
from workstation.usecases.search import Searcher

FILE = "search.sqlite3"
"""Derived: may be deleted while nobody has it open."""
INDEX_SECONDS = 3.0
"""After which what has changed can be found."""


def open_searcher(stack: ExitStack, home: Path, database: str, office: Office) -> Searcher:
    """``database``: the address of the office's PostgreSQL, if it has one. The index is opened when it is first wanted."""
    index = LateIndex(partial(open_index, home / FILE, database))
    stack.callback(index.close)
    return Searcher(
        office,
        index,
        lambda text: office.places().names_for(text),
        states=[(state.value, word) for state, (word, _) in DOCUMENT_STATES.items()],
    )


def indexing(keep: Callable[[], None]) -> Ticker:
    """Puts into the search index what has changed."""
    return Ticker(lambda: INDEX_SECONDS, keep, "search")
