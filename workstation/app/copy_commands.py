"""``workstation copy`` (SAO Y, SAO LỤC, TRÍCH SAO) and ``workstation copies`` (the books, certified copies' too)."""

import csv
import io
from pathlib import Path
from typing import Annotated, Any

import typer

from workstation.app.console import (
    JsonOption,
    exit_of,
    home_folder,
    leave,
    options,
    out,
    report,
    usable_folder,
    words,
)
from workstation.app.signing_commands import P12, KeyId, OtpEnv, PinEnv, Remote, Token, Trust, Windows, key_access, named_key
from workstation.domain.copies import CopyKind, SourceIs
from workstation.domain.durable import write_durably
from workstation.domain.errors import WorkstationError

_KINDS = ("sao-y", "sao-luc", "trich-sao")
_OF = ("original", "sao-y")
CSV_FIELDS = (
    "number", "code", "year", "day", "kind", "state", "title", "pages", "source_pages", "recipients", "reason", "approver", "by",
    "certifier", "of", "declared", "source", "sha256", "signer", "signing_time",
)  # fmt: skip


def copy(
    sources: Annotated[list[str], typer.Argument(help="Files, or codes of dossiers: all of their documents.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder for the signed copies.")],
    kind: Annotated[str, typer.Option(help="sao-y, sao-luc or trich-sao.")],
    pages: Annotated[str, typer.Option(help="Pages of a trich-sao, as 1-3,5.")] = "",
    of: Annotated[str, typer.Option(help="What the source is, where its marks don't say it: original or sao-y.")] = "",
    recipients: Annotated[str, typer.Option("--to", help="Whom the copy is for, as the book has it.")] = "",
    reason: Annotated[str, typer.Option(help="Why it is made.")] = "",
    again: Annotated[bool, typer.Option("--again", help="Another copy of what was copied before, with its own number.")] = False,
    looked: Annotated[bool, typer.Option("--looked", help="The marks that could not be read were looked at: none is secret.")] = (
        False
    ),
    user: Annotated[int, typer.Option(min=0, help="The registrar's place in the settings' list of users, from 1.")] = 0,
    approved_by: Annotated[int, typer.Option(min=0, help="Place in that list of who decided that it be made.")] = 0,
    token: Token = None,
    key_id: KeyId = "",
    p12: P12 = None,
    remote: Remote = "",
    windows: Windows = False,
    pin_env: PinEnv = "",
    otp_env: OtpEnv = "",
    trust: Trust = None,
    offline: Annotated[bool, typer.Option("--offline", help="Asks no revocation service about a signed source.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Copies that the agency signs, each with its number. Run again it goes on where it stopped and numbers nothing twice."""
    from workstation.app.copying import CopyOrder, run_copy

    if kind not in _KINDS:
        raise WorkstationError("U01", detail=f"--kind: {' | '.join(_KINDS)}")
    if of not in ("", *_OF):
        raise WorkstationError("U01", detail=f"--of: {' | '.join(_OF)}")
    named = any((token, p12, remote, windows))  # else the settings' key
    access = key_access(named_key(token, key_id, p12, remote, windows), pin_env, otp_env) if named else None
    order = CopyOrder(
        tuple(sources), CopyKind(kind), output, access, pin_env, pages, SourceIs(of) if of else None, recipients, reason,
        again, looked, user, approved_by, tuple(path.resolve() for path in trust or ()), offline,
    )  # fmt: skip
    tell(run_copy(home_folder(), order, options.lang), as_json)


def tell(rows: list[dict[str, Any]], as_json: bool) -> None:
    def human() -> None:
        for row in rows:
            number = f"{row['entry']['code']}  " if row["entry"] else ""
            out(f"{row['status']}: {number}{row['out'] or row['file']}")
            for note in filter(None, (row["error"], *row["notes"])):
                out(f"    {note['code']}: {note['message']}")

    report({"copies": rows}, as_json, human)
    failed = [row["error"]["code"] for row in rows if row["status"] == "failed"]
    lower = [note["code"] for row in rows for note in row["notes"]]
    leave(exit_of((*failed, *lower), done=len(failed) < len(rows)))


def copies(
    year: Annotated[int, typer.Option(min=0, help="Only of this year.")] = 0,
    csv_to: Annotated[Path | None, typer.Option("--csv", help="Writes the book to FILE as well.")] = None,
    as_json: JsonOption = False,
) -> None:
    """The books of copies: number, day, what was copied, whether it is signed."""
    from workstation.app.compose import open_workstation
    from workstation.app.copying import entry_json

    if csv_to is not None:
        usable_folder(csv_to.parent, "--csv")
    with open_workstation(home_folder()) as ws, ws.office.look() as uow:
        rows = [entry_json(entry) for entry in uow.register.list(year=year)]
    if csv_to is not None:
        write_durably(csv_to, _as_csv(rows))

    def human() -> None:
        for row in rows:
            state = {
                "unsigned": words("chưa ký", "not signed"),
                "waiting": words("chờ ký của cơ quan", "waits for the agency"),
                "signed": words("đã ký", "signed"),
            }[row["state"]]
            out(f"{row['code']}  {row['kind']}  {row['day']}  {state}  {row['title']}")
        if not rows:
            out(words("Sổ bản sao chưa có mục nào.", "The book of copies has no entries yet."))

    report({"copies": rows}, as_json, human)


def _as_csv(rows: list[dict[str, Any]]) -> bytes:
    """With the mark by which spreadsheets tell UTF-8. A cell that a spreadsheet would take for a formula is kept text."""
    text = io.StringIO()
    writer = csv.DictWriter(text, CSV_FIELDS, extrasaction="ignore")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _cell(row[name]) for name in CSV_FIELDS})
    return text.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        return " ".join(map(str, value))
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" and value else value
