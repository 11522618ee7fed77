"""``python -m tests.fault.fsyncing STATION``: queues two items, and says of each that it is kept once the store said so."""

import sys
from pathlib import Path

from tests.unit.sync.rig import Station, pdf


def main() -> None:
    station = Station(Path(sys.argv[1]))
    for number in range(2):
        item = station.queue(pdf(20_000, number))
        sys.stdout.write(f"{item.id}\n")
        sys.stdout.flush()
    station.close()


if __name__ == "__main__":
    main()
