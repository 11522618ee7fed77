"""What holds for every test: no window pops up, no home is shared, and no unexpected line in a log passes unseen."""

import logging
import os
import re
from collections.abc import Iterator

import pytest

# Before any Qt object is made. The real-window test starts its own display and sets this for its own process.
os.environ["QT_QPA_PLATFORM"] = "offscreen"
# One Tesseract a worker keeps to one thread: on two cores more of them only wait for each other.
os.environ.setdefault("OMP_THREAD_LIMIT", "1")

OURS = ("workstation", "ui", "ocr", "signing", "sync")
ALSO_WATCHED = ("asyncio", "concurrent", "sqlalchemy", "alembic", "uvicorn.error")


class _Collector(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.split(".")[0] in OURS or record.name.startswith(ALSO_WATCHED):
            self.records.append(record)


@pytest.fixture(autouse=True)
def fail_on_unexpected_log(request: pytest.FixtureRequest) -> Iterator[None]:
    """A warning or error in the log fails the test, unless ``@pytest.mark.expect_log(pattern)`` says that it is meant to come.

    A pattern that nothing matches fails the test as well: an expected warning that stays away is a change of behaviour.
    """
    collector = _Collector()
    root = logging.getLogger()
    root.addHandler(collector)
    yield
    root.removeHandler(collector)
    patterns: list[str] = [mark.args[0] for mark in request.node.iter_markers("expect_log")]
    lines = [f"{record.name}:{record.levelname}: {record.getMessage()}" for record in collector.records]
    unexpected = [line for line in lines if not any(re.search(pattern, line) for pattern in patterns)]
    absent = [pattern for pattern in patterns if not any(re.search(pattern, line) for line in lines)]
    if unexpected:
        pytest.fail("unexpected in the log:\n" + "\n".join(unexpected))
    if absent:
        pytest.fail("expected in the log, but never came: " + ", ".join(absent))
