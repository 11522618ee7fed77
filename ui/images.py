"""Pictures from disk, decoded and scaled off the thread of the screen."""

from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import QObject, QSize, Qt
from PySide6.QtGui import QImage, QImageReader, QPixmap

from ui.bridge import Inbox
from workstation.domain.errors import ErrorNote, WorkstationError

_pool: ThreadPoolExecutor | None = None


def _submit(path: Path, box: QSize | None) -> "Future[QImage]":
    global _pool
    if _pool is None:
        # one thread: pages come one after the other, and OCR needs the cores
        _pool = ThreadPoolExecutor(1, "pictures")
    return _pool.submit(decode, path, box)


def decode(path: Path, box: QSize | None) -> QImage:
    """The picture, made to fit ``box`` while it is decoded (5 to 7 times quicker than scaling afterwards). F03, F07."""
    reader = QImageReader(str(path))
    reader.setAutoTransform(False)
    size = reader.size()
    if box is not None and size.isValid() and (size.width() > box.width() or size.height() > box.height()):
        reader.setScaledSize(size.scaled(box, Qt.AspectRatioMode.KeepAspectRatio).expandedTo(QSize(1, 1)))
    image = reader.read()
    if image.isNull():
        missing = reader.error() is QImageReader.ImageReaderError.FileNotFoundError
        raise WorkstationError("F07" if missing else "F03")
    return image.convertToFormat(QImage.Format.Format_RGB32)


class Thumbnails(QObject):
    """Small pictures by path; ``get`` gives what is there and fetches what is not, then calls ``changed``."""

    def __init__(self, owner: QObject, box: QSize, changed: Callable[[], object], keep: int = 400) -> None:
        super().__init__(owner)
        self._inbox = Inbox(self)
        self._box = box
        self._changed = changed
        self._keep = keep
        self._have: OrderedDict[Path, QPixmap] = OrderedDict()
        self._asked: set[Path] = set()

    def get(self, path: Path | None) -> QPixmap | None:
        if path is None:
            return None
        if path in self._have:
            self._have.move_to_end(path)
            return self._have[path]
        if path not in self._asked:
            self._asked.add(path)
            self._inbox.ask(
                str(path), _submit(path, self._box), lambda image: self._arrived(path, image), lambda _: self._failed(path)
            )
        return None

    def _failed(self, path: Path) -> None:
        """The tile stays blank and is asked for again when next drawn: the file may have been half written."""
        self._asked.discard(path)

    def _arrived(self, path: Path, image: QImage) -> None:
        self._asked.discard(path)
        self._have[path] = QPixmap.fromImage(image)
        while len(self._have) > self._keep:
            self._have.popitem(last=False)
        self._changed()


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

        self._inbox.ask("page", _submit(path, None), arrived, failed)

    def cancel(self) -> None:
        self._inbox.forget("page")

    @property
    def held(self) -> int:
        return len(self._have)
