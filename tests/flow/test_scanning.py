"""From a line in settings.toml to pages in order: a one-sided network scanner, both sides by hand, a restart between."""

import hashlib
import io
import time
from pathlib import Path

import pytest
from PIL import Image

from tests.unit.scanners.escl_device import Device, asked, scanning
from workstation.app.compose import Workstation, open_workstation
from workstation.domain.dossier import Dossier
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import DossierId
from workstation.domain.page import PageState
from workstation.scanners import discovery
from workstation.usecases.views import ImportOutcome

SETTINGS = """
[machine]
page_workers = 1
[[scanners]]
name = "Máy tầng hai"
url = "{url}"
[[scan_profiles]]
name = "Hai mặt thủ công"
sides = "two-by-hand"
wait_for_paper = 5
"""


def side(number: int, height: int = 877) -> bytes:
    """A4 at 75 dpi, as its shape says; ``height`` 1050: as long as two sheets that slipped apart by 6 cm."""
    out = io.BytesIO()
    Image.new("RGB", (620, height), (250, 245 - number, 230)).save(out, "JPEG")
    return out.getvalue()


def lay(device: Device, *sheets: bytes) -> None:
    device.sheets, device.given = list(sheets), 0


def scan(ws: Workstation, dossier_id: DossierId) -> tuple[int, list[ImportOutcome]]:
    told: list[ImportOutcome] = []
    (source,) = [s for s in ws.desk.scan_sources().result(60) if s.name == "Máy tầng hai"]
    return ws.desk.scan(dossier_id, source.id, "Hai mặt thủ công", told.append, lambda: False).result(60), told


def when_read(ws: Workstation, dossier_id: DossierId) -> Dossier:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        dossier = ws.office.dossier(dossier_id)
        if all(p.state is PageState.READ for p in dossier.pages):
            return dossier
        time.sleep(0.2)
    raise AssertionError([p.state for p in dossier.pages])


def test_both_sides_by_hand_over_the_network_with_a_restart_between(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "find_scanners", tuple)
    fronts = [side(1), side(2, height=1050), side(3)]
    backs = [side(13), side(12), side(11)]  # the turned stack: that of the last sheet first
    device = Device(ways=("AdfSimplexInputCaps",))
    with scanning(device) as address:
        (tmp_path / "settings.toml").write_text(SETTINGS.format(url=address), "utf-8")
        with open_workstation(tmp_path) as ws:
            dossier_id = ws.desk.new_dossier("Hồ sơ mẫu").result(30)
            lay(device, *fronts)
            count, told = scan(ws, dossier_id)
            assert count == 3 and "Duplex" in asked(device.settings[-1]) and asked(device.settings[-1])["Duplex"] == "false"
            assert [o.doubt.params if o.doubt else None for o in told] == [None, (("page", 1),), None]
            with pytest.raises(WorkstationError, match="Q18"):
                ws.desk.finish_capture(dossier_id).result(30)
        with open_workstation(tmp_path) as ws:
            stack = ws.desk.stack(dossier_id).result(30)
            assert stack is not None and (len(stack.fronts), stack.turned, stack.profile) == (3, True, "Hai mặt thủ công")
            lay(device, *backs)
            assert scan(ws, dossier_id)[0] == 3
            dossier = when_read(ws, dossier_id)
    wanted = [fronts[0], backs[2], fronts[1], backs[1], fronts[2], backs[0]]
    assert [p.source.original for p in dossier.pages] == [hashlib.sha256(s).hexdigest() for s in wanted]
    doubtful = [n for n, p in enumerate(dossier.pages, 1) if any(f.code == "double_feed" for f in p.findings)]
    assert doubtful == [3]
