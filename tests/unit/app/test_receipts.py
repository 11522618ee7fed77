"""How codes on the procedure system's slips look is the office's to say."""

import re
from pathlib import Path

import pytest

from workstation.app.settings import FILE, CaptureSettings, Settings, load, save
from workstation.domain.codes import RECEIPT
from workstation.domain.errors import WorkstationError


def test_an_expression_of_the_office_is_kept_to_the_letter(tmp_path: Path) -> None:
    own = Settings(capture=CaptureSettings(receipts=r"MC\d{2}-\"\\d{6}"))
    save(tmp_path, own)
    assert load(tmp_path) == own


@pytest.mark.parametrize("wrong", ["(", "[a-", "*", ""])
def test_what_is_no_expression_is_refused_by_name(tmp_path: Path, wrong: str) -> None:
    (tmp_path / FILE).write_text(f'[capture]\nreceipts = "{wrong}"\n', "utf-8")
    with pytest.raises(WorkstationError) as caught:
        load(tmp_path)
    assert (caught.value.code, caught.value.params["key"]) == ("M06", "capture.receipts")


@pytest.mark.parametrize("code, known", [
    ("H29.17-20261120-0092637", True), ("000.00.17.H29-230401-0001", True), ("G09.20-20260609-0092637", True),
    ("H29-200701-0001", True), ("HS-0001", False), ("001090012345", False), ("H29.17-2026-1", False),
])  # fmt: skip
def test_the_usual_form(code: str, known: bool) -> None:
    assert bool(re.fullmatch(RECEIPT, code)) is known
