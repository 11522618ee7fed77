"""The document store of Công văn 7197/BKHCN-CĐSQG: ``/api/v1/documents``. Files come first, by tus and ``chot``; a document is
metadata (that letter's 15 fields) over one of them."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from sqlalchemy import Engine, select
from starlette.concurrency import run_in_threadpool
from starlette.convertors import StringConvertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from sync.canonical import sha256_text
from sync.ward.database import reading, writing
from sync.ward.document import check_body
from sync.ward.files import WardFiles, hash_file
from sync.ward.models import DocumentRow, FileRow
from sync.ward.problems import Problem
from sync.ward.requests import idempotency_key, if_match, not_modified, parse_json, read_json_text


@dataclass(frozen=True, slots=True)
class StoredDocument:
    code: str
    version: int
    metadata: dict[str, object]
    file_id: str
    sha256: str
    bytes: int
    name: str

    def shown(self) -> dict[str, object]:
        file = {"IdTepTin": self.file_id, "HashTepTin": self.sha256, "bytes": self.bytes, "ten-tep": self.name}
        return {"DocCode": self.code, "phien-ban": self.version, "metadata": self.metadata, "tep": file}


class DocumentRecords:
    def __init__(self, engine: Engine, now: Callable[[], datetime]) -> None:
        self._engine = engine
        self._now = now

    def add(self, body: dict[str, object], key: str) -> tuple[bool, StoredDocument]:
        """→ (new, the document). The same call again changes nothing. 409: its key or DocCode stands for something else;
        422: no such file here."""
        metadata, file_id, digest = body["metadata"], body["IdTepTin"], sha256_text(_text(body))
        assert isinstance(metadata, dict)  # noqa: S101 - the schema was checked
        with writing(self._engine) as session:
            query = select(DocumentRow).where((DocumentRow.import_key == key) | (DocumentRow.code == metadata["DocCode"]))
            for known in session.scalars(query):
                if known.import_sha256 != digest:
                    raise Problem(409, "KHAC_NOI_DUNG", "DocCode" if known.import_key != key else "idempotency-key")
                return False, _document(known, session.get_one(FileRow, known.file_id))
            file = session.get(FileRow, file_id)
            if file is None:
                raise Problem(422, "THIEU_TEP", "IdTepTin")
            if file.sha256 != body["HashTepTin"]:
                raise Problem(422, "TEP_KHAC", "HashTepTin")
            at = self._now()
            row = DocumentRow(code=metadata["DocCode"], file_id=file.id, import_key=key, import_sha256=digest, version=1)
            row.metadata_json, row.created_at, row.updated_at = _text(metadata), at, at
            session.add(row)
            return True, _document(row, file)

    def find(self, code: str) -> StoredDocument:
        with reading(self._engine) as session:
            row = session.get(DocumentRow, code)
            if row is None:
                raise Problem(404, "KHONG_CO")
            return _document(row, session.get_one(FileRow, row.file_id))

    def replace(self, code: str, metadata: dict[str, object], expected: str) -> StoredDocument:
        """412 when the metadata are no longer at version ``expected``, unless they say this already."""
        text = _text(metadata)
        with writing(self._engine) as session:
            row = session.get(DocumentRow, code, with_for_update=True)
            if row is None:
                raise Problem(404, "KHONG_CO")
            if row.metadata_json != text:
                if expected != str(row.version):
                    raise Problem(412, "DA_THAY_DOI", "if-match", {"ETag": f'"{row.version}"'})
                row.metadata_json, row.version, row.updated_at = text, row.version + 1, self._now()
            return _document(row, session.get_one(FileRow, row.file_id))


class _DocCode(StringConvertor):
    """What stands for a code in an address; ``import`` is a call of its own."""

    regex = "(?!import$)[^/]+"


register_url_convertor("doccode", _DocCode())


class Documents:
    def __init__(self, records: DocumentRecords, files: WardFiles) -> None:
        self._records = records
        self._files = files

    def routes(self) -> list[Route]:
        return [
            Route("/api/v1/documents/import", self.add, methods=["POST"]),
            Route("/api/v1/documents/download/{code:doccode}", self.download, methods=["GET"]),
            Route("/api/v1/documents/{code:doccode}", self.find, methods=["GET"]),
            Route("/api/v1/documents/{code:doccode}", self.replace, methods=["PUT"]),
        ]

    async def add(self, request: Request) -> Response:
        key, body = idempotency_key(request), parse_json(await read_json_text(request))
        check_body("VanBanMoi", body)
        assert isinstance(body, dict)  # noqa: S101 - the schema says so
        new, document = await run_in_threadpool(self._records.add, body, key)
        return _answer(document, 201 if new else 200)

    async def find(self, request: Request) -> Response:
        document = await run_in_threadpool(self._records.find, _code(request))
        if not_modified(request, str(document.version)):
            return Response(status_code=304, headers={"ETag": f'"{document.version}"'})
        return _answer(document)

    async def replace(self, request: Request) -> Response:
        code, expected, body = _code(request), if_match(request), parse_json(await read_json_text(request))
        check_body("Metadata7197", body)
        assert isinstance(body, dict)  # noqa: S101 - the schema says so
        if body["DocCode"] != code:
            raise Problem(422, "KHAC_MA", "DocCode")
        return _answer(await run_in_threadpool(self._records.replace, code, body, expected))

    async def download(self, request: Request) -> Response:
        """The stored bytes, hashed before the first of them goes out: what a disk has changed is not handed on."""
        document = await run_in_threadpool(self._records.find, _code(request))
        path = self._files.stored(document.sha256)
        if not path.exists() or await run_in_threadpool(hash_file, path) != document.sha256:
            raise Problem(500, "TEP_HONG")
        digest = base64.b64encode(bytes.fromhex(document.sha256)).decode()
        headers = {
            # RFC 9530: over the whole file, also where a part of it is asked for
            "Repr-Digest": f"sha-256=:{digest}:",
            "ETag": f'"{document.sha256}"',
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(document.name)}",
            "X-Content-Type-Options": "nosniff",
        }
        return FileResponse(path, headers=headers, media_type="application/octet-stream")


def _text(value: dict[str, object]) -> str:
    """One text for one value: what is compared to tell the same call from another one."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _code(request: Request) -> str:
    code: str = request.path_params["code"]
    # no database is asked for what can be no code: NUL, half a character
    if not (1 <= len(code) <= 30 and code.isprintable()):
        raise Problem(404, "KHONG_CO")
    return code


def _answer(document: StoredDocument, status: int = 200) -> Response:
    return JSONResponse(document.shown(), status, {"ETag": f'"{document.version}"'})


def _document(row: DocumentRow, file: FileRow) -> StoredDocument:
    metadata: dict[str, object] = json.loads(row.metadata_json)
    return StoredDocument(row.code, row.version, metadata, file.id, file.sha256, file.bytes, file.name)
