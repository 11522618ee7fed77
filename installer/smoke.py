"""Does the *installed* program do the main job? On the files of a .deb, never on the checkout's.

``python -m installer.smoke FILE.deb``: unpacked into a folder, started with a bare environment.
``python -m installer.smoke --debootstrap FILE.deb``: apt installs it into a bare Debian of this machine's release, and an
ordinary user runs it there. Needs root, debootstrap and the package mirror that apt uses here.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

USER = "canbo"
COMMAND_SECONDS = 900


class SmokeError(Exception):
    """What did not work, with the end of what the program said."""


@dataclass(slots=True)
class Report:
    """``seconds``: how long each step took. ``megabytes``: what lies where."""

    mode: str
    seconds: dict[str, float] = field(default_factory=dict)
    megabytes: dict[str, float] = field(default_factory=dict)
    red: list[str] = field(default_factory=list)
    dossiers: int = 0
    documents: int = 0


class Steps:
    """Runs commands, notes their time, and stops at the first that fails."""

    def __init__(self, report: Report) -> None:
        self.report = report

    def run(self, step: str, command: list[str], env: dict[str, str] | None = None, also_ok: tuple[int, ...] = ()) -> str:
        print(f"{step} …", file=sys.stderr, flush=True)
        started = time.monotonic()
        done = subprocess.run(command, capture_output=True, text=True, timeout=COMMAND_SECONDS, env=env, check=False)
        self.report.seconds[step] = round(time.monotonic() - started, 1)
        if done.returncode not in (0, *also_ok):
            raise SmokeError(f"{step}: exit {done.returncode}\n{done.stdout[-1500:]}\n{done.stderr[-3000:]}")
        return done.stdout


def folder_megabytes(folder: Path) -> float:
    return round(sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir()) / 1e6, 1)


# --- what the program must answer


def judge_doctor(report: Report, answer: str) -> None:
    said: dict[str, Any] = json.loads(answer)
    report.red = [check["id"] for check in said["checks"] if check["light"] == "red"]
    if report.red:
        raise SmokeError(f"doctor has red lights: {', '.join(report.red)}\n{answer}")


def judge_demo(report: Report, answer: str) -> None:
    said: dict[str, Any] = json.loads(answer)
    documents = [document for dossier in said["dossiers"] for document in dossier["documents"]]
    report.dossiers, report.documents = len(said["dossiers"]), len(documents)
    bad = [dossier["code"] for dossier in said["dossiers"] if dossier["state"] != "received" or not dossier["receipt_id"]]
    if bad or not documents or not all(document["signed"] and document["green"] for document in documents):
        raise SmokeError(f"the main job did not end as it should\n{answer[-3000:]}")


def main_job(steps: Steps, workstation: list[str], home: str, env: dict[str, str] | None = None) -> None:
    judge_doctor(steps.report, steps.run("doctor", [*workstation, "--home", home, "doctor", "--json"], env, also_ok=(3,)))
    judge_demo(steps.report, steps.run("demo", [*workstation, "--home", home, "demo", "--headless", "--json"], env))


# --- unpacked


def unpacked(deb: Path, work: Path) -> Report:
    report = Report("unpacked")
    steps = Steps(report)
    root = work / "root"
    steps.run("unpack", ["dpkg-deb", "-x", str(deb), str(root)])
    report.megabytes = {"package": round(deb.stat().st_size / 1e6, 1), "installed": folder_megabytes(root)}
    home = work / "home"
    home.mkdir()
    env = {"PATH": "/usr/bin:/bin", "HOME": str(home), "LANG": "C.UTF-8", "QT_QPA_PLATFORM": "offscreen"}
    only_its_own_files(steps, root, env)
    main_job(steps, [str(root / "usr/bin/workstation")], str(home / "data"), env)
    return report


PROBE = """
import importlib, sys
for name in ("workstation.app.cli", "ui.shell", "ocr", "signing", "sync", "cv2", "pymupdf", "pikepdf", "pkcs11", "sqlalchemy"):
    importlib.import_module(name)
print("\\n".join({str(module.__file__) for module in list(sys.modules.values()) if getattr(module, "__file__", None)}))
"""


def only_its_own_files(steps: Steps, root: Path, env: dict[str, str]) -> None:
    """Every module comes from the package or from the system's standard library, whatever lies about on this machine."""
    told = steps.run("imports", [str(root / "opt/tram-so-hoa/bin/python3"), "-I", "-c", PROBE], env)
    standard = re.compile(r"/usr/lib/python3(\.\d+)?/(?!dist-packages)")
    # Shiboken's own modules come out of its library and have no absolute path.
    foreign = [
        path for path in told.split("\n") if path.startswith("/") and not path.startswith(f"{root}/") and not standard.match(path)
    ]
    if foreign:
        raise SmokeError(f"modules from elsewhere: {foreign[:5]}")


# --- a bare Debian


def mirror() -> tuple[str, str]:
    """Suite and address of the distribution as apt knows them on this machine."""
    suite = re.search(r"^VERSION_CODENAME=(\w+)", Path("/etc/os-release").read_text("utf-8"), re.MULTILINE)
    if suite is None:
        raise SmokeError("/etc/os-release names no release")
    listed = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(CREATED_BY) $(RELEASE) $(SITE)", f"Codename: {suite[1]}"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    for line in listed.stdout.splitlines():
        kind, release, site = line.split(" ", 2)
        if kind == "Packages" and release == suite[1]:
            return suite[1], site
    raise SmokeError(f"apt knows no mirror of {suite[1]}")


def in_root(root: Path, command: str) -> list[str]:
    """A shell command inside ``root``; its mounts end with it, since they live in a namespace of their own."""
    inside = f'mount -t proc proc {root}/proc && mount -t tmpfs tmpfs {root}/dev/shm && exec chroot {root} sh -c "$1"'
    return ["unshare", "--mount", "--pid", "--fork", "sh", "-c", f"mkdir -p {root}/dev/shm && {inside}", "sh", command]


def bare_debian(deb: Path, work: Path, base: Path | None) -> Report:
    report = Report("debootstrap")
    steps = Steps(report)
    root = work / "root"
    suite, site = mirror()
    if base is None:
        steps.run("debootstrap", ["debootstrap", "--variant=minbase", suite, str(root), site])
    else:
        steps.run("copy the bare system", ["cp", "-a", str(base), str(root)])
    before = folder_megabytes(root)
    shutil.copy(deb, root / "package.deb")
    shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
    quiet = "export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8;"
    steps.run("apt update", in_root(root, f"{quiet} apt-get update -q"))
    # Only what the package depends on: what it needs but does not say would show here.
    steps.run(
        "apt install", in_root(root, f"{quiet} apt-get install -q -y --no-install-recommends /package.deb && apt-get clean")
    )
    report.megabytes = {
        "package": round(deb.stat().st_size / 1e6, 1),
        "program": folder_megabytes(root / "opt/tram-so-hoa"),
        "with dependencies": round(folder_megabytes(root) - before - deb.stat().st_size / 1e6, 1),
    }
    steps.run("add a user", in_root(root, f"useradd --create-home {USER}"))
    home = f"/home/{USER}"
    workstation = (
        f"exec chroot --userspec={USER} / env -i HOME={home} PATH=/usr/bin:/bin LANG=C.UTF-8 workstation --home {home}/data"
    )
    judge_doctor(report, steps.run("doctor", in_root(root, f"{workstation} doctor --json"), also_ok=(3,)))
    judge_demo(report, steps.run("demo", in_root(root, f"{workstation} demo --headless --json")))
    steps.run("dpkg --verify", in_root(root, "test -z \"$(dpkg --verify tram-so-hoa | grep -v '^??5?????? c ')\""))
    steps.run(
        "remove", in_root(root, f"{quiet} apt-get remove -q -y tram-so-hoa && test ! -e /opt/tram-so-hoa && test -d {home}/data")
    )
    return report


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m installer.smoke", description="Runs the main job from a package's files.")
    parser.add_argument("deb", type=Path)
    parser.add_argument("--debootstrap", action="store_true", help="in a bare Debian (as root)")
    parser.add_argument("--base", type=Path, help="a folder made by debootstrap before; it is copied, not changed")
    chosen = parser.parse_args(arguments)
    if chosen.debootstrap and os.geteuid() != 0:
        parser.error("--debootstrap needs root")
    with tempfile.TemporaryDirectory(prefix="tram-so-hoa-") as work:
        try:
            folder = Path(work)
            report = bare_debian(chosen.deb, folder, chosen.base) if chosen.debootstrap else unpacked(chosen.deb, folder)
        except SmokeError as error:
            print(error, file=sys.stderr)
            return 1
    print(json.dumps(asdict(report), ensure_ascii=False, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
