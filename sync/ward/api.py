"""The JSON calls of the contract."""

import json
import urllib.parse
from datetime import datetime

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sync.ward.access import Tokens
from sync.ward.files import FORMATS
from sync.ward.problems import Problem
from sync.ward.records import UPLOAD_LIFETIME, DossierSummary, WardRecords
from sync.ward.requests import idempotency_key, parse_uuid, path_uuid, read_text
from sync.ward.signing_key import ReceiptSigner
from sync.ward.uploads import EXTENSIONS, TUS

PROTOCOL = 1


class Api:
    def __init__(self, records: WardRecords, signer: ReceiptSigner, tokens: Tokens, max_bytes: int) -> None:
        self._records = records
        self._signer = signer
        self._tokens = tokens
        self._max_bytes = max_bytes

    def routes(self) -> list[Route]:
        return [
            Route("/v1/kha-nang", self.capabilities),
            Route("/v1/khoa", self.keys),
            Route("/oauth2/token", self.token, methods=["POST"]),
            Route("/v1/ma-ho-so", self.allocate, methods=["POST"]),
            Route("/v1/ho-so", self.look_up),
            Route("/v1/ho-so/{uuid}", self.put_dossier, methods=["PUT"]),
            Route("/v1/ho-so/{uuid}/goi", self.commit, methods=["POST"]),
            Route("/v1/ho-so/{uuid}/tien-trinh", self.progress, methods=["POST"]),
            Route("/v1/bien-nhan", self.receipts),
        ]

    async def capabilities(self, request: Request) -> Response:
        now: datetime = request.app.state.now()
        return JSONResponse(
            {
                "phien-ban": PROTOCOL,
                "max-bytes": self._max_bytes,
                "dinh-dang": list(FORMATS),
                "hash": ["sha256"],
                "tus": {"version": TUS, "extension": list(EXTENSIONS)},
                "han-tai-giay": int(UPLOAD_LIFETIME.total_seconds()),
                "gio": now.isoformat(),
            }
        )

    async def keys(self, _request: Request) -> Response:
        return JSONResponse(self._signer.jwks())

    async def token(self, request: Request) -> Response:
        form = urllib.parse.parse_qs(await read_text(request), keep_blank_values=True)
        values = {k: v[0] for k, v in form.items() if len(v) == 1}
        if values.get("grant_type") != "client_credentials":
            return JSONResponse({"error": "unsupported_grant_type"}, 400)
        token = self._tokens.issue(values.get("client_id", ""), values.get("client_secret", ""))
        if token is None:
            return JSONResponse({"error": "invalid_client"}, 401)
        answer = {"access_token": token, "token_type": "Bearer", "expires_in": self._tokens.seconds}
        return JSONResponse(answer, headers={"Cache-Control": "no-store"})

    async def allocate(self, request: Request) -> Response:
        dossier_id = parse_uuid(idempotency_key(request), "idempotency-key")
        return JSONResponse({"MaHoSo": await run_in_threadpool(self._records.allocate_code, dossier_id)})

    async def put_dossier(self, request: Request) -> Response:
        dossier_id, key, body = path_uuid(request), idempotency_key(request), await read_text(request)
        new, code, ward_id = await run_in_threadpool(self._records.put_dossier, dossier_id, body, key)
        return JSONResponse({"MaHoSo": code, "IdHoSo": ward_id}, 201 if new else 200)

    async def commit(self, request: Request) -> Response:
        receipt = await run_in_threadpool(self._records.commit_manifest, path_uuid(request), await read_text(request))
        return JSONResponse({"bien-nhan": receipt.jws})

    async def progress(self, request: Request) -> Response:
        dossier_id, event_id = path_uuid(request), parse_uuid(idempotency_key(request), "idempotency-key")
        body = await read_text(request)
        if not isinstance(_json(body), dict):
            raise Problem(422, "KHONG_PHAI_DOI_TUONG", "tien-trinh")
        new = await run_in_threadpool(self._records.append_progress, dossier_id, event_id, body)
        return JSONResponse({"id": event_id}, 201 if new else 200)

    async def receipts(self, request: Request) -> Response:
        after = request.query_params.get("sau", "0")
        if not (after.isascii() and after.isdigit() and len(after) <= 18):
            raise Problem(400, "CON_TRO_SAI", "sau")
        dossier = request.query_params.get("ho-so")
        dossier_id = None if dossier is None else parse_uuid(dossier, "ho-so")
        rows = await run_in_threadpool(self._records.receipts, int(after), dossier_id)
        last = rows[-1].number if rows else int(after)
        return JSONResponse({"sau": last, "bien-nhan": [{"so": r.number, "ho-so": r.dossier_id, "jws": r.jws} for r in rows]})

    async def look_up(self, request: Request) -> Response:
        code = request.query_params.get("ma", "")
        if not code:
            raise Problem(400, "THIEU_TRUONG", "ma")
        rows = await run_in_threadpool(lambda: self._records.summaries(code=code))
        return JSONResponse({"ho-so": [_summary(row) for row in rows]})


def _summary(row: DossierSummary) -> dict[str, object]:
    state = "da-tiep-nhan" if row.receipt_id else "dang-nhan"
    return {
        "uuid": row.id,
        "MaHoSo": row.code,
        "IdHoSo": row.ward_id,
        "trang-thai": state,
        "bien-nhan": row.receipt_id,
        "tep": row.files,
    }


def _json(body: str) -> object:
    try:
        parsed: object = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Problem(400, "KHONG_PHAI_JSON") from error
    return parsed
