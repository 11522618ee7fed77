"""Pictures from disk, decoded and scaled off the thread of the screen."""

from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject, QSize, Qt
from PySide6.QtGui import QImage, QImageReader, QPixmap

from ui.bridge import Inbox
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.ids import PageId
from workstation.domain.thumbs import RAW, StoredThumb, Thumb
from workstation.usecases.desk import Desk
from workstation.usecases.views import PageView

_pool: ThreadPoolExecutor | None = None


def _pictures() -> ThreadPoolExecutor:
    global _pool
    if _pool is None:
        # one thread: pages come one after the other, and OCR needs the cores
        _pool = ThreadPoolExecutor(1, "pictures")
    return _pool


def decode(path: Path, box: QSize | None) -> QImage:
    """The picture, made to fit ``box`` while it is decoded (5 to 7 times quicker than scaling afterwards). F03, F07."""
    return _fitted(QImageReader(str(path)), box)


def _fitted(reader: QImageReader, box: QSize | None) -> QImage:
    reader.setAutoTransform(False)
    size = reader.size()
    if box is not None and size.isValid() and (size.width() > box.width() or size.height() > box.height()):
        reader.setScaledSize(size.scaled(box, Qt.AspectRatioMode.KeepAspectRatio).expandedTo(QSize(1, 1)))
    image = reader.read()
    if image.isNull():
        missing = reader.error() is QImageReader.ImageReaderError.FileNotFoundError
        raise WorkstationError("F07" if missing else "F03")
    return image.convertToFormat(QImage.Format.Format_RGB32)


def decode_thumbnail(jpeg: bytes, box: QSize) -> QImage:
    """As ``decode``, of bytes. F03."""
    data = QByteArray(jpeg)
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    return _fitted(QImageReader(buffer), box)


class Thumbnails(QObject):
    """Small pictures by page; ``get`` gives what is there and fetches what is not, then calls ``changed``.

    Of a page whose picture is another now, the old one stands until the new one is there. What nobody looks at any more after a
    long scroll is not fetched.
    """

    AT_ONCE, WAITING = 4, 60

    def __init__(self, owner: QObject, desk: Desk, box: QSize, changed: Callable[[], object], keep: int = 200) -> None:
        super().__init__(owner)
        self._inbox = Inbox(self)
        self._desk = desk
        self._box = box
        self._changed = changed
        self._keep = keep
        self._have: OrderedDict[str, tuple[str, QPixmap]] = OrderedDict()
        self._waiting: OrderedDict[Thumb, PageId] = OrderedDict()
        self._fetching: set[Thumb] = set()
        self._failed: set[Thumb] = set()

    def get(self, page: PageView) -> QPixmap | None:
        wanted = page.thumbnail
        if wanted is None:
            return None
        kind, picture = self._have.get(wanted.page, ("", None))
        if picture is not None:
            self._have.move_to_end(wanted.page)
        if kind != wanted.kind and not (picture is not None and wanted.kind == RAW):
            self._want(wanted, page.id)
        return picture

    def look(self) -> None:
        """What is asked for from now on is all that is looked at."""
        self._waiting.clear()

    def _want(self, wanted: Thumb, page_id: PageId) -> None:
        if wanted in self._fetching or wanted in self._failed:
            return
        self._waiting[wanted] = page_id
        while len(self._waiting) > self.WAITING:
            self._waiting.popitem(last=False)
        self._next()

    def _next(self) -> None:
        while self._waiting and len(self._fetching) < self.AT_ONCE:
            wanted, page_id = self._waiting.popitem(last=False)
            self._fetching.add(wanted)
            self._fetch(wanted, page_id, drawn=False)

    def _fetch(self, wanted: Thumb, page_id: PageId, *, drawn: bool) -> None:
        """``drawn``: it was asked to be drawn already, and is not asked for again."""
        self._inbox.ask(
            f"{wanted.page} {wanted.kind}",
            _pictures().submit(self._load, wanted),
            lambda found: self._arrived(wanted, page_id, found, drawn),
            lambda _: self._end(wanted, failed=True),
        )

    def _load(self, wanted: Thumb) -> tuple[StoredThumb, QImage] | None:
        """On the thread of pictures."""
        stored = self._desk.thumbnail(wanted)
        return None if stored is None else (stored, decode_thumbnail(stored.jpeg, self._box))

    def _arrived(self, wanted: Thumb, page_id: PageId, found: tuple[StoredThumb, QImage] | None, drawn: bool) -> None:
        if found is not None:
            self._have[wanted.page] = found[0].kind, QPixmap.fromImage(found[1])
            self._have.move_to_end(wanted.page)
            while len(self._have) > self._keep:
                self._have.popitem(last=False)
            self._changed()
        if found is not None and found[0].serves(wanted):
            self._end(wanted)
        elif drawn:
            self._end(wanted, failed=True)
        else:
            self._inbox.ask(
                f"{wanted.page} {wanted.kind}",
                self._desk.draw_thumbnail(page_id),
                lambda _: self._fetch(wanted, page_id, drawn=True),
                lambda note: self._end(wanted, failed=note.code != "M01"),
                lambda: self._end(wanted),
            )

    def _end(self, wanted: Thumb, *, failed: bool = False) -> None:
        """What can't be drawn is asked for again when the page is another; on a full disk, when it is painted again."""
        self._fetching.discard(wanted)
        if failed:
            self._failed.add(wanted)
        self._next()


class PageImages(QObject):
    """Whole pages; at most three stay decoded in the program (each may take 30 MB), whatever screen asked for them."""

    KEEP = 3
    _have: ClassVar[OrderedDict[Path, QPixmap]] = OrderedDict()

    def __init__(self, owner: QObject) -> None:
        super().__init__(owner)
        self._inbox = Inbox(self)

    def fetch(self, path: Path, done: Callable[[QPixmap], object], failed: Callable[[ErrorNote], object]) -> None:
        """Calls ``done`` with the page; an older request still under way is dropped."""
        if path in self._have:
            self._have.move_to_end(path)
            self._inbox.forget("page")
            done(self._have[path])
            return

        def arrived(image: QImage) -> None:
            self._have[path] = QPixmap.fromImage(image)
            while len(self._have) > self.KEEP:
                self._have.popitem(last=False)
            done(self._have[path])

        self._inbox.ask("page", _pictures().submit(decode, path, None), arrived, failed)

    def cancel(self) -> None:
        self._inbox.forget("page")

    @property
    def held(self) -> int:
        return len(self._have)
