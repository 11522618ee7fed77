"""Remote signing against Certomancer's own CSC server (csc-dummy) as a process: somebody else's reading of the specification."""

import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.flow.conftest import Ran, workstation
from tests.unit.signing.pdfs import make_pdfa

CONFIG = """
external-url-prefix: "http://localhost:{port}"
keysets:
  k: {{path-prefix: keys, keys: {{root: {{path: root.pem}}, signer: {{path: signer.pem}}}}}}
pki-architectures:
  office:
    keyset: k
    entity-defaults: {{country-name: VN, organization-name: "Phuong mau"}}
    entities: {{root: {{common-name: "CA mau"}}, signer: {{common-name: "Nguoi ky mau"}}}}
    certs:
      root:
        {{subject: root, subject-key: root, issuer: root, authority-key: root, validity: {validity}, extensions: [
          {{id: basic_constraints, critical: true, value: {{ca: true}}}},
          {{id: key_usage, critical: true, smart-value: {{schema: key-usage, params: [key_cert_sign, crl_sign]}}}}]}}
      signer:
        {{subject: signer, subject-key: signer, issuer: root, authority-key: root, validity: {validity}, extensions: [
          {{id: key_usage, critical: true, smart-value: {{schema: key-usage, params: [digital_signature, non_repudiation]}}}}]}}
"""
VALIDITY = '{valid-from: "2025-01-01T00:00:00+0000", valid-to: "2035-01-01T00:00:00+0000"}'
REMOTE = """[[remotes]]
name = "csc"
protocol = "csc"
url = "http://localhost:{port}"
credential = "office/{key}"
scal = {scal}
batch = 10
"""


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder = tmp_path_factory.mktemp("certomancer")
    (folder / "keys").mkdir()
    for name in ("root", "signer"):
        pem = rsa.generate_private_key(65537, 3072).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )
        (folder / "keys" / f"{name}.pem").write_bytes(pem)
    with socket.create_server(("127.0.0.1", 0)) as free:
        number = int(free.getsockname()[1])
    (folder / "c.yml").write_text(CONFIG.format(port=number, validity=VALIDITY))
    command = [sys.executable, "-m", "csc_dummy", "c.yml", str(number), "2"]
    with (folder / "log").open("wb") as log, subprocess.Popen(command, cwd=folder, stdout=log, stderr=log) as process:
        try:
            for _ in range(300):
                assert process.poll() is None, (folder / "log").read_text()
                with contextlib.suppress(OSError), socket.create_connection(("localhost", number), 1):
                    break
                time.sleep(0.1)
            yield number
        finally:
            process.terminate()


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    return [make_pdfa(tmp_path / f"{number}.pdf", pages=number + 1) for number in range(3)]


def sign(home: Path, settings: str, files: list[Path], out: Path) -> Ran:
    home.mkdir(exist_ok=True)
    (home / "settings.toml").write_text(settings, "utf-8")
    arguments: list[str | Path] = ["sign", "--json", "--home", home, *files, "-o", out, "--remote", "csc", "--preset", "S5"]
    return workstation(*arguments, env={"WORKSTATION_REMOTE_CSC": "token"})


def test_one_leave_bound_to_the_hashes_signs_a_batch(port: int, files: list[Path], tmp_path: Path) -> None:
    ran = sign(tmp_path / "home", REMOTE.format(port=port, key="signer", scal=2), files, tmp_path / "out")
    assert ran.code == 0, ran.err
    assert [row["status"] for row in ran.data["files"]] == ["signed"] * 3
    checked = workstation("verify", "--json", "--home", tmp_path / "home", "--offline", *sorted((tmp_path / "out").glob("*.pdf")))
    for row in checked.data["files"]:
        (signature,) = row["signatures"]
        assert (signature["coverage"], signature["changes_after"], signature["trusted"]) == ("whole_file", "none", False)
        assert {reason["code"] for reason in row["reasons"]} & {"V03", "V23"}, "sound, by an issuer that nobody has entered here"


def test_a_credential_that_it_does_not_have(port: int, files: list[Path], tmp_path: Path) -> None:
    ran = sign(tmp_path / "home", REMOTE.format(port=port, key="nobody", scal=2), files, tmp_path / "out")
    assert ran.code == 3 and "C2" in ran.err + ran.out
    assert not list(tmp_path.glob("out/*.pdf"))
