"""Commands on a home folder: the desktop, the main job on the samples, the outbox, the doctor, the audit log."""

import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from workstation.app.console import (
    JsonOption,
    exit_of,
    home_folder,
    home_path,
    leave,
    options,
    out,
    report,
    tell,
    usable_folder,
    words,
)
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import OutboxId
from workstation.domain.outbox import OutboxState


def gui(
    screenshots: Annotated[Path | None, typer.Option("--screenshots", help="Writes a picture of each screen and ends.")] = None,
) -> None:
    """Opens the desktop."""
    from workstation.app.desktop import open_desktop

    home = home_folder()
    if screenshots is not None:
        usable_folder(screenshots, "--screenshots")
    leave(open_desktop(home, screenshots))


def demo(
    headless: Annotated[bool, typer.Option("--headless", help="Doesn't open the desktop afterwards.")] = False,
    practice: Annotated[bool, typer.Option("--practice", help="Leaves work on every desk as well.")] = False,
    as_json: JsonOption = False,
) -> None:
    """The main job on the sample dossiers: from page images to verified receipts."""
    from workstation.app import demo as story
    from workstation.app import training
    from workstation.app.compose import open_workstation
    from workstation.app.desktop import open_desktop
    from workstation.app.lock import desk_lock

    folder = home_folder()
    with desk_lock(folder):  # also for making the practice office: two at once would mix their keys
        settings = training.prepare(folder)
        with training.practice_ward(folder, settings) as url, open_workstation(folder, url) as ws:
            told = story.run(ws, tell)
            if practice:
                story.leave_work(ws, tell)
    report(told, as_json, lambda: _demo_table(told))
    leave(_demo_code(told["dossiers"]))
    if not headless and not as_json:
        leave(open_desktop(folder, None))


def _demo_code(dossiers: list[dict[str, Any]]) -> int:
    stuck = [d for d in dossiers if d["state"] != "received" or not all(x["green"] for x in d["documents"])]
    worst = exit_of((d["error"]["code"] for d in stuck if d["error"]), done=len(stuck) < len(dossiers))
    return worst or (1 if stuck else 0)


def _demo_table(told: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    title = words("Trạm số hóa – từ ảnh trang giấy đến biên nhận", "Trạm số hóa – from page images to receipts")
    table = Table(title=title, title_justify="left")
    heads = words("Hồ sơ|Văn bản|Số, ký hiệu|Trang|Chữ ký|Biên nhận", "Dossier|Document|Number, notation|Pages|Signature|Receipt")
    for head in heads.split("|"):
        table.add_column(head)
    for dossier in told["dossiers"]:
        for i, d in enumerate(dossier["documents"]):
            value = {name: f["value"] for name, f in d["fields"].items()}
            number = "/".join(x for x in (value.get("number"), value.get("notation")) if x)
            receipt = (dossier["receipt_id"] or dossier["state"]) if i == 0 else ""
            mark = words("✓ hợp lệ", "✓ valid") if d["green"] else "✗"
            table.add_row(dossier["code"] if i == 0 else "", value.get("type_name", ""), number, str(d["pages"]), mark, receipt)
    console = Console()
    console.print(table)
    steps = " · ".join(f"{name} {s:.1f} s" for name, s in told["seconds"].items())
    console.print(f"{words('Thời gian', 'Time')}: {steps}", highlight=False)
    where = Path(told["home"])
    lines = [
        f"{words('Dữ liệu:     ', 'Data:        ')} {where}",
        f"{words('Tệp đã ký:   ', 'Signed files:')} {where / 'exports'}",
        f"{words('Máy chủ phường:', 'Ward server: ')} {where / 'ward'}",
        f"{words('Kiểm tra lại:', 'Check again: ')} workstation verify --home {where} {where / 'exports'}/*/*.pdf",
    ]
    for line in lines:
        out(line)


def send(
    watch: Annotated[bool, typer.Option("--watch/--once", help="Keep sending until stopped; once: what is due now.")] = False,
    limit_kbps: Annotated[int, typer.Option(min=0, help="Cap for this run in kbit/s; 0: as the settings say.")] = 0,
    again_to: Annotated[str, typer.Option(help="First: what this peer of the settings sent back goes there again.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Drains the outbox."""
    from workstation.app.compose import Workstation, open_workstation
    from workstation.app.stopping import run_until, stop_on_signals
    from workstation.usecases.lift import Lifter
    from workstation.usecases.outbox import send_again_to

    sent: set[str] = set()

    def drain(ws: Workstation, stop: threading.Event) -> None:
        lifter = Lifter(ws.office, threading.Lock())
        while True:
            done = ws.sender.send_due(stop.is_set)
            if not stop.is_set() and lifter.round():
                done += ws.sender.send_due(stop.is_set)
            sent.update(result.item.id for result in done)
            if not watch:
                ws.settle()
            if not watch or stop.wait(ws.settings.machine.send_every_seconds):
                return

    with open_workstation(home_folder(), limit_kbps=limit_kbps) as ws:
        if again_to and again_to not in {peer.name for peer in ws.settings.peers}:
            raise WorkstationError("U01", detail="--again-to")
        if not ws.settings.ward.url and not ws.settings.peers:
            _nowhere_to_send(ws, watch, as_json)
            return
        if again_to:
            send_again_to(ws.office, again_to, ws.desk.user.name)
        with stop_on_signals() as stop:
            run_until(stop, lambda: drain(ws, stop))
        rows, peers = _as_they_stand(ws, sent), _peer_tallies(ws)
    report({"items": rows, "peers": peers}, as_json, lambda: _outbox_lines(rows, peers))
    waiting = [row for row in rows if row["state"] != "received"]
    worst = exit_of((row["error"]["code"] for row in waiting if row["error"]), done=len(waiting) < len(rows))
    leave(worst or (1 if waiting or any(peer["rejected"] for peer in peers) else 0))


def _as_they_stand(ws: Any, item_ids: Iterable[str]) -> list[dict[str, Any]]:
    """Each item with its deliveries to peers, after the last round."""
    from workstation.app.shapes import item_json

    with ws.office.look() as uow:
        items = [uow.outbox.get(OutboxId(item_id)) for item_id in item_ids]
        deliveries = uow.deliveries.of_items([i.id for i in items])
    return [item_json(i, options.lang, deliveries[i.id]) for i in items]


def _peer_tallies(ws: Any) -> list[dict[str, Any]]:
    """How many deliveries of each state there are for each configured peer."""
    with ws.office.look() as uow:
        tallies = {peer.name: uow.deliveries.tally(peer.name) for peer in ws.settings.peers}
    return [{"peer": name, **{state.value: count for state, count in tally.items()}} for name, tally in tallies.items()]


def _nowhere_to_send(ws: Any, watch: bool, as_json: bool) -> None:
    """Lists what waits, and says that there is no ward server to send it to (G13)."""
    from workstation.app.shapes import error_json, item_json

    with ws.office.look() as uow:
        items = [i for i in uow.outbox.list() if i.state is not OutboxState.RECEIVED]
    missing = WorkstationError("G13", waiting=len(items))
    rows = [item_json(i, options.lang) for i in items]
    for row in rows:
        row["error"] = row["error"] or error_json(missing.note, options.lang)
    if rows or not watch:
        report({"items": rows}, as_json, lambda: _outbox_lines(rows))
    if rows or watch:
        raise missing


def outbox(as_json: JsonOption = False) -> None:
    """Shows the outbox."""
    from workstation.app.compose import open_workstation
    from workstation.app.shapes import item_json

    with open_workstation(home_folder()) as ws, ws.office.look() as uow:
        items = uow.outbox.list()
        deliveries = uow.deliveries.of_items([i.id for i in items])
        rows = [item_json(i, options.lang, deliveries[i.id]) for i in items]
        peers = _peer_tallies(ws)
    report({"items": rows, "peers": peers}, as_json, lambda: _outbox_lines(rows, peers))


def _outbox_lines(rows: list[dict[str, Any]], peers: Sequence[dict[str, Any]] = ()) -> None:
    for row in rows:
        error = row["error"]
        why = f"  {error['code']}: {error['message']}" if error else ""
        out(f"{row['dossier']}  {row['state']}  {row['receipt_id'] or ''}{why}")
        for one in row["peers"]:
            error = one["error"]
            why = f"  {error['code']}: {error['message']}" if error else ""
            out(f"    {one['peer']}  {one['state']}  {one['reference'] or ''}{why}")
    for peer in peers:
        counts = "  ".join(f"{state} {count}" for state, count in peer.items() if state != "peer" and count)
        out(f"{peer['peer']}: {counts or '–'}")


def doctor(as_json: JsonOption = False) -> None:
    """Checks this machine: what works, what doesn't, what to do."""
    from workstation.app import doctor as checks
    from workstation.app.compose import doctor_inputs

    inputs = doctor_inputs(home_path())
    found = checks.run_checks(inputs)
    report(checks.as_json(found, inputs, options.lang), as_json, lambda: out(checks.as_text(found, options.lang)))
    leave(checks.exit_code(found))


def audit_verify(as_json: JsonOption = False) -> None:
    """Checks the hash chain of the audit log."""
    from workstation.app.compose import open_workstation

    with open_workstation(home_folder()) as ws, ws.office.look() as uow:
        broken, count = uow.audit.verify(), len(uow.audit.events())
    whole = words(f"{count} dòng, chuỗi băm nguyên vẹn", f"{count} lines, the hash chain is whole")
    text = whole if broken is None else words(f"chuỗi băm đứt ở dòng {broken}", f"the hash chain breaks at line {broken}")
    report({"events": count, "broken_at": broken}, as_json, lambda: out(text))
    leave(0 if broken is None else 1)
