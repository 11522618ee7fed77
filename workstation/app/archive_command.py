"""``workstation archive``: what is kept of signed files, when its time-stamps lapse, and renewing them now."""

import math
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workstation.app.console import MOST_DAYS, JsonOption, exit_of, home_folder, leave, options, out, report, words

if TYPE_CHECKING:
    from workstation.usecases.archive import ArchiveRow


def archive(
    once: Annotated[bool, typer.Option("--once", help="Renew now what is due; else it is only shown.")] = False,
    due: Annotated[
        int | None, typer.Option(min=0, max=MOST_DAYS, help="Due is what lapses within so many days; else the settings'.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Shows when the archive time-stamps of signed files and copies lapse; the desktop renews them by itself, --once does it
    now."""
    from workstation.app.compose import open_workstation
    from workstation.usecases.archive import Keeper, overview

    within = None if due is None else timedelta(days=due)
    renewed = 0
    with open_workstation(home_folder()) as ws:
        keeper = Keeper(ws.office, threading.Lock(), within)
        if once:
            renewed = keeper.round(math.inf)
        else:
            keeper.look()
        found = overview(ws.office, within)
    rows = [_json(row) for row in found]
    report({"renewed": renewed, "documents": rows}, as_json, lambda: _lines(rows, renewed, once))
    waiting = [row for row in found if row.due is not None or row.unread]
    codes = [row.kept.error.code for row in waiting if row.kept is not None and row.kept.error is not None]
    leave(exit_of(codes, done=True) or (1 if waiting else 0))


def _json(row: "ArchiveRow") -> dict[str, Any]:
    from workstation.app.shapes import error_json

    kept, lapse = row.kept, row.lapse
    return {
        "dossier": None if row.in_book else row.code,
        "copy": row.code if row.in_book else None,
        "document": row.owner,
        "sent_sha256": row.sealed.sha256,
        "kept_sha256": kept.sha256 if kept else None,
        "level": kept.standing.level if kept else None,
        "lapses": lapse.lapses.isoformat() if lapse else None,
        "due": row.due.reason if row.due else None,
        "error": error_json(kept.error if kept else None, options.lang),
    }


def _lines(rows: list[dict[str, Any]], renewed: int, once: bool) -> None:
    for row in rows:
        lapses = row["lapses"][:10] if row["lapses"] else "–"
        mark = words("cần gia hạn", "due") if row["due"] else ""
        out(f"{row['dossier'] or row['copy']}  {row['document']}  {row['level'] or '–'}  {lapses}  {mark}".rstrip())
        if row["error"]:
            out(f"    {row['error']['code']}: {row['error']['message']}")
    if once:
        out(words(f"Đã gia hạn {renewed} tệp.", f"{renewed} files renewed."))
    if not rows:
        out(words("Chưa có tệp đã ký nào.", "No signed files yet."))
