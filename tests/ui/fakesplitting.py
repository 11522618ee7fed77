"""The part of the fake desk that splits and sorts."""

from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from tests.ui.answers import failed
from workstation.domain.codes import Separator
from workstation.domain.ids import DossierId, PageId
from workstation.domain.splitcue import Cue
from workstation.usecases.desk import Desk
from workstation.usecases.views import DossierRow, ImportOutcome


class FakeSplitting(Desk):
    rows: list[DossierRow]
    scan_cancelled: Callable[[], bool]
    scan_progress: Callable[[ImportOutcome], None]
    profiles_for_copies: frozenset[str] = frozenset()

    def _note(self, name: str, value: Any, *args: Any) -> "Future[Any]":
        raise AssertionError("the whole fake desk notes its calls")

    def copy_profiles(self) -> frozenset[str]:
        return self.profiles_for_copies

    def scan_copies(
        self,
        dossier_id: DossierId,
        source_id: str,
        profile: str,
        progress: Callable[[ImportOutcome], None],
        cancelled: Callable[[], bool],
    ) -> "Future[int]":
        self.scan_cancelled, self.scan_progress = cancelled, progress
        return self._note("scan_copies", 1, dossier_id, source_id, profile)

    def refuse_cue(self, page_id: PageId, kind: Cue) -> "Future[None]":
        return self._note("refuse_cue", None, page_id, kind)

    def follow_slip(self, dossier_id: DossierId, code: str) -> "Future[DossierId]":
        target = next((r.id for r in self.rows if r.code == code), None)
        return self._note("follow_slip", target, dossier_id, code)

    def find_dossier(self, code: str) -> "Future[DossierId]":
        found = next((r.id for r in self.rows if r.code == code.strip()), None)
        return self._note("find_dossier", found, code) if found else failed("Q10")

    def save_separators(self, out: Path, kind: Separator, count: int) -> "Future[None]":
        return self._note("save_separators", None, out, kind, count)

    def save_slip(self, out: Path, dossier_id: DossierId) -> "Future[None]":
        return self._note("save_slip", None, out, dossier_id)
