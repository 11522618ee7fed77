"""The head of an administrative document: national motto, agency, number, place and date, title, subject."""

from dataclasses import dataclass

from ocr.grammar import find_date, is_upper, letters, notation_is_regular, parse_number, place_before, similarity, starts_like
from ocr.sheet import Line, Sheet, field
from workstation.domain.doctype import DocumentType
from workstation.domain.fields import FieldOrigin, IndexField

NATION = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
PARTY = "ĐẢNG CỘNG SẢN VIỆT NAM"
_TOP = 0.35
"""Share of the page in which a header can begin."""
_BODY = ("Căn cứ", "Kính gửi", "Điều 1", "Xét đề nghị", "Theo đề nghị", "Thực hiện", "Tôi tên là")


@dataclass(frozen=True, slots=True)
class Title:
    kind: DocumentType
    line: Line
    """Cut to the title's own words."""
    rest: Line | None
    """What follows the title on its line."""
    score: float


def nation_line(page: Sheet) -> Line | None:
    """The national name (or the motto under it, or the Party's name) in the upper part of the page."""
    for line in page.lines:
        if line.box[1] < _TOP * page.height:
            known = (similarity(line.text, NATION), similarity(line.text, MOTTO), similarity(line.text, PARTY))
            if max(known) >= 0.75:
                return line
    return None


def number_line(page: Sheet) -> Line | None:
    """``Số: …/…`` in the upper part of the page, the topmost."""
    found = [n for n in page.lines if n.box[1] < 0.45 * page.height and parse_number(n.text)]
    return min(found, key=lambda n: n.box[1], default=None)


def find_title(page: Sheet, types: tuple[DocumentType, ...]) -> Title | None:
    """The line that names the type: capitals, the words of a known title first; the topmost, then the longest title."""
    found: list[tuple[float, int, Title]] = []
    for line in page.lines:
        if line.box[1] > 0.6 * page.height or not is_upper(line.text):
            continue
        for kind in types:
            for title in kind.titles:
                score = starts_like(line.text, title, 0.85)
                count = len(letters(title).split())
                whole = len(letters(line.text).split()) == count
                if score and (whole or kind.layout == "form"):
                    end = _after_words(line.text, count)
                    rest = line.cut(end) if line.text[end:].strip(" .:-") else None
                    found.append((line.box[1], -count, Title(kind, line.cut(0, end), rest, score)))
    return min(found, key=lambda f: (f[0], f[1], -f[2].score))[2] if found else None


def _after_words(text: str, count: int) -> int:
    """Position after so many words of letters."""
    at = 0
    for word in text.split():
        if count == 0:
            break
        at = text.index(word, at) + len(word)
        count -= len(letters(word).split())
    return at


def begins_document(page: Sheet, types: tuple[DocumentType, ...]) -> bool:
    """Whether a new document starts on this page: a national header, or an agency's number line, or a title at the very top."""
    if nation_line(page) is not None:
        return True
    number = number_line(page)
    if number is not None and number.box[1] < _TOP * page.height and (parsed := parse_number(number.text)) and parsed.notation:
        above = [n for n in page.lines if n.box[3] <= number.box[1] + 2 and is_upper(n.text)]
        if above:
            return True
    title = find_title(page, types)
    return title is not None and title.line in {_first_words(n, title.line) for n in page.lines[:2]}


def _first_words(line: Line, title: Line) -> Line:
    return line.cut(0, len(title.text))


@dataclass(frozen=True, slots=True)
class Blocks:
    """Lines of the header left and right of the gutter."""

    left: tuple[Line, ...]
    right: tuple[Line, ...]
    bottom: float
    """Where the header ends: the lowest of number, subject of an official letter, and date."""


def header_blocks(page: Sheet, until: float) -> Blocks:
    """Lines above ``until``, parted at the left edge of the national name (the middle of the page without one)."""
    nation = nation_line(page)
    gutter = nation.box[0] if nation and nation.box[0] > 0.3 * page.width else 0.48 * page.width
    head = [n for n in page.lines if n.box[3] <= until + 0.5 * page.pitch]
    left = tuple(sorted((n for n in head if n.centre < gutter), key=lambda n: n.box[1]))
    right = tuple(sorted((n for n in head if n.centre >= gutter), key=lambda n: n.box[1]))
    return Blocks(left, right, until)


def read_header(page: Sheet, title: Title | None, kind: DocumentType | None) -> list[IndexField]:
    """organ_name, number, notation, place, issued_date of a Decree-30 page."""
    until = title.line.box[1] if title else _body_top(page)
    blocks = header_blocks(page, until)
    numbered = next((n for n in blocks.left if parse_number(n.text)), None) or number_line(page)
    out: list[IndexField] = []
    organ = [n for n in blocks.left if is_upper(n.text) and (numbered is None or n.box[1] < numbered.box[1])]
    if organ:
        out.append(field("organ_name", organ, sure=1.0 if numbered else 0.8))
    out += number_fields(numbered, kind)
    dated = next((n for n in (*blocks.right, *blocks.left) if find_date(n.text)), None)
    if dated:
        out += date_fields(dated)
    return out


def number_fields(line: Line | None, kind: DocumentType | None) -> list[IndexField]:
    parsed = parse_number(line.text) if line else None
    if line is None or parsed is None:
        return []
    out = []
    if parsed.number:
        at = line.text.index(parsed.number)
        out.append(field("number", [line.cut(at, at + len(parsed.number))], parsed.number, wrong=not parsed.number.isdigit()))
    if parsed.notation:
        at = line.text.index("/") + 1 if "/" in line.text else 0
        odd = not notation_is_regular(parsed.notation) or not _fits(parsed.notation, kind)
        out.append(field("notation", [line.cut(at)], parsed.notation, wrong=odd))
    return out


def _fits(notation: str, kind: DocumentType | None) -> bool:
    """Whether the notation begins with the type's abbreviation; official letters have none."""
    bare = notation.split("/")[-1]
    return kind is None or not kind.abbreviation or bare.split("-")[0] == kind.abbreviation


def date_fields(line: Line) -> list[IndexField]:
    found = find_date(line.text)
    if found is None:
        return []
    out = []
    place = place_before(line.text, found.start)
    if place:
        wrong = not place[0].isupper() or len(place) > 60
        out.append(field("place", [line.cut(0, found.start)], place, wrong=wrong))
    out.append(field("issued_date", [line.cut(found.start, found.end)], found.iso, wrong=not found.iso))
    return out


def _body_top(page: Sheet) -> float:
    """Top of the first line that can't belong to a header."""
    for line in sorted(page.lines, key=lambda n: n.box[1]):
        wide = line.box[2] - line.box[0] > 0.62 * page.width
        if wide or any(starts_like(line.text, word) for word in _BODY):
            return line.box[1]
    return 0.5 * page.height


def subject_under(page: Sheet, title: Title) -> IndexField | None:
    """The lines under the title, in the middle, down to the first of the body or a wide gap."""
    below = sorted((n for n in page.lines if n.box[1] > title.line.box[1] + 0.5 * title.line.height), key=lambda n: n.box[1])
    taken: list[Line] = []
    previous = title.line
    for line in below:
        gap = line.box[1] - previous.box[3]
        centred = abs(line.centre - title.line.centre) < 0.12 * page.width
        ended = is_upper(line.text) or any(starts_like(line.text, word) for word in _BODY) or parse_number(line.text)
        if ended or not centred or gap > (2.2 if not taken else 1.3) * page.pitch or len(taken) == 6:
            break
        taken.append(line)
        previous = line
    return field("subject", taken) if taken else None


def letter_subject(page: Sheet) -> IndexField | None:
    """``V/v …`` under the number of an official letter, without the abbreviation itself."""
    blocks = header_blocks(page, _body_top(page))
    for at, line in enumerate(blocks.left):
        start = subject_start(line.text)
        if start:
            taken = [line.cut(start)]
            for after in blocks.left[at + 1 :]:
                if after.box[1] - taken[-1].box[3] > 1.2 * page.pitch or is_upper(after.text):
                    break
                taken.append(after)
            return field("subject", taken)
    return None


def subject_start(text: str) -> int:
    """Where the subject begins after ``V/v``; 0 if the line does not begin so."""
    head = text[:4].upper().replace(" ", "")
    return text.upper().index("V", text.upper().index("/")) + 1 if head.startswith(("V/V", "V/ V")) else 0


def derived_type(kind: DocumentType) -> IndexField:
    """The name of a type that papers don't print (official letters)."""
    return IndexField("type_name", kind.name, 0.9, None, None, FieldOrigin.DERIVED)
