"""Files in, PDF/A out, without a store: what fails is named and the rest goes on. And copies for people."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.unit.usecases.bench import World, ids
from tests.unit.usecases.lanes import InlineLane
from tests.unit.usecases.machine import BODY, HEAD, KILLS, sha
from workstation.domain.errors import WorkstationError
from workstation.domain.shelf import Shelf
from workstation.usecases.digitize import Bench, ReadFile, publish, read_files, with_words
from workstation.usecases.export import export_dossier


def bench(world: World) -> Bench:
    rules = world.office.rules
    today = date(2026, 11, 21)
    profile = rules.profile("archive", today)
    tools, places = world.machine.page_tools, world.office.places
    return Bench(InlineLane(), tools, rules, profile, world.office.cache, Shelf(), today, places)


def read(world: World, *files: Path) -> list[ReadFile]:
    return list(read_files(bench(world), files, lambda p: sha(p.read_bytes())))


def test_a_bad_file_and_a_bad_page_keep_their_reasons_and_the_rest_goes_on(world: World):
    wrong = world.root / "hong.tif"
    wrong.write_text("x", "utf-8")
    bad, mixed = read(world, wrong, world.paper(HEAD, KILLS, HEAD))
    assert [e.code for e in bad.errors] == ["F01"] and len(bad.documents) == 0
    assert [(e.code, dict(e.params)["page"]) for e in mixed.errors] == [("F06", 2)]
    assert [d.pages for d in mixed.documents] == [(0, 1), (2,)]
    out = publish(bench(world), mixed, world.root / "out", 1, "2026-11-21T00:00:00+00:00")
    assert [(p.name, pdf.pages) for p, pdf in filter(None, out.published)] == [("01-quyet-dinh.pdf", 1), ("02-quyet-dinh.pdf", 1)]


def test_arguments_keep_their_order_however_few_jobs_are_ahead(world: World, monkeypatch: pytest.MonkeyPatch):
    empty, wrong = world.root / "rong", world.root / "hong.tif"
    empty.mkdir()
    wrong.write_text("x", "utf-8")
    files = empty, world.paper(HEAD, BODY, HEAD, KILLS, HEAD), wrong, world.paper(HEAD), empty
    for ahead in (1, 2, 256):
        monkeypatch.setattr("workstation.usecases.digitize._AHEAD", ahead)
        found = read(world, *files)
        assert [Path(f.name).name for f in found] == [f.name for f in files]
        assert [[e.code for e in f.errors] for f in found] == [["F04"], ["F06"], ["F01"], [], ["F04"]]
        assert [[p.frame for p in f.pages] for f in found] == [[], [0, 1, 2, 3, 4], [], [0], []]
        assert [[d.pages for d in f.documents] for f in found] == [[], [(0, 1), (2, 3), (4,)], [], [(0,)], []]


def test_files_behind_are_in_the_lane_while_one_is_written_and_not_all_of_them(world: World, monkeypatch: pytest.MonkeyPatch):
    asked: list[Any] = []

    class Lane(InlineLane):
        def submit(self, fn: Any, *args: Any, timeout: float | None = None, urgent: bool = False) -> Any:
            asked.append(fn)
            return super().submit(fn, *args, timeout=timeout, urgent=urgent)

    monkeypatch.setattr("workstation.usecases.digitize._AHEAD", 3)
    at = replace(bench(world), pages=Lane())
    for _ in read_files(at, [world.paper(HEAD) for _ in range(20)], lambda p: sha(p.read_bytes())):
        break
    assert asked.count(at.tools.process) == 1 + 3


def test_what_the_profile_asks_of_pages_is_done_and_found_again(world: World):
    at = replace(bench(world), profile=replace(bench(world).profile, page_work=("borders",)))
    (found,) = read_files(at, [world.paper(HEAD)], lambda p: sha(p.read_bytes()))
    (job,) = [job for name, job in world.machine.calls if name == "process"]
    assert [t.name for t in job.work] == ["borders"]
    whole = with_words(at, found.pages[0]).result
    assert whole is not None and whole.text.words[0].text == "HEAD"
    publish(at, found, world.root / "out", 1, "2026-11-21T00:00:00+00:00")
    (asked,) = [job for name, job in world.machine.calls if name == "publish"]
    assert [page.work for page in asked.pages] == [job.work]


def test_words_wait_in_the_cache_and_are_missed_there(world: World):
    (found,) = read(world, world.paper(HEAD, KILLS))
    page, failed = found.pages
    assert page.result is not None and page.result.text.words == () and with_words(bench(world), failed) == failed
    whole = with_words(bench(world), page).result
    assert whole is not None and whole.text.words[0].text == "HEAD"
    with pytest.raises(WorkstationError, match="B01"):
        with_words(replace(bench(world), cache=world.root / "elsewhere"), page)


def test_a_document_that_can_not_be_published_costs_only_itself(world: World):
    def fail(name: str, job: Any) -> None:
        if name == "publish" and job.out.name.startswith("01"):
            raise WorkstationError("B01", where="pdfa", rule="font")

    (found,) = read(world, world.paper(HEAD, BODY, HEAD))
    world.machine.hook = fail
    out = publish(bench(world), found, world.root / "out", 1, "2026-11-21T00:00:00+00:00")
    assert [made and made[0].name for made in out.published] == [None, "02-quyet-dinh.pdf"]
    assert [(e.code, dict(e.params)["file"]) for e in out.errors] == [("B01", "01-quyet-dinh.pdf")]


def test_a_copy_for_people_is_the_signed_bytes_and_the_index_that_was_sent(world: World):
    dossier = world.signed(HEAD, HEAD)
    with world.office.look() as uow:
        item = uow.outbox.by_dossier(dossier.id)
    assert item is not None
    for _ in range(2):  # made again, it is the same
        paths = export_dossier(world.office, dossier, item, world.root / "exports")
    for document in dossier.documents:
        assert document.sealed is not None and sha(paths[document.id].read_bytes()) == document.sealed.sha256
    index = json.loads((world.root / "exports" / dossier.code / "dossier.json").read_text("utf-8"))
    assert [d["id"] for d in index["documents"]] == ids(dossier)
    assert sorted(p.name for p in paths.values()) == [f.name for f in item.files]
    assert all(len(f.name) <= 50 and f.name.isascii() for f in item.files)
