"""What a code's message is made of, and the buttons that several share."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Message:
    vi: str
    en: str
    button_vi: str = ""
    """Empty: nothing to press."""
    button_en: str = ""


SEND_NOW = ("Gửi ngay", "Send now")
SEND_AGAIN = ("Gửi lại", "Send again")
ASK_NOW = ("Hỏi lại ngay", "Ask now")
RETRY = ("Thử lại", "Try again")
OTHER_FILE = ("Chọn tệp khác", "Choose another file")
RESCAN = ("Quét lại", "Scan again")
