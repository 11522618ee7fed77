"""The desk of what is known beside the paper: a person's identity card, what checks say of values that are being typed, and
copies that the office has."""

from collections.abc import Mapping
from concurrent.futures import Future

from workstation.domain.fields import IndexField
from workstation.domain.idcard import IdCard
from workstation.domain.ids import DocumentId
from workstation.usecases import cards, check, known
from workstation.usecases.desklanes import DeskLanes


class KnownDesk(DeskLanes):
    def id_cards(self, document_id: DocumentId) -> Future[tuple[IdCard, ...]]:
        """On the document's pages and, behind those, the others of its dossier; decoded anew, since nothing of a card is kept."""
        return self._ask(lambda: cards.id_cards(self._office, document_id))

    def camera_card(self) -> Future[IdCard | None]:
        """What is held before the camera within ten seconds; None: no card. Q20 without a camera."""
        camera = self._parts.camera
        return self._ask(lambda: cards.camera_card(self._office, camera))

    def tried(self, document_id: DocumentId, values: Mapping[str, str]) -> Future[tuple[IndexField, ...]]:
        """What speaks against these values as they are being typed, and what is proposed in their place; nothing is stored."""
        user = self.user.name
        return self._ask(lambda: check.tried(self._office, document_id, values, user))

    def known_copies(self, document_id: DocumentId) -> Future[tuple[known.KnownCopy, ...]]:
        """Finished documents that this one may be a second paper of; those that still count first. None for a user who is to
        type something of it without seeing it."""
        user = self.user.name
        return self._ask(lambda: known.known_copies(self._office, document_id, user))
