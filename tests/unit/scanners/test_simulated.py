from pathlib import Path

import pytest

from workstation.domain.errors import WorkstationError
from workstation.domain.ports import Scanner, ScanWish
from workstation.scanners.simulated import SimulatedScanner


@pytest.fixture
def samples(tmp_path: Path) -> Path:
    for name in ("kho/1.png", "kho/2.png", "kho/10.PNG"):
        (tmp_path / "samples" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "samples" / name).write_bytes(name.encode())
    (tmp_path / "samples" / "trong").mkdir()
    return tmp_path / "samples"


def test_lays_down_one_sheet_after_the_other(samples: Path, tmp_path: Path) -> None:
    scanner: Scanner = SimulatedScanner(samples)
    assert [s.id for s in scanner.sources()] == ["simulated:kho", "simulated:trong"]
    sheets: list[Path] = []
    assert scanner.scan("simulated:kho", ScanWish(300), tmp_path, sheets.append, lambda: False) == 3
    assert scanner.scan("simulated:kho", ScanWish(300), tmp_path, sheets.append, lambda: len(sheets) == 4) == 1
    assert [s.name for s in sheets] == ["sheet-0001.png", "sheet-0002.png", "sheet-0003.png", "sheet-0004.png"]
    assert [s.read_bytes() for s in sheets[2:]] == [b"kho/10.PNG", b"kho/1.png"]


@pytest.mark.parametrize(("source", "code"), [("simulated:trong", "Q02"), ("simulated:../x", "Q01")])
def test_empty_or_absent(samples: Path, tmp_path: Path, source: str, code: str) -> None:
    with pytest.raises(WorkstationError, match=code):
        SimulatedScanner(samples).scan(source, ScanWish(300), tmp_path, lambda _: None, lambda: False)
    assert SimulatedScanner(tmp_path / "nowhere").sources() == ()
