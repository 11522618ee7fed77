"""What was done to a page, in words: one line a step of its recipe. Vietnamese first, English beside."""

from ui import messages
from workstation.domain.page import Transform

STEPS: dict[str, tuple[str, str]] = {
    "rotate": ("Xoay {degrees}°", "Turned {degrees}°"),
    "deskew": ("Xoay thêm {degrees}°", "Turned further {degrees}°"),
    "crop": ("Cắt khung", "Cropped"),
    "as_scanned": ("Để như khi quét", "Left as scanned"),
    "spread": ("Nửa của trang đôi", "Half of a spread"),
    "perspective": ("Kéo phẳng theo bốn góc", "Perspective removed"),
    "dewarp": ("Duỗi trang cong", "Curved page flattened"),
    "flatten": ("Làm đều nền giấy", "Shading evened"),
    "bleed_through": ("Xóa hằn mặt sau", "Bleed-through removed"),
    "despeckle": ("Xóa đốm", "Specks removed"),
    "borders": ("Xóa mép đen", "Black borders removed"),
}
_OF_THE_MACHINE: dict[tuple[str, str], tuple[str, str]] = {
    ("rotate", "upright"): ("Tự xoay {degrees}° cho đúng chiều", "Turned upright by {degrees}°"),
    ("deskew", "level"): ("Tự xoay thẳng {degrees}°", "Straightened by {degrees}°"),
    ("crop", "border"): ("Tự cắt mép đen", "Black border cut off"),
}
"""By the reason that the program gives for what it does by itself."""


def step_words(step: Transform, lang: messages.Lang = "vi") -> str:
    """``Tự xoay thẳng 0,9°``. A step that has no words here is told by its name."""
    at = 0 if lang == "vi" else 1
    known = _OF_THE_MACHINE.get((step.name, step.reason)) or STEPS.get(step.name)
    if known is None:
        return step.name
    degrees = dict(step.params).get("degrees", 0.0)
    shown = messages.number(round(abs(degrees), 1), lang) if step.name != "rotate" else str(round(degrees))
    return known[at].format(degrees=shown)
