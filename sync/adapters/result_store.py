"""The national store of digitised results (Kho số hóa) over HTTP (integration.md 2.4): ``domain.reuse.ResultStore``.

Both calls answer HTTP 200 whatever happened. Only a success code with a list and a signature is an answer; a page of a gateway, a
list that is null, a code nobody knows are none. What ``signature`` covers is not published: that there is one is checked, and
nothing else rests on it.
"""

import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import dataclass

from sync.adapters.line import PeerLine, Reply, json_object, success
from sync.adapters.markup import tidy
from sync.failure import WardFailure
from workstation.domain.errors import WorkstationError
from workstation.domain.outbox import FailureClass
from workstation.domain.peers import PeerConfig
from workstation.domain.reuse import ReuseQuery, StoredFile, StoredResult
from workstation.domain.signing import Secret

_COUNTER = "1"
"""KenhThucHien: at the counter."""
_REASONS = {
    FailureClass.MANG: "offline",
    FailureClass.XAC_THUC: "login",
    FailureClass.QUYEN: "login",
    FailureClass.QUA_TAI: "server",
    FailureClass.MAY_CHU: "server",
    FailureClass.KHONG_HOP_LE: "server",
}
_MOST_RESULTS = 200
_MOST_TEXT = 4_000


@dataclass(frozen=True, slots=True)
class StoreConfig:
    """Where the store is: an https address, the paths of its two calls, ``route`` the exchange platform's ``dstcode``."""

    url: str
    find: str
    file: str
    route: str = ""
    success: str = "0 00"
    """Codes that say success: the store's own are not published."""
    max_mb: int = 10
    seconds: int = 30
    proxy: str = ""


class NationalStore:
    """``secret``: a bearer token; empty where the platform knows the office by its line."""

    def __init__(self, config: StoreConfig, secret: Callable[[], Secret]) -> None:
        self._config = config
        self._secret = secret
        self._line = PeerLine(PeerConfig("reuse", "", config.url, seconds=config.seconds, proxy=config.proxy))

    def close(self) -> None:
        self._line.close()

    def find(self, query: ReuseQuery) -> tuple[StoredResult, ...]:
        owner = query.owner.reveal()
        asked = {
            "SoDinhDanhChuSoHuu": owner,
            "HoTenNguoiYeuCau": query.officer.reveal(),
            "KenhThucHien": _COUNTER,
            "SoDinhDanhNguoiYeuCau": owner,  # as the ministries' own clients do at the counter
            "MaThuTuc": query.procedure,
            "DanhSachDanhMucKetQua": [{"MaKetQua": wanted.code, "SoKyHieu": wanted.notation} for wanted in query.wanted],
        }
        return found_results(self._post(self._config.find, asked), frozenset(self._config.success.split()))

    def fetch(self, file: StoredFile) -> bytes:
        reply = self._post(self._config.file, {"CoQuanChuQuan": file.agency, "DuongDan": file.place})
        return file_bytes(reply, self._config.max_mb * 1_000_000)

    def _post(self, path: str, body: object) -> Reply:
        headers = {"dstcode": self._config.route} if self._config.route else {}
        if token := self._secret().reveal():
            headers["Authorization"] = f"Bearer {token}"
        try:
            return success(self._line.request("POST", path, headers=headers, body=body))
        except WardFailure as failure:
            raise _silent(_REASONS.get(failure.failure, "answer")) from failure


def found_results(reply: Reply, succeeded: frozenset[str]) -> tuple[StoredResult, ...]:
    """What the list says; G22 unless the answer is one."""
    try:
        body = json_object(reply)
    except WardFailure as failure:
        raise _silent("answer") from failure
    code, result = body.get("errorCode"), body.get("result")
    if isinstance(code, bool) or not isinstance(code, str | int):
        raise _silent("answer")
    if str(code) not in succeeded:
        raise _silent("server")
    if not isinstance(body.get("signature"), str) or not str(body["signature"]).strip():
        raise _silent("unverified")
    rows = result.get("DanhSachGiayToKetQua") if isinstance(result, dict) else None
    if not isinstance(rows, list) or len(rows) > _MOST_RESULTS:
        raise _silent("answer")
    return tuple(_result(row) for row in rows)


def _result(row: object) -> StoredResult:
    if not isinstance(row, dict):
        raise _silent("answer")
    agency, files = _text(row, "CoQuanChuQuan"), row.get("DanhSachTepDinhKem")
    if files is None:
        files = []
    if not isinstance(files, list) or not all(isinstance(file, dict) for file in files):
        raise _silent("answer")
    stored = tuple(StoredFile(agency, place) for file in files if (place := _raw(file, "DuongDan")))
    return StoredResult(_text(row, "MaKetQua"), _text(row, "TenGiayTo"), _text(row, "SoKyHieu"), agency, stored)


def _text(row: dict[str, object], key: str) -> str:
    return tidy(_raw(row, key))


def _raw(row: dict[str, object], key: str) -> str:
    """As it came: a place is given back letter by letter."""
    value = row.get(key)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > _MOST_TEXT:
        raise _silent("answer")
    return value


def file_bytes(reply: Reply, most: int) -> bytes:
    """The answer is one JSON string of base64. G22 if it is none, G23 for a file that is too large or no PDF."""
    try:
        text = json.loads(reply.body)
    except (ValueError, RecursionError) as error:
        raise _silent("answer") from error
    if not isinstance(text, str) or not text:
        raise _silent("answer")
    if len(text) > most * 4 // 3 + 4:
        raise WorkstationError("G23", reason="size")
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise WorkstationError("G23", reason="base64") from error
    if len(data) > most:
        raise WorkstationError("G23", reason="size")
    if not data.startswith(b"%PDF-"):
        raise WorkstationError("G23", reason="kind")
    return data


def _silent(reason: str) -> WorkstationError:
    return WorkstationError("G22", reason=reason)
