"""Family names: a closed list, so that a lost or wrong mark in one is seen (``ĐỒ QUANG TẬP``)."""

from ocr.grammar import plain
from ocr.language.syllables import core
from ocr.language.wording import in_place_of, key

_FAMILIES = """
    Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đinh Đoàn Đào Trịnh Trương Lâm Mai Phùng Tô
    Vương Hà Tạ Chu Châu Cao Lương Lưu Thái Quách Tăng Tống Triệu Kiều Thạch La Lã Lữ Văn Nghiêm Ninh Nông Phó Quan
    Quản Sầm Tôn Từ Ung Viên Vi Doãn Diệp Đàm Đậu Đồng Giang Giáp Hứa Hầu Kim Khổng Khuất Khúc Lại Lục Lò Lộc Mạc Mạch
    Mã Mẫn Nhan Nhâm Ông Phí Phương Sơn Tiêu Thân Trang Trà Trình Uông Ứng Vòng Xa Âu Âm Cù Cung Danh Điêu Hàn Hạ Hán
    Hàng Hồng Kha Khương Liêu Lều Liễu Mùa Ngụy Ngọ Nhữ Ma Tòng Quàng Cầm Bạch Bành Bế Biện Cái Cát Cấn Chử Chung Cổ
    Đới Đường Giàng Sùng Thào Vàng Vừ Hảng Cà Chương Tán Sử Thiều Thi Tất Thẩm Lường
"""
_KNOWN = {key(name): name for name in _FAMILIES.split()}


def likely_name(name: str) -> str:
    """The name with its family name as families are called; empty if several are as likely.

    As it is where nothing speaks against it: a name of another tongue has no family of the same letters.
    """
    first, _, rest = name.partition(" ")
    alike = [known for known in _KNOWN.values() if plain(known) == plain(core(first))]
    if not rest or not alike or key(first) in _KNOWN:
        return name
    return f"{in_place_of(first, alike[0])} {rest}" if len(alike) == 1 else ""
