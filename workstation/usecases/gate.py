"""The gate: what must hold before an official signs. Pure; the list on the screen and the refusal are the same function."""

from workstation.domain.authority import Matter, Signatory
from workstation.domain.dossier import Document, Dossier
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.fields import nfc
from workstation.domain.findings import finding_note
from workstation.domain.page import PageState
from workstation.domain.profile import DocumentRule, Profile, SignatureOf
from workstation.domain.signature import SignedOriginal, TokenState, TokenStatus
from workstation.usecases.fieldvalues import named
from workstation.usecases.sound import doubt
from workstation.usecases.views import GateCheck, GateRule


def check_gate(
    dossier: Dossier,
    document: Document,
    profile: Profile,
    rule: DocumentRule,
    organization: str,
    token: TokenStatus | None,
    signatory: Signatory | None,
    picture: bool | None = None,
) -> tuple[GateCheck, ...]:
    """All rules in the order of the list. Without a token the certificate's name is not judged yet, nor without a signatory the
    authority to sign on behalf. Who attests a scan signs in nobody's name and is not asked for it.

    ``picture``: whether the signer has a picture of the handwritten signature here; None: the stamp shows none, or nobody is
    about to sign yet."""
    rule = profile.demands(rule)
    return (
        _quality(dossier, document, profile),
        _pages(dossier, document),
        _conformance(document, profile),
        _fields(document, profile, rule),
        GateCheck(GateRule.FOUR_EYES, _two_persons(document), None if _two_persons(document) else ErrorNote("K03")),
        _certificate(organization, token),
        *([_authority(dossier, document, profile, signatory)] if profile.signature_of is SignatureOf.NAMED else []),
        *([GateCheck(GateRule.PICTURE, picture, None if picture else ErrorNote("C35"))] if picture is not None else []),
        GateCheck(GateRule.PLACEMENT, True, detail=(("stamp", profile.stamp_preset),)),
    )


def _two_persons(document: Document) -> bool:
    return document.checked_by is not None and document.checked_by != document.entered_by


def _quality(dossier: Dossier, document: Document, profile: Profile) -> GateCheck:
    pages = dossier.pages_of(document.id)
    numbers = {p.id: i for i, p in enumerate(pages, 1)}
    dpi = min((f.value for p in pages for f in p.findings if f.code == "dpi"), default=profile.limits.min_dpi)
    for page in pages:
        if page.failing:
            note = finding_note(page.failing[0], numbers[page.id], numbers)
            return GateCheck(GateRule.QUALITY, False, note, (("dpi", dpi),))
    return GateCheck(GateRule.QUALITY, True, detail=(("dpi", dpi),))


def _pages(dossier: Dossier, document: Document) -> GateCheck:
    belonging = [p for p in dossier.pages if p.document_id == document.id and not p.dropped]
    usable = [p for p in belonging if p.state is not PageState.QUARANTINED]
    have = document.published.pages if document.published else len(usable)
    ok = bool(belonging) and have == len(belonging)
    blank = sum(1 for p in belonging if p.blank)
    note = None if ok else ErrorNote("C12", (("rule", "pages"),))
    return GateCheck(GateRule.PAGES, ok, note, (("have", have), ("need", len(belonging)), ("blank", blank)))


def _conformance(document: Document, profile: Profile) -> GateCheck:
    level = document.published.conformance if document.published else ""
    ok = level == profile.conformance
    return GateCheck(GateRule.CONFORMANCE, ok, None if ok else ErrorNote("C12", (("rule", "conformance"),)), (("level", level),))


def _fields(document: Document, profile: Profile, rule: DocumentRule) -> GateCheck:
    """Every required field has a value, or two persons say that the paper can't be read there, where that is allowed."""
    unread = [name for name in rule.form if document.unreadable(name)]
    barred = [name for name in unread if name in profile.legible]
    empty = [name for name in rule.form if name in rule.required and not document.field(name) and name not in unread]
    have = len(rule.required) - len(empty)
    first = next(iter((*empty, *barred)), "")
    note = ErrorNote("K01" if empty else "K12", tuple(named(rule.definition(first)).items())) if first else None
    said = (("unreadable", len(unread)),) if unread else ()
    return GateCheck(GateRule.FIELDS, note is None, note, (("have", have), ("need", len(rule.required)), *said))


_NO_CERTIFICATE = (TokenState.UNKNOWN, TokenState.ABSENT, TokenState.NO_LIBRARY)


def _certificate(organization: str, token: TokenStatus | None) -> GateCheck:
    """The unit named on the stamp must be the unit in the certificate (after the 2025 merger many are not)."""
    if token is None or not token.organization or token.state in _NO_CERTIFICATE:
        return GateCheck(GateRule.CERTIFICATE, True)
    ok = names_unit(token.organization, organization)
    return GateCheck(GateRule.CERTIFICATE, ok, None if ok else ErrorNote("C06", (("unit", token.organization),)))


def _authority(dossier: Dossier, document: Document, profile: Profile, signatory: Signatory | None) -> GateCheck:
    """Each form of signing on behalf (KT., TL., TUQ.) needs an entry of the ledger in force; the first that has none is named.
    ``entry``: the decisions under which is signed."""
    if signatory is None:
        return GateCheck(GateRule.AUTHORITY, True)
    forms = profile.behalf(document.field("signer_title"), signatory.forms)
    try:
        entries = signatory.under(forms, Matter(document.type_code, dossier.procedure))
    except WorkstationError as e:
        return GateCheck(GateRule.AUTHORITY, False, e.note)
    return GateCheck(GateRule.AUTHORITY, True, detail=(("entry", ", ".join(e.number for e in entries)),) if entries else ())


def check_sealing(document: Document, organization: str, token: TokenStatus, seal: bool) -> tuple[GateCheck, ...]:
    """What must hold before the registrar numbers, dates and seals what an official has signed (Decree 30/2020 art. 15, 32).
    ``seal``: whether there is a picture of the agency's seal here."""
    missing = None if document.field("notation") else ErrorNote("K01", (("field", "notation"),))
    signed = document.sealed
    leader = (("signer", signed.signer),) if signed else ()
    return (
        GateCheck(GateRule.LEADER, signed is not None, None if signed else ErrorNote("C12", (("rule", "leader"),)), leader),
        GateCheck(GateRule.NUMBERING, missing is None, missing, (("notation", document.field("notation")),)),
        _agency(organization, token),
        GateCheck(GateRule.SEAL, seal, None if seal else ErrorNote("C34")),
    )


def _agency(organization: str, token: TokenStatus) -> GateCheck:
    """Only the agency's own certificate seals, nobody's personal one. A practice office has one key for all."""
    unknown = not token.owner or token.state in _NO_CERTIFICATE
    ok = unknown or token.training or names_unit(token.owner, organization)
    return GateCheck(GateRule.AGENCY, ok, None if ok else ErrorNote("C33", (("organization", organization),)))


def check_signed(
    dossier: Dossier, document: Document, signed: SignedOriginal, profile: Profile, rule: DocumentRule
) -> tuple[GateCheck, ...]:
    """Of a document that came signed: quality and form of the file are its issuer's, and it gets no signature of ours. Its pages
    are the file's, all of them and in its order, or something else would be shown than what is sent."""
    pages = [p.source.frame for p in dossier.pages_of(document.id) if p.source.original == signed.shown]
    whole = pages == list(range(signed.frames)) and len(pages) == len(dossier.pages_of(document.id))
    unsure = doubt(signed.verdict)
    note = None if unsure is None else ErrorNote("F10", (("reason", unsure.code),))
    return (
        GateCheck(
            GateRule.PAGES,
            whole,
            None if whole else ErrorNote("C12", (("rule", "pages"),)),
            (("have", len(pages)), ("need", signed.frames), ("blank", 0)),
        ),
        _fields(document, profile, rule),
        GateCheck(GateRule.FOUR_EYES, _two_persons(document), None if _two_persons(document) else ErrorNote("K03")),
        GateCheck(GateRule.CAME_SIGNED, note is None, note, (("signer", signed.sealed.signer),) if signed.sealed.signer else ()),
    )


def names_unit(name: str, organization: str) -> bool:
    """Whether ``name`` (of a certificate) is the unit's. Whole names are compared, part by part between commas: "phường 1" is
    not in "phường 12", nor "xã An" in "xã An Bình"."""
    ours, theirs = _name_parts(organization), _name_parts(name)
    return any(theirs[i : i + len(ours)] == ours for i in range(len(theirs)))


def _name_parts(name: str) -> list[str]:
    return [part for x in name.split(",") if (part := nfc(x).casefold())]


def passes(checks: tuple[GateCheck, ...]) -> bool:
    return all(c.ok for c in checks)
