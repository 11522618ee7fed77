"""A call that may be wanted many times a second, made at once and then no more often than the eye follows."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer


class Pace(QObject):
    """``soon`` calls at once where the last call is ``ms`` ago, else when it will be: once, however often it was asked."""

    def __init__(self, owner: QObject, ms: int, call: Callable[[], object]) -> None:
        super().__init__(owner)
        self._call = call
        self._again = False
        self._resting = QTimer(self, interval=ms, singleShot=True)
        self._resting.timeout.connect(self._rested)

    def soon(self) -> None:
        if self._resting.isActive():
            self._again = True
        else:
            self._resting.start()
            self._call()

    def _rested(self) -> None:
        if self._again:
            self._again = False
            self.soon()
