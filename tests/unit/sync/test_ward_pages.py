"""What people of the ward see, and that they have to log in for it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import pytest

from sync.ward.signing_key import KeyRing
from sync.ward.view import grouped, human_size
from tests.unit.sync.rig import Station, Ward, pdf
from workstation.domain.outbox import OutboxItem

PASSWORD = "một mật khẩu dài"


@contextmanager
def enter(ward: Ward) -> Iterator[httpx.Client]:
    """A browser that is logged in."""
    ward.add_staff("canbo", PASSWORD)
    with httpx.Client(base_url=ward.url, trust_env=False, follow_redirects=True) as browser:
        assert browser.post("/dang-nhap", data={"ten": "canbo", "mat-khau": PASSWORD}).url.path == "/"
        yield browser


@pytest.fixture
def browser(ward: Ward) -> Iterator[httpx.Client]:
    with enter(ward) as client:
        yield client


def sent(station: Station, ward: Ward, seed: int, title: str) -> tuple[OutboxItem, str, str]:
    """A dossier that arrived; its receipt's number and text."""
    item = station.queue(pdf(1000, seed), title=title)
    receipt = station.send(station.sender(ward))[0].item.receipt
    assert receipt is not None
    return item, receipt.id, receipt.jws


def test_the_page_shows_what_arrived(ward: Ward, station: Station, browser: httpx.Client) -> None:
    item = station.queue(pdf(1_258_291, 60), title="Hồ sơ <script>alert(1)</script>")
    receipt = station.send(station.sender(ward))[0].item.receipt
    assert receipt is not None
    page = browser.get("/").text
    assert "<script>alert" not in page and "&lt;script&gt;" in page
    assert receipt.id in page and "1,3 MB" in page and "Đã tiếp nhận" in page
    detail = browser.get(f"/ho-so/{item.dossier_id}").text
    assert "Chữ ký của biên nhận đúng" in detail and item.files[0].sha256 in detail and "12/QĐ-UBND" in detail
    assert "đúng từng byte" in browser.get(f"/ho-so/{item.dossier_id}?kiem-tra=1").text
    stored = ward.data / "tep" / item.files[0].sha256[:2] / item.files[0].sha256[2:4] / item.files[0].sha256
    stored.chmod(0o600)
    stored.write_bytes(bytes(1_258_291))
    assert "đã bị thay đổi" in browser.get(f"/ho-so/{item.dossier_id}?kiem-tra=1").text
    stored.unlink()
    assert "không còn" in browser.get(f"/ho-so/{item.dossier_id}").text


def test_nothing_is_shown_before_log_in(ward: Ward, station: Station) -> None:
    item, number, _ = sent(station, ward, 62, "Hồ sơ kín")
    with httpx.Client(base_url=ward.url, trust_env=False) as stranger:
        for path in ("/", f"/ho-so/{item.dossier_id}", "/bien-nhan", "/khong-co", "/dang-nhap/"):
            answer = stranger.get(path)
            assert (answer.status_code, answer.headers["location"], answer.text) == (303, "/dang-nhap", ""), path
        assert stranger.post("/bien-nhan", data={"bien-nhan": number}).status_code == 303
        assert stranger.get("/", headers={"Cookie": "phien=x"}).status_code == 303
        assert stranger.get("/", headers={"Cookie": 'phien="'}).status_code == 303
        assert stranger.get("/dang-nhap").status_code == stranger.get("/ward.css").status_code == 200


def test_log_in_and_out(new_ward: Callable[..., Ward]) -> None:
    ward = new_ward()
    with httpx.Client(base_url=ward.url, trust_env=False) as browser:
        assert "Chưa có tài khoản cán bộ nào" in browser.get("/dang-nhap").text
        ward.add_staff("canbo", PASSWORD)
        for name, password in (("canbo", "sai"), ("ai", PASSWORD), ("", ""), ("a\0", PASSWORD), ("canbo", PASSWORD + " ")):
            refused = browser.post("/dang-nhap", data={"ten": name, "mat-khau": password})
            assert refused.status_code == 403 and "không đúng" in refused.text and "set-cookie" not in refused.headers
        entered = browser.post("/dang-nhap", data={"ten": "canbo", "mat-khau": PASSWORD})
        cookie = entered.headers["set-cookie"]
        assert "HttpOnly" in cookie and "SameSite=strict" in cookie and PASSWORD not in cookie
        key = browser.cookies["phien"]
        assert "Chưa có hồ sơ nào" in browser.get("/").text
        assert browser.post("/dang-xuat").headers["location"] == "/dang-nhap"
        assert browser.get("/", headers={"Cookie": f"phien={key}"}).status_code == 303
    assert PASSWORD not in ward.log() and PASSWORD.encode() not in (ward.data / "ward.sqlite3").read_bytes()


def test_guessing_is_slowed_down(new_ward: Callable[..., Ward]) -> None:
    ward = new_ward()
    ward.add_staff("canbo", PASSWORD)
    with httpx.Client(base_url=ward.url, trust_env=False) as browser:
        codes = [browser.post("/dang-nhap", data={"ten": "canbo", "mat-khau": str(n)}).status_code for n in range(12)]
        assert codes[:10] == [403] * 10 and 429 in codes[10:]
        right = browser.post("/dang-nhap", data={"ten": "canbo", "mat-khau": PASSWORD})
        assert right.status_code == 429 and int(right.headers["retry-after"]) >= 1


def test_a_form_of_another_site_is_refused(ward: Ward, browser: httpx.Client) -> None:
    form = {"ten": "canbo", "mat-khau": PASSWORD}
    for foreign in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}):
        assert browser.post("/dang-nhap", data=form, headers=foreign).status_code == 403
        assert browser.post("/dang-xuat", headers=foreign).status_code == 403
    assert browser.post("/dang-nhap", data=form, headers={"Origin": ward.url, "Sec-Fetch-Site": "same-origin"}).status_code == 200


def test_search(new_ward: Callable[..., Ward], station: Station) -> None:
    ward = new_ward()
    item, number, _ = sent(station, ward, 63, "Đăng ký khai sinh Nguyễn Thị Mẫu")
    sent(station, ward, 64, "Chứng thực 100% bản sao")
    with enter(ward) as browser:

        def found(**query: str) -> set[str]:
            page = browser.get("/", params=query).text
            return {title for title in ("Đăng ký khai sinh", "Chứng thực 100% bản sao") if title in page}

        assert len(found()) == 2
        for q in ("khai sinh", "KHAI SINH", "dang ky", "Mẫu đăng", number, number.upper()):
            assert found(q=q) == {"Đăng ký khai sinh"}, q
        assert found(q="12/QĐ-UBND") == {"Đăng ký khai sinh", "Chứng thực 100% bản sao"}
        assert found(q="100%") == {"Chứng thực 100% bản sao"}
        for q in ("%", "_____", "khai sinh bản sao", "\0", "' OR 1=1 --"):
            assert found(q=q) == ({"Chứng thực 100% bản sao"} if q == "%" else found() if q == "\0" else set()), q
        assert found(**{"trang-thai": "dang-nhan"}) == set()
        page = browser.get("/", params={"q": "<b>x</b>"}).text
        assert "Không có hồ sơ nào khớp" in page and "<b>x" not in page
        assert browser.get("/?trang=99999999999999999999").status_code == 200
    assert item.files


def test_a_receipt_by_text_file_and_number(ward: Ward, station: Station, browser: httpx.Client) -> None:
    item, number, jws = sent(station, ward, 65, "Hồ sơ có biên nhận")
    good, bad = "Biên nhận đúng", "Không phải biên nhận của máy chủ này"
    wrapped = "\n".join(jws[i : i + 60] for i in range(0, len(jws), 60))
    for given in (jws, f"  {wrapped}\n", number, number.upper()):
        page = browser.post("/bien-nhan", data={"bien-nhan": given}).text
        assert good in page and f"/ho-so/{item.dossier_id}" in page and item.files[0].sha256 in page
    uploaded = browser.post("/bien-nhan", data={"bien-nhan": ""}, files={"tep": ("bien-nhan.jws", jws.encode())})
    assert good in uploaded.text
    other = "B" if jws[200] == "A" else "A"
    for given in (jws[:-2], jws[:200] + other + jws[201:], jws.replace(".", ""), "không phải", item.dossier_id, "<script>", "\0"):
        page = browser.post("/bien-nhan", data={"bien-nhan": given}).text
        assert bad in page and good not in page and "<script>" not in page
    assert bad in browser.post("/bien-nhan", files={"tep": ("x.jws", b"\xff\xfe" * 100)}).text
    assert "Chưa có gì để kiểm tra" in browser.post("/bien-nhan", data={"bien-nhan": " "}).text
    assert browser.post("/bien-nhan", content=b"x", headers={"Content-Type": "multipart/form-data"}).status_code == 200
    assert browser.post("/bien-nhan", data={"bien-nhan": "x" * 5_000_000}).status_code == 413


def test_a_receipt_that_is_good_but_gone_is_told(new_ward: Callable[..., Ward], station: Station) -> None:
    """The key signed it, yet the database does not hold it: restored from an old copy, or a stolen key."""
    ward = new_ward()
    _, _, jws = sent(station, ward, 66, "Hồ sơ")
    stranger = new_ward()
    ward.end()
    for name in ("ward.sqlite3", "ward.sqlite3-wal", "ward.sqlite3-shm"):
        (ward.data / name).unlink(missing_ok=True)
    ward.start()
    with enter(ward) as browser:
        assert "không còn lưu biên nhận này" in browser.post("/bien-nhan", data={"bien-nhan": jws}).text
    with enter(stranger) as browser:
        assert "Không phải biên nhận của máy chủ này" in browser.post("/bien-nhan", data={"bien-nhan": jws}).text
    assert KeyRing(ward.data).current.key_id != KeyRing(stranger.data).current.key_id


def test_what_is_not_there_is_told_in_words(browser: httpx.Client) -> None:
    for path, status, words in (
        ("/khong-co", 404, "Không có trang này"),
        ("/ho-so/1", 400, "Địa chỉ không đúng"),
        ("/ho-so/01a1ffb2-0000-7000-8000-000000000000", 404, "Không có trang này"),
    ):
        answer = browser.get(path)
        assert (answer.status_code, words in answer.text) == (status, True), path
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert browser.put("/").status_code == 405


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0 B"), (999, "999 B"), (1000, "1,0 KB"), (1_258_291, "1,3 MB"), (3_000_000_000, "3,0 GB")]
)
def test_sizes(size: int, text: str) -> None:
    assert human_size(size) == text


def test_numbers() -> None:
    assert grouped(1234567) == "1.234.567"
