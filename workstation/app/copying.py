"""``workstation copy``: what was given becomes wishes, and what came of them becomes rows."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from signing.verify import verify_file
from ui.messages import Lang
from workstation.app.compose import Home, Workstation, open_workstation, remote_secret
from workstation.app.console import usable_folder
from workstation.app.lock import copies_lock
from workstation.app.settings import Settings
from workstation.app.shapes import error_json
from workstation.app.signing_batch import KeyAccess, open_key
from workstation.domain.copies import CopyKind, Entry, SourceIs
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import UserName
from workstation.domain.signature import TokenStatus
from workstation.domain.signing import RevocationAccess
from workstation.usecases.copies import CopyDesk, CopyResult, CopyWish, make_copies
from workstation.usecases.copy_source import Verifier, document_source, file_source
from workstation.usecases.office import Office
from workstation.usecases.sign import OPEN_SECONDS, REGISTRAR, at_token
from workstation.usecases.views import User


@dataclass(frozen=True, slots=True)
class CopyOrder:
    """What ``workstation copy`` was asked for."""

    sources: tuple[str, ...]
    kind: CopyKind
    output: Path
    access: KeyAccess | None
    """None: the settings' key."""
    pin_env: str
    pages: str = ""
    declared: SourceIs | None = None
    recipients: str = ""
    reason: str = ""
    again: bool = False
    looked: bool = False
    """A person has looked at the marks that the machine can't read."""
    user: int = 0
    """Places in the settings' list of users, from 1; 0: the only registrar, and nobody who decided."""
    approver: int = 0
    trust: tuple[Path, ...] = ()
    offline: bool = False


def run_copy(home: Path, order: CopyOrder, lang: Lang) -> list[dict[str, Any]]:
    """One row a copy. U01, U02 (another run on this home folder), S01, S05, C01 and on: before any number is taken."""
    with open_workstation(home) as ws:
        by = registrar(ws.settings.users, order.user)
        usable_folder(order.output, "-o")
        verify = partial(verify_file, trust=ws.home.trust_store(order.trust))  # of what this office signed: nobody is asked
        verify_source = source_verifier(ws.home, ws.settings, order)
        access = order.access or own_key(ws, order.pin_env)
        desk = CopyDesk(ws.office, verify, ws.settings.copies.symbol, ws.settings.copies.approval, by, order.output)
        approver = user_at(ws.settings.users, order.approver, "--approved-by").name if order.approver else None
        wishes = [wish for source in order.sources for wish in _wishes(ws.office, verify_source, order, source, approver)]
        with at_the_books(ws):
            results = make_copies(desk, wishes, opening(ws.office, access))
    return [result_json(result, lang) for result in results]


@contextmanager
def at_the_books(ws: Workstation) -> Iterator[None]:
    """Alone with the books of copies; at the end the key is closed. U02: another run on this home folder."""
    with copies_lock(ws.home.root):
        try:
            yield
        finally:
            with suppress(WorkstationError):  # a driver that hangs or dies takes its process, and so the session, with it
                at_token(ws.office.token, OPEN_SECONDS, ws.office.signing.close)


def source_verifier(home: Home, settings: Settings, order: CopyOrder) -> Verifier:
    """Judges what somebody else signed: issuers are asked the way the settings say, unless nobody is to be asked."""
    access = RevocationAccess(settings.timestamp.proxy)
    return partial(verify_file, trust=home.trust_store(order.trust), offline=order.offline, access=access)


def opening(office: Office, access: KeyAccess) -> Callable[[], TokenStatus]:
    return partial(open_key, office.token, access)


def own_key(ws: Workstation, pin_env: str) -> KeyAccess:
    """The settings' key. U01: there is none."""
    key = ws.settings.key(ws.home.root)
    if key is None:
        raise WorkstationError("U01", detail="--token | --p12 | --remote | --windows")
    return KeyAccess(key, pin_env, account=remote_secret(ws.home, key.remote.name) if key.remote else None)


def user_at(users: Sequence[User], place: int, option: str) -> User:
    if not 1 <= place <= len(users):
        raise WorkstationError("U01", detail=option)
    return users[place - 1]


def registrar(users: Sequence[User], place: int) -> User:
    """Who copies: the user at that place, else the only registrar. S01 if that is nobody; U01 if there are several."""
    if place:
        return user_at(users, place, "--user")
    found = [user for user in users if user.role == REGISTRAR]
    if len(found) > 1:
        raise WorkstationError("U01", detail="--user")
    if not found:
        raise WorkstationError("S01")
    return found[0]


def _wishes(office: Office, verify: Verifier, order: CopyOrder, source: str, approver: UserName | None) -> list[CopyWish]:
    """A file is one document; a dossier's code stands for all of its documents. F07: neither."""
    path = Path(source)
    common = partial(
        CopyWish,
        kind=order.kind,
        pages=order.pages,
        recipients=order.recipients,
        reason=order.reason,
        declared=order.declared,
        approver=approver,
        again=order.again,
    )
    if path.exists():
        return [
            common(
                name=source,
                source=partial(file_source, office, verify, path, order.looked),
            )
        ]
    with office.look() as uow:
        dossier = uow.dossiers.by_code(source)
    if dossier is None:
        raise WorkstationError("F07", file=path.name)
    return [
        common(
            name=f"{dossier.code}/{number}",
            source=partial(document_source, office, verify, dossier, document, order.looked),
        )
        for number, document in enumerate(dossier.documents, 1)
    ]


def result_json(result: CopyResult, lang: Lang) -> dict[str, Any]:
    """As ``sign``'s rows, with the line of the book."""
    sealed = result.entry.sealed if result.entry else None
    return {
        "file": result.name,
        "out": str(result.out) if result.out else None,
        "status": result.status,
        "error": error_json(result.error, lang),
        "notes": [error_json(note, lang) for note in result.notes],
        "level": sealed.level if sealed else None,
        "signing_time": sealed.signing_time if sealed else None,
        "sha256": sealed.sha256 if sealed else None,
        "entry": entry_json(result.entry) if result.entry else None,
    }


def entry_json(entry: Entry) -> dict[str, Any]:
    subject = entry.subject
    return {
        "id": entry.id,
        "kind": entry.kind.value,
        "code": entry.code,
        "number": entry.number,
        "year": entry.year,
        "book": entry.book,
        "day": entry.day.isoformat(),
        "state": entry.state.value,
        "agency": entry.agency,
        "title": subject.title,
        "source": subject.source,
        "medium": subject.medium.value,
        "of": subject.is_a.value,
        "declared": subject.declared,
        "pages": list(subject.pages),
        "source_pages": subject.source_pages,
        "recipients": entry.recipients,
        "reason": entry.reason,
        "approver": entry.approver,
        "by": entry.created_by,
        "attestation": list(entry.attestation.lines) if entry.attestation else None,
        "certifier": entry.attestation.certifier if entry.attestation else None,
        "sha256": entry.sealed.sha256 if entry.sealed else None,
        "signer": entry.sealed.signer if entry.sealed else None,
        "signing_time": entry.sealed.signing_time if entry.sealed else None,
    }
