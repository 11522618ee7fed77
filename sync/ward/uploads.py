"""tus 1.0 (core, creation, termination, expiration) under /v1/tep, and ``chot``, which hashes what was stored."""

import asyncio
import os
import re
from collections.abc import Callable
from email.utils import format_datetime
from weakref import WeakValueDictionary

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sync.metadata import decode_metadata
from sync.ward.files import FORMATS, WardFiles, extension, looks_like
from sync.ward.problems import Problem
from sync.ward.records import Upload, UploadRequest, WardRecords
from sync.ward.requests import digits, parse_uuid
from workstation.domain.durable import DISK_FULL, sync_folder

TUS = "1.0.0"
SPARE_BYTES = 4 * 1024 * 1024
"""Left for the database: a disk that files have filled could not take even a receipt."""
_LAST_BYTES_SECONDS = 0.5
"""How long a connection whose successor has come may still store what arrived on it."""
EXTENSIONS = ("creation", "expiration", "termination")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_ROLE = re.compile(r"[a-z0-9-]{1,40}")


class Uploads:
    def __init__(self, records: WardRecords, files: WardFiles, max_bytes: int, idle_seconds: float) -> None:
        self._records = records
        self._files = files
        self._max_bytes = max_bytes
        self._idle = idle_seconds
        self._writers: dict[str, asyncio.Task[None]] = {}
        self._finishing: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def routes(self) -> list[Route]:
        return [
            Route("/v1/tep", self.options, methods=["OPTIONS"]),
            Route("/v1/tep", self.create, methods=["POST"]),
            Route("/v1/tep/{id}", self.head, methods=["HEAD"]),
            Route("/v1/tep/{id}", self.patch, methods=["PATCH"]),
            Route("/v1/tep/{id}", self.delete, methods=["DELETE"]),
            Route("/v1/tep/{id}/chot", self.finish, methods=["POST"]),
        ]

    async def options(self, _request: Request) -> Response:
        headers = {"Tus-Version": TUS, "Tus-Extension": ",".join(EXTENSIONS), "Tus-Max-Size": str(self._max_bytes)}
        return Response(status_code=204, headers={"Tus-Resumable": TUS, **headers})

    async def create(self, request: Request) -> Response:
        _check_version(request)
        upload = await run_in_threadpool(self._records.open_upload, self._wanted(request))
        offset = upload.bytes if upload.done else await run_in_threadpool(self._prepare, upload)
        headers = {"Location": f"/v1/tep/{upload.id}", "Upload-Offset": str(offset)}
        return Response(status_code=201, headers=_headers(upload, headers))

    def _wanted(self, request: Request) -> UploadRequest:
        length = digits(request.headers.get("upload-length", ""))
        if not length:
            raise Problem(400, "DO_DAI_SAI", "upload-length")
        if length > self._max_bytes:
            raise Problem(413, "QUA_LON", "upload-length")
        try:
            values = decode_metadata(request.headers.get("upload-metadata", ""))
        except ValueError as error:
            raise Problem(400, "METADATA_SAI", "upload-metadata") from error
        name, role, sha256 = values.get("ten-tep", ""), values.get("vai-tro", ""), values.get("sha256", "")
        if not 1 <= len(name) <= 255 or not name.isprintable() or set(name) & set('/\\:*?"<>|'):
            raise Problem(400, "TEN_TEP_SAI", "ten-tep")
        if extension(name) not in FORMATS:
            raise Problem(415, "LOAI_TEP", "ten-tep")
        if _ROLE.fullmatch(role) is None:
            raise Problem(400, "VAI_TRO_SAI", "vai-tro")
        if _SHA256.fullmatch(sha256) is None:
            raise Problem(400, "HASH_SAI", "sha256")
        return UploadRequest(parse_uuid(values.get("ho-so-uuid"), "ho-so-uuid"), role, sha256, length, name)

    def _prepare(self, upload: Upload) -> int:
        """The partial file's name is durable before its address is given out."""
        # bytes of another dossier don't count: who sends a file has to have it
        offset = 0 if upload.fresh else self._files.offset(upload.id, upload.sha256)
        if self._files.room() < upload.bytes - offset + SPARE_BYTES:
            raise Problem(507, "HET_CHO", headers={"Retry-After": "300"})
        if offset == 0:
            partial = self._files.partial(upload.id)
            partial.touch(0o600)
            sync_folder(partial.parent)
        return offset

    async def head(self, request: Request) -> Response:
        _check_version(request)
        upload = await self._find(request)
        # the asking station has given up its older connection; what that one still holds must not move the offset
        await self._displace(upload.id)
        offset = str(self._offset(upload))
        return Response(
            headers=_headers(upload, {"Upload-Offset": offset, "Upload-Length": str(upload.bytes), "Cache-Control": "no-store"})
        )

    async def patch(self, request: Request) -> Response:
        _check_version(request)
        if request.headers.get("content-type") != "application/offset+octet-stream":
            raise Problem(415, "KIEU_NOI_DUNG", "content-type")
        asked = digits(request.headers.get("upload-offset", ""))
        if asked is None:
            raise Problem(400, "VI_TRI_SAI", "upload-offset")
        upload = await self._find(request)
        await self._displace(upload.id)
        offset = self._offset(upload)
        if asked != offset:
            raise Problem(409, "SAI_VI_TRI", "upload-offset", {"Upload-Offset": str(offset)})
        if offset + (digits(request.headers.get("content-length", "")) or 0) > upload.bytes:
            raise Problem(413, "QUA_DO_DAI", "upload-length")  # not a byte of it is stored
        if offset < upload.bytes:
            await self._run_writer(request, upload)
            await run_in_threadpool(self._records.touch_upload, upload.id)
        return Response(status_code=204, headers=_headers(upload, {"Upload-Offset": str(self._offset(upload))}))

    async def delete(self, request: Request) -> Response:
        _check_version(request)
        upload = await self._find(request)
        if upload.done:
            raise Problem(403, "DA_CHOT")
        await self._displace(upload.id)
        await run_in_threadpool(self._drop, upload.id)
        return Response(status_code=204, headers={"Tus-Resumable": TUS})

    async def finish(self, request: Request) -> Response:
        upload_id = parse_uuid(request.path_params["id"], "id")
        # a lost reply makes the same call come again while the first still hashes
        async with self._finishing.setdefault(upload_id, asyncio.Lock()):
            upload = await self._find(request)
            await self._displace(upload.id)
            if not upload.done:
                offset = self._offset(upload)
                if offset != upload.bytes:
                    raise Problem(409, "CHUA_DU", "upload-offset", {"Upload-Offset": str(offset)})
                await run_in_threadpool(self._keep, upload)
            stored = await run_in_threadpool(self._records.finish_upload, upload.id)
        return JSONResponse({"IdTepTin": stored.id, "HashTepTin": stored.sha256, "bytes": stored.bytes})

    def sweep(self) -> None:
        """Drops what expired."""
        for upload_id in self._records.expired_uploads():
            self._drop(upload_id)

    def _keep(self, upload: Upload) -> None:
        if not self._files.intact(upload.id, upload.sha256):
            self._drop(upload.id)
            raise Problem(460, "SAI_HASH")
        if not looks_like(upload.name, self._files.beginning(upload.id, upload.sha256)):
            self._drop(upload.id)
            raise Problem(415, "LOAI_TEP", "ten-tep")
        self._files.keep(upload.id, upload.sha256)

    def _drop(self, upload_id: str) -> None:
        self._records.drop_upload(upload_id)
        self._files.drop(upload_id)

    async def _find(self, request: Request) -> Upload:
        return await run_in_threadpool(self._records.upload, parse_uuid(request.path_params["id"], "id"))

    def _offset(self, upload: Upload) -> int:
        return upload.bytes if upload.done else self._files.offset(upload.id, upload.sha256)

    async def _displace(self, upload_id: str) -> None:
        """Ends the connection that writes this upload, if any: a half-open one must not lock its successor out."""
        while (writer := self._writers.get(upload_id)) is not None:
            # what arrived before its line was cut is stored first: cut off at once, it would all have to be sent again
            _, hangs = await asyncio.wait({writer}, timeout=_LAST_BYTES_SECONDS)
            if hangs:
                writer.cancel()
                await asyncio.wait({writer})
            self._forget(upload_id, writer)

    def _forget(self, upload_id: str, writer: asyncio.Task[None]) -> None:
        if self._writers.get(upload_id) is writer:
            del self._writers[upload_id]

    async def _run_writer(self, request: Request, upload: Upload) -> None:
        writer = asyncio.create_task(self._receive(request, upload))
        self._writers[upload.id] = writer
        # as long as it is not over it is known, also if nobody waits for it any more
        writer.add_done_callback(lambda _: self._forget(upload.id, writer))
        try:
            await asyncio.wait({writer})
        finally:
            writer.cancel()
        if writer.cancelled():
            raise Problem(409, "CO_KET_NOI_MOI", "upload-offset")
        writer.result()

    async def _receive(self, request: Request, upload: Upload) -> None:
        """Appends the body; whatever arrived before a cut is kept and counts."""
        path = self._files.partial(upload.id)
        size = begun = self._offset(upload)
        # not "append": that would make a new empty file where a confirmed one was just moved away
        with path.open("rb+", buffering=0) as out:
            out.seek(size)
            try:
                async with asyncio.timeout(self._idle) as limit:
                    async for chunk in request.stream():
                        limit.reschedule(asyncio.get_running_loop().time() + self._idle)
                        size += len(chunk)
                        if size > upload.bytes:
                            raise Problem(413, "QUA_DO_DAI", "upload-length")
                        _write(out.fileno(), chunk)
            except TimeoutError as error:
                raise Problem(408, "DUNG_LAU") from error
            except ClientDisconnect as error:
                raise Problem(408, "DUT_KET_NOI") from error
            except OSError as error:
                raise _disk(error) from error
            finally:
                # an offset is told only for bytes that would outlive a power cut
                await _to_its_end(lambda: _settle(out.fileno(), begun))


def _disk(error: OSError) -> Problem:
    return Problem(507, "HET_CHO", headers={"Retry-After": "300"}) if error.errno in DISK_FULL else Problem(500, "DIA")


def _settle(handle: int, begun: int) -> None:
    try:
        os.fsync(handle)
    except OSError as error:
        # what the system could not write it may drop from memory and call clean at the next fsync
        os.ftruncate(handle, begun)
        raise _disk(error) from error


async def _to_its_end(work: Callable[[], None]) -> None:
    """In a thread, so that a slow disk stops nobody else; whoever is cancelled meanwhile stays until the file may be closed."""
    running = asyncio.ensure_future(run_in_threadpool(work))
    cancelled: asyncio.CancelledError | None = None
    while not running.done():
        try:
            await asyncio.wait({running})
        except asyncio.CancelledError as error:
            cancelled = error
    running.result()
    if cancelled is not None:
        raise cancelled


def _write(handle: int, chunk: bytes) -> None:
    rest = memoryview(chunk)
    while rest:
        rest = rest[os.write(handle, rest) :]


def _check_version(request: Request) -> None:
    if request.headers.get("tus-resumable") != TUS:
        raise Problem(412, "PHIEN_BAN_TUS", "tus-resumable", {"Tus-Version": TUS})


def _headers(upload: Upload, extra: dict[str, str]) -> dict[str, str]:
    expires = {} if upload.done else {"Upload-Expires": format_datetime(upload.expires_at, usegmt=True)}
    return {"Tus-Resumable": TUS, **expires, **extra}
