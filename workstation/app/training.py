"""A practice office: own certificate, own ward server on loopback. Can't sign or send for real, by construction."""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from signing.training import make_training_identity
from workstation.app.compose import Home, published_keys
from workstation.app.settings import FILE, OfficeSettings, Settings, SigningSettings, WardSettings, load, save
from workstation.domain.durable import write_durably
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import UserName
from workstation.domain.signing import Secret
from workstation.usecases.views import User

TRAINING_PIN = "12345678"
"""Opens the practice key only, which is made on this machine and signs "TẬP HUẤN" into every certificate it shows."""
CLIENT_ID = "tram-so-hoa"
SITE = "Phường Hòa Hưng"
ORGANIZATION = "ỦY BAN NHÂN DÂN PHƯỜNG HÒA HƯNG"
USERS = (
    User(UserName("Trần Thị Mẫu"), "clerk"),
    User(UserName("Lê Văn Thử"), "checker"),
    User(UserName("Phạm Văn Ký"), "official"),
    User(UserName("Võ Thị Thư"), "registrar"),
)
"""Invented persons, as on the sample pages."""


def prepare(root: Path) -> Settings:
    """Makes the home folder a practice office, once; later calls find it as it is. U01 if it is a real office's."""
    home = Home(root).prepare()
    if (root / FILE).exists():
        settings = load(root)
        if not settings.office.training:
            raise WorkstationError("U01", detail="--home")
        return settings
    identity = make_training_identity(home.secrets, ORGANIZATION, Secret(TRAINING_PIN))
    root_copy = home.trust / "training" / identity.root_pem.name
    write_durably(root_copy, identity.root_pem.read_bytes())
    client = home.secrets / "ward-client"
    if not client.exists():
        handle = os.open(client, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as f:
            f.write(secrets.token_urlsafe(32))
    settings = Settings(
        office=OfficeSettings(SITE, ORGANIZATION, training=True),
        ward=WardSettings(client_id=CLIENT_ID),
        signing=SigningSettings("pkcs12", str(identity.p12.relative_to(root))),
        users=USERS,
    )
    save(root, settings)
    return settings


@contextmanager
def practice_ward(root: Path, settings: Settings) -> Iterator[str]:
    """Runs the reference ward server as a process of its own on a free loopback port; gives its address.

    Its public keys are pinned into the home folder before anything is sent.
    """
    home = Home(root).prepare()
    secret = (home.secrets / "ward-client").read_text("utf-8").strip()
    command = [sys.executable, "-m", "sync.ward", "--data", str(root / "ward"), "--port", "0", "--with-parent", "--open-pages"]
    env = {**os.environ, "WARD_CLIENT_SECRET": secret}
    log = (root / "logs" / "ward.log").open("ab")
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, env=env, text=True)
    log.close()
    try:
        line = process.stdout.readline() if process.stdout else ""
        if not line:
            raise WorkstationError("G01")
        url = str(json.loads(line)["url"])
        _pin_keys(url, root / settings.ward.keys)
        yield url
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe:
                pipe.close()


def _pin_keys(url: str, path: Path) -> None:
    write_durably(path, published_keys(url))
