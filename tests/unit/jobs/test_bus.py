import logging

import pytest

from workstation.domain.events import Event, OutboxChanged, TokenChanged
from workstation.jobs.bus import ThreadEventBus


def test_handlers_hear_until_they_leave() -> None:
    bus = ThreadEventBus()
    heard: list[Event] = []
    leave = bus.subscribe(heard.append)
    bus.publish(OutboxChanged())
    leave()
    leave()
    bus.publish(TokenChanged())
    assert heard == [OutboxChanged()]


@pytest.mark.expect_log("event handler failed: ValueError on OutboxChanged$")
def test_a_failing_handler_stops_nobody_and_its_content_stays_out_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    bus = ThreadEventBus()
    heard: list[Event] = []

    def fail(_: Event) -> None:
        raise ValueError("Nguyễn Thị Mẫu")

    bus.subscribe(fail)
    bus.subscribe(heard.append)
    with caplog.at_level(logging.ERROR):
        bus.publish(OutboxChanged())
    assert heard == [OutboxChanged()]
    assert "ValueError" in caplog.text and "Mẫu" not in caplog.text
