"""``python -m tests.unit.sync.send_once STATION WARD URL``: a station's process, for tests that kill it."""

import sys
from pathlib import Path

from tests.unit.sync.rig import Station, Ward

if __name__ == "__main__":
    folder, data, url = sys.argv[1:]
    station = Station(Path(folder))
    station.send(station.sender(Ward(Path(data)), url, owner="other"))
    station.close()
