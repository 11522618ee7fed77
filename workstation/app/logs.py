"""Logs for IT: one rotating file a home folder. Codes, ids and types only; no message carries a name, a PIN or text."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path

OURS = ("workstation", "ui", "ocr", "signing", "sync")


class _QuietFile(RotatingFileHandler):
    """A line that can't be written (the disk is full) is lost: the error itself is told elsewhere, as a code, not as a trace."""

    def handleError(self, record: logging.LogRecord) -> None:
        del record

    def close(self) -> None:
        with suppress(OSError):
            super().close()


@contextmanager
def logging_to(home: Path) -> Iterator[None]:
    """Our own loggers at INFO, everybody else's at ERROR: libraries like to quote what they choke on."""
    folder = home / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    handler = _QuietFile(folder / "workstation.log", maxBytes=2_000_000, backupCount=5, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.addFilter(_wanted)
    handler.addFilter(_only_types)
    root = logging.getLogger()
    levels = {name: logging.getLogger(name).level for name in OURS}
    for name in OURS:
        logging.getLogger(name).setLevel(logging.INFO)
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
        handler.close()
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)


def _wanted(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.ERROR or record.name.split(".")[0] in OURS


def _only_types(record: logging.LogRecord) -> bool:
    """A traceback's last line quotes values (a path, a field): its type and place are kept, its text is not."""
    if record.exc_info and record.exc_info[0] is not None:
        record.msg = f"{record.getMessage()} [{record.exc_info[0].__name__}]"
        record.args = ()
        record.exc_info = None
        record.exc_text = None
    return True
