"""The store of digitised results: only an answer says that there is nothing, and a file is what it says it is or none."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sync.adapters.result_store import NationalStore, StoreConfig
from tests.unit.sync.adapters.fake_store import GOOD, Store, serve
from workstation.domain.errors import WorkstationError
from workstation.domain.reuse import ReuseQuery, StoredFile, Wanted
from workstation.domain.signing import Secret

PERSON = "001219000001"
QUERY = ReuseQuery(Secret(PERSON), Secret("Trần Thị Cán Bộ"), "1.005129", (Wanted("KQ.G15.000031", "45/2019"),))
PDF = b"%PDF-1.7\ninvented"


@pytest.fixture
def store() -> Iterator[Store]:
    store = Store()
    server = serve(store)
    yield store
    server.shutdown()
    server.server_close()


@pytest.fixture
def client(store: Store) -> Iterator[NationalStore]:
    client = NationalStore(StoreConfig(store.url, "/tim", "/tep", "VN:MAU", max_mb=1, seconds=2), lambda: Secret("token"))
    yield client
    client.close()


def reason(call: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(WorkstationError) as raised:
        call()
    assert PERSON not in str(raised.value)
    return raised.value.code, str(raised.value.params["reason"])


def test_the_question_and_the_answer(store: Store, client: NationalStore) -> None:
    store.add("KQ.G15.000031", "45/2019", PDF)
    (found,) = client.find(QUERY)
    assert store.asked == [
        {
            "SoDinhDanhChuSoHuu": PERSON,
            "HoTenNguoiYeuCau": "Trần Thị Cán Bộ",
            "KenhThucHien": "1",
            "SoDinhDanhNguoiYeuCau": PERSON,
            "MaThuTuc": "1.005129",
            "DanhSachDanhMucKetQua": [{"MaKetQua": "KQ.G15.000031", "SoKyHieu": "45/2019"}],
        }
    ]
    assert (store.headers[0]["Authorization"], store.headers[0]["dstcode"]) == ("Bearer token", "VN:MAU")
    assert (found.code, found.notation, found.name, found.agency) == ("KQ.G15.000031", "45/2019", "Giấy mẫu", "H29.99")
    assert client.fetch(found.files[0]) == PDF
    assert store.asked[1] == {"CoQuanChuQuan": "H29.99", "DuongDan": "/kho/0/../45/2019"}


def test_a_store_that_says_so_has_nothing(client: NationalStore) -> None:
    assert client.find(QUERY) == ()


def body(**changes: Any) -> bytes:
    return json.dumps({**GOOD, "result": {"DanhSachGiayToKetQua": []}, **changes}).encode()


ROW = {"MaKetQua": "KQ", "TenGiayTo": "", "SoKyHieu": None, "CoQuanChuQuan": "H29"}
NO_ANSWERS = {
    "cut": ((0, b""), "offline"),
    "log-in": ((401, body()), "login"),
    "not allowed": ((403, body()), "login"),
    "too much": ((429, body()), "server"),
    "server": ((500, body()), "server"),
    "gateway": ((502, b"<html>"), "server"),
    "another server": ((404, body()), "answer"),
    "elsewhere": ((302, b""), "answer"),
    "page": ((200, b"<html>Dang nhap</html>"), "answer"),
    "nothing": ((200, b""), "answer"),
    "list": ((200, b"[]"), "answer"),
    "deep": ((200, b"[" * 200_000), "answer"),
    "error inside": ((200, body(errorCode="99", message="khong tim thay du lieu")), "server"),
    "error inside with a list": ((200, body(errorCode=-1)), "server"),
    "no code": ((200, body(errorCode=None)), "answer"),
    "true": ((200, body(errorCode=False)), "answer"),
    "no signature": ((200, body(signature="")), "unverified"),
    "null signature": ((200, body(signature=None)), "unverified"),
    "no result": ((200, body(result=None)), "answer"),
    "null list": ((200, body(result={"DanhSachGiayToKetQua": None})), "answer"),
    "text list": ((200, body(result={"DanhSachGiayToKetQua": "[]"})), "answer"),
    "odd row": ((200, body(result={"DanhSachGiayToKetQua": [1]})), "answer"),
    "odd files": ((200, body(result={"DanhSachGiayToKetQua": [{**ROW, "DanhSachTepDinhKem": {}}]})), "answer"),
    "odd place": ((200, body(result={"DanhSachGiayToKetQua": [{**ROW, "DanhSachTepDinhKem": [{"DuongDan": 7}]}]})), "answer"),
    "too many": ((200, body(result={"DanhSachGiayToKetQua": [ROW] * 201})), "answer"),
    "long text": ((200, body(result={"DanhSachGiayToKetQua": [{**ROW, "TenGiayTo": "x" * 5000}]})), "answer"),
}  # fmt: skip


@pytest.mark.parametrize("name", NO_ANSWERS)
def test_what_is_no_answer_is_never_none(store: Store, client: NationalStore, name: str) -> None:
    store.says["/tim"], why = NO_ANSWERS[name]
    assert reason(lambda: client.find(QUERY)) == ("G22", why)


def test_a_dead_line_is_no_answer(store: Store) -> None:
    client = NationalStore(StoreConfig("http://127.0.0.1:9", "/tim", "/tep", seconds=1), lambda: Secret(""))
    assert reason(lambda: client.find(QUERY)) == ("G22", "offline")
    client.close()


NO_FILES = {
    "page": (b"<html>", "G22", "answer"),
    "nothing": (b"", "G22", "answer"),
    "null": (b"null", "G22", "answer"),
    "empty": (b'""', "G22", "answer"),
    "object": (b'{"data": "JVBERi0="}', "G22", "answer"),
    "deep": (b"[" * 200_000, "G22", "answer"),
    "no base64": (b'"%PDF-1.7"', "G23", "base64"),
    "half base64": (b'"JVBERi0xL"', "G23", "base64"),
    "letters beyond": ('"JVBERi0ễ"'.encode(), "G23", "base64"),
    "no PDF": (b'"PGh0bWw+"', "G23", "kind"),
    "large": (b'"' + b"JVBERi0x" * 170_000 + b'"', "G23", "size"),
    "endless": (b'"' + b"JVBERi0x" * 2_200_000 + b'"', "G22", "answer"),
}


@pytest.mark.parametrize("name", NO_FILES)
def test_a_file_is_a_pdf_within_the_limit_or_none(store: Store, client: NationalStore, name: str) -> None:
    said, code, why = NO_FILES[name]
    store.says["/tep"] = (200, said)
    assert reason(lambda: client.fetch(StoredFile("H29", "/x"))) == (code, why)


def test_a_result_without_files_is_still_told(store: Store, client: NationalStore) -> None:
    store.rows = [{**ROW, "DanhSachTepDinhKem": None}, {**ROW, "DanhSachTepDinhKem": [{"TenTep": "a", "DuongDan": ""}]}]
    assert [found.files for found in client.find(QUERY)] == [(), ()]
