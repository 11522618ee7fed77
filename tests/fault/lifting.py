"""Lifts and renews what waits in an office's folder with the real signing code, and kills its own process (SIGKILL) at the n-th
border.

Borders: after each file that was lifted, before and after every blob and every commit. Run:
``python -m tests.fault.lifting FOLDER URL BORDER`` (0: no crash); prints the borders that were passed.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Lock

from signing import worker
from tests.fault.crashing import Borders
from tests.unit.usecases.bench import World, open_world
from tests.unit.usecases.machine import verify
from workstation.domain.signature import LiftResult, SignResult
from workstation.domain.signing import Levels, LiftJob, RevocationAccess, SigningServices, SignJob, TimestampService, TrustStore
from workstation.store.blobs import FileBlobs
from workstation.store.unit_of_work import SqlUnitOfWork
from workstation.usecases import archive, lift
from workstation.usecases.recover import recover

WITHIN = timedelta(days=350)
"""More than the authority's certificate lasts at first, less than later."""


def real_services(url: str, root: Path) -> SigningServices:
    return SigningServices(TimestampService(f"{url}/tsa", seconds=10), RevocationAccess(seconds=10), TrustStore((root,)))


@contextmanager
def real_world(folder: Path, services: SigningServices, sign: Callable[[SignJob], SignResult] | None = None) -> Iterator[World]:
    """The office in ``folder``, where lifting is real."""
    with open_world(folder) as world:
        tools = replace(world.office.signing, lift=_lift, standing=worker.file_standing)
        tools = tools if sign is None else replace(tools, sign=sign)
        levels = Levels("LTA", services, hold=timedelta(hours=24))
        world.office = replace(world.office, signing=tools, levels=levels)
        yield world


def _lift(job: LiftJob) -> LiftResult:
    return worker.lift_file(job)


def main() -> None:
    folder, url, fatal = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    with real_world(folder / "office", real_services(url, folder / "root.pem")) as world:
        recover(world.office, verify)
        borders = Borders(fatal)
        for module in (lift, archive):
            inner: Callable[..., object] = vars(module)["at_token"]

            def at_token(*args: object, inner: Callable[..., object] = inner) -> object:
                found = inner(*args)
                borders.cross("after lift")
                return found

            setattr(module, "at_token", at_token)  # noqa: B010 - the modules import it and do not export it
        borders.guard(SqlUnitOfWork, "commit", "commit")
        borders.guard(FileBlobs, "put_file", "blob")
        lift.Lifter(world.office, Lock()).round()
        archive.Keeper(world.office, Lock(), WITHIN).round(600)
    worker.close_key()


if __name__ == "__main__":
    main()
