"""Documents that were found."""

from ui import dates, messages
from ui.models.rows import RowsModel
from ui.theme import Tone
from workstation.domain.dossier import DocumentState
from workstation.domain.snippet import Pieces
from workstation.usecases.search import Hit

TONES: dict[DocumentState, Tone] = {
    DocumentState.PASSED: Tone.GOOD,
    DocumentState.SIGNED: Tone.GOOD,
    DocumentState.EXEMPT: Tone.GOOD,
    DocumentState.RETURNED: Tone.WARN,
    DocumentState.REFUSED: Tone.BAD,
}
"""Of what is in no row here: at work."""


def plain_text(pieces: Pieces) -> str:
    return "".join(text for text, _ in pieces)


def about(hit: Hit) -> str:
    """``HS-0019 · Mai táng phí · UBND phường … · 14/03/2019``."""
    other = f"thấy theo tên khác: {hit.by_name}" if hit.by_name else ""
    parts = (hit.code, hit.dossier_title, hit.organ, dates.shown(hit.issued) if hit.issued else "", other)
    return " · ".join(part for part in parts if part)


def hits_model() -> RowsModel[Hit]:
    def text(hit: Hit, _: int) -> str:
        state = messages.DOCUMENT_STATES[hit.state][0]
        return ". ".join(part for part in (plain_text(hit.title), state, about(hit), plain_text(hit.passage)) if part)

    return RowsModel(lambda hit: hit.document_id, text, ("Văn bản",), lambda hit: plain_text(hit.passage))
