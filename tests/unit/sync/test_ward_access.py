"""Which stations get in, how often, and with how much."""

import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from sync.ward.access import SESSION_IDLE_SECONDS, SESSION_SECONDS, Sessions, Tokens
from sync.ward.accounts import Accounts, Kind, hash_secret, matches
from sync.ward.limits import Buckets, Rate
from tests.small_disk import on_small_disk, small_disk
from tests.unit.sync.hands import Hands
from tests.unit.sync.rig import Station, Ward, pdf
from tests.unit.sync.test_ward_uploads import create, patch, token
from workstation.domain.ids import new_id
from workstation.domain.signing import Secret

JSON_KEY = {"Idempotency-Key": "k", "Content-Type": "application/json"}


def get(ward: Ward, path: str, **headers: str) -> httpx.Response:
    return httpx.get(ward.url + path, headers=headers, trust_env=False)


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
        big = http.put(f"/v1/ho-so/{item.dossier_id}", content=b" " * 5_000_000, headers=JSON_KEY)
        assert big.status_code == 413


def test_each_station_has_a_secret_of_its_own(hands: Hands) -> None:
    accounts = Accounts(hands.engine, lambda: hands.now)
    accounts.save(Kind.STATION, "tram-1", Secret("một"))
    accounts.save(Kind.STATION, "tram-2", Secret("hai"))
    assert accounts.knows(Kind.STATION, "tram-1", "một") and accounts.knows(Kind.STATION, "tram-2", "hai")
    wrong = [("tram-1", "hai"), ("tram-3", "một"), ("", ""), ("tram-1", ""), ("tram-1\0", "một"), ("tram-1", "\ud800")]
    assert not any(accounts.knows(Kind.STATION, name, secret) for name, secret in wrong)
    assert not accounts.knows(Kind.STAFF, "tram-1", "một")
    assert accounts.end(Kind.STATION, "tram-1") and not accounts.end(Kind.STATION, "tram-1")
    assert not accounts.knows(Kind.STATION, "tram-1", "một") and accounts.knows(Kind.STATION, "tram-2", "hai")
    assert [(a.name, a.ended_at) for a in accounts.all(Kind.STATION)] == [("tram-1", hands.now), ("tram-2", None)]
    accounts.save(Kind.STATION, "tram-1", Secret("ba"))
    assert accounts.knows(Kind.STATION, "tram-1", "ba") and not accounts.knows(Kind.STATION, "tram-1", "một")
    with pytest.raises(ValueError, match="name"):
        accounts.save(Kind.STATION, "hai từ", Secret("x"))


def test_secrets_are_kept_as_salted_hashes() -> None:
    first, second = hash_secret("mật"), hash_secret("mật")
    assert first != second and "mật" not in first and matches("mật", first) and matches("mật", second)
    assert not matches("mat", first)


def test_the_secret_is_nowhere_on_the_servers_disk(ward: Ward, station: Station) -> None:
    station.queue(pdf(1000, 90))
    station.send(station.sender(ward))
    secret = ward.secret().reveal().encode()
    places = [path for path in ward.data.rglob("*") if path.is_file() and path.name != "station-secret"]
    assert len(places) > 4 and not [path.name for path in places if secret in path.read_bytes()]


def test_tokens_and_sessions_end() -> None:
    now = [0.0]
    tokens = Tokens(60, lambda: now[0])
    issued = tokens.issue("tram-1")
    assert tokens.holder(issued) == "tram-1" and tokens.holder("") is tokens.holder("x") is None
    now[0] = 60.0
    assert tokens.holder(issued) is None
    sessions = Sessions(lambda: now[0])
    idle, busy = sessions.begin("a"), sessions.begin("b")
    for _ in range(SESSION_SECONDS // (SESSION_IDLE_SECONDS - 1)):
        now[0] += SESSION_IDLE_SECONDS - 1
        assert sessions.holder(busy) == "b"
    assert sessions.holder(idle) is None
    now[0] += SESSION_IDLE_SECONDS - 1
    assert sessions.holder(busy) is None


def test_buckets_fill_again_and_do_not_mix() -> None:
    now = [0.0]
    buckets = Buckets(Rate(0.5, 3), lambda: now[0])
    assert [buckets.take("a") for _ in range(4)] == [0, 0, 0, 2]
    assert buckets.take("b") == 0
    now[0] = 2.0
    assert (buckets.take("a"), buckets.take("a")) == (0, 2)
    now[0] = 500.0
    assert [buckets.take("a") for _ in range(3)] == [0, 0, 0]
    buckets.give_back("a")
    assert [buckets.take("a"), buckets.take("a")] == [0, 2]
    for _ in range(9):
        buckets.give_back("a")
    assert [buckets.take("a") for _ in range(4)] == [0, 0, 0, 2], "never more than a full one"
    now[0] = 1000.0
    assert [buckets.take("a") for _ in range(4)] == [0, 0, 0, 2]
    for n in range(30_000):  # invented addresses cost no memory
        buckets.take(str(n))
    assert len(buckets._buckets) <= 10_000
    assert buckets.take("a") in (0, 2)


def test_wrong_secrets_close_the_door_for_a_while(new_ward: Callable[..., Ward]) -> None:
    ward = new_ward()
    form = {"grant_type": "client_credentials", "client_id": "tram-so-hoa", "client_secret": "sai"}
    with httpx.Client(base_url=ward.url, trust_env=False) as http:
        codes = [http.post("/oauth2/token", data=form).status_code for _ in range(12)]
        assert codes[:10] == [401] * 10 and 429 in codes[10:]
        answer = http.post("/oauth2/token", data={**form, "client_secret": ward.secret().reveal()})
        assert (answer.status_code, answer.headers["content-type"]) == (429, "application/problem+json")
        assert int(answer.headers["retry-after"]) >= 1


@pytest.mark.parametrize("path", ["/oauth2/token", "/dang-nhap"])
def test_guesses_at_once_are_no_more_than_guesses_one_by_one(new_ward: Callable[..., Ward], path: str) -> None:
    ward = new_ward()
    ward.add_staff("canbo", "mật khẩu đúng")
    secret = {"/oauth2/token": ward.secret().reveal(), "/dang-nhap": "mật khẩu đúng"}[path]
    form = {"grant_type": "client_credentials", "client_id": "tram-so-hoa", "ten": "canbo"}

    def guess(given: str) -> int:
        data = {**form, "client_secret": given, "mat-khau": given}
        return httpx.post(ward.url + path, data=data, trust_env=False, timeout=60).status_code

    assert [guess(secret) for _ in range(12)] == [303 if path == "/dang-nhap" else 200] * 12, "a right one costs nothing"
    begun = time.monotonic()
    with ThreadPoolExecutor(50) as threads:
        codes = list(threads.map(guess, [f"sai {n}" for n in range(50)]))
    looked_at = sum(code in (401, 403) for code in codes)
    assert 10 <= looked_at <= 11 + (time.monotonic() - begun) / 6, codes
    assert set(codes) <= {401, 403, 429}


def test_forty_stations_behind_one_address_log_in_at_once(new_ward: Callable[..., Ward]) -> None:
    ward = new_ward()
    names = ward.add_stations(40)

    def log_in(name: str, secret: str = "đúng") -> int:
        form = {"grant_type": "client_credentials", "client_id": name, "client_secret": secret}
        return httpx.post(f"{ward.url}/oauth2/token", data=form, trust_env=False, timeout=60).status_code

    with ThreadPoolExecutor(40) as threads:
        assert list(threads.map(log_in, names)) == [200] * 40
        # a neighbour behind the same address guesses until nobody new gets in from there
        assert 429 in list(threads.map(lambda n: log_in(f"x{n}", "sai"), range(30)))
        assert log_in("tram-so-hoa", ward.secret().reveal()) == 429
        assert list(threads.map(log_in, names)) == [200] * 40, "who is known there is not shut out"
        # and is guessed at no faster for being known
        begun = time.monotonic()
        codes = list(threads.map(lambda n: log_in(names[0], f"sai {n}"), range(40)))
        assert 10 <= codes.count(401) <= 11 + (time.monotonic() - begun) / 6 and set(codes) == {401, 429}
        assert log_in(names[0]) == 429 and log_in(names[1]) == 200


def test_a_header_does_not_change_where_a_guess_comes_from(new_ward: Callable[..., Ward]) -> None:
    ward = new_ward()
    form = {"grant_type": "client_credentials", "client_id": "tram-so-hoa", "client_secret": "sai"}
    with httpx.Client(base_url=ward.url, trust_env=False) as http:
        codes = [http.post("/oauth2/token", data=form, headers={"X-Forwarded-For": f"10.0.0.{n}"}).status_code for n in range(13)]
    assert 429 in codes


def test_too_much_is_refused_before_a_byte_is_stored(ward: Ward) -> None:
    with httpx.Client(base_url=ward.url, headers={"Authorization": f"Bearer {token(ward)}"}, trust_env=False) as http:
        dossier, key = new_id(), {"Idempotency-Key": "k"}
        http.put(f"/v1/ho-so/{dossier}", json={"code": "HS-1", "title": "T"}, headers=key)
        content = pdf(3000, 91)
        url = create(http, dossier, content).headers["location"]
        assert patch(http, url, 0, content + b"x").status_code == 413
        assert (ward.data / "dang-tai" / url.rsplit("/", 1)[1]).stat().st_size == 0
        lines = [f"PUT /v1/ho-so/{new_id()} HTTP/1.1", "Host: x", f"Authorization: {http.headers['authorization']}"]
        lines += [f"{name}: {value}" for name, value in JSON_KEY.items()]
        with socket.create_connection(("127.0.0.1", ward.port), 5) as announced:
            # it only says how much it would send: the answer comes before a byte of it
            announced.sendall("\r\n".join([*lines, "Content-Length: 99999999", "", ""]).encode())
            assert announced.recv(100).startswith(b"HTTP/1.1 413")
        assert http.put(f"/v1/ho-so/{new_id()}", content=b"a=1", headers=key).status_code == 415


@on_small_disk
def test_a_full_disk_is_told_before_a_byte_is_sent(new_ward: Callable[..., Ward], tmp_path: Path) -> None:
    with small_disk(tmp_path / "ward0", 12 * 1024):
        ward = new_ward()
        with httpx.Client(base_url=ward.url, headers={"Authorization": f"Bearer {token(ward)}"}, trust_env=False) as http:
            dossier = new_id()
            http.put(f"/v1/ho-so/{dossier}", json={"code": "HS-1", "title": "T"}, headers={"Idempotency-Key": "k"})
            refused = create(http, dossier, pdf(9_000_000, 92))
            assert (refused.status_code, refused.json()["code"]) == (507, "HET_CHO")
            assert list((ward.data / "dang-tai").iterdir()) == []
            assert create(http, dossier, pdf(100_000, 93)).status_code == 201
        ward.stop()
