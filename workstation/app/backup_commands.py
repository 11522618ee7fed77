"""``workstation backup``, ``restore``: the office on another disk, and back into an empty folder."""

from pathlib import Path
from typing import Annotated

import typer

from workstation.app.console import JsonOption, home_folder, leave, options, out, report, say, tell, usable_folder, words
from workstation.app.shapes import error_json
from workstation.domain.errors import WorkstationError

Folder = Annotated[Path, typer.Argument(help="Folder of the backup, on another disk. One folder for all backups of an office.")]


def backup(
    target: Folder,
    check: Annotated[bool, typer.Option("--check", help="Writes nothing: reads the whole backup and compares.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Copies database, originals, signed files, settings and roots; no secrets. Only what is new is written."""
    from workstation.app import backup as backups

    if check:
        made, bad = backups.check(target)
    else:
        folder = home_folder()
        made, bad = backups.back_up(folder, usable_folder(target, "DIR"), tell), []
    wrong = [WorkstationError("G28", count=len(bad)).note] if bad else []
    wrong += [WorkstationError("M03", count=len(made.lost)).note] if made.lost else []
    wrong += [WorkstationError("G27").note] if made.database is None else []

    def human() -> None:
        what = words("Đã đọc lại", "Read again") if check else words("Đã sao lưu", "Backed up")
        out(f"{what}: {words('tệp', 'files')} {len(made.hashes)} · {made.created_at[:16]} UTC")
        for note in wrong:
            out(say(note))

    data = {"created_at": made.created_at, "files": len(made.hashes), "missing": len(bad), "lost": list(made.lost)}
    report({**data, "errors": [error_json(note, options.lang) for note in wrong]}, as_json, human)
    leave(1 if wrong else 0)


def restore(target: Folder, as_json: JsonOption = False) -> None:
    """Makes the office anew from a backup, in an empty --home only. Secrets are to be put in again."""
    from workstation.app import backup as backups

    folder = home_folder()
    made = backups.restore(target, folder)

    def human() -> None:
        out(words(f"Đã khôi phục vào {folder}.", f"Restored into {folder}."))
        vi = "Bí mật không có trong bản sao lưu: xem workstation secret list rồi cất lại; thêm khóa ký, ảnh chữ ký, ảnh dấu."
        en = "Secrets are in no backup: see workstation secret list, keep them again; then keys and pictures of stamps."
        out(words(vi, en))
        if made.database is None:
            out(say(WorkstationError("G27").note))

    report({"home": str(folder), "created_at": made.created_at, "database": made.database is not None}, as_json, human)
    leave(0 if made.database is not None else 1)


def compact(target: Folder, as_json: JsonOption = False) -> None:
    """Clears pictures and texts made for working on dossiers that are received, reconciled and in the backup, which is read
    again for it. Originals, PDFs and receipts stay; what is cleared is made again when somebody opens the dossier."""
    from workstation.app.compacting import compact as run

    done = run(home_folder(), target)

    def human() -> None:
        out(
            words(
                f"Đã dọn {done.cleared} hồ sơ, {done.bytes / 1e6:.1f} MB.",
                f"Cleared {done.cleared} dossiers, {done.bytes / 1e6:.1f} MB.",
            )
        )
        if done.not_reconciled:
            out(
                words(
                    f"{done.not_reconciled} hồ sơ chưa đối soát: workstation reconcile.", f"{done.not_reconciled} not reconciled."
                )
            )
        if done.not_backed_up:
            out(
                words(
                    f"{done.not_backed_up} hồ sơ chưa sao lưu đủ: workstation backup.",
                    f"{done.not_backed_up} not backed up whole.",
                )
            )

    data = {"cleared": done.cleared, "bytes": done.bytes}
    report({**data, "not_reconciled": done.not_reconciled, "not_backed_up": done.not_backed_up}, as_json, human)
    leave(1 if done.not_reconciled or done.not_backed_up else 0)
