"""``python -m tests.bench PART [--json]``. 0: every target met; 1: a row misses its target; 2: bad use; 3: a tool
is missing; 4: what was to be measured failed."""

import argparse
import importlib
import json
import sys
import tempfile
from pathlib import Path

from tests.bench.processes import CommandError
from tests.bench.rows import MissingToolError, as_json, machine, short, table

PARTS = ("read", "compact", "sign", "sync", "capture", "index", "office", "calibrate", "installer")


def main(arguments: list[str] | None = None) -> int:
    given = sys.argv[1:] if arguments is None else arguments
    if given and given[0] in PARTS:
        return _measure(given[0], given[1:])
    wanted = bool(given) and given[0] in {"-h", "--help"}
    text = f"usage: ./dev.sh bench PART [--json] [options of the part]\nparts: {', '.join(PARTS)}\n"
    (sys.stdout if wanted else sys.stderr).write(text)
    return 0 if wanted else 2


def _measure(part: str, arguments: list[str]) -> int:
    module = importlib.import_module(f"tests.bench.{part}")
    parser = argparse.ArgumentParser(prog=f"./dev.sh bench {part}", description=module.__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    module.options(parser)
    chosen = parser.parse_args(arguments)
    try:
        with tempfile.TemporaryDirectory(prefix="bench-") as work:
            rows = module.measure(chosen, Path(work))
    except MissingToolError as missing:
        sys.stderr.write(f"{part}: {missing.args[0]} is not installed\n")
        return 3
    except CommandError as failed:
        sys.stderr.write(f"{part}: {failed}\n")
        return 4
    on = machine()
    if chosen.json:
        sys.stdout.write(json.dumps(as_json(part, rows, on), ensure_ascii=False) + "\n")
    else:
        where = f"{on['cpu']}, {on['cores']} cores, {on['memory_gb']} GB, Python {on['python']}, {on['platform']}"
        sys.stdout.write(f"{part} · {where}\n{table(rows)}\n")
        if missed := short(rows):
            sys.stdout.write(f"short of the target: {', '.join(missed)}\n")
    return 1 if short(rows) else 0


if __name__ == "__main__":
    sys.exit(main())
