"""The desk of Verify: entry, the check by another person, and a third one where the two differ."""

from collections.abc import Mapping
from concurrent.futures import Future

from workstation.domain.dossier import DocumentState
from workstation.domain.errors import ErrorNote
from workstation.domain.ids import DocumentId
from workstation.usecases import check, edit, held, queries
from workstation.usecases.desklanes import DeskLanes, nothing
from workstation.usecases.views import DocumentView


class CheckDesk(DeskLanes):
    def verify_queue(self) -> Future[tuple[DocumentView, ...]]:
        """What this user can enter (Chờ nhập), check (Chờ kiểm tra, entered by somebody else) or settle (Chờ phân định, neither
        entered nor checked by this user), oldest first; what was put off stands last. What nobody here can settle is in the
        queue of who checked it, with K09: to be sent back."""
        user, users = self.user.name, [u.name for u in self.users]
        return self._ask(lambda: queries.verify_queue(self._office, self._all(queries.ON_THE_DESK), user, users))

    def document(self, document_id: DocumentId) -> Future[DocumentView]:
        """As this user may see it."""
        user = self.user.name

        def run() -> DocumentView:
            dossier = self._office.dossier_of(document_id)
            return queries.document_view(self._office, dossier, dossier.document(document_id), user)

        return self._ask(run)

    def confirm(self, document_id: DocumentId, values: Mapping[str, str]) -> "Future[ErrorNote | None]":
        """Entry, check or a third person's word, by the document's state and the user; of a check ``values`` has every field of
        ``DocumentView.blind``, empty where nothing stands there. K01 or K02 (``field``) if a value is missing or malformed, K10
        if a critical one is, K11 for one that is not this person's to change, K03 for the wrong person.

        Gives None, or what the user is to be told although all is stored: K05 (``others`` can settle what differs), K09 (nobody
        here can), K20 (it is said to have a degree of secrecy, and stopped). A passed document is published and gated in the
        background."""
        user, users = self.user.name, [u.name for u in self.users]

        def run() -> ErrorNote | None:
            dossier = check.confirm(self._office, document_id, values, user)
            document = dossier.document(document_id)
            if (stopped := held.page_number(dossier, document_id)) is not None:
                return ErrorNote("K20", (("page", stopped),))
            if document.state is DocumentState.PASSED:
                self._publish_in_background(document_id)
            if document.error is None or not document.differing:
                return None
            others, about = sum(queries.may_settle(document, one) for one in users), document.error.params
            return ErrorNote("K05", (*about, ("others", others))) if others else ErrorNote("K09", about)

        return self._do(run)

    def set_unreadable(self, document_id: DocumentId, name: str, on: bool) -> Future[None]:
        """F10: the paper can't be read where that field stands, or it can after all. K12 where it has to be scanned again."""
        user = self.user.name
        return self._do(lambda: nothing(check.set_unreadable(self._office, document_id, name, on, user)))

    def send_back(self, document_id: DocumentId, reason: str) -> Future[None]:
        """From the check to entry, with a reason (else K01)."""
        user = self.user.name
        return self._do(lambda: nothing(check.back_to_entry(self._office, document_id, reason, user)))

    def set_type(self, document_id: DocumentId, type_code: str) -> Future[None]:
        user = self.user.name
        return self._do(lambda: nothing(check.set_type(self._office, document_id, type_code, user)))

    def document_types(self) -> tuple[tuple[str, str], ...]:
        """(code, Vietnamese name), for the type box; at once."""
        rules = self._office.rules
        return tuple((r.type.code, r.type.name) for r in (*rules.documents, rules.other))

    def return_to_capture(self, document_id: DocumentId, reason: str) -> Future[None]:
        user = self.user.name
        return self._do(lambda: nothing(edit.give_back(self._office, document_id, reason, user)))

    def later(self, document_id: DocumentId) -> Future[None]:
        """To the end of this user's queue, also after a restart."""
        user = self.user.name
        return self._do(lambda: nothing(check.put_off(self._office, document_id, user)))
