"""What happened to a dossier after it came: events, and its status. Both are appended, never changed. (CapNhatTienDoHoSoMC,
CapNhatTrangThai of the national contract.)"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from sync.canonical import sha256_text
from sync.ward.database import reading, writing
from sync.ward.models import DossierRow, ProgressRow, StatusRow
from sync.ward.problems import Problem


@dataclass(frozen=True, slots=True)
class Status:
    version: int
    """0: nobody set one yet. Also the entity tag that a change must name."""
    code: int | None = None
    """1 to 10, as the national system counts them."""


class ProgressRecords:
    def __init__(self, engine: Engine, now: Callable[[], datetime]) -> None:
        self._engine = engine
        self._now = now

    def append(self, dossier_id: str, event_id: str, body: str) -> bool:
        """False if this event was here already; 409 if it said something else."""
        with writing(self._engine) as session:
            _dossier(session, dossier_id)
            known = session.get(ProgressRow, event_id)
            if known is not None:
                if (known.dossier_id, known.body_sha256) != (dossier_id, sha256_text(body)):
                    raise Problem(409, "KHAC_NOI_DUNG")
                return False
            row = ProgressRow(
                id=event_id, dossier_id=dossier_id, body=body, body_sha256=sha256_text(body), received_at=self._now()
            )
            session.add(row)
            return True

    def set_status(self, dossier_id: str, event_id: str, body: str, expected: str) -> Status:
        """The new status. 412 when it is no longer at version ``expected``; the same event again changes nothing."""
        with writing(self._engine) as session:
            # the row lock makes two changes of one dossier queue up, so that the second sees the first
            _dossier(session, dossier_id, lock=True)
            known = session.get(StatusRow, event_id)
            if known is not None:
                if (known.dossier_id, known.body_sha256) != (dossier_id, sha256_text(body)):
                    raise Problem(409, "KHAC_NOI_DUNG")
                return Status(known.version, known.code)
            now = _status(session, dossier_id)
            if expected != str(now.version):
                raise Problem(412, "DA_THAY_DOI", "if-match", {"ETag": f'"{now.version}"'})
            code = int(json.loads(body)["TrangThai"])
            row = StatusRow(id=event_id, dossier_id=dossier_id, version=now.version + 1, code=code, body=body)
            row.body_sha256, row.received_at = sha256_text(body), self._now()
            session.add(row)
            return Status(row.version, row.code)

    def status(self, dossier_id: str) -> Status:
        """404 for a dossier that is not here."""
        with reading(self._engine) as session:
            _dossier(session, dossier_id)
            return _status(session, dossier_id)


def _dossier(session: Session, dossier_id: str, *, lock: bool = False) -> None:
    if session.get(DossierRow, dossier_id, with_for_update=lock or None) is None:
        raise Problem(404, "KHONG_CO")


def _status(session: Session, dossier_id: str) -> Status:
    row = session.scalar(select(StatusRow).filter_by(dossier_id=dossier_id).order_by(StatusRow.version.desc()).limit(1))
    return Status(row.version, row.code) if row else Status(0)
