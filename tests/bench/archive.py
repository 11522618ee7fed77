"""``bench sign``, second half: level LTA against an authority on loopback, beside pyHanko's own command line."""

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench import stall
from tests.bench.peers import pyhanko
from tests.bench.processes import ROOT, WORKSTATION, CommandError, Done, interleaved, median_cost, run, say
from tests.bench.rows import Row, at_least, at_most, ratio
from tests.unit.signing.outside import PASSWORD

VS_COMMAND_LINE = at_least(8)
MEMORY_MB = at_most(200)
"""Issue 4, of 100 one-page signatures (``--documents 100``)."""


def rows(chosen: argparse.Namespace, work: Path, files: list[Path]) -> list[Row]:
    say("level LTA")
    folder = work / "authority"
    folder.mkdir()
    with _authority(folder) as url:
        tool = pyhanko()
        contestants: dict[str, Callable[[int], Done]] = {"ours": lambda n: _ours(files, folder, url, work / f"lta-{n}", work)}
        if tool is not None:
            contestants["pyhanko"] = lambda n: _theirs(tool, files, folder, url, work / f"lta-peer-{n}")
        runs = interleaved(contestants, chosen.rounds)
        reached = _reached(files, folder, work)
        window = stall.rows(len(files), work, folder, url)
    costs = {name: median_cost([done.cost for done in each]) for name, each in runs.items()}
    ours, count = costs["ours"], len(files)
    found = [
        Row("documents/s LTA", count / ours.seconds, "1/s", note="the whole command, start included; key file"),
        Row("CPU a document LTA", ours.cpu / count, "s"),
        Row("peak memory LTA, the whole command", ours.whole * 1.048576, "MB", MEMORY_MB),
        Row("signatures of level LTA, told by verify", 100 * reached / count, "%", at_least(100)),
        *window,
    ]
    if tool is None:
        return [*found, Row("documents/s LTA pyhanko command line", None, "1/s", note="the pyhanko command is not installed")]
    theirs = costs["pyhanko"]
    return [
        *found,
        Row("documents/s LTA pyhanko command line", count / theirs.seconds, "1/s"),
        Row("LTA sign / pyhanko command line, documents/s", ratio(theirs.seconds, ours.seconds), "times", VS_COMMAND_LINE),
    ]


@contextmanager
def _authority(folder: Path) -> Iterator[str]:
    """OCSP, CRL and time-stamps in a process of their own; its address."""
    command = [sys.executable, "-m", "tests.unit.signing.outside", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin is not None and server.stdout is not None
        try:
            yield str(json.loads(server.stdout.readline())["url"])
        finally:
            server.stdin.close()  # it ends with its input
            server.wait(30)


def _ours(files: list[Path], folder: Path, url: str, out: Path, work: Path) -> Done:
    command = [*WORKSTATION, "--home", str(work / "home"), "sign", "--json", "--pin-env", "BENCH_PIN", "-o", str(out)]
    command += ["--p12", str(folder / "signer.p12"), "--trust", str(folder / "root.pem"), "--level", "LTA", "--tsa", f"{url}/tsa"]
    done = run([*command, *map(str, files)], work, {"BENCH_PIN": PASSWORD})
    if any(row["level"] != "LTA" for row in json.loads(done.stdout)["files"]):
        raise CommandError("a signature did not reach LTA")
    return done


def _theirs(tool: str, files: list[Path], folder: Path, url: str, out: Path) -> Done:
    """A file a process; a shell loop starts them, as its users do."""
    out.mkdir()
    secret = out / "pass"
    secret.write_text(PASSWORD, "utf-8")
    loop = 'tool=$1 url=$2 root=$3 issuer=$4 key=$5 pass=$6 out=$7; shift 7; for f in "$@"; do "$tool" sign addsig --field Sig1 '
    loop += '--use-pades --use-pades-lta --with-validation-info --timestamp-url "$url" --trust "$root" --trust-replace '
    loop += '--other-certs "$issuer" pkcs12 --passfile "$pass" "$f" "$out/${f##*/}" "$key" || exit 1; done'
    parts = [tool, f"{url}/tsa", folder / "root.pem", folder / "issuer.pem", folder / "signer.p12", secret, out, *files]
    return run(["sh", "-c", loop, "sh", *map(str, parts)], out / "log")


def _reached(files: list[Path], folder: Path, work: Path) -> int:
    """Files that are green and whose signature stands at LTA, by the files of the first round alone."""
    signed = [str(work / "lta-0" / file.name) for file in files]
    command = [*WORKSTATION, "--home", str(work / "home"), "verify", "--offline", "--json", "--trust", str(folder / "root.pem")]
    told = json.loads(run([*command, *signed], work, accept=(0, 1)).stdout)["files"]
    return sum(row["green"] and row["signatures"][0]["level"] == "LTA" for row in told)
