"""Whether the state already has a digitised result that still counts, before its paper is scanned.

The store's list is only a pointer: what its ``signature`` covers is not published, so nothing rests on it. A file counts by
its own signature, judged in a page worker; one that does not count says why. "None" is said only where the store said so.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from workstation.domain.durable import copy_durably
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.ids import Sha256, new_id
from workstation.domain.reuse import ResultStore, ReuseQuery, StoredFile, StoredResult
from workstation.domain.signature import FileVerdict
from workstation.usecases.office import VERIFY_SECONDS, Office

MOST_FILES = 20
"""Fetched for one question; a person has few papers of one kind."""


class ReuseState(Enum):
    FOUND = "found"  # Đã có bản số hóa còn giá trị
    DOUBTFUL = "doubtful"  # Có bản số hóa nhưng chưa dùng lại được
    NONE = "none"  # Chưa có bản số hóa
    UNKNOWN = "unknown"  # Chưa biết: nobody answered


@dataclass(frozen=True, slots=True)
class ReuseFile:
    result: StoredResult
    sha256: Sha256 | None = None
    bytes: int = 0
    signers: tuple[str, ...] = ()
    note: ErrorNote | None = None
    """Why it can't be used; None: it can."""
    path: Path | None = None
    """Where it was put, if it was asked for."""


@dataclass(frozen=True, slots=True)
class ReuseAnswer:
    state: ReuseState
    files: tuple[ReuseFile, ...] = ()
    note: ErrorNote | None = None
    """Why nothing is known."""


def ask_for_reuse(
    office: Office,
    store: ResultStore,
    judge: Callable[[Path], FileVerdict],
    query: ReuseQuery,
    by: str,
    keep: Path | None = None,
) -> ReuseAnswer:
    """``judge`` runs in a page worker. ``keep``: folder for the files that count. M01.

    That it was asked, for which procedure, and what came of it is written down; for whom is not.
    """

    def judged(result: StoredResult, file: StoredFile | None) -> ReuseFile:
        if file is None or not _asked_for(query, result):
            return ReuseFile(result, note=ErrorNote("G23", (("reason", "missing" if file is None else "other"),)))
        return _try(office, store, judge, result, file, keep)

    try:
        found = store.find(query)
    except WorkstationError as error:
        answer = ReuseAnswer(ReuseState.UNKNOWN, note=error.note)
    else:
        answer = _answer(tuple(judged(result, file) for result, file in _listed(found)))
    with office.uow() as uow:
        detail = {"state": answer.state.value, "files": len(answer.files), "procedure": query.procedure}
        uow.audit.append(office.event(by, "reuse-asked", query.procedure, **detail))
        uow.commit()
    return answer


def _listed(found: tuple[StoredResult, ...]) -> list[tuple[StoredResult, StoredFile | None]]:
    """Each file with its result; a result without files stands there all the same."""
    pairs = [(result, file) for result in found for file in (result.files or (None,))]
    return pairs[:MOST_FILES]


def _asked_for(query: ReuseQuery, result: StoredResult) -> bool:
    """A store that answers with another paper than was asked for has not answered with this one."""
    return any(result.code == wanted.code and wanted.notation in ("", result.notation) for wanted in query.wanted)


def _answer(files: tuple[ReuseFile, ...]) -> ReuseAnswer:
    if not files:
        return ReuseAnswer(ReuseState.NONE)
    usable = any(file.note is None for file in files)
    return ReuseAnswer(ReuseState.FOUND if usable else ReuseState.DOUBTFUL, files)


def _try(
    office: Office,
    store: ResultStore,
    judge: Callable[[Path], FileVerdict],
    result: StoredResult,
    file: StoredFile,
    keep: Path | None,
) -> ReuseFile:
    """One file fetched, judged and kept; whatever is wrong with it costs this one only."""
    part = office.blobs.staging() / f"{new_id()}.pdf"
    try:
        data = store.fetch(file)
        sha256 = Sha256(hashlib.sha256(data).hexdigest())
        part.write_bytes(data)
        verdict = office.pages.submit(judge, part, timeout=VERIFY_SECONDS).result()
        signers = tuple(signature.signer for signature in verdict.signatures)
        if not verdict.green or verdict.sha256 != sha256:
            return ReuseFile(result, sha256, len(data), signers, ErrorNote("G23", (("reason", "signature"),)))
        path = None
        if keep is not None:
            path = keep / f"{sha256}.pdf"
            copy_durably(part, path)
        return ReuseFile(result, sha256, len(data), signers, path=path)
    except WorkstationError as error:
        if error.code == "M01":
            raise
        return ReuseFile(result, note=error.note)
    finally:
        part.unlink(missing_ok=True)
