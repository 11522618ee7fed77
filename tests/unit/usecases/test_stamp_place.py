"""What the desk does for the Sign screen besides signing: where a stamp stands, and the report on a file."""

from pathlib import Path

from tests.unit.usecases.bench import BODY, HEAD, OFFICIAL, ORGANIZATION, PIN, World, ids
from tests.unit.usecases.test_desk import Room
from workstation.domain.signature import FileVerdict, Verdict


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
