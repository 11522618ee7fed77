"""A one-sided feeder and paper printed on both sides: through the desk, on a real store, with what goes wrong."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.usecases.bench import CLERK, World
from tests.unit.usecases.machine import Sheet
from tests.unit.usecases.room import Room
from workstation.domain.dossier import Dossier
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import DossierId
from workstation.domain.ports import ScanSource, ScanWish
from workstation.usecases import scan
from workstation.usecases import sides as arranging
from workstation.usecases.views import ImportOutcome

BY_HAND = "A4 hai mặt thủ công"


def marked(name: str, *, head: bool = False) -> Sheet:
    """A side that can be told from others by what is printed on it."""
    return Sheet(head=head, fields={"subject": name})


class OneSided:
    """A feeder that takes what is laid in, and breaks off before the sheet ``fails_at`` with ``code``."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.tray: list[Sheet] = []
        self.fails_at, self.code = -1, "Q04"
        self.number = 0

    def lay(self, *sheets: Sheet) -> None:
        self.tray = list(sheets)

    def sources(self) -> tuple[ScanSource, ...]:
        return (ScanSource("feeder", "Khay"),)

    def scan(
        self, source_id: str, wish: ScanWish, out: Path, sheet: Callable[[Path], None], cancelled: Callable[[], bool]
    ) -> int:
        assert not wish.duplex
        if not self.tray:
            raise WorkstationError("Q02", count=0)
        count = 0
        while self.tray and not cancelled():
            if count == self.fails_at:
                self.fails_at = -1
                raise WorkstationError(self.code, count=count)
            self.number += 1
            path = out / f"sheet-{self.number:04d}.tif"
            paper = self.tray.pop(0)
            self.world.paper(paper).replace(path)
            if paper.blank:
                path.write_text(path.read_text("utf-8").rstrip(), "utf-8")  # white is white: the same bytes each time
            count += 1
            sheet(path)
        return count


class Counter:
    """A room with that feeder; ``scan`` is F5."""

    def __init__(self, world: World) -> None:
        self.world, self.room, self.feeder = world, Room(world), OneSided(world)
        self.told: list[ImportOutcome] = []
        self._sit_down()
        self.dossier_id = self.desk.new_dossier("Hồ sơ mẫu").result()

    def _sit_down(self) -> None:
        self.desk = self.room.desk
        self.room.feeder.scan = self.feeder.scan  # type: ignore[method-assign]

    def start_again(self) -> None:
        """As after a power cut: another desk on the same home."""
        self.room = Room(self.world)
        self._sit_down()
        self.desk.resume().result()

    def scan(self, cancelled: Callable[[], bool] = lambda: False, profile: str = BY_HAND) -> int:
        return self.desk.scan(self.dossier_id, "feeder", profile, self.told.append, cancelled).result()

    def failing(self, cancelled: Callable[[], bool] = lambda: False) -> WorkstationError:
        with pytest.raises(WorkstationError) as caught:
            self.scan(cancelled)
        return caught.value

    @property
    def dossier(self) -> Dossier:
        return self.world.get(self.dossier_id)

    def names(self, *, dropped: bool = False) -> list[str]:
        """What is printed on the pages, in their order."""
        blobs, read = self.world.blobs, []
        for page in self.dossier.pages:
            if dropped or not page.dropped:
                read.append(blobs.path(page.source.original).read_text("utf-8").partition('"subject": "')[2].partition('"')[0])
        return read


@pytest.fixture
def counter(world: World) -> Counter:
    return Counter(world)


def sides(count: int, letter: str, heads: tuple[int, ...] = (1,)) -> list[Sheet]:
    return [marked(f"{n}{letter}", head=letter == "a" and n in heads) for n in range(1, count + 1)]


def turned(count: int) -> list[Sheet]:
    return sides(count, "b")[::-1]


def test_fronts_then_the_turned_stack(counter: Counter) -> None:
    counter.feeder.lay(*sides(4, "a", (1, 3)))
    assert counter.scan() == 4
    stack = counter.desk.stack(counter.dossier_id).result()
    assert stack is not None and stack.turned and len(stack.fronts) == 4
    assert [len(counter.dossier.pages_of(d.id)) for d in counter.dossier.documents] == [2, 2]
    counter.feeder.lay(*turned(4))
    assert counter.scan() == 4
    assert counter.names() == ["1a", "1b", "2a", "2b", "3a", "3b", "4a", "4b"]
    assert [len(counter.dossier.pages_of(d.id)) for d in counter.dossier.documents] == [4, 4], "a back is its front's"
    assert counter.desk.stack(counter.dossier_id).result() is None
    assert list((counter.world.root / "incoming" / counter.dossier_id).iterdir()) == []


def test_what_lay_there_before_stays_before(counter: Counter) -> None:
    scan.take_in(counter.world.office, counter.dossier_id, counter.world.paper(marked("bia", head=True)), CLERK)
    counter.feeder.lay(*sides(2, "a"))
    counter.scan()
    counter.feeder.lay(*turned(2))
    counter.scan()
    assert counter.names() == ["bia", "1a", "1b", "2a", "2b"]


def test_twelve_fronts_and_eleven_backs_are_kept_and_a_person_decides(counter: Counter) -> None:
    counter.feeder.lay(*sides(12, "a"))
    counter.scan()
    counter.feeder.lay(*turned(12)[:7], *turned(12)[8:])
    error = counter.failing()
    assert (error.code, error.params) == ("Q15", {"fronts": 12, "backs": 11})
    kept = [f"{n}a" for n in range(1, 13)] + [f"{n}b" for n in range(12, 0, -1) if n != 5]
    assert counter.names() == kept
    counter.feeder.lay(marked("5b"))
    assert counter.failing().code == "Q15", "a sheet more would make the counts agree and the order wrong"
    assert counter.names() == kept and counter.feeder.tray, "the feeder did not run"


def test_the_backs_once_more(counter: Counter) -> None:
    counter.feeder.lay(*sides(3, "a"))
    counter.scan()
    counter.feeder.lay(*turned(3)[1:])
    assert counter.failing().code == "Q15"
    counter.desk.backs_again(counter.dossier_id).result()
    assert counter.names() == ["1a", "2a", "3a"]
    counter.feeder.lay(*turned(3))
    assert counter.scan() == 3
    assert counter.names() == ["1a", "1b", "2a", "2b", "3a", "3b"]
    assert counter.names(dropped=True).count("1b") == 2, "the first ones are marked, not gone"


def test_kept_as_they_came(counter: Counter) -> None:
    counter.feeder.lay(*sides(2, "a"))
    counter.scan()
    counter.feeder.lay(marked("2b"))
    assert counter.failing().code == "Q15"
    counter.desk.leave_sides(counter.dossier_id).result()
    assert counter.names() == ["1a", "2a", "2b"]
    counter.feeder.lay(marked("tờ mới"))
    assert counter.scan() == 1
    stack = counter.desk.stack(counter.dossier_id).result()
    assert stack is not None and len(stack.fronts) == 1, "what comes next is a stack of its own"


@pytest.mark.parametrize("at", [0, 1, 2])
@pytest.mark.parametrize("code", ["Q04", "Q06", "Q08", "M01"])
@pytest.mark.parametrize("side", ["fronts", "backs"])
def test_a_scan_that_breaks_off_goes_on_with_the_same_side(counter: Counter, at: int, code: str, side: str) -> None:
    for name, sheets in (("fronts", sides(3, "a")), ("backs", turned(3))):
        counter.feeder.lay(*sheets)
        if name == side:
            counter.feeder.fails_at, counter.feeder.code = at, code
            error = counter.failing()
            assert (error.code, error.params["count"], error.params["sheet"]) == (code, at, at + 1)
        counter.scan()
    assert counter.names() == ["1a", "1b", "2a", "2b", "3a", "3b"]


def test_after_a_jam_an_empty_feeder_is_not_the_end_of_the_stack(counter: Counter) -> None:
    counter.feeder.lay(*sides(3, "a"))
    counter.feeder.fails_at = 2
    assert counter.failing().code == "Q04"
    rest, counter.feeder.tray = counter.feeder.tray, []
    assert counter.failing().code == "Q02", "nobody laid the rest in"
    counter.feeder.tray = rest
    counter.scan()
    counter.feeder.lay(*turned(3))
    counter.scan()
    assert counter.names() == ["1a", "1b", "2a", "2b", "3a", "3b"]


def test_after_esc_an_empty_feeder_is(counter: Counter) -> None:
    """Esc between the last sheet and the end: nobody can tell, until the feeder is found empty."""
    counter.feeder.lay(*sides(2, "a"))
    counter.scan(lambda: not counter.feeder.tray)
    stack = counter.desk.stack(counter.dossier_id).result()
    assert stack is not None and not stack.turned
    assert counter.scan() == 0
    counter.feeder.lay(*turned(2))
    counter.scan()
    assert counter.names() == ["1a", "1b", "2a", "2b"]


def test_esc_in_the_middle_goes_on_with_fronts(counter: Counter) -> None:
    counter.feeder.lay(*sides(4, "a"))
    counter.scan(lambda: len(counter.feeder.tray) == 2)
    counter.scan()
    counter.feeder.lay(*turned(4))
    counter.scan()
    assert counter.names() == ["1a", "1b", "2a", "2b", "3a", "3b", "4a", "4b"]


def test_a_power_cut_between_fronts_and_backs(counter: Counter) -> None:
    counter.feeder.lay(*sides(3, "a"))
    counter.scan()
    counter.start_again()
    assert counter.names() == ["1a", "2a", "3a"]
    counter.feeder.lay(*turned(3))
    counter.scan()
    assert counter.names() == ["1a", "1b", "2a", "2b", "3a", "3b"]


class PowerCut(BaseException):
    pass


@pytest.mark.parametrize("where", ["before the page is stored", "after it"])
@pytest.mark.parametrize("side", ["fronts", "backs"])
def test_a_power_cut_at_a_sheet_leaves_none_out_of_the_count(
    counter: Counter, where: str, side: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The side is written down first, and one that was not taken in comes in at the next start."""
    real = scan.take_in

    def cut(*args: object) -> ImportOutcome:
        if where == "after it":
            real(*args)  # type: ignore[arg-type]
        raise PowerCut

    for name, sheets in (("fronts", sides(3, "a")), ("backs", turned(3))):
        counter.feeder.lay(*sheets)
        if name == side:
            taken = 0

            def second(*args: object) -> ImportOutcome:
                nonlocal taken
                taken += 1
                return cut(*args) if taken == 2 else real(*args)  # type: ignore[arg-type]

            monkeypatch.setattr(scan, "take_in", second)
            with pytest.raises(PowerCut):
                counter.scan()
            monkeypatch.setattr(scan, "take_in", real)
            counter.start_again()
        counter.scan()
    assert counter.names() == ["1a", "1b", "2a", "2b", "3a", "3b"]


def test_a_power_cut_before_the_sides_are_put_together(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    counter.feeder.lay(*sides(2, "a"))
    counter.scan()
    counter.feeder.lay(*turned(2))
    with monkeypatch.context() as patch:

        def cut(*_: object) -> None:
            raise PowerCut

        patch.setattr(arranging, "pair_sides", cut)
        with pytest.raises(PowerCut):
            counter.scan()
    counter.start_again()
    counter.feeder.lay(marked("ngoài chồng"))
    assert counter.scan() == 0 and counter.feeder.tray, "the feeder did not run: what was there is put together first"
    assert counter.names() == ["1a", "1b", "2a", "2b"]


def test_undo_and_redo_of_what_was_put_together(counter: Counter) -> None:
    counter.feeder.lay(*sides(3, "a"))
    counter.scan()
    counter.feeder.lay(*turned(3))
    counter.scan()
    together = ["1a", "1b", "2a", "2b", "3a", "3b"]
    counter.desk.undo(counter.dossier_id).result()
    assert counter.names() == ["1a", "2a", "3a", "3b", "2b", "1b"]
    first = counter.dossier.documents[0]
    assert len(counter.dossier.pages_of(first.id)) == 3, "the backs leave their fronts' document too"
    assert all(p.document_id is not None for p in counter.dossier.pages)
    counter.desk.redo(counter.dossier_id).result()
    assert counter.names() == together
    assert len(counter.dossier.pages_of(counter.dossier.documents[0].id)) == 6


def test_a_front_that_cannot_be_taken_in_leaves_the_others_in_step(counter: Counter) -> None:
    def damaged(name: str, job: object) -> None:
        if name == "inspect" and '"2a"' in Path(str(job)).read_text("utf-8"):
            raise WorkstationError("F03")

    counter.world.machine.hook = damaged
    counter.feeder.lay(*sides(3, "a"))
    counter.scan()
    counter.feeder.lay(*turned(3))
    counter.scan()
    assert counter.names() == ["1a", "1b", "2b", "3a", "3b"]


WHITE = Sheet(blank=True, fields={"subject": "trắng"})


def test_blank_backs_of_the_same_bytes_are_pages_each(counter: Counter) -> None:
    """Also where a page of those bytes lies in the dossier already."""
    counter.feeder.lay(WHITE)
    counter.scan(profile="A4 một mặt")
    counter.feeder.lay(marked("1a", head=True), WHITE, marked("3a"))
    counter.scan()
    counter.feeder.lay(WHITE, WHITE, marked("1b"))
    counter.scan()
    assert [p.blank for p in counter.dossier.pages] == [True, False, False, True, True, False, True]
    assert [n for n in counter.names() if n[0] in "13"] == ["1a", "1b", "3a"]
    assert len({p.source.original for p in counter.dossier.pages if p.blank}) == 1


def test_dropping_blank_backs_leaves_the_blank_front_of_the_same_bytes(counter: Counter) -> None:
    counter.feeder.lay(WHITE, marked("2a"))
    counter.scan()
    counter.feeder.lay(WHITE)
    assert counter.failing().code == "Q15"
    counter.desk.backs_again(counter.dossier_id).result()
    assert [p.dropped for p in counter.dossier.pages] == [False, False, True]


@pytest.mark.parametrize("profile", ["A4 một mặt", BY_HAND])
def test_two_sheets_that_the_scanner_felt_are_told_with_the_page_before(counter: Counter, profile: str) -> None:
    counter.feeder.lay(*sides(3, "a"))
    counter.feeder.fails_at, counter.feeder.code = 2, "Q05"
    with pytest.raises(WorkstationError) as caught:
        counter.scan(profile=profile)
    assert caught.value.params == {"count": 2, "sheet": 3, "page": 2}


def test_another_profile_between_is_no_back(counter: Counter) -> None:
    counter.feeder.lay(*sides(2, "a"))
    counter.scan()
    counter.feeder.lay(marked("chen"))
    counter.scan(profile="A4 một mặt")
    counter.feeder.lay(*turned(2))
    counter.scan()
    assert counter.names() == ["1a", "1b", "2a", "2b", "chen"]


def test_a_dossier_is_not_passed_on_without_its_backs(counter: Counter) -> None:
    counter.feeder.lay(*sides(2, "a"))
    counter.scan()
    with pytest.raises(WorkstationError) as caught:
        counter.desk.finish_capture(counter.dossier_id).result()
    assert (caught.value.code, caught.value.params) == ("Q18", {"fronts": 2})
    counter.desk.leave_sides(counter.dossier_id).result()
    counter.desk.finish_capture(counter.dossier_id).result()


def test_two_stacks_in_two_dossiers(counter: Counter) -> None:
    counter.feeder.lay(*sides(2, "a"))
    counter.scan()
    first, counter.dossier_id = counter.dossier_id, DossierId(counter.desk.new_dossier("Hồ sơ khác").result())
    counter.feeder.lay(marked("X", head=True))
    counter.scan()
    counter.feeder.lay(marked("X sau"))
    counter.scan()
    assert counter.names() == ["X", "X sau"]
    counter.dossier_id = first
    counter.feeder.lay(*turned(2))
    counter.scan()
    assert counter.names() == ["1a", "1b", "2a", "2b"]
