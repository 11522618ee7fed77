"""``workstation search``: documents by any word of their text or their fields."""

import sys
import time
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workstation.app.console import JsonOption, home_folder, out, report, tell, words
from workstation.domain.dossier import DocumentState
from workstation.domain.errors import WorkstationError
from workstation.domain.searchquery import Filters
from workstation.domain.snippet import Pieces

if TYPE_CHECKING:
    from workstation.usecases.search import Hit, Hits

CATCH_UP_SECONDS = 20.0
"""For what has changed since somebody last searched; what is left then is counted in the answer."""
PATIENCE_SECONDS = 10.0


def search(
    query: Annotated[
        str, typer.Argument(help='Words; "words in quotation marks" stand together. "-": from stdin, where others don\'t see it.')
    ] = "",
    type_code: Annotated[str, typer.Option("--type", help="Code of the type of document, as QĐ.")] = "",
    first: Annotated[str, typer.Option("--from", help="Issued on this day or later.")] = "",
    last: Annotated[str, typer.Option("--to", help="Issued on this day or earlier.")] = "",
    organ: Annotated[str, typer.Option(help="Words of the issuing agency or its place.")] = "",
    dossier: Annotated[str, typer.Option(help="Code of the dossier.")] = "",
    state: Annotated[str, typer.Option(help="State of the document, as signed.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=500, help="So many at most.")] = 50,
    offset: Annotated[int, typer.Option(min=0, help="After so many.")] = 0,
    user: Annotated[int, typer.Option(min=0, help="Who asks: place in the settings' list of users, from 1.")] = 0,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Throws the search index away first and makes it anew.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Finds documents by their text and fields, with or without diacritics; the best first."""
    from workstation.app.compose import open_workstation

    typed = sys.stdin.readline() if query == "-" else query
    if state and state not in {known.value for known in DocumentState}:
        raise WorkstationError("T01", reason="state")
    filters = Filters(type_code, _day(first, "--from"), _day(last, "--to"), organ, dossier, (state,) if state else ())
    with open_workstation(home_folder()) as ws:
        if type_code and type_code not in dict(ws.desk.document_types()):
            raise WorkstationError("T01", reason="type")
        users = ws.settings.users
        if user > len(users):
            raise WorkstationError("U01", detail="--user")
        if rebuild:
            tell(words("Đang lập lại chỉ mục", "Making the index anew"))
            ws.searcher.rebuild()
            if not typed.strip() and not filters.any:
                return
        until = time.monotonic() + CATCH_UP_SECONDS
        ws.searcher.round(lambda: time.monotonic() > until)
        role = users[max(0, user - 1)].role
        hits = ws.searcher.find(typed, role, filters, limit, offset, patience=PATIENCE_SECONDS)
    report(_json(hits), as_json, lambda: _lines(hits))


def _day(typed: str, option: str) -> date | None:
    from ui.dates import parse

    day = parse(typed) if typed else None
    if typed and day is None:
        raise WorkstationError("U01", detail=f"{option}: {words('ngày không hợp lệ', 'not a date')}")
    return day


def _json(hits: "Hits") -> dict[str, Any]:
    return {
        "hits": [_hit(hit) for hit in hits.rows],
        "more": hits.more,
        "searched_all": hits.searched_all,
        "waiting": hits.waiting,
    }


def _hit(hit: "Hit") -> dict[str, Any]:
    return {
        "document": hit.document_id,
        "dossier": hit.code,
        "dossier_title": hit.dossier_title,
        "title": _text(hit.title),
        "state": hit.state.value,
        "organ_name": hit.organ,
        "issued_date": hit.issued,
        "passage": _text(hit.passage),
        "lit": list(dict.fromkeys(text for text, lit in (*hit.title, *hit.passage) if lit)),
        "by_name": hit.by_name,
    }


def _text(pieces: Pieces) -> str:
    return "".join(text for text, _ in pieces)


def _lines(hits: "Hits") -> None:
    from ui.messages import DOCUMENT_STATES

    for hit in hits.rows:
        out(f"{hit.code}  {_text(hit.title)}  [{words(*DOCUMENT_STATES[hit.state])}]")
        if hit.passage:
            out(f"    {_text(hit.passage)}")
        if hit.by_name:
            out("    " + words(f"thấy theo tên khác: {hit.by_name}", f"found by another name: {hit.by_name}"))
    if not hits.rows:
        out(words("Không thấy. Thử bỏ dấu hoặc tên phường cũ.", "Nothing found. Try without diacritics, or the ward's old name."))
    if hits.more:
        out(words("… còn nữa: --offset", "… there are more: --offset"))
    if not hits.searched_all:
        out(words("Chưa tìm hết các văn bản cũ.", "The oldest documents were not looked through."))
    if hits.waiting:
        waiting = hits.waiting
        out(words(f"{waiting} văn bản còn chờ vào chỉ mục.", f"{waiting} documents still wait for the index."))
