"""The server held to its contract: calls made from ``openapi.json``, good ones and bad ones, and what the station sends."""

import hashlib
import json
import re
import secrets
import urllib.parse
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, settings
from jsonschema import Draft202012Validator
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance
from starlette.routing import Route

from sync.canonical import canonical_json, sha256_text
from sync.metadata import encode_metadata
from sync.ward.access import is_call
from sync.ward.app import create_app
from sync.ward.document import contract
from tests.unit.sync.rig import Station, Ward, pdf
from tests.unit.sync.test_ward_uploads import create, patch, token
from workstation.domain.ids import new_id
from workstation.domain.outbox import OutboxState

SCHEMA = schemathesis.openapi.from_dict(contract())
SCHEMA.config.checks.positive_data_acceptance.expected_statuses = ["2xx", "304", *["401", "404", "409", "410", "412", "422"]]
SCHEMA.config.checks.negative_data_rejection.expected_statuses = ["4xx"]
# tus asks for 412, RFC 6585 for 428
SCHEMA.config.checks.missing_required_header.expected_statuses = ["400", "401", "412", "415", "428"]
REFUSED_ALSO = {"POST /oauth2/token": {429}, "POST /v1/tep": {400, 413, 415}}
"""Calls that the schema allows and the server may refuse so: too many wrong secrets; what stands in a header's base64."""
KEY = {"Idempotency-Key": "k"}


@schemathesis.serializer("application/offset+octet-stream")
def raw_bytes(_context: object, value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


@dataclass
class Line:
    """A server of its own, since wrong secrets close its door for a while, and what a caller needs to get past 404."""

    ward: Ward
    token: str
    dossier: str = ""
    upload: str = ""
    file: str = ""
    sha256: str = ""
    code: str = "G06.01_CV_000021_V1"
    seen: dict[str, set[int]] = field(default_factory=dict)

    def http(self) -> httpx.Client:
        return httpx.Client(base_url=self.ward.url, headers={"Authorization": f"Bearer {self.token}"}, trust_env=False)


def metadata(code: str) -> dict[str, object]:
    about = {"TypeName": "Công văn", "CodeNumber": "21", "CodeNotation": "CV-UBND", "IssuedDate": "2026-11-20"}
    return {"DocCode": code, **about, "OrganName": "UBND phường", "Subject": "Về việc thử"}


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    ward = Ward(tmp_path_factory.mktemp("contract")).start()
    made = Line(ward, token(ward))
    with made.http() as http:
        made.dossier, content = new_id(), pdf(3000, 80)
        assert http.put(f"/v1/ho-so/{made.dossier}", json={"code": "HS-1", "title": "T"}, headers=KEY).status_code == 201
        url = create(http, made.dossier, content).headers["location"]
        patch(http, url, 0, content)
        stored = http.post(f"{url}/chot").json()
        made.file, made.sha256 = stored["IdTepTin"], stored["HashTepTin"]
        made.upload = create(http, made.dossier, pdf(4000, 81)).headers["location"].rsplit("/", 1)[1]
        body = {"metadata": metadata(made.code), "IdTepTin": made.file, "HashTepTin": made.sha256}
        assert http.post("/api/v1/documents/import", json=body, headers=KEY).status_code == 201
    yield made
    ward.stop()
    print({name: sorted(codes) for name, codes in made.seen.items()})
    assert not {name for name, codes in made.seen.items() if min(codes) >= 400}, "no call of the contract only ever fails"


@SCHEMA.parametrize()
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_call_answers_as_the_contract_says(case: schemathesis.Case, line: Line) -> None:
    """No 500, no undocumented status, header or body; what the schema forbids is refused."""
    known = {"uuid": line.dossier, "id": line.upload, "DocCode": line.code}
    good = case.meta is not None and case.meta.generation.mode is GenerationMode.POSITIVE
    if good and (fill := FILLED.get(case.operation.label)) and _chance(case.body, case.headers, case.path_parameters) % 4:
        with line.http() as http:
            fill(line, http, case)
        known |= {name: value for name, value in case.path_parameters.items() if name in known}
    # every second call goes where there is something, so that not every answer is 404
    if zlib.crc32(str(case.path_parameters).encode("utf-8", "surrogatepass")) % 2:
        case.path_parameters = {n: known[n] if n in known and _good(case, n) else v for n, v in case.path_parameters.items()}
    with requests.Session() as session:
        session.trust_env = False
        answer = case.call(
            line.ward.url, session=session, headers={"Authorization": f"Bearer {line.token}"}, allow_redirects=False
        )
    line.seen.setdefault(case.operation.label, set()).add(answer.status_code)
    refused = answer.status_code in REFUSED_ALSO.get(case.operation.label, ())
    case.validate_response(answer, excluded_checks=[positive_data_acceptance] if refused else [])


def object_of(case: schemathesis.Case) -> dict[str, Any]:
    assert isinstance(case.body, dict)
    return case.body


def log_in_right(line: Line, _http: httpx.Client, case: schemathesis.Case) -> None:
    case.body = {**object_of(case), "client_id": "tram-so-hoa", "client_secret": line.ward.secret().reveal()}


def new_upload(line: Line, http: httpx.Client, size: int) -> tuple[str, bytes]:
    """An upload that nobody else has a hand in, and its whole content."""
    content = pdf(size, secrets.randbits(32))
    return create(http, line.dossier, content).headers["location"].rsplit("/", 1)[1], content


def announce(line: Line, _http: httpx.Client, case: schemathesis.Case) -> None:
    values = {"sha256": secrets.token_hex(32), "ten-tep": "a.pdf", "ho-so-uuid": line.dossier, "vai-tro": "ket-qua"}
    size = str(secrets.randbelow(10**6) + 1)
    case.headers.update({"Upload-Length": size, "Upload-Metadata": encode_metadata(values)})


def append(line: Line, http: httpx.Client, case: schemathesis.Case) -> None:
    sent = case.body if isinstance(case.body, bytes) else str(case.body).encode()
    upload, _ = new_upload(line, http, len(sent) + 100)
    case.path_parameters = {"id": upload}
    case.headers.update({"Upload-Offset": "0"})


def finish(line: Line, http: httpx.Client, case: schemathesis.Case) -> None:
    upload, content = new_upload(line, http, 500)
    assert patch(http, f"/v1/tep/{upload}", 0, content).status_code == 204
    case.path_parameters = {"id": upload}


def commit(_line: Line, http: httpx.Client, case: schemathesis.Case) -> None:
    """A dossier of its own: the same one is received once, and then only that very package is."""
    dossier, content, metadata_text = new_id(), pdf(400, secrets.randbits(32)), canonical_json({"code": "1", "title": "T"})
    headers = {**KEY, "Content-Type": "application/json"}
    assert http.put(f"/v1/ho-so/{dossier}", content=metadata_text, headers=headers).status_code == 201
    url = create(http, dossier, content).headers["location"]
    patch(http, url, 0, content)
    stored = http.post(f"{url}/chot").json()
    case.path_parameters = {"uuid": dossier}
    body = object_of(case)
    file = {**body["tep"][0], **stored, "vai-tro": "ket-qua"}
    case.body = {**body, "ho-so": dossier, "metadata_sha256": sha256_text(metadata_text), "tep": [file]}


def name_dossier(_line: Line, _http: httpx.Client, case: schemathesis.Case) -> None:
    """What the first call for a dossier has to say."""
    case.body = {**object_of(case), "code": "HS-1", "title": "T"}


def change_status(line: Line, http: httpx.Client, case: schemathesis.Case) -> None:
    case.path_parameters = {"uuid": line.dossier}
    case.headers.update({"If-Match": http.get(f"/v1/ho-so/{line.dossier}").headers["etag"]})


def bring_document(line: Line, _http: httpx.Client, case: schemathesis.Case) -> None:
    case.body = {**object_of(case), "IdTepTin": line.file, "HashTepTin": line.sha256}
    case.headers.update({"Idempotency-Key": secrets.token_hex(16)})


def change_document(line: Line, http: httpx.Client, case: schemathesis.Case) -> None:
    case.path_parameters = {"DocCode": line.code}
    case.body = {**object_of(case), "DocCode": line.code}
    case.headers.update({"If-Match": http.get(f"/api/v1/documents/{line.code}").headers["etag"]})


FILLED: dict[str, Callable[[Line, httpx.Client, schemathesis.Case], None]] = {
    "POST /oauth2/token": log_in_right,
    "POST /v1/tep": announce,
    "PATCH /v1/tep/{id}": append,
    "POST /v1/tep/{id}/chot": finish,
    "PUT /v1/ho-so/{uuid}": name_dossier,
    "POST /v1/ho-so/{uuid}/goi": commit,
    "POST /v1/ho-so/{uuid}/trang-thai": change_status,
    "POST /api/v1/documents/import": bring_document,
    "PUT /api/v1/documents/{DocCode}": change_document,
}
"""Calls that take a secret, a hash, an offset or a version that chance does not make up: three of four good ones get the real
one, and everything else in them stays as it was made up."""


def _chance(*parts: object) -> int:
    """The same for the same case, so that one that failed fails again."""
    return zlib.crc32(repr(parts).encode("utf-8", "replace"))


def _good(case: schemathesis.Case, name: str) -> bool:
    schema = next(p["schema"] for p in case.operation.definition.raw.get("parameters", []) if p["name"] == name)
    return Draft202012Validator(schema).is_valid(case.path_parameters[name])


def test_the_document_and_the_server_name_the_same_calls(tmp_path: Path) -> None:
    routes = {
        (re.sub(r"{code:doccode}", "{DocCode}", route.path), method.lower())
        for route in create_app(tmp_path).routes
        if isinstance(route, Route) and is_call(route.path)
        for method in (route.methods or set()) - ({"HEAD"} if "GET" in (route.methods or set()) else set())
    }
    assert routes == {(path, method) for path, item in contract()["paths"].items() for method in item}


def test_capabilities_come_without_log_in_and_say_which_contract(line: Line) -> None:
    told = httpx.get(f"{line.ward.url}/v1/kha-nang", trust_env=False).json()
    assert told["hop-dong"] == contract()["info"]["version"]
    assert httpx.get(f"{line.ward.url}/v1/openapi.json", trust_env=False).json() == contract()
    assert abs(datetime.fromisoformat(told["gio"]) - datetime.now(UTC)) < timedelta(minutes=1)


def test_what_the_station_sends_is_in_the_contract(ward: Ward, station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every request of a whole delivery, and every answer to it."""
    seen: list[tuple[httpx.Response, bytes]] = []
    inner = httpx.Client.request

    def recording(client: httpx.Client, method: str, url: httpx.URL, **how: Any) -> httpx.Response:
        content = how.get("content")
        body = content if isinstance(content, bytes) else b"".join(content or ())
        answer = inner(client, method, url, **{**how, "content": body})
        seen.append((answer, body))
        return answer

    monkeypatch.setattr(httpx.Client, "request", recording)
    item = station.queue(pdf(90_000, 82), pdf(1000, 83))
    assert station.send(station.sender(ward))[0].item.state is OutboxState.RECEIVED
    named = {check_exchange(answer, body) for answer, body in seen}
    assert named == {"khaNang", "maTruyCap", "ghiHoSo", "taoTai", "guiByte", "chot", "goi"}
    assert item.files


def check_exchange(answer: httpx.Response, body: bytes) -> str:
    """The operation's id, if request and answer are as the document says."""
    request, path = answer.request, answer.request.url.path
    template = next(t for t in contract()["paths"] if re.fullmatch(re.sub(r"{\w+}", "[^/]+", t), path))
    operation = contract()["paths"][template][request.method.lower()]
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "header" and (parameter["required"] or parameter["name"] in request.headers):
            assert resolved(parameter["schema"]).is_valid(request.headers[parameter["name"]]), parameter["name"]
    if "requestBody" in operation:
        ((media, content),) = operation["requestBody"]["content"].items()
        assert request.headers["content-type"] == media
        if media == "application/json":
            resolved(content["schema"]).validate(json.loads(body))
        elif media == "application/x-www-form-urlencoded":
            resolved(content["schema"]).validate(dict(urllib.parse.parse_qsl(body.decode())))
    shown = operation["responses"][str(answer.status_code)]
    if "application/json" in shown.get("content", {}):
        resolved(shown["content"]["application/json"]["schema"]).validate(answer.json())
    for name, header in shown.get("headers", {}).items():
        assert resolved(header["schema"]).is_valid(answer.headers[name]), name
    return str(operation["operationId"])


def resolved(schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator({**schema, "components": contract()["components"]})


def test_status_changes_only_from_the_version_that_was_read(line: Line) -> None:
    with line.http() as http:
        dossier = new_id()
        http.put(f"/v1/ho-so/{dossier}", json={"code": "HS-1", "title": "T"}, headers=KEY)
        url, event = f"/v1/ho-so/{dossier}/trang-thai", {"Idempotency-Key": new_id()}
        read = http.get(f"/v1/ho-so/{dossier}")
        assert (read.headers["etag"], read.json()["TrangThai"]) == ('"0"', None)
        assert http.post(url, json={"TrangThai": 4}, headers=event).status_code == 428
        for _ in range(2):  # the reply was lost: the same event again
            done = http.post(url, json={"TrangThai": 4}, headers={**event, "If-Match": '"0"'})
            assert (done.status_code, done.headers["etag"]) == (200, '"1"')
        late = http.post(url, json={"TrangThai": 8}, headers={"Idempotency-Key": new_id(), "If-Match": '"0"'})
        assert (late.status_code, late.headers["etag"], late.json()["code"]) == (412, '"1"', "DA_THAY_DOI")
        assert http.post(url, json={"TrangThai": 5}, headers={**event, "If-Match": '"1"'}).status_code == 409
        assert http.get(f"/v1/ho-so/{dossier}").json()["TrangThai"] == 4
        for wrong in ({"TrangThai": 11}, {"TrangThai": "4"}, {}, {"TrangThai": 4, "la": 1}):
            refused = http.post(url, json=wrong, headers={"Idempotency-Key": new_id(), "If-Match": '"1"'})
            assert (refused.status_code, refused.headers["content-type"]) == (422, "application/problem+json")
            assert refused.json()["field"] == ("la" if "la" in wrong else "TrangThai")


def test_two_status_changes_at_once_leave_one(line: Line) -> None:
    with line.http() as http, ThreadPoolExecutor(8) as threads:
        dossier = new_id()
        http.put(f"/v1/ho-so/{dossier}", json={"code": "HS-1", "title": "T"}, headers=KEY)

        def change(code: int) -> int:
            event = {"Idempotency-Key": new_id(), "If-Match": '"0"'}
            return http.post(f"/v1/ho-so/{dossier}/trang-thai", json={"TrangThai": code}, headers=event).status_code

        assert sorted(threads.map(change, range(1, 9))) == [200] + [412] * 7


def test_code_lists_have_an_etag(line: Line) -> None:
    own = line.ward.data / "danh-muc" / "thu-tuc.json"
    with line.http() as http:
        shipped = http.get("/v1/danh-muc/trang-thai")
        assert [row["ma"] for row in shipped.json()["muc"]] == [str(n) for n in range(1, 11)]
        again = http.get("/v1/danh-muc/trang-thai", headers={"If-None-Match": shipped.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert http.get("/v1/danh-muc/thu-tuc").status_code == http.get("/v1/danh-muc/..%2Fkhoa").status_code == 404
        own.parent.mkdir()
        own.write_text('{"muc": [{"ma": "1.005129", "ten": "Thủ tục thử"}]}', "utf-8")
        first = http.get("/v1/danh-muc/thu-tuc")
        assert first.status_code == 200 and "thu-tuc" in http.get("/v1/kha-nang").json()["danh-muc"]
        own.write_text('{"muc": [{"ma": "1.005129", "ten": "Tên mới"}]}', "utf-8")
        assert http.get("/v1/danh-muc/thu-tuc", headers={"If-None-Match": first.headers["etag"]}).status_code == 200
        for broken in ("{", '{"muc": [{"ma": 1}]}'):
            own.write_text(broken, "utf-8")
            assert http.get("/v1/danh-muc/thu-tuc").status_code == 503


def test_documents_of_letter_7197(line: Line) -> None:
    with line.http() as http:
        code = "G06.01_CV_000022_V1"
        body = {"metadata": metadata(code), "IdTepTin": line.file, "HashTepTin": line.sha256}
        first = http.post("/api/v1/documents/import", json=body, headers={"Idempotency-Key": "a"})
        assert (first.status_code, first.headers["etag"]) == (201, '"1"')
        assert http.post("/api/v1/documents/import", json=body, headers={"Idempotency-Key": "a"}).status_code == 200
        other = {**body, "metadata": {**metadata(code), "Subject": "Khác"}}
        assert http.post("/api/v1/documents/import", json=other, headers={"Idempotency-Key": "b"}).status_code == 409
        third = {**body, "metadata": metadata("G06.01_CV_000023_V1")}
        assert http.post("/api/v1/documents/import", json=third, headers={"Idempotency-Key": "a"}).status_code == 409
        wrong = {**third, "HashTepTin": "0" * 64}
        assert http.post("/api/v1/documents/import", json=wrong, headers={"Idempotency-Key": "c"}).json()["field"] == "HashTepTin"
        changed = http.put(f"/api/v1/documents/{code}", json=other["metadata"], headers={"If-Match": '"1"'})
        assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
        late = http.put(f"/api/v1/documents/{code}", json=metadata(code), headers={"If-Match": '"1"'})
        assert (late.status_code, late.headers["etag"]) == (412, '"2"')
        got = http.get(f"/api/v1/documents/download/{code}")
        assert hashlib.sha256(got.content).hexdigest() == line.sha256
        part = http.get(f"/api/v1/documents/download/{code}", headers={"Range": "bytes=0-4"})
        assert (part.status_code, part.content) == (206, b"%PDF-")
        stored = line.ward.data / "tep" / line.sha256[:2] / line.sha256[2:4] / line.sha256
        whole = stored.read_bytes()
        stored.chmod(0o600)
        stored.write_bytes(bytes(len(whole)))
        try:
            assert http.get(f"/api/v1/documents/download/{code}").json()["code"] == "TEP_HONG"
        finally:
            stored.write_bytes(whole)


def test_lone_surrogates_and_endless_numbers_are_refused(line: Line) -> None:
    """Each of these was, or would be, a 500: half a character in JSON, and a length of 5,000 digits."""
    with line.http() as http:
        url, headers = f"/v1/ho-so/{new_id()}", {**KEY, "Content-Type": "application/json"}
        assert http.put(url, content=b'{"code": "1", "title": "\\ud800"}', headers=headers).status_code == 400
        assert http.put(url, content=b'{"code": "1", "title": "t", "documents": [[]]}', headers=headers).status_code == 422
        tus = {"Tus-Resumable": "1.0.0", "Upload-Length": "9" * 5000, "Upload-Metadata": "a"}
        assert http.post("/v1/tep", headers=tus).status_code == 400
        assert http.get("/v1/bien-nhan", params={"sau": "9" * 5000}).status_code == 400
        assert http.get("/v1/ho-so", params={"ma": "a\0b"}).json() == {"ho-so": []}


def test_the_letters_calls_and_fields_are_in_the_document() -> None:
    """Công văn 7197: four calls under a version in the path; fifteen fields, seven of them required, with their lengths."""
    paths = contract()["paths"]
    shape = {
        "/api/v1/documents/import": {"post"},
        "/api/v1/documents/{DocCode}": {"get", "put"},
        "/api/v1/documents/download/{DocCode}": {"get"},
    }
    assert {path: set(item) for path, item in paths.items() if path.startswith("/api/")} == shape
    schema = contract()["components"]["schemas"]["Metadata7197"]
    lengths = {"DocCode": 30, "TypeName": 100, "CodeNumber": 11, "CodeNotation": 30, "OrganName": 200, "Subject": 500}
    assert set(schema["required"]) == {*lengths, "IssuedDate"}
    lengths |= {"Language": 100, "Description": 500, "InforSign": 30, "Keyword": 100, "Mode": 20, "ConfidenceLevel": 30}
    lengths |= {"Format": 50}
    fields = schema["properties"]
    assert {name: field["maxLength"] for name, field in fields.items() if "maxLength" in field} == lengths
    assert set(fields) == {*lengths, "IssuedDate", "PageAmount"} and fields["PageAmount"]["maximum"] == 9999
    for name, length in lengths.items():
        fits, over = (
            {**metadata("G06.01_CV_000021_V1"), name: "a" * length},
            {**metadata("G06.01_CV_000021_V1"), name: "a" * (length + 1)},
        )
        assert resolved(schema).is_valid(fits) and not resolved(schema).is_valid(over), name
    assert not resolved(schema).is_valid({**metadata("x"), "PageAmount": 10_000})
