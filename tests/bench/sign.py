"""``bench sign``: a batch of one-page PDF/A files through ``workstation sign`` and ``verify``, key file and token; level B, then
LTA (``archive``)."""

import argparse
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pkcs11
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import pkcs12
from pkcs11 import Attribute, Mechanism, ObjectClass

from signing.training import TrainingIdentity, make_training_identity
from tests.bench import archive
from tests.bench.archive import MEMORY_MB, VS_COMMAND_LINE
from tests.bench.peers import pyhanko
from tests.bench.processes import WORKSTATION, CommandError, Cost, Done, interleaved, median, median_cost, run, say
from tests.bench.rows import MissingToolError, Row, at_least, ratio
from tests.unit.signing.pdfs import make_pdfa
from tests.unit.signing.pki import ORGANIZATION, make_authority
from tests.unit.signing.softtoken import LABEL, PIN, RSA_ID, SoftToken, library, make_token
from workstation.domain.signing import Secret

PASSPHRASE = "mật khẩu đo đạc"


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--documents", type=int, default=30, help="one-page PDF/A files a batch (default 30)")
    parser.add_argument("--rounds", type=int, default=3, help="of the interleaved timing (default 3)")


def measure(chosen: argparse.Namespace, work: Path) -> list[Row]:
    try:
        library()
    except AssertionError as error:
        raise MissingToolError("SoftHSM (softhsm2)") from error
    files = [make_pdfa(work / f"van-ban-{n:03d}.pdf") for n in range(chosen.documents)]
    say("making keys")
    identity = make_training_identity(work / "key", ORGANIZATION, Secret(PASSPHRASE))
    before = os.environ.get("SOFTHSM2_CONF")
    try:
        token = make_token(work / "token", make_authority())
        token.activate()
        return _measure(chosen, work, files, identity, token)
    finally:
        if before is None:
            os.environ.pop("SOFTHSM2_CONF", None)
        else:
            os.environ["SOFTHSM2_CONF"] = before


def _measure(
    chosen: argparse.Namespace, work: Path, files: list[Path], identity: TrainingIdentity, token: SoftToken
) -> list[Row]:
    names = [str(file) for file in files]
    sign = [*WORKSTATION, "sign", "--json", "--pin-env", "BENCH_PIN"]

    def with_file(n: int) -> Done:
        return _signed(
            run([*sign, "--p12", str(identity.p12), "-o", str(work / f"p12-{n}"), *names], work, {"BENCH_PIN": PASSPHRASE})
        )

    def with_token(n: int) -> Done:
        key = ["--token", library(), "--key-id", RSA_ID.hex()]
        return _signed(run([*sign, *key, "-o", str(work / f"hsm-{n}"), *names], work, {"BENCH_PIN": PIN}))

    def verify(n: int) -> Done:
        signed = [str(work / f"p12-{n}" / file.name) for file in files]
        command = [*WORKSTATION, "--home", str(work / "home"), "verify", "--offline", "--json", "--trust", str(identity.root_pem)]
        return run([*command, *signed], work, accept=(0, 1))

    contestants: dict[str, Callable[[int], Done]] = {"key file": with_file, "token": with_token, "verify": verify}
    tool = pyhanko()
    if tool is not None:
        contestants["pyhanko"] = lambda n: _one_process_each(tool, files, identity, work / f"peer-{n}")
    results = interleaved(contestants, chosen.rounds)
    costs = {name: median_cost([done.cost for done in runs]) for name, runs in results.items()}
    green = _green(results["verify"][0])
    own = [*_rows(len(files), costs, green), *_bare_rows(len(files), costs, identity, tool is not None)]
    return [*own, *archive.rows(chosen, work, files)]


def _signed(done: Done) -> Done:
    rows = json.loads(done.stdout)["files"]
    failed = next((row["error"] for row in rows if row["status"] != "signed"), None)
    if failed is not None:
        raise CommandError(f"not signed: {failed}")
    return done


def _green(done: Done) -> int:
    return sum(bool(row["green"]) for row in json.loads(done.stdout)["files"])


def _one_process_each(tool: str, files: list[Path], identity: TrainingIdentity, out: Path) -> Done:
    """pyHanko's own command line signs one file a process; a shell loop starts them, as its users do."""
    out.mkdir()
    secret = out / "pass"
    secret.write_text(PASSPHRASE, "utf-8")
    loop = 'tool=$1 key=$2 pass=$3 out=$4; shift 4; for f in "$@"; do "$tool" sign addsig --use-pades --field Sig1 pkcs12 '
    loop += '--passfile "$pass" "$f" "$out/${f##*/}" "$key" || exit 1; done'
    command = ["sh", "-c", loop, "sh", tool, str(identity.p12), str(secret), str(out), *map(str, files)]
    return run(command, out / "log")


def _rows(count: int, costs: dict[str, Cost], green: int) -> list[Row]:
    rows = []
    for name in ("key file", "token"):
        cost = costs[name]
        rows += [
            Row(f"documents/s {name}", count / cost.seconds, "1/s", note="the whole command, start included"),
            Row(f"CPU a document {name}", cost.cpu / count, "s"),
            Row(f"peak memory {name}, the largest process", cost.worker * 1.048576, "MB"),
            Row(f"peak memory {name}, the whole command", cost.whole * 1.048576, "MB", MEMORY_MB),
        ]
    rows += [
        Row("files/s verified", count / costs["verify"].seconds, "1/s"),
        Row("CPU a file verified", costs["verify"].cpu / count, "s"),
        Row("green of the signed", 100 * green / count, "%", at_least(100)),
    ]
    return rows


def _bare_rows(count: int, costs: dict[str, Cost], identity: TrainingIdentity, peer: bool) -> list[Row]:
    file_rate, token_rate = _bare_file(identity), _bare_token()
    rows = [
        Row("bare signatures/s key file (RSA-3072)", file_rate, "1/s"),
        Row("bare signatures/s token (RSA-3072)", token_rate, "1/s"),
        Row("documents/s / bare signatures/s, token", ratio(count / costs["token"].seconds, token_rate), "times"),
    ]
    if peer:
        ours, theirs = costs["key file"], costs["pyhanko"]
        rows.append(Row("documents/s pyhanko command line", count / theirs.seconds, "1/s"))
        rows.append(
            Row("sign / pyhanko command line, documents/s", ratio(theirs.seconds, ours.seconds), "times", VS_COMMAND_LINE)
        )
    else:
        rows.append(Row("documents/s pyhanko command line", None, "1/s", note="the pyhanko command is not installed"))
    return rows


def _rate(sign: Callable[[], object], seconds: float = 0.7) -> float:
    """Calls a second; the median of three stretches."""
    rates = []
    for _ in range(3):
        begun, calls = time.perf_counter(), 0
        while time.perf_counter() - begun < seconds:
            sign()
            calls += 1
        rates.append(calls / (time.perf_counter() - begun))
    return median(rates)


def _bare_file(identity: TrainingIdentity) -> float:
    key = pkcs12.load_key_and_certificates(identity.p12.read_bytes(), PASSPHRASE.encode())[0]
    assert isinstance(key, rsa.RSAPrivateKey)
    return _rate(lambda: key.sign(b"x" * 64, padding.PKCS1v15(), SHA256()))


def _bare_token() -> float:
    lib = pkcs11.lib(library())
    lib.reinitialize()
    try:
        with lib.get_token(token_label=LABEL).open(user_pin=PIN) as session:
            found: Any
            (found,) = session.get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.ID: RSA_ID})
            return _rate(lambda: found.sign(b"x" * 64, mechanism=Mechanism.SHA256_RSA_PKCS))
    finally:
        lib.finalize()
