"""``workstation sign``, ``workstation lift`` and ``workstation verify``."""

import os
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workstation.app.console import MOST_DAYS, JsonOption, exit_of, home_path, leave, options, out, report, say, usable_folder
from workstation.domain.errors import WorkstationError
from workstation.domain.signature import FileVerdict, KeyKind, KeyRef, Verdict
from workstation.domain.signing import RevocationAccess, Secret, SigningServices

if TYPE_CHECKING:
    from workstation.app.signing_batch import KeyAccess

Level = Annotated[str, typer.Option(help="B, T, LT or LTA. What can't be reached now is left out, and said.")]
Tsa = Annotated[str, typer.Option(help="Address of the time-stamping authority; else the settings'.")]
Token = Annotated[Path | None, typer.Option(help="PKCS#11 library of the token.")]
KeyId = Annotated[str, typer.Option(help="CKA_ID of key and certificate, hexadecimal.")]
P12 = Annotated[Path | None, typer.Option(help="PKCS#12 file.")]
Remote = Annotated[str, typer.Option(help="Remote signing service, as [[remotes]] of the settings names it.")]
Windows = Annotated[bool, typer.Option("--windows", help="A certificate of Windows' store (--key-id: thumbprint).")]
PinEnv = Annotated[str, typer.Option(help="Environment variable with the PIN; else it is asked for.")]
OtpEnv = Annotated[str, typer.Option(help="Environment variable with a remote service's one-time code; else asked.")]
Trust = Annotated[list[Path] | None, typer.Option(help="Root certificates (PEM) to trust besides the home folder's.")]


def sign(
    files: Annotated[list[Path], typer.Argument(help="PDF files.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder for the signed files.")],
    token: Token = None,
    key_id: KeyId = "",
    p12: P12 = None,
    remote: Remote = "",
    windows: Windows = False,
    level: Level = "B",
    tsa: Tsa = "",
    preset: Annotated[str, typer.Option(help="Stamp: S1 to S7, N1 (number), N2 (date).")] = "S5",
    image: Annotated[Path | None, typer.Option(help="PNG with transparent background: signature (S1), seal (S2).")] = None,
    at: Annotated[str, typer.Option(help="PAGE:X0,Y0,X1,Y1 of the blank to sign in (S1, N1, N2), mm from the top left.")] = "",
    move: Annotated[str, typer.Option(help="RIGHT,DOWN in mm, as far as the preset allows.")] = "",
    number: Annotated[str, typer.Option(help="Number and symbol of the document (S3, N1).")] = "",
    copy: Annotated[str, typer.Option(help="Sao y, Sao lục, Trích sao (S4).")] = "",
    qr: Annotated[bool, typer.Option("--qr", help="QR code with the file's name, which is its code, and its hash (S7).")] = False,
    title: Annotated[str, typer.Option(help="Title as on the document, with KT., TL. or TUQ. (S1, with a ledger).")] = "",
    type_code: Annotated[str, typer.Option("--type", help="Code of the document's type, for the ledger.")] = "",
    procedure: Annotated[str, typer.Option(help="Code of the dossier's procedure, for the ledger.")] = "",
    user: Annotated[int, typer.Option(min=0, help="Who signs: place in the settings' list of users, from 1.")] = 0,
    pin_env: PinEnv = "",
    otp_env: OtpEnv = "",
    trust: Trust = None,
    as_json: JsonOption = False,
) -> None:
    """Signs each file, one PIN for all. Run again it goes on where it stopped and signs nothing twice."""
    from workstation.app.compose import Home, signing_services
    from workstation.app.signing_batch import Batch, run_sign
    from workstation.app.signing_ledger import Capacity, ledger_asked
    from workstation.app.stamp_options import stamp_wish

    wish = stamp_wish(image, at, move, number, copy)
    access = key_access(named_key(token, key_id, p12, remote, windows), pin_env, otp_env)
    services = SigningServices() if level == "B" else signing_services(Home(home_path()), tsa, _whole(trust))
    batch = Batch(tuple(files), output, access, level, preset, wish, services, qr)
    with ledger_asked(home_path(), preset, files, Capacity(title, type_code, procedure, user)) as authorize:
        rows = run_sign(batch, options.lang, authorize)
    _tell(rows, as_json)


def lift(
    files: Annotated[list[Path], typer.Argument(help="Signed PDF files.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder for the lifted files.")],
    level: Level = "LTA",
    tsa: Tsa = "",
    trust: Trust = None,
    renew: Annotated[
        int | None, typer.Option(min=0, max=MOST_DAYS, help="Also renew archive time-stamps that lapse within so many days.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Appends to signed files what they lack up to a level: time-stamp, revocation data, archive time-stamp. No key needed."""
    from workstation.app.compose import Home, signing_services
    from workstation.app.signing_batch import run_lift

    services = signing_services(Home(home_path()), tsa, _whole(trust))
    _tell(run_lift(files, output, level, services, renew, options.lang), as_json)


def _whole(paths: list[Path] | None) -> tuple[Path, ...]:
    return tuple(path.resolve() for path in paths or ())


def _tell(rows: list[dict[str, Any]], as_json: bool) -> None:
    """What became of each file. Less than the level that was asked is left for a person, as a file that failed is."""

    def human() -> None:
        for row in rows:
            reached = f" ({row['level']})" if row["level"] else ""
            out(f"{row['status']}{reached}: {row['out'] or row['file']}")
            for note in filter(None, (row["error"], *row["notes"])):
                out(f"    {note['code']}: {note['message']}")

    report({"files": rows}, as_json, human)
    failed = [row["error"]["code"] for row in rows if row["status"] == "failed"]
    lower = [note["code"] for row in rows for note in row["notes"]]
    leave(exit_of((*failed, *lower), done=len(failed) < len(rows)))


Named = tuple[KeyRef, Secret | None]


def key_access(named: Named, pin_env: str, otp_env: str) -> "KeyAccess":
    from workstation.app.signing_batch import KeyAccess

    key, account = named
    return KeyAccess(key, pin_env, otp_env, account)


def named_key(token: Path | None, key_id: str, p12: Path | None, remote: str, windows: bool) -> Named:
    """The one key that was named, with the account's secret if it is a remote service's. U01: none, several, or unknown."""
    if sum(map(bool, (token, p12, remote, windows))) != 1:
        raise WorkstationError("U01", detail="--token | --p12 | --remote | --windows")
    if windows:
        return KeyRef(KeyKind.WINDOWS, "", key_id), None
    if not remote:
        return KeyRef(KeyKind.PKCS11, str(token), key_id) if token else KeyRef(KeyKind.PKCS12, str(p12)), None
    from workstation.app.compose import Home, remote_secret
    from workstation.app.settings import load

    home = home_path()
    if (key := load(home).remote(remote, home)) is None:
        raise WorkstationError("U01", detail=f"--remote {remote}")
    return key, remote_secret(Home(home), remote)


def verify(
    files: Annotated[list[Path], typer.Argument(help="PDF files.")],
    trust: Trust = None,
    offline: Annotated[bool, typer.Option("--offline", help="Asks no revocation service.")] = False,
    report_to: Annotated[Path | None, typer.Option("--report", help="PDF to write the report on FILE to.")] = None,
    as_json: JsonOption = False,
) -> None:
    """A verdict for each file and each signature. 0: all green; 1: not all."""
    from signing.verify import verify_file
    from workstation.app.compose import Home
    from workstation.app.paper_lane import page_lane, page_workers
    from workstation.app.settings import load
    from workstation.app.shapes import verdict_json
    from workstation.usecases.office import VERIFY_SECONDS

    _check_report(files, report_to)
    home = Home(home_path())
    access = None if offline else RevocationAccess(load(home.root).timestamp.proxy)
    judge = partial(verify_file, trust=home.trust_store(_whole(trust)), offline=offline, access=access)
    lane = page_lane(min(len(files), page_workers(0)))  # hostile files are opened in a worker, never in this process
    try:
        asked = [(path, lane.submit(judge, path, timeout=VERIFY_SECONDS) if _readable(path) else None) for path in files]
        verdicts = [(path, _verdict(path, answer)) for path, answer in asked]
    finally:
        lane.close()

    if report_to is not None:
        from workstation.app.verdict_paper import write_report

        path, verdict = verdicts[0]
        write_report(report_to, path.name, verdict, offline=offline)

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
