"""``workstation sign`` and ``workstation verify``."""

import os
from concurrent.futures import Future
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from workstation.app.console import JsonOption, exit_of, home_path, leave, options, out, report, say, usable_folder
from workstation.domain.errors import WorkstationError
from workstation.domain.signature import FileVerdict, Verdict


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
    codes = [row["error"]["code"] for row in rows if row["status"] == "failed"]
    leave(exit_of(codes, done=len(codes) < len(rows)))


def verify(
    files: Annotated[list[Path], typer.Argument(help="PDF files.")],
    trust: Annotated[list[Path] | None, typer.Option(help="Root certificates (PEM) to trust besides the home folder's.")] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Asks no revocation service.")] = False,
    report_to: Annotated[Path | None, typer.Option("--report", help="PDF to write the report on FILE to.")] = None,
    as_json: JsonOption = False,
) -> None:
    """A verdict for each file and each signature. 0: all green; 1: not all."""
    from signing.verify import verify_file
    from workstation.app.compose import Home
    from workstation.app.paper_lane import page_lane, page_workers
    from workstation.app.shapes import verdict_json
    from workstation.usecases.office import VERIFY_SECONDS

    _check_report(files, report_to)
    store = Home(home_path()).trust_store(tuple(p.resolve() for p in trust or ()))
    judge = partial(verify_file, trust=store, offline=offline)
    lane = page_lane(min(len(files), page_workers(0)))  # hostile files are opened in a worker, never in this process
    try:
        asked = [(path, lane.submit(judge, path, timeout=VERIFY_SECONDS) if _readable(path) else None) for path in files]
        verdicts = [(path, _verdict(path, answer)) for path, answer in asked]
    finally:
        lane.close()

    if report_to is not None:
        _write_report(report_to, *verdicts[0], offline=offline)

    def human() -> None:
        for path, verdict in verdicts:
            out(f"{'✓' if verdict.green else '✗'} {path}: {verdict.verdict.value}")
            for s in verdict.signatures:
                out(f"    {s.signer} · {s.signing_time} · {s.indication} {s.subindication or ''}".rstrip())
                out(f"        {s.mechanism or '–'} · {s.trust_store or '–'} · {s.revocation}")
            for note in verdict.reasons:
                out(f"    {say(note)}")

    report({"files": [verdict_json(p, v, options.lang) for p, v in verdicts]}, as_json, human)
    leave(_code([v for _, v in verdicts]))


def _check_report(files: list[Path], target: Path | None) -> None:
    """One file has one report, which overwrites none of what is verified. U01 before anything is done."""
    if target is None:
        return
    if len(files) != 1:
        raise WorkstationError("U01", detail="--report: FILE")
    if target.resolve() == files[0].resolve():
        raise WorkstationError("U01", detail="--report")
    usable_folder(target.parent, "--report")


def _write_report(target: Path, path: Path, verdict: FileVerdict, *, offline: bool) -> None:
    from signing.paper import write
    from workstation.app.verdict_paper import verdict_paper

    made = datetime.now(UTC).replace(microsecond=0)
    paper = verdict_paper(path.name, verdict, made=made, by=f"Trạm số hóa {version('tram-so-hoa')}", offline=offline)
    write(paper, target)


def _readable(path: Path) -> bool:
    return path.is_file() and os.access(path, os.R_OK)


def _verdict(path: Path, answer: "Future[FileVerdict] | None") -> FileVerdict:
    """A file that is not there, kills its worker or takes too long is unreadable, with the reason."""
    try:
        if answer is None:
            raise WorkstationError("F07", file=path.name)
        return answer.result()
    except WorkstationError as e:
        return FileVerdict(Verdict.UNREADABLE, False, (e.note,), ())


def _code(verdicts: list[FileVerdict]) -> int:
    unreadable = [v for v in verdicts if v.verdict is Verdict.UNREADABLE]
    worst = exit_of((note.code for v in unreadable for note in v.reasons), done=False)
    if worst > 2:
        return worst
    if verdicts and len(unreadable) == len(verdicts):
        return 2
    return 0 if all(v.green for v in verdicts) else 1
