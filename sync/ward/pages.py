"""The web page for people at the ward: what has arrived, and whether its receipt and files hold."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.templating import Jinja2Templates

from sync.failure import WardFailure
from sync.receipts import ReceiptClaims, TrustedKeys, verify_receipt
from sync.ward.files import WardFiles, hash_file
from sync.ward.problems import Problem
from sync.ward.records import StoredFile, WardRecords
from sync.ward.requests import path_uuid
from sync.ward.rules import VIETNAM

PAGE_SIZE = 100
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class FileLine:
    name: str
    role: str
    file: StoredFile
    state: str
    """ok, missing or changed."""
    listed: bool
    """Whether the receipt names it."""


class Pages:
    def __init__(self, records: WardRecords, files: WardFiles, keys: TrustedKeys) -> None:
        self._records = records
        self._files = files
        self._keys = keys
        self._templates = Jinja2Templates(directory=Path(__file__).parent / "templates")
        self._templates.env.filters.update(local=local_time, size=human_size, count=grouped)

    def routes(self) -> list[Route]:
        return [Route("/", self.index), Route("/ho-so/{uuid}", self.detail), Route("/ward.css", self.style)]

    async def style(self, _request: Request) -> Response:
        return Response((Path(__file__).parent / "templates" / "ward.css").read_text("utf-8"), media_type="text/css")

    async def index(self, request: Request) -> Response:
        page = request.query_params.get("trang", "1")
        number = max(1, int(page)) if page.isascii() and page.isdigit() and len(page) < 8 else 1
        rows = await run_in_threadpool(lambda: self._records.summaries(skip=(number - 1) * PAGE_SIZE, limit=PAGE_SIZE + 1))
        total, received = await run_in_threadpool(self._records.counts)
        context = {"rows": rows[:PAGE_SIZE], "more": len(rows) > PAGE_SIZE, "page": number, "total": total, "received": received}
        return self._templates.TemplateResponse(request, "index.html", context, headers=_HEADERS)

    async def detail(self, request: Request) -> Response:
        dossier_id = path_uuid(request)
        deep = request.query_params.get("kiem-tra") == "1"
        context = await run_in_threadpool(self._detail, dossier_id, deep)
        return self._templates.TemplateResponse(request, "detail.html", context, headers=_HEADERS)

    def _detail(self, dossier_id: str, deep: bool) -> dict[str, object]:
        found = self._records.summaries(dossier_id=dossier_id)
        if not found:
            raise Problem(404, "KHONG_CO")
        receipts = self._records.receipts(0, dossier_id)
        jws = receipts[0].jws if receipts else ""
        claims, valid = self._check(jws)
        named = {file_id: (sha256, size) for file_id, sha256, size in claims.files} if claims else {}
        lines = [
            FileLine(name, role, f, self._state(f, deep), named.get(f.id) == (f.sha256, f.bytes))
            for name, role, f in self._records.files(dossier_id)
        ]
        return {
            "dossier": found[0],
            "documents": _documents(self._records.body(dossier_id)),
            "files": lines,
            "jws": jws,
            "claims": claims,
            "valid": valid,
            "deep": deep,
            "whole": bool(lines) and all(line.state == "ok" for line in lines),
        }

    def _check(self, jws: str) -> tuple[ReceiptClaims | None, bool]:
        if not jws:
            return None, False
        try:
            return verify_receipt(jws, self._keys), True
        except WardFailure:
            return None, False

    def _state(self, file: StoredFile, deep: bool) -> str:
        path = self._files.stored(file.sha256)
        if not path.exists():
            return "missing"
        same = hash_file(path) == file.sha256 if deep else path.stat().st_size == file.bytes
        return "ok" if same else "changed"


def _documents(body: str) -> list[dict[str, str]]:
    """Type, number and subject of each document, as far as the metadata tell."""
    documents = json.loads(body).get("documents", [])
    rows = []
    for document in documents if isinstance(documents, list) else []:
        fields = document.get("fields", {}) if isinstance(document, dict) else {}
        if isinstance(fields, dict):
            number = "/".join(str(fields[k]) for k in ("number", "notation") if fields.get(k))
            kind = fields.get("type_name") or document.get("type", "")
            rows.append({"type": str(kind), "number": number, "subject": str(fields.get("subject", ""))})
    return rows


def local_time(at: datetime) -> str:
    return f"{at.astimezone(VIETNAM):%d/%m/%Y %H:%M}"


def human_size(size: int) -> str:
    """Decimal comma; 1 KB is 1024 bytes, as the desktop counts."""
    value, unit = float(size), "B"
    for larger in ("KB", "MB", "GB"):
        if value < 1024:
            break
        value, unit = value / 1024, larger
    return f"{size} B" if unit == "B" else f"{value:.1f} {unit}".replace(".", ",")


def grouped(number: int) -> str:
    return f"{number:,}".replace(",", ".")
