"""A measured value beside its target, the machine it was measured on, and how both are shown."""

import os
import platform
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class MissingToolError(Exception):
    """An outside tool that a part can't do without; its name is the argument."""


@dataclass(frozen=True, slots=True)
class Target:
    """What an issue asks for: ``value`` as an upper or a lower bound, itself included."""

    value: float
    at_least: bool = False

    def met(self, value: float) -> bool:
        return value >= self.value if self.at_least else value <= self.value


def at_most(value: float) -> Target:
    return Target(value)


def at_least(value: float) -> Target:
    return Target(value, at_least=True)


@dataclass(frozen=True, slots=True)
class Row:
    """One figure. ``value`` None: could not be measured here, ``note`` says why; such a row misses no target."""

    name: str
    value: float | None
    unit: str
    target: Target | None = None
    note: str = ""

    @property
    def ok(self) -> bool | None:
        """None where there is nothing to judge."""
        return None if self.target is None or self.value is None else self.target.met(self.value)


def share(part: float, whole: float) -> float | None:
    """Per cent; None of nothing."""
    return 100 * part / whole if whole else None


def ratio(a: float | None, b: float | None) -> float | None:
    return a / b if a is not None and b else None


def machine() -> dict[str, Any]:
    """What a figure depends on; no host name, no paths."""
    info = Path("/proc/cpuinfo")
    model = re.search(r"^model name\s*: (.+)", info.read_text("utf-8"), re.MULTILINE) if info.exists() else None
    try:
        memory = round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1)
    except (AttributeError, ValueError, OSError):
        memory = None
    return {
        "cpu": model[1] if model else platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "memory_gb": memory,
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()} {platform.libc_ver()[1]}".strip(),
    }


def as_json(part: str, rows: Sequence[Row], on: dict[str, Any]) -> dict[str, Any]:
    """The shape that docs of the command line fix."""
    return {
        "part": part,
        "machine": on,
        "rows": [
            {
                "name": row.name,
                "value": None if row.value is None else round(row.value, 4),
                "unit": row.unit,
                "target": row.target.value if row.target else None,
                "ok": row.ok,
                "note": row.note,
            }
            for row in rows
        ],
        "short": short(rows),
    }


def short(rows: Iterable[Row]) -> list[str]:
    return [row.name for row in rows if row.ok is False]


def number(value: float | None) -> str:
    """Three digits that count, no exponent."""
    if value is None:
        return "-"
    if value == int(value) and abs(value) < 1e6:
        return str(int(value))
    size = abs(value)
    return f"{value:.{0 if size >= 100 else 1 if size >= 10 else 2 if size >= 1 else 3}f}"


_MARKS = {True: "ok", False: "SHORT", None: ""}


def table(rows: Sequence[Row]) -> str:
    """Aligned columns: name, value, unit, target, verdict, note."""
    cells = [
        (
            row.name,
            number(row.value),
            row.unit,
            ("≥ " if row.target.at_least else "≤ ") + number(row.target.value) if row.target else "",
            _MARKS[row.ok],
            row.note,
        )
        for row in rows
    ]
    heads = ("row", "value", "unit", "target", "", "note")
    widths = [max(len(line[i]) for line in (heads, *cells)) for i in range(len(heads))]
    lines = []
    for line in (heads, *cells):
        padded = (text.rjust(w) if i == 1 else text.ljust(w) for i, (text, w) in enumerate(zip(line, widths, strict=True)))
        lines.append("  ".join(padded).rstrip())
    return "\n".join(lines)
