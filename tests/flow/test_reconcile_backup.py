"""Sent, reconciled, backed up, cleared, and made anew from the backup: by the command line, against a ward server that lives."""

from pathlib import Path

from tests.flow.conftest import workstation
from tests.flow.test_stopping import enrolled
from tests.unit.sync.rig import Ward, pdf


def test_the_road_of_an_office_to_another_disk_and_back(tmp_path: Path) -> None:
    ward = Ward(tmp_path / "ward").start()
    home, disk, anew = tmp_path / "home", tmp_path / "disk", tmp_path / "anew"
    try:
        station = enrolled(home, ward, ward.url)
        for seed in (701, 702):
            station.queue(pdf(4000, seed))
        station.close()
        env = {"WORKSTATION_WARD_SECRET": ward.secret().reveal()}
        sent = workstation("send", "--once", "--json", "--home", home, env=env)
        assert [i["state"] for i in sent.data["items"]] == ["received"] * 2, sent.err
        first = workstation("compact", disk, "--home", home)
        assert first.code == 2 and first.err.startswith("G28"), "no backup there"
        assert workstation("backup", disk, "--json", "--home", home).data["lost"] == []
        early = workstation("compact", disk, "--json", "--home", home)
        assert (early.code, early.data["not_reconciled"]) == (1, 2)
        matched = workstation("reconcile", "--json", "--home", home, env=env)
        assert matched.data == {"whole": True, "same": 2, "others": 0, "wrong": []} and matched.code == 0
        assert workstation("backup", disk, "--check", "--json", "--home", home).code == 0
        assert workstation("compact", disk, "--home", home).code == 0
        made = workstation("restore", disk, "--json", "--home", anew)
        assert made.code == 0 and made.data["database"], made.err
        rows = workstation("outbox", "--json", "--home", anew).data["items"]
        assert [(r["state"], bool(r["receipt_id"])) for r in rows] == [("received", True)] * 2
        assert workstation("audit", "verify", "--home", anew).code == 0
        again = workstation("reconcile", "--json", "--home", anew, env=env)
        assert (again.data["same"], again.data["wrong"]) == (2, [])
        assert workstation("restore", disk, "--home", anew).code == 2, "not over an office"
    finally:
        ward.stop()
