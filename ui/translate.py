"""Vietnamese for the texts Qt itself brings (Qt has no Vietnamese catalogue): file choice, and the menu of text fields."""

from PySide6.QtCore import QObject, QTranslator

_WORDS = {
    "&Open": "&Mở",
    "Open": "Mở",
    "&Save": "&Lưu",
    "Cancel": "Hủy",
    "&Cancel": "&Hủy",
    "&OK": "Đồng ý",
    "OK": "Đồng ý",
    "&Yes": "&Có",
    "&No": "&Không",
    "Close": "Đóng",
    "&Close": "Đón&g",
    "&Choose": "&Chọn",
    "Look in:": "Nơi tìm:",
    "&Look in:": "Nơi &tìm:",
    "File &name:": "Tên tệ&p:",
    "Files of type:": "Loại tệp:",
    "&Files of type:": "Loại tệ&p:",
    "Files of &type:": "&Loại tệp:",
    "Directory:": "Thư mục:",
    "Back": "Lùi",
    "Forward": "Tiến",
    "Go back": "Quay lại nơi trước",
    "Go forward": "Tới nơi sau",
    "Parent Directory": "Thư mục trên",
    "Go to the parent directory": "Lên thư mục trên",
    "Create New Folder": "Tạo thư mục mới",
    "Create a New Folder": "Tạo thư mục mới",
    "List View": "Xem danh sách",
    "Change to list view mode": "Xem dạng danh sách",
    "Detail View": "Xem chi tiết",
    "Change to detail view mode": "Xem dạng chi tiết",
    "Sidebar": "Thanh bên",
    "List of places and bookmarks": "Các nơi đã lưu",
    "Files": "Tệp",
    "My Computer": "Máy này",
    "Computer": "Máy này",
    "Name": "Tên",
    "Size": "Cỡ",
    "Type": "Loại",
    "Kind": "Loại",
    "Date Modified": "Ngày sửa",
    "Drive": "Ổ đĩa",
    "File": "Tệp",
    "Folder": "Thư mục",
    "File Folder": "Thư mục",
    "All Files (*)": "Mọi tệp (*)",
    "&Rename": "Đổi tê&n",
    "&Delete": "&Xóa",
    "Show &hidden files": "Hiện tệp ẩ&n",
    "&New Folder": "Thư mục mớ&i",
    "New Folder": "Thư mục mới",
    "Remove": "Bỏ",
    "&Undo": "&Hoàn tác",
    "&Redo": "&Làm lại",
    "Cu&t": "Cắ&t",
    "&Copy": "&Chép",
    "&Paste": "&Dán",
    "Delete": "Xóa",
    "Select All": "Chọn hết",
    "%1\nFile not found.\nPlease verify the correct file name was given.": "%1\nKhông thấy tệp này.\nXem lại tên tệp.",
    "%1\nDirectory not found.\nPlease verify the correct directory name was given.": "%1\nKhông thấy thư mục này.\nXem lại tên.",
    "%1 bytes": "%1 byte",
}


class Vietnamese(QTranslator):
    """A catalogue in memory; texts it does not know are left to the next one."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)

    def isEmpty(self) -> bool:
        return False

    def translate(self, context: str, source: str, disambiguation: str | None = None, n: int = -1) -> str:
        # None, not "": an empty text would count as a translation
        return _WORDS.get(source)  # type: ignore[return-value]
