"""Every command with its key, once: shortcuts, tooltips, buttons and the key sheet all read from here."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QPushButton, QWidget


@dataclass(frozen=True, slots=True)
class Command:
    """``screen``: where it is, or names apart by a space; ``keys``: as Qt writes them, the first is the one shown; ``text``: the
    button; ``hint``: the word beside a key cap."""

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


_SHOWN = {
    "Ctrl+Return": "Ctrl+Enter",
    "Shift+Return": "Shift+Enter",
    "Return": "Enter",
    "PgDown": "PgDn",
    "Escape": "Esc",
    "Down": "↓",
    "Ctrl+Down": "Ctrl+↓",
    "Alt+Left": "Alt+←",
    "Alt+Right": "Alt+→",
    "Alt+Up": "Alt+↑",
    "Alt+Down": "Alt+↓",
}

ALL = "*"
PAGED = "capture pages"
"""Screens where pages of a dossier are chosen; their names apart by a space."""
COMMANDS = (
    Command("capture", ALL, ("F2",), "Quét hồ sơ"),
    Command("pages", ALL, ("F7",), "Sửa trang"),
    Command("verify", ALL, ("F3",), "Kiểm tra"),
    Command("sign", ALL, ("F4",), "Ký số"),
    Command("outbox", ALL, ("F6",), "Hộp gửi"),
    Command("search", ALL, ("F8", "Ctrl+F"), "Tra cứu"),
    Command("primary", ALL, ("Ctrl+Return", "Ctrl+Enter"), "Nút xanh: việc kế tiếp"),
    Command("user", ALL, ("Ctrl+U",), "Đổi người dùng"),
    Command("keys", ALL, ("?", "Shift+?", "Ctrl+/"), "Phím tắt"),
    Command("back", ALL, ("Escape",), "Đóng, thôi hoặc dừng"),
    Command("new", "capture", ("Ctrl+N",), "Hồ sơ mới"),
    Command("import", "capture", ("Ctrl+O",), "Nhập từ tệp…"),
    Command("import_folder", "capture", ("Ctrl+Shift+O",), "Nhập cả thư mục…"),
    Command("new_issued", "capture", ("Ctrl+Shift+N",), "Hồ sơ mới cho văn bản điện tử sẽ ký tên"),
    Command("procedure", "capture", ("Ctrl+T",), "Mã thủ tục của hồ sơ…"),
    Command("risk", "capture", ("Ctrl+M",), "Mức rủi ro của tài liệu giấy…"),
    Command("count", "capture", ("Ctrl+E",), "Số tờ, số trang đã đếm…"),
    Command("note", "capture", ("Ctrl+D",), "Trang có giấy dán: cần hai ảnh, hoặc thôi"),
    Command("scan", "capture", ("F5",), "Quét tiếp"),
    Command("leave_sides", "capture", ("Ctrl+Shift+G",), "Giữ các trang như đã quét, không ghép mặt sau"),
    Command("scan_behind", "capture", ("Shift+F5",), "Quét chèn sau trang đang chọn"),
    Command("scan_over", "capture", ("F9",), "Quét lại, thay trang đang chọn", "quét đè"),
    Command("replace_page", "capture", ("Ctrl+F9",), "Thay trang đang chọn bằng tệp…"),
    Command("split", PAGED, ("S",), "Tách: trang này mở văn bản mới", "tách"),
    Command("merge", PAGED, ("M",), "Gộp vào văn bản trước", "gộp"),
    Command("rotate", PAGED, ("R",), "Xoay trang 90°", "xoay"),
    Command("drop", PAGED, ("Del",), "Bỏ trang, hoặc lấy lại", "bỏ trang"),
    Command("keep", PAGED, ("K",), "Giữ nguyên, ghi lý do", "giữ trang"),
    Command("secret_erase", PAGED, ("Ctrl+Shift+Del",), "Đúng là tài liệu mật – xóa…"),
    Command("not_secret", PAGED, ("Ctrl+Shift+D",), "Không phải tài liệu mật – đọc tiếp"),
    Command("undo", PAGED, ("Ctrl+Z",), "Hoàn tác", "hoàn tác"),
    Command("redo", PAGED, ("Ctrl+Y", "Ctrl+Shift+Z"), "Làm lại", "làm lại"),
    Command("accept_cue", "capture", ("Y",), "Nhận gợi ý (tách, mở hồ sơ)", "nhận gợi ý"),
    Command("refuse_cue", "capture", ("N",), "Bỏ gợi ý này", "bỏ gợi ý"),
    Command("open_code", "capture", ("Ctrl+G",), "Mở hồ sơ theo mã…"),
    Command("slip", "capture", ("Ctrl+P",), "In phiếu giao nhận…"),
    Command("separators", "capture", ("Ctrl+Shift+P",), "In tờ phân cách văn bản…"),
    Command("dossier_separators", "capture", ("Ctrl+Alt+P",), "In tờ phân cách hồ sơ…"),
    Command("fast", "capture", ("Ctrl+J",), "Chứng thực nhanh: mỗi tờ một hồ sơ"),
    Command("open_page", "capture", ("Return", "Enter"), "Mở trang để sửa", "sửa trang"),
    Command("rotate_left", PAGED, ("Shift+R",), "Xoay trái 90°", "xoay trái"),
    Command("rotate_over", PAGED, ("Ctrl+R",), "Xoay 180°", "xoay 180°"),
    Command("page_cut", PAGED, ("Ctrl+X",), "Cắt trang để chuyển chỗ", "chuyển chỗ"),
    Command("page_paste", PAGED, ("Ctrl+V",), "Đặt vào trước trang đang chọn"),
    Command("page_paste_end", PAGED, ("Ctrl+Shift+V",), "Đặt vào cuối hồ sơ"),
    Command("pair_pages", PAGED, ("Ctrl+B",), "Ghép mặt A/B (mặt B ngược thứ tự)", "ghép mặt A/B"),
    Command("pair_pages_straight", PAGED, ("Ctrl+Shift+B",), "Ghép mặt A/B (mặt B cùng thứ tự)"),
    Command("page_left", PAGED, ("Alt+Left",), "Dời trang sang trái một chỗ"),
    Command("page_right", PAGED, ("Alt+Right",), "Dời trang sang phải một chỗ"),
    Command("select_all", PAGED, ("Ctrl+A",), "Chọn tất cả trang"),
    Command("page_filter", "pages", ("F",), "Lọc: tất cả, cần xem, trắng, trùng", "lọc"),
    Command("compare", "pages", ("B",), "So với ảnh như khi quét", "trước/sau"),
    Command("straighten", "pages", ("T",), "Xoay thẳng từng chút…", "xoay thẳng"),
    Command("crop", "pages", ("C",), "Cắt khung…", "cắt khung"),
    Command("perspective", "pages", ("P",), "Kéo phẳng theo bốn góc…", "bốn góc"),
    Command("dewarp", "pages", ("W",), "Duỗi trang cong, hoặc thôi", "duỗi cong"),
    Command("borders", "pages", ("E",), "Xóa mép đen, hoặc thôi", "mép đen"),
    Command("flatten", "pages", ("L",), "Làm đều nền giấy, hoặc thôi", "đều nền"),
    Command("despeckle", "pages", ("D",), "Xóa đốm, hoặc thôi", "xóa đốm"),
    Command("bleed_through", "pages", ("H",), "Xóa hằn mặt sau, hoặc thôi", "hằn sau"),
    Command("split_spread", "pages", ("G",), "Chia đôi trang sách, hoặc ghép lại", "chia đôi"),
    Command("as_scanned", "pages", ("O",), "Để như khi quét, hoặc thôi", "ảnh gốc"),
    Command("next_doubt", "verify", ("Return", "Enter"), "Ô kế cần xem", "ô kế cần xem"),
    Command("previous_doubt", "verify", ("Shift+Return", "Shift+Enter"), "Ô cần xem phía trước", "lùi"),
    Command("next_weak", "verify", ("Ctrl+Down",), "Chữ kế đọc chưa chắc trong ô", "chữ kế"),
    Command("suggestion", "verify", ("Alt+1",), "Nhận gợi ý", "nhận gợi ý"),
    Command("suggestion_2", "verify", ("Alt+2",), "Nhận gợi ý thứ hai", "gợi ý 2"),
    Command("suggestion_3", "verify", ("Alt+3",), "Nhận gợi ý thứ ba", "gợi ý 3"),
    Command("id_card", "verify", ("Ctrl+Q",), "Mã QR căn cước…", "căn cước"),
    Command("camera_card", "verify", ("Ctrl+Shift+Q",), "Đọc căn cước bằng máy ảnh"),
    Command("reuse", "verify", ("Alt+R",), "Dùng lại bản số hóa đã có, trả văn bản về khâu quét…", "dùng lại"),
    Command("unreadable", "verify", ("F10",), "Ô không đọc được, hoặc thôi", "khó đọc"),
    Command("read_again", "verify", ("Ctrl+R",), "Đọc lại chỗ của ô (chuột: Ctrl + kéo khung)", "đọc lại"),
    Command("place", "verify", ("Ctrl+D",), "Chọn đơn vị của địa danh…", "chọn đơn vị"),
    Command("page_down", "verify", ("PgDown",), "Trang sau", "trang sau"),
    Command("page_up", "verify", ("PgUp",), "Trang trước"),
    Command("zoom_in", "verify pages", ("Ctrl++", "Ctrl+="), "Phóng to"),
    Command("zoom_out", "verify pages", ("Ctrl+-",), "Thu nhỏ"),
    Command("zoom_fit", "verify pages", ("Ctrl+0",), "Vừa khung"),
    Command("return", "verify", ("Ctrl+B",), "Trả lại…"),
    Command("return_scan", "verify", ("Ctrl+Shift+B",), "Trả lại khâu quét…"),
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
    Command("hits", "search", ("Down",), "Từ ô tìm xuống kết quả", "xuống kết quả"),
    Command("open_hit", "search", ("Return", "Enter"), "Mở văn bản đang chọn", "mở"),
    Command("search_all", "search", ("Ctrl+Shift+F",), "Tìm cả các văn bản cũ nhất"),
)
_BY_ID = {c.id: c for c in COMMANDS}


def command(command_id: str) -> Command:
    return _BY_ID[command_id]


def of_screen(screen: str) -> tuple[Command, ...]:
    return tuple(c for c in COMMANDS if screen in c.screen.split())


_MOVES = frozenset((
    "undo", "redo", "page_left", "page_right", "next_weak", "page_down", "page_up", "zoom_in",
    "zoom_out", "sign_page_down", "sign_page_up", "stamp_left", "stamp_right", "stamp_up", "stamp_down", "hits",
))  # fmt: skip
"""What a key that is held down goes on doing. Whatever passes work on, marks or makes something is done once a press."""


def shortcut(command_id: str, owner: QWidget, run: Callable[[], object], *, window: bool = False) -> tuple[QShortcut, ...]:
    """The command's keys on ``owner`` (and what is in it), or on its whole window.

    A field being typed in takes plain letters, Del and Ctrl+Z for itself first: Qt asks it before any shortcut.
    """
    scope = Qt.ShortcutContext.WindowShortcut if window else Qt.ShortcutContext.WidgetWithChildrenShortcut
    made = []
    for key in command(command_id).keys:
        s = QShortcut(QKeySequence(key), owner)
        s.setContext(scope)
        s.setAutoRepeat(command_id in _MOVES)
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
