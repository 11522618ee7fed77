"""The command line: the same arrows as the screen. Errors are ``CODE: sentence``; a stack trace only with ``--debug``.

Exit codes: 0 done · 1 done with items that need a person · 2 bad use or input · 3 an outside part is missing · 4 our own bug.
"""

import contextlib
import io
import json
import sys
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from ui.messages import Lang, sentence
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.signature import FileVerdict, Verdict

app = typer.Typer(add_completion=False, no_args_is_help=False, rich_markup_mode=None)
ward_app = typer.Typer(no_args_is_help=True, help="The reference ward server.")
audit_app = typer.Typer(no_args_is_help=True, help="The audit log.")
app.add_typer(ward_app, name="ward")
app.add_typer(audit_app, name="audit")

HomeOption = Annotated[Path | None, typer.Option("--home", help="Data folder (default: WORKSTATION_HOME, else the platform's).")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON document on stdout and nothing else.")]
Files = Annotated[list[Path], typer.Argument(help="Images, TIFF, PDF or folders.")]
Jobs = Annotated[int, typer.Option("--jobs", min=0, help="Page workers (0: one a core).")]


@dataclass(slots=True)
class Options:
    """Given before the command; ``--home`` is taken there and after it."""

    home: Path | None = None
    lang: Lang = "vi"
    debug: bool = False


options = Options()


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    home: HomeOption = None,
    lang: Annotated[str, typer.Option("--lang", help="vi or en")] = "vi",
    debug: Annotated[bool, typer.Option("--debug", help="Adds the stack trace to an error.")] = False,
    version: Annotated[bool, typer.Option("--version", help="Prints the version.")] = False,
) -> None:
    """Trạm số hóa: scan, read, check, sign and deliver paper dossiers."""
    options.home, options.lang, options.debug = home, "en" if lang == "en" else "vi", debug
    if version:
        from importlib.metadata import version as installed

        out(installed("tram-so-hoa"))
        raise typer.Exit
    if context.invoked_subcommand is None:
        gui()


def home_of(home: Path | None) -> Path:
    from workstation.app.compose import default_home

    return (home or options.home or default_home()).expanduser().resolve()


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


@app.command()
def gui(
    home: HomeOption = None,
    screenshots: Annotated[Path | None, typer.Option("--screenshots", help="Writes a picture of each screen and ends.")] = None,
) -> None:
    """Opens the desktop."""
    from workstation.app.desktop import open_desktop

    raise typer.Exit(open_desktop(home_of(home), screenshots))


@app.command()
def demo(
    home: HomeOption = None,
    headless: Annotated[bool, typer.Option("--headless", help="Doesn't open the desktop afterwards.")] = False,
    practice: Annotated[bool, typer.Option("--practice", help="Leaves work on every desk as well.")] = False,
    as_json: JsonOption = False,
) -> None:
    """The main job on the sample dossiers: from page images to verified receipts."""
    from workstation.app import demo as story
    from workstation.app import training
    from workstation.app.compose import open_workstation
    from workstation.app.desktop import open_desktop
    from workstation.app.lock import desk_lock

    folder = home_of(home)
    folder.mkdir(parents=True, exist_ok=True)
    settings = training.prepare(folder)
    with (
        desk_lock(folder),
        training.practice_ward(folder, settings) as url,
        open_workstation(folder, url) as ws,
    ):
        told = story.run(ws, tell)
        if practice:
            story.leave_work(ws, tell)
    report(told, as_json, lambda: _demo_table(told))
    done = all(d["state"] == "received" and all(x["green"] for x in d["documents"]) for d in told["dossiers"])
    if not done:
        raise typer.Exit(1)
    if not headless and not as_json:
        raise typer.Exit(open_desktop(folder, None))


def _demo_table(told: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title="Trạm số hóa – từ ảnh trang giấy đến biên nhận", title_justify="left")
    for head in ("Hồ sơ", "Văn bản", "Số, ký hiệu", "Trang", "Chữ ký", "Biên nhận"):
        table.add_column(head)
    for dossier in told["dossiers"]:
        for i, d in enumerate(dossier["documents"]):
            value = {name: f["value"] for name, f in d["fields"].items()}
            number = "/".join(x for x in (value.get("number"), value.get("notation")) if x)
            receipt = (dossier["receipt_id"] or dossier["state"]) if i == 0 else ""
            mark = "✓ hợp lệ" if d["green"] else "✗"
            table.add_row(dossier["code"] if i == 0 else "", value.get("type_name", ""), number, str(d["pages"]), mark, receipt)
    console = Console()
    console.print(table)
    steps = " · ".join(f"{name} {s:.1f} s" for name, s in told["seconds"].items())
    console.print(f"Thời gian: {steps}", highlight=False)
    where = Path(told["home"])
    lines = [
        f"Dữ liệu:      {where}",
        f"Tệp đã ký:    {where / 'exports'}",
        f"Máy chủ phường: {where / 'ward'}",
        f"Kiểm tra lại: workstation verify --home {where} {where / 'exports'}/*/*.pdf",
    ]
    for line in lines:
        out(line)


@app.command()
def read(files: Files, jobs: Jobs = 0, profile: str = "general", as_json: JsonOption = False) -> None:
    """Text and fields of files."""
    from workstation.app.digitizing import run_read

    results, data = run_read([p.resolve() for p in files], jobs, profile, options.lang, tell)

    def human() -> None:
        for file in results:
            out(f"== {file.name}")
            for note in file.errors:
                out(say(note))
            for page in file.pages:
                out(page.result.text.text if page.result else "")

    report(data, as_json, human)
    _exit_for(results)


@app.command()
def digitize(
    files: Files,
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder for the results.")],
    profile: Annotated[str, typer.Option(help="archive, one-stop or general")] = "archive",
    code: Annotated[str, typer.Option(help="Dossier code: everything goes into this one dossier.")] = "",
    split: Annotated[bool, typer.Option("--split/--no-split", help="Split scans into documents.")] = True,
    jobs: Jobs = 0,
    as_json: JsonOption = False,
) -> None:
    """Images, TIFF, PDF or folders into searchable PDF/A-2b and dossier.json."""
    from workstation.app.digitizing import run_digitize

    results, data = run_digitize([p.resolve() for p in files], output, profile, code, split, jobs, options.lang, tell)

    def human() -> None:
        for file in results:
            for note in file.errors:
                out(say(note))
            for path, pdf in filter(None, file.published):
                out(f"{path}  {pdf.pages} trang  {pdf.bytes} byte  {pdf.conformance}")

    report(data, as_json, human)
    _exit_for(results)


def _exit_for(results: list[Any]) -> None:
    """2 if nothing at all could be read, 1 if a part could not, else 0; an outside part missing (O01) is 3."""
    codes = [note for file in results for note in file.errors]
    if any(note.error().spec.exit.value == 3 for note in codes):
        raise typer.Exit(3)
    if codes and not any(page.result for file in results for page in file.pages):
        raise typer.Exit(2)
    if codes:
        raise typer.Exit(1)


@app.command()
def sign(
    files: Annotated[list[Path], typer.Argument(help="PDF files.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder for the signed files.")],
    token: Annotated[Path | None, typer.Option(help="PKCS#11 library of the token.")] = None,
    key_id: Annotated[str, typer.Option(help="CKA_ID of key and certificate, hexadecimal.")] = "",
    p12: Annotated[Path | None, typer.Option(help="PKCS#12 file.")] = None,
    level: Annotated[str, typer.Option(help="B (T, LT and LTA come later).")] = "B",
    preset: Annotated[str, typer.Option(help="Stamp preset.")] = "S5",
    pin_env: Annotated[str, typer.Option(help="Environment variable with the PIN; else it is asked for.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Signs each file, one PIN for all. Run again it goes on where it stopped and signs nothing twice."""
    from workstation.app.signing_batch import run_sign

    rows = run_sign(files, output, token, key_id, p12, level, preset, pin_env, options.lang)

    def human() -> None:
        for row in rows:
            error = row["error"]
            out(f"{row['status']}: {row['out'] or row['file']}" + (f" – {error['code']}: {error['message']}" if error else ""))

    report({"files": rows}, as_json, human)
    if any(row["status"] == "failed" for row in rows):
        raise typer.Exit(1)


@app.command()
def verify(
    files: Annotated[list[Path], typer.Argument(help="PDF files.")],
    trust: Annotated[list[Path] | None, typer.Option(help="Root certificates (PEM) to trust besides the home folder's.")] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Asks no revocation service.")] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """A verdict for each file and each signature. 0: all green; 1: not all."""
    from signing.verify import verify_file
    from workstation.app.compose import Home, page_lane, page_workers
    from workstation.app.shapes import verdict_json
    from workstation.usecases.office import PAGE_SECONDS

    store = Home(home_of(home)).trust_store(tuple(p.resolve() for p in trust or ()))
    judge = partial(verify_file, trust=store, offline=offline)
    lane = page_lane(min(len(files), page_workers(0)))  # hostile files are opened in a worker, never in this process
    try:
        asked = [(path, lane.submit(judge, path, timeout=PAGE_SECONDS)) for path in files]
        verdicts = [(path, _verdict(answer)) for path, answer in asked]
    finally:
        lane.close()

    def human() -> None:
        for path, verdict in verdicts:
            out(f"{'✓' if verdict.green else '✗'} {path}: {verdict.verdict.value}")
            for s in verdict.signatures:
                out(f"    {s.signer} · {s.signing_time} · {s.indication} {s.subindication or ''}".rstrip())
            for note in verdict.reasons:
                out(f"    {say(note)}")

    report({"files": [verdict_json(p, v, options.lang) for p, v in verdicts]}, as_json, human)
    if all(v.verdict is Verdict.UNREADABLE for _, v in verdicts):
        raise typer.Exit(2)
    if not all(v.green for _, v in verdicts):
        raise typer.Exit(1)


def _verdict(answer: "Future[FileVerdict]") -> FileVerdict:
    """A file that kills its worker or takes too long is unreadable, with the reason."""
    try:
        return answer.result()
    except WorkstationError as e:
        return FileVerdict(Verdict.UNREADABLE, False, (e.note,), ())


@app.command()
def send(
    home: HomeOption = None,
    watch: Annotated[bool, typer.Option("--watch/--once", help="Keep sending until stopped; once: what is due now.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Drains the outbox."""
    import time

    from workstation.app.compose import open_workstation
    from workstation.app.shapes import item_json

    with open_workstation(home_of(home)) as ws:
        sent: dict[str, Any] = {}
        while True:
            for result in ws.sender.send_due(lambda: False):
                sent[result.item.id] = item_json(result.item, options.lang)
            if not watch:
                break
            time.sleep(ws.settings.machine.send_every_seconds)
    rows = list(sent.values())
    report({"items": rows}, as_json, lambda: _outbox_lines(rows))
    if any(row["state"] != "received" for row in rows):
        raise typer.Exit(1)


@app.command()
def outbox(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Shows the outbox."""
    from workstation.app.compose import open_workstation
    from workstation.app.shapes import item_json

    with open_workstation(home_of(home)) as ws, ws.office.uow() as uow:
        rows = [item_json(i, options.lang) for i in uow.outbox.list()]
    report({"items": rows}, as_json, lambda: _outbox_lines(rows))


def _outbox_lines(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        error = row["error"]
        why = f"  {error['code']}: {error['message']}" if error else ""
        out(f"{row['dossier']}  {row['state']}  {row['receipt_id'] or ''}{why}")


@ward_app.command()
def serve(
    data: Annotated[Path, typer.Option(help="Folder of the server's files.")],
    port: Annotated[int, typer.Option(min=0, max=65535)],
    host: Annotated[str, typer.Option()] = "127.0.0.1",
    database: Annotated[str | None, typer.Option(help="SQLAlchemy address; default: SQLite in the data folder.")] = None,
) -> None:
    """Runs the reference ward server until it is stopped."""
    from sync.ward.serve import serve as run

    run(data, host, port, database)


@app.command()
def doctor(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Checks this machine: what works, what doesn't, what to do."""
    from workstation.app import doctor as checks
    from workstation.app.compose import doctor_inputs

    inputs = doctor_inputs(home_of(home))
    found = checks.run_checks(inputs)
    report(checks.as_json(found, inputs, options.lang), as_json, lambda: out(checks.as_text(found, options.lang)))
    if code := checks.exit_code(found):
        raise typer.Exit(code)


@audit_app.command("verify")
def audit_verify(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Checks the hash chain of the audit log."""
    from workstation.app.compose import open_workstation

    with open_workstation(home_of(home)) as ws, ws.office.uow() as uow:
        broken, count = uow.audit.verify(), len(uow.audit.events())
    text = f"{count} dòng, chuỗi băm nguyên vẹn" if broken is None else f"chuỗi băm đứt ở dòng {broken}"
    report({"events": count, "broken_at": broken}, as_json, lambda: out(text))
    if broken is not None:
        raise typer.Exit(1)


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
        sys.exit(_run())


def _run() -> int:
    try:
        result = app(standalone_mode=False)
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
    except BrokenPipeError:
        return 0
    except Exception as e:  # noqa: BLE001 - the last border: a bug becomes a bug report, never a stack trace for a clerk
        return _failed(WorkstationError("B01", step=type(e).__name__), e)


def _usage(error: typer.TyperException) -> str:
    """Which option or argument is wrong, without quoting what was given for it."""
    wrong = getattr(error, "param", None)
    return str(getattr(error, "option_name", "") or getattr(wrong, "name", "") or type(error).__name__)


def _failed(error: WorkstationError, cause: BaseException | None) -> int:
    sys.stderr.write(say(error.note) + "\n")
    if options.debug and cause is not None:
        sys.stderr.write("".join(traceback.format_exception(cause)))
    return error.spec.exit.value
