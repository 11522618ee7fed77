"""The JSON calls of the contract."""

import urllib.parse
from datetime import datetime

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sync.ward.access import Limits, Tokens, certificate_of, right_secret
from sync.ward.accounts import Accounts, Kind
from sync.ward.arrivals import Arrivals, DossierSummary
from sync.ward.code_lists import CodeLists
from sync.ward.document import PATH, check_body, contract
from sync.ward.files import FORMATS
from sync.ward.problems import Problem
from sync.ward.progress import ProgressRecords, Status
from sync.ward.records import UPLOAD_LIFETIME, WardRecords
from sync.ward.requests import (
    MOST_FIELDS,
    digits,
    idempotency_key,
    if_match,
    not_modified,
    parse_json,
    parse_uuid,
    path_uuid,
    read_json_text,
    read_small_form,
    text_of,
)
from sync.ward.signing_key import KeyRing
from sync.ward.uploads import EXTENSIONS, TUS

PROTOCOL = 1


class Api:
    """Dossiers, their receipts and what happened to them."""

    def __init__(self, records: WardRecords, arrivals: Arrivals, progress: ProgressRecords) -> None:
        self._records = records
        self._arrivals = arrivals
        self._progress = progress

    def routes(self) -> list[Route]:
        return [
            Route("/v1/ma-ho-so", self.allocate, methods=["POST"]),
            Route("/v1/ho-so", self.look_up, methods=["GET"]),
            Route("/v1/ho-so/{uuid}", self.dossier, methods=["GET"]),
            Route("/v1/ho-so/{uuid}", self.put_dossier, methods=["PUT"]),
            Route("/v1/ho-so/{uuid}/goi", self.commit, methods=["POST"]),
            Route("/v1/ho-so/{uuid}/tien-trinh", self.progress, methods=["POST"]),
            Route("/v1/ho-so/{uuid}/trang-thai", self.set_status, methods=["POST"]),
            Route("/v1/bien-nhan", self.receipts, methods=["GET"]),
        ]

    async def allocate(self, request: Request) -> Response:
        dossier_id = parse_uuid(idempotency_key(request), "idempotency-key")
        return JSONResponse({"MaHoSo": await run_in_threadpool(self._records.allocate_code, dossier_id)})

    async def put_dossier(self, request: Request) -> Response:
        dossier_id, key, body = path_uuid(request), idempotency_key(request), await read_json_text(request)
        new, code, ward_id = await run_in_threadpool(self._records.put_dossier, dossier_id, body, key)
        return JSONResponse({"MaHoSo": code, "IdHoSo": ward_id}, 201 if new else 200)

    async def commit(self, request: Request) -> Response:
        receipt = await run_in_threadpool(self._records.commit_manifest, path_uuid(request), await read_json_text(request))
        return JSONResponse({"bien-nhan": receipt.jws})

    async def progress(self, request: Request) -> Response:
        dossier_id, event_id = path_uuid(request), parse_uuid(idempotency_key(request), "idempotency-key")
        body = await read_json_text(request)
        check_body("TienTrinh", parse_json(body))
        new = await run_in_threadpool(self._progress.append, dossier_id, event_id, body)
        return JSONResponse({"id": event_id}, 201 if new else 200)

    async def set_status(self, request: Request) -> Response:
        dossier_id, event_id = path_uuid(request), parse_uuid(idempotency_key(request), "idempotency-key")
        expected, body = if_match(request), await read_json_text(request)
        check_body("TrangThai", parse_json(body))
        status = await run_in_threadpool(self._progress.set_status, dossier_id, event_id, body, expected)
        return JSONResponse({"TrangThai": status.code}, headers={"ETag": f'"{status.version}"'})

    async def dossier(self, request: Request) -> Response:
        dossier_id = path_uuid(request)
        status = await run_in_threadpool(self._progress.status, dossier_id)
        rows = await run_in_threadpool(lambda: self._arrivals.summaries(dossier_id=dossier_id))
        return JSONResponse(_summary(rows[0], status), headers={"ETag": f'"{status.version}"'})

    async def receipts(self, request: Request) -> Response:
        after = digits(request.query_params.get("sau", "0"))
        if after is None:
            raise Problem(400, "CON_TRO_SAI", "sau")
        dossier = request.query_params.get("ho-so")
        dossier_id = None if dossier is None else parse_uuid(dossier, "ho-so")
        rows = await run_in_threadpool(self._records.receipts, after, dossier_id)
        last = rows[-1].number if rows else after
        return JSONResponse({"sau": last, "bien-nhan": [{"so": r.number, "ho-so": r.dossier_id, "jws": r.jws} for r in rows]})

    async def look_up(self, request: Request) -> Response:
        code = request.query_params.get("ma", "")
        if not 1 <= len(code) <= 60:
            raise Problem(400, "THIEU_TRUONG", "ma")
        # what no printer prints is in no code, and some of it no database takes
        rows = await run_in_threadpool(lambda: self._arrivals.summaries(code=code)) if code.isprintable() else []
        statuses = [await run_in_threadpool(self._progress.status, row.id) for row in rows]
        return JSONResponse({"ho-so": [_summary(row, status) for row, status in zip(rows, statuses, strict=True)]})


class Service:
    """What a station asks about the server itself: capabilities, keys, contract, code lists, a token."""

    def __init__(
        self, ring: KeyRing, accounts: Accounts, tokens: Tokens, limits: Limits, code_lists: CodeLists, max_bytes: int
    ) -> None:
        self._ring = ring
        self._accounts = accounts
        self._tokens = tokens
        self._limits = limits
        self._code_lists = code_lists
        self._max_bytes = max_bytes

    def routes(self) -> list[Route]:
        return [
            Route("/v1/kha-nang", self.capabilities, methods=["GET"]),
            Route("/v1/khoa", self.keys, methods=["GET"]),
            Route("/v1/openapi.json", self.contract, methods=["GET"]),
            Route("/oauth2/token", self.token, methods=["POST"]),
            Route("/v1/danh-muc/{ten}", self.code_list, methods=["GET"]),
        ]

    async def capabilities(self, request: Request) -> Response:
        now: datetime = request.app.state.now()
        return JSONResponse(
            {
                "phien-ban": PROTOCOL,
                "hop-dong": contract()["info"]["version"],
                "max-bytes": self._max_bytes,
                "dinh-dang": list(FORMATS),
                "hash": ["sha256"],
                "tus": {"version": TUS, "extension": list(EXTENSIONS)},
                "han-tai-giay": int(UPLOAD_LIFETIME.total_seconds()),
                "danh-muc": self._code_lists.names(),
                "gio": now.isoformat(),
            }
        )

    async def keys(self, _request: Request) -> Response:
        return JSONResponse(await run_in_threadpool(self._ring.published))

    async def contract(self, _request: Request) -> Response:
        return Response(PATH.read_bytes(), media_type="application/json")

    async def code_list(self, request: Request) -> Response:
        found = await run_in_threadpool(self._code_lists.read, request.path_params["ten"])
        headers = {"ETag": f'"{found.etag}"', "Cache-Control": "no-cache"}
        if not_modified(request, found.etag):
            return Response(status_code=304, headers=headers)
        return Response(found.body, headers=headers, media_type="application/json")

    async def token(self, request: Request) -> Response:
        """RFC 6749, sections 4.4 and 5.2, down to the form of its errors; without a secret RFC 8705, section 2."""
        text = text_of(await read_small_form(request))
        try:
            form = urllib.parse.parse_qs(text, keep_blank_values=True, max_num_fields=MOST_FIELDS)
        except ValueError:
            return _token_error("invalid_request", 400)
        values = {k: v[0] for k, v in form.items() if len(v) == 1}
        if any(len(v) > 1 for v in form.values()) or "grant_type" not in values:
            return _token_error("invalid_request", 400)
        if values["grant_type"] != "client_credentials":
            return _token_error("unsupported_grant_type", 400)
        name, secret, shown = values.get("client_id", ""), values.get("client_secret"), ""
        if secret is None:
            shown = certificate_of(request.scope)
            right = await run_in_threadpool(self._accounts.certified, name, shown)
        else:
            right = await right_secret(
                self._limits, request.scope, f"tram {name}", lambda: self._accounts.knows(Kind.STATION, name, secret)
            )
        if not right:
            return _token_error("invalid_client", 401)
        answer = {"access_token": self._tokens.issue(name, shown), "token_type": "Bearer", "expires_in": self._tokens.seconds}
        return JSONResponse(answer, headers={"Cache-Control": "no-store"})


def _token_error(code: str, status: int) -> Response:
    return JSONResponse({"error": code}, status, {"Cache-Control": "no-store"})


def _summary(row: DossierSummary, status: Status) -> dict[str, object]:
    return {
        "uuid": row.id,
        "MaHoSo": row.code,
        "IdHoSo": row.ward_id,
        "trang-thai": "da-tiep-nhan" if row.receipt_id else "dang-nhan",
        "TrangThai": status.code,
        "bien-nhan": row.receipt_id,
        "tep": row.files,
    }
