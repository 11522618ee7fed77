"""The desk of Capture for a stack that is scanned on both sides through a one-sided feeder."""

from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

from workstation.domain.errors import WorkstationError
from workstation.domain.handduplex import Stack
from workstation.domain.ids import DossierId, UserName
from workstation.usecases import sides
from workstation.usecases.desklanes import DeskLanes
from workstation.usecases.feeding import Feeding
from workstation.usecases.recover import sha256_of
from workstation.usecases.stacks import forget_stack, keep_stack, stack_of


class StackDesk(DeskLanes):
    def stack(self, dossier_id: DossierId) -> Future[Stack | None]:
        """The stack that waits for its other sides; None: none does."""
        return self._ask(lambda: stack_of(self._parts.incoming / dossier_id))

    def _refuse_waiting_stack(self, dossier_id: DossierId) -> None:
        if (stack := stack_of(self._parts.incoming / dossier_id)) is not None:
            raise WorkstationError("Q18", fronts=len(stack.fronts))

    def leave_sides(self, dossier_id: DossierId) -> Future[None]:
        """The sides stay as they came, and no further ones are waited for."""
        return self._do(lambda: forget_stack(self._parts.incoming / dossier_id))

    def backs_again(self, dossier_id: DossierId) -> Future[None]:
        """Marks the backs as dropped and waits for the turned stack once more."""
        user, folder = self.user.name, self._parts.incoming / dossier_id

        def run() -> None:
            stack = stack_of(folder)
            if stack is None or not stack.turned:
                return
            office = self._office
            with self._arranging:
                sides.drop_backs(office, dossier_id, stack, user)
            keep_stack(folder, replace(stack, backs=(), broken=False, fault=False))

        return self._do(run)

    def _scan_by_hand(self, dossier_id: DossierId, feeding: Feeding, profile: str, by: UserName) -> int:
        """One side of the stack; with the last back the sides are put together. Q15 (``fronts``, ``backs``) where there are
        not as many of one as of the other: everything is kept as it came until somebody decides."""
        folder = feeding.folder
        stack = stack_of(folder) or Stack(profile=profile)
        _refuse(stack)
        if self._put_together(dossier_id, folder, stack, by):  # the last run stopped just before it
            return 0

        def side(path: Path) -> None:
            nonlocal stack
            stack = replace(stack, broken=True, fault=False).plus(sha256_of(path))
            keep_stack(folder, stack)

        try:
            count = feeding.run(side)
        except WorkstationError as error:
            # after Esc or a power cut an empty feeder says that there were no more
            if error.code != "Q02" or not stack.broken or stack.fault:
                if stack.broken:
                    keep_stack(folder, replace(stack, fault=True))
                raise
            count = 0
        if stack.sides:
            stack = replace(stack, broken=feeding.ended(), turned=stack.turned or not feeding.ended())
            keep_stack(folder, stack)
            _refuse(stack)
            self._put_together(dossier_id, folder, stack, by)
        return count

    def _put_together(self, dossier_id: DossierId, folder: Path, stack: Stack, by: UserName) -> bool:
        """False: there are sides to come."""
        if not stack.complete:
            return False
        office = self._office
        with self._arranging:
            sides.pair_sides(office, dossier_id, stack, by)
        forget_stack(folder)
        return True


def _refuse(stack: Stack) -> None:
    if stack.disagrees:
        raise WorkstationError("Q15", fronts=len(stack.fronts), backs=len(stack.backs))
