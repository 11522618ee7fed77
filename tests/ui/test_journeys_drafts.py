"""What was typed in Verify and not confirmed: it waits for its document and its person, and comes back only where it may."""

from dataclasses import replace
from typing import Any

from tests.ui.conftest import Opener, settle
from tests.ui.hands import press, type_vi
from ui.shell import Shell
from ui.views.drafts import Draft
from workstation.domain.dossier import DocumentState

NAME = "Lê Thị Khác"


def verify_of(shell: Shell) -> Any:
    return shell.screens["verify"]


def retype(verify: Any, text: str = NAME) -> None:
    """The signer's name, by hand."""
    verify.form.focus("signer_name")
    edit = verify.form.row("signer_name").edit
    edit.selectAll()
    type_vi(edit, text)


def test_what_was_typed_waits_for_its_document_and_its_person(opened: Opener) -> None:
    shell, desk = opened("verify")
    verify, me = verify_of(shell), desk.user
    form, mine = verify.form, verify.document.id
    other = next(d.id for d in verify.queue if d.id != mine)

    def standing() -> str:
        settle()
        return str(form.row("signer_name").value())

    read = standing()
    retype(verify)
    verify.open_document(other)
    settle()
    assert verify.document.id == other
    verify.open_document(mine)
    assert standing() == NAME
    press("Ctrl+U")
    settle()
    verify.open_document(mine)
    assert desk.user != me and standing() == read
    while desk.user != me:
        press("Ctrl+U")
        settle()
    verify.open_document(mine)
    assert standing() == NAME
    verify._done(me.name, verify.document)  # confirmed, or given back: it is stored
    settle()
    verify.open_document(mine)
    assert standing() == read


def test_a_draft_is_put_back_only_over_what_it_was_typed_over(opened: Opener) -> None:
    shell, _desk = opened("verify")
    document = verify_of(shell).document
    draft = Draft(document, {"signer_name": NAME, "subject": "Về việc khác"})
    assert draft.still(document) == draft.typed
    newer = tuple(replace(f, value="Của người khác") if f.name == "subject" else f for f in document.fields)
    assert draft.still(replace(document, fields=newer)) == {"signer_name": NAME}
    for other in (
        replace(document, state=DocumentState.TO_SETTLE),
        replace(document, blind=frozenset({"signer_name"})),
        replace(document, type_code="ZZ"),
    ):
        assert draft.still(other) == {}


def test_what_is_put_off_keeps_its_draft_until_it_is_confirmed(opened: Opener) -> None:
    shell, desk = opened("verify")
    verify = verify_of(shell)
    document = verify.document
    retype(verify)
    press("Ctrl+L")
    settle()
    assert desk.called("later") and list(verify._drafts.held) == [(desk.user.name, document.id)]
    verify.open_document(document.id)
    settle()
    assert verify.form.row("signer_name").value() == NAME and verify._drafts.held == {}
    for name in verify.form.open_names():
        verify.form.focus(name)
        verify.form.review_current()
    press("Ctrl+Return")
    settle()
    assert [values["signer_name"] for _, values in desk.called("confirm")] == [NAME]
    assert verify._drafts.held == {}


def test_a_draft_outlives_a_queue_without_its_document(opened: Opener) -> None:
    shell, _desk = opened("verify")
    verify = verify_of(shell)
    queue = verify.queue
    retype(verify)
    verify._show_queue(())
    assert verify.document is None
    verify._show_queue(queue)
    assert verify.form.row("signer_name").value() == NAME


def test_half_a_name_goes_on_where_it_was(opened: Opener) -> None:
    shell, _desk = opened("verify")
    verify = verify_of(shell)
    form = verify.form
    retype(verify, "Nguyễn Văn")
    for key in ("F2", "F3"):
        press(key)
        settle()
    edit = form.row("signer_name").edit
    assert edit.hasFocus() and not edit.hasSelectedText()
    type_vi(edit, " A")
    assert edit.text() == "Nguyễn Văn A"
