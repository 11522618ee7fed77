"""What a fake desk answers with: futures that are done, and a bus that tells at once."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from workstation.domain.errors import WorkstationError
from workstation.domain.events import Event

R = TypeVar("R")


class Bus:
    def __init__(self) -> None:
        self.handlers: list[Callable[[Event], None]] = []

    def publish(self, event: Event) -> None:
        for handler in list(self.handlers):
            handler(event)

    def subscribe(self, handler: Callable[[Event], None]) -> Callable[[], None]:
        self.handlers.append(handler)
        return lambda: self.handlers.remove(handler)


def now(value: R) -> "Future[R]":
    future: Future[R] = Future()
    future.set_result(value)
    return future


def failed(code: str, **params: str | int | float) -> "Future[Any]":
    future: Future[Any] = Future()
    future.set_exception(WorkstationError(code, **params))
    return future
