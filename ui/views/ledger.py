"""Sổ ủy quyền: who may sign KT., TL. or TUQ., for what and until when. Read by all, kept by the registrar."""

from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QWidget,
)

from ui import dates
from ui.bridge import Inbox
from ui.delegates.tables import PlainDelegate
from ui.models.ledger import LedgerModel
from ui.theme import Tone
from ui.views.table import RowsTable
from ui.widgets import Card, Note, ReasonBar, label, small_button
from workstation.domain.authority import ALL_TYPES, Authority
from workstation.domain.errors import ErrorNote
from workstation.domain.ids import UserName
from workstation.usecases.desk import Desk
from workstation.usecases.sign import OFFICIAL, REGISTRAR
from workstation.usecases.signers import AuthorityWish
from workstation.usecases.views import LedgerView

READ_ONLY = "Chỉ văn thư ghi và kết thúc mục trong sổ – Ctrl+U đổi người dùng"
WRONG = {
    "number": "Ghi số, ký hiệu của quyết định hoặc giấy ủy quyền",
    "form": "Chọn hình thức ký",
    "on_behalf_of": "Ghi chức vụ được ký thay, ví dụ Chủ tịch Ủy ban nhân dân phường",
    "signer": "Chọn người ký",
    "scope": "Chọn loại văn bản; TUQ. cần loại hoặc thủ tục cụ thể",
    "procedures": "Mã thủ tục có dạng 1.005129, cách nhau bằng dấu phẩy",
    "from": "Ngày đầu chưa đúng, ví dụ 01/12/2026",
    "until": "Ghi ngày cuối: TUQ. luôn có thời hạn",
    "dates": "Ngày cuối phải sau ngày đầu",
}
"""What is wrong with an entry, by its part (C32)."""
TYPES_PX = 118
YEARS_AHEAD = 50
"""How far off a day may be whose year is typed with two digits."""


class LedgerPanel(Card):
    """``closed``: Esc. The screen around it has the blue button, which enters what is typed here."""

    closed = Signal()
    changed = Signal()
    """Something was entered or ended: gates may open or shut."""

    def __init__(self, desk: Desk) -> None:
        super().__init__((14, 10, 14, 12), 8)
        self.desk = desk
        self.inbox = Inbox(self)
        head = QHBoxLayout()
        head.addWidget(label("Sổ ủy quyền ký thay (KT., TL., TUQ.)", bold=True), 1)
        head.addWidget(small_button("Đóng  (Esc)", "Đóng sổ ủy quyền", "Đóng – phím Esc", self.closed.emit))
        self.body.addLayout(head)
        self.note = Note()
        self.body.addWidget(self.note)
        self.model = LedgerModel()
        widths = {0: 130, 2: 150, 4: 172, 5: 170}
        self.table = RowsTable("Các mục của sổ ủy quyền", self.model, PlainDelegate(), PlainDelegate.HEIGHT, widths)
        self.body.addWidget(self.table, 1)
        self.table.selectionModel().currentChanged.connect(lambda *_: self._put_away_ending())
        self.ending = ReasonBar("Ngày cuối mục này còn hiệu lực", "Kết thúc mục", "Ví dụ: 30/11/2026", "Cần ghi ngày")
        self.revoked = QCheckBox("Bị thu hồi (không phải hết việc)")
        self.revoked.hide()
        self.ending.given.connect(self._end)
        self.ending.left.connect(self._leave_ending)
        self.body.addWidget(self.ending)
        self.body.addWidget(self.revoked)
        self.form_card = self._form()
        self.body.addWidget(self.form_card)
        self.hide()

    def _form(self) -> QWidget:
        holder = QWidget()
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, 4, 0, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(6)
        self.number, self.office, self.procedures = QLineEdit(), QLineEdit(), QLineEdit()
        self.first, self.last = QLineEdit(), QLineEdit()
        self.form, self.user = QComboBox(), QComboBox()
        self.types = QListWidget()
        self.types.setFixedHeight(TYPES_PX)
        self.types.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.types.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.procedures.setPlaceholderText("Mọi hồ sơ; hoặc 1.005129, 2.000815")
        self.last.setPlaceholderText("Đến khi kết thúc")
        self.first.setPlaceholderText("01/12/2026")
        self.number.setPlaceholderText("12/QĐ-UBND")
        left: tuple[tuple[str, QWidget], ...] = (
            ("Số quyết định", self.number),
            ("Hình thức", self.form),
            ("Ký thay cho", self.office),
            ("Người ký", self.user),
        )
        right: tuple[tuple[str, QWidget], ...] = (
            ("Thủ tục", self.procedures),
            ("Từ ngày", self.first),
            ("Đến hết ngày", self.last),
        )
        for column, parts in ((0, left), (4, right)):
            for row, (name, field) in enumerate(parts):
                self._named(grid, row, column, name, field)
        title = label("Loại văn bản")
        title.setBuddy(self.types)
        title.setContentsMargins(0, 6, 0, 0)  # level with the names beside it
        self.types.setAccessibleName("Loại văn bản được ký; Space chọn hoặc bỏ")
        grid.addWidget(title, 0, 2, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self.types, 0, 3, 4, 1)
        for column in (1, 3, 5):
            grid.setColumnStretch(column, 1)
        # as they are read: what, for what, when
        for before, after in ((self.user, self.types), (self.types, self.procedures)):
            QWidget.setTabOrder(before, after)
        return holder

    @staticmethod
    def _named(grid: QGridLayout, row: int, column: int, name: str, field: QWidget) -> None:
        title = label(name)
        title.setBuddy(field)
        field.setAccessibleName(name)
        grid.addWidget(title, row, column)
        grid.addWidget(field, row, column + 1)

    # --- what is shown
    def open(self) -> None:
        self.note.clear()
        self._put_away_ending()
        self.form_card.setEnabled(self.may_write)
        if not self.may_write:
            self.note.show_text(READ_ONLY, Tone.PLAIN)
        self.user.clear()
        for one in self.desk.users:
            if one.role == OFFICIAL:
                self.user.addItem(one.name, one.name)
        self.show()
        self.reload()
        (self.number if self.may_write else self.table).setFocus(Qt.FocusReason.ShortcutFocusReason)

    @property
    def may_write(self) -> bool:
        return self.desk.user.role == REGISTRAR

    def reload(self) -> None:
        self.inbox.ask("ledger", self.desk.ledger(), self._show, self.note.show_note)

    def _show(self, view: LedgerView) -> None:
        self.model.types, self.model.today = dict(view.types), view.today
        self.model.show(view.entries)
        if view.entries and not self.table.currentIndex().isValid():
            self.table.selectRow(0)
        if self.form.count() == 0:
            for code, name in view.forms:
                self.form.addItem(f"{code}. – {name}", code)
            for code, name in ((ALL_TYPES, "Mọi loại văn bản"), *view.types):
                item = QListWidgetItem(name, self.types)
                item.setToolTip(name)
                item.setData(Qt.ItemDataRole.UserRole, code)
                item.setCheckState(Qt.CheckState.Unchecked)
        if not self.first.text():
            self.first.setText(view.today.strftime("%d/%m/%Y"))

    # --- entering
    def enter(self) -> None:
        """The blue button: what is typed becomes an entry, or the chosen one ends if that is asked. What can't be is said, and
        gets the focus."""
        if self.ending.isVisible():
            self.ending.give()
            return
        if not self.may_write:
            self.note.show_text(READ_ONLY, Tone.WARN)
            return
        first, last = (dates.parse(field.text(), years_ahead=YEARS_AHEAD) for field in (self.first, self.last))
        if first is None:
            self._wrong("from")
        elif self.last.text().strip() and last is None:
            self._wrong("until")
        else:
            self.inbox.ask("enter", self.desk.enter_authority(self._wish(first, last)), self._entered, self._refused)

    def _wish(self, first: date, last: date | None) -> AuthorityWish:
        items = (self.types.item(row) for row in range(self.types.count()))
        scope = [str(i.data(Qt.ItemDataRole.UserRole)) for i in items if i.checkState() is Qt.CheckState.Checked]
        codes = (code.strip() for code in self.procedures.text().split(","))
        return AuthorityWish(
            number=self.number.text(),
            form=str(self.form.currentData() or ""),
            on_behalf_of=self.office.text(),
            user=UserName(str(self.user.currentData() or "")),
            scope=(ALL_TYPES,) if ALL_TYPES in scope else tuple(scope),
            procedures=tuple(code for code in codes if code),
            valid_from=first,
            valid_until=last,
        )

    def _entered(self, made: Authority) -> None:
        for field in (self.number, self.procedures, self.last):
            field.clear()
        for row in range(self.types.count()):
            self.types.item(row).setCheckState(Qt.CheckState.Unchecked)
        self.note.show_text(f"Đã ghi {made.form}. {made.number} vào sổ.", Tone.GOOD)
        self.number.setFocus(Qt.FocusReason.OtherFocusReason)
        self.reload()
        self.changed.emit()

    def _refused(self, note: ErrorNote) -> None:
        part = str(dict(note.params).get("entry", ""))
        if note.code == "C32" and part in WRONG:
            self._wrong(part)
        else:
            self.note.show_note(note)

    def _wrong(self, part: str) -> None:
        fields: dict[str, QWidget] = {
            "number": self.number, "form": self.form, "on_behalf_of": self.office, "signer": self.user, "scope": self.types,
            "procedures": self.procedures, "from": self.first, "until": self.last, "dates": self.last,
        }  # fmt: skip
        self.note.show_text(f"{WRONG[part]}. Sổ giữ nguyên.  C32", Tone.WARN)
        fields[part].setFocus(Qt.FocusReason.ShortcutFocusReason)

    # --- ending
    def ask_end(self) -> None:
        """The chosen entry is to end: on which day it counts last."""
        entry = self.model.value(self.table.currentIndex().row())
        if not self.may_write:
            self.note.show_text(READ_ONLY, Tone.WARN)
        elif entry is not None and entry.ended is None:
            self.revoked.setChecked(False)
            self.revoked.show()
            self.ending.open(self.model.today.strftime("%d/%m/%Y"))

    def _put_away_ending(self) -> None:
        """It is about one entry: not about another that is chosen meanwhile."""
        self.ending.hide()
        self.revoked.hide()

    def _leave_ending(self) -> None:
        self._put_away_ending()
        self.table.setFocus()

    def _end(self, text: str) -> None:
        entry, last = self.model.value(self.table.currentIndex().row()), dates.parse(text, years_ahead=YEARS_AHEAD)
        revoked = self.revoked.isChecked()
        self._leave_ending()
        if last is None:
            self.note.show_text("Ngày cuối chưa đúng, ví dụ 30/11/2026. Sổ giữ nguyên.", Tone.WARN)
        elif entry is not None:
            self.inbox.ask("end", self.desk.end_authority(entry.id, last, revoked), lambda _: self._ended(entry), self._not_ended)

    def _ended(self, entry: Authority) -> None:
        self.note.show_text(f"Đã kết thúc {entry.form}. {entry.number}.", Tone.GOOD)
        self.reload()
        self.changed.emit()

    def _not_ended(self, note: ErrorNote) -> None:
        if note.code == "C32" and dict(note.params).get("entry") == "dates":
            self.note.show_text("Mục chỉ kết thúc được từ hôm qua trở đi. Sổ giữ nguyên.  C32", Tone.WARN)
        else:
            self.note.show_note(note)

    def escape(self) -> bool:
        """Esc: leave the ending first, then the ledger; False: it was not open."""
        if not self.isVisible():
            return False
        if self.ending.isVisible():
            self._leave_ending()
        else:
            self.hide()
            self.closed.emit()
        return True
