"""The plain way that ``bench index`` stands beside: regular expressions over stock OCR text, the first match each."""

import itertools
import re

from tests.bench.text import norm

_LINES: tuple[tuple[str, str], ...] = (
    ("number", r"^\s*Số\s*[:.]?\s*(\d+)\s*/"),
    ("notation", r"^\s*Số\s*[:.]?\s*\d+\s*/\s*([^\s]+)"),
    ("place", r"([^\W\d_]+(?: [^\W\d_]+){0,3}),\s*ngày\s+\d"),
    (
        "type_name",
        r"^\s*(QUYẾT ĐỊNH|THÔNG BÁO|ĐƠN ĐỀ NGHỊ|ĐƠN ĐĂNG KÝ[^,\n]*|GIẤY KHAI SINH|TRÍCH LỤC [^(\n]+|DANH SÁCH|TỜ TRÌNH"
        r"|KẾ HOẠCH|BÁO CÁO|BIÊN BẢN)\s*(?:$|,|\()",
    ),
    (
        "subject",
        r"(?:^\s*(?:QUYẾT ĐỊNH|THÔNG BÁO|ĐƠN ĐỀ NGHỊ|TỜ TRÌNH|KẾ HOẠCH|BÁO CÁO|BIÊN BẢN)\s*\n+\s*|V/v\s+)([^\n]+(?:\n[^\n]+)?)",
    ),
    ("signer_name", r"(?:CHỦ TỊCH|CÔNG CHỨC)[^\n]*\n+(?:[^\n]*\n+){0,3}?\s*((?:[A-ZĐ][^\W\d_]+\s+){2,3}[A-ZĐ][^\W\d_]+)\s*$"),
    ("recipients", r"Nơi nhận:?\s*\n((?:\s*-[^\n]+\n)+)"),
    ("person_name", r"(?:Tôi tên là|Họ, chữ đệm, tên|Họ và tên|Người sử dụng đất)\s*:?\s*([^\n.:]+)"),
    ("identity_number", r"\b(\d{12})\b"),
)
_DATE = re.compile(r"ngày\s+(\d{1,2})\s+tháng\s+(\d{1,2})\s+năm\s+(\d{4})")


def plain_fields(text: str) -> dict[str, str]:
    """What a script of regular expressions takes from a text."""
    found = {}
    for name, pattern in _LINES:
        if match := re.search(pattern, text, re.MULTILINE):
            found[name] = norm(match[1])
    if match := _DATE.search(text):
        found["issued_date"] = f"{int(match[3]):04d}-{int(match[2]):02d}-{int(match[1]):02d}"
    if "recipients" in found:
        found["recipients"] = "; ".join(part.strip(" ;.") for part in found["recipients"].split("- ") if part.strip(" ;."))
    if "ỦY BAN NHÂN DÂN" in text and (ward := re.search(r"\b(?:PHƯỜNG|XÃ (?!HỘI))[^\n]*", text)):
        # stock text runs the two columns of a header together: the organ ends where its capitals do
        capitals = itertools.takewhile(str.isupper, ward[0].split())
        found["organ_name"] = " ".join(["ỦY BAN NHÂN DÂN", *capitals])
    if "place" in found:
        found["place"] = " ".join([*itertools.takewhile(str.istitle, found["place"].split()[::-1])][::-1])
    if titles := re.findall(r"PHÓ CHỦ TỊCH|CHỦ TỊCH", text):
        found["signer_title"] = titles[-1]
    if "type_name" not in found and "V/v" in text:
        found["type_name"] = "Công văn"
    return found
