"""Which pages the grid of Pages shows."""

from enum import Enum

from workstation.domain.page import PageState
from workstation.usecases.views import PageView


class PageFilter(Enum):
    """Value: the word on its button."""

    ALL = "Tất cả"
    LOOK = "Cần xem"
    BLANK = "Trắng"
    TWICE = "Trùng"


def wanted(page: PageView, choice: PageFilter) -> bool:
    """Dropped pages are nobody's work any more: only ``ALL`` has them."""
    if choice is PageFilter.ALL:
        return True
    if page.dropped:
        return False
    if choice is PageFilter.LOOK:
        return bool(page.failing) or page.state in (PageState.QUARANTINED, PageState.HELD)
    if choice is PageFilter.BLANK:
        return page.blank
    return any(f.code == "duplicate" and not f.ok for f in page.findings)


def next_filter(choice: PageFilter) -> PageFilter:
    order = list(PageFilter)
    return order[(order.index(choice) + 1) % len(order)]


def words_of_none(choice: PageFilter, code: str) -> tuple[str, str]:
    """Title and text of a grid without tiles; ``code``: of the dossier, empty without one."""
    if not code:
        return "Không có trang cần sửa", "Chọn hồ sơ ở màn hình Quét (F2) rồi nhấn Enter trên trang cần sửa."
    if choice is PageFilter.ALL:
        return "Không có trang cần sửa", f"{code} chưa có trang nào. Quét hoặc nhập tệp ở màn hình Quét (F2)."
    what = {
        PageFilter.LOOK: "Không có trang cần sửa",
        PageFilter.BLANK: "Không có trang trắng",
        PageFilter.TWICE: "Không có trang trùng",
    }
    return what[choice], f"Nhấn F để xem các trang khác của {code}."
