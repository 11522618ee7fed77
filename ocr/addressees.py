"""To whom a document goes: what stands behind and under ``Kính gửi:`` (Decree 30/2020, annex I, II.9a)."""

from ocr.grammar import is_upper, letters, starts_like
from ocr.sheet import Line, Sheet, field
from workstation.domain.fields import IndexField

_LABEL = "Kính gửi"
_DASHES = "-–—+~"
_REGION = 0.65
"""Share of the page above which the label stands."""


def addressees(page: Sheet) -> IndexField | None:
    """The one behind the label, or the items of the list under it, joined by semicolons; None on a page without the label."""
    label = next((n for n in page.lines if n.box[3] < _REGION * page.height and starts_like(n.text, _LABEL, 0.85)), None)
    if label is None:
        return None
    items: list[list[Line]] = []
    if behind := label.text.partition(":")[2].strip() or " ".join(label.text.split()[2:]).strip(" :"):
        items.append([label.cut(label.text.rindex(behind))])
    edge, previous = label.words[min(1, len(label.words) - 1)].box[0], label
    for line in sorted((n for n in page.lines if n is not label), key=lambda n: (n.box[1] + n.box[3]) / 2):
        if (line.box[1] + line.box[3]) / 2 < label.box[1]:
            continue
        if not _goes_on(line, previous, edge, items, page):
            break
        begins = line.text[:1] in _DASHES or not items
        if begins:
            items.append([line])
        else:
            items[-1].append(line)
        previous = line
    texts = [" ".join(n.text for n in item).lstrip(_DASHES + " ").rstrip(" ;.,:") for item in items]
    kept = [n for item in items for n in item]
    return field("addressees", kept, "; ".join(t for t in texts if t), enumerated=True) if any(map(letters, texts)) else None


def _goes_on(line: Line, previous: Line, edge: float, items: list[list[Line]], page: Sheet) -> bool:
    """Whether a line under the label belongs to the list: it begins right of the label and near the line before, and that one
    was not the list's end."""
    if line.box[0] < edge or line.box[1] - previous.box[3] > 1.3 * page.pitch or is_upper(line.text):
        return False
    if line.text[:1] in _DASHES or not items:
        return True
    return items[-1][-1].text.rstrip()[-1:] not in (".", ";", ":")
