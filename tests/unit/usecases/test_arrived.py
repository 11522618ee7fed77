"""PDFs that came signed: really signed files and the real verifier; what is read on their pages is scripted."""

import io
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pikepdf
import pymupdf
import pytest
from pyhanko.sign.fields import MDPPerm

from ocr.worker import inspect_file, render_page, render_pdf
from signing.verify import verify_file
from tests.unit.signing import attacks
from tests.unit.signing.pdfs import make_pdfa
from tests.unit.signing.pki import TIME_STAMPING, Authority, make_authority, new_key, rsa_key
from tests.unit.signing.second_signatures import second
from tests.unit.signing.workshop import Workshop, make_workshop, signer_of, stamped, stamper_of
from tests.unit.usecases.bench import CHECKER, CLERK, OFFICIAL, World, ids, states
from tests.unit.usecases.machine import BODY, HEAD, VALUES
from tests.unit.usecases.room import Room
from workstation.domain.copies import Medium
from workstation.domain.dossier import DocumentState, Dossier, DossierState
from workstation.domain.errors import WorkstationError
from workstation.domain.events import WatchedFileRefused
from workstation.domain.ids import DossierId
from workstation.domain.outbox import OutboxState
from workstation.domain.page import Engine, Finding, PageText, Word
from workstation.domain.pagejobs import FrameInfo, Inspection, Limits, PageJob, PageResult, Rendered, RenderJob
from workstation.domain.pagework import turned
from workstation.domain.signature import Verdict
from workstation.domain.signing import Levels, TrustStore
from workstation.store.backup import named_blobs
from workstation.usecases import archive, copy_source, edit, lift, outbox, package_1022, read, sign
from workstation.usecases.desk import Desk
from workstation.usecases.views import GateRule
from workstation.usecases.watched import REFUSED, WatchedFolder


@pytest.fixture(scope="module")
def authority() -> Authority:
    return make_authority()


@pytest.fixture(scope="module")
def shop(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return make_workshop(authority, make_pdfa(tmp_path_factory.mktemp("plain") / "in.pdf", pages=2).read_bytes())


@dataclass
class Arrivals:
    """A desk that opens PDFs for real and knows one authority."""

    world: World
    room: Room
    desk: Desk
    number: int = 0

    @property
    def office(self):
        return self.world.office

    def file(self, data: bytes) -> Path:
        self.number += 1
        path = self.world.root / f"den-{self.number}.pdf"
        path.write_bytes(data)
        return path

    def take(self, *papers: bytes | Path, into: DossierId | None = None) -> Dossier:
        """Files (bytes: a PDF) imported on the desk, and read."""
        dossier_id = into or self.desk.new_dossier("Hồ sơ mẫu").result()
        paths = [self.file(paper) if isinstance(paper, bytes) else paper for paper in papers]
        for outcome in self.desk.import_files(dossier_id, paths, lambda _: None).result():
            if outcome.error is not None:
                raise outcome.error.error()
        return self.world.get(dossier_id)

    def through(self, dossier: Dossier) -> Dossier:
        """Passed by two people, and published."""
        edit.finish_capture(self.office, dossier.id, CLERK)
        for document in self.world.get(dossier).documents:
            self.world.pass_on(document.id)
            self.world.publish(document.id)
        return self.world.get(dossier)


def reading(world: World) -> Callable[[PageJob], PageResult]:
    """Of a PDF: each page says what a decision says, blurred as if scanned badly; else what the paper says."""

    def process(job: PageJob) -> PageResult:
        if job.path.read_bytes()[:5] != b"%PDF-":
            return world.machine.process(job)
        world.machine._called("process", job)
        words = ["HEAD", *(f"{k}={v}" for k, v in VALUES.items())] if job.frame == 0 else ["chữ"]
        cached = world.machine._cached(job.cache, job.original, job.frame, job.work)
        cached.parent.mkdir(parents=True, exist_ok=True)
        cached.write_text(json.dumps(words), "utf-8")
        lines = tuple(Word(w, (0, 0, 1, 1), 0.9, i) for i, w in enumerate(words))
        text = PageText(2480, 3508, 300, lines if job.words else (), Engine("test", "1", "vie:0", ""), 0.1)
        found = (Finding("dpi", 300, job.limits.min_dpi, True), Finding("blur", 5.0, job.limits.min_sharpness, False))
        return PageResult((), found, False, text, FrameInfo(2480, 3508, 300), 0, 0.0, 0.1)

    return process


@pytest.fixture
def arrivals(world: World, authority: Authority, tmp_path: Path) -> Iterator[Arrivals]:
    verify = partial(verify_file, trust=TrustStore(roots=(authority.write(tmp_path),)))
    scripted = world.office.tools

    def inspect(path: Path, limits: Limits) -> Inspection:
        return inspect_file(path, limits) if path.read_bytes()[:5] == b"%PDF-" else scripted.inspect(path, limits)

    def render(job: RenderJob) -> Rendered:
        return render_page(job)

    tools = replace(scripted, inspect=inspect, process=reading(world), render=render, render_pdf=render_pdf)
    world.office = replace(world.office, tools=tools, verify=verify)
    room = Room(world)
    yield Arrivals(world, room, room.desk)


def codes(call: Callable[[], object]) -> str:
    with pytest.raises(WorkstationError) as caught:
        call()
    return caught.value.code


def lta_of(shop: Workshop, data: bytes) -> bytes:
    key = rsa_key()
    return stamped(data, stamper_of(key, shop.authority.issue(key.public_key(), "TSA", extended=(TIME_STAMPING,))))


# --- the whole way


def test_a_signed_file_goes_to_the_outbox_byte_for_byte(arrivals: Arrivals, shop: Workshop) -> None:
    data = shop.good
    dossier = arrivals.through(arrivals.take(data))
    (document,) = dossier.documents
    assert (document.state, dossier.state) == (DocumentState.EXEMPT, DossierState.QUEUED)
    assert document.published is None, "nothing was made of it"
    with arrivals.office.look() as uow:
        (item,) = uow.outbox.list()
    (file,) = item.files
    assert arrivals.office.blobs.path(file.sha256).read_bytes() == data and (file.bytes, file.pages) == (len(data), 2)
    assert not [job for name, job in arrivals.world.machine.calls if name in ("publish", "sign", "lift")]
    assert {f.code for p in dossier.pages for f in p.findings} == {"dpi"}, "a signed page is not asked to be sharper"
    (known,) = dossier.signed
    assert known.verdict.green and known.sealed.signer == "Nguyễn Văn Thử" and known.verdict.sha256 == file.sha256


def test_what_is_shown_and_read_is_what_the_last_signature_covers(arrivals: Arrivals, shop: Workshop) -> None:
    """Time-stamps of the archive lie behind it: the pages are drawn from the bytes before them, the file is kept with them."""
    signed = shop.good
    data = lta_of(shop, signed)
    dossier = arrivals.take(data)
    (known,) = dossier.signed
    assert arrivals.office.blobs.path(known.shown).read_bytes() == signed
    assert arrivals.office.blobs.path(known.sealed.sha256).read_bytes() == data
    assert {p.source.original for p in dossier.pages} == {known.shown}
    assert set(dossier.originals) == {known.shown, known.sealed.sha256}
    assert set(dossier.originals) <= named_blobs(arrivals.world.store.engine), "a backup has both"
    after = arrivals.through(dossier)
    assert after.documents[0].sealed is not None and after.documents[0].sealed.sha256 == known.sealed.sha256
    picture = arrivals.desk.pdf_picture(after.documents[0].id, 1, 200).result()
    assert pymupdf.Pixmap(str(picture.path)).width > 50


def test_two_signatures_and_the_last_sound_revision(arrivals: Arrivals, shop: Workshop) -> None:
    data = second(shop, shop.good)
    dossier = arrivals.through(arrivals.take(data))
    assert states(dossier) == [DocumentState.EXEMPT]
    (known,) = dossier.signed
    assert known.shown == known.sealed.sha256 and len(known.verdict.signatures) == 2


def test_a_certified_file_that_nobody_may_sign_any_more(arrivals: Arrivals, shop: Workshop) -> None:
    data = shop.sign(shop.plain, certify=MDPPerm.NO_CHANGES)
    dossier = arrivals.through(arrivals.take(data))
    assert (states(dossier), dossier.state) == ([DocumentState.EXEMPT], DossierState.QUEUED)


def test_three_hundred_pages_are_one_document(arrivals: Arrivals, shop: Workshop, tmp_path: Path) -> None:
    plain = make_pdfa(tmp_path / "long.pdf", pages=300).read_bytes()
    dossier = arrivals.through(arrivals.take(shop.sign(plain)))
    assert (len(dossier.pages), states(dossier)) == (300, [DocumentState.EXEMPT])


def test_signed_files_and_scans_in_one_dossier(arrivals: Arrivals, shop: Workshop) -> None:
    """Each signed file is a document of its own between what the scans split into; the scans are signed by us as ever."""
    world = arrivals.world
    dossier = arrivals.take(world.paper(HEAD, BODY), shop.good, world.paper(BODY), shop.sign(shop.plain))
    assert [len(dossier.pages_of(x)) for x in ids(dossier)] == [2, 2, 1, 2]
    assert [dossier.signed_document(x) is not None for x in ids(dossier)] == [False, True, False, True]
    after = arrivals.through(dossier)
    assert states(after) == [DocumentState.TO_SIGN, DocumentState.EXEMPT] * 2 and after.state is DossierState.READY
    rows = arrivals.desk.sign_desk().result().rows
    assert [r.document.id for r in rows] == [ids(after)[0], ids(after)[2]], "a signed file is not offered for signature"
    world.see(ids(after)[0], ids(after)[2])
    assert world.sign(*ids(after)) == ["", "C12", "", "C12"]
    assert world.get(after).state is DossierState.QUEUED


def test_a_level_that_the_office_wants_is_not_wanted_of_others(arrivals: Arrivals, shop: Workshop) -> None:
    arrivals.world.office = replace(arrivals.world.office, levels=Levels("LTA"))
    arrivals = Arrivals(arrivals.world, room := Room(arrivals.world), room.desk)
    arrivals.through(arrivals.take(shop.good))
    with arrivals.office.look() as uow:
        (item,) = uow.outbox.list()
    assert (item.error, item.next_try) == (None, None), "it does not wait for a time-stamp that nobody may add"


# --- what is refused


@pytest.mark.parametrize(
    ("forge", "reason"),
    [
        (attacks.text_added, "V02"), (attacks.page_removed, "V02"), (attacks.one_byte_changed, "V01"),
        (attacks.isa_without_eof, ""), (attacks.catalog_without_form, ""), (attacks.usf_contents_zero, ""),
        (attacks.swa_moved_second_part, ""), (attacks.byte_range_gap_too_wide, ""), (attacks.tail_second_file, ""),
    ],
)  # fmt: skip
def test_a_forged_file_does_not_get_in(arrivals: Arrivals, shop: Workshop, forge: Callable[[bytes], bytes], reason: str) -> None:
    """Nor does it come in as if it had never been signed."""
    dossier_id = arrivals.desk.new_dossier("Hồ sơ mẫu").result()
    path = arrivals.file(forge(shop.good))
    before = path.read_bytes()
    (outcome,) = arrivals.desk.import_files(dossier_id, [path], lambda _: None).result()
    assert outcome.error is not None and outcome.error.code in ("F09", "F03"), outcome
    if reason:
        assert dict(outcome.error.params)["reason"] == reason
    dossier = arrivals.world.get(dossier_id)
    assert (dossier.pages, dossier.signed, path.read_bytes()) == ((), (), before)
    assert list(arrivals.world.blobs.all()) == [], "nothing of it is kept"


def test_an_encrypted_signed_file_is_refused(arrivals: Arrivals, shop: Workshop, tmp_path: Path) -> None:
    for user, owner in (("a", "b"), ("", "b")):
        with pikepdf.open(io.BytesIO(shop.plain)) as pdf:
            pdf.save(tmp_path / "locked.pdf", encryption=pikepdf.Encryption(owner=owner, user=user))
        locked = (tmp_path / "locked.pdf").read_bytes() + b"\n%/ByteRange [0 1 2 3]\n"
        assert codes(partial(arrivals.take, locked)) in ("F02", "F03", "F09")


def test_a_time_stamp_alone_is_nobodys_signature(arrivals: Arrivals, shop: Workshop) -> None:
    assert codes(lambda: arrivals.take(lta_of(shop, shop.plain))) == "F09"


def test_one_whose_issuer_nobody_knows_is_held_at_the_gate_until_it_is_known(
    arrivals: Arrivals, shop: Workshop, authority: Authority, tmp_path: Path
) -> None:
    world, known = arrivals.world, arrivals.office.verify
    world.office = replace(world.office, verify=partial(verify_file, trust=TrustStore()))
    lost = Arrivals(world, room := Room(world), room.desk)
    dossier = lost.through(lost.take(shop.good))
    (document,) = dossier.documents
    assert (document.state, document.sealed) == (DocumentState.PASSED, None)
    assert document.error is not None and (document.error.code, dict(document.error.params)) == ("F10", {"reason": "V23"})
    (row,) = lost.desk.sign_desk().result().rows
    assert [c.rule for c in row.gate if not c.ok] == [GateRule.CAME_SIGNED]
    assert lost.desk.pdf_picture(document.id, 0, 200).result().width_px > 0
    assert world.sign(document.id) == ["C12"]
    world.office = replace(world.office, verify=known)  # its root was added
    assert world.publish(document.id).state is DocumentState.EXEMPT
    assert world.get(dossier).state is DossierState.QUEUED


def test_a_held_file_can_be_refused_dropped_and_the_rest_goes_on(arrivals: Arrivals, shop: Workshop) -> None:
    world = arrivals.world
    world.office = replace(world.office, verify=partial(verify_file, trust=TrustStore()))
    lost = Arrivals(world, room := Room(world), room.desk)
    dossier = lost.through(lost.take(world.paper(HEAD), shop.good))
    scanned, held = ids(dossier)
    sign.refuse_to_sign(world.office, held, "không rõ ai ký", OFFICIAL)
    edit.give_back(world.office, held, "xin bản khác", CHECKER)
    page = world.get(dossier).pages[1]
    edit.set_dropped(world.office, page.id, True, CLERK)
    edit.finish_capture(world.office, dossier.id, CLERK)
    after = world.get(dossier)
    assert ids(after) == [scanned] and states(after) == [DocumentState.TO_SIGN]
    edit_back = codes(lambda: edit.set_dropped(world.office, page.id, False, CLERK))
    assert edit_back == "K06"


def test_revocation_that_nobody_can_look_up_is_a_note(arrivals: Arrivals, shop: Workshop) -> None:
    key = new_key()
    certificate = shop.authority.issue(key.public_key(), crl_url="http://crl.example/a.crl", ocsp_url="http://ocsp.example/")
    dossier = arrivals.through(arrivals.take(shop.sign(shop.plain, signer=signer_of(key, certificate))))
    (known,) = dossier.signed
    assert known.verdict.verdict is Verdict.INDETERMINATE and {n.code for n in known.verdict.reasons} == {"V05"}
    assert states(dossier) == [DocumentState.EXEMPT]


def test_a_file_that_decays_in_the_store_is_not_passed_on(arrivals: Arrivals, shop: Workshop) -> None:
    dossier = arrivals.take(shop.good)
    blob = arrivals.office.blobs.path(dossier.signed[0].sealed.sha256)
    blob.chmod(0o600)
    blob.write_bytes(attacks.one_byte_changed(blob.read_bytes()))
    (document,) = arrivals.through(dossier).documents
    assert document.state is DocumentState.PASSED and document.error is not None and document.error.code == "M03"


# --- its pages stay


def test_the_pages_of_a_signed_file_can_only_go_together(arrivals: Arrivals, shop: Workshop) -> None:
    world = arrivals.world
    dossier = arrivals.take(world.paper(HEAD), shop.good, world.paper(HEAD))
    scanned, first, second_page, _ = dossier.pages
    office, (_, signed, last) = world.office, ids(dossier)
    for change in (
        lambda: edit.rotate(office, first.id, 90, CLERK),
        lambda: edit.split_before(office, second_page.id, CLERK),
        lambda: edit.merge_with_previous(office, signed, CLERK),
        lambda: edit.merge_with_previous(office, last, CLERK),
    ):
        assert codes(change) == "F11"
    assert world.get(dossier) == dossier
    arrivals.desk.set_dropped(second_page.id, True).result()
    assert [p.dropped for p in world.get(dossier).pages] == [False, True, True, False]
    arrivals.desk.undo(dossier.id).result()
    assert [p.dropped for p in world.get(dossier).pages] == [False] * 4
    assert edit.rotate(office, scanned.id, 90, CLERK).page(scanned.id).work == turned((), 90)


def test_a_dropped_file_that_is_taken_back_later_is_still_whole(arrivals: Arrivals, shop: Workshop) -> None:
    """Dropped, passed on without it, back on the desk and taken back: it comes back as what it was, not as pictures."""
    world = arrivals.world
    dossier = arrivals.take(world.paper(HEAD), shop.good)
    edit.set_dropped(world.office, dossier.pages[1].id, True, CLERK)
    edit.finish_capture(world.office, dossier.id, CLERK)
    (left,) = ids(world.get(dossier))
    edit.give_back(world.office, left, "thiếu văn bản", CHECKER)
    edit.set_dropped(world.office, dossier.pages[2].id, False, CLERK)
    after = arrivals.through(read.read_dossier(world.office, dossier.id))
    assert states(after) == [DocumentState.TO_SIGN, DocumentState.EXEMPT]


def test_pages_that_are_no_longer_the_files_stop_it(arrivals: Arrivals, shop: Workshop) -> None:
    """Whatever put it into that state: what is sent would not be what was checked."""
    world = arrivals.world
    dossier = arrivals.take(shop.good)
    edit.finish_capture(world.office, dossier.id, CLERK)
    world.pass_on(ids(dossier)[0])
    with world.office.uow() as uow:
        now = uow.dossiers.get(dossier.id)
        uow.dossiers.save(replace(now, pages=tuple(reversed(now.pages))))
        uow.commit()
    document = world.publish(ids(dossier)[0])
    assert document.state is DocumentState.PASSED and document.error is not None and document.error.code == "C12"


def test_the_same_file_again_adds_nothing(arrivals: Arrivals, shop: Workshop) -> None:
    data = shop.good
    dossier = arrivals.take(data)
    assert arrivals.take(data, lta_of(shop, data), into=dossier.id) == dossier


def test_a_file_that_is_written_while_it_is_taken_in_is_left(arrivals: Arrivals, shop: Workshop) -> None:
    verify = arrivals.office.verify

    def slow(path: Path):
        found = verify(path)
        path.write_bytes(path.read_bytes() + b"\n")
        return found

    arrivals.world.office = replace(arrivals.world.office, verify=slow)
    late = Arrivals(arrivals.world, room := Room(arrivals.world), room.desk)
    assert codes(lambda: late.take(shop.good)) == "K04"


def test_a_copy_of_it_is_made_of_the_electronic_document(arrivals: Arrivals, shop: Workshop) -> None:
    dossier = arrivals.through(arrivals.take(shop.good))
    with copy_source.document_source(arrivals.office, arrivals.office.verify, dossier, dossier.documents[0], True) as given:
        assert given.medium is Medium.ELECTRONIC and given.count == 2


# --- afterwards


def test_one_that_the_ward_returns_is_typed_and_checked_anew_and_sent_as_before(arrivals: Arrivals, shop: Workshop) -> None:
    world = arrivals.world
    dossier = arrivals.through(arrivals.take(shop.good))
    with world.office.uow() as uow:
        (item,) = uow.outbox.list()
        uow.outbox.save(replace(item, state=OutboxState.REJECTED))
        uow.dossiers.save(uow.dossiers.get(dossier.id).move(DossierState.REJECTED))
        uow.commit()
    (document,) = ids(dossier)
    assert outbox.reopen_rejected(world.office, item.id, CLERK).document_id == document
    assert (world.get(dossier).documents[0].state, world.get(dossier).documents[0].sealed) == (DocumentState.TO_INDEX, None)
    world.pass_on(document)
    assert world.publish(document).state is DocumentState.EXEMPT
    with world.office.look() as uow:
        (again,) = uow.outbox.list()
    assert (again.state, [f.sha256 for f in again.files]) == (OutboxState.QUEUED, [f.sha256 for f in item.files])


def test_the_reply_to_1022_and_the_archive_know_it(arrivals: Arrivals, shop: Workshop, tmp_path: Path) -> None:
    data = shop.good
    dossier = arrivals.through(arrivals.take(data))
    made = package_1022.package_1022(arrivals.office, dossier, "1022-7", tmp_path, CLERK)
    (reply,) = made.replies
    assert (made.path / reply.name).read_bytes() == data and reply.signer == "Nguyễn Văn Thử"
    (row,) = archive.overview(arrivals.office)
    assert row.sealed.sha256 == reply.sha256 and row.owner == ids(dossier)[0]


def test_lifting_leaves_it_alone_and_lifts_ours_beside_it(arrivals: Arrivals, shop: Workshop) -> None:
    world = arrivals.world
    world.office = replace(world.office, levels=Levels("LTA"))
    arrivals = Arrivals(world, room := Room(world), room.desk)
    data = shop.good
    dossier = arrivals.through(arrivals.take(world.paper(HEAD), data))
    ours, theirs = ids(dossier)
    world.machine.reach = "B"
    world.see(ours)
    assert world.sign(ours) == [""]
    with world.office.look() as uow:
        (item,) = uow.outbox.list()
    assert item.error is not None and item.error.code == "C09", "ours waits for its time-stamp"
    world.machine.reach = "LTA"
    lift.Lifter(world.office, threading.Lock()).round()
    after = world.get(dossier)
    assert [d.sealed.level for d in after.documents if d.sealed] == ["LTA", "B"]
    sealed = after.document(theirs).sealed
    assert sealed is not None and world.blobs.path(sealed.sha256).read_bytes() == data
    with world.office.look() as uow:
        assert [i.error for i in uow.outbox.list()] == [None]


def test_what_lies_in_the_copiers_folder_is_judged_before_a_dossier_is_opened(
    arrivals: Arrivals, shop: Workshop, tmp_path: Path
) -> None:
    folder, now = tmp_path / "copier", [0.0]
    folder.mkdir()
    (folder / "1-tot.pdf").write_bytes(shop.good)
    (folder / "2-gia.pdf").write_bytes(attacks.text_added(shop.good))
    watched = WatchedFolder(arrivals.office, folder, CLERK, clock=lambda: now[0])
    for _ in range(30):
        now[0] += 10
        watched.sweep()
    with arrivals.office.look() as uow:
        (dossier,) = uow.dossiers.list()
    assert (dossier.title, len(dossier.pages), len(dossier.signed)) == ("1-tot", 2, 1), "no empty dossier for the forged one"
    assert [p.name for p in (folder / REFUSED).iterdir()] == ["2-gia.pdf"]
    (told,) = [e for e in arrivals.world.events if isinstance(e, WatchedFileRefused)]
    assert (told.name, told.note.code, dict(told.note.params)["reason"]) == ("2-gia.pdf", "F09", "V02")
