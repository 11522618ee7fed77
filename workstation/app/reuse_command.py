"""``workstation reuse``: whether the state already has a digitised copy, before paper is scanned."""

import getpass
import os
import sys
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from workstation.app.console import JsonOption, home_folder, leave, options, out, report, say, usable_folder, words
from workstation.domain.errors import ERRORS, WorkstationError
from workstation.domain.reuse import ReuseQuery, Wanted, is_person
from workstation.domain.signing import RevocationAccess, Secret
from workstation.usecases.reuse import ReuseAnswer, ReuseFile, ReuseState, ask_for_reuse

STATES = {
    ReuseState.FOUND: ("Đã có bản số hóa còn giá trị.", "There is a digitised copy that still counts."),
    ReuseState.DOUBTFUL: ("Có bản số hóa nhưng chưa dùng lại được.", "There is a digitised copy, but it can't be used yet."),
    ReuseState.NONE: ("Kho trả lời: chưa có bản số hóa. Cứ quét.", "The store says: there is no digitised copy. Scan."),
    ReuseState.UNKNOWN: ("Chưa biết đã có bản số hóa hay chưa.", "Whether there is a digitised copy is not known."),
}


def reuse(
    results: Annotated[list[str], typer.Argument(help="Codes of the results wanted, as KQ.G15.000031.")],
    procedure: Annotated[str, typer.Option(help="Code of the procedure, as 1.005129.")],
    notation: Annotated[str, typer.Option(help="Number and notation of the paper, where they are known.")] = "",
    owner_id_env: Annotated[
        str, typer.Option("--owner-id-env", help="Variable with the owner's ID number; else it is asked for, or read from stdin.")
    ] = "",
    user: Annotated[int, typer.Option(min=0, help="Who asks: place in the settings' list of users, from 1.")] = 0,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Folder for the files that count.")] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Asks no revocation service about their signatures.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Asks the national store whether a paper was digitised already. 0: it was, or the store says that it was not; 1: a person
    has to look; 3: nobody answered."""
    from signing.verify import verify_file
    from workstation.app.compose import open_workstation, result_store

    home = home_folder()
    if output is not None:
        usable_folder(output, "-o")
    with open_workstation(home) as ws, result_store(ws) as store:
        if store is None:
            raise WorkstationError("G21")
        users = ws.settings.users
        if user > len(users):
            raise WorkstationError("U01", detail="--user")
        asking = users[max(0, user - 1)].name
        wanted = tuple(Wanted(code, notation) for code in results)
        query = ReuseQuery(_owner(owner_id_env), Secret(asking), procedure, wanted)
        access = None if offline else RevocationAccess(ws.settings.timestamp.proxy)
        judge = partial(verify_file, trust=ws.home.trust_store(), offline=offline, access=access)
        answer = ask_for_reuse(ws.office, store, judge, query, asking, output)
    report(_json(answer), as_json, lambda: _lines(answer))
    leave(_code(answer))


def _owner(variable: str) -> Secret:
    """From the variable, else asked for, else the first line of stdin: never an argument, which others on the machine see."""
    if variable:
        number = os.environ.get(variable, "")
    elif sys.stdin.isatty():
        number = getpass.getpass(words("Số định danh của chủ giấy tờ: ", "ID number of the owner: "))
    else:
        number = sys.stdin.readline()
    number = "".join(number.split())
    if not is_person(number):
        raise WorkstationError(
            "U01", detail=words("số định danh phải có 12 (hoặc 9) chữ số", "an ID number has 12 (or 9) digits")
        )
    return Secret(number)


def _code(answer: ReuseAnswer) -> int:
    if answer.note is not None:
        return ERRORS[answer.note.code].exit.value
    return 1 if answer.state is ReuseState.DOUBTFUL else 0


def _json(answer: ReuseAnswer) -> dict[str, Any]:
    from workstation.app.shapes import error_json

    return {
        "state": answer.state.value,
        "message": words(*STATES[answer.state]),
        "error": error_json(answer.note, options.lang),
        "files": [_file(file) for file in answer.files],
    }


def _file(file: ReuseFile) -> dict[str, Any]:
    from workstation.app.shapes import error_json

    return {
        "code": file.result.code,
        "name": file.result.name,
        "notation": file.result.notation,
        "agency": file.result.agency,
        "sha256": file.sha256,
        "bytes": file.bytes,
        "signers": list(file.signers),
        "usable": file.note is None,
        "path": str(file.path) if file.path else None,
        "error": error_json(file.note, options.lang),
    }


def _lines(answer: ReuseAnswer) -> None:
    out(words(*STATES[answer.state]))
    if answer.note is not None:
        out(f"    {say(answer.note)}")
    for file in answer.files:
        mark = "✓" if file.note is None else "✗"
        out(f"{mark} {file.result.code}  {file.result.notation}  {file.result.name}  {file.path or ''}".rstrip())
        if file.note is not None:
            out(f"    {say(file.note)}")
