"""Pages to another place in the dossier: cut and put, one to the left or right, or dragged there."""

from collections.abc import Sequence

from ui.theme import Tone
from ui.views.pagecommands import PageCommands, Pages
from ui.views.screen import Screen
from ui.widgets import Note
from workstation.domain.ids import PageId
from workstation.usecases.desk import Desk
from workstation.usecases.views import PageView


def place_beside(pages: Sequence[PageId], chosen: Sequence[PageId], step: int) -> tuple[bool, PageId | None]:
    """Whether the chosen pages can go one to the left (-1) or right (1), and the page in front of which they stand then
    (None: at the end). Pages that are chosen apart are put together."""
    rest = [p for p in pages if p not in set(chosen)]
    rows = [pages.index(p) for p in chosen]
    if not rest or not rows:
        return False, None
    if step < 0:
        before = [p for p in pages[: min(rows)] if p in set(rest)]
        return bool(before), before[-1] if before else None
    behind = [p for p in pages[max(rows) + 1 :] if p in set(rest)]
    return bool(behind), behind[1] if len(behind) > 1 else None


def place_at(pages: Sequence[PageId], chosen: Sequence[PageId], row: int) -> tuple[bool, PageId | None]:
    """The same for a place in front of row ``row``: of the pages that are shown there, the first that is not itself moved."""
    behind = next((p for p in pages[row:] if p not in set(chosen)), None)
    rest = [p for p in pages if p not in set(chosen)]
    at = rest.index(behind) if behind is not None else len(rest)
    return [*rest[:at], *chosen, *rest[at:]] != list(pages), behind


class PageMoves:
    def __init__(self, desk: Desk, commands: PageCommands, note: Note, pages: Pages) -> None:
        self._desk, self._commands, self._note, self._pages = desk, commands, note, pages
        self.cut: tuple[PageId, ...] = ()

    def bind(self, screen: Screen) -> None:
        for command_id, run in (
            ("page_cut", self.take),
            ("page_paste", self.put),
            ("page_paste_end", self.put_last),
            ("pair_pages", lambda: self.pair(turned=True)),
            ("pair_pages_straight", lambda: self.pair(turned=False)),
            ("page_left", lambda: self.shift(-1)),
            ("page_right", lambda: self.shift(1)),
        ):
            screen.on(command_id, run)

    def take(self) -> None:
        chosen = self._pages.chosen()
        self.cut = tuple(p.id for p in chosen)
        if chosen:
            self._pages.show_cut()
            words = f"Trang {chosen[0].number}" if len(chosen) == 1 else f"{len(chosen)} trang"
            self._note.show_text(
                f"{words} chờ chuyển chỗ: chọn trang đích rồi Ctrl+V để đặt vào trước, Ctrl+Shift+V để đặt cuối hồ sơ; Esc thôi.",
                Tone.INFO,
            )

    def forget(self) -> bool:
        """Esc; False if nothing was cut."""
        was = bool(self.cut)
        self.cut = ()
        if was:
            self._pages.show_cut()
            self._note.clear()
        return was

    def put(self) -> None:
        """In front of the page that is looked at."""
        here = self._pages.page()
        if not self.cut:
            self._note.show_text("Chưa cắt trang nào: chọn trang rồi nhấn Ctrl+X trước.", Tone.INFO)
        elif here is not None:
            order = self._order()
            self._move(self.cut, *place_at(order, self.cut, order.index(here.id)))

    def put_last(self) -> None:
        if not self.cut:
            self.put()
        else:
            order = self._order()
            self._move(self.cut, *place_at(order, self.cut, len(order)))

    def pair(self, *, turned: bool) -> None:
        """Of the pages chosen the first half are sides A, the others their sides B."""
        chosen = self._pages.chosen()
        if len(chosen) < 2 or len(chosen) % 2:
            self._note.show_text(
                f"Đang chọn {len(chosen)} trang. Chọn các mặt A rồi đúng bấy nhiêu mặt B (Shift+mũi tên, Ctrl+A), sau đó ghép.",
                Tone.INFO,
            )
            return
        self._commands.change(self._desk.pair_pages([p.id for p in chosen], turned=turned))

    def shift(self, step: int) -> None:
        chosen = tuple(p.id for p in self._pages.chosen())
        self._move(chosen, *place_beside(self._order(), chosen, step))

    def drop(self, shown: Sequence[PageView], row: int) -> None:
        """``row``: of the pages that are shown, which may be fewer than the dossier has."""
        order = self._order()
        at = order.index(shown[row].id) if row < len(shown) else (order.index(shown[-1].id) + 1 if shown else 0)
        chosen = tuple(p.id for p in self._pages.chosen())
        self._move(chosen, *place_at(order, chosen, at))

    def _order(self) -> list[PageId]:
        view = self._pages.dossier()
        return [p.id for p in view.pages] if view is not None else []

    def _move(self, chosen: Sequence[PageId], moves: bool, before: PageId | None) -> None:
        known = set(self._order())
        if moves and all(p in known for p in chosen):
            self._commands.change(self._desk.move_pages(tuple(chosen), before))
        self.cut = ()
        self._pages.show_cut()
