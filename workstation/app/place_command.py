"""``workstation place``: which administrative unit a text means, old and present."""

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

import typer

from workstation.app.console import JsonOption, leave, options, out, report, words
from workstation.domain.errors import WorkstationError
from workstation.domain.fields import nfc
from workstation.domain.place import How, placed_out
from workstation.usecases.placing import PlaceView, view_of


def place(
    text: Annotated[str, typer.Argument(help="A place or an agency as the paper has it.")],
    on: Annotated[
        str, typer.Option("--date", help="Day of the paper, as 2019-03-14: until 2025-06-30 only old names count.")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Looks a place up in the dated table of units. 0: it is one; 1: it may be several, or none is known."""
    from workstation.rules.places import load_places

    view = view_of(load_places(), (), "organ_name", nfc(text), _day(on))
    names = load_places().names_for(view.text)
    report(_json(view, names), as_json, lambda: _lines(view))
    leave(0 if view.placed.how is How.EXACT else 1)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise WorkstationError("U01", detail="--date: 2019-03-14") from None


def _json(view: PlaceView, names: tuple[str, ...]) -> dict[str, Any]:
    from ui.placewords import HOW

    return placed_out(view.placed) | {
        "message": words(*HOW[view.placed.how]),
        "now_name": view.now or None,
        "since": view.since.isoformat() if view.since else None,
        "old_name": view.was or None,
        "candidates": [
            {"code": c.code, "name": c.name, "old": asdict(c.old) if c.old else None, "was": c.was or None, "why": c.why.value}
            for c in view.candidates
        ],
        "receiver": asdict(view.receiver) | {"since": view.receiver.since.isoformat()} if view.receiver else None,
        "names": list(names),
    }


def _lines(view: PlaceView) -> None:
    from ui.placewords import HOW, WHY, took_over

    out(f"{view.text}: {words(*HOW[view.placed.how])}")
    if view.was:
        out(f"  {words('cũ', 'old')}: {view.was}")
    if view.now:
        since = f" ({words('từ', 'since')} {view.since:%d/%m/%Y})" if view.since else ""
        out(f"  {words('nay', 'now')}: {view.now}  {view.placed.now}{since}")
    for c in view.candidates:
        was = f" ← {c.was}" if c.was and c.was != view.was else ""
        out(f"  ? {c.name}  {c.code}{was}  ({words(*WHY[c.why])})")
    if view.receiver is not None:
        vi, en = took_over(view.receiver)
        out(f"  {en if options.lang == 'en' else vi}")
    out(f"  {words('bảng đơn vị đến ngày', 'table of units as of')} {view.placed.table:%d/%m/%Y}")
