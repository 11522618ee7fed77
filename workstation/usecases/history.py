"""Undo and redo of how dossiers are arranged: for as long as the dossier lies on the capture desk, over restarts too."""

from dataclasses import replace

from workstation.domain.arrangement import Step, leading, rearranged, touched
from workstation.domain.dossier import Dossier
from workstation.domain.ids import DossierId, UserName
from workstation.domain.ports import UnitOfWork
from workstation.usecases.arrange import capturing, reindexed, texts_in
from workstation.usecases.office import Office
from workstation.usecases.read import in_paper_order


def travel(office: Office, dossier_id: DossierId, by: UserName, *, back: bool) -> None:
    """Takes the newest change back, or makes the one again that was taken back last, with all that was done together with it;
    nothing if there is none. Pages that came in since stay, and what was read or typed since is kept.

    K06 if it concerns a document that was entered meanwhile, K04 if another station was faster: what was taken back before that
    stays so.
    """
    step = _next(office, dossier_id, back=back)
    while step is not None:
        _travel(office, dossier_id, step, by, back=back)
        batch, step = step.batch, _next(office, dossier_id, back=back)
        if not batch or step is None or step.batch != batch:
            return


def _next(office: Office, dossier_id: DossierId, *, back: bool) -> Step | None:
    with office.look() as uow:
        return uow.history.next(dossier_id, back=back)


def _travel(office: Office, dossier_id: DossierId, step: Step, by: UserName, *, back: bool) -> None:
    now = office.dossier(dossier_id)
    then = _after(now, step)
    texts = texts_in(office, then, *touched(now, then))

    def edit(d: Dossier) -> Dossier:
        after = _after(d, step)
        changed = touched(d, after)
        capturing(d, *changed)
        return reindexed(office, after, changed, texts)

    def turn(uow: UnitOfWork, before: Dossier, after: Dossier) -> None:
        uow.history.turn(dossier_id, step, replace(leading(after, before), batch=step.batch), back=back)

    office.change(dossier_id, edit, office.event(by, "undone" if back else "redone", dossier_id), beside=turn)


def _after(dossier: Dossier, step: Step) -> Dossier:
    return in_paper_order(rearranged(dossier, step))
