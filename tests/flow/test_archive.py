"""The archive watch with the real lanes: sent, received, and kept for the time after the time-stamp's authority lapses."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from signing.verify import verify_file
from tests.flow.conftest import Ran
from tests.flow.test_lift_outbox import home, outside, signed_while_down, the_item  # noqa: F401
from tests.unit.signing.outside import Outside
from workstation.app import training
from workstation.app.compose import open_workstation
from workstation.app.settings import load, save
from workstation.domain.outbox import OutboxState
from workstation.usecases.archive import overview
from workstation.usecases.recover import extends


def test_kept_for_the_time_after_it_was_received(home: Path, outside: Outside, cli: Callable[..., Ran]) -> None:  # noqa: F811
    outside.use_tsa(days=(-1, 40))
    settings = training.prepare(home)
    archive = ("archive", "--json", "--home", home)
    with training.practice_ward(home, settings) as url, open_workstation(home, url) as ws:
        signed_while_down(ws, outside)
        outside.mode.clear()
        ws.desk.tick()
        item = the_item(ws)
        assert item.state is OutboxState.RECEIVED and item.receipt is not None
        (row,) = overview(ws.office)
        assert row.kept is not None and row.due is not None and row.due.reason == "certificate"
        assert row.kept.error is not None and row.kept.error.code == "C41", "its authority has nothing that lasts longer"
        assert row.kept.sha256 == item.files[0].sha256 == row.sealed.sha256
    doctor = cli("doctor", "--json", "--home", home).data["checks"]
    assert [(check["light"], check["code"]) for check in doctor if check["id"] == "archive"] == [("amber", "C41")]
    shown = cli(*archive)
    assert shown.code == 1 and [one["due"] for one in shown.data["documents"]] == ["certificate"]
    assert cli(*archive, "--due", "10").code == 0

    outside.mode["tsa"] = "down"
    lost = cli(*archive, "--once")
    assert (lost.code, lost.data["renewed"], lost.data["documents"][0]["error"]["code"]) == (1, 0, "C41")
    outside.mode.clear()
    outside.use_tsa(days=(-1, 400))
    done = cli(*archive, "--once")
    assert (done.code, done.data["renewed"]) == (0, 1)
    (one,) = done.data["documents"]
    assert one["sent_sha256"] == item.files[0].sha256 != one["kept_sha256"] and one["due"] is None and one["error"] is None
    again = cli(*archive, "--once")
    assert (again.code, again.data["renewed"], again.data["documents"]) == (0, 0, [one])
    with open_workstation(home) as ws:
        kept, sent = (ws.office.blobs.path(one[name]) for name in ("kept_sha256", "sent_sha256"))
        assert extends(kept, sent) and ws.office.blobs.verify(one["sent_sha256"]) and ws.office.blobs.verify(one["kept_sha256"])
        assert verify_file(kept, ws.home.trust_store()).green and verify_file(sent, ws.home.trust_store()).green
        with ws.office.look() as uow:
            assert uow.audit.verify() is None
            assert [event.action for event in uow.audit.events()].count("renewed") == 1
        assert the_item(ws).files[0].sha256 == one["sent_sha256"]


def test_the_margin_is_a_setting(home: Path) -> None:  # noqa: F811
    settings = load(home)
    save(home, replace(settings, timestamp=replace(settings.timestamp, renew_days=200)))
    with open_workstation(home) as ws:
        assert ws.office.levels.renew.days == 200 and any(limit.name == "sha1" for limit in ws.office.levels.limits)


def test_more_days_than_a_calendar_has_are_wrong_use(tmp_path: Path, cli: Callable[..., Ran]) -> None:
    many = "99999999999"
    assert cli("archive", "--due", many, "--home", tmp_path / "home").code == 2
    assert cli("lift", tmp_path / "a.pdf", "-o", tmp_path / "out", "--renew", many, "--home", tmp_path / "home").code == 2
