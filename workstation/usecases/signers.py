"""The ledger of who may sign on behalf of whom: enter, end, and ask it before the token signs."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from workstation.domain.authority import ALL_TYPES, CERTIFYING, Authority, Matter, Signatory
from workstation.domain.dossier import Document, Dossier
from workstation.domain.errors import WorkstationError
from workstation.domain.events import AuditEvent
from workstation.domain.fields import nfc
from workstation.domain.ids import AuthorityId, Sha256, UserName, new_id
from workstation.domain.procedure import is_procedure
from workstation.usecases.office import Office, day

AUTHORIZED = "authorized"
"""Audit event: before the token signed a document on behalf, under which entries."""


def ledger(office: Office) -> tuple[Authority, ...]:
    with office.look() as uow:
        return uow.signers.list()


def signatory(office: Office, user: UserName, certificate: str | None) -> Signatory:
    on = day(office.clock.now())
    return Signatory(user, certificate, on, ledger(office), office.rules.behalf_forms(on))


@dataclass(frozen=True, slots=True)
class AuthorityWish:
    """What is entered into the ledger on the screen: the signer is a user of this station."""

    number: str
    form: str
    on_behalf_of: str
    user: UserName
    scope: tuple[str, ...]
    procedures: tuple[str, ...]
    valid_from: date
    valid_until: date | None

    def entry(self, now: datetime, by: UserName) -> Authority:
        return Authority(
            AuthorityId(""), self.number, self.form, self.on_behalf_of, self.user, "", self.scope,
            self.valid_from, self.valid_until, now, by, procedures=self.procedures,
        )  # fmt: skip


def enter(office: Office, wish: Authority, by: UserName) -> Authority:
    """Adds an entry; its id, its time and who entered it are set here. C32 (``field``) if it can't be."""
    now = office.clock.now()
    made = replace(
        wish,
        id=AuthorityId(new_id()),
        number=nfc(wish.number),
        on_behalf_of=nfc(wish.on_behalf_of),
        scope=tuple(dict.fromkeys(wish.scope)),
        procedures=tuple(dict.fromkeys(wish.procedures)),
        created_at=now,
        created_by=by,
        ended=None,
        revoked=False,
    )
    if wrong := _wrong(office, made, day(now)):
        raise WorkstationError("C32", entry=wrong)
    detail = {
        "number": made.number,
        "form": made.form,
        "scope": " ".join(made.scope),
        "procedures": " ".join(made.procedures),
        "from": made.valid_from.isoformat(),
        "until": made.valid_until.isoformat() if made.valid_until else "",
    }
    with office.uow() as uow:
        uow.signers.add(made)
        uow.audit.append(AuditEvent(now, by, "signer_entered", made.id, tuple(sorted(detail.items()))))
        uow.commit()
    return made


def _wrong(office: Office, entry: Authority, today: date) -> str:
    """Name of the first part that can't be; empty: none."""
    form = next((f for f in office.rules.behalf_forms(today) if f.code == entry.form), None)
    if form is None:
        return "form"
    types = {d.type.code for d in office.rules.documents} | {CERTIFYING}
    everything = entry.scope == (ALL_TYPES,)
    faults = {
        "number": not entry.number,
        "on_behalf_of": not entry.on_behalf_of,
        "signer": not entry.user and not entry.certificate,
        "certificate": bool(entry.certificate) and not _is_sha256(entry.certificate),
        "scope": not entry.scope or (form.limited and not entry.procedures if everything else not set(entry.scope) <= types),
        "procedures": not all(map(is_procedure, entry.procedures)),
        "until": entry.valid_until is None if form.limited else False,
        "dates": entry.valid_until is not None and entry.valid_until < entry.valid_from,
    }
    return next((name for name, wrong in faults.items() if wrong), "")


def _is_sha256(text: str) -> bool:
    return len(text) == 64 and set(text) <= set("0123456789abcdef")


def end(office: Office, entry_id: AuthorityId, last: date, *, revoked: bool, by: UserName) -> Authority:
    """``last``: the last day on which the entry counts, at the earliest yesterday, so that nothing that was signed loses its
    ground. C32 if there is no such entry, it is ended already, or the day is too early."""
    now = office.clock.now()
    if last < day(now) - timedelta(days=1):
        raise WorkstationError("C32", entry="dates")
    ended = last + timedelta(days=1)
    detail = (("ended", ended.isoformat()), ("revoked", revoked))
    with office.uow() as uow:
        try:
            after = uow.signers.end(entry_id, ended, revoked)
        except KeyError as e:
            raise WorkstationError("C32", entry="id") from e
        uow.audit.append(AuditEvent(now, by, "signer_ended", entry_id, detail))
        uow.commit()
    return after


def authorize(office: Office, dossier: Dossier, document: Document, by: UserName, certificate: str) -> None:
    """Records, before the token signs, under which entries ``document`` is signed on behalf; nothing if it isn't.

    The ledger is read in the transaction that writes the line: an entry that somebody ends meanwhile is not used. C31.
    """
    now = office.clock.now()
    in_force = office.rules.behalf_forms(day(now))
    forms = office.profile_of(dossier).behalf(document.field("signer_title"), in_force)
    if not forms or document.published is None:
        return
    with office.uow() as uow:
        who = Signatory(by, certificate, day(now), uow.signers.list(), in_force)
        for entry in who.under(forms, Matter(document.type_code, dossier.procedure)):
            uow.audit.append(authorized(now, by, document.id, document.published.sha256, entry))
        uow.commit()


def authorized(now: datetime, by: UserName, subject: str, published: Sha256, entry: Authority) -> AuditEvent:
    detail = (("entry", entry.id), ("form", entry.form), ("number", entry.number), ("published", published))
    return AuditEvent(now, by, AUTHORIZED, subject, detail)


def authorized_under(office: Office, dossier: Dossier, document: Document, published: Sha256) -> str:
    """Ids of the entries under which the signature on ``published`` was made; empty: none was needed. C31 if one is missing:
    a file that was signed past the ledger is not taken into the store."""
    in_force = office.rules.behalf_forms(day(office.clock.now()))
    forms = office.profile_of(dossier).behalf(document.field("signer_title"), in_force)
    if not forms:
        return ""
    with office.look() as uow:
        lines = [dict(e.detail) for e in uow.audit.events(document.id) if e.action == AUTHORIZED]
    found = {str(line["form"]): str(line["entry"]) for line in lines if line["published"] == published}
    if missing := [form for form in forms if form not in found]:
        raise WorkstationError("C31", form=f"{missing[0]}.", type=document.type_code)
    return " ".join(found[form] for form in forms)
