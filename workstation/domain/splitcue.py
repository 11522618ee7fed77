"""Why a document may begin on a page: told to the clerk, who says yes or no; the machine splits by itself where it is sure."""

from dataclasses import dataclass
from enum import Enum


class Cue(Enum):
    HEADER = "header"
    """What would begin a document by itself, inside what separator sheets hold together."""
    NATION = "nation"
    """The national name at the top, without title or number."""
    RESTART = "restart"
    """The pages are counted from 1 again."""
    ENDED = "ended"
    """The page before ends with its signer."""
    SLIP = "slip"
    """Not a split: the page names another dossier, where the pages may belong."""


@dataclass(frozen=True, slots=True)
class SplitCue:
    kind: Cue
    refused: bool = False
    """A clerk said no: it does not come again."""
