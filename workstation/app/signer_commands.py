"""``workstation signers``: the ledger of who may sign on behalf of whom (KT., TL., TUQ.)."""

from datetime import date, timedelta
from typing import Annotated, Any

import typer

from workstation.app.console import JsonOption, home_folder, out, report, words
from workstation.domain.authority import Authority
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import AuthorityId, UserName
from workstation.usecases.views import User

OPERATOR = UserName("system")
"""Who enters and ends: the command line knows no log-in."""


def show(as_json: JsonOption = False) -> None:
    """The entries of the ledger, ended ones too."""
    from workstation.app.compose import open_workstation
    from workstation.usecases.office import day
    from workstation.usecases.signers import ledger

    with open_workstation(home_folder()) as ws:
        entries, today = ledger(ws.office), day(ws.office.clock.now())

    def human() -> None:
        for entry in entries:
            out(_line(entry, today))
        if not entries:
            out(words("Sổ ủy quyền chưa có mục nào.", "The ledger has no entries yet."))

    report({"signers": [_json(entry, today) for entry in entries]}, as_json, human)


def add(
    number: Annotated[str, typer.Argument(help="Number and symbol of the decision or authorisation.")],
    form: Annotated[str, typer.Option(help="KT, TL or TUQ.")],
    behalf: Annotated[str, typer.Option("--for", help="The office in whose place is signed; no person's name.")],
    types: Annotated[
        str,
        typer.Option(
            help="Codes of document types with commas between, CHUNG_THUC: certifying; * for all (TUQ: only with procedures)."
        ),
    ],
    first: Annotated[str, typer.Option("--from", help="First day, YYYY-MM-DD.")],
    last: Annotated[str, typer.Option("--until", help="Last day; none: until it is ended (not with TUQ).")] = "",
    procedures: Annotated[
        str, typer.Option(help="Codes of procedures (1.005129) with commas between: only in their dossiers; none: in any.")
    ] = "",
    user: Annotated[int, typer.Option(min=0, help="The signer's place in the settings' list of users, from 1.")] = 0,
    certificate: Annotated[str, typer.Option(help="SHA-256 of the signer's certificate.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Enters an authorisation. A signer is named by user, by certificate or by both."""
    from workstation.app.compose import open_workstation
    from workstation.usecases.office import day
    from workstation.usecases.signers import enter

    with open_workstation(home_folder()) as ws:
        now = ws.office.clock.now()
        wish = Authority(
            id=AuthorityId(""),
            number=number,
            form=form.upper().rstrip("."),
            on_behalf_of=behalf,
            user=official(ws.settings.users, user) if user else None,
            certificate=certificate.replace(":", "").replace(" ", "").lower(),
            scope=_codes(types),
            procedures=_codes(procedures),
            valid_from=_day("--from", first),
            valid_until=_day("--until", last) if last else None,
            created_at=now,
            created_by=OPERATOR,
        )
        made, today = enter(ws.office, wish, OPERATOR), day(now)
    report({"signer": _json(made, today)}, as_json, lambda: out(_line(made, today)))


def end(
    entry: Annotated[str, typer.Argument(help="The entry's id, as `signers list` shows it.")],
    last: Annotated[str, typer.Option("--last", help="Last day on which it counts, YYYY-MM-DD; else yesterday: at once.")] = "",
    revoked: Annotated[bool, typer.Option("--revoked", help="It was taken back, not merely over.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Ends an entry, once. It stays in the ledger: what was signed under it stays explained."""
    from workstation.app.compose import open_workstation
    from workstation.usecases.office import day
    from workstation.usecases.signers import end as close

    with open_workstation(home_folder()) as ws:
        today = day(ws.office.clock.now())
        on = _day("--last", last) if last else today - timedelta(days=1)
        after = close(ws.office, AuthorityId(entry), on, revoked=revoked, by=OPERATOR)
    report({"signer": _json(after, today)}, as_json, lambda: out(_line(after, today)))


def official(users: tuple[User, ...], place: int) -> UserName:
    """U01 if nobody is there, or no official."""
    if place > len(users) or users[place - 1].role != "official":
        raise WorkstationError("U01", detail="--user")
    return users[place - 1].name


def _codes(text: str) -> tuple[str, ...]:
    return tuple(code for part in text.split(",") if (code := part.strip()))


def _day(option: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as e:
        raise WorkstationError("U01", detail=f"{option} YYYY-MM-DD") from e


def _line(entry: Authority, today: date) -> str:
    state = words("còn hiệu lực", "in force") if entry.in_force(today) else words("không hiệu lực", "not in force")
    until = entry.valid_until.isoformat() if entry.valid_until else "…"
    ended = f" · {words('thôi từ', 'ended from')} {entry.ended.isoformat()}" if entry.ended else ""
    who = entry.user or f"{entry.certificate[:16]}…"
    head = f"{entry.form}. {entry.on_behalf_of} · {who} · {entry.number} · {', '.join((*entry.scope, *entry.procedures))}"
    return f"{head} · {entry.valid_from.isoformat()} – {until}{ended} · {state}\n    {entry.id}"


def _json(entry: Authority, today: date) -> dict[str, Any]:
    return {
        "id": entry.id,
        "number": entry.number,
        "form": entry.form,
        "on_behalf_of": entry.on_behalf_of,
        "user": entry.user,
        "certificate": entry.certificate or None,
        "types": list(entry.scope),
        "procedures": list(entry.procedures),
        "from": entry.valid_from.isoformat(),
        "until": entry.valid_until.isoformat() if entry.valid_until else None,
        "ended": entry.ended.isoformat() if entry.ended else None,
        "revoked": entry.revoked,
        "in_force": entry.in_force(today),
    }
