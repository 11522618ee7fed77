"""Papers with labelled lines: applications, declarations, civil-status papers."""

import re

from ocr.ending import signer
from ocr.grammar import find_date, find_identity, identity_is_regular, is_upper, parse_number, plain, similarity, starts_like
from ocr.header import Title, date_fields, header_blocks, number_fields, subject_under
from ocr.sheet import Line, Sheet, field, name_field
from workstation.domain.fields import IndexField

_PERSON = (
    "Họ, chữ đệm, tên", "Họ và tên", "Tôi tên là", "Tên tôi là", "Họ tên", "Họ, chữ đệm, tên người được khai sinh",
    "Người sử dụng đất", "Họ và tên người yêu cầu", "Họ, chữ đệm, tên người yêu cầu", "Họ và tên chồng",
)  # fmt: skip
_IDENTITY = (
    "Số định danh cá nhân", "Số định danh", "Số định danh/Căn cước", "Số CCCD", "Số căn cước", "Căn cước công dân số",
    "Số căn cước công dân", "CCCD số", "Số CMND/CCCD",
)  # fmt: skip
_ORGAN = ("Nơi đăng ký khai sinh", "Nơi đăng ký", "Nơi đăng ký kết hôn", "Nơi đăng ký khai tử", "Cơ quan cấp", "Nơi cấp")
_REGISTERED = ("Ngày, tháng, năm đăng ký", "Ngày đăng ký", "Ngày, tháng, năm cấp")
_ADDRESSEE = ("Kính gửi",)


def read_form(pages: list[Sheet], title: Title | None) -> list[IndexField]:
    """Fields of a form by its labels; who signs it and when, by position."""
    lines = [n for page in pages for n in page.lines]
    out: list[IndexField] = []
    if title:
        out += _subject(pages[title.line.page], title)
    out += _person(lines)
    out += _addressee(pages, lines)
    out += _issue(pages, lines)
    last = next((p for p in reversed(pages) if p.lines), None)
    if last is not None:
        out += signer(last, 0.35 * last.height, 0.4 * last.width)
    return out


def _labelled(line: Line, labels: tuple[str, ...]) -> Line | None:
    """The value after ``label:``; None if the line's label is another one. Numbering before the label does not count."""
    label, colon, _ = line.text.partition(":")
    bare = re.sub(r"^\W*(?:\d+|[a-zđ])[.)]\s*", "", label)
    if not colon or not any(similarity(bare, known) >= 0.85 for known in labels):
        return None
    return line.cut(len(label) + 1)


def _first(lines: list[Line], labels: tuple[str, ...]) -> tuple[int, Line] | None:
    for at, line in enumerate(lines):
        value = _labelled(line, labels)
        if value is not None and value.text:
            return at, value
    return None


def _wrapped(page: Sheet, lines: list[Line], at: int, value: Line) -> list[Line]:
    """The value with the lines it runs on to: full lines above, no label of their own."""
    right = max(n.box[2] for n in page.lines)
    out = [value]
    while out[-1].box[2] > right - 0.12 * page.width and at + 1 < len(lines):
        at += 1
        after = lines[at]
        far = after.page != value.page or after.box[1] - out[-1].box[3] > 1.5 * page.pitch
        if far or ":" in after.text or is_upper(after.text):
            break
        out.append(after)
    return out


def _person(lines: list[Line]) -> list[IndexField]:
    out = []
    person = _first(lines, _PERSON)
    if person:
        text = person[1].text.strip(" .…_")
        odd = any(c.isdigit() for c in text) or not 2 <= len(text.split()) <= 7
        out.append(name_field("person_name", person[1], text, wrong=odd))
    identity = _first(lines, _IDENTITY)
    if identity:
        digits = find_identity(identity[1].text)
        odd = not identity_is_regular(digits) if digits else True
        out.append(field("identity_number", [identity[1]], digits or identity[1].text, wrong=odd))
    return out


def _addressee(pages: list[Sheet], lines: list[Line]) -> list[IndexField]:
    found = _first(lines, _ADDRESSEE)
    return [field("recipients", _wrapped(pages[found[1].page], lines, *found))] if found else []


def _subject(page: Sheet, title: Title) -> list[IndexField]:
    if title.rest is not None and title.rest.text.strip(" ()").upper() not in ("BẢN SAO", "BẢN CHÍNH"):
        return [field("subject", [title.rest])]
    under = subject_under(page, title)
    return [under] if under and ":" not in under.value else []


def _issue(pages: list[Sheet], lines: list[Line]) -> list[IndexField]:
    """Number, agency, place and date: labels first, then the header, then the line ``…, ngày … tháng … năm …``."""
    out: list[IndexField] = []
    numbered = next((n for n in lines if n.page == 0 and parse_number(n.text)), None)
    out += number_fields(numbered, None)
    organ = _first(lines, _ORGAN)
    if organ:
        parts = _wrapped(pages[organ[1].page], lines, *organ)
        out.append(field("organ_name", parts, _without_province(" ".join(p.text for p in parts))))
    elif pages and pages[0].lines:
        top = numbered.box[1] if numbered else 0.2 * pages[0].height
        caps = [n for n in header_blocks(pages[0], top).left if is_upper(n.text) and starts_like(n.text, "ỦY BAN NHÂN DÂN")]
        out += [field("organ_name", caps)] if caps else []
    dated = next((n for n in reversed(lines) if re.search(r",\s*NG[A-Z]Y\b", plain(n.text)) and find_date(n.text)), None)
    registered = _first(lines, _REGISTERED)
    if dated:
        out += date_fields(dated)
    elif registered and (found := find_date(registered[1].text)):
        out.append(field("issued_date", [registered[1]], found.iso, wrong=not found.iso))
    return out


def _without_province(text: str) -> str:
    """An agency's name as its seal has it: without the province that an address adds behind it."""
    parts = [p.strip() for p in text.split(",")]
    if len(parts) > 1 and starts_like(parts[-1], "Thành phố") + starts_like(parts[-1], "tỉnh"):
        parts.pop()
    return ", ".join(parts)
