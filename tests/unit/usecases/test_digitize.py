"""Files in, PDF/A out, without a store: what fails is named and the rest goes on. And copies for people."""

import errno
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.unit.usecases.bench import World, ids
from tests.unit.usecases.lanes import InlineLane
from tests.unit.usecases.machine import BLANK, BODY, HEAD, KILLS, Sheet, sha
from workstation.domain.errors import WorkstationError
from workstation.domain.page import PageText
from workstation.domain.pagejobs import DocumentDraft, Inspection, Limits, PageResult
from workstation.domain.ports import LaneError
from workstation.domain.shelf import Shelf
from workstation.usecases.digitize import Bench, ReadFile, publish, read_files, with_words
from workstation.usecases.export import export_dossier

SECRET = Sheet(secret=True)


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


def one_by_one(texts: Sequence[PageText | None]) -> Iterator[DocumentDraft]:
    """Each as soon as the next one begins, as ``ocr.split`` does."""
    pages: list[int] = []
    seen = False
    for n, text in enumerate(texts):
        if seen and text is not None and [w.text for w in text.words[:1]] == ["HEAD"]:
            yield DocumentDraft(tuple(pages), "", ())
            pages = []
        pages.append(n)
        seen = seen or text is not None
    yield DocumentDraft(tuple(pages), "", ())


def test_documents_are_made_while_pages_behind_them_are_being_read(world: World):
    seen: list[str] = []

    class Late(Future[Any]):
        def result(self, timeout: float | None = None) -> Any:
            found = super().result(timeout)
            seen.append("page") if isinstance(found, PageResult) else None
            return found

    class Lane(InlineLane):
        def submit(self, fn: Any, *args: Any, timeout: float | None = None, urgent: bool = False) -> Any:
            future = Late()
            future.set_result(fn(*args))
            return future

    def split(texts: Sequence[PageText | None]) -> Iterator[DocumentDraft]:
        for draft in one_by_one(texts):
            seen.append("document")
            yield draft

    tools = replace(world.machine.page_tools, split=split)
    (found,) = read_files(replace(bench(world), pages=Lane(), tools=tools), [world.paper(HEAD, HEAD, BODY)], lambda p: sha(b""))
    assert [d.pages for d in found.documents] == [(0,), (1, 2)]
    assert seen == ["page", "page", "document", "page", "document"]


def test_of_a_secret_on_the_last_page_the_documents_before_it_tell_nothing(world: World):
    tools = replace(world.machine.page_tools, split=one_by_one)
    (found,) = read_files(replace(bench(world), tools=tools), [world.paper(HEAD, HEAD, SECRET)], lambda p: sha(p.read_bytes()))
    assert list(found.documents) == [] and {e.code for e in found.errors} == {"K20"}
    assert [(page.result, page.error.code if page.error else "") for page in found.pages] == [(None, "K20")] * 3


WHOLE, SCAN = True, False


@pytest.mark.parametrize(
    ("files", "documents"),
    [
        ([(SCAN, (HEAD, BODY)), (WHOLE, (BODY, BODY)), (WHOLE, (BODY,))], [(0, 1), (2, 3), (4,)]),
        ([(WHOLE, (BODY,)), (SCAN, (KILLS,)), (SCAN, (HEAD,)), (SCAN, (HEAD, KILLS))], [(0,), (1, 2), (3, 4)]),
        ([(WHOLE, (BODY,)), (SCAN, (KILLS, KILLS)), (WHOLE, (BODY,))], [(0,), (3,)]),
        ([(SCAN, (HEAD,)), (SCAN, (BODY, HEAD)), (SCAN, (KILLS,))], [(0, 1), (2, 3)]),
        ([(SCAN, (BLANK,)), (WHOLE, (BODY,)), (SCAN, (HEAD, HEAD))], [(0,), (1,), (2,), (3,)]),
    ],
)  # fmt: skip
def test_scans_split_between_files_that_go_through_as_they_are(world: World, files: list[tuple[bool, tuple[Sheet, ...]]],
                                                               documents: list[tuple[int, ...]]):  # fmt: skip
    folder = world.root / "folder"
    folder.mkdir()
    for n, (whole, sheets) in enumerate(files):
        world.paper(*sheets).rename(folder / f"{n}-{'whole' if whole else 'scan'}.tif")

    def inspect(path: Path, limits: Limits) -> Inspection:
        return replace(world.machine.page_tools.inspect(path, limits), born_digital="whole" in path.name)

    at = replace(bench(world), tools=replace(world.machine.page_tools, inspect=inspect, split=one_by_one))
    (found,) = read_files(at, [folder], lambda p: sha(p.read_bytes()))
    assert [d.pages for d in found.documents] == documents


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


def test_our_own_bug_costs_the_item_that_met_it(world: World):
    def fail(name: str, job: Any) -> None:
        if name == "inspect" and job.name == odd.name:
            raise RecursionError("what the file says")
        if name == "process" and job.frame == 1:
            raise ValueError("what the page says")
        if name == "publish" and job.out.name.startswith("02"):
            raise IndexError("what the document says")

    odd, files = world.paper(HEAD), (world.paper(HEAD, BODY, BODY), world.paper(HEAD, BODY, HEAD))
    world.machine.hook = fail
    first, bad, last = read(world, files[0], odd, files[1])
    assert [(e.code, dict(e.params)) for e in bad.errors] == [("B01", {"type": "RecursionError", "file": odd.name})]
    assert [dict(e.params)["page"] for e in first.errors] == [2] and [bool(p.result) for p in first.pages] == [True, False, True]
    out = publish(bench(world), last, world.root / "out", 1, "2026-11-21T00:00:00+00:00")
    assert [made and made[0].name for made in out.published] == ["01-quyet-dinh.pdf", None]
    assert [dict(e.params).get("type") for e in out.errors] == ["ValueError", "IndexError"]
    assert " says" not in repr([first.errors, bad.errors, out.errors])


def test_a_full_disk_is_told_as_such(world: World):
    def full(name: str, job: Any) -> None:
        if name == "process":
            raise OSError(errno.ENOSPC, "full")

    world.machine.hook = full
    (found,) = read(world, world.paper(HEAD))
    assert [e.code for e in found.errors] == ["M01"]


@pytest.mark.parametrize("trouble", [LaneError("worker did not start"), OSError(errno.EMFILE, "too many")], ids=["lane", "files"])
def test_what_ails_the_machine_ends_the_run(world: World, trouble: Exception):
    def fails(name: str, job: Any) -> None:
        if name == "process":
            raise trouble

    world.machine.hook = fails
    with pytest.raises(type(trouble), match=str(trouble.args[-1])):
        read(world, world.paper(HEAD))


def test_a_file_that_goes_through_is_not_taken_for_what_was_read_if_it_changed(world: World):
    scan = world.paper(HEAD)
    signed = world.root / "da-ky.pdf"
    signed.write_text(scan.read_text("utf-8").replace("SCAN", "SIGNED", 1), "utf-8")
    (found,) = read(world, signed)
    signed.write_bytes(signed.read_bytes() + b"x")
    out = publish(bench(world), found, world.root / "out", 1, "2026-11-21T00:00:00+00:00")
    assert list(out.published) == [None] and [e.code for e in out.errors] == ["F12"]
    assert list((world.root / "out").iterdir()) == []


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
