"""Agencies: which lines of a letterhead name the one that issues, and which the one above it (Decree 30/2020, annex I, II.2).

A name may take several lines (``ỦY BAN NHÂN DÂN`` / ``PHƯỜNG HÒA HƯNG``); the parent stands first, the issuing agency under it.
"""

import re
from collections.abc import Sequence

from ocr.grammar import distance, letters, plain
from ocr.sheet import Line

_HEADS = (
    "ỦY BAN", "UBND", "UBMTTQ", "HỘI ĐỒNG", "HĐND", "CHÍNH PHỦ", "BỘ", "SỞ", "TỔNG CỤC", "CỤC", "CHI CỤC", "PHÒNG",
    "BAN", "VĂN PHÒNG", "CÔNG AN", "TRUNG TÂM", "TRƯỜNG", "CHI NHÁNH", "ĐẢNG ỦY", "ĐẢNG BỘ", "TỈNH ỦY", "THÀNH ỦY",
    "HUYỆN ỦY", "QUẬN ỦY", "CHI BỘ", "ĐẢNG CỘNG SẢN", "MẶT TRẬN", "HỘI", "LIÊN ĐOÀN", "ĐOÀN", "TÒA ÁN", "VIỆN",
    "THANH TRA", "KHO BẠC", "TỔ", "CÔNG TY", "TỔNG CÔNG TY", "NGÂN HÀNG", "BẢO HIỂM", "TRẠM", "BỆNH VIỆN", "THUẾ", "QUỸ",
    "HẠT", "ĐỘI", "BỘ CHỈ HUY", "HIỆP HỘI", "NHÀ", "THƯ VIỆN", "BẢO TÀNG", "LIÊN HIỆP", "HỌC VIỆN", "ĐẠI HỌC",
    "DOANH NGHIỆP", "HỢP TÁC XÃ", "TỔNG LIÊN ĐOÀN",
)  # fmt: skip
"""What the name of an agency begins with."""
_UNFINISHED = (
    "ỦY BAN NHÂN DÂN", "HỘI ĐỒNG NHÂN DÂN", "CÔNG AN", "VĂN PHÒNG", "ĐẢNG ỦY", "BAN CHẤP HÀNH", "BAN CHỈ HUY QUÂN SỰ",
    "UBND", "HĐND", "ỦY BAN MẶT TRẬN TỔ QUỐC VIỆT NAM", "BAN CHỈ ĐẠO", "TRUNG TÂM", "TỔ CÔNG TÁC", "HỘI ĐỒNG", "CHI CỤC",
    "BAN QUẢN LÝ",
)  # fmt: skip
"""Names that are of nobody until a place or a task follows."""
_JOINS = ("VÀ", "-", "–", ",", "CỦA", "TẠI", "CHO", "VỀ", "CÁC", "THUỘC")
"""What a line ends with, or begins with, that goes on."""
_UNIT = re.compile(r"(?:THANH PHO|TINH|QUAN|HUYEN|THI XA|THI TRAN|PHUONG|XA|DAC KHU|TP|KHU VUC)\b")
FIXED = (
    "ỦY BAN NHÂN DÂN", "HỘI ĐỒNG NHÂN DÂN", "CÔNG AN", "ĐẢNG ỦY", "VĂN PHÒNG", "TRUNG TÂM PHỤC VỤ HÀNH CHÍNH CÔNG",
    "PHƯỜNG", "XÃ", "TỈNH", "THÀNH PHỐ",
)  # fmt: skip
"""Words of agencies' names that are the same everywhere: where only a mark of theirs was misread, they are what they are."""
_SPELT = tuple((letters(phrase).split(), phrase.split()) for phrase in FIXED)


def agencies(lines: Sequence[Line]) -> list[list[Line]]:
    """Lines of a letterhead, top to bottom, in groups of one agency each."""
    groups: list[list[Line]] = []
    for line in lines:
        if groups and not _begins(line.text, " ".join(n.text for n in groups[-1])):
            groups[-1].append(line)
        else:
            groups.append([line])
    return groups


def _begins(text: str, before: str) -> bool:
    """Whether a line under ``before`` begins another agency's name rather than going on with that one."""
    own, above = letters(text), letters(before)
    if any(above == letters(name) for name in _UNFINISHED) or plain(before).rstrip().endswith(tuple(map(plain, _JOINS))):
        return False
    if own.split(" ")[0] in {plain(word) for word in _JOINS} or _UNIT.match(own) or text.lstrip()[:1] in "-–":
        return False
    return any(own == head or own.startswith(f"{head} ") for head in _PLAIN_HEADS)


_PLAIN_HEADS = tuple(letters(head) for head in _HEADS)


def spelt(name: str) -> str:
    """The name with its fixed words spelt as they are everywhere, where marks of theirs were misread or a letter, and without the
    scraps of a rule or a stain between its words."""
    words = [w.strip(".,;:·•_|'\"`’‘“”=~*^°") for w in re.sub("[:;|]", " ", name).split()]
    words = [w for w in words if any(c.isalnum() for c in w) or w in ("-", "–", "&")]
    words = [w.translate(_ROUND) if _FIGURED.fullmatch(w) else w for w in words]
    while words and not any(c.isalnum() for c in words[0]):
        words.pop(0)
    while words and not any(c.isalnum() for c in words[-1]):
        words.pop()
    for flat, right in _SPELT:
        for at in range(len(words) - len(right) + 1):
            if _same([letters(w) for w in words[at : at + len(right)]], flat):
                pairs = zip(right, words[at : at + len(right)], strict=True)
                words[at : at + len(right)] = [_cased(new, old) for new, old in pairs]
    return _from_its_body(words)


BODIES = ("ỦY BAN NHÂN DÂN", "HỘI ĐỒNG NHÂN DÂN")


def is_body_alone(name: str) -> bool:
    """Whether an agency's name does not say whose it is: the commune's line was not read."""
    return letters(name) in map(letters, BODIES)


def _from_its_body(words: Sequence[str]) -> str:
    """The name from its people's committee or council on, where scraps with signs among them stand before it; the first word of
    the body may be lost among them."""
    for body in (b.split() for b in BODIES):
        for lacking in (0, 1):
            rest = letters(" ".join(body[lacking:]))
            at = next((i for i in range(1, len(words)) if letters(" ".join(words[i : i + len(body) - lacking])) == rest), 0)
            if at and any(not w.isalpha() for w in words[:at]):
                return " ".join([*(_cased(w, words[at]) for w in body[:lacking]), *words[at:]])
    return " ".join(words)


_FIGURED, _ROUND = re.compile(r"0[^\W\d_]+|[^\W\d_]+0[^\W\d_]*"), str.maketrans("0", "O")
"""A word of letters in which an O was read as a figure: names have figures by themselves."""
_LONG = 3
"""Words of a fixed phrase that is what it is also where one letter of it was misread."""


def _same(read: Sequence[str], flat: Sequence[str]) -> bool:
    off = [(a, b) for a, b in zip(read, flat, strict=True) if a != b]
    return not off or (len(flat) >= _LONG and len(off) == 1 and distance(*off[0]) == 1)


def _cased(word: str, like: str) -> str:
    return word if like.isupper() else word.capitalize() if like[:1].isupper() else word.lower()
