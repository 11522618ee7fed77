"""Small parts of the wire: canonical JSON, upload metadata, classes of failures, chunk size, where secrets may go."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.canonical import canonical_json
from sync.contract import WardClient
from sync.failure import WardFailure, classify, retry_after_seconds
from sync.metadata import decode_metadata, encode_metadata
from sync.upload import MAX_CHUNK, MIN_CHUNK, START_CHUNK, ChunkSize
from workstation.domain.errors import ERRORS, WorkstationError
from workstation.domain.outbox import FailureClass
from workstation.domain.signing import Secret

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)
KEYS = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters=","), min_size=1)


def nfc(value: object) -> object:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, list):
        return [nfc(v) for v in value]
    return {nfc(k): nfc(v) for k, v in value.items()} if isinstance(value, dict) else value


@given(JSON)
def test_canonical_json_is_one_text_for_one_value(value: object) -> None:
    text = canonical_json(value)
    assert json.loads(text) == nfc(value)
    assert canonical_json(json.loads(text)) == text


@given(st.dictionaries(st.text(), st.integers(), min_size=2))
def test_order_of_keys_does_not_matter(value: dict[str, int]) -> None:
    keys = {unicodedata.normalize("NFC", k): v for k, v in value.items()}
    assert canonical_json(dict(reversed(keys.items()))) == canonical_json(keys)


def test_canonical_json_normalises_and_refuses() -> None:
    assert canonical_json({"b": "o\u0302\u0309n", "a": [1, None, True]}) == '{"a":[1,null,true],"b":"ổn"}'
    for bad in (1.5, {"a": object()}, b"x"):
        with pytest.raises(TypeError):
            canonical_json(bad)


@given(st.dictionaries(KEYS, st.text()))
def test_metadata_round_trip(values: dict[str, str]) -> None:
    assert decode_metadata(encode_metadata(values)) == values


@given(st.text())
def test_metadata_parses_or_refuses(header: str) -> None:
    try:
        values = decode_metadata(header)
    except ValueError:
        return
    assert decode_metadata(encode_metadata(values)) == values


@pytest.mark.parametrize("header", ["a YQ==,a YQ==", "a !!", "a YQ", "é YQ==", "a /w==", ",", "a YQ== x"])
def test_bad_metadata(header: str) -> None:
    with pytest.raises(ValueError):
        decode_metadata(header)


def test_every_status_has_a_class_with_a_code() -> None:
    for status in range(100, 600):
        assert classify(status).value in ERRORS
    known = {
        401: "G03",
        403: "G04",
        409: "G05",
        413: "G12",
        415: "G12",
        422: "G12",
        429: "G02",
        460: "G06",
        500: "G09",
        502: "G09",
    }
    assert {status: classify(status).value for status in known} == known
    assert classify(302) is FailureClass.KHONG_RO


@pytest.mark.parametrize(
    ("header", "seconds"), [("7", 7.0), (" 0 ", 0.0), ("999999999", 86400.0), ("-1", None), ("", None), ("٧", None)]
)
def test_retry_after(header: str, seconds: float | None) -> None:
    assert retry_after_seconds(header) == seconds


@pytest.mark.parametrize(
    ("field", "kept"), [("documents.0.number", "documents.0.number"), ("Nguyễn Văn A", ""), ("a b", ""), ("x" * 81, "")]
)
def test_only_names_of_fields_reach_the_screen(field: str, kept: str) -> None:
    assert WardFailure(FailureClass.KHONG_HOP_LE, field=field).field == kept


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 60))))
def test_chunk_size_stays_in_bounds(steps: list[tuple[bool, float]]) -> None:
    chunk = ChunkSize()
    for cut, seconds in steps:
        if cut:
            chunk.cut()
        else:
            chunk.confirmed(chunk.bytes, seconds)
        assert MIN_CHUNK <= chunk.bytes <= MAX_CHUNK


def test_chunk_size_follows_the_line() -> None:
    chunk = ChunkSize()
    for _ in range(6):
        chunk.confirmed(chunk.bytes, 0.1)
    assert chunk.bytes == MAX_CHUNK
    chunk.confirmed(chunk.bytes, 20.0)
    assert chunk.bytes == MAX_CHUNK * 9 // 20 // 16384 * 16384  # nine seconds' worth, in whole steps
    for _ in range(10):
        chunk.cut()
    chunk.confirmed(chunk.bytes, 0.1)
    assert chunk.bytes == START_CHUNK  # on a quick line no smaller, however often it breaks


def test_secrets_never_go_over_plain_http() -> None:
    for url in ("http://ward.example", "http://10.0.0.5:8420", "ftp://127.0.0.1", "ward.example"):
        with pytest.raises(WorkstationError) as error:
            WardClient(url, lambda: Secret("x"))
        assert error.value.code == "M06"
    for url in ("https://ward.example", "http://127.0.0.1:1", "http://[::1]:1", "http://localhost"):
        WardClient(url, lambda: Secret("x")).close()


def test_a_foreign_location_is_not_followed() -> None:
    client = WardClient("https://ward.example/", lambda: Secret("x"))
    assert client.own_path("/v1/tep/1") == "/v1/tep/1"
    assert client.own_path("https://ward.example/v1/tep/1") == "/v1/tep/1"
    for url in ("https://evil.example/v1/tep/1", "//evil.example/x", "http://ward.example/x", "https://ward.example:444/x"):
        with pytest.raises(WardFailure):
            client.own_path(url)
    client.close()
