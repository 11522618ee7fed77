"""Index fields of a document."""

import unicodedata
from dataclasses import dataclass
from enum import Enum

from workstation.domain.page import Box
from workstation.domain.place import Placed


class FieldOrigin(Enum):
    READ = "read"
    TYPED = "typed"
    DERIVED = "derived"
    HANDWRITTEN = "handwritten"
    """Stands on the paper in handwriting, which the machine can't read: a person keys it."""
    UNREADABLE = "unreadable"
    """A person has looked, and the paper can't be read there: the value is empty, and says so wherever it is told."""
    GIVEN = "given"
    """Given by the registrar after the official has signed: it stands in a mark, not on the paper."""


FIELD_NAMES = (
    "type_name",  # tên loại
    "number",  # số
    "notation",  # ký hiệu
    "issued_date",  # ngày ban hành, ISO 8601
    "parent_organ",  # cơ quan cấp trên
    "organ_name",  # cơ quan ban hành
    "place",  # địa danh
    "secrecy",  # độ mật
    "urgency",  # độ khẩn
    "subject",  # trích yếu
    "addressees",  # kính gửi
    "signer_authority",  # quyền hạn của người ký: TM., KT., TL., TUQ., Q.
    "signer_name",  # người ký
    "signer_title",  # chức vụ
    "recipients",  # nơi nhận
    "person_name",  # họ tên đối tượng
    "identity_number",  # số định danh
)
"""In the order in which they stand on paper and on the form."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A value that a person may take in the place of the field's: never taken by the machine."""

    value: str
    why: str
    """Code of where it comes from; its words are in ``ui.whywords``."""


@dataclass(frozen=True, slots=True)
class WeakWord:
    """A word of a field's value of which the reading is not sure."""

    start: int
    end: int
    """Characters of the value, ``end`` not among them."""
    box: Box
    """Where it stands on the field's page."""


@dataclass(frozen=True, slots=True)
class IndexField:
    """One value. ``page`` is the index of the page within its document; ``box`` is where it stands there."""

    name: str
    value: str
    confidence: float
    page: int | None = None
    box: Box | None = None
    origin: FieldOrigin = FieldOrigin.READ
    doubt: bool = False
    """The clerk has to look: low confidence, or a rule speaks against it."""
    proposals: tuple[Proposal, ...] = ()
    """The likeliest first, at most three: Alt+1 to Alt+3 take them."""
    against: tuple[str, ...] = ()
    """Codes of the checks that speak against the value (words in ``ui.whywords``); each makes a doubt."""
    placed: Placed | None = None
    """Which administrative unit it means, of a field that names a place; the value stays as the paper has it."""
    weak: tuple[WeakWord, ...] = ()
    """Which words make the doubt, in order, as far as that is known; of the value as it was read, none of another."""


def still_weak(field: IndexField, text: str) -> tuple[WeakWord, ...]:
    """The field's weak words as they stand in ``text``, which somebody has made of its value: without those that were changed."""
    value = field.value
    least = min(len(value), len(text))
    head = next((n for n in range(least) if value[n] != text[n]), least)
    tail = next((n for n in range(least - head) if value[-1 - n] != text[-1 - n]), least - head)
    moved = len(text) - len(value)
    kept = [w for w in field.weak if w.end <= head]
    return (
        *kept,
        *(WeakWord(w.start + moved, w.end + moved, w.box) for w in field.weak if w.start >= max(len(value) - tail, head)),
    )


def nfc(text: str) -> str:
    """NFC with white space collapsed: the only form in which text is stored or compared."""
    return " ".join(unicodedata.normalize("NFC", text).split())
