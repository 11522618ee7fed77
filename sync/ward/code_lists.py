"""Code lists that stations ask for: the one of statuses ships, the ward's own lie as JSON in ``danh-muc/`` of the data folder."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from sync.ward.document import validator
from sync.ward.problems import Problem

NAMES = ("thu-tuc", "thanh-phan", "loai-ket-qua", "don-vi", "trang-thai")
_SHIPPED = Path(__file__).parent / "danh-muc"


@dataclass(frozen=True, slots=True)
class CodeList:
    body: str
    etag: str
    """SHA-256 of the body."""


class CodeLists:
    def __init__(self, data: Path) -> None:
        self._own = data / "danh-muc"

    def names(self) -> list[str]:
        return [name for name in NAMES if self._path(name) is not None]

    def read(self, name: str) -> CodeList:
        """404 for a list that this ward does not keep, 503 for one whose file is broken (its IT has to mend it)."""
        path = self._path(name) if name in NAMES else None
        if path is None:
            raise Problem(404, "KHONG_CO")
        try:
            parsed = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise Problem(503, "DANH_MUC_HONG") from error
        if not validator("DanhMuc").is_valid(parsed):
            raise Problem(503, "DANH_MUC_HONG")
        body = json.dumps(parsed, ensure_ascii=False)
        return CodeList(body, hashlib.sha256(body.encode()).hexdigest())

    def _path(self, name: str) -> Path | None:
        paths = (self._own / f"{name}.json", _SHIPPED / f"{name}.json")
        return next((path for path in paths if path.is_file()), None)
