"""Who signs in which capacity: authority (``KT. CHỦ TỊCH``) and office (``PHÓ CHỦ TỊCH``), despite what a seal hides.

Decree 30/2020, annex I, II.7: TM. for a body, KT. by a deputy for the head, TL. and TUQ. on somebody's order, Q. acting.
"""

import re
from dataclasses import dataclass

from ocr.grammar import letters, plain, similarity

_HEADS = (
    "CHỦ TỊCH", "CHÁNH VĂN PHÒNG", "TRƯỞNG PHÒNG", "GIÁM ĐỐC", "TRƯỞNG BAN", "BÍ THƯ", "TRƯỞNG CÔNG AN", "CHỈ HUY TRƯỞNG",
    "CỤC TRƯỞNG", "CHI CỤC TRƯỞNG", "HIỆU TRƯỞNG", "CHÁNH THANH TRA", "VỤ TRƯỞNG", "TỔNG GIÁM ĐỐC", "VIỆN TRƯỞNG",
    "CHÁNH ÁN", "TRƯỞNG TRẠM", "TỔ TRƯỞNG", "HẠT TRƯỞNG", "ĐỘI TRƯỞNG",
)  # fmt: skip
_OTHERS = (
    "BỘ TRƯỞNG", "THỨ TRƯỞNG", "THỦ TƯỚNG", "PHÓ THỦ TƯỚNG", "CÔNG CHỨC TƯ PHÁP - HỘ TỊCH", "CÔNG CHỨC TƯ PHÁP HỘ TỊCH",
    "NGƯỜI KÝ GIẤY KHAI SINH", "NGƯỜI LÀM ĐƠN", "NGƯỜI YÊU CẦU", "NGƯỜI KHAI", "CHỦ TỌA", "THƯ KÝ", "CHỦ TRÌ", "PHÓ VIỆN TRƯỞNG",
)  # fmt: skip
OFFICES = (*_HEADS, *(f"PHÓ {office}" for office in _HEADS), *_OTHERS)
BODIES = (
    "ỦY BAN NHÂN DÂN", "HỘI ĐỒNG NHÂN DÂN", "BAN THƯỜNG VỤ", "BAN CHẤP HÀNH", "ĐẢNG ỦY", "HỘI ĐỒNG", "BAN CHỈ ĐẠO",
    "CHÍNH PHỦ", "UBND", "BAN THƯỜNG TRỰC", "ỦY BAN MẶT TRẬN TỔ QUỐC VIỆT NAM",
)  # fmt: skip
_AUTHORITY = re.compile(r"^\W*[A-Z]?(?P<by>TM|T\.M|KT|K[1I]|TL|TUQ|Q|TH[UỪ]A LENH)(?P<stop>[.,:;·]\s*|\s+)(?P<of>\S.*)$")
_NEAR = 0.75
_DEPUTY = "PHÓ"
_LEAST, _READ = 3, 0.72
"""Letters of an office's end that tell it; share of it from which it was read."""


@dataclass(frozen=True, slots=True)
class Capacity:
    """One line over a signature. ``by``: TM., KT., …, empty on the line of the signer's own office."""

    by: str
    of: str
    sure: bool
    """At most marks had to be put right; False: letters too, or it is in no list."""
    listed: bool = True

    @property
    def text(self) -> str:
        return f"{self.by}. {self.of}" if self.by else self.of


def capacity(text: str) -> Capacity | None:
    """What a line over a signature says; None if it is neither an authority nor a known office."""
    found = _AUTHORITY.match(plain(text))
    if found and letters(found["of"]):
        by = {"T.M": "TM", "K1": "KT", "KI": "KT"}.get(found["by"], found["by"])
        of, sure = _known(text[found.start("of") :], (*BODIES, *OFFICES))
        return Capacity(by, of or text[found.start("of") :].strip(), sure, bool(of))
    of, sure = _known(text, OFFICES)
    return Capacity("", of, sure) if of else None


def _known(text: str, names: tuple[str, ...]) -> tuple[str, bool]:
    """The name that the text is, ends or almost is, and whether their letters are the same; none: empty."""
    flat = letters(text)
    same = [name for name in names if letters(name) == flat]
    if same:
        return same[0], True
    tails = [name for name in names if len(flat) > 3 and letters(name).endswith(f" {flat}")]
    if tails:
        return min(tails, key=len), False
    likely = max(names, key=lambda name: similarity(text, name))
    return (likely, False) if similarity(text, likely) >= _NEAR else ("", False)


def halved(end: str) -> str:
    """The shortest of the heads' offices of which ``end``, but for its first letter, is the end; empty if it is an office itself,
    if most of one was read, or too little to tell."""
    flat = _bare(end)
    if len(flat) < _LEAST or any(_bare(office) == flat for office in OFFICES):
        return ""
    after = flat if len(flat) == _LEAST else flat[1:]
    of = [office for office in _HEADS if _bare(office).endswith(after) and len(flat) <= _READ * len(_bare(office))]
    return min(of, key=len, default="")


def _bare(text: str) -> str:
    return letters(text).replace(" ", "")


def office_under(by: Capacity | None, own: Capacity | None, *, hidden: bool) -> Capacity | None:
    """The signer's own office, where the line over it tells more than its own reading: under ``KT. CHỦ TỊCH`` stands his deputy,
    under ``TM.`` the body's head. ``hidden``: the line's beginning is under a seal, or the line was not found."""
    if by is None or by.by not in ("KT", "TM"):
        return own
    if by.by == "TM":
        chaired = by.of in ("ỦY BAN NHÂN DÂN", "HỘI ĐỒNG NHÂN DÂN")
        return own or (Capacity("", "CHỦ TỊCH", sure=False) if chaired else None)
    deputy = f"{_DEPUTY} {by.of}"
    if own is None:
        return Capacity("", deputy, sure=False) if by.listed else None
    return Capacity("", deputy, sure=own.sure and not hidden) if own.of == by.of else own
