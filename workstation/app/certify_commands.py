"""``workstation certify``: the e-certified copy of an original paper, in two steps: who certifies signs, then the agency."""

from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ui.messages import Lang
from workstation.app.console import JsonOption, home_folder, options, usable_folder
from workstation.app.copy_commands import tell
from workstation.app.signing_commands import P12, KeyId, OtpEnv, PinEnv, Remote, Token, Windows, key_access, named_key
from workstation.domain.attestation import AttestationTemplate
from workstation.domain.copies import CopyRules
from workstation.domain.errors import WorkstationError
from workstation.rules.reader import read_attestations

if TYPE_CHECKING:
    from workstation.app.settings import Settings
    from workstation.app.signing_batch import KeyAccess


@dataclass(frozen=True, slots=True)
class CertifyOrder:
    files: tuple[Path, ...]
    output: Path
    access: "KeyAccess | None"
    pin_env: str
    agency: bool
    title: str
    reason: str
    looked: bool
    user: int


def certify(
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder for the certified copies.")],
    files: Annotated[list[Path] | None, typer.Argument(help="Scans of originals, made just now: one file a document.")] = None,
    agency: Annotated[bool, typer.Option("--agency", help="The second signature, on all that wait for the agency's.")] = False,
    title: Annotated[str, typer.Option(help="The certifying person's office, with KT., TL. or TUQ. where that is so.")] = "",
    reason: Annotated[str, typer.Option(help="Why it is made.")] = "",
    looked: Annotated[bool, typer.Option("--looked", help="The marks that could not be read were looked at: none is secret.")] = (
        False
    ),
    user: Annotated[int, typer.Option(min=0, help="Who signs: the place in the settings' list of users, from 1.")] = 0,
    token: Token = None,
    key_id: KeyId = "",
    p12: P12 = None,
    remote: Remote = "",
    windows: Windows = False,
    pin_env: PinEnv = "",
    otp_env: OtpEnv = "",
    as_json: JsonOption = False,
) -> None:
    """Certified copies: FILES with the certifying person's key, then --agency with the agency's. Nothing is signed twice."""
    if agency == bool(files):
        raise WorkstationError("U01", detail="FILES | --agency")
    named = any((token, p12, remote, windows))  # else the settings' key
    access = key_access(named_key(token, key_id, p12, remote, windows), pin_env, otp_env) if named else None
    order = CertifyOrder(tuple(files or ()), output, access, pin_env, agency, title, reason, looked, user)
    tell(run_certify(home_folder(), order, options.lang), as_json)


def run_certify(home: Path, order: CertifyOrder, lang: Lang) -> list[dict[str, Any]]:
    """One row a copy. U01, U02, K07, S01, C01 and on, M06 (the words): before any number is taken."""
    from signing.verify import verify_file
    from workstation.app.compose import open_workstation
    from workstation.app.copying import at_the_books, opening, own_key, registrar, result_json, user_at
    from workstation.usecases.certify import CertifyWish, certify, complete
    from workstation.usecases.copies import CopyDesk
    from workstation.usecases.office import day

    with open_workstation(home) as ws:
        users = ws.settings.users
        by = registrar(users, order.user) if order.agency else user_at(users, order.user, "--user")
        usable_folder(order.output, "-o")
        verify = partial(verify_file, trust=ws.home.trust_store())
        desk = CopyDesk(ws.office, verify, ws.settings.copies.symbol, False, by, order.output)
        open_key = opening(ws.office, order.access or own_key(ws, order.pin_env))
        today = day(ws.office.clock.now())
        template = words_of_certification(home, ws.settings, ws.office.rules.copies, today)
        with at_the_books(ws):
            if order.agency:
                results = complete(desk, open_key)
            else:
                wishes = [CertifyWish(path, order.title, order.reason, order.looked) for path in order.files]
                results = certify(desk, template, wishes, open_key)
    return [result_json(result, lang) for result in results]


def words_of_certification(home: Path, settings: "Settings", rules: CopyRules, today: date) -> AttestationTemplate:
    """The ward's own, else those that ship. M06: the file breaks the schema, or none of it is in force."""
    from workstation.app.settings import FILE

    name = settings.copies.attestation
    try:
        if name:
            rules = CopyRules(attestations=read_attestations((home / name).read_text("utf-8")))
        return rules.attestation(today)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as e:
        raise WorkstationError("M06", file=name or FILE, key="attestation") from e
