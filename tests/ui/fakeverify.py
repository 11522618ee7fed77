"""What the fake desk answers to Verify beyond the queue: cards, copies, unreadable fields, a box of the page."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

from workstation.domain.fields import FieldOrigin, IndexField
from workstation.domain.idcard import IdCard
from workstation.domain.ids import DocumentId
from workstation.domain.page import Box
from workstation.usecases.known import KnownCopy
from workstation.usecases.views import DocumentView


class FakeVerify:
    queue: list[DocumentView]
    _note: Callable[..., "Future[Any]"]

    cards: tuple[IdCard, ...] = ()
    """On the pages of every document."""
    copies: tuple[KnownCopy, ...] = ()
    """Of the document ``with_copies``."""
    with_copies = "HS-0016-d1"
    against_typed: Mapping[tuple[str, str], tuple[str, ...]] = {}
    before_camera: IdCard | None = None
    box_text = "Nguyễn Văn An"

    def set_unreadable(self, document_id: DocumentId, name: str, on: bool) -> "Future[None]":
        answer = self._note("set_unreadable", None, document_id, name, on)
        if answer.exception() is None:
            origin = FieldOrigin.UNREADABLE if on else FieldOrigin.TYPED
            self._change(document_id, name, value="", origin=origin, doubt=not on, proposals=(), against=())
        return answer

    def _change(self, document_id: DocumentId, name: str, **change: Any) -> None:
        self.queue = [
            replace(d, fields=tuple(replace(f, **change) if f.name == name else f for f in d.fields))
            if d.id == document_id
            else d
            for d in self.queue
        ]

    def send_back(self, document_id: DocumentId, reason: str) -> "Future[None]":
        self.queue = [d for d in self.queue if d.id != document_id]
        return self._note("send_back", None, document_id, reason)

    def read_box(self, document_id: DocumentId, page: int, box: Box, *, digits: bool = False) -> "Future[str]":
        return self._note("read_box", self.box_text, document_id, page, box, digits)

    def id_cards(self, document_id: DocumentId) -> "Future[tuple[IdCard, ...]]":
        return self._note("id_cards", self.cards, document_id)

    def camera_card(self) -> "Future[IdCard | None]":
        return self._note("camera_card", self.before_camera)

    def known_copies(self, document_id: DocumentId) -> "Future[tuple[KnownCopy, ...]]":
        return self._note("known_copies", self.copies if document_id == self.with_copies else (), document_id)

    def tried(self, document_id: DocumentId, values: Mapping[str, str]) -> "Future[tuple[IndexField, ...]]":
        """``against_typed``: (field, value) → what speaks against it."""
        document = next(d for d in self.queue if d.id == document_id)
        typed = (replace(f, value=values.get(f.name, "")) for f in document.fields)
        said = tuple(replace(f, against=self.against_typed.get((f.name, f.value), ())) for f in typed)
        return self._note("tried", said, document_id)
