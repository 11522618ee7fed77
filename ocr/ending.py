"""The foot of a document: recipients on the left, the signer on the right."""

import re

from ocr.grammar import is_person_name, is_upper, starts_like
from ocr.sheet import Line, Sheet, field, name_field
from workstation.domain.fields import IndexField

_LABEL = "Nơi nhận"
_CERTIFIES = ("CHỨNG THỰC BẢN SAO", "CHỨNG THỰC SAO", "SAO Y", "TRÍCH SAO", "SAO LỤC")
"""What begins the block of whoever certifies a copy: below it somebody else signs (Decree 30/2020, annex I, part II)."""
_DASHES = "-–—+~"
"""What begins an item of a list, as written or as read."""
_BY_ORDER = re.compile(r"T[.,:]?(L|U[.,:]?Q)[.,:]?\s", re.IGNORECASE)
"""TL. and TUQ. before an office, with the full stops as written or read."""
_NAME_ALONE = 0.7
"""How sure a name is whose office could not be read: never without a look."""


def _label_line(page: Sheet) -> Line | None:
    return next((n for n in page.lines if starts_like(n.text, _LABEL) and len(n.text) < 14), None)


def read_ending(pages: list[Sheet]) -> list[IndexField]:
    """recipients, signer_title, signer_name from the last page that has them."""
    for page in reversed(pages):
        label = _label_line(page)
        if label is not None:
            top = label.box[1] - 1.5 * page.pitch
            return _recipients(page, label) + signer(page, top, label.box[2], name_alone=True)
    for page in reversed(pages):
        found = signer(page, 0.3 * page.height, 0.4 * page.width)
        if found:
            return found
    return []


def _recipients(page: Sheet, label: Line) -> list[IndexField]:
    """Items of the list under ``Nơi nhận:``, joined by semicolons."""
    below = sorted((n for n in page.lines if n.box[1] > label.box[1] + 0.5 * label.height), key=lambda n: n.box[1])
    column = [n for n in below if n.box[0] < label.box[2] and n.centre < 0.6 * page.width]
    items: list[list[Line]] = []
    previous = label
    for line in column:
        if line.box[1] - previous.box[3] > 1.5 * page.pitch:
            break
        if line.text[:1] in _DASHES or not items:
            items.append([line])
        else:
            items[-1].append(line)
        previous = line
    if not items:
        return []
    texts = [" ".join(n.text for n in item).lstrip(_DASHES + " ").rstrip(" ;.") for item in items]
    ended = starts_like(texts[-1], "Lưu") > 0
    return [field("recipients", [n for item in items for n in item], "; ".join(texts), sure=1.0 if ended else 0.85)]


def signer(page: Sheet, top: float, right_of: float, *, name_alone: bool = False) -> list[IndexField]:
    """Capitals (authority, office) and, under them, a person's name, right of ``right_of`` and below ``top`` (pixels).

    ``name_alone``: where a seal hides the office, the first person's name there is given, with doubt.
    """
    block = sorted(
        (n for n in page.lines if n.box[1] >= top and n.box[0] > right_of and n.centre > 0.45 * page.width),
        key=lambda n: n.box[1],
    )
    end = next((i for i, n in enumerate(block) if any(starts_like(n.text, w, 0.9) for w in _CERTIFIES)), len(block))
    block = block[:end]
    heads: list[Line] = []
    for line in block:
        if is_upper(line.text) and _looks_like_office(line, heads, page):
            heads.append(line)
        elif heads:
            break
    if not heads:
        alone = [n for n in block if name_alone and is_person_name(n.text) and not is_upper(n.text) and n.confidence >= 0.5]
        return [name_field("signer_name", alone[0], sure=_NAME_ALONE)] if alone else []
    out = [_title(heads)]
    # under the seal there may be scraps of its rim and the signature; the name is the first line that reads as one
    limit = heads[-1].box[3] + 0.16 * page.height
    names = [n for n in block if heads[-1].box[3] < n.box[1] < limit and is_person_name(n.text) and not is_upper(n.text)]
    sound = [n for n in names if n.confidence >= 0.5 and n.height < 2 * page.pitch]
    if sound:
        out.append(name_field("signer_name", sound[0]))
    return out


def _title(heads: list[Line]) -> IndexField:
    """The office, which is the last line; where it is only known from the line with TL. or TUQ. that somebody else's authority is
    used (Decree 30/2020 art. 13.3, 13.4), from that line on, with slashes between. A deputy's title says KT. by itself."""
    first = next((i for i, line in enumerate(heads) if _BY_ORDER.match(line.text)), len(heads) - 1)
    kept = heads[first:]
    return field("signer_title", kept, " / ".join(line.text for line in kept))


def _looks_like_office(line: Line, heads: list[Line], page: Sheet) -> bool:
    near = not heads or line.box[1] - heads[-1].box[3] < 1.2 * page.pitch
    return near and len(line.text) >= 5 and line.confidence >= 0.4
