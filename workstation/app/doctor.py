"""``workstation doctor``: is this PC fit for the main job, and if not, what is to be done first?

Every check runs in a worker process under its own time limit: a hanging token driver, network folder or scanner costs its
own line of the report, never the report.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from workstation.app import doctor_archive as kept
from workstation.app import doctor_machine as machine
from workstation.app import doctor_outside as outside
from workstation.app import doctor_secrets as kept_secrets
from workstation.app.doctor_model import NAMES, Check, DoctorInputs, Lang, Light, Words, red
from workstation.domain.errors import WorkstationError
from workstation.jobs.lanes import ProcessLane

__all__ = ["Check", "DoctorInputs", "Light", "as_json", "as_text", "exit_code", "run_checks"]

WORKERS = 2


@dataclass(frozen=True, slots=True)
class Group:
    """Checks that share one look at the same thing."""

    ids: tuple[str, ...]
    run: Callable[[DoctorInputs], tuple[Check, ...]]
    seconds: float
    """How long the look may take before its worker is ended."""


GROUPS = (
    # what takes longest first, so that two workers end together
    Group(("scanner",), machine.check_scanner, 25),
    Group(("library", "token", "certificate"), outside.check_token, 20),
    Group(("screen",), machine.check_screen, 20),
    Group(("server", "tls", "clock"), outside.check_ward, 25),
    Group(("peers",), outside.check_peers, 60),
    Group(("timestamp",), outside.check_timestamp, 15),
    Group(("archive",), kept.check_archive, 30),
    Group(("fonts",), machine.check_fonts, 20),
    Group(("reading",), machine.check_reading, 25),
    Group(("database",), machine.check_database, 60),
    Group(("secrets",), kept_secrets.check_secrets, 45),
    Group(("home",), machine.check_home, 15),
    Group(("watched",), machine.check_watched, 10),
    Group(("disk",), machine.check_disk, 10),
    Group(("program",), machine.check_program, 10),
)


def run_checks(inputs: DoctorInputs, groups: Iterable[Group] = GROUPS) -> tuple[Check, ...]:
    """All checks in the order of the report. Never raises for what it finds, never waits longer than the time limits."""
    lane = ProcessLane(WORKERS, "doctor", nice=0, retries=0)
    try:
        asked = [(group, lane.submit(group.run, inputs, timeout=group.seconds)) for group in groups]
        found = [check for group, future in asked for check in _answer(group, future)]
    finally:
        lane.close()
    order = list(NAMES)
    return tuple(sorted(found, key=lambda check: order.index(check.id)))


def _answer(group: Group, future: "Future[tuple[Check, ...]]") -> tuple[Check, ...]:
    report = Words("Chạy lại; nếu vẫn thế, báo quản trị.", "Run it again; if it stays so, call IT.")
    try:
        return future.result()
    except WorkstationError as error:
        if error.params.get("reason") == "timeout":
            sentence = Words(f"Không trả lời trong {group.seconds:.0f} giây.", f"No answer within {group.seconds:.0f} seconds.")
        else:
            sentence = Words(
                "Phần này làm chương trình kiểm tra dừng đột ngột.", "This part made the checking program stop suddenly."
            )
        code = error.code
    except Exception as error:  # noqa: BLE001 - a check that breaks is a finding of its own, and the others still count
        sentence = Words(f"Lỗi không rõ ({type(error).__name__}).", f"Unknown fault ({type(error).__name__}).")
        code = "B01"
    return tuple(red(check_id, sentence, report, code) for check_id in group.ids)


def exit_code(checks: Iterable[Check]) -> int:
    """0: nothing red. 3: a part is missing or unreachable."""
    return 3 if any(check.light is Light.RED for check in checks) else 0


def as_json(checks: Iterable[Check], inputs: DoctorInputs, lang: Lang = "vi") -> dict[str, Any]:
    listed = tuple(checks)
    lights = [check.light for check in listed]
    worst = next((light for light in (Light.RED, Light.AMBER) if light in lights), Light.GREEN)
    return {
        "program": "tram-so-hoa",
        "version": inputs.program_version,
        "home": str(inputs.home),
        "light": worst.value,
        "checks": [
            {
                "id": check.id,
                "name": getattr(check.name, lang),
                "light": check.light.value,
                "code": check.code or None,
                "sentence": getattr(check.sentence, lang),
                "fix": getattr(check.fix, lang) or None,
            }
            for check in listed
        ],
    }


MARKS = {Light.GREEN: "✓", Light.AMBER: "!", Light.RED: "✗"}


def as_text(checks: Iterable[Check], lang: Lang = "vi") -> str:
    """The report as people read it and send it on; the sign says the state, not a colour alone."""
    lines: list[str] = []
    for check in checks:
        code = f"{check.code}: " if check.code and check.light is not Light.GREEN else ""
        lines.append(f"{MARKS[check.light]} {getattr(check.name, lang)}: {code}{getattr(check.sentence, lang)}")
        if fix := getattr(check.fix, lang):
            lines.append(f"    → {fix}")
    return "\n".join(lines)
