"""Page work on Pages: steps that are done at once, and tools that first set something. All by keys, all undone by Ctrl+Z."""

from collections.abc import Callable
from concurrent.futures import Future

from ui.bridge import Inbox, together
from ui.theme import Tone
from ui.views.beforeafter import BeforeAfter, paper_of
from ui.views.pagecommands import PageCommands, Pages
from ui.views.pageside import PageSide
from ui.views.pagetools import CornersTool, CropTool, Paper, StraightenTool, Tool
from ui.views.screen import Screen
from ui.widgets import Note
from workstation.domain.ids import PageId
from workstation.domain.page import PageState, Transform
from workstation.domain.pagework import Corners, without
from workstation.usecases.desk import Desk
from workstation.usecases.views import PageView, Picture

SMALL_PX = 600
"""Longer side of a picture that only says how large its page is."""


def slope_left(page: PageView) -> float:
    """Degrees, clockwise positive, that the program measured and did not turn back: the first guess of whoever straightens."""
    if any(t.name == "deskew" for t in page.recipe):
        return 0.0
    return next((f.value for f in page.findings if f.code == "skew"), 0.0)


class PageWork:
    def __init__(
        self, desk: Desk, inbox: Inbox, note: Note, pages: Pages, commands: PageCommands, look: BeforeAfter, side: PageSide
    ) -> None:
        self._desk, self._inbox, self._note, self._pages = desk, inbox, note, pages
        self._commands, self._look, self._side = commands, look, side
        self.tool: Tool | None = None
        self._of: PageId | None = None
        """The page that the tool works on."""
        self._lacking = ""
        """Why a page could not be worked on, as it is said."""
        side.removed.connect(self.take_off)
        side.pad.changed.connect(self._show_tool)
        side.pad.applied.connect(self.apply)
        side.pad.left.connect(self.leave)
        look.canvas.tool_changed.connect(self._show_tool)

    def runs(self) -> tuple[tuple[str, Callable[[], object]], ...]:
        """Command and what it does, in the order of the buttons."""
        desk = self._desk
        return (
            ("rotate", self._commands.rotate),
            ("rotate_left", lambda: self._commands.turn(270)),
            ("rotate_over", lambda: self._commands.turn(180)),
            ("straighten", self.straighten),
            ("crop", self.crop),
            ("perspective", self.perspective),
            ("dewarp", lambda: self._each(desk.dewarp)),
            ("borders", lambda: self._each(desk.borders)),
            ("flatten", lambda: self._each(desk.flatten)),
            ("despeckle", lambda: self._each(desk.despeckle)),
            ("bleed_through", lambda: self._each(desk.bleed_through)),
            ("split_spread", lambda: self._each(desk.split_spread)),
            ("as_scanned", lambda: self._each(desk.as_scanned)),
            ("compare", self._look.toggle),
        )

    def bind(self, screen: Screen) -> None:
        shared = ("rotate", "rotate_left", "rotate_over")
        for command_id, run in self.runs():
            if command_id not in shared:  # bound with the other commands that Capture has too
                screen.on(command_id, run)

    # --- steps done at once
    def _each(self, step: Callable[[PageId], "Future[None]"]) -> None:
        """On every chosen page."""
        self._commands.each([p.id for p in self._pages.chosen()], step)

    def take_off(self, step: Transform) -> None:
        """One step of the list less. What the program did by itself is taken off as a step of the clerk's."""
        page = self._pages.page()
        if page is None:
            return
        if step.name == "spread":
            done = self._desk.split_spread(page.id)
        elif step in page.work:
            done = self._desk.set_work(page.id, without(page.work, step))
        elif step.name == "rotate":
            done = self._desk.rotate(page.id, 360 - round(step["degrees"]))
        else:
            done = self._desk.as_scanned(page.id)
        self._commands.change(done)

    # --- tools
    def crop(self) -> None:
        self._open(CropTool)

    def straighten(self) -> None:
        page = self._pages.page()
        left = slope_left(page) if page is not None else 0.0
        self._open(lambda paper: StraightenTool(paper, round(-left, 1)))

    def perspective(self) -> None:
        page, paper = self._pages.page(), self._paper()
        if page is None or paper is None:
            return
        whole: Corners = ((0.0, 0.0), (paper.width, 0.0), (paper.width, paper.height), (0.0, paper.height))

        def found(corners: Corners | None) -> None:
            now = self._pages.page()
            if now is not None and now.id == page.id:
                self._open(lambda p: CornersTool(p, corners or whole, found=corners is not None))

        self._note.show_text("Đang tìm bốn góc tờ giấy…", Tone.BUSY)
        self._inbox.ask("corners", self._desk.find_corners(page.id), found, self._commands.refused)

    def _paper(self) -> Paper | None:
        """What a tool works on; None with a word why there is none."""
        page = self._pages.page()
        if page is None:
            return None
        if page.state is PageState.NEW:
            self._lacks(f"Trang {page.number} đang được làm lại; đợi xong rồi sửa tiếp.")
            return None
        self._look.show_after()
        paper = self._look.paper()
        if paper is None:
            self._lacks(f"Chưa xem được ảnh trang {page.number} nên chưa sửa được.")
        return paper

    def _lacks(self, why: str) -> None:
        self._lacking = why
        self._note.show_text(why, Tone.INFO)

    def page_changed(self) -> None:
        """Another page is chosen: what the last one lacked, and its tool, go."""
        if self._lacking and self._note.text.text() == self._lacking:
            self._note.clear()
        self._lacking = ""
        self.leave()

    def _open(self, make: Callable[[Paper], Tool]) -> None:
        page, paper = self._pages.page(), self._paper()
        if page is None or paper is None or not self._pages.movable:
            return
        self._note.clear()
        self._of = page.id
        self._side.open_pad()
        self._show_tool(make(paper))

    def _show_tool(self, tool: Tool) -> None:
        self.tool = tool
        # corners are those of one photograph; a frame and an angle may be many pages' alike
        self._side.pad.show_tool(tool, 1 if isinstance(tool, CornersTool) else len(self._pages.chosen()))
        self._look.canvas.set_tool(tool)

    def _crop(self, page_id: PageId, tool: CropTool) -> None:
        """Every chosen page loses as many millimetres; how large another one is says its picture."""
        others = [p for p in self._pages.chosen() if p.id != page_id and p.state is PageState.READ]

        def seen(pictures: list[Picture]) -> None:
            boxes = {p.id: tool.on(paper_of(picture, p.dpi)).box for p, picture in zip(others, pictures, strict=True)}
            self._commands.each([page_id, *boxes], lambda one: self._desk.crop(one, boxes.get(one, tool.box)))

        pictures = together([self._desk.page_picture(p.id, SMALL_PX) for p in others])
        self._inbox.ask(f"frame of {page_id}", pictures, seen, self._commands.refused)

    def leave(self) -> bool:
        """Esc; False if there was no tool in hand."""
        if self.tool is None:
            return False
        self.tool = self._of = None
        self._look.canvas.set_tool(None)
        self._side.close_pad()
        self._pages.back_to_pages()
        return True

    def apply(self) -> None:
        tool, page_id = self.tool, self._of
        self.leave()
        if tool is None or page_id is None or tool.idle:
            return
        if isinstance(tool, CropTool):
            self._crop(page_id, tool)
        elif isinstance(tool, StraightenTool):
            slope = -tool.degrees
            self._each(lambda one: self._desk.straighten(one, slope))
        elif isinstance(tool, CornersTool):
            self._commands.change(self._desk.perspective(page_id, tool.corners))
