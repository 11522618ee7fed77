"""What the office knows already: identity cards on a dossier's pages, and finished copies of a paper that comes again."""

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.usecases.bench import CHECKER, CLERK, World, ids
from tests.unit.usecases.machine import BODY, HEAD, Sheet
from tests.unit.usecases.room import Room
from tests.unit.usecases.test_suggest import only, sheet
from workstation.domain.dossier import Dossier
from workstation.domain.errors import WorkstationError
from workstation.domain.fields import IndexField
from workstation.domain.idcard import IdCard, parse_id_qr
from workstation.domain.ids import DocumentId
from workstation.usecases.known import KnownCopy, known_copies

CARD = "001090012345|012345678|Nguyễn Văn Mẫu|01021990|Nam|Tổ dân phố 5, phường Thử|05052021"
OTHER = CARD.replace("001090012345", "001090099999")


def read_card(text: str) -> IdCard:
    card = parse_id_qr(text)
    assert card is not None
    return card


def with_code(text: str, base: Sheet = BODY) -> Sheet:
    return replace(base, code=text)


@pytest.fixture
def room(world: World) -> Room:
    return Room(world)


# --- identity cards


def test_cards_of_the_document_come_before_those_of_its_dossier_and_each_once(room: Room):
    dossier = room.imported(HEAD, with_code(CARD, HEAD), with_code(OTHER), with_code(OTHER), with_code("HS-0012"))
    first, second = dossier.documents
    assert room.desk.id_cards(first.id).result() == (read_card(CARD), read_card(OTHER))
    room.desk.set_dropped(dossier.pages[1].id, True).result()
    assert room.desk.id_cards(second.id).result() == (read_card(OTHER),)
    looked = [job.frame for name, job in room.world.machine.calls if name == "id_cards"]
    assert looked == [1, 2, 3, 2, 3], "pages without a card's code are not opened again"


def test_what_a_card_says_is_nowhere_on_the_disk_but_on_its_paper(room: Room):
    dossier = room.imported(HEAD, with_code(CARD))
    assert len(room.desk.id_cards(dossier.documents[0].id).result()) == 1
    originals = {room.world.blobs.path(p.source.original) for p in dossier.pages}
    for path in room.world.root.rglob("*"):
        if path.is_file() and path not in originals and not path.name.startswith("scan"):
            assert b"001090012345" not in path.read_bytes(), path.name


def test_a_page_that_can_not_be_drawn_costs_its_own_card_only(room: Room):
    def hook(name: str, job: Any) -> None:
        if name == "id_cards" and job.frame == bad:
            raise WorkstationError("F03")

    room.world.machine.hook = hook
    bad = 1
    dossier = room.imported(HEAD, with_code(OTHER), with_code(CARD))
    assert room.desk.id_cards(dossier.documents[0].id).result() == (read_card(CARD),)
    alone = room.imported(HEAD, with_code(OTHER))
    with pytest.raises(WorkstationError) as e:
        room.desk.id_cards(alone.documents[0].id).result()
    assert e.value.code == "F03"


def test_a_camera_is_asked_in_a_page_worker_and_one_that_hangs_is_told(room: Room):
    room.desk._parts = replace(room.desk._parts, camera=CARD)
    assert room.desk.camera_card().result() == read_card(CARD)

    def hang(name: str, job: Any) -> None:
        raise WorkstationError("F06", reason="timeout")

    room.world.machine.hook = hang
    with pytest.raises(WorkstationError) as e:
        room.desk.camera_card().result()
    assert e.value.code == "Q20"


# --- copies


@pytest.fixture
def papers() -> tuple[Sheet, Sheet]:
    return replace(HEAD, paper="a1"), replace(BODY, paper="b1")


def found(world: World, *sheets: Sheet) -> tuple[KnownCopy, ...]:
    return known_copies(world.office, only(world.read(*sheets)).id, CLERK)


def test_a_paper_that_comes_again_is_known_by_its_pages_and_number(world: World, papers: tuple[Sheet, Sheet]):
    done = world.signed(*papers)
    (copy,) = found(world, *papers)
    assert (copy.document_id, copy.dossier_code, copy.by) == (only(done).id, done.code, ("number", "pages"))
    assert copy.note is None and copy.signer == "Trần Mẫu" and copy.title.startswith("Quyết định 127/QĐ-UBND")
    assert copy.issued_date == "2026-11-03"
    unread = replace(papers[0], fields={"type_name": "Quyết định"})
    assert [c.by for c in found(world, unread, papers[1])] == [("pages",)]


def test_pages_that_only_look_alike_are_no_copy(world: World, papers: tuple[Sheet, Sheet]):
    world.signed(*papers)
    other = replace(papers[0], paper="a2", fields={"type_name": "Quyết định"})
    assert found(world, other, papers[1]) == (), "a form filled in otherwise"
    assert found(world, other, replace(papers[1], paper="c1")) == ()
    alone = replace(papers[0], fields={"type_name": "Quyết định"})
    assert found(world, alone) == (), "a page is missing"


def test_what_is_not_finished_is_no_copy(world: World, papers: tuple[Sheet, Sheet]):
    world.to_sign(*papers)
    assert found(world, *papers) == ()


def test_a_copy_whose_signature_does_not_hold_says_so_and_comes_last(world: World, papers: tuple[Sheet, Sheet]):
    broken, sound = world.signed(*papers), world.signed(sheet(), BODY)
    sealed = only(broken).sealed
    assert sealed is not None
    path = world.blobs.path(sealed.sha256)
    path.chmod(0o600)
    path.unlink()
    first, second = found(world, *papers)
    assert (first.document_id, first.note) == (only(sound).id, None)
    assert second.document_id == only(broken).id and second.note is not None


def about(world: World, dossier: Dossier, number: str, type_code: str = "GXN") -> DocumentId:
    """The dossier's document as one about a person, whatever state it is in."""
    document = only(dossier)
    fields = (IndexField("identity_number", number, 1.0),)
    with world.store.uow_factory() as uow:
        uow.dossiers.save(dossier.with_document(replace(document, type_code=type_code, fields=fields)))
        uow.commit()
    return document.id


def signed_about(world: World, number: str, type_code: str = "GXN") -> DocumentId:
    document_id = about(world, world.finished(HEAD), number, type_code)
    for person in (CLERK, CHECKER):
        world.confirm(document_id, person, identity_number=number, person_name="Nguyễn Văn Mẫu")
    world.publish(document_id)
    world.see(document_id)
    assert world.sign(document_id) == [""]
    return document_id


def test_a_person_s_paper_of_the_same_type_is_known_by_the_identity_number(world: World):
    done = signed_about(world, "001090012345")
    signed_about(world, "001090012345", "DON")
    signed_about(world, "001090099999")
    about(world, world.finished(HEAD), "001090012345")
    (copy,) = known_copies(world.office, about(world, world.read(HEAD), "001090012345"), CLERK)
    assert copy.by == ("person",) and copy.document_id == done
    assert known_copies(world.office, about(world, world.read(HEAD), "001090012345", ""), CLERK) == (), (
        "of which type is not known"
    )


def test_who_keys_without_seeing_the_entry_is_told_of_no_copy(world: World, papers: tuple[Sheet, Sheet]):
    """A copy that is found by what was entered tells it."""
    world.signed(*papers)
    (again,) = ids(world.finished(*papers))
    world.confirm(again, CLERK)
    assert [copy.by for copy in known_copies(world.office, again, CLERK)] == [("number", "pages")]
    assert known_copies(world.office, again, CHECKER) == ()
