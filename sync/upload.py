"""The station's half of tus 1.0: five verbs and a chunk size that follows the line.

The upload's address lives in our own journal under the file's full hash, never under a fingerprint of its beginning; each
chunk is asked back with the server's offset, and ``chot`` compares the hash of what was stored.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from sync.contract import Answer, WardClient
from sync.failure import WardFailure
from sync.metadata import encode_metadata
from workstation.domain.ids import DossierId
from workstation.domain.outbox import FailureClass, OutboxFile

TUS = "1.0.0"
MIN_CHUNK = 16 * 1024
START_CHUNK = 64 * 1024
MAX_CHUNK = 4 * 1024 * 1024
_PIECE = 16 * 1024
"""Bytes handed to the line at a time: how often a cancel, a lease and a meter are looked at."""


class ChunkSize:
    """Bytes of the next chunk, 16 KiB to 4 MiB.

    It doubles after each quick chunk until the line broke once at some size; from half of that it feels its way up, as TCP
    does. What is on its way when a line breaks is what has to be sent again. On a slow line it aims at ``_SLOW`` seconds a chunk:
    much longer, and a live line looks like a dead one; much shorter, and the answers' latency is what is waited for.
    """

    _QUICK = 3.0
    _SLOW = 9.0
    _LONGEST = 13.0

    def __init__(self) -> None:
        self.bytes = START_CHUNK
        self._known_good = MAX_CHUNK
        self._in_a_row = 0
        self._rate = 0.0
        """Bytes a second of the last chunk, answer included."""

    def confirmed(self, sent: int, seconds: float) -> None:
        self._rate = sent / max(seconds, 1e-3)
        self._in_a_row += 1
        if seconds > self._LONGEST:
            self.bytes = _whole_pieces(self._rate * self._SLOW)
        elif seconds < self._QUICK and sent >= self.bytes:
            if self.bytes < self._known_good:
                self.bytes = min(self._known_good, self.bytes * 2)
            elif self._in_a_row % 4 == 0:
                self.bytes = min(MAX_CHUNK, self.bytes + START_CHUNK)
        elif seconds < self._SLOW and sent >= self.bytes:
            self.bytes = min(_whole_pieces(self._rate * self._SLOW), self.bytes * 2)

    def cut(self) -> None:
        """Half, but no smaller than what a slow line does in a few seconds."""
        floor = min(START_CHUNK, _whole_pieces(self._rate * self._SLOW)) if self._rate else MIN_CHUNK
        self.bytes = self._known_good = max(floor, self.bytes // 2)
        self._in_a_row = 0


def _whole_pieces(count: float) -> int:
    return min(MAX_CHUNK, max(MIN_CHUNK, int(count) // _PIECE * _PIECE))


class TusClient:
    """``on_bytes`` is told each piece before it goes on the line, and may raise to stop."""

    def __init__(self, client: WardClient, on_bytes: Callable[[int], None]) -> None:
        self._client = client
        self._on_bytes = on_bytes

    def create(self, dossier_id: DossierId, file: OutboxFile) -> tuple[str, int]:
        """→ (address on this server, bytes that are there already: all of them if the server knows the file)."""
        values = {"sha256": file.sha256, "ten-tep": file.name, "ho-so-uuid": dossier_id, "vai-tro": file.role}
        headers = {"Upload-Length": str(file.bytes), "Upload-Metadata": encode_metadata(values)}
        answer = self._client.tus("POST", "/v1/tep", {"Tus-Resumable": TUS, **headers})
        location = answer.headers.get("location", "")
        if not location:
            raise WardFailure(FailureClass.KHONG_RO, detail="no location")
        offset = _offset(answer, file.bytes) if "upload-offset" in answer.headers else 0
        return self._client.own_path(location), offset

    def offset(self, url: str, total: int) -> int:
        """Bytes the server has; HET_HAN if it no longer knows the upload."""
        return _offset(self._client.tus("HEAD", self._client.own_path(url), {"Tus-Resumable": TUS}), total)

    def append(self, url: str, path: Path, offset: int, length: int, total: int) -> int:
        """Sends ``length`` bytes of ``path`` from ``offset``; → the offset that the server confirms."""
        headers = {
            "Tus-Resumable": TUS,
            "Upload-Offset": str(offset),
            "Content-Type": "application/offset+octet-stream",
            "Content-Length": str(length),
        }
        answer = self._client.tus("PATCH", self._client.own_path(url), headers, lambda: self._pieces(path, offset, length))
        return _offset(answer, total)

    def _pieces(self, path: Path, offset: int, length: int) -> Iterator[bytes]:
        try:
            with path.open("rb") as handle:
                handle.seek(offset)
                while length:
                    piece = handle.read(min(_PIECE, length))
                    if not piece:
                        raise WardFailure(FailureClass.CUC_BO, detail="file became shorter")
                    self._on_bytes(len(piece))
                    length -= len(piece)
                    yield piece
        except OSError as error:
            raise WardFailure(FailureClass.CUC_BO, detail=type(error).__name__) from error


def _offset(answer: Answer, total: int) -> int:
    text = answer.headers.get("upload-offset", "")
    if not (text.isascii() and text.isdigit()) or int(text) > total:
        raise WardFailure(FailureClass.KHONG_RO, detail="no offset")
    return int(text)
