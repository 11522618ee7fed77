"""The fake desk's part about the paper: risk class, count, pages with notes."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

from workstation.domain.capture import CaptureRules, PaperCount, RiskClass
from workstation.domain.ids import DossierId, PageId
from workstation.rules.reader import load_rules
from workstation.usecases.views import DossierView

RULES: CaptureRules = load_rules().capture


class PaperAnswers:
    """Mixed into ``FakeDesk``."""

    views: dict[str, DossierView]
    _note: Callable[..., "Future[Any]"]
    _change_page: Callable[..., None]

    def risk_classes(self) -> tuple[RiskClass, ...]:
        return RULES.risks

    def set_risk(self, dossier_id: DossierId, code: str, note: str) -> "Future[None]":
        if dossier_id in self.views:
            self.views[dossier_id] = replace(self.views[dossier_id], risk=code, risk_note=note)
        return self._note("set_risk", None, dossier_id, code, note)

    def set_count(self, dossier_id: DossierId, sheets: int, pages: int) -> "Future[None]":
        if dossier_id in self.views:
            self.views[dossier_id] = replace(self.views[dossier_id], paper=PaperCount(sheets, pages))
        return self._note("set_count", None, dossier_id, sheets, pages)

    def explain_count(self, dossier_id: DossierId, reason: str) -> "Future[None]":
        view = self.views[dossier_id]
        self.views[dossier_id] = replace(view, paper=replace(view.paper, reason=reason), missing=None)
        return self._note("explain_count", None, dossier_id, reason)

    def set_note(self, page_id: PageId, on: bool) -> "Future[None]":
        self._change_page(page_id, with_note=on)
        return self._note("set_note", None, page_id, on)
