"""What every screen has: its place in the frame, what its foot bar says, and its one next action."""

from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ui import actions
from ui.bridge import Inbox
from ui.theme import Tone
from workstation.domain.ids import DossierId, PageId
from workstation.usecases.desk import Desk


@dataclass(frozen=True, slots=True)
class PillText:
    text: str
    tone: Tone
    icon: str | None = None


@dataclass(frozen=True, slots=True)
class Foot:
    """What the bar at the foot says now. ``primary`` is the one blue button; ``missing`` says what is in its way."""

    primary: str
    saved: str = ""
    missing: str = ""
    missing_tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Secondary:
    command_id: str
    run: Callable[[], object]
    text: str = ""
    visible: bool = True


@dataclass(frozen=True, slots=True)
class Go:
    """A wish to see another screen, and there one document."""

    screen: str
    document_id: str = ""
    field: str = ""
    """Of that document; one that the form doesn't have is no wish."""
    at: "At | None" = None
    """For screens that show pages of a dossier."""


@dataclass(frozen=True, slots=True)
class At:
    """What a screen looks at: others that show the pages of dossiers open there."""

    dossier_id: DossierId
    page_id: PageId | None = None


@dataclass(slots=True)
class Place:
    """Where a screen stands in the rail."""

    id: str
    title: str
    word: str
    icon: str
    keys: tuple[str, ...] = field(default=())


ROOMY = 1150
"""Width of a screen below which (1366×768 at 125 %: 1015) side cards narrow and what is told elsewhere gives way."""


class Screen(QWidget):
    foot_changed = Signal()
    pills_changed = Signal()
    go = Signal(object)
    place: Place

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.inbox = Inbox(self)
        self._foot = Foot("")
        self._pills: tuple[PillText, ...] = ()

    # --- what the frame asks
    def secondary(self) -> tuple[Secondary, ...]:
        return ()

    def foot(self) -> Foot:
        return self._foot

    def pills(self) -> tuple[PillText, ...]:
        return self._pills

    def at(self) -> At | None:
        """The dossier and page in work here; None on screens that show no pages of a dossier in capture."""
        return None

    def follow(self, at: At) -> None:
        """Where work was last, on whatever screen; told before :meth:`activate`."""

    def activate(self) -> None:
        """Shown now: load what may have changed, put the focus where work goes on."""

    def open_document(self, document_id: str, field: str = "") -> None:
        """Somebody wants to see that document here."""

    def primary(self) -> None:
        """The blue button. If something is missing, the focus goes there and the foot says what."""

    def escape(self) -> bool:
        """Esc: close what is open, stop what runs; False if there was nothing."""
        return False

    def forget_user(self) -> None:
        """Somebody else sits here now: nothing that the last one keyed stays, also while another screen is in front."""

    def user_changed(self) -> None:
        """The same of the screen in front, which goes on for the new one."""
        self.forget_user()
        self.activate()

    def line_changed(self, online: bool | None) -> None:
        """The line went up or down."""

    # --- for the screens themselves
    def say_foot(self, foot: Foot) -> None:
        if foot != self._foot:
            self._foot = foot
            self.foot_changed.emit()

    def say_pills(self, *pills: PillText) -> None:
        if pills != self._pills:
            self._pills = pills
            self.pills_changed.emit()

    def on(self, command_id: str, run: Callable[[], object], where: QWidget | None = None) -> None:
        actions.shortcut(command_id, where or self, run)
