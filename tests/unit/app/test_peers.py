"""Peers from the settings to the command line: off until configured, refused by name, shown beside the receipt."""

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sync.adapters.parcel import parcel_of
from tests.conformance.peers.portals import ACCOUNT, PASSWORD, UNIT, FakePortal2
from tests.flow.conftest import workstation
from workstation.app.compose import Home, open_workstation
from workstation.app.peer_settings import code_book
from workstation.app.settings import FILE, OfficeSettings, Settings, WardSettings, load, save
from workstation.domain.dossier import Dossier, DossierState
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import DocumentId, DossierId, OutboxId, Sha256, UserName, new_id
from workstation.domain.outbox import OutboxFile, OutboxItem, OutboxState
from workstation.domain.peers import DeliveryState, Party, PeerConfig, TypeCodes
from workstation.store.blobs import FileBlobs
from workstation.store.database import open_store

NULL, NUMBER = '{"types": {"QĐ": {"result": null}}}', '{"constants": {"MaCSDL": 7}}'
"""They would go out as the texts "None" and "7"."""
NOW = datetime(2026, 11, 28, 3, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ('url = "http://portal.example.vn"', "peers.url"),
        ('url = "http://127.0.0.1.evil.vn"', "peers.url"),
        ('url = ""', "peers.url"),
        ('kind = "soap"', "peers.kind"),
        ('kind = "1022"', "peers.kind"),
        ('name = "../x"', "peers.name"),
        ("seconds = 0", "peers.seconds"),
        ("max_mb = true", "peers.max_mb"),
        ('proxy = "proxy:8080"', "peers.proxy"),
        ('since = "2026-13-01"', "peers.since"),
        ('route = "Sở"', "peers.route"),
        ('files_url = "https://x.vn/tep"', "peers.files_url"),
        ('secret = "x"', "peers.secret"),
        ('password = "x"', "peers.password"),
    ],
)
def test_settings_that_are_refused_by_name(tmp_path: Path, line: str, key: str) -> None:
    values = {"name": '"a"', "kind": '"portal-2"', "url": '"https://x.vn"'}
    values |= dict([line.split(" = ")])
    (tmp_path / FILE).write_text("[[peers]]\n" + "\n".join(f"{k} = {v}" for k, v in values.items()))
    with pytest.raises(WorkstationError) as caught:
        load(tmp_path)
    assert (caught.value.code, caught.value.params["key"]) == ("M06", key)


def test_two_peers_of_one_name_and_no_list_are_refused(tmp_path: Path) -> None:
    one = '[[peers]]\nname = "a"\nkind = "opencps"\nurl = "https://x.vn"\n'
    for text, key in ((one + one, "peers.name"), ("[peers]\n", "peers")):
        (tmp_path / FILE).write_text(text)
        with pytest.raises(WorkstationError) as caught:
            load(tmp_path)
        assert caught.value.params["key"] == key


def test_none_until_one_is_named_and_what_is_saved_comes_back(tmp_path: Path) -> None:
    assert load(tmp_path).peers == ()
    peer = PeerConfig("cong", "portal-1", "https://x.vn", UNIT, 'UBND "Phường"', ACCOUNT, since="2026-12-01", seconds=5)
    save(tmp_path, replace(Settings(), peers=(peer,)))
    assert load(tmp_path).peers == (peer,)


def queued(type_code: str) -> OutboxItem:
    """A dossier with one document of that type, on its way."""
    told = {"title": "", "created_at": "2026-12-01T08:00:00+07:00", "documents": [{"id": "d", "type": type_code, "fields": {}}]}
    file = OutboxFile(DocumentId("d"), "ket-qua", Sha256("0" * 64), 1, "HS-0001-01.pdf", 1)
    at = datetime(2026, 12, 1, tzinfo=UTC)
    return OutboxItem(OutboxId("o"), DossierId("h"), "HS-0001", json.dumps(told), (file,), at)


def test_a_code_book_is_read_or_refused(tmp_path: Path) -> None:
    peer = PeerConfig("cong", "portal-1", "https://x.vn", codes="codes.json")
    (tmp_path / "codes.json").write_text('{"types": {"QĐ": {"result": "KQ.G15.000031"}}, "constants": {"MaCSDL": "7"}}', "utf-8")
    assert code_book(tmp_path, peer).types == {"QĐ": TypeCodes(result="KQ.G15.000031")}
    (tmp_path / "codes.json").write_text('{"types": {"GPKD": {"procedure": "1.001612", "party": "business"}}}', "utf-8")
    book = code_book(tmp_path, peer)
    assert book.types == {"GPKD": TypeCodes(procedure="1.001612", party=Party.BUSINESS)}
    assert parcel_of(queued("GPKD"), book).case.party is Party.BUSINESS
    assert parcel_of(queued("KHAC"), book).case.party is Party.CITIZEN
    for broken in (
        '{"types": {"QĐ": {"party": "người"}}}',
        "[]",
        "{",
        '{"types": {"QĐ": {"odd": "x"}}}',
        '{"types": {"QĐ": 1}}',
        '{"types": 1}',
        NULL,
        NUMBER,
    ):
        (tmp_path / "codes.json").write_text(broken, "utf-8")
        with pytest.raises(WorkstationError) as caught:
            code_book(tmp_path, peer)
        assert caught.value.params["key"] == "peers.codes"


@pytest.fixture
def portal() -> Iterator[FakePortal2]:
    peer = FakePortal2()
    yield peer
    peer.close()


def queue(home: Path) -> None:
    """A dossier in "Chờ gửi" with one signed document, as the desk leaves it."""
    place = Home(home).prepare()
    store, blobs = open_store(place.database), FileBlobs(place.blobs)
    dossier_id, document_id = DossierId(new_id()), DocumentId(new_id())
    sha256 = blobs.put_bytes(b"%PDF-1.7 signed")
    fields = {"person_name": "Nguyễn Thị Mẫu", "identity_number": "079000000001", "subject": "Về việc thử"}
    body = {
        "code": "HS-0001",
        "title": "Hồ sơ H29.17-20260609-0092637",
        "created_at": NOW.isoformat(),
        "documents": [{"id": document_id, "type": "QĐ", "type_name": "Quyết định", "fields": fields}],
    }
    file = OutboxFile(document_id, "ket-qua", sha256, 15, "HS-0001-01-quyet-dinh.pdf", 1)
    with store.uow_factory() as uow:
        uow.dossiers.add(Dossier(dossier_id, "HS-0001", "Hồ sơ", NOW, UserName("canbo"), DossierState.QUEUED))
        uow.outbox.add(OutboxItem(OutboxId(new_id()), dossier_id, "HS-0001", json.dumps(body, ensure_ascii=False), (file,), NOW))
        uow.commit()
    blobs.close()
    store.close()


def test_send_delivers_to_the_peer_and_outbox_shows_it_beside_the_receipt(tmp_path: Path, portal: FakePortal2) -> None:
    home = tmp_path / "home"
    queue(home)
    peer = PeerConfig("cong", "portal-2", portal.url, UNIT, "UBND Phường", ACCOUNT, codes="codes.json", seconds=5)
    save(home, replace(Settings(), peers=(peer,)))
    book = {"types": {"QĐ": {"result": "KQ.G15.000031", "procedure": "1.001193"}}}
    (home / "codes.json").write_text(json.dumps(book), "utf-8")
    secret = home / "secrets" / "peer-cong"
    secret.write_text("sai", "utf-8")

    refused = workstation("send", "--home", home, "--json")
    assert refused.code == 0, refused.err  # nobody's dossier is to blame
    (row,) = workstation("outbox", "--home", home, "--json").data["items"]
    assert [(d["peer"], d["state"], d["error"]["code"]) for d in row["peers"]] == [("cong", "queued", "G03")]

    secret.write_text(PASSWORD, "utf-8")
    until = time.monotonic() + 60  # what was refused is due again after some seconds
    while True:
        done = workstation("send", "--home", home, "--json")
        if done.data["peers"][0]["delivered"] or time.monotonic() > until:
            break
    assert done.data["peers"] == [{"peer": "cong", "queued": 0, "sending": 0, "unknown": 0, "delivered": 1, "rejected": 0}]
    (row,) = workstation("outbox", "--home", home, "--json").data["items"]
    (told,) = row["peers"]
    assert told["state"] == "delivered" and told["reference"].startswith("H29.17-20260609-0092637")
    assert (row["state"], row["receipt_id"]) == ("queued", None)  # received is the ward server's word alone
    assert len(portal.cases) == 1
    assert PASSWORD not in "".join(p.read_text("utf-8") for p in (home / "logs").glob("*"))


@pytest.mark.parametrize("ward", ["", "http://127.0.0.1:9"], ids=["no ward server", "ward server away"])
def test_the_desktop_delivers_whatever_becomes_of_the_ward_servers_line(tmp_path: Path, portal: FakePortal2, ward: str) -> None:
    home = tmp_path / "home"
    queue(home)
    peer = PeerConfig("cong", "portal-2", portal.url, UNIT, "UBND Phường", ACCOUNT, codes="codes.json", seconds=5)
    save(home, replace(Settings(), ward=WardSettings(url=ward), peers=(peer,)))
    (home / "codes.json").write_text('{"types": {"QĐ": {"result": "KQ.G15.000031", "procedure": "1.001193"}}}', "utf-8")
    (home / "secrets" / "peer-cong").write_text(PASSWORD, "utf-8")
    with open_workstation(home) as ws:
        with ws.office.uow() as uow:
            (item,) = uow.outbox.list()
            if ward:
                uow.outbox.save(replace(item, state=OutboxState.RECEIVED))
                uow.commit()
        ws.desk.tick()
        ws.settle()
        with ws.office.look() as uow:
            assert [d.state for d in uow.deliveries.of_items([item.id])[item.id]] == [DeliveryState.DELIVERED]
    assert len(portal.cases) == 1


def test_what_came_back_goes_again_once_the_codes_are_mended(tmp_path: Path, portal: FakePortal2) -> None:
    home = tmp_path / "home"
    queue(home)
    peer = PeerConfig("cong", "portal-2", portal.url, UNIT, "UBND Phường", ACCOUNT, codes="codes.json", seconds=5)
    save(home, replace(Settings(), peers=(peer,)))
    (home / "codes.json").write_text('{"types": {"QĐ": {"procedure": "1.001193"}}}', "utf-8")
    (home / "secrets" / "peer-cong").write_text(PASSWORD, "utf-8")
    returned = workstation("send", "--home", home, "--json")
    assert returned.code == 1 and returned.data["peers"][0]["rejected"] == 1
    (row,) = workstation("outbox", "--home", home, "--json").data["items"]
    assert row["peers"][0]["error"]["code"] == "G12" and "MaGiayToKetQua" in row["peers"][0]["error"]["message"]
    (home / "codes.json").write_text('{"types": {"QĐ": {"procedure": "1.001193", "result": "KQ.G15.000031"}}}', "utf-8")
    assert workstation("send", "--home", home, "--json").data["peers"][0]["rejected"] == 1, "a person says when"
    assert workstation("send", "--home", home, "--again-to", "ai", "--json").code == 2
    again = workstation("send", "--home", home, "--again-to", "cong", "--json")
    assert (again.code, again.data["peers"][0]["delivered"]) == (0, 1)
    store = open_store(Home(home).database)
    with store.read_factory() as uow:
        actions = [(e.action, dict(e.detail)["peer"]) for e in uow.audit.events() if e.action.startswith("peer_")]
        assert uow.audit.verify() is None
    store.close()
    assert actions == [("peer_returned", "cong"), ("peer_resumed", "cong"), ("peer_delivered", "cong")]


def test_a_practice_office_reaches_no_peer(tmp_path: Path, portal: FakePortal2) -> None:
    home = tmp_path / "home"
    queue(home)
    peer = PeerConfig("cong", "portal-2", portal.url, UNIT, "UBND Phường", ACCOUNT, seconds=5)
    save(home, replace(Settings(), office=OfficeSettings(training=True), peers=(peer,)))
    workstation("send", "--home", home, "--json")
    assert portal.calls == []
