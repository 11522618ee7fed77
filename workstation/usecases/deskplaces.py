"""The desk of places: which administrative unit a field's text means, and what a person chooses where that is not sure."""

from concurrent.futures import Future

from workstation.domain.ids import DocumentId
from workstation.usecases import placing
from workstation.usecases.desklanes import DeskLanes, nothing
from workstation.usecases.placing import PlaceView


class PlaceDesk(DeskLanes):
    def place_candidates(self, document_id: DocumentId, field: str, text: str) -> Future[PlaceView]:
        """What ``text`` means, which stands in that field now, stored or not."""
        office = self._office
        return self._ask(lambda: placing.place_view(office, office.dossier_of(document_id).document(document_id), field, text))

    def choose_place(self, document_id: DocumentId, field: str, code: str, text: str) -> Future[None]:
        """Which unit ``text`` means; ``code`` empty: this user can't tell. K40 if it is none of the candidates; K06 for a
        document that nobody enters or checks now, K03 for who entered it while another checks."""
        office, user = self._office, self.user.name
        return self._do(lambda: nothing(placing.choose(office, document_id, field, code, user, text)))
