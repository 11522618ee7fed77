"""The check of what is kept: archive time-stamps that lapse soon, or could not be renewed. Run in a worker, as the others."""

from datetime import UTC, datetime

from workstation.app.doctor_model import Check, DoctorInputs, Words, amber, green, red
from workstation.domain.archive import KeptFile
from workstation.domain.errors import WorkstationError

RENEW = Words("Chạy: workstation archive --once.", "Run: workstation archive --once.")
CALL = Words("Xem: workstation archive, rồi báo quản trị.", "Look at: workstation archive, then call IT.")


def check_archive(inputs: DoctorInputs) -> tuple[Check, ...]:
    """Reads what the last round found; asks nobody and opens no signed file."""
    if inputs.database is None:
        return (green("archive", "Xem bằng workstation archive.", "See workstation archive."),)
    if not inputs.database.exists():
        return (green("archive", "Chưa có tệp đã ký nào.", "No signed files yet."),)
    try:
        kept = _kept(inputs)
    except WorkstationError as error:
        return (amber("archive", Words("Chưa đọc được.", "Could not be read."), CALL, error.code),)
    return (archive_check(kept, inputs, datetime.now(UTC)),)


def _kept(inputs: DoctorInputs) -> tuple[KeptFile, ...]:
    """Of copies, and of documents as they are signed now: one signed anew after it came back leaves a row that nobody looks
    after."""
    from workstation.store.database import open_store

    store = open_store(inputs.database or "")
    try:
        with store.read_factory() as uow:
            sealed = {x.sealed.sha256 for dossier in uow.dossiers.list() for x in dossier.documents if x.sealed is not None}
            sealed |= {line.sealed.sha256 for line in uow.register.list() if line.sealed is not None}
            return tuple(one for one in uow.archive.list() if one.sealed in sealed)
    finally:
        store.close()


def archive_check(kept: tuple[KeptFile, ...], inputs: DoctorInputs, now: datetime) -> Check:
    """The gravest of what a round found."""
    ends = [lapse.lapses for one in kept if (lapse := one.lapse(inputs.levels)) is not None]
    lapsed = sum(1 for end in ends if end <= now)
    stuck = sum(1 for one in kept if one.error is not None and one.error.code == "C42")
    due = sum(1 for one in kept if one.due(inputs.levels, now, lift=False) is not None)
    if lapsed or stuck:
        count = max(lapsed, stuck)
        sentence = Words(
            f"{count} tệp đã quá hạn hoặc không tự gia hạn được.", f"{count} files have lapsed or can't be renewed by themselves."
        )
        return red("archive", sentence, CALL, "C42")
    if due:
        first = f"{min(ends):%d/%m/%Y}"
        sentence = Words(f"{due} tệp cần gia hạn, sớm nhất {first}.", f"{due} files are due, the first on {first}.")
        return amber("archive", sentence, RENEW, "C41")
    if not ends:
        return green("archive", "Chưa có tệp nào ở mức LTA.", "No file stands at LTA yet.")
    first = f"{min(ends):%d/%m/%Y}"
    return green("archive", f"{len(ends)} tệp còn hạn, sớm nhất {first}.", f"{len(ends)} files, the first lapses on {first}.")
