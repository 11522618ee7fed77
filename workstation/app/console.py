"""What every command shares: the options given anywhere on the line, words in two languages, exit codes, folders to write to."""

import errno
import json
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from ui.messages import Lang, sentence
from workstation.domain.durable import DISK_FULL
from workstation.domain.errors import ERRORS, ErrorNote, Exit, WorkstationError

JsonOption = Annotated[bool, typer.Option("--json", help="One JSON document on stdout and nothing else.")]
Files = Annotated[list[Path], typer.Argument(help="Images, TIFF, PDF or folders.")]
MOST_DAYS = 36_500
"""A century: no certificate of today lasts longer, and a calendar ends somewhere."""
Jobs = Annotated[int, typer.Option("--jobs", min=0, help="Page workers (0: one a core).")]
ANYWHERE = "Before or after every command: --home DIR (data folder) · --lang vi|en · --debug (adds the stack trace to an error)."


@dataclass(slots=True)
class Options:
    """Given before or after the command."""

    home: str = ""
    lang: Lang = "vi"
    debug: bool = False


options = Options()


def lift(arguments: Iterable[str]) -> list[str]:
    """Takes ``--home``, ``--lang`` and ``--debug`` out of the line, wherever they stand before ``--``; gives the rest.

    The language counts for every sentence from here on, also for the one that says that the line is wrong (U01).
    """
    rest: list[str] = []
    given: dict[str, str] = {}
    waiting = iter(arguments)
    for argument in waiting:
        name, equals, value = argument.partition("=")
        if argument == "--":
            rest += [argument, *waiting]
        elif argument == "--debug":
            options.debug = True
        elif name in ("--home", "--lang"):
            given[name] = value if equals else next(waiting, "")
        else:
            rest.append(argument)
    language = given.get("--lang", "vi")
    options.lang = "en" if language == "en" else "vi"
    options.home = given.get("--home", "")
    if language not in ("vi", "en"):
        raise WorkstationError("U01", detail="--lang: vi | en")
    if "--home" in given and (not options.home or options.home.startswith("--")):
        raise WorkstationError("U01", detail=words("--home: thiếu thư mục", "--home: which folder?"))
    return rest


def words(vi: str, en: str) -> str:
    return en if options.lang == "en" else vi


def out(text: str) -> None:
    sys.stdout.write(text + "\n")


def tell(text: str) -> None:
    """Progress: on stderr, and only on a terminal."""
    if sys.stderr.isatty():
        sys.stderr.write(f"· {text}\n")


def report(data: Any, as_json: bool, human: Callable[[], None]) -> None:
    if as_json:
        out(json.dumps(data, ensure_ascii=False))
    else:
        human()


def say(note: ErrorNote) -> str:
    return f"{note.code}: {sentence(note, options.lang)}"


def exit_of(codes: Iterable[str], *, done: bool) -> int:
    """Exit code of a batch whose items failed with ``codes``: a bug before an outside part before bad input before a person.

    ``done``: some items went well. Then bad input is left for a person; what is missing outside is still said.
    """
    exits = {ERRORS[code].exit for code in codes}
    if done and Exit.BAD_INPUT in exits:
        exits = exits - {Exit.BAD_INPUT} | {Exit.PERSON}
    worst = (Exit.BUG, Exit.OUTSIDE, Exit.BAD_INPUT, Exit.PERSON)
    return next((e.value for e in worst if e in exits), 0)


def leave(code: int) -> None:
    """Ends the command unless all is done."""
    if code:
        raise typer.Exit(code)


# --- folders


def home_path() -> Path:
    """``--home``, else the default; U01 if it is something else than a folder. Nothing is made."""
    from workstation.app.compose import default_home

    try:
        path = (Path(options.home) if options.home else default_home()).expanduser().resolve()
        if path.exists() and not path.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, "not a folder")
    except (OSError, RuntimeError) as e:  # RuntimeError: no such user in ~user, or a loop of links
        raise unusable("--home") from e
    return path


def home_folder() -> Path:
    """The data folder, made if it isn't there, and writable; U01 naming ``--home``."""
    return usable_folder(home_path(), "--home")


def usable_folder(path: Path, option: str) -> Path:
    """Makes the folder and tries to write into it, so that nothing is begun that can't end. U01 naming ``option``; M01."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            pass
    except OSError as e:
        raise WorkstationError("M01") if e.errno in DISK_FULL else unusable(option) from e
    return path


def unusable(option: str) -> WorkstationError:
    detail = words("không dùng được thư mục này", "this folder can't be used")
    return WorkstationError("U01", detail=f"{option}: {detail}")


# --- what the operating system says

_FILE = frozenset(
    {
        errno.ENOENT,
        errno.EACCES,
        errno.EPERM,
        errno.ENOTDIR,
        errno.EISDIR,
        errno.EEXIST,
        errno.EROFS,
        errno.ENAMETOOLONG,
        errno.ELOOP,
    }
)


def from_system(error: OSError) -> WorkstationError:
    """M01: disk full; F07: the file or folder can't be used as it is; anything else is our own bug."""
    if error.errno in DISK_FULL:
        return WorkstationError("M01")
    if error.errno in _FILE:
        return WorkstationError("F07", file=Path(str(error.filename or "")).name)
    return WorkstationError("B01", step=type(error).__name__)
