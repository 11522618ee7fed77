"""The report on one file's signatures as a PDF: what ``ui.verdicts`` says on the screen, set in both languages."""

from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from signing.paper import Paper, Row, Section, Words, write
from signing.stamp import format_time
from ui.messages import VERDICTS, sentence
from ui.verdicts import Told, of_the_file, told
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.signature import FileVerdict, Verdict


def write_report(out: Path, name: str, verdict: FileVerdict, *, offline: bool) -> None:
    """Raises OSError."""
    made = datetime.now(UTC).replace(microsecond=0)
    write(verdict_paper(name, verdict, made=made, by=f"Trạm số hóa {version('tram-so-hoa')}", offline=offline), out)


def save_report(out: Path, name: str, verdict: FileVerdict) -> None:
    """As :func:`write_report`, for a screen that asked the issuers. F07 where it can't be written."""
    try:
        write_report(out, name, verdict, offline=False)
    except OSError as error:
        raise WorkstationError("F07", file=out.name) from error


def verdict_paper(name: str, verdict: FileVerdict, *, made: datetime, by: str, offline: bool) -> Paper:
    """``name``: of the file, without its folder; ``made``: aware."""
    tone = "good" if verdict.green else "bad" if verdict.verdict in (Verdict.INVALID, Verdict.UNREADABLE) else "warn"
    rest = of_the_file(verdict)
    rows = [
        _row("Tên tệp", "File name", Words(name)),
        _row("SHA-256", "", Words(verdict.sha256) if verdict.sha256 else Words("Không ghi", "Not stated")),
        _row("Thời điểm kiểm tra", "Time of verification", Words(format_time(made))),
        _row("Có hỏi đơn vị cấp qua mạng", "Issuers asked on line", Words("Không", "No") if offline else Words("Có", "Yes")),
        _row("Số chữ ký", "Signatures", Words(str(len(verdict.signatures)))),
    ]
    if rest:
        rows.append(Row(Words("Lý do", "Reasons"), _reasons(rest)))
    about = Section(Words("Tệp được kiểm tra", "The file"), tuple(rows))
    signatures = (_signature(told(number, report)) for number, report in enumerate(verdict.signatures, 1))
    title = Words("Kết quả kiểm tra chữ ký số", "Verification report on digital signatures")
    return Paper(title, Words(*VERDICTS[verdict.verdict]), tone, (about, *signatures), made, by)


def _signature(one: Told) -> Section:
    sub = f" – {one.subindication}" if one.subindication else ""
    vi, en = one.verdict
    rows = (
        _row("Kết luận", "Verdict", Words(vi, f"{en} ({one.indication}{sub})")),
        Row(Words("Lý do", "Reasons"), _reasons(one.reasons)),
        *(_row(*fact.label, Words(*fact.value)) for fact in one.facts),
    )
    return Section(Words(*one.title), rows)


def _row(vi: str, en: str, value: Words) -> Row:
    return Row(Words(vi, en), (value,))


def _reasons(notes: tuple[ErrorNote, ...]) -> tuple[Words, ...]:
    if not notes:
        return (Words("Không có điểm nào phải lưu ý", "Nothing to note"),)
    told = dict.fromkeys((f"{note.code}: {sentence(note)}", f"{note.code}: {sentence(note, 'en')}") for note in notes)
    return tuple(Words(vi, en) for vi, en in told)
