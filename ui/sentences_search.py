"""What the codes of searching say; see ``ui.sentences``."""

from ui.wording import RETRY, Message

SEARCH: dict[str, Message] = {
    "T01": Message(
        "Chưa rõ cần tìm gì[ ({reason})]. Gõ một tên, số hay vài chữ của văn bản.",
        "It is not clear what to look for[ ({reason})]. Type a name, a number or some words of the document.",
    ),
    "T02": Message(
        "Chưa tra cứu được trên máy này[ ({reason})]. Hồ sơ vẫn nguyên; thử lại, hoặc nhờ quản trị lập lại chỉ mục.",
        "Search does not work on this PC now[ ({reason})]. The dossiers are untouched; try again, or have IT rebuild the index.",
        *RETRY,
    ),
    "T03": Message(
        "Quản trị không xem nội dung hồ sơ nên không tra cứu được. Đổi người dùng (Ctrl+U) nếu bạn làm việc với hồ sơ.",
        "Administrators don't see what is in dossiers, so they can't search. Change the user (Ctrl+U) if you work with dossiers.",
    ),
}
