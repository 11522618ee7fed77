"""A box that a person drew on a page of a document: which page it means, and who may be asked."""

import pytest

from tests.unit.usecases.bench import World, ids
from tests.unit.usecases.machine import BODY, HEAD, Sheet
from tests.unit.usecases.room import Room
from workstation.domain.errors import WorkstationError

BOX = (10.0, 20.0, 300.0, 60.0)


def test_the_page_is_counted_within_the_document(world: World) -> None:
    """A dropped page is none: the screen shows those that are left."""
    room = Room(world)
    dossier = room.imported(HEAD, BODY, Sheet(head=True, fields={"number": "8"}), BODY, Sheet(fields={"number": "9"}))
    second, pages = ids(dossier)[1], dossier.pages
    assert room.desk.read_box(second, 0, BOX, digits=True).result() == "8"
    room.desk.set_dropped(pages[3].id, True).result()
    assert room.desk.read_box(second, 1, BOX).result() == "9"
    jobs = [job for name, job in world.machine.calls if name == "read_box"]
    assert [(j.page.frame, j.box, j.digits) for j in jobs] == [(2, BOX, True), (4, BOX, False)]
    for beyond in (2, -1):
        with pytest.raises(WorkstationError) as gone:
            room.desk.read_box(second, beyond, BOX).result()
        assert gone.value.note.code == "K04"
