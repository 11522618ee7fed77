"""How it is known which administrative unit a place means, in Vietnamese with English beside."""

from workstation.domain.place import How, Receiver, Why

HOW: dict[How, tuple[str, str]] = {
    How.EXACT: ("đúng tên trong bảng đơn vị", "named in the table of units"),
    How.NEAR: ("nhiều nơi cùng tên, lấy đơn vị của cơ quan này", "several have this name; the office's own is taken"),
    How.CHOSEN: ("người nhập đã chọn", "chosen by a person"),
    How.LEFT: ("người nhập để ngỏ", "left open by a person"),
    How.SEVERAL: ("có thể là nhiều đơn vị", "may be several units"),
    How.UNKNOWN: ("không có trong bảng đơn vị", "not in the table of units"),
}
WHY: dict[Why, tuple[str, str]] = {
    Why.SPLIT: ("đơn vị cũ chia về nhiều nơi", "the old unit was divided"),
    Why.DISTRICT: ("cấp huyện đã bỏ, nay là nhiều xã, phường", "a district, which became several communes"),
    Why.SAME_NAME: ("nhiều nơi cùng tên", "several have this name"),
    Why.MISREAD: ("gần giống, khác một chữ hoặc một dấu", "one letter or mark is different"),
    Why.EARLIER: ("theo tên hoặc loại trước đây nữa", "by an earlier name or kind"),
}


def took_over(receiver: Receiver) -> tuple[str, str]:
    """Who took over from an agency of the abolished level. Names of agencies stay Vietnamese."""
    sure = ("", "") if receiver.sure else (" (suy ra, chưa tra văn bản)", " (inferred, not looked up)")
    since = f"{receiver.since:%d/%m/%Y}"
    matters = (
        (f"; việc: {receiver.matters}{sure[0]}", f"; matters: {receiver.matters}{sure[1]}") if receiver.matters else ("", "")
    )
    return (
        f"{receiver.kind} đã hết từ {since}. Hồ sơ: {receiver.papers}{matters[0]}.",
        f"{receiver.kind} ended on {since}. Papers: {receiver.papers}{matters[1]}.",
    )
