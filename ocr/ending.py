"""The foot of a document: recipients on the left, the signer on the right."""

from itertools import pairwise

from ocr.grammar import is_person_name, is_upper, letters, plain, starts_like
from ocr.language.names import SURE, capitalised, is_family
from ocr.offices import Capacity, capacity, office_under
from ocr.sheet import Line, Sheet, field, name_field, part, without_scraps
from workstation.domain.fields import IndexField
from workstation.domain.page import Word
from workstation.domain.syllables import core

_LABEL = "Nơi nhận"
_CERTIFIES = ("CHỨNG THỰC BẢN SAO", "CHỨNG THỰC SAO", "SAO Y", "TRÍCH SAO", "SAO LỤC")
"""What begins the block of whoever certifies a copy: below it somebody else signs (Decree 30/2020, annex I, part II)."""
_SHORTEST = 2
"""Words of a name at least."""
_LEGIBLE = 0.5
"""Confidence of a line that may be a name."""
_WIDE_GAP = 2.0
"""Between two columns, in heights of the line that was read across them."""
_DASHES = "-–—+~"
"""What begins an item of a list, as written or as read."""
_NAME_ALONE = 0.7
"""How sure a name is whose office could not be read: never without a look."""


def label_line(page: Sheet) -> Line | None:
    """``Nơi nhận:``, without what was read on beside it across a fold."""
    begun = (n for n in page.lines if starts_like(n.text, _LABEL))
    return next((n for n in map(_to_first_gap, begun) if len(n.text) < 14), None)


def _to_first_gap(line: Line) -> Line:
    ends = (i + 1 for i, (a, b) in enumerate(pairwise(line.words)) if b.box[0] - a.box[2] > _WIDE_GAP * line.height)
    end = next(ends, None)
    return part(line.page, line.words[:end]) if end else line


def read_ending(pages: list[Sheet]) -> list[IndexField]:
    """recipients, signer_title, signer_name from the last page that has them."""
    for page in reversed(pages):
        label = label_line(page)
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
    return [
        field("recipients", [n for item in items for n in item], "; ".join(texts), sure=1.0 if ended else 0.85, enumerated=True)
    ]


def signer(page: Sheet, top: float, right_of: float, *, name_alone: bool = False) -> list[IndexField]:
    """Capitals (authority, office) and, under them, a person's name, right of ``right_of`` and below ``top`` (pixels).

    ``name_alone``: where a seal hides the office, the first person's name there is given, with doubt.
    """
    block = sorted((without_scraps(n) for n in _right_parts(page, right_of) if n.box[1] >= top), key=lambda n: n.box[1])
    end = next((i for i, n in enumerate(block) if any(starts_like(n.text, w, 0.9) for w in _CERTIFIES)), len(block))
    block = block[:end]
    first = next((i for i, n in enumerate(block) if capacity(n.text) is not None), 0)  # capitals above are a title's
    heads: list[Line] = []
    for line in block[first:]:
        if _looks_like_office(line, heads, page):
            heads.append(line)
        elif heads and len(letters(line.text)) > 2:
            break
    if not heads:
        alone = [n for n in block if name_alone and _is_name(n)]
        return [name_field("signer_name", alone[0], _bare_name(alone[0].text), sure=_NAME_ALONE)] if alone else []
    return [*_capacities(heads, page), *_name(block, heads, page)]


def _right_parts(page: Sheet, right_of: float) -> list[Line]:
    """Lines of the right half, and the right parts of lines that were read across the page."""
    found = []
    for line in page.lines:
        if line.box[0] <= right_of < line.box[2]:
            gaps = [(b.box[0] - a.box[2], i + 1) for i, (a, b) in enumerate(pairwise(line.words))]
            wide, at = max(gaps, default=(0.0, 0))
            if wide > _WIDE_GAP * line.height:
                line = part(line.page, line.words[at:])
        if line.box[0] > right_of and line.centre > 0.45 * page.width:
            found.append(line)
    return found


def _capacities(heads: list[Line], page: Sheet) -> list[IndexField]:
    """signer_authority and signer_title. Where the title is only known from the line with TL. or TUQ. that somebody else's
    authority is used (Decree 30/2020 art. 13.3, 13.4), it is from that line on, with slashes between; a deputy's says KT. by
    itself."""
    read = [capacity(line.text) for line in heads]
    powers = [i for i, c in enumerate(read) if c is not None and c.by]
    out = []
    if powers:
        lines = [heads[i] for i in powers]
        texts = [c.text for i in powers if (c := read[i]) is not None]
        sure = all(c.sure for i in powers if (c := read[i]) is not None)
        out.append(field("signer_authority", lines, " / ".join(texts), wrong=not sure, known=sure))
    last = powers[-1] if powers else -1
    power = read[last] if powers else None
    own = heads[last + 1 :]
    said = read[-1] if own else None
    hidden = not own or _begins_hidden(own[-1], heads, page)
    office = office_under(power, said, hidden=hidden)
    if power is None and said is not None and len(own) > 1 and letters(own[-2].text).endswith(letters(said.of)[1:]):
        office = Capacity(
            "", f"PHÓ {said.of}", sure=False
        )  # the same office twice: KT. over it, and PHÓ before it, were not read
    if own and said is None and (power is None or power.by not in ("KT", "TM") or len(letters(own[-1].text)) > 9):
        office = Capacity("", own[-1].text, sure=not hidden, listed=False)
    elif own and said is None and office is None:
        office = office_under(power, None, hidden=True) or Capacity("", own[-1].text, sure=False, listed=False)
    if office is None:
        return out
    by_order = power if power is not None and power.by in ("TL", "TUQ") else None
    text = f"{by_order.text} / {office.text}" if by_order else office.text
    lines = [heads[last], *own[-1:]] if by_order else own[-1:] or [heads[last]]
    known = office.listed and office.sure and (by_order is None or by_order.sure) and not hidden
    return [*out, field("signer_title", lines, text, wrong=not office.sure or hidden, known=known)]


def _begins_hidden(line: Line, lines: list[Line], page: Sheet) -> bool:
    """Whether a line under others stands off their middle to the right, as one does whose beginning lies under a seal."""
    others = [n for n in lines if n is not line]
    if not others:
        return False
    middle = max(others, key=lambda n: n.box[2] - n.box[0]).centre
    return line.centre - middle > _OFF * page.width


_OFF = 0.014
"""Share of the page's width by which lines of one centred block may stand apart."""


def _name(block: list[Line], heads: list[Line], page: Sheet) -> list[IndexField]:
    """The first line under the heads that reads as a person's name: under the seal there may be scraps of its rim and the
    signature. Where none does, what stands lowest there is given with doubt, so that somebody looks."""
    limit = heads[-1].box[3] + 0.16 * page.height
    under = [n for n in block if heads[-1].box[3] < n.box[1] + 0.3 * n.height and n.box[1] < limit and n.height < 2 * page.pitch]
    names = [(n, bare) for n in under if _is_name(bare := _without_small_letters(n))]
    if names:
        line, bare = names[0]
        name = _without_a_letter(bare)
        hidden = name is not line or _begins_hidden(name, [*heads, name], page) or len(name.words) < 3
        return [name_field("signer_name", name, _bare_name(name.text), wrong=hidden)]
    scraps = [n for n in under if len(letters(n.text)) > 4 and n.text[:1] not in _DASHES]
    return [name_field("signer_name", scraps[-1], _bare_name(scraps[-1].text), sure=_NAME_ALONE, wrong=True)] if scraps else []


def _without_a_letter(line: Line) -> Line:
    """Without one letter before a whole name (but a Y, which is an Ê Đê's name), or an illegible one behind it: the seal's."""
    words = list(line.words)
    while len(words) > _SHORTEST and _is_letter(words[-1]) and words[-1].confidence < _LEGIBLE and _is_called(words[0]):
        words.pop()
    first, *rest = words
    whole = len(rest) > 1 and _is_called(rest[0])
    kept = rest if whole and _is_letter(first) and plain(core(first.text)) != "Y" else words
    return part(line.page, kept) if len(kept) < len(line.words) else line


def _without_small_letters(line: Line) -> Line:
    """Without lone small letters between its words: the seal's."""
    last = len(line.words) - 1
    kept = [w for k, w in enumerate(line.words) if not (0 < k < last and _is_letter(w) and core(w.text).islower())]
    return part(line.page, kept) if len(kept) < len(line.words) else line


def _is_letter(word: Word) -> bool:
    return len(core(word.text)) == 1


def _is_called(word: Word) -> bool:
    """Whether families are called so, as it likelier was."""
    return is_family(word.likelier or word.text)


def _is_name(line: Line) -> bool:
    return is_person_name(_bare_name(_likelier(line))) and not is_upper(line.text) and line.confidence >= _LEGIBLE


def _likelier(line: Line) -> str:
    """What a line says, each word as it likelier was; where most begin with a capital a doubtful one does."""
    said = [w.likelier or w.text for w in line.words]
    named = 2 * sum(text[:1].isupper() for text in said) > len(said)
    return " ".join(
        capitalised(text) if named and w.confidence < SURE else text for w, text in zip(line.words, said, strict=True)
    )


def _bare_name(text: str) -> str:
    """A name without the strokes beside its words."""
    return " ".join(w for w in (word.strip(".,:;'\"“”„‘’`~_/\\#@|-–()[]{}*^+=<>!?%&$§°•·") for word in text.split()) if w)


def _looks_like_office(line: Line, heads: list[Line], page: Sheet) -> bool:
    near = not heads or line.box[1] - heads[-1].box[3] < 1.2 * page.pitch
    if not near:
        return False
    if capacity(line.text) is not None:
        return True
    return is_upper(line.text) and len(line.text) >= 4 and line.confidence >= 0.4
