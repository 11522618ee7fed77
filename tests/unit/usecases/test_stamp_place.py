"""What the desk does for the Sign screen besides signing: where a stamp stands, and the report on a file."""

from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.unit.usecases.bench import OFFICIAL, World, ids
from tests.unit.usecases.machine import BODY, HEAD, ORGANIZATION, PIN
from tests.unit.usecases.room import Room
from workstation.domain.dossier import Dossier
from workstation.domain.errors import WorkstationError
from workstation.domain.fields import IndexField
from workstation.domain.ids import UserName
from workstation.domain.page import Box
from workstation.domain.signature import FileVerdict, Verdict
from workstation.domain.signing import Anchor
from workstation.usecases import stamps


def test_a_stamp_that_was_moved_is_signed_where_it_was_shown(world: World):
    room = Room(world)
    dossier = world.to_sign(HEAD, BODY, HEAD)
    first, second = ids(dossier)
    world.see(first, second)
    room.sit(OFFICIAL)
    place = room.desk.stamp_place(first, (-20.0, 7.5)).result()
    assert place.box_mm[:2] == (80.0, 11.5) and place.lines == (room.desk._watch.token.owner, ORGANIZATION)
    results = room.desk.sign([first, second], PIN, lambda _: None, lambda: False, {first: (-20.0, 7.5)}).result()
    assert [r.error for r in results] == [None, None]
    jobs = {name: [job for called, job in world.machine.calls if called == name] for name in ("preview", "sign")}
    assert [job.stamp.move_mm for job in jobs["sign"]] == [(-20.0, 7.5), (0.0, 0.0)]
    (shown,), signed = jobs["preview"], jobs["sign"][0]
    assert (shown.path, shown.preset, shown.stamp_name, shown.stamp) == (
        signed.path,
        signed.preset,
        signed.stamp_name,
        signed.stamp,
    )


def test_a_report_is_made_in_the_pages_lane(world: World, tmp_path: Path):
    room = Room(world)
    room.desk.save_report(tmp_path / "r.pdf", "a.pdf", FileVerdict(Verdict.VALID, True, (), ())).result()
    assert (tmp_path / "r.pdf").read_text("utf-8") == "a.pdf valid"


DPI = 300.0


def code_of(future: "Future[Any]") -> str:
    error = future.exception()
    assert isinstance(error, WorkstationError)
    return error.code


def issued(world: World, **boxes: tuple[int, Box]) -> Dossier:
    """A text that the office issues itself, waiting for the person whom it names; ``boxes``: as ``with_boxes``."""
    profiles = {p.code: p for p in world.office.rules.profiles}
    as_issued = replace(profiles["issued"], code="archive")
    rules = replace(world.office.rules, profiles=(as_issued,))
    world.office = replace(world.office, rules=rules)
    dossier = with_boxes(world, world.finished(HEAD), **boxes)
    for document_id in ids(dossier):
        world.pass_on(document_id)
        world.publish(document_id)
        world.see(document_id)
    return world.get(dossier)


def with_boxes(world: World, dossier: Dossier, **boxes: tuple[int, Box]) -> Dossier:
    """As if the reader had found these fields there: page and box in pixels."""

    def edit(d: Dossier) -> Dossier:
        (document,) = d.documents
        others = tuple(f for f in document.fields if f.name not in boxes)
        placed = tuple(IndexField(n, document.field(n) or "Tên", 1.0, page, box) for n, (page, box) in boxes.items())
        return d.with_document(replace(document, fields=others + placed))

    return world.office.change(dossier.id, edit, world.office.event("test", "boxes", dossier.id))


def test_a_handwritten_signature_goes_between_title_and_name_as_read(world: World, tmp_path: Path):
    boxes = {"signer_title": (0, (600.0, 1000.0, 900.0, 1040.0)), "signer_name": (0, (650.0, 1200.0, 950.0, 1240.0))}
    dossier = issued(world, **boxes)
    room = Room(world)
    room.sit(OFFICIAL)
    (document,) = ids(dossier)
    assert code_of(room.desk.stamp_place(document, (0, 0))) == "C35", "there is no picture yet"
    (tmp_path / "hand.png").write_bytes(b"ink")
    room.desk.keep_hand(tmp_path / "hand.png").result()
    room.desk.stamp_place(document, (1.0, 2.0)).result()
    assert [r.error for r in room.desk.sign([document], PIN, lambda _: None, lambda: False, {document: (1.0, 2.0)}).result()] == [
        None
    ]
    shown, signed = ([job.stamp for called, job in world.machine.calls if called == name][-1] for name in ("preview", "sign"))
    mm = 25.4 / DPI
    assert shown == signed and signed.image is not None and signed.image.read_bytes() == b"ink"
    assert signed.anchor == Anchor(0, (600 * mm, 1040 * mm, 950 * mm, 1200 * mm)) and signed.move_mm == (1.0, 2.0)


@pytest.mark.parametrize(
    "boxes",
    [
        {},
        {"signer_name": (0, (650.0, 1200.0, 950.0, 1240.0))},
        {"signer_title": (0, (600.0, 1000.0, 900.0, 1040.0)), "signer_name": (7, (650.0, 1200.0, 950.0, 1240.0))},
        {"signer_title": (7, (600.0, 1000.0, 900.0, 1040.0)), "signer_name": (7, (650.0, 1200.0, 950.0, 1240.0))},
    ],
)
def test_where_the_place_was_not_read_it_is_guessed_and_said(world: World, tmp_path: Path, boxes: dict[str, tuple[int, Box]]):
    dossier = issued(world, **boxes)
    (tmp_path / "hand.png").write_bytes(b"ink")
    stamps.keep_hand(world.office, OFFICIAL, tmp_path / "hand.png")
    after = world.office.dossier(dossier.id)
    found = stamps.wish(world.office, after, after.documents[0], OFFICIAL, (0, 0)).anchor
    assert found is not None and found.guessed and found.page == 0
    x0, y0, x1, y1 = found.box_mm
    assert 0 < x0 < x1 and 0 < y0 < y1


def test_each_signer_has_a_picture_and_a_refused_one_changes_nothing(world: World, tmp_path: Path):
    for name, data in (("a.png", b"a"), ("b.png", b"b"), ("c.jpg", b"c")):
        (tmp_path / name).write_bytes(data)
    other = UserName("nguoiky2")
    stamps.keep_hand(world.office, OFFICIAL, tmp_path / "a.png")
    stamps.keep_hand(world.office, other, tmp_path / "b.png")
    with pytest.raises(WorkstationError) as refused:
        stamps.keep_hand(world.office, OFFICIAL, tmp_path / "c.jpg")
    assert refused.value.code == "C36"
    assert [stamps.hand_of(world.office, user).read_bytes() for user in (OFFICIAL, other)] == [b"a", b"b"]
    assert not any(user in p.name for p in world.office.stamps.iterdir() for user in (OFFICIAL, other))


def test_without_a_picture_nothing_is_signed_and_a_scan_needs_none(world: World):
    dossier = issued(world)
    assert world.sign(*ids(dossier)) == ["C35"] and world.machine.signatures == 0


def test_a_clerk_takes_no_picture_for_the_official(world: World, tmp_path: Path):
    (tmp_path / "hand.png").write_bytes(b"ink")
    room = Room(world)
    assert code_of(room.desk.keep_hand(tmp_path / "hand.png")) == "K07" and not world.office.stamps.exists()
