"""Undo and redo of how dossiers are arranged, for as long as the desk is open and the dossier lies on it."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from workstation.domain.dossier import Dossier
from workstation.domain.ids import DossierId, UserName
from workstation.usecases import edit
from workstation.usecases.office import Office


@dataclass(slots=True)
class _Trail:
    past: list[Dossier] = field(default_factory=list)
    future: list[Dossier] = field(default_factory=list)


class History:
    """One change at a time, each with its place in the history, however fast somebody clicks."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._trails: dict[DossierId, _Trail] = {}
        self._lock = threading.Lock()

    def can(self, dossier_id: DossierId) -> tuple[bool, bool]:
        """Whether something can be undone, and redone."""
        trail = self._trails.get(dossier_id, _Trail())
        return bool(trail.past), bool(trail.future)

    def arrange(self, find: Callable[[], Dossier], change: Callable[[], Dossier]) -> DossierId:
        """Makes a change that can be undone; ends what could be redone."""
        with self._lock:
            before = find()
            if change() != before:
                trail = self._trails.setdefault(before.id, _Trail())
                trail.past.append(before)
                trail.future.clear()
        return before.id

    def travel(self, dossier_id: DossierId, by: UserName, *, back: bool) -> None:
        with self._lock:
            trail = self._trails.setdefault(dossier_id, _Trail())
            source, target = (trail.past, trail.future) if back else (trail.future, trail.past)
            if not source:
                return
            now = self._office.dossier(dossier_id)
            edit.put_back(self._office, source[-1], by, "undone" if back else "redone")
            source.pop()
            target.append(now)

    def finish(self, dossier_id: DossierId, by: UserName) -> None:
        """ "Xong hồ sơ"; nothing is undone across it."""
        with self._lock:
            edit.finish_capture(self._office, dossier_id, by)
            self._trails.pop(dossier_id, None)
