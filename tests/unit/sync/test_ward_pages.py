"""Who gets in, and what people see."""

import base64
from collections.abc import Callable

import httpx
import pytest

from sync.ward.pages import grouped, human_size
from tests.unit.sync.rig import Station, Ward, pdf
from tests.unit.sync.test_ward_uploads import token


def get(ward: Ward, path: str, **headers: str) -> httpx.Response:
    return httpx.get(ward.url + path, headers=headers, trust_env=False)


def test_the_page_shows_what_arrived(ward: Ward, station: Station) -> None:
    item = station.queue(pdf(1_258_291, 60), title="Hồ sơ <script>alert(1)</script>")
    receipt = station.send(station.sender(ward))[0].item.receipt
    assert receipt is not None
    page = get(ward, "/").text
    assert "<script>alert" not in page and "&lt;script&gt;" in page
    assert receipt.id in page and "1,2 MB" in page and "Đã tiếp nhận" in page
    detail = get(ward, f"/ho-so/{item.dossier_id}").text
    assert "Chữ ký của biên nhận đúng" in detail and item.files[0].sha256 in detail and "12/QĐ-UBND" in detail
    assert "đúng từng byte" in get(ward, f"/ho-so/{item.dossier_id}?kiem-tra=1").text
    stored = ward.data / "tep" / item.files[0].sha256[:2] / item.files[0].sha256[2:4] / item.files[0].sha256
    stored.chmod(0o600)
    stored.write_bytes(bytes(1_258_291))
    assert "đã bị thay đổi" in get(ward, f"/ho-so/{item.dossier_id}?kiem-tra=1").text
    stored.unlink()
    assert "không còn" in get(ward, f"/ho-so/{item.dossier_id}").text


def test_nothing_without_a_token(ward: Ward) -> None:
    for path in ("/v1/ho-so?ma=x", "/v1/bien-nhan", "/v1/tep/x"):
        assert get(ward, path).status_code == 401
        assert get(ward, path, Authorization="Bearer wrong").status_code == 401
    assert get(ward, "/v1/kha-nang").json()["phien-ban"] == 1
    assert "d" not in get(ward, "/v1/khoa").json()["keys"][0]
    form = {"grant_type": "client_credentials", "client_id": "tram-so-hoa", "client_secret": "wrong"}
    assert httpx.post(f"{ward.url}/oauth2/token", data=form, trust_env=False).status_code == 401
    assert httpx.post(f"{ward.url}/oauth2/token", data={}, trust_env=False).status_code == 400


def test_codes_events_and_look_up(ward: Ward, station: Station) -> None:
    item = station.queue(pdf(1000, 61))
    receipt = station.send(station.sender(ward))[0].item.receipt
    assert receipt is not None
    with httpx.Client(base_url=ward.url, headers={"Authorization": f"Bearer {token(ward)}"}, trust_env=False) as http:
        ask = {"Idempotency-Key": item.dossier_id}
        code = http.post("/v1/ma-ho-so", headers=ask).json()["MaHoSo"]
        assert http.post("/v1/ma-ho-so", headers=ask).json()["MaHoSo"] == code
        (found,) = http.get("/v1/ho-so", params={"ma": code}).json()["ho-so"]
        assert (found["uuid"], found["bien-nhan"], found["trang-thai"]) == (item.dossier_id, receipt.id, "da-tiep-nhan")
        url, event = f"/v1/ho-so/{item.dossier_id}/tien-trinh", {"Idempotency-Key": item.id}
        assert [http.post(url, headers=event, json={"buoc": 1}).status_code for _ in range(2)] == [201, 200]
        assert http.post(url, headers=event, json={"buoc": 2}).status_code == 409
        everything = http.get("/v1/bien-nhan?sau=0").json()
        mine = next(r for r in everything["bien-nhan"] if r["ho-so"] == item.dossier_id)
        assert mine["jws"] == receipt.jws
        assert all(r["so"] > mine["so"] for r in http.get(f"/v1/bien-nhan?sau={mine['so']}").json()["bien-nhan"])
        for path, status in (("/v1/bien-nhan?sau=x", 400), ("/v1/ho-so", 400), ("/v1/ho-so?ma=none", 200)):
            assert http.get(path).status_code == status
        big = http.put(f"/v1/ho-so/{item.dossier_id}", content=b" " * 5_000_000, headers={"Idempotency-Key": "k"})
        assert big.status_code == 413


def test_the_page_needs_a_password_beyond_loopback(new_ward: Callable[..., Ward]) -> None:
    ward = new_ward("--host", "0.0.0.0")
    ward.url = ward.url.replace("0.0.0.0", "127.0.0.1")
    password = (ward.data / "page-password").read_text("ascii")
    assert get(ward, "/").status_code == 401
    for user, given, status in (("xem", password, 200), ("xem", "x", 401), ("ai", password, 401)):
        basic = base64.b64encode(f"{user}:{given}".encode()).decode()
        assert get(ward, "/", Authorization=f"Basic {basic}").status_code == status
    assert (
        "Chưa có hồ sơ nào" in get(ward, "/", Authorization="Basic " + base64.b64encode(f"xem:{password}".encode()).decode()).text
    )
    assert get(ward, "/", Authorization="Basic %%%").status_code == 401


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0 B"), (1023, "1023 B"), (1024, "1,0 KB"), (1_258_291, "1,2 MB"), (3 << 30, "3,0 GB")]
)
def test_sizes(size: int, text: str) -> None:
    assert human_size(size) == text


def test_numbers() -> None:
    assert grouped(1234567) == "1.234.567"
