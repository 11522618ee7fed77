"""The part of the fake desk that knows places: the real table over the invented documents of the queue."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

from tests.ui.answers import failed
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import DocumentId
from workstation.rules.places import load_places
from workstation.usecases.placing import PlaceView, choose_in, view_of
from workstation.usecases.views import DocumentView


class FakePlaces:
    queue: list[DocumentView]
    site: str
    _note: Callable[..., "Future[Any]"]

    def place_candidates(self, document_id: DocumentId, field: str, text: str) -> "Future[PlaceView]":
        document = next(d for d in self.queue if d.id == document_id)
        view = view_of(load_places(), document.fields, field, text, organization=self.site)
        return self._note("place_candidates", view, document_id, field, text)

    def choose_place(self, document_id: DocumentId, field: str, code: str, text: str) -> "Future[None]":
        at = next(n for n, d in enumerate(self.queue) if d.id == document_id)
        answer = self._note("choose_place", None, document_id, field, code, text)
        if answer.exception() is None:
            try:
                fields = choose_in(load_places, self.queue[at].fields, field, code, text, organization=self.site)
            except WorkstationError as e:
                return failed(e.code, **dict(e.note.params))
            self.queue[at] = replace(self.queue[at], fields=fields)
        return answer
