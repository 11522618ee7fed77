"""Logs for IT: one rotating file a home folder. Codes, ids and types only; no message carries a name, a PIN or text."""

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

OURS = ("workstation", "ui", "ocr", "signing", "sync")


def start_logging(home: Path) -> None:
    """Our own loggers at INFO, everybody else's at ERROR: libraries like to quote what they choke on."""
    folder = home / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(folder / "workstation.log", maxBytes=2_000_000, backupCount=5, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.addFilter(_only_types)
    for name in OURS:
        logger = logging.getLogger(name)
        logger.setLevel(logging.INFO)
        logger.addHandler(handler)
        logger.propagate = False
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.ERROR)


def _only_types(record: logging.LogRecord) -> bool:
    """A traceback's last line quotes values (a path, a field): its type and place are kept, its text is not."""
    if record.exc_info and record.exc_info[0] is not None:
        record.msg = f"{record.getMessage()} [{record.exc_info[0].__name__}]"
        record.args = ()
        record.exc_info = None
        record.exc_text = None
    return True
