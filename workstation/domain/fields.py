"""Index fields of a document."""

import unicodedata
from dataclasses import dataclass
from enum import Enum

from workstation.domain.page import Box


class FieldOrigin(Enum):
    READ = "read"
    TYPED = "typed"
    DERIVED = "derived"
    HANDWRITTEN = "handwritten"
    """Stands on the paper in handwriting, which the machine can't read: a person keys it."""
    GIVEN = "given"
    """Given by the registrar after the official has signed: it stands in a mark, not on the paper."""


FIELD_NAMES = (
    "type_name",  # tên loại
    "number",  # số
    "notation",  # ký hiệu
    "issued_date",  # ngày ban hành, ISO 8601
    "organ_name",  # cơ quan ban hành
    "place",  # địa danh
    "subject",  # trích yếu
    "signer_name",  # người ký
    "signer_title",  # chức vụ
    "recipients",  # nơi nhận
    "person_name",  # họ tên đối tượng
    "identity_number",  # số định danh
)
"""In the order in which they stand on paper and on the form."""


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
    suggestion: str = ""


def nfc(text: str) -> str:
    """NFC with white space collapsed: the only form in which text is stored or compared."""
    return " ".join(unicodedata.normalize("NFC", text).split())
