"""A Debian package from an installed tree: control data, checksums, one reproducible archive."""

import hashlib
import subprocess
from pathlib import Path

from installer.tree import ROOT, build_tree, python_version, version

NAME = "tram-so-hoa"
DESCRIPTION = """Digitisation and e-signing workstation for ward offices
 Scans paper dossiers, cleans the pages, reads the Vietnamese text, splits them into
 documents with index fields, has them checked by a second person and signed with a USB
 token, and delivers them to the ward's shared system until a signed receipt is back."""


def architecture() -> str:
    return subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=True).stdout.strip()


def depends(kind: str = "run") -> list[str]:
    """Debian packages of the set ``kind``, alternatives as dpkg writes them."""
    rows = [line.split(None, 2) for line in (ROOT / "installer/packages.txt").read_text("utf-8").splitlines()]
    return [row[1].replace("|", " | ") for row in rows if row and row[0] == kind and row[1] != "python3"]


def control(installed_kib: int) -> str:
    """``python3`` is held to the release whose binary packages the tree holds."""
    major, minor = python_version()
    python = [f"python3 (>= {major}.{minor})", f"python3 (<< {major}.{minor + 1})", "libc6 (>= 2.34)"]
    return f"""Package: {NAME}
Version: {version()}
Architecture: {architecture()}
Maintainer: Trạm số hóa <tram-so-hoa@example.invalid>
Installed-Size: {installed_kib}
Depends: {", ".join([*python, *depends("run")])}
Recommends: {", ".join(depends("rec"))}
Section: graphics
Priority: optional
Description: {DESCRIPTION}
"""


def build_deb(work: Path, out: Path, epoch: int, compression: str) -> Path:
    """``work``: an empty folder. ``compression``: xz for release, gzip or none where only the content matters."""
    stage = work / "stage"
    stage.mkdir()
    stage.chmod(0o755)
    build_tree(stage, epoch)
    files = sorted(path for path in stage.rglob("*") if path.is_file() and not path.is_symlink())
    info = stage / "DEBIAN"
    info.mkdir()
    info.chmod(0o755)
    size = sum(-(-path.stat().st_size // 1024) for path in files)
    sums = [f"{hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()}  {path.relative_to(stage)}" for path in files]
    (info / "control").write_text(control(size), "utf-8")
    (info / "md5sums").write_text("\n".join(sums) + "\n", "utf-8")
    for path in info.iterdir():
        path.chmod(0o644)
    package = out / f"{NAME}_{version()}_{architecture()}.deb"
    command = ["dpkg-deb", "--root-owner-group", f"-Z{compression}", *(["-z6"] if compression == "xz" else [])]
    subprocess.run(
        [*command, "--build", str(stage), str(package)],
        check=True,
        stdout=subprocess.DEVNULL,
        env={"PATH": "/usr/bin:/bin", "SOURCE_DATE_EPOCH": str(epoch)},
    )
    return package
