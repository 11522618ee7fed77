"""``workstation meeting``: leaves the line to a meeting for a while, for every program on the home folder."""

import re
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from workstation.app.console import JsonOption, home_folder, out, report, words
from workstation.domain.errors import WorkstationError
from workstation.usecases.office import VIETNAM

if TYPE_CHECKING:
    from workstation.app.line import OfficeLine


def _line() -> "OfficeLine":
    from workstation.app.compose import Home, SystemClock
    from workstation.app.line import OfficeLine
    from workstation.app.settings import load

    home = home_folder()
    return OfficeLine(load(home).line.rules, Home(home).meeting, SystemClock())


def on(
    until: Annotated[str, typer.Option(help="When it ends by itself, by the office's clock: 16:30. Default: in two hours.")] = "",
    as_json: JsonOption = False,
) -> None:
    """A meeting begins: sending is slowed to [line] meeting_kbps, also in the middle of a file."""
    from workstation.usecases.outboxdesk import MEETING

    now, line = datetime.now(UTC), _line()
    line.hold_meeting(ending(until, now) if until else now + MEETING)
    _tell(line, as_json)


def off(as_json: JsonOption = False) -> None:
    """The meeting is over: sending goes on at its usual speed."""
    line = _line()
    line.hold_meeting(None)
    _tell(line, as_json)


def show(as_json: JsonOption = False) -> None:
    """Whether the line is left to a meeting, and until when."""
    _tell(_line(), as_json)


def ending(text: str, now: datetime) -> datetime:
    """The next moment at which the office's clock shows ``text``. U01 if that is no time of day."""
    if not re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d", text):
        raise WorkstationError("U01", detail="--until: 16:30")
    hour, minute = map(int, text.split(":"))
    local = now.astimezone(VIETNAM)
    end = datetime.combine(local.date(), time(hour, minute), VIETNAM)
    return end if end > local else end + timedelta(days=1)


def _tell(line: "OfficeLine", as_json: bool) -> None:
    until = line.meeting_until()
    rate = line.bytes_per_second()
    kbps = None if rate is None else round(rate / 125)

    def human() -> None:
        speed = words("không giới hạn", "no cap") if kbps is None else f"{kbps} kbit/s"
        if until is None:
            out(words(f"Không có cuộc họp. Tốc độ gửi: {speed}.", f"No meeting. Sending: {speed}."))
        else:
            end = until.astimezone(VIETNAM).strftime("%H:%M %d/%m/%Y")
            out(words(f"Đang nhường đường truyền cho cuộc họp đến {end}. Tốc độ gửi: {speed}.",
                      f"The line is left to a meeting until {end}. Sending: {speed}."))  # fmt: skip

    report({"meeting_until": until.isoformat() if until else None, "limit_kbps": kbps}, as_json, human)
