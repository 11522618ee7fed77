"""``workstation export``: a dossier as a package for a system that has no interface of its own."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workstation.app.console import JsonOption, home_folder, out, report, usable_folder, words
from workstation.domain.errors import WorkstationError

if TYPE_CHECKING:
    from workstation.usecases.package_1022 import Package

_SYSTEMS = ("1022",)


def export(
    dossier: Annotated[str, typer.Argument(help="Code of a signed dossier.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder for the package.")],
    system: Annotated[str, typer.Option("--for", help="1022: the reply to a case of the city's feedback system.")],
    reference: Annotated[str, typer.Option(help="The case's reference number there.")],
    documents: Annotated[list[int] | None, typer.Option("--document", help="Which documents, from 1; else all of them.")] = None,
    zipped: Annotated[bool, typer.Option("--zip", help="One zip instead of a folder.")] = False,
    user: Annotated[int, typer.Option(min=0, help="Who hands it over: place in the settings' list of users, from 1.")] = 0,
    as_json: JsonOption = False,
) -> None:
    """Puts signed documents, a record for machines and their hashes into a folder. The same again changes nothing."""
    from workstation.app.compose import open_workstation
    from workstation.usecases.package_1022 import package_1022

    if system not in _SYSTEMS:
        raise WorkstationError("U01", detail=f"--for: {' | '.join(_SYSTEMS)}")
    usable_folder(output, "-o")
    with open_workstation(home_folder()) as ws:
        users = ws.settings.users
        if user > len(users):
            raise WorkstationError("U01", detail="--user")
        with ws.office.look() as uow:
            found = uow.dossiers.by_code(dossier)
        if found is None:
            raise WorkstationError("F07", file=Path(dossier).name)
        by = users[max(0, user - 1)].name
        made = package_1022(ws.office, found, reference, output, by, documents or (), zipped=zipped)
    files = [{"file": reply.name, "sha256": reply.sha256, "bytes": reply.bytes} for reply in made.replies]
    told = {"dossier": dossier, "reference": reference, "path": str(made.path), "new": made.new, "files": files}
    report(told, as_json, lambda: _lines(made))


def _lines(made: "Package") -> None:
    out(str(made.path) if made.new else f"{made.path} {words('(đã có sẵn, giống hệt)', '(was there, the very same)')}")
    for reply in made.replies:
        out(f"    {reply.name}  {reply.sha256}")
