"""Child of ``bench index --only keys``: enters documents in the real window as a clerk does, and counts what Qt hands over.

``python -m tests.bench.index_clerk HOME PLAN``: prints one line of JSON.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QInputMethodEvent, QKeyEvent, QKeySequence, QWindow
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.bench.corpus import same_value
from tests.bench.telex import strokes
from ui import app as desktop
from ui import dates
from ui.shell import Shell
from ui.views.verify import VerifyScreen
from ui.views.verifyrows import FieldRow
from workstation.app.compose import Workstation, open_workstation
from workstation.domain.dossier import Document, DocumentState, Dossier
from workstation.domain.fields import IndexField, WeakWord, nfc
from workstation.domain.ids import DocumentId, DossierId, PageId, new_id
from workstation.domain.page import Finding, Page, PageSource, PageState

PAIRS = (
    ("number", "subject"), ("issued_date", "signer_name"), ("notation", "number"), ("subject", "signer_name"),
    ("person_name", "issued_date"), ("person_name", "signer_name"),
)  # fmt: skip
"""Fields with a planted error; of those that a document has."""
READ_SECONDS = 900.0
NOWHERE = (0.0, 0.0, 1.0, 1.0)
"""Box of a planted word: no picture is looked at."""
STEPS = 60
"""More than a document has of fields."""
FINDINGS = tuple(Finding(code, 300.0, 300.0, True) for code in ("dpi", "color", "blur", "skew", "dark", "contrast", "blank"))
_MODIFIERS = (Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Shift)
_HELD = dict(zip(_MODIFIERS, (Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier,
                              Qt.KeyboardModifier.ShiftModifier), strict=True))  # fmt: skip


class Recorder(QObject):
    """Counts keys and clicks as Qt delivers them. A key asks what has the focus first (ShortcutOverride), also where it is then a
    shortcut; a stroke that an input method keeps comes as the word so far."""

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self.shell = shell
        self.keys = self.clicks = 0
        QApplication.instance().installEventFilter(self)  # type: ignore[union-attr]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.MouseButtonPress and isinstance(watched, QWindow):
            self.clicks += 1
        elif watched is self.shell.focusWidget():
            if kind == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and not event.isAutoRepeat():
                self.keys += 1
            elif kind == QEvent.Type.InputMethod and isinstance(event, QInputMethodEvent) and event.preeditString():
                self.keys += 1 + event.preeditString()[-1].isupper()  # and Shift
        return False

    def take(self) -> tuple[int, int]:
        counted, self.keys, self.clicks = (self.keys, self.clicks), 0, 0
        return counted


class Hands:
    """Type into the window, not into a widget: what has the focus gets it."""

    def __init__(self, shell: Shell) -> None:
        self.shell = shell
        self.window = shell.windowHandle()

    def press(self, keys: str, until: Any = None) -> None:
        """A combination, as ``Ctrl+Right``; ``until``: again, its modifiers held, until that is true (``STEPS`` at most)."""
        combination = QKeySequence(keys)[0]  # type: ignore[index]
        modifiers = combination.keyboardModifiers()
        held = [key for key in _MODIFIERS if modifiers & _HELD[key]]
        for key in held:
            QTest.keyPress(self.window, key)
        for _ in range(STEPS):
            if until is not None and until():
                break
            QTest.keyClick(self.window, combination.key(), modifiers)
            if until is None:
                break
        for key in held:
            QTest.keyRelease(self.window, key)
        desktop.settle(3000, quiet_ms=10)

    def type(self, text: str) -> None:
        for number, word in enumerate(text.split(" ")):
            if number:
                QTest.keyClick(self.window, Qt.Key.Key_Space)
            if strokes(word) == word and word.isascii():
                for letter in word:
                    self._letter(letter)
            else:
                self._word(word)

    def _letter(self, letter: str) -> None:
        key = QKeySequence(letter)[0].key()  # type: ignore[index]
        if letter.isupper():
            QTest.keyPress(self.window, Qt.Key.Key_Shift)
        QTest.keyClick(self.window, key, _HELD[Qt.Key.Key_Shift] if letter.isupper() else Qt.KeyboardModifier.NoModifier)
        if letter.isupper():
            QTest.keyRelease(self.window, Qt.Key.Key_Shift)

    def _word(self, word: str) -> None:
        focus, keys = self.shell.focusWidget(), strokes(word)
        if focus is None:
            raise RuntimeError("nothing has the focus")
        for n in range(len(keys)):
            QApplication.sendEvent(focus, QInputMethodEvent(keys[: n + 1], []))
        whole = QInputMethodEvent()
        whole.setCommitString(word)
        QApplication.sendEvent(focus, whole)


class Clerk:
    """Knows the paper: goes where the screen sends, takes a proposal that is right, else types; then what nobody doubted."""

    def __init__(self, shell: Shell, screen: VerifyScreen) -> None:
        self.screen, self.form = screen, screen.form
        self.hands = Hands(shell)
        self.recorder = Recorder(shell)

    def enter(self, truth: dict[str, str]) -> dict[str, Any]:
        """One document, to its confirmation: keys, clicks, and the fields that had to be put right."""
        document = self.screen.document
        if document is None:
            raise RuntimeError("no document in the window")
        wrong = [
            n for n, wanted in truth.items() if self._shown(n) is not None and not same_value(n, wanted, self._shown(n) or "")
        ]
        self.recorder.take()
        for _ in range(STEPS):
            if not self.form.open_names():
                break
            self._put_right(self.form.current, truth)
            self.hands.press("Return")
        for name in [n for n in wrong if not self._right(n, truth)]:
            if self._shown(name) is None:
                continue  # of another type, chosen meanwhile, the form has no such field
            self._go(name)
            self._put_right(name, truth)
        self.hands.press("Ctrl+Return")
        desktop.settle()
        keys, clicks = self.recorder.take()
        if self.screen.document is not None and self.screen.document.id == document.id:
            raise RuntimeError(f"not confirmed: {self.form.current} of {document.type_code}, {self.screen.note.code}")
        return {"keys": keys, "clicks": clicks, "wrong": wrong}

    def _right(self, name: str, truth: dict[str, str]) -> bool:
        return same_value(name, truth[name], self._shown(name) or "")

    def _shown(self, name: str) -> str | None:
        """None: the form has no such field."""
        if name == "type_name":
            return self.form.type_row.box.name()
        row = self.form.row(name)
        return row.value() if row is not None else None

    def _go(self, name: str) -> None:
        names = ["type_name", *(r.name for r in self.form.rows)]
        way = "Tab" if names.index(name) > names.index(self.form.current) else "Shift+Tab"
        self.hands.press(way, until=lambda: self.form.current == name)

    def _put_right(self, name: str, truth: dict[str, str]) -> None:
        row, wanted = self.form.row(name), nfc(truth.get(name, ""))
        if not wanted or same_value(name, wanted, self._shown(name) or ""):
            return
        if row is None:
            self._choose_type(wanted)
            return
        offered = [value for value, _ in row.offered()]
        number = next((n for n, v in enumerate(offered, 1) if same_value(name, wanted, dates.stored(v) if row.is_date else v)), 0)
        if number:
            self.hands.press(f"Alt+{number}")
        elif row.is_date:
            self._retype(row, "".join(reversed(wanted.split("-"))))
        elif not self._retype_words(row, wanted):
            self._retype(row, wanted)

    def _choose_type(self, wanted: str) -> None:
        box = self.form.type_row.box
        for word in wanted.casefold().split(" "):
            self.hands.type(word[0])
            if [box.itemText(i).casefold() for i in box.found()[:1]] == [wanted.casefold()]:
                break
        self.hands.press("Return")

    def _retype(self, row: FieldRow, text: str) -> None:
        if row.edit.text() and row.edit.selectedText() != row.edit.text():
            self.hands.press("Ctrl+A")
        self.hands.type(text)

    def _retype_words(self, row: FieldRow, wanted: str) -> bool:
        """Only the word that differs, where the cursor gets there with fewer keys than all takes; False: nothing was done."""
        old, new = row.edit.text().split(" "), wanted.split(" ")
        same = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
        if len(old) != len(new) or old[same + 1 :] != new[same + 1 :]:
            return False
        start = sum(len(w) + 1 for w in old[:same])
        end = start + len(old[same])
        near_start = same <= len(old) - same
        edit = row.edit
        if edit.selectedText() and (start, end) in [(w.start, w.end) for w in row.weak()]:
            if edit.selectionStart() != start:
                self.hands.press("Ctrl+Down", until=lambda: edit.selectionStart() == start)
            self.hands.type(new[same])
            return True
        if len(strokes(wanted)) <= min(same, len(old) - same) + len(strokes(new[same])) + 4:
            return False
        self.hands.press("Home" if near_start else "End")
        if edit.cursorPosition() != start:
            self.hands.press("Ctrl+Right" if near_start else "Ctrl+Left", until=lambda: edit.cursorPosition() == start)
        self.hands.press("Ctrl+Shift+Right", until=lambda: edit.cursorPosition() >= end)
        self.hands.type(new[same] + (" " if edit.cursorPosition() > end else ""))
        return True


# --- documents
def _read(ws: Workstation, plan: list[dict[str, Any]]) -> dict[DocumentId, dict[str, str]]:
    """Takes the documents in, each a dossier, and waits until they are read."""
    dossiers = []
    for one in plan:
        dossier_id = ws.desk.new_dossier().result()
        ws.desk.import_files(dossier_id, [Path(f) for f in one["files"]], lambda _: None).result()
        ws.desk.finish_capture(dossier_id).result()
        dossiers.append(dossier_id)
    begun = time.monotonic()
    while any(_unread(ws.office.dossier(d)) for d in dossiers):
        if time.monotonic() - begun > READ_SECONDS:
            raise RuntimeError("reading takes too long")
        time.sleep(0.2)
    ws.desk.counts().result()
    whole = {}
    for dossier_id, one in zip(dossiers, plan, strict=True):
        documents = ws.office.dossier(dossier_id).documents
        if len(documents) == 1:  # one that was torn is another matter: its arrangement is put right on Capture
            whole[documents[0].id] = one["fields"]
    return whole


def _unread(dossier: Dossier) -> bool:
    """Or read, and not yet passed on to entry."""
    early = not dossier.documents or any(d.state is DocumentState.NEW for d in dossier.documents)
    return early or any(p.state is PageState.NEW for p in dossier.pages)


def weak_words(name: str, value: str) -> tuple[WeakWord, ...]:
    """Of a value that ``damaged`` has made: as reading tells them, the word that errs and the one before it, which is right. In
    numbers, notations and dates it tells none."""
    words = value.split(" ")
    if name in ("number", "notation", "issued_date"):
        return ()
    starts = [sum(len(w) + 1 for w in words[:n]) for n in range(len(words))]
    at = len(words) // 2
    return tuple(WeakWord(starts[n], starts[n] + len(words[n]), NOWHERE) for n in range(max(at - 1, 0), at + 1))


def _planted(name: str, value: str) -> IndexField:
    wrong = damaged(name, value)
    return IndexField(name, wrong, 0.5, doubt=True, weak=weak_words(name, wrong))


def damaged(name: str, value: str) -> str:
    """As reading errs: one digit, or the vowel of one word in the middle, is another."""
    if name in ("number", "issued_date"):
        return (
            value[:-1] + str((int(value[-1]) + 3) % 9 + 1)
            if name == "number"
            else value[:-1] + ("1" if value[-1] != "1" else "2")
        )
    words = value.split(" ")
    at = len(words) // 2
    swapped = words[at].translate(str.maketrans("aáàảeêếioôốuưnN", "ảảảáêêeíôốoưumM"))
    words[at] = swapped if swapped != words[at] else words[at] + "i"
    return " ".join(words)


def _plant(ws: Workstation, plan: list[dict[str, Any]]) -> dict[DocumentId, dict[str, str]]:
    """Documents as if read well, but for two values each, which are doubted and for which nothing is proposed."""
    office, clerk = ws.office, ws.settings.users[0].name
    made: dict[DocumentId, dict[str, str]] = {}
    types = {r.type.name.casefold(): r for r in (*office.rules.documents, office.rules.other)}
    for number, one in enumerate(plan):
        truth: dict[str, str] = one["fields"]
        rule = types.get(truth.get("type_name", "").casefold())
        if rule is None:
            continue
        turn = number % len(PAIRS)
        has = [pair for pair in (*PAIRS[turn:], *PAIRS[:turn]) if all(truth.get(n) and n in rule.form for n in pair)]
        if not has:
            continue
        pair = has[0]
        fields = tuple(_planted(n, v) if n in pair else IndexField(n, v, 0.97) for n, v in truth.items() if n in rule.form)
        document_id, page_id = DocumentId(new_id()), PageId(new_id())
        source = PageSource(office.blobs.put_file(Path(one["files"][0])), 0)
        page = Page(page_id, source, document_id, PageState.READ, findings=FINDINGS)
        document = Document(document_id, DocumentState.TO_INDEX, rule.type.code, fields)
        dossier = Dossier(
            DossierId(new_id()), f"HS-9{number:03d}", "Đo", office.clock.now(), clerk, pages=(page,), documents=(document,)
        )
        with office.uow() as uow:
            uow.dossiers.add(dossier)
            uow.commit()
        made[document_id] = {n: v for n, v in truth.items() if n in rule.form}
    return made


def _queue(clerk: Clerk, wanted: dict[DocumentId, dict[str, str]]) -> list[dict[str, Any]]:
    """Everything of ``wanted`` that stands in this person's queue, in its order."""
    clerk.screen.reload(force=True)
    desktop.settle()
    told: list[dict[str, Any]] = []
    while (document := clerk.screen.document) is not None:
        if document.id in wanted:
            told.append(clerk.enter(wanted[document.id]))
            continue
        if document.put_off:
            break  # only what was left for later is still there
        clerk.hands.press("Ctrl+L")
        desktop.settle()
    return told


def work(ws: Workstation, plan: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    read = _read(ws, plan["read"])
    ws.desk.user = ws.desk.users[0]
    shell = desktop.open_window(ws.desk)
    shell.setGeometry(desktop.application().primaryScreen().availableGeometry())
    shell.activateWindow()
    shell.open("verify")
    desktop.settle()
    if not isinstance(shell.current, VerifyScreen) or not shell.isActiveWindow():
        raise RuntimeError("the window does not get the keyboard")
    clerk = Clerk(shell, shell.current)
    told: dict[str, Any] = {"read": _queue(clerk, read)}
    planted = _plant(ws, plan["planted"])
    told["planted"] = _queue(clerk, planted)
    ws.desk.user = ws.desk.users[1]
    shell.show_user()
    told["checked"] = _queue(clerk, planted)
    shell.close()
    return told


def main() -> int:
    home, plan = Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text("utf-8"))
    desktop.application()
    with open_workstation(home) as ws:
        told = work(ws, plan)
    sys.stdout.write(json.dumps(told) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
