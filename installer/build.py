"""``./dev.sh installer [--only deb|setup|msi] -o DIR``: builds the packages."""

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from installer.deb import build_deb
from installer.tree import ROOT, BuildError

NOT_YET = {"setup": "the Windows setup", "msi": "the Windows MSI"}


def source_epoch() -> int:
    """SOURCE_DATE_EPOCH, else the time of the last commit, else that of pyproject.toml: never the time of the build."""
    if given := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(given)
    asked = subprocess.run(["git", "-C", str(ROOT), "log", "-1", "--format=%ct"], capture_output=True, text=True, check=False)
    return int(asked.stdout) if asked.returncode == 0 and asked.stdout.strip() else int((ROOT / "pyproject.toml").stat().st_mtime)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="./dev.sh installer", description="Builds the packages.")
    parser.add_argument("--only", choices=["deb", *NOT_YET], default="deb")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="DIR")
    parser.add_argument("--compression", choices=["xz", "gzip", "none"], default="xz", help="xz for release")
    chosen = parser.parse_args(arguments)
    if chosen.only in NOT_YET:
        print(f"{NOT_YET[chosen.only]} is not built yet; --only deb is.", file=sys.stderr)
        return 2
    started = time.monotonic()
    chosen.output.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(prefix="tram-so-hoa-") as work:
            package = build_deb(Path(work), chosen.output, source_epoch(), chosen.compression)
    except BuildError as error:
        print(error, file=sys.stderr)
        return 3
    digest = hashlib.sha256(package.read_bytes()).hexdigest()
    print(f"{package}  {package.stat().st_size / 1e6:.1f} MB  {time.monotonic() - started:.0f} s\nsha256 {digest}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
