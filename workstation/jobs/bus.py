"""The event bus inside one process: notices for the screen, after commit."""

import logging
import threading
from collections.abc import Callable

from workstation.domain.events import Event

log = logging.getLogger(__name__)


class ThreadEventBus:
    """``domain.ports.EventBus``. Handlers run on the publishing thread, in the order in which they subscribed.

    A handler that raises does not keep the others from hearing; the log gets the type of the exception and nothing of
    its content.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._handlers: dict[int, Callable[[Event], None]] = {}
        self._next = 0

    def publish(self, event: Event) -> None:
        with self._lock:
            handlers = tuple(self._handlers.values())
        for handler in handlers:
            try:
                handler(event)
            except Exception as error:  # noqa: BLE001 - one screen's bug must not stop the work that published
                log.error("event handler failed: %s on %s", type(error).__name__, type(event).__name__)

    def subscribe(self, handler: Callable[[Event], None]) -> Callable[[], None]:
        """Returns the function that unsubscribes (more than once does no harm)."""
        with self._lock:
            key = self._next
            self._next += 1
            self._handlers[key] = handler

        def unsubscribe() -> None:
            with self._lock:
                self._handlers.pop(key, None)

        return unsubscribe
