"""What the ward asks of a dossier's metadata and of a manifest. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta, timezone

from sync.ward.problems import Problem

VIETNAM = timezone(timedelta(hours=7))
"""Asia/Ho_Chi_Minh, which has no summer time; Windows ships no zone table."""
DEFAULT_REQUIRED = ("code", "title")
"""Paths that must hold a value; ``*`` stands for every element of a list, as in ``documents.*.fields.number``."""


@dataclass(frozen=True, slots=True)
class ManifestFile:
    file_id: str
    sha256: str
    bytes: int
    role: str


@dataclass(frozen=True, slots=True)
class Manifest:
    dossier_id: str
    metadata_sha256: str
    files: tuple[ManifestFile, ...]


def check_metadata(body: object, required: tuple[str, ...]) -> None:
    """422 with the path of the first required value that is missing or empty."""
    if not isinstance(body, dict):
        raise Problem(422, "KHONG_PHAI_DOI_TUONG", "ho-so")
    for path in required:
        for place, value in _walk(body, path.split("."), ""):
            if value is None or value == "" or value == [] or value == {}:
                raise Problem(422, "THIEU_TRUONG", place)


def _walk(value: object, path: list[str], place: str) -> Iterator[tuple[str, object]]:
    if not path:
        yield place, value
        return
    step, rest = path[0], path[1:]
    if step == "*":
        for index, element in enumerate(value if isinstance(value, list) else []):
            yield from _walk(element, rest, _join(place, str(index)))
    else:
        yield from _walk(value.get(step) if isinstance(value, dict) else None, rest, _join(place, step))


def _join(place: str, step: str) -> str:
    return f"{place}.{step}" if place else step


def parse_manifest(body: object, dossier_id: str) -> Manifest:
    """400 or 422 with the path of what is malformed."""
    if not isinstance(body, dict):
        raise Problem(400, "MANIFEST_SAI_DANG", "goi")
    if body.get("ho-so") != dossier_id:
        raise Problem(422, "KHAC_HO_SO", "ho-so")
    rows = body.get("tep")
    if not isinstance(rows, list) or not rows:
        raise Problem(422, "THIEU_TEP", "tep")
    files = tuple(_manifest_file(row, f"tep.{index}") for index, row in enumerate(rows))
    return Manifest(dossier_id, _text(body, "metadata_sha256", ""), files)


def _manifest_file(row: object, place: str) -> ManifestFile:
    if not isinstance(row, dict):
        raise Problem(422, "TEP_SAI_DANG", place)
    size = row.get("bytes")
    if not isinstance(size, int) or isinstance(size, bool) or size <= 0:
        raise Problem(422, "TEP_SAI_DANG", _join(place, "bytes"))
    return ManifestFile(_text(row, "IdTepTin", place), _text(row, "HashTepTin", place), size, _text(row, "vai-tro", place))


def _text(row: dict[str, object], key: str, place: str) -> str:
    value = row.get(key)
    if not isinstance(value, str) or not value:
        raise Problem(422, "THIEU_TRUONG", _join(place, key))
    return value
