"""``workstation reconcile``: our receipts against the ward server's list of them."""

from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workstation.app.console import JsonOption, home_folder, leave, options, out, report, words
from workstation.app.shapes import error_json
from workstation.app.stopping import run_until, stop_on_signals
from workstation.domain.errors import WorkstationError

if TYPE_CHECKING:
    from sync.reconcile import Reconciliation


def reconcile(
    whole: Annotated[bool, typer.Option("--all", help="Reads the whole list again, not only what is new.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Compares our receipts with the ward server's, hash by hash; says what is missing there or differs."""
    from sync.failure import WardFailure
    from sync.receipts import TrustedKeys
    from sync.reconcile import Reconciler, Reconciliation
    from workstation.app.compose import Home, SystemClock, office_store, ward_client
    from workstation.app.settings import load

    folder = home_folder()
    settings, home = load(folder), Home(folder).prepare()
    if not settings.ward.url:
        raise WorkstationError("G13")
    found: list[Reconciliation] = []
    with ExitStack() as stack, stop_on_signals() as stop:
        store = office_store(home, settings)
        stack.callback(store.close)
        client = ward_client(home, settings.ward)
        stack.callback(client.close)
        one = Reconciler(store.uow_factory, SystemClock(), client, partial(TrustedKeys.load, folder / settings.ward.keys))
        try:
            run_until(stop, lambda: found.append(one.run(whole, stop.is_set)))
        except WardFailure as failure:
            raise WorkstationError(failure.failure.value) from failure
    if not found or stop.is_set():
        raise KeyboardInterrupt
    _tell(found[0], as_json)
    leave(1 if found[0].wrong else 0)


def _tell(result: "Reconciliation", as_json: bool) -> None:
    rows: list[dict[str, Any]] = [
        {"dossier": item.dossier_code, "receipt_id": item.receipt.id if item.receipt else None,
         "error": error_json(note, options.lang), "what": dict(note.params).get("what", "missing")}
        for item, note in result.wrong
    ]  # fmt: skip

    def human() -> None:
        for row in rows:
            out(f"{row['dossier']}  {row['receipt_id']}  {row['error']['code']}: {row['error']['message']}")
        scope = words("toàn bộ", "the whole list") if result.whole else words("phần mới", "what is new")
        out(words(f"Đã đối soát ({scope}): {result.same} biên nhận khớp, {len(rows)} cần xem.",
                  f"Reconciled ({scope}): {result.same} receipts are the same, {len(rows)} need a look."))  # fmt: skip

    data = {"whole": result.whole, "same": result.same, "others": result.others, "wrong": rows}
    report(data, as_json, human)
