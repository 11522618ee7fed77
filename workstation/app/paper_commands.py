"""``workstation read`` and ``workstation digitize``."""

import os
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Annotated

import typer

from workstation.app.console import Files, Jobs, JsonOption, exit_of, leave, options, out, report, say, tell, words
from workstation.domain.errors import WorkstationError
from workstation.domain.pagejobs import PdfForm
from workstation.usecases.digitize import ReadFile


def read(files: Files, jobs: Jobs = 0, profile: str = "general", as_json: JsonOption = False) -> None:
    """Text and fields of files."""
    from workstation.app.digitizing import run_read

    results, data = run_read(_real(files), jobs, profile, options.lang, tell)

    def human() -> None:
        for file in results:
            out(f"== {file.name}")
            for note in file.errors:
                out(say(note))
            for page in file.pages:
                out(page.result.text.text if page.result else "")

    report(data, as_json, human)
    leave(_code(results))


def digitize(
    files: Files,
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder for the results.")],
    profile: Annotated[str, typer.Option(help="archive, one-stop or general")] = "archive",
    code: Annotated[str, typer.Option(help="Dossier code: everything goes into this one dossier.")] = "",
    split: Annotated[bool, typer.Option("--split/--no-split", help="Split scans into documents.")] = True,
    form: Annotated[PdfForm, typer.Option(help="archive: the scan's own bytes. compact: small, for access and upload.")] = (
        PdfForm.ARCHIVE
    ),
    jobs: Jobs = 0,
    as_json: JsonOption = False,
) -> None:
    """Images, TIFF, PDF or folders into searchable PDF/A-2b and dossier.json."""
    from workstation.app.digitizing import run_digitize

    if code and not is_one_name(code):
        raise WorkstationError("U01", detail="--code: " + words("chỉ một tên, không có đường dẫn", "one name, not a path"))
    results, data = run_digitize(_real(files), output, profile, code, split, form, jobs, options.lang, as_json, tell)

    def human() -> None:
        for file in results:
            for note in file.errors:
                out(say(note))
            for path, pdf in filter(None, file.published):
                pages, size = words("trang", "pages" if pdf.pages != 1 else "page"), words("byte", "bytes")
                out(f"{path}  {pdf.pages} {pages}  {pdf.bytes} {size}  {pdf.conformance}")

    report(data, as_json, human)
    leave(_code(results))


def _real(files: list[Path]) -> list[Path]:
    """Without links; one that leads to itself stays, and is an input that can't be opened."""
    return [Path(os.path.realpath(path)) for path in files]


def is_one_name(text: str) -> bool:
    """A single component of a path, on every system: what it names lies in the output folder and nowhere else."""
    here = PurePosixPath(text).name == text == PureWindowsPath(text).name
    return here and text != ".." and text.isprintable()


def _code(results: list[ReadFile]) -> int:
    codes = [note.code for file in results for note in file.errors]
    return exit_of(codes, done=any(page.result for file in results for page in file.pages))
