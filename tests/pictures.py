"""Makes the pictures of the READMEs from the real program: ``python -m tests.pictures`` (``./dev.sh pictures``).

Runs the main job in a fresh practice office, leaves work on every desk, and photographs the four screens.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "pictures"


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    # always the same drawing, whatever screen this machine has
    env = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    env.pop("DISPLAY", None)
    with tempfile.TemporaryDirectory(prefix="pictures-") as home:
        workstation = [sys.executable, "-m", "workstation"]
        subprocess.run([*workstation, "demo", "--headless", "--practice", "--home", home], check=True, env=env)
        subprocess.run([*workstation, "gui", "--home", home, "--screenshots", str(FOLDER)], check=True, env=env)


if __name__ == "__main__":
    main()
