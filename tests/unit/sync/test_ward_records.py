"""The server's memory on SQLite and PostgreSQL: once only, all or nothing, in order."""

import asyncio
import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from sync.canonical import canonical_json, sha256_text
from sync.ward.app import Policy, create_app
from sync.ward.arrivals import Wanted
from sync.ward.models import DossierRow
from sync.ward.problems import Problem
from sync.ward.records import UPLOAD_LIFETIME, UploadRequest, WardRecords
from sync.ward.rules import check_metadata
from tests.postgres import Postgres
from tests.unit.sync.hands import BODY, Hands
from tests.unit.sync.rig import Station, Ward, pdf
from workstation.domain.ids import new_id
from workstation.domain.outbox import OutboxState


def arrived(records: WardRecords, dossier_id: str, seed: str = "a") -> str:
    """A dossier with one confirmed file; its manifest."""
    records.put_dossier(dossier_id, BODY, "k")
    upload = records.open_upload(UploadRequest(dossier_id, "ket-qua", sha256_text(seed), 10, "a.pdf"))
    stored = records.finish_upload(upload.id)
    file = {"IdTepTin": stored.id, "HashTepTin": stored.sha256, "bytes": 10, "vai-tro": "ket-qua"}
    return canonical_json({"ho-so": dossier_id, "metadata_sha256": sha256_text(BODY), "tep": [file]})


def refused(call: Callable[[], object]) -> tuple[int, str]:
    with pytest.raises(Problem) as problem:
        call()
    return problem.value.status, problem.value.field


def test_put_is_idempotent(hands: Hands) -> None:
    records, dossier_id, other = hands.records, new_id(), canonical_json({"title": "khác"})
    new, code, ward_id = records.put_dossier(dossier_id, BODY, "k1")
    assert new and code == "H29.17-261121-0001"
    assert records.put_dossier(dossier_id, BODY, "k1") == (False, code, ward_id)
    assert refused(lambda: records.put_dossier(dossier_id, other, "k1")) == (409, "")
    assert records.put_dossier(dossier_id, other, "k2") == (False, code, ward_id)
    assert hands.arrivals.body(dossier_id) == other
    assert hands.again().allocate_code(dossier_id) == code  # counters go on after a restart
    assert records.allocate_code(new_id()) == "H29.17-261121-0002"


def test_manifest_once(hands: Hands) -> None:
    records, dossier_id = hands.records, new_id()
    manifest = arrived(records, dossier_id)
    receipt = records.commit_manifest(dossier_id, manifest)
    assert records.commit_manifest(dossier_id, manifest) == receipt
    assert refused(lambda: records.commit_manifest(dossier_id, manifest.replace("}", " }", 1))) == (409, "")
    assert refused(lambda: records.put_dossier(dossier_id, canonical_json({"title": "khác"}), "k9")) == (409, "")
    assert records.receipts(0, None) == [receipt] and records.receipts(receipt.number, None) == []
    assert hands.arrivals.counts() == (1, 1)
    (row,) = hands.arrivals.summaries(dossier_id=dossier_id)
    assert (row.files, row.bytes, row.receipt_id, row.received_at) == (1, 10, receipt.id, hands.now)


def test_a_server_that_runs_on_sweeps_what_expired(tmp_path: Path) -> None:
    hands, dossier_id = Hands(tmp_path, None), new_id()
    hands.records.put_dossier(dossier_id, BODY, "k")
    upload = hands.records.open_upload(UploadRequest(dossier_id, "ket-qua", sha256_text("x"), 10, "a.pdf"))
    app = create_app(tmp_path, policy=Policy(sweep_seconds=0.05), now=lambda: hands.now)
    partial = tmp_path / "dang-tai" / upload.id
    partial.touch()

    async def live() -> None:
        async with app.router.lifespan_context(app):
            await asyncio.sleep(0.2)
            assert partial.exists()
            hands.now += UPLOAD_LIFETIME
            async with asyncio.timeout(10):
                while partial.exists():
                    await asyncio.sleep(0.02)

    asyncio.run(live())
    assert refused(lambda: hands.records.upload(upload.id))[0] == 404
    hands.engine.dispose()


def test_search_by_what_no_database_takes(hands: Hands) -> None:
    """NUL and half a character are as a space; the number of a receipt is found in any letters, and no part of it."""
    dossier_id, bare = new_id(), new_id()
    receipt = hands.records.commit_manifest(dossier_id, arrived(hands.records, dossier_id))
    hands.records.put_dossier(bare, BODY, "k")

    def found(text: str) -> set[str]:
        wanted = Wanted(text)
        ids = {row.id for row in hands.arrivals.summaries(wanted)}
        assert hands.arrivals.count(wanted) == len(ids)
        return ids

    for text in ("", "\0", "ho so\0", "\0HỒ sơ", "ho\ud800so"):
        assert found(text) == {dossier_id, bare}, text
    for text in (receipt.id, f" {receipt.id.upper()}\0"):
        assert found(text) == {dossier_id}
    assert found(receipt.id[:-1]) == found("a\0") == set()
    (row,) = hands.arrivals.summaries(dossier_id=bare)
    assert (row.files, row.bytes, row.receipt_id, row.received_at) == (0, 0, "", None)


def test_manifest_names_what_is_missing(hands: Hands) -> None:
    records, dossier_id = hands.records, new_id()
    good = json.loads(arrived(records, dossier_id))

    def commit(**changes: object) -> tuple[int, str]:
        return refused(lambda: records.commit_manifest(dossier_id, canonical_json({**good, **changes})))

    file = good["tep"][0]
    assert commit(tep=[]) == (422, "tep")
    assert commit(tep=[file, {**file, "IdTepTin": new_id()}]) == (422, "tep.1")
    assert commit(tep=[{**file, "HashTepTin": "0" * 64}]) == (422, "tep.0")
    assert commit(tep=[{**file, "bytes": 0}]) == (422, "tep.0.bytes")
    assert commit(tep=[{"IdTepTin": file["IdTepTin"]}]) == (422, "tep.0.bytes")
    assert commit(tep=[{**file, "vai-tro": ""}]) == (422, "tep.0.vai-tro")
    assert commit(metadata_sha256="0" * 64) == (409, "metadata_sha256")
    assert commit(**{"ho-so": new_id()}) == (422, "ho-so")
    assert refused(lambda: records.commit_manifest(dossier_id, "[]")) == (400, "goi")
    assert refused(lambda: records.commit_manifest(dossier_id, "{")) == (400, "")
    assert records.receipts(0, dossier_id) == []
    stranger = new_id()
    other = arrived(records, stranger, "b")
    taken = canonical_json({**good, "tep": json.loads(other)["tep"]})
    assert refused(lambda: records.commit_manifest(dossier_id, taken)) == (422, "tep.0")


def test_commits_at_once_give_one_receipt_each(hands: Hands) -> None:
    records = hands.records
    dossiers = [new_id() for _ in range(4)]
    manifests = {d: arrived(records, d, d) for d in dossiers}
    barrier = threading.Barrier(12)

    def commit(dossier_id: str) -> str:
        barrier.wait()
        return records.commit_manifest(dossier_id, manifests[dossier_id]).jws

    with ThreadPoolExecutor(12) as threads:
        receipts = list(zip(dossiers * 3, threads.map(commit, dossiers * 3), strict=True))
    assert len(set(receipts)) == 4
    assert [r.number for r in records.receipts(0, None)] == [1, 2, 3, 4]


def test_uploads_expire(hands: Hands) -> None:
    records, dossier_id = hands.records, new_id()
    records.put_dossier(dossier_id, BODY, "k")
    request = UploadRequest(dossier_id, "ket-qua", sha256_text("x"), 10, "a.pdf")
    upload = records.open_upload(request)
    assert upload.fresh and not records.open_upload(request).fresh
    assert refused(lambda: records.open_upload(UploadRequest(dossier_id, "ket-qua", sha256_text("x"), 11, "a.pdf")))[0] == 409
    hands.now += UPLOAD_LIFETIME - timedelta(seconds=1)
    assert records.expired_uploads() == []
    records.touch_upload(upload.id)
    hands.now += timedelta(seconds=2)
    assert records.upload(upload.id).id == upload.id
    hands.now += UPLOAD_LIFETIME
    assert refused(lambda: records.upload(upload.id))[0] == 410
    assert records.expired_uploads() == [upload.id]
    records.drop_upload(upload.id)
    assert refused(lambda: records.upload(upload.id))[0] == 404
    assert refused(lambda: records.finish_upload(upload.id))[0] == 404


def test_errors_do_not_show_metadata(hands: Hands) -> None:
    row = DossierRow(id=new_id(), ward_id=new_id(), body="Trích yếu kín", body_sha256="0", put_key="k", created_at=hands.now)
    row.updated_at = "no time"  # type: ignore[assignment]
    with pytest.raises((StatementError, AttributeError)) as error, Session(hands.engine) as session, session.begin():
        session.add(row)
        session.flush()
    assert "Trích yếu kín" not in str(error.value)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"title": ""}, "title"),
        ({}, "title"),
        ({"title": "x", "documents": [{"fields": {"number": "1"}}, {"fields": {}}]}, "documents.1.fields.number"),
        ({"title": "x", "documents": [3]}, "documents.0.fields.number"),
        ([], "ho-so"),
    ],
)
def test_required_metadata(body: object, field: str) -> None:
    assert refused(lambda: check_metadata(body, ("title", "documents.*.fields.number"))) == (422, field)


def test_the_whole_way_on_postgresql(postgres: Postgres, new_ward: Callable[..., Ward], station: Station) -> None:
    ward = new_ward("--database", postgres.new_database())
    item = station.queue(pdf(300_000, 70), pdf(1000, 71))
    assert station.send(station.sender(ward))[0].item.state is OutboxState.RECEIVED
    assert not (ward.data / "ward.sqlite3").exists()
    assert ward.end() == 0
    ward.start()
    with_restart = station.queue(pdf(1000, 72))
    assert station.send(station.sender(ward))[0].item.state is OutboxState.RECEIVED
    assert station.item(item).receipt != station.item(with_restart).receipt
