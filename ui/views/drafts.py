"""What was typed in the form of a document and not confirmed: it waits for its document, and for the one who typed it."""

from collections.abc import Mapping
from dataclasses import dataclass

from workstation.domain.ids import DocumentId
from workstation.usecases.views import DocumentView


@dataclass(frozen=True, slots=True)
class Draft:
    """By fields, and the document as it was then."""

    document: DocumentView
    typed: Mapping[str, str]

    def still(self, now: DocumentView) -> dict[str, str]:
        """What may be put back: nothing if the document is at another step or keyed otherwise, no field with another value."""
        then = self.document
        same = (then.state, then.type_code, then.blind, then.differing) == (now.state, now.type_code, now.blind, now.differing)
        values = {(f.name, f.value, f.origin) for f in then.fields} & {(f.name, f.value, f.origin) for f in now.fields}
        unchanged = {name for name, _, _ in values} if same else set()
        return {name: text for name, text in self.typed.items() if name in unchanged}


class Drafts:
    """Of whom and of which document. In memory only: they end with the program."""

    def __init__(self) -> None:
        self.held: dict[tuple[str, DocumentId], Draft] = {}

    def put_by(self, user: str, document: DocumentView, typed: Mapping[str, str]) -> None:
        if typed:
            self.held[user, document.id] = Draft(document, typed)

    def taken(self, user: str, document: DocumentView) -> dict[str, str]:
        """What is put back into the form; it is held no more."""
        draft = self.held.pop((user, document.id), None)
        return draft.still(document) if draft is not None else {}

    def drop(self, user: str, document: DocumentView) -> None:
        self.held.pop((user, document.id), None)
