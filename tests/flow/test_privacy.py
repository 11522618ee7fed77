"""Invariant 9: what is personal or secret never reaches a log, an error or an argument list."""

from tests.flow.conftest import Demo
from workstation.app.demo import samples
from workstation.app.training import TRAINING_PIN, USERS


def _secrets_and_names() -> set[str]:
    found = {TRAINING_PIN, *(u.name for u in USERS)}
    for sample in samples():
        found.add(sample.title)
        for document in sample.truth["documents"]:
            found |= {str(v) for k, v in document["fields"].items() if k in NAMES and v}
    return found


NAMES = {"person_name", "identity_number", "signer_name", "subject"}


def test_logs_hold_no_names_and_no_text(demo: Demo) -> None:
    logs = "\n".join(p.read_text("utf-8") for p in (demo.home / "logs").glob("*"))
    assert [x for x in _secrets_and_names() if x.casefold() in logs.casefold()] == []


def test_secrets_are_for_their_owner_only(demo: Demo) -> None:
    folder = demo.home / "secrets"
    assert folder.stat().st_mode & 0o077 == 0
    for path in folder.iterdir():
        if path.suffix != ".pem":
            assert path.stat().st_mode & 0o077 == 0, path.name


def test_audit_log_holds_no_text(demo: Demo) -> None:
    from workstation.store.database import open_store

    store = open_store(demo.home / "store.sqlite3")
    try:
        with store.read_factory() as uow:
            told = repr([(e.action, e.subject, e.detail) for e in uow.audit.events()])
    finally:
        store.close()
    people = {str(u.name) for u in USERS}  # the actor column names users; nothing else may
    assert [x for x in _secrets_and_names() - people if x.casefold() in told.casefold()] == []
