"""``workstation separators`` and ``workstation slip``: paper with a code, to be printed."""

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from workstation.app.console import home_folder, out
from workstation.domain.codes import Separator, record_code
from workstation.domain.errors import WorkstationError

Output = Annotated[Path, typer.Option("-o", "--output", help="The PDF to write.")]


class Begins(Enum):
    DOCUMENT = "document"
    DOSSIER = "dossier"


def separators(
    output: Output,
    kind: Annotated[Begins, typer.Option(help="What begins behind each sheet.")] = Begins.DOCUMENT,
    count: Annotated[int, typer.Option(min=1, help="How many sheets.")] = 1,
) -> None:
    """Separator sheets to lay between papers before they are scanned in one stack."""
    from workstation.app.code_sheets import save_separators

    save_separators(output.resolve(), Separator[kind.name], count)
    out(str(output))


def slip(
    code: Annotated[str, typer.Argument(help="Code of a dossier, as HS-0001.")],
    output: Output,
) -> None:
    """The handover slip of a dossier: its QR code opens it again."""
    from workstation.app.code_sheets import save_slip
    from workstation.app.compose import Home, office_store
    from workstation.app.settings import load

    home = home_folder()
    settings = load(home)
    store = office_store(Home(home), settings)
    try:
        with store.read_factory() as uow:
            found = uow.dossiers.by_code(code)
    finally:
        store.close()
    if found is None:
        raise WorkstationError("Q10", **({"dossier": shown} if (shown := record_code(code)) else {}))
    save_slip(output.resolve(), found, settings.office.site)
    out(str(output))
