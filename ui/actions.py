"""Every command with its key, once: shortcuts, tooltips, buttons and the key sheet all read from here."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QPushButton, QWidget


@dataclass(frozen=True, slots=True)
class Command:
    """``keys``: as Qt writes them, the first is the one shown; ``text``: the button; ``hint``: the word beside a key cap."""

    id: str
    screen: str
    keys: tuple[str, ...]
    text: str
    hint: str = ""

    @property
    def key(self) -> str:
        return _SHOWN.get(self.keys[0], self.keys[0]) if self.keys else ""

    @property
    def sheet_key(self) -> str:
        """As the key sheet names it: with the second key where the first is a letter in a field."""
        return f"{self.key} hoặc {self.keys[-1]}" if self.id == "keys" else self.key

    @property
    def label(self) -> str:
        """``Nhập từ tệp…  (Ctrl+O)``."""
        return f"{self.text}  ({self.key})" if self.keys else self.text

    @property
    def tip(self) -> str:
        return f"{self.text.rstrip('…')} – phím {self.key}" if self.keys else self.text


_SHOWN = {"Ctrl+Return": "Ctrl+Enter", "Shift+Return": "Shift+Enter", "Return": "Enter", "PgDown": "PgDn", "Escape": "Esc"}

ALL = "*"
COMMANDS = (
    Command("capture", ALL, ("F2",), "Quét hồ sơ"),
    Command("verify", ALL, ("F3",), "Kiểm tra"),
    Command("sign", ALL, ("F4",), "Ký số"),
    Command("outbox", ALL, ("F6",), "Hộp gửi"),
    Command("primary", ALL, ("Ctrl+Return", "Ctrl+Enter"), "Nút xanh: việc kế tiếp"),
    Command("user", ALL, ("Ctrl+U",), "Đổi người dùng"),
    Command("keys", ALL, ("?", "Shift+?", "Ctrl+/"), "Phím tắt"),
    Command("back", ALL, ("Escape",), "Đóng, thôi hoặc dừng"),
    Command("new", "capture", ("Ctrl+N",), "Hồ sơ mới"),
    Command("import", "capture", ("Ctrl+O",), "Nhập từ tệp…"),
    Command("import_folder", "capture", ("Ctrl+Shift+O",), "Nhập cả thư mục…"),
    Command("new_issued", "capture", ("Ctrl+Shift+N",), "Hồ sơ mới cho văn bản điện tử sẽ ký tên"),
    Command("procedure", "capture", ("Ctrl+T",), "Mã thủ tục của hồ sơ…"),
    Command("scan", "capture", ("F5",), "Quét tiếp"),
    Command("split", "capture", ("S",), "Tách: trang này mở văn bản mới", "tách"),
    Command("merge", "capture", ("M",), "Gộp vào văn bản trước", "gộp"),
    Command("rotate", "capture", ("R",), "Xoay trang 90°", "xoay"),
    Command("drop", "capture", ("Del",), "Bỏ trang, hoặc lấy lại", "bỏ trang"),
    Command("keep", "capture", ("K",), "Giữ nguyên, ghi lý do", "giữ trang"),
    Command("undo", "capture", ("Ctrl+Z",), "Hoàn tác", "hoàn tác"),
    Command("redo", "capture", ("Ctrl+Y", "Ctrl+Shift+Z"), "Làm lại", "làm lại"),
    Command("next_doubt", "verify", ("Return", "Enter"), "Ô kế cần xem", "ô kế cần xem"),
    Command("previous_doubt", "verify", ("Shift+Return", "Shift+Enter"), "Ô cần xem phía trước", "lùi"),
    Command("suggestion", "verify", ("Alt+1",), "Nhận gợi ý", "nhận gợi ý"),
    Command("page_down", "verify", ("PgDown",), "Trang sau", "trang sau"),
    Command("page_up", "verify", ("PgUp",), "Trang trước"),
    Command("zoom_in", "verify", ("Ctrl++", "Ctrl+="), "Phóng to"),
    Command("zoom_out", "verify", ("Ctrl+-",), "Thu nhỏ"),
    Command("zoom_fit", "verify", ("Ctrl+0",), "Vừa khung"),
    Command("return", "verify", ("Ctrl+B",), "Trả lại khâu quét…"),
    Command("later", "verify", ("Ctrl+L",), "Để sau"),
    Command("seen", "sign", ("Space",), "Đã xem, sang tiếp", "đã xem, sang tiếp"),
    Command("sign_page_down", "sign", ("PgDown",), "Trang sau", "trang sau"),
    Command("sign_page_up", "sign", ("PgUp",), "Trang trước"),
    Command("stamp_left", "sign", ("Alt+Left",), "Dời con dấu sang trái"),
    Command("stamp_right", "sign", ("Alt+Right",), "Dời con dấu sang phải"),
    Command("stamp_up", "sign", ("Alt+Up",), "Dời con dấu lên"),
    Command("stamp_down", "sign", ("Alt+Down",), "Dời con dấu xuống"),
    Command("stamp_home", "sign", ("Alt+Home",), "Đặt lại vị trí"),
    Command("refuse", "sign", ("X",), "Từ chối ký…", "từ chối, ghi lý do"),
    Command("stamp_next", "sign", ("Alt+S",), "Con dấu kế tiếp (số, ngày, dấu)"),
    Command("stamp_image", "sign", ("Ctrl+I",), "Chọn ảnh chữ ký tay hoặc dấu…"),
    Command("ledger", "sign", ("Ctrl+L",), "Sổ ủy quyền…"),
    Command("end_authority", "sign", ("Ctrl+E",), "Kết thúc mục của sổ…"),
    Command("verify_file", "sign", ("Ctrl+K",), "Kiểm tra chữ ký tệp khác…"),
    Command("save_report", "sign", ("Ctrl+S",), "Lưu báo cáo…"),
    Command("send", "outbox", ("R",), "Gửi hồ sơ này ngay", "gửi ngay"),
    Command("pause", "outbox", ("P",), "Tạm dừng, hoặc gửi tiếp", "tạm dừng / tiếp"),
    Command("meeting", "outbox", ("M",), "Nhường đường truyền cho cuộc họp, hoặc thôi", "đang họp"),
    Command("details", "outbox", ("Return", "Enter"), "Xem chi tiết", "chi tiết"),
)
_BY_ID = {c.id: c for c in COMMANDS}


def command(command_id: str) -> Command:
    return _BY_ID[command_id]


def of_screen(screen: str) -> tuple[Command, ...]:
    return tuple(c for c in COMMANDS if c.screen == screen)


def shortcut(command_id: str, owner: QWidget, run: Callable[[], object], *, window: bool = False) -> tuple[QShortcut, ...]:
    """The command's keys on ``owner`` (and what is in it), or on its whole window.

    A field being typed in takes plain letters, Del and Ctrl+Z for itself first: Qt asks it before any shortcut.
    """
    scope = Qt.ShortcutContext.WindowShortcut if window else Qt.ShortcutContext.WidgetWithChildrenShortcut
    made = []
    for key in command(command_id).keys:
        s = QShortcut(QKeySequence(key), owner)
        s.setContext(scope)
        s.activated.connect(run)
        made.append(s)
    return tuple(made)


def button(command_id: str, run: Callable[[], object], *, name: str = "", text: str = "") -> QPushButton:
    """A button that says its key; Enter and Space press it when it has the focus."""
    c = command(command_id)
    b = QPushButton(f"{text}  ({c.key})" if text else c.label)
    b.setObjectName(name)
    b.setToolTip(c.tip)
    b.setAccessibleName(text or c.text)
    b.setAutoDefault(True)  # so Enter presses it too, not only Space
    b.clicked.connect(lambda: run())
    return b
