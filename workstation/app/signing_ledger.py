"""``workstation sign`` before the ledger of authorised signers.

A file says nothing of who may sign it. Where the stamp is a named person's own (S1, C1), or the file is one that this office has
published for the person it names, the signature is of somebody in an office (Decree 30/2020 art. 13): then the home folder's
ledger is asked as the desktop asks it. On a PC without a home folder there is no ledger and nobody to ask; the other stamps
attest a scan or a copy, in nobody's name.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from signing.presets import Signer
from signing.presets import preset as stamp_preset
from workstation.app.compose import Home, office_store
from workstation.app.settings import load
from workstation.app.signer_commands import OPERATOR, official
from workstation.domain.authority import Matter, Signatory, forms_of
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import Sha256, UserName
from workstation.domain.procedure import is_procedure
from workstation.domain.profile import Rules, SignatureOf
from workstation.rules.reader import load_rules
from workstation.store.database import Store
from workstation.usecases.office import day
from workstation.usecases.queries import ON_THE_DESK
from workstation.usecases.recover import sha256_of
from workstation.usecases.signers import authorized

Authorize = Callable[[Path, str], None]
"""(file, SHA-256 of the certificate): raises C31 if it may not be signed."""


@dataclass(frozen=True, slots=True)
class Capacity:
    """In what capacity is signed, as the document says it."""

    title: str = ""
    """``KT. CHỦ TỊCH / PHÓ CHỦ TỊCH``."""
    type_code: str = ""
    procedure: str = ""
    user: int = 0
    """Who signs: the place in the settings' list of users, from 1; 0: told by the certificate alone."""


@contextmanager
def ledger_asked(root: Path, preset: str, files: Sequence[Path], capacity: Capacity) -> Iterator[Authorize]:
    """What asks the ledger of this home folder, for those of ``files`` that are signed by the person named. C39 if nobody
    says in what capacity, U01 for a type, procedure or user that there is not: before anybody types a PIN."""
    settings, database = load(root), Home(root).database
    if not (settings.office.database or database.exists()):
        yield _nobody_asks
        return
    rules, today = load_rules(), day(datetime.now(UTC))
    _require_known(rules, capacity)
    user = official(settings.users, capacity.user) if capacity.user else UserName("")
    store = office_store(Home(root), settings)
    try:
        own = stamp_preset(preset, today).signer is Signer.OFFICIAL
        stated = {path: found for path in files if (found := _stated(store, rules, path, own, capacity)) is not None}
        if unsaid := [path for path, (title, _) in stated.items() if not title.strip()]:
            raise WorkstationError("C39", file=unsaid[0].name)

        def authorize(path: Path, certificate: str) -> None:
            if path in stated:
                _authorize(store, rules, user, certificate, path, *stated[path])

        yield authorize
    finally:
        store.close()


def _nobody_asks(path: Path, certificate: str) -> None:
    return None


def _require_known(rules: Rules, capacity: Capacity) -> None:
    if capacity.type_code and rules.document(capacity.type_code).type.code != capacity.type_code:
        raise WorkstationError("U01", detail=f"--type {capacity.type_code}")
    if capacity.procedure and not is_procedure(capacity.procedure):
        raise WorkstationError("U01", detail=f"--procedure {capacity.procedure}")


def _stated(store: Store, rules: Rules, path: Path, own: bool, capacity: Capacity) -> tuple[str, Matter] | None:
    """Title and matter: as the office has them for a file of its own, else as stated. None: it is in nobody's name."""
    known = _of_this_office(store, rules, sha256_of(path)) if path.is_file() else None
    if known is not None:
        return known
    return (capacity.title, Matter(capacity.type_code, capacity.procedure)) if own else None


def _of_this_office(store: Store, rules: Rules, sha256: Sha256) -> tuple[str, Matter] | None:
    """For a file that waits on the desk for the person whom it names; what was checked there counts, not what is stated."""
    with store.read_factory() as uow:
        dossiers = uow.dossiers.list(ON_THE_DESK)
    for dossier in dossiers:
        for document in dossier.documents:
            if document.published is not None and document.published.sha256 == sha256:
                profile = rules.profile(dossier.profile, day(dossier.created_at))
                named = profile.signature_of is SignatureOf.NAMED
                return (document.field("signer_title"), Matter(document.type_code, dossier.procedure)) if named else None
    return None


def _authorize(store: Store, rules: Rules, user: UserName, certificate: str, path: Path, title: str, matter: Matter) -> None:
    """Records, before the key signs, under which entries. C31: one is missing."""
    now = datetime.now(UTC)
    forms = rules.behalf_forms(day(now))
    wanted = forms_of(title, forms)
    if not wanted:
        return
    with store.uow_factory() as uow:
        who = Signatory(user, certificate, day(now), uow.signers.list(), forms)
        sha256 = sha256_of(path)
        for entry in who.under(wanted, matter):
            uow.audit.append(authorized(now, OPERATOR, sha256, sha256, entry))
        uow.commit()
