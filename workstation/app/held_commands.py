"""``workstation held``: pages that were stopped for a mark of a state secret."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from workstation.app.console import JsonOption, home_folder, leave, options, out, report, say, words
from workstation.domain.codes import record_code
from workstation.domain.dossier import Dossier
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import PageId, UserName

Code = Annotated[str, typer.Argument(help="Code of a dossier, as HS-0001.")]
User = Annotated[int, typer.Option(min=1, help="Who looked at the paper: place in the settings' list of users, from 1.")]
ERASE = "XÓA"


def show(as_json: JsonOption = False) -> None:
    """Lists the pages that wait for somebody to look at the paper; nothing of what stands on them."""
    from workstation.app.compose import open_workstation
    from workstation.usecases.held import held_pages

    with open_workstation(home_folder()) as ws:
        found = held_pages(ws.office)
    rows = [{"dossier": one.dossier, "page": one.number, "together": list(one.together)} for one in found]
    report({"pages": rows}, as_json, lambda: _lines(rows))
    leave(1 if rows else 0)


def _lines(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        out(f"{row['dossier']}  {words('trang', 'page')} {row['page']}")
    if not rows:
        out(words("Không có trang nào dừng vì dấu độ mật.", "No page is stopped for a mark of secrecy."))


def read_on(
    code: Code,
    page: Annotated[int, typer.Option("--page", min=1, help="The page that is stopped.")],
    user: User = 1,
) -> None:
    """It is no state secret: the page is read like any other, and not stopped again."""
    from workstation.usecases.held import not_secret
    from workstation.usecases.read import read_dossier

    with _dossier(code, user) as (ws, dossier, by):
        not_secret(ws.office, _numbered(dossier, [page])[0], by)
        read_dossier(ws.office, dossier.id)
    out(words("Đã đọc tiếp.", "Read on."))


def erase(
    code: Code,
    page: Annotated[list[int], typer.Option("--page", min=1, help="Each page of that paper, the stopped one among them.")],
    confirm: Annotated[str, typer.Option(help=f"{ERASE}, since it can't be undone.")] = "",
    user: User = 1,
    as_json: JsonOption = False,
) -> None:
    """It is a state secret: the pages leave the dossier, and their files are erased."""
    from workstation.app.shapes import error_json
    from workstation.usecases.held import remove
    from workstation.usecases.read import read_dossier

    if confirm != ERASE:
        raise WorkstationError("U01", detail=f"--confirm {ERASE}")
    with _dossier(code, user) as (ws, dossier, by):
        note = remove(ws.office, dossier.id, _numbered(dossier, page), by)
        read_dossier(ws.office, dossier.id)
    told = {"dossier": dossier.code, "pages": dict(note.params)["count"], "note": error_json(note, options.lang)}
    report(told, as_json, lambda: out(say(note)))


@contextmanager
def _dossier(code: str, user: int) -> Iterator[tuple[Any, Dossier, UserName]]:
    """The office alone, for the page is read on at once. Q10, U01, U02."""
    from workstation.app.compose import open_workstation
    from workstation.app.lock import desk_lock

    home = home_folder()
    with desk_lock(home), open_workstation(home) as ws:
        if user > len(ws.settings.users):
            raise WorkstationError("U01", detail="--user")
        with ws.office.look() as uow:
            found = uow.dossiers.by_code(code)
        if found is None:
            raise WorkstationError("Q10", **({"dossier": shown} if (shown := record_code(code)) else {}))
        yield ws, found, ws.settings.users[user - 1].name


def _numbered(dossier: Dossier, numbers: Sequence[int]) -> list[PageId]:
    if max(numbers) > len(dossier.pages):
        raise WorkstationError("U01", detail="--page")
    return [dossier.pages[number - 1].id for number in numbers]
