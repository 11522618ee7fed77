"""A real Secret Service (gnome-keyring) on a session bus of its own, without a screen."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TOOLS = ("dbus-run-session", "gnome-keyring-daemon")
needs_keyring = pytest.mark.skipif(not all(map(shutil.which, TOOLS)), reason="no dbus-run-session or gnome-keyring-daemon")
_BEGIN = """
import secretstorage, time
deadline = time.monotonic() + 20
while True:  # the daemon takes its name on the bus when it is ready
    try:
        secretstorage.Collection(secretstorage.dbus_init())
        break
    except secretstorage.SecretStorageException:
        assert time.monotonic() < deadline
        time.sleep(0.05)
"""
LOCK = "secretstorage.Collection(secretstorage.dbus_init()).lock()\n"


@dataclass(frozen=True, slots=True)
class Session:
    """Programs of one user who has logged in; his keyring's file outlives each of them."""

    folder: Path

    def run(self, python: str, *, keyring: bool = True, **env: str) -> subprocess.CompletedProcess[str]:
        """Runs the lines with the keyring open (or, ``keyring`` False, on a bus where nobody offers one)."""
        for name in ("data", "run"):
            (self.folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)
        environment = {
            **{k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS")},
            "XDG_DATA_HOME": str(self.folder / "data"),
            "XDG_RUNTIME_DIR": str(self.folder / "run"),
            "LANG": "C.UTF-8",
            **env,
        }
        daemon = "printf secret | gnome-keyring-daemon --unlock --components=secrets --foreground >/dev/null 2>&1 & "
        script = f'{daemon if keyring else ""}"$0" -c "$1"; code=$?; {"kill $!;" if keyring else ""} exit $code'
        # no service file: on this bus nobody starts a keyring that the test did not start
        bus = self.folder / "bus.conf"
        bus.write_text(
            "<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen><auth>EXTERNAL</auth>"
            '<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>'
            '<allow own="*"/></policy></busconfig>'
        )
        lines = (_BEGIN if keyring else "") + python
        command = ["dbus-run-session", f"--config-file={bus}", "--", "sh", "-c", script, sys.executable, lines]
        return subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL
        )
