"""The command line: the same arrows as the screen. Errors are ``CODE: sentence``; a stack trace only with ``--debug``.

Exit codes: 0 done · 1 done with items that need a person · 2 bad use or input · 3 an outside part is missing · 4 our own bug.
"""

import contextlib
import difflib
import io
import os
import re
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from workstation.app import archive_command as archive
from workstation.app import backup_commands as backups
from workstation.app import certify_commands as certifying
from workstation.app import copy_commands as copying
from workstation.app import edxml_command as edxml
from workstation.app import export_command as export
from workstation.app import held_commands as held
from workstation.app import meeting_commands as meeting
from workstation.app import office_commands as office
from workstation.app import paper_commands as paper
from workstation.app import place_command as places
from workstation.app import reconcile_command as reconciling
from workstation.app import reuse_command as reuse
from workstation.app import search_command as searching
from workstation.app import secret_commands as secrets
from workstation.app import sheet_commands as sheets
from workstation.app import signer_commands as signers
from workstation.app import signing_commands as signing
from workstation.app import trust_commands as trust
from workstation.app import ward_commands as ward
from workstation.app.console import ANYWHERE, from_system, leave, lift, options, out, say, words
from workstation.domain.errors import WorkstationError

_PLAIN = re.compile(r"-{0,2}[A-Za-z][A-Za-z0-9-]{0,23}")


class Group(TyperGroup):
    """Names the command that it doesn't know."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args and self.get_command(ctx, args[0]) is None:
            near = difflib.get_close_matches(args[0], self.commands, 1)
            detail = words("không có lệnh", "no command") + _shown(args[0])
            raise WorkstationError("U01", detail=detail + (f" → {near[0]}?" if near else ""))
        return super().resolve_command(ctx, args)


def _group(what: str) -> typer.Typer:
    return typer.Typer(cls=Group, invoke_without_command=True, help=what, epilog=ANYWHERE)


def root(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Prints the version.")] = False,
) -> None:
    """Trạm số hóa: scan, read, check, sign and deliver paper dossiers."""
    if version:
        from importlib.metadata import version as installed

        out(installed("tram-so-hoa"))
        raise typer.Exit
    if context.invoked_subcommand is None:
        office.gui()


def _program(commands: Iterable[Callable[..., None]]) -> typer.Typer:
    made = typer.Typer(cls=Group, add_completion=False, rich_markup_mode=None, invoke_without_command=True, epilog=ANYWHERE)
    made.callback()(root)
    for command in commands:
        made.command(epilog=ANYWHERE)(command)
    return made


ward_app = _group("The ward server; and on a station, which of its keys are trusted.")
stations_app = _group("Stations that may send to this ward server.")
staff_app = _group("People who may see this ward server's pages.")
keys_app = _group("The keys that sign receipts.")
secret_app = _group("Passwords of this station: kept in the system's keyring, or in files that only their owner may read.")
audit_app = _group("The audit log.")
signers_app = _group("Who may sign on behalf of whom.")
held_app = _group("Pages that were stopped for a mark of a state secret.")
meeting_app = _group("Leaves the line to a meeting for a while.")
trust_app = _group("The roots that signatures are checked against.")
COMMANDS: tuple[Callable[..., None], ...] = (
    office.gui,
    office.demo,
    paper.read,
    paper.digitize,
    signing.sign,
    signing.lift,
    signing.verify,
    copying.copy,
    certifying.certify,
    copying.copies,
    reuse.reuse,
    places.place,
    export.export,
    sheets.separators,
    sheets.slip,
    edxml.edxml,
    office.send,
    office.outbox,
    searching.search,
    reconciling.reconcile,
    backups.backup,
    backups.restore,
    backups.compact,
    archive.archive,
    office.doctor,
)
app = _program(COMMANDS)
command: Callable[..., None]
ward_app.command(epilog=ANYWHERE)(ward.serve)
ward_app.command(epilog=ANYWHERE)(ward.pin)
for name, command in (("add", ward.stations_add), ("list", ward.stations_list), ("end", ward.stations_end)):
    stations_app.command(name, epilog=ANYWHERE)(command)
for name, command in (("add", ward.staff_add), ("list", ward.staff_list), ("end", ward.staff_end)):
    staff_app.command(name, epilog=ANYWHERE)(command)
for name, command in (("list", ward.keys_list), ("rotate", ward.keys_rotate)):
    keys_app.command(name, epilog=ANYWHERE)(command)
for name, group in (("stations", stations_app), ("staff", staff_app), ("keys", keys_app)):
    ward_app.add_typer(group, name=name)
audit_app.command("verify", epilog=ANYWHERE)(office.audit_verify)
for name, command in (("list", trust.show), ("add", trust.add), ("remove", trust.remove)):
    trust_app.command(name, epilog=ANYWHERE)(command)
for name, command in (("list", secrets.show), ("set", secrets.put), ("remove", secrets.remove)):
    secret_app.command(name, epilog=ANYWHERE)(command)
for name, command in (("list", held.show), ("read-on", held.read_on), ("erase", held.erase)):
    held_app.command(name, epilog=ANYWHERE)(command)
for name, command in (("on", meeting.on), ("off", meeting.off), ("show", meeting.show)):
    meeting_app.command(name, epilog=ANYWHERE)(command)
for name, command in (("list", signers.show), ("add", signers.add), ("end", signers.end)):
    signers_app.command(name, epilog=ANYWHERE)(command)
app.add_typer(ward_app, name="ward")
app.add_typer(trust_app, name="trust")
app.add_typer(signers_app, name="signers")
app.add_typer(secret_app, name="secret")
app.add_typer(audit_app, name="audit")
app.add_typer(held_app, name="held")
app.add_typer(meeting_app, name="meeting")


@ward_app.callback()
@secret_app.callback()
@audit_app.callback()
@trust_app.callback()
@signers_app.callback()
@meeting_app.callback()
def bare(context: typer.Context) -> None:
    """A group by itself does nothing: its help, and exit 2."""
    if context.invoked_subcommand is None:
        sys.stderr.write(context.get_help() + "\n")
        leave(2)


@contextlib.contextmanager
def _unicode() -> Iterator[None]:
    """Vietnamese on any console and in any pipe, whatever the locale."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    yield


def main() -> None:
    """Runs a command and turns whatever goes wrong into a code, a sentence and an exit code."""
    with _unicode():
        sys.exit(_written(_run()))


def _written(code: int) -> int:
    """What waits for stdout goes out here, not at the interpreter's end, where a failure would be a trace."""
    try:
        sys.stdout.flush()
    except OSError as e:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(e, BrokenPipeError):
            return _failed(from_system(e), e)
    return code


def _run() -> int:
    try:
        arguments = lift(sys.argv[1:])
        result = _asked(arguments)(arguments, prog_name="workstation", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except typer.Exit as e:
        return e.exit_code
    except typer.Abort:
        return 1
    except typer.TyperException as e:
        return _failed(WorkstationError("U01", detail=_usage(e)), None)
    except WorkstationError as e:
        return _failed(e, e)
    except KeyboardInterrupt:
        return 1
    except SystemExit as e:
        if isinstance(e.__context__, BrokenPipeError):  # Typer's end of it; a reader that has seen enough, as head, is no error
            return 0
        raise
    except OSError as e:
        return _failed(from_system(e), e)
    except Exception as e:  # noqa: BLE001 - the last border: a bug becomes a bug report, never a stack trace for a clerk
        return _failed(WorkstationError("B01", step=type(e).__name__), e)


def _asked(arguments: Sequence[str]) -> typer.Typer:
    """The program with the one command that is asked for: to take apart what each of sixty may be given costs 20 ms."""
    alone = [command for command in COMMANDS if [command.__name__] == list(arguments[:1])]
    return _program(alone) if alone else app


def _usage(error: typer.TyperException) -> str:
    """What is wrong with the line, without quoting what was given for it: a secret may have slipped into it."""
    kind = type(error).__name__
    param = getattr(error, "param", None)
    option = getattr(error, "option_name", "")
    if param is not None:
        option = param.opts[-1] if param.param_type_name == "option" else str(param.name).upper()
    if kind == "NoSuchOption":
        return words("không có tùy chọn", "no option") + _shown(option)
    if kind == "MissingParameter":
        return f"{words('thiếu', 'missing')} {option}"
    if kind == "BadOptionUsage":
        return f"{option}: {words('thiếu giá trị', 'a value is missing')}"
    if param is not None:
        return f"{option}: {words('giá trị không hợp lệ', 'not a valid value')}"
    return words("thừa tham số", "too many arguments")


def _shown(name: str) -> str:
    """A short plain word as it was typed; nothing of anything else."""
    return f" “{name}”" if _PLAIN.fullmatch(name) else words(" này", " of that name")


def _failed(error: WorkstationError, cause: BaseException | None) -> int:
    sys.stderr.write(say(error.note) + "\n")
    if options.debug and cause is not None:
        sys.stderr.write("".join(traceback.format_exception(cause)))
    return error.spec.exit.value
