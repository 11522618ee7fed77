"""Verify shows the fields of the document's own type, in the type's words, and asks for their kinds."""

from dataclasses import replace
from typing import Any

import pytest

from tests.ui import invented, states
from tests.ui.conftest import Opener, settle
from tests.ui.fakes import FakeDesk
from tests.ui.hands import press, see, type_vi
from tests.ui.paper import Sheet
from workstation.domain.fields import IndexField
from workstation.rules.reader import load_rules
from workstation.usecases.views import DocumentView


def filled(code: str, **values: str) -> DocumentView:
    """A document of a type that ships; what is not given is empty."""
    rule = load_rules().document(code)
    fields = tuple(IndexField(name, values.get(name, ""), 0.97 if name in values else 0.0) for name in rule.form)
    kind = (code, rule.type.name)
    return invented.document(1, (), dossier="HS-0031", of=1, kind=kind, fields=fields, required=frozenset({"type_name"}))


@pytest.fixture
def desk(sheets: dict[str, Sheet], monkeypatch: pytest.MonkeyPatch) -> FakeDesk:
    """One that knows the types that ship."""
    types = tuple((t.code, t.name) for t in load_rules().types)
    monkeypatch.setattr(FakeDesk, "document_types", lambda _: types)
    return states.STATES["normal"](sheets)


def test_a_land_certificate_has_its_own_fields_and_each_takes_what_is_of_its_kind(opened: Opener, desk: FakeDesk) -> None:
    desk.queue = [filled("GCN_DAT", person_name="Lê Thị Mẫu", birth_date="1961")]
    shell, _ = opened("verify", desk=desk)
    form: Any = shell.current.form  # type: ignore[attr-defined]
    assert [r.name for r in form.rows][:3] == ["serial", "registry_number", "issued_date"]
    assert see(shell, "Số phát hành") and see(shell, "Thửa đất số") and see(shell, "Diện tích (m²)")
    assert form.row("area").edit.accessibleName() == "Diện tích (m²)"
    assert form.row("birth_date").edit.text() == "1961"
    for name, text, wrong in [("birth_date", "16/02/61", False), ("birth_date", "1961", False), ("birth_date", "61", True)]:
        form.focus(name)
        form.row(name).edit.selectAll()
        type_vi(form.row(name).edit, text)
        press("Tab")
        assert form.row(name).wrong == wrong, text
    press("Ctrl+Return")
    assert desk.called("confirm") == [] and see(shell, 'Ô "Ngày sinh" chưa đúng dạng')
    form.row("birth_date").edit.selectAll()
    type_vi(form.row("birth_date").edit, "16021961")
    press("Ctrl+Return")
    ((_, values),) = desk.called("confirm")
    assert values["birth_date"] == "1961-02-16" and values["person_name"] == "Lê Thị Mẫu"


def test_the_same_field_goes_by_another_name_in_another_type_and_keeps_what_was_typed(opened: Opener, desk: FakeDesk) -> None:
    deed = filled("HD_TANG_CHO")
    desk.queue = [deed]
    shell, _ = opened("verify", desk=desk)
    form: Any = shell.current.form  # type: ignore[attr-defined]
    assert form.label("person_name") == "Bên tặng cho" and see(shell, "Bên tặng cho")
    form.focus("person_name")
    type_vi(form.row("person_name").edit, "Lê Văn Mẫu")
    sold = filled("HD_CHUYEN_NHUONG")
    form.load(replace(deed, type_code=sold.type_code, fields=sold.fields, form=sold.form), fresh=False)
    settle()
    assert form.label("person_name") == "Bên chuyển nhượng" and form.row("person_name").value() == "Lê Văn Mẫu"
    assert see(shell, "Bên chuyển nhượng") and not see(shell, "Bên tặng cho")
