"""The whole way with the real lanes: signed while the time-stamping authority is down, lifted when it is back, then sent."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from signing.levels import measure
from signing.verify import verify_file
from tests.flow.conftest import Ran
from tests.unit.signing.outside import PASSWORD, Outside
from workstation.app import demo, training
from workstation.app.compose import Workstation, open_workstation
from workstation.app.settings import SigningSettings, TimestampSettings, save
from workstation.domain.dossier import DossierState
from workstation.domain.ids import DossierId
from workstation.domain.outbox import OutboxItem, OutboxState
from workstation.domain.signing import Secret
from workstation.usecases.sign import mark_seen


@pytest.fixture
def outside() -> Iterator[Outside]:
    one = Outside()
    yield one
    one.close()


@pytest.fixture
def home(tmp_path: Path, outside: Outside) -> Path:
    """A practice office whose official has a key of the authority ``outside``."""
    root = tmp_path / "home"
    settings = training.prepare(root)
    outside.authority.write(root / "trust")
    outside.signer(root / "secrets")
    key, stamps = SigningSettings("pkcs12", "secrets/signer.p12"), TimestampSettings(f"{outside.url}/tsa", seconds=5)
    save(root, replace(settings, signing=key, timestamp=stamps))
    return root


def signed_while_down(ws: Workstation, outside: Outside) -> DossierId:
    outside.mode["tsa"] = "down"
    clerk, checker, official, third = (user.name for user in ws.settings.users[:4])
    story = demo.Story()
    sample = next(one for one in demo.samples() if len(one.images) == 1)
    dossier_id = demo._take_in(ws.office, story, sample, clerk)
    demo._read_all(ws.office, story, [dossier_id])
    demo._prepare(ws.office, story, sample, dossier_id, (clerk, checker, third))
    documents = [document.id for document in ws.office.dossier(dossier_id).documents]
    for document_id in documents:
        mark_seen(ws.office, document_id, official)
    ws.desk.user = next(user for user in ws.desk.users if user.role == "official")
    told = ws.desk.sign(documents, Secret(PASSWORD), lambda _: None, lambda: False).result(60)
    assert [(one.error, [note.code for note in one.notes]) for one in told] == [(None, ["C09"])] * len(documents)
    return dossier_id


def the_item(ws: Workstation) -> OutboxItem:
    with ws.office.look() as uow:
        (item,) = uow.outbox.list()
    return item


def test_signed_while_the_authority_is_down_lifted_and_sent(home: Path, outside: Outside) -> None:
    settings = training.prepare(home)
    with training.practice_ward(home, settings) as url, open_workstation(home, url) as ws:
        dossier_id = signed_while_down(ws, outside)
        before = the_item(ws)
        assert before.error is not None and before.error.code == "C09" and before.next_try is not None
        assert timedelta(hours=23) < before.next_try - datetime.now(UTC) <= timedelta(hours=24)
        signed = ws.office.blobs.path(before.files[0].sha256).read_bytes()

        outside.mode.clear()
        ws.desk.tick()
        item = the_item(ws)
        assert (item.state, item.error, item.id) == (OutboxState.RECEIVED, None, before.id)
        assert item.receipt is not None and ws.office.dossier(dossier_id).state is DossierState.RECEIVED
        path = ws.office.blobs.path(item.files[0].sha256)
        assert path.read_bytes().startswith(signed)
        assert verify_file(path, trust=ws.home.trust_store()).green
        with path.open("rb") as file:
            assert [one.level for one in measure(PdfFileReader(file))] == ["LTA"]
        assert [one.sealed.level for one in ws.office.dossier(dossier_id).documents if one.sealed] == ["LTA"]
        sent = [one for one in (home / "ward").rglob("*") if one.is_file() and one.read_bytes() == path.read_bytes()]
        assert sent, "the ward has the lifted file"
        with ws.office.look() as uow:
            assert [event.action for event in uow.audit.events()].count("lifted") == 1


def test_the_command_that_sends_lifts_too(home: Path, outside: Outside, cli: Callable[..., Ran]) -> None:
    settings = training.prepare(home)
    with training.practice_ward(home, settings) as url:
        save(home, replace(settings, ward=replace(settings.ward, url=url)))
        with open_workstation(home) as ws:
            signed_while_down(ws, outside)
        send = partial(cli, "send", "--once", "--json", "--home", home)
        assert send().code == 0, "nothing is due: it waits for its time-stamp"
        (waiting,) = cli("outbox", "--json", "--home", home).data["items"]
        assert (waiting["state"], waiting["error"]["code"]) == ("queued", "C09")
        outside.mode.clear()
        (row,) = send().data["items"]
        assert row["state"] == "received"
