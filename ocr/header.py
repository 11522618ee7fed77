"""The head of an administrative document: national motto, agency, number, place and date, title, subject."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from statistics import median

from ocr.agency import BODIES, agencies, is_body_alone, spelt
from ocr.grammar import (
    find_date,
    is_upper,
    letters,
    parse_number,
    place_before,
    plain,
    similarity,
    starts_like,
)
from ocr.notation import in_its_place, number_fields
from ocr.sheet import Line, Sheet, field, part, without_scraps
from ocr.subject import subject_field
from ocr.titles import Title, find_title
from workstation.domain.doctype import DocumentType
from workstation.domain.fields import FieldOrigin, IndexField, Proposal

NATION = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
PARTY = "ĐẢNG CỘNG SẢN VIỆT NAM"
_TOP = 0.35
"""Share of the page in which a header can begin."""
_NATION = 0.75
"""Similarity with the national name from which a line has it."""
_SHORTEST_NAME = min(len(letters(known)) for known in (NATION, MOTTO, PARTY))
_BODY = ("Căn cứ", "Kính gửi", "Điều 1", "Xét đề nghị", "Theo đề nghị", "Thực hiện", "Tôi tên là")
_ADDRESSED = re.compile(r"^\W*\w{3,5} G[UO]I\s?:")
"""*Kính gửi:*, its first letters misread."""


def nation_line(page: Sheet) -> Line | None:
    """The national name (or the motto under it, or the Party's name) in the upper part of the page."""
    for line in page.lines:
        if line.box[1] < _TOP * page.height and _nation_at(line) is not None:
            return line
    return None


def number_line(page: Sheet) -> Line | None:
    """``Số: …/…`` in the upper part of the page, the topmost."""
    found = [n for n in page.lines if n.box[1] < 0.45 * page.height and parse_number(n.text)]
    return min(found, key=lambda n: n.box[1], default=None)


def begins_document(page: Sheet, types: tuple[DocumentType, ...], *, alone: bool = True) -> bool:
    """Whether a new document starts on this page: a national header, or an agency's number line, or a title at the very top.
    ``alone``: a national header is enough; else it takes a title or number with it."""
    if nation_line(page) is not None and (alone or number_line(page) is not None or find_title(page, types) is not None):
        return True
    number = number_line(page)
    if number is not None and number.box[1] < _TOP * page.height and (parsed := parse_number(number.text)) and parsed.notation:
        above = [n for n in page.lines if n.box[3] <= number.box[1] + 2 and is_upper(n.text)]
        if above:
            return True
    title = find_title(page, tuple(t for t in types if t.layout != "table"))  # a list may be an appendix of what stands before it
    return title is not None and title.line in {_first_words(n, title.line) for n in page.lines[:2]}


def _first_words(line: Line, title: Line) -> Line:
    return line.cut(0, len(title.text))


@dataclass(frozen=True, slots=True)
class Blocks:
    """Lines of the header left and right of the gutter, top to bottom."""

    left: tuple[Line, ...]
    right: tuple[Line, ...]
    bottom: float
    """Where the header ends: the lowest of number, subject of an official letter, and date."""


def header_blocks(page: Sheet, until: float) -> Blocks:
    """Lines above ``until``, parted at the left edge of the national name (the middle of the page without one); a line that was
    read across the gutter is cut there."""
    gutter, lowest = _gutter(page), until + 0.5 * page.pitch
    left: list[Line] = []
    right: list[Line] = []
    for line in page.lines:
        if line.box[3] > lowest:
            continue
        for half in _parted(line, gutter, page):
            (left if half.centre < gutter else right).append(half)
    return Blocks(tuple(sorted(left, key=lambda n: n.box[1])), tuple(sorted(right, key=lambda n: n.box[1])), until)


def _gutter(page: Sheet) -> float:
    nation = nation_line(page)
    at = _nation_at(nation) if nation is not None else None
    if nation is None or at is None:
        return 0.48 * page.width
    edge = nation.words[at].box[0]
    return edge - 0.25 * page.pitch if edge > 0.3 * page.width else 0.48 * page.width


def _nation_at(line: Line) -> int | None:
    """Index of the word with which the national name, the motto or the Party's name begins; there may be more before it."""
    return _nation_in(tuple(w.text for w in line.words))


@lru_cache(maxsize=256)
def _nation_in(words: tuple[str, ...]) -> int | None:
    """``_nation_at``; each line of a page's head is asked about several times."""
    tails = [" ".join(words[i:]) for i in range(len(words))]
    told = [(i, tail) for i, tail in enumerate(tails) if len(tail) >= _NATION * _SHORTEST_NAME]
    likeness = ((similarity(tail, known, _NATION), -i) for i, tail in told for known in (NATION, MOTTO, PARTY))
    score, at = max(likeness, default=(0.0, 0))
    return -at if score >= _NATION else None


def _parted(line: Line, gutter: float, page: Sheet) -> list[Line]:
    """The line, or its halves if it was read across the gutter: at the widest gap near it, or where the date begins behind a
    number."""
    x0, _, x1, _ = line.box
    if x0 > gutter - 0.06 * page.width or x1 < gutter + 0.06 * page.width or len(line.words) < 2:
        return [line]
    if begins := _nation_at(line):
        return [part(line.page, line.words[:begins]), part(line.page, line.words[begins:])]
    gaps = [(b.box[0] - a.box[2], i + 1) for i, (a, b) in enumerate(pairwise(line.words))
            if abs((a.box[2] + b.box[0]) / 2 - gutter) < 0.13 * page.width]  # fmt: skip
    wide, at = max(gaps, default=(0.0, 0))
    ordinary = median(max(0.0, b.box[0] - a.box[2]) for a, b in pairwise(line.words))
    numbered = parse_number(line.text) is not None and find_date(line.text) is not None
    if numbered:
        if wide < 2 * ordinary:  # the number ends with the word that has its stroke
            at = next((i + 1 for i, w in enumerate(line.words) if "/" in w.text), at)
            while at < len(line.words) and _GOES_ON.fullmatch(line.words[at].text):
                at += 1
    elif wide < max(0.5 * line.height, 1.6 * ordinary):
        return [line]
    return [part(line.page, words) for words in (line.words[:at], line.words[at:]) if words]


_GOES_ON = re.compile(r"[-–]?[A-ZĐ]{1,6}(?:[-–][A-ZĐ]{1,6})+|[-–][A-ZĐ]{1,6}")
"""A piece of a notation that broke off it."""


def read_header(page: Sheet, title: Title | None, kind: DocumentType | None) -> list[IndexField]:
    """parent_organ, organ_name, number, notation, place, issued_date, addressees of a Decree-30 page."""
    until = title.line.box[1] if title else _body_top(page)
    blocks = header_blocks(page, until)
    numbered = (
        next((n for n in blocks.left if parse_number(n.text)), None) or number_line(page) or in_its_place(blocks.left, kind)
    )
    births = {w for n in page.lines if _OF_BIRTH.search(plain(n.text)) for w in n.words}
    dated = next((n for n in (*blocks.right, *blocks.left) if find_date(n.heard.text) and births.isdisjoint(n.words)), None)
    agency = _agency_fields(page, blocks, numbered, dated)
    organ = next((f.value for f in agency if f.name == "organ_name"), "")
    return [*agency, *number_fields(numbered, kind, organ), *(date_fields(dated) if dated else ())]


_OF_BIRTH = re.compile(r"\bSINH\W{0,4}[0-9]")


def _agency_fields(page: Sheet, blocks: Blocks, numbered: Line | None, dated: Line | None) -> list[IndexField]:
    below = numbered or dated
    limit = below.box[1] + 0.3 * below.height if below is not None else blocks.bottom
    organ = [n for n in blocks.left if is_upper(n.text) and n.box[1] < limit - 0.5 * n.height and _is_name(n, page)]
    if organ and numbered is not None:
        organ = [n for n in organ if n.box[1] < numbered.box[1] and not parse_number(n.text)]
    if not organ:
        return []
    groups = agencies(organ)
    sure = 1.0 if numbered else 0.8
    out = [_with_its_body(agency_field("organ_name", groups[-1], sure))]
    above = [n for group in groups[:-1] for n in group]
    return [agency_field("parent_organ", above, sure), *out] if above else out


_NUMBER_LABEL = re.compile(r"^[\W_]*S[O06]\s?[\d:.;/]")
"""What the line of a number begins with, also where it could not be read on."""


def _is_name(line: Line, page: Sheet) -> bool:
    """Whether capitals on the left are words of a name: not a scrap of a few strokes, not the margin's."""
    return (
        not _NUMBER_LABEL.match(plain(line.text))
        and len(letters(line.text)) >= 3
        and line.box[0] < 0.5 * page.width
        and not any(similarity(line.text, known, _NATION) for known in (NATION, MOTTO))
    )


_COMMUNE = re.compile(r"(?:XA|PHUONG|DAC KHU|THI TRAN) \S")


def _with_its_body(organ: IndexField) -> IndexField:
    """In doubt: whose name a commune's is, where the line over it was not read. No paper is issued by a commune itself, and
    nearly all of communes are by their committees."""
    if not _COMMUNE.match(plain(organ.value)):
        return organ
    whole = f"{_COMMITTEE} {organ.value}" if is_upper(organ.value) else f"{_COMMITTEE.capitalize()} {organ.value}"
    return replace(organ, value=whole, doubt=True, proposals=(Proposal(organ.value, "read"), *organ.proposals)[:3], weak=())


_COMMITTEE = BODIES[0]


def agency_field(name: str, lines: list[Line], sure: float) -> IndexField:
    """An agency's name, its fixed words spelt as they are everywhere; in doubt where more than marks had to be put right, and
    where it does not say whose."""
    texts, guessed = [], False
    for line in lines:
        likely = max(BODIES, key=lambda body: similarity(line.text, body))
        near = similarity(line.text, likely)
        guessed = guessed or 0.7 <= near < 1
        texts.append(likely if near >= 0.7 else line.text)
    said = spelt(" ".join(texts))
    return field(name, lines, said, sure=sure, wrong=guessed or is_body_alone(said))


def date_fields(line: Line) -> list[IndexField]:
    """place and issued_date of ``Hòa Hưng, ngày …``; a date without its day is proposed in part, never given."""
    first, line = find_date(line.text), line.heard
    found = find_date(line.text)
    if found is None:
        return []
    out = []
    place = place_before(line.text, found.start)
    if place:
        wrong = not place[0].isupper() or len(place) > 60 or any(c.isdigit() for c in place)
        out.append(field("place", [line.cut(0, found.start)], place, wrong=wrong))
    said = line.cut(found.start, found.end)
    digits = [w for w in said.words if any(c.isdigit() for c in w.text)]
    odd = found.loose or not found.iso
    day = field("issued_date", [said], found.iso, wrong=odd, judged=None if odd else digits)
    if found.partial and not found.iso:
        day = replace(day, proposals=(Proposal(found.partial, "partial"),))
    elif first and first.iso and first.iso != found.iso:
        day = replace(day, proposals=(Proposal(first.iso, "read"),))
    return [*out, day]


def _begins_body(text: str) -> bool:
    return any(starts_like(text, word) for word in _BODY) or bool(_ADDRESSED.match(plain(text)))


def _body_top(page: Sheet) -> float:
    """Top of the first line that can't belong to a header."""
    for line in sorted(page.lines, key=lambda n: n.box[1]):
        wide = line.box[2] - line.box[0] > 0.62 * page.width
        if _begins_body(line.text):
            return line.box[1]
        if wide and not _of_header(line):
            return line.box[1]
    return 0.5 * page.height


def _of_header(line: Line) -> bool:
    """Whether a wide line is two columns read as one."""
    words = [w.text for w in line.words]
    named = any(similarity(" ".join(words[i:]), known, _NATION) for i in range(len(words)) for known in (NATION, MOTTO))
    return named or (find_date(line.text) is not None and (parse_number(line.text) is not None or line.text[:1].isupper()))


@dataclass(frozen=True, slots=True)
class Margins:
    """Left and right edges of the running text, pixels."""

    left: float
    right: float


def _margins(page: Sheet, top: float) -> Margins:
    """Of the lines below ``top``: where most long ones begin and end."""
    long = [n for n in page.lines if n.box[1] > top and n.box[2] - n.box[0] > 0.5 * page.width]
    if len(long) < 3:
        return Margins(0.14 * page.width, 0.92 * page.width)
    lefts, rights = sorted(n.box[0] for n in long), sorted(n.box[2] for n in long)
    return Margins(lefts[len(lefts) // 10], rights[(9 * len(rights)) // 10 - (len(rights) % 10 == 0)])


def subject_under(page: Sheet, title: Title) -> IndexField | None:
    """The lines under the title, each in the middle, down to the first of the body or a wide gap."""
    below = sorted((n for n in page.lines if n.box[1] > title.line.box[1] + 0.5 * title.line.height), key=lambda n: n.box[1])
    edges = _margins(page, title.line.box[3])
    taken: list[Line] = []
    previous = title.line
    for whole in below:
        line = without_scraps(whole)
        if taken and line.box[3] < previous.box[1] + 0.5 * previous.height:
            continue
        if _is_scrap(line, page):
            continue
        if _beside(line, title, page):
            continue
        gap = line.box[1] - previous.box[3]
        centred = abs(line.centre - title.line.centre) < 0.12 * page.width
        ended = is_upper(line.text) or _begins_body(line.text) or parse_number(line.text)
        if ended or not centred or gap > (2.2 if not taken else 1.3) * page.pitch or len(taken) == 6:
            break
        if _after_the_last(line, taken) or _runs_on(line, edges, page) or (taken and _ITEM.match(line.text)):
            break
        taken.append(line)
        previous = line
    return subject_field(taken) if taken else None


def subject_alone(page: Sheet, kind: DocumentType) -> IndexField | None:
    """Where the title over it was not read: the lines in the middle from the one that begins with ``Về việc``; in doubt."""
    top = sorted((n for n in page.lines if n.box[1] < _ALONE * page.height), key=lambda n: n.box[1])
    middle = (n for n in top if abs(n.centre - 0.5 * page.width) < 0.15 * page.width)
    first = next((n for n in middle if starts_like(n.text, "Về việc", 0.8)), None)
    if first is None:
        return None
    x0, y0, x1, _ = first.box
    lost = replace(first, box=(x0, y0 - page.pitch, x1, y0 - page.pitch + first.height))
    found = subject_under(page, Title(kind, lost, None, 0.0))
    return replace(found, doubt=True) if found else None


_ALONE = 0.4
"""Share of the page in which a subject begins."""


def _is_scrap(line: Line, page: Sheet) -> bool:
    """Whether a line is a scrap of a rule or a stain, or a speck that was read as a dash."""
    return len(letters(line.text)) < 2 and line.height < 0.6 * page.pitch


def _after_the_last(line: Line, taken: Sequence[Line]) -> bool:
    """Whether a line follows one that was not filled any more: lines in the middle are filled, but for the last."""
    *full, last, width = (n.box[2] - n.box[0] for n in (*taken, line)) if len(taken) > 1 else (0.0, 0.0)
    return bool(full) and last < _FILLED * max(full) and width > last / _FILLED


_FILLED = 0.6
"""Of the longest line's width, what a line at least has that another follows."""


def _beside(line: Line, title: Title, page: Sheet) -> bool:
    """Whether a short line stands far left of the title's middle: of the stamp of arrival, which reads ĐẾN, Số and Ngày."""
    return line.box[2] < title.line.centre - 0.2 * page.width and line.box[2] - line.box[0] < 0.16 * page.width


_ITEM = re.compile(r"^\W{0,2}(?:[0-9]{1,2}|[IVX]{1,4})[.,)]\s*\S")
"""A numbered paragraph."""


def _runs_on(line: Line, edges: Margins, page: Sheet) -> bool:
    """Whether a line is of the running text: it begins at the margin or at a paragraph's indent, and lies askew in the column."""
    left, right = line.box[0] - edges.left, edges.right - line.box[2]
    return abs(left - right) > 0.03 * page.width and (right < 0.03 * page.width or left < 0.06 * page.width)


def letter_subject(page: Sheet) -> IndexField | None:
    """``V/v …`` under the number of an official letter, without the abbreviation itself."""
    lines, marked = _letter_subject_lines(page)
    return subject_field(lines, wrong=not marked) if lines else None


def has_letter_subject(page: Sheet) -> bool:
    """Whether there is one, without what it says: that takes looking at each of its words."""
    return bool(_letter_subject_lines(page)[0])


def _letter_subject_lines(page: Sheet) -> tuple[list[Line], bool]:
    """The lines of a letter's subject, and whether its ``V/v`` was read as such."""
    blocks = header_blocks(page, _body_top(page))
    for at, line in enumerate(blocks.left):
        start = subject_start(line.text) or _subject_under_number(blocks.left[:at], line, page)
        if start:
            taken = [line.cut(start)]
            for after in blocks.left[at + 1 :]:
                if _is_scrap(after, page):
                    continue
                if after.box[1] - taken[-1].box[3] > 1.2 * page.pitch or is_upper(after.text):
                    break
                taken.append(after)
            return taken, _SUBJECT_MARK.match(line.text) is not None
    return [], False


def _subject_under_number(above: Sequence[Line], line: Line, page: Sheet) -> int:
    """Where the subject begins of the first line under a number, behind a ``V/v`` that could not be read as such; 0 if it is
    none."""
    mark, _, rest = line.text.partition(" ")
    number = next((n for n in above if _NUMBER_LABEL.match(plain(n.text)) or parse_number(n.text)), None)
    near = number is not None and above[-1] is number and line.box[1] - number.box[3] < 1.2 * page.pitch
    small = len(rest.split()) > 1 and not is_upper(rest) and not _begins_body(line.text)
    return len(mark) + 1 if near and small and len(mark) <= _MARK and plain(mark).lstrip("'\"“.,")[:1] == "V" else 0


_MARK = 4
"""Letters of a ``V/v`` as it may be read."""
_SUBJECT_MARK = re.compile(r"^\W*V\s*/\s*[vV]\b")
_SUBJECT_START = re.compile(r"^\W*(?:V\s*[/|lI1!.,]{1,2}\s*[VYWX]{1,2}|V\s*[/|]|VW|W|VN|VIV|[VY]/[VWY])\s*[:.]?\s+(?=\w)")


def subject_start(text: str) -> int:
    """Where the subject begins after ``V/v`` as written or read; 0 if the line does not begin so."""
    found = _SUBJECT_START.match(plain(text))
    return found.end() if found else 0


def derived_type(kind: DocumentType, *, doubt: bool) -> IndexField:
    """The name of a type that papers don't print (official letters). ``doubt``: a printed one may have been lost."""
    return IndexField("type_name", kind.name, 0.5 if doubt else 0.9, None, None, FieldOrigin.DERIVED, doubt=doubt)
