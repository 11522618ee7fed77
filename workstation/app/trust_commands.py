"""``workstation trust``: which roots signatures are checked against, putting one in, taking one out."""

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workstation.app.console import JsonOption, home_folder, home_path, out, report, words
from workstation.domain.errors import WorkstationError

if TYPE_CHECKING:
    from signing.roots import Root

_KINDS = {
    "government": ("Gốc chuyên dùng công vụ", "Government root"),
    "national": ("Gốc quốc gia", "National root"),
    "local": ("Do đơn vị thêm", "Added by the office"),
    "training": ("Tập huấn", "Training"),
}


class Kind(Enum):
    """Training roots are made by the program, never put in."""

    GOVERNMENT = "government"
    NATIONAL = "national"
    LOCAL = "local"


def show(as_json: JsonOption = False) -> None:
    """The roots of this data folder, by store."""
    from signing.roots import roots
    from workstation.app.compose import Home

    found = roots(Home(home_path()).trust_store())

    def human() -> None:
        for root in found:
            out(_line(root))
        if not found:
            out(words("Chưa có chứng thư gốc nào.", "No roots yet."))

    report({"roots": [_json(root) for root in found]}, as_json, human)


def add(
    file: Annotated[Path, typer.Argument(help="The authority's certificate (PEM or DER).")],
    kind: Annotated[Kind, typer.Option("--kind", help="Which store it goes to.")],
    sha256: Annotated[str, typer.Option("--sha256", help="Its fingerprint as the authority publishes it.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Trusts an authority, if the file is the one whose fingerprint was published."""
    from signing.roots import candidate, install, roots
    from workstation.app.compose import Home

    wanted = sha256.replace(":", "").replace(" ", "").lower()
    root = candidate(file)
    if wanted != root.sha256:
        # who puts a root in decides what every signature is worth: looking at the published number is no formality
        hint = words("so với số cơ quan cấp công bố", "compare with what the authority publishes")
        raise WorkstationError("U01", detail=f"--sha256: {hint}: {root.sha256}")
    home = Home(home_folder())
    folder = home.trust if kind is Kind.LOCAL else home.trust / kind.value
    path = install(file, folder)
    made = next(entry for entry in roots(home.trust_store()) if entry.file == path)
    report({"root": _json(made)}, as_json, lambda: out(_line(made)))


def remove(
    sha256: Annotated[str, typer.Argument(help="The root's whole fingerprint, as `trust list` shows it.")],
    as_json: JsonOption = False,
) -> None:
    """Takes a root out of every store but training. Files that hold other roots too are left, and said (U01)."""
    from signing.roots import roots
    from workstation.app.compose import Home

    found = [root for root in roots(Home(home_path()).trust_store()) if root.kind != "training"]
    gone = [root for root in found if root.sha256 == sha256.replace(":", "").replace(" ", "").lower()]
    shared = {root.file for root in gone} & {root.file for root in found if root not in gone}
    if not gone or shared:
        raise WorkstationError("U01", detail=", ".join(sorted(path.name for path in shared)) or "SHA256")
    for path in {root.file for root in gone}:
        path.unlink()
    report({"removed": [_json(root) for root in gone]}, as_json, lambda: out("\n".join(_line(root) for root in gone)))


def _line(root: "Root") -> str:
    return f"{words(*_KINDS[root.kind])}: {root.subject} · {root.valid_from} – {root.valid_until}\n    {root.sha256}"


def _json(root: "Root") -> dict[str, Any]:
    return {
        "kind": root.kind,
        "subject": root.subject,
        "sha256": root.sha256,
        "valid_from": root.valid_from,
        "valid_until": root.valid_until,
        "file": str(root.file),
    }
