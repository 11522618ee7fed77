"""``workstation edxml``: what stands in electronic documents that came from other agencies, and the files in them."""

import hashlib
import re
from collections.abc import Sequence
from itertools import chain, count
from pathlib import Path
from typing import Annotated, Any

import typer

from ui.sentences_exchange import STATUSES, WISHES
from workstation.app.console import JsonOption, exit_of, leave, options, out, report, usable_folder, words
from workstation.domain.durable import write_durably
from workstation.domain.errors import WorkstationError


def edxml(
    files: Annotated[list[Path], typer.Argument(help="edXML messages (QCVN 102:2016/BTTTT).")],
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Folder for the files in them.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Opens edXML messages that came: number, date, sender, subject; with -o their files are put into a folder a message. One
    that is hostile or broken costs itself only (G20)."""
    if output is not None:
        usable_folder(output, "-o")
    rows = [_row(path, folder) for path, folder in zip(files, _folders(files, output), strict=True)]
    report({"files": rows}, as_json, lambda: _lines(rows))
    failed = [row["error"]["code"] for row in rows if row["error"]]
    leave(exit_of(failed, done=len(failed) < len(rows)))


def _folders(files: Sequence[Path], output: Path | None) -> list[Path | None]:
    """One a message, by the file's name; two of one name must not put their files over each other's."""
    if output is None:
        return [None] * len(files)
    taken: set[str] = set()
    folders: list[Path | None] = []
    for path in files:
        names = chain([path.stem], (f"{path.stem}-{number}" for number in count(2)))
        name = next(name for name in names if name.casefold() not in taken)
        taken.add(name.casefold())
        folders.append(output / name)
    return folders


def _row(path: Path, folder: Path | None) -> dict[str, Any]:
    from workstation.app.shapes import error_json

    try:
        return {"file": str(path), "error": None, **_opened(path, folder)}
    except WorkstationError as error:
        return {"file": str(path), "error": error_json(error.note, options.lang)}


def _opened(path: Path, folder: Path | None) -> dict[str, Any]:
    from sync.adapters.edxml import StatusMessage
    from sync.adapters.edxml_read import read_message

    message = read_message(_bytes(path))
    if isinstance(message, StatusMessage):
        return {
            "kind": "status",
            "about": message.about.document_id,
            "status": message.status.value,
            "sender": {"id": message.sender.id, "name": message.sender.name},
            "description": message.description,
            "time": message.at.isoformat(),
        }
    return {
        "kind": "document",
        "document_id": message.document_id,
        "number": message.code.number,
        "notation": message.code.notation,
        "issued_date": message.issued.isoformat(),
        "type_name": message.type_name,
        "subject": message.subject,
        "sender": {"id": message.sender.id, "name": message.sender.name},
        "business": message.business.name.lower(),
        "attachments": [_attachment(number, one.name, one.data, folder) for number, one in enumerate(message.attachments, 1)],
    }


def _bytes(path: Path) -> bytes:
    """F07; G20 for one that is larger than any message, before it is read."""
    from sync.adapters.markup import LIMITS, unreadable

    try:
        if path.stat().st_size > LIMITS.bytes:
            raise unreadable("size")
        return path.read_bytes()
    except OSError as error:
        raise WorkstationError("F07", file=path.name) from error


def _attachment(number: int, name: str, data: bytes, folder: Path | None) -> dict[str, Any]:
    """``name`` is told as it came; on disk the file has one of ours."""
    path = None
    if folder is not None:
        path = usable_folder(folder, "-o") / _file_name(number, name)
        write_durably(path, data)
    return {"name": name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest(), "path": str(path) if path else None}


def _file_name(number: int, name: str) -> str:
    from workstation.usecases.send import ascii_name

    stem, dot, suffix = name.rpartition(".")
    known = bool(dot) and re.fullmatch(r"[A-Za-z0-9]{1,5}", suffix)
    return f"{number:02d}-{ascii_name(stem if known else name) or 'tep'}" + (f".{suffix.lower()}" if known else "")


def _lines(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        if row["error"]:
            out(f"✗ {row['file']}: {row['error']['code']}: {row['error']['message']}")
        elif row["kind"] == "status":
            status = f"{words('trạng thái', 'status')} {row['status']} ({words(*STATUSES[row['status']])})"
            out(f"{row['file']}: {status}  {row['about']}  {row['description']}".rstrip())
        else:
            wish = f"[{words(*WISHES[row['business']])}] " if row["business"] in WISHES else ""
            out(f"{row['file']}: {wish}{row['number']}/{row['notation']}  {row['issued_date']}  {row['sender']['name']}")
            out(f"    {row['subject']}")
            for one in row["attachments"]:
                out(f"    {one['path'] or one['name']}  {one['sha256']}")
