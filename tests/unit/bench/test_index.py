"""What ``bench index`` counts: values, doubts, untouched documents, and truth of corpora under the program's names."""

from pathlib import Path
from typing import Any

import pytest

from tests.bench.corpus import TruePage
from tests.bench.index_fields import Answered, TrueDocument, answered, doubt_rows, form_truth, worst
from tests.bench.rows import Row

TRUTH = {"number": "127", "subject": "Về việc trợ cấp"}


def document(level: str = "clean") -> TrueDocument:
    return TrueDocument(Path("x"), level, TRUTH, (), "decision 1")


def given(**fields: tuple[str, bool]) -> Answered:
    told = {name: {"value": value, "doubt": doubt, "confidence": 0.9} for name, (value, doubt) in fields.items()}
    return answered(document(), [{"fields": told}])


@pytest.mark.parametrize(
    ("fields", "untouched"),
    [
        ({"number": ("127", False), "subject": ("Về việc trợ cấp.", False)}, True),
        ({"number": ("127", True), "subject": ("Về việc trợ cấp", False)}, False),  # the clerk is sent there
        ({"number": ("721", False), "subject": ("Về việc trợ cấp", False)}, False),  # he has to find it himself
        ({"number": ("127", False)}, False),  # nothing was read
        ({"number": ("127", False), "subject": ("Về việc trợ cấp", False), "place": ("Hòa", True)}, False),  # another is in doubt
    ],
)
def test_a_document_needs_no_touch_if_all_is_right_and_nothing_in_doubt(
    fields: dict[str, tuple[str, bool]], untouched: bool
) -> None:
    assert given(**fields).untouched is untouched


def test_wrong_values_count_where_nobody_is_sent_to_look() -> None:
    rows = doubt_rows([given(number=("721", False), subject=("", False)), given(number=("721", True), subject=("?", True))])
    wrong = next(row for row in rows if row.name == "wrong among the undoubted")
    assert (wrong.value, wrong.note, wrong.ok) == (100.0, "1 of 1: number clean", False)
    assert Row("documents that need no touch clean", 0.0, "%", note="of 2") in rows


def test_the_first_part_that_has_the_field_speaks() -> None:
    parts: list[dict[str, Any]] = [
        {"fields": {"number": {"value": "127", "doubt": False, "confidence": 1}}},
        {"fields": {"number": {"value": "9"}}},
    ]
    assert answered(document(), parts).answers[0].read == "127"


def test_the_worst_are_named_with_what_is_wrong() -> None:
    one, two = given(number=("127", False)), given(number=("9", False), subject=("Về việc trợ cấp", True))
    told = worst([two, one, given()], 1)
    assert told[0] == "decision 1: 2 wrong of 2" and len(told) == 3
    assert worst([two], 1)[1] == "    number: '9' for '127' UNDOUBTED"


def test_truth_of_forms_as_the_program_means_it() -> None:
    told = {
        "ho_ten": "A",
        "cccd": "1",
        "noi_dang_ky": "Ủy ban nhân dân xã B, tỉnh C",
        "ngay_dang_ky": "02/03/2024",
        "que_quan": "D",
    }
    page = TruePage(Path("x"), "clean", "khai_sinh", (), told | {"signer_name": "E"})
    wanted = {"person_name": "A", "identity_number": "1", "organ_name": "Ủy ban nhân dân xã B", "issued_date": "2024-03-02"}
    assert form_truth(page) == wanted | {"signer_name": "E"}
    assert form_truth(TruePage(Path("x"), "clean", "dat_dai", (), {"signer_name": "E", "cccd": "1"})) == {"identity_number": "1"}
