"""The two generations of the national portal, as far as their contracts are recorded."""

import hashlib
import json
import re
import secrets
from collections import Counter

from tests.conformance.peers.faulty import FakePeer

ACCOUNT, PASSWORD, UNIT = "tram-01", "mat-khau-thu", "H29.17"


class FakePortal1(FakePeer):
    """Sessions; a case a MaHoSo; creating what is there gives 3 or -3; progress is appended to what is there."""

    def __init__(self) -> None:
        super().__init__()
        self.sessions: set[str] = set()
        self.cases: dict[str, dict[str, object]] = {}
        self.created: Counter[str] = Counter()
        self.progress: Counter[str] = Counter()
        self.exists_code = 3
        self.done_code: object = 0
        self.expired_status = 200
        """Of an answer to a session that is not known: 200 with -1 in it, or 401."""

    def name_of(self, path: str, body: bytes) -> str:
        return str(json.loads(body or b"{}").get("service", "login"))

    def refuse(self) -> object:
        return 200, {"error_code": -1, "message": "da ton tai"}

    def forget_sessions(self) -> None:
        self.sessions.clear()

    def respond(self, method: str, path: str, query: dict[str, str], headers: dict[str, str], body: bytes, odd: bool) -> object:
        if method == "GET":
            return 405, {}
        asked = json.loads(body)
        if "service" not in asked:
            if (asked.get("username"), asked.get("password")) != (ACCOUNT, PASSWORD):
                return 200, {"error_code": -1, "session": ""}
            session = secrets.token_hex(8)
            self.sessions.add(session)
            return 200, {"error_code": self.done_code, "session": session}
        if asked["session"] not in self.sessions or asked["madonvi"] != UNIT:
            return self.expired_status, {"error_code": -1, "message": "session"}
        if asked["service"] == "TraCuuHoSo":
            found = self.cases.get(asked["mahoso"])
            return 200, {"error_code": self.done_code, "result": [found] if found else []}
        (row,) = asked["data"]
        if asked["service"] == "DongBoHoSoMC":
            return self._sync(row, asked["isUpdating"] == "True", odd)
        self.progress[json.dumps(row, sort_keys=True)] += 1
        self.cases[row["MaHoSo"]]["TrangThaiHoSo"] = row["TrangThai"]
        return 200, {"error_code": self.done_code}

    def _sync(self, row: dict[str, object], updating: bool, odd: bool) -> object:
        code = str(row["MaHoSo"])
        if odd or (code in self.cases) is not updating:
            return 200, {"error_code": self.exists_code, "message": "thanh cong"}
        if not updating:
            self.created[code] += 1
        self.cases[code] = row
        return 200, {"error_code": self.done_code}


class FakePortal2(FakePeer):
    """Tokens; numbers; files by id with their hash; a case that names them; its status with results."""

    def __init__(self) -> None:
        super().__init__()
        self.tokens: set[str] = set()
        self.files: dict[str, bytes] = {}
        self.cases: dict[str, dict[str, object]] = {}
        self.created: Counter[str] = Counter()
        self.statuses: Counter[str] = Counter()
        self.algorithm = "sha256"
        self.wrapped = False
        self.numbers = 0

    def refuse(self) -> object:
        return 200, {"code": 400, "message": "thành công", "data": None}

    def forget_sessions(self) -> None:
        self.tokens.clear()

    def respond(self, method: str, path: str, query: dict[str, str], headers: dict[str, str], body: bytes, odd: bool) -> object:
        name = path.rsplit("/", 1)[-1]
        if name == "GetToken":
            return self._log_in(json.loads(body)) if body else (405, {})
        if headers.get("authorization", "").removeprefix("Bearer ") not in self.tokens:
            return 401, {"code": 401, "message": "token", "data": None}
        if name == "GetNextValue":
            self.numbers += 1
            return 200, {"code": 200, "value": f"{query['code']}-20260609-{self.numbers:07d}"}
        if name == "UploadFile":
            return self._upload(body, odd)
        if name == "CreateDossier":
            return self._create(json.loads(body))
        if name == "TraCuuHoSo":
            found = self.cases.get(query["maHoSo"])
            return (200, {"code": 200, "data": found}) if found else (200, {"code": 404, "message": "", "data": None})
        (row,) = json.loads(body)
        case = self.cases[row["MaHoSo"]]
        self.statuses[json.dumps(row, sort_keys=True)] += 1
        case |= {"TrangThai": row["TrangThai"], "DanhSachGiayToKetQua": row["DanhSachGiayToKetQua"]}
        return 200, {"code": 200, "message": "", "data": {}}

    def _log_in(self, asked: dict[str, str]) -> object:
        if (asked.get("client_id"), asked.get("client_secret")) != (ACCOUNT, PASSWORD):
            return 401, {"code": 401, "data": None}
        token = secrets.token_hex(8)
        self.tokens.add(token)
        return 200, {"code": 200, "data": {"access_token": token, "expires_in": 3600, "token_type": "Bearer", "scope": ""}}

    def _upload(self, body: bytes, odd: bool) -> object:
        boundary, _, rest = body.partition(b"\r\n")
        head, _, content = rest.partition(b"\r\n\r\n")
        assert re.search(rb'name="files"; filename="[a-z0-9A-Z.-]+"', head), head
        data = content[: content.rindex(b"\r\n" + boundary)]
        file_id = secrets.token_hex(8)
        self.files[file_id] = data
        digest = hashlib.new(self.algorithm, data[:-1] if odd else data).hexdigest()
        rows: object = [{"IdTepTin": file_id, "HashTepTin": digest}]
        return 200, {"code": 200, "data": [{"response": {"data": rows}}] if self.wrapped else rows}

    def _create(self, row: dict[str, object]) -> object:
        code = str(row["MaHoSo"])
        if any(i not in self.files for i in re.findall(r'"IdGiayTo": "([^"]+)"', json.dumps(row))):
            return 200, {"code": 404, "message": "", "data": None}
        self.created[code] += 1
        self.cases[code] = row | {"idHoSo": secrets.token_hex(8), "maHoSo": code, "TrangThai": 1}
        return 200, {"code": 200, "data": {"idHoSo": self.cases[code]["idHoSo"], "maHoSo": code}}
