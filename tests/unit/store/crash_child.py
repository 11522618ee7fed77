"""Imports dossier after dossier until it is killed: original, dossier, audit line and outbox row each time.

Arguments: database address, blob folder. Prints each code after its commit.
"""

import itertools
import os
import sys
from dataclasses import replace
from pathlib import Path

from tests.unit.store.samples import dossier, event, item
from workstation.domain.page import PageSource
from workstation.store.blobs import FileBlobs
from workstation.store.database import open_store


def main() -> None:
    store, blobs = open_store(sys.argv[1]), FileBlobs(Path(sys.argv[2]))
    for n in itertools.count():
        with store.uow_factory() as uow:
            code = uow.dossiers.next_code()
            new = dossier(code, pages=4)
            originals = [blobs.put_bytes(os.urandom(50_000)) for _ in new.pages]
            pages = (replace(p, source=PageSource(o, 0)) for p, o in zip(new.pages, originals, strict=True))
            uow.dossiers.add(replace(new, pages=tuple(pages)))
            uow.audit.append(event(new.id, n))
            uow.outbox.add(item(new))
            uow.commit()
        print(code, flush=True)


if __name__ == "__main__":
    main()
