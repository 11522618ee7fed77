"""The desk of Sign: what waits for an official, the token, and files to be verified."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path

from workstation.domain.errors import WorkstationError
from workstation.domain.ids import DocumentId
from workstation.domain.signature import FileVerdict, KeyRef, TokenStatus
from workstation.domain.signing import RemoteSecret, Secret, StampPlace
from workstation.usecases import queries, recover, stamps
from workstation.usecases import seal as sealing
from workstation.usecases import sign as signing
from workstation.usecases.desklanes import DeskLanes, nothing
from workstation.usecases.office import PAGE_SECONDS, VERIFY_SECONDS
from workstation.usecases.seal import SealWish
from workstation.usecases.views import Picture, SignDesk, SignProgress


class SigningDesk(DeskLanes):
    def sign_desk(self) -> Future[SignDesk]:
        user = self.user

        def run() -> SignDesk:
            signed, refused = queries.day_counts(self._office, user.role)
            dossiers = self._all(queries.ON_THE_DESK)
            return queries.sign_desk(self._office, dossiers, self._watch.token, user.name, signed, refused, user.role)

        return self._ask(run)

    def token_status(self) -> Future[TokenStatus]:
        """Asked anew, unless a batch is being signed."""

        def run() -> TokenStatus:
            self._watch.refresh_token()
            return self._watch.token

        return self._ask(run)

    def pdf_picture(self, document_id: DocumentId, page: int, max_px: int) -> Future[Picture]:
        """Page (from 0) of what will be, or was, signed: drawn from the published bytes, or from those a sound
        signature covers (V01, V02, V06 if there is none)."""

        user = self.user.name

        def run() -> Picture:
            dossier = self._office.dossier_of(document_id)
            return self._shown.picture(dossier, dossier.document(document_id), page, max_px, user)

        return self._ask(run)

    def mark_seen(self, document_id: DocumentId) -> Future[None]:
        """For the file whose pages this user was shown: K04 if it was made anew meanwhile, as that one nobody has looked at."""
        user = self.user.name
        return self._do_signer(
            document_id, lambda: nothing(signing.mark_seen(self._office, document_id, user, self._shown.seen(user, document_id)))
        )

    def refuse(self, document_id: DocumentId, reason: str) -> Future[None]:
        user = self.user.name
        return self._do_signer(document_id, lambda: nothing(signing.refuse_to_sign(self._office, document_id, reason, user)))

    def sign(
        self,
        document_ids: Sequence[DocumentId],
        pin: Secret,
        progress: Callable[[SignProgress], None],
        cancelled: Callable[[], bool],
        moves: signing.Moves = signing.UNMOVED,
        otp: Secret | None = None,
    ) -> Future[tuple[SignProgress, ...]]:
        """One PIN for the batch; ``moves``: stamps that were moved. A wrong PIN fails the Future (C02) before anything is
        signed; a document's own failure is in its progress and the rest goes on. A remote key: C37 asks
        for PIN or ``otp``."""
        user = self.user.name

        def batch(key: KeyRef) -> tuple[SignProgress, ...]:
            secret = self._secret(pin, otp)
            return signing.sign_batch(self._office, key, secret, document_ids, user, progress, cancelled, moves)

        return self._do_official(lambda: self._at_key(batch))

    def seal(
        self,
        wishes: Sequence[SealWish],
        pin: Secret,
        progress: Callable[[SignProgress], None],
        cancelled: Callable[[], bool],
        otp: Secret | None = None,
    ) -> Future[tuple[SignProgress, ...]]:
        """The registrar's number, date and seal on what officials have signed; as ``sign``. C38 where a number is taken."""
        user = self.user.name

        def batch(key: KeyRef) -> tuple[SignProgress, ...]:
            secret = self._secret(pin, otp)
            return sealing.seal_batch(self._office, key, secret, wishes, user, progress, cancelled)

        return self._do_registrar(lambda: self._at_key(batch))

    def _secret(self, pin: Secret, otp: Secret | None) -> Secret:
        """Never on the screen's thread: the account's secret may be in a keyring that takes its time."""
        account = self._parts.account
        return RemoteSecret(pin.reveal(), otp.reveal() if otp else "", account.reveal()) if account else pin

    def _at_key(self, batch: Callable[[KeyRef], tuple[SignProgress, ...]]) -> tuple[SignProgress, ...]:
        key = self._parts.key
        if key is None:
            raise WorkstationError("C01")
        with self._watch.signing:
            recover.adopt_sealed(self._office, self._verify)  # signed before and not recorded, as on a full disk
            done = batch(key)
        self._parts.wake()
        return done

    def mark_places(
        self, document_id: DocumentId, moves: Mapping[str, stamps.Move], number: str
    ) -> Future[tuple[StampPlace, ...]]:
        """Where the registrar's marks will stand on the file that the official has signed, in their order."""
        office = self._office

        def run() -> tuple[StampPlace, ...]:
            dossier = office.dossier_of(document_id)
            document, owner = dossier.document(document_id), self._watch.token.owner
            return tuple(
                sealing.mark_place(office, dossier, document, preset, moves.get(preset, signing.HOME), number, owner)
                for preset in document.marks_left
            )

        return self._ask(run)

    def keep_seal(self, source: Path) -> Future[None]:
        """Takes a PNG as the agency's seal; C36 says why not, and the one before is kept."""
        return self._do_registrar(lambda: stamps.keep_seal(self._office, source))

    def stamp_place(self, document_id: DocumentId, move: stamps.Move) -> Future[StampPlace]:
        """Where the stamp will stand, with the owner of the certificate that the token holds now."""
        user = self.user.name
        return self._ask(lambda: signing.stamp_place(self._office, document_id, user, self._watch.token.owner, move))

    def keep_hand(self, source: Path) -> Future[None]:
        """Takes a PNG as this user's handwritten signature; C36 says why not, and the one before is kept."""
        user = self.user.name
        return self._do_official(lambda: stamps.keep_hand(self._office, user, source))

    def save_report(self, out: Path, name: str, verdict: FileVerdict) -> Future[None]:
        """The verdict on a file of this name as a PDF; made by a page worker. F07 where it can't be written."""
        return self._office.pages.submit(self._parts.save_report, out, name, verdict, timeout=PAGE_SECONDS, urgent=True)

    def verify_file(self, path: Path) -> Future[FileVerdict]:
        return self._office.pages.submit(self._parts.verify_online, path, timeout=VERIFY_SECONDS, urgent=True)
