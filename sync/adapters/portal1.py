"""National portal, generation 1: log-in for a session, TraCuuHoSo, DongBoHoSoMC, CapNhatTienDoHoSoMC.

The portal knows no idempotency keys and answers HTTP 200 with ``error_code`` in the body, so that every step is looked up before
it is sent: whether the case is there decides between creating and ``isUpdating``, the status it shows whether the progress
arrived. Codes decide, never the words of ``message``.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sync.adapters.line import PeerLine, json_object, must_have, paths_of, success, text_of
from sync.adapters.portal1_map import case_code, dossier_body, file_address, progress_body
from sync.adapters.steps import check_size, once
from sync.failure import WardFailure
from workstation.domain.ids import Sha256
from workstation.domain.outbox import FailureClass
from workstation.domain.peers import BEGUN, CaseStatus, CodeBook, Delivered, Parcel, PeerConfig, StepJournal
from workstation.domain.signing import Secret

PATHS = {"login": "/mapi/login", "data": "/mapi/g", "share": "/mapi/g"}
_DONE = 0
_EXISTS = frozenset({3, -3})
_REFUSED = -1


class Portal1:
    """``domain.peers.PeerAdapter``. M06 if the settings lack what this portal needs."""

    def __init__(self, config: PeerConfig, book: CodeBook, secret: Callable[[], Secret]) -> None:
        must_have(config, "unit_code", "unit_name", "account", "files_url")
        self._config = config
        self._book = book
        self._secret = secret
        self._paths = paths_of(config, PATHS)
        self._line = PeerLine(config)
        self._session = ""

    @property
    def config(self) -> PeerConfig:
        return self._config

    def close(self) -> None:
        self._line.close()

    def reachable(self) -> bool:
        return self._line.answers(self._paths["login"])

    def deliver(self, parcel: Parcel, path: Callable[[Sha256], Path], journal: StepJournal) -> Delivered:
        code = case_code(parcel.case)
        for document in parcel.documents:
            check_size(document, self._config)
        self._sync(parcel, code, journal)
        self._tell_progress(parcel, code, journal)
        return Delivered(code)

    def _sync(self, parcel: Parcel, code: str, journal: StepJournal) -> None:
        known: dict[str, object] | None = None

        def look() -> dict[str, object] | None:
            case = self._case(code)
            if case is not None and _other(case, "MaTTHC", parcel.case.procedure):
                raise WardFailure(FailureClass.XUNG_DOT, field="MaTTHC")
            return case

        def look_up() -> str | None:
            nonlocal known
            known = look()
            return code if known is not None and self._has_files(known, parcel) else None

        def act() -> str:
            answer = self._change("DongBoHoSoMC", [self._body(parcel, known)], known is not None)
            if answer in _EXISTS and known is None:
                # "already there" is the portal's word for several things: only what it shows counts
                there = look()
                if there is None:
                    raise WardFailure(FailureClass.KHONG_RO, detail=f"code {answer}")
                if self._has_files(there, parcel):
                    return code
                answer = self._change("DongBoHoSoMC", [self._body(parcel, there)], True)
            return _must_be_done(answer, code)

        once(journal, "sync", look_up, act)

    def _tell_progress(self, parcel: Parcel, code: str, journal: StepJournal) -> None:
        wanted = parcel.case.status

        def look_up() -> str | None:
            known = self._case(code)
            if known is None:
                raise WardFailure(FailureClass.KHONG_RO, detail="case is gone")
            status = _status(known)
            if status is None and journal.get("progress") == BEGUN:
                raise WardFailure(FailureClass.KHONG_RO, detail="no status")
            return str(wanted.value) if status is wanted else None

        def act() -> str:
            body = progress_body(parcel, self._config, _signed_at(parcel))
            return _must_be_done(self._change("CapNhatTienDoHoSoMC", [body], None), str(wanted.value))

        once(journal, "progress", look_up, act)

    def _body(self, parcel: Parcel, known: dict[str, object] | None) -> dict[str, object]:
        """A case that is there keeps its status: the progress, told after it, is what moves it on."""
        status = CaseStatus.IN_PROGRESS if known is None else _status(known) or CaseStatus.IN_PROGRESS
        return dossier_body(parcel, self._config, self._book, status)

    def _has_files(self, known: dict[str, object], parcel: Parcel) -> bool:
        """Whether the portal shows every one of our files by the address that names its bytes."""
        shown: set[object] = set()
        for name, key in (("TaiLieuNop", "DuongDanTaiTepTin"), ("DanhSachGiayToKetQua", "DuongDanTepTinKetQua")):
            rows = known.get(name)
            if isinstance(rows, list):
                shown.update(row.get(key) for row in rows if isinstance(row, dict))
        return bool(parcel.documents) and all(file_address(d, self._config) in shown for d in parcel.documents)

    # --- calls

    def _case(self, code: str) -> dict[str, object] | None:
        """What the portal has under this number; None: nothing. Anything that can't be told is KHONG_RO."""
        body = self._call("share", {"service": "TraCuuHoSo", "mahoso": code})
        if _code(body) == _REFUSED:
            # asking has no fields that could be wrong: it is the log-in or the unit that is refused
            self._session = ""
            raise WardFailure(FailureClass.XAC_THUC, status=200, sent=False)
        if _code(body) != _DONE:
            raise _refusal(_code(body))
        rows = body.get("result")
        if not isinstance(rows, list) or any(not isinstance(row, dict) for row in rows):
            raise WardFailure(FailureClass.KHONG_RO, detail="no result")
        return next((row for row in rows if row.get("MaHoSo", code) == code), None)

    def _change(self, service: str, data: list[dict[str, object]], updating: bool | None) -> int:
        flag = {} if updating is None else {"isUpdating": "True" if updating else "False"}
        return _code(self._call("data", {"service": service, **flag, "data": data}))

    def _call(self, where: str, request: dict[str, object]) -> dict[str, object]:
        """One service call. A session that is refused, by 401 or by -1, is renewed once: with either nothing was done."""
        fresh = not self._session
        while True:
            if not self._session:
                self._log_in()
            body = {"session": self._session, "madonvi": self._config.unit_code, **request}
            reply = self._line.request("POST", self._paths[where], headers=self._headers(), body=body)
            if reply.status == 401:
                self._session = ""
                if not fresh:
                    fresh = True
                    continue
            answer = json_object(success(reply))
            if fresh or _code(answer) != _REFUSED:
                return answer
            self._session, fresh = "", True

    def _log_in(self) -> None:
        credentials = {"username": self._config.account, "password": self._secret().reveal()}
        try:
            reply = self._line.request("POST", self._paths["login"], headers=self._headers(), body=credentials)
            if reply.status in (400, 401, 403):
                raise WardFailure(FailureClass.XAC_THUC, status=reply.status)
            body = json_object(success(reply))
            if _code(body) != _DONE:
                raise WardFailure(FailureClass.XAC_THUC, status=reply.status)
            self._session = text_of(body, "session")
        except WardFailure as failure:
            failure.sent = False  # no more than the log-in was
            raise

    def _headers(self) -> dict[str, str]:
        return {"Charset": "utf-8"} | ({"dstcode": self._config.route} if self._config.route else {})


def _code(body: dict[str, object]) -> int:
    """``error_code`` as a number ("00" is 0); KHONG_RO for an answer without one."""
    try:
        return int(str(body["error_code"]))
    except (KeyError, ValueError) as error:
        raise WardFailure(FailureClass.KHONG_RO, detail="no error_code") from error


def _must_be_done(answer: int, value: str) -> str:
    if answer != _DONE:
        raise _refusal(answer)
    return value


def _refusal(answer: int) -> WardFailure:
    """-1: rejected. Any other number that is not known says nothing of what was done."""
    failure = FailureClass.KHONG_HOP_LE if answer == _REFUSED else FailureClass.KHONG_RO
    return WardFailure(failure, status=200, detail=f"code {answer}")


def _status(known: dict[str, object]) -> CaseStatus | None:
    try:
        return CaseStatus(int(str(known.get("TrangThaiHoSo"))))
    except ValueError:
        return None


def _other(known: dict[str, object], key: str, ours: str) -> bool:
    return bool(known.get(key)) and known[key] != ours


def _signed_at(parcel: Parcel) -> datetime:
    """When the last file was signed: the same in every try."""
    times = [datetime.fromisoformat(d.signing_time) for d in parcel.documents if d.signing_time]
    return max((t if t.tzinfo else t.replace(tzinfo=UTC) for t in times), default=parcel.created_at)
