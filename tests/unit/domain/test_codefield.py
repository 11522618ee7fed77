"""A dossier's code from the paper's QR or bar code, beside what was read."""

from workstation.domain.codefield import FIELD, remarks_on_code, with_code
from workstation.domain.codes import CodeKind, PageCode
from workstation.domain.fields import IndexField, Proposal
from workstation.domain.ids import Sha256
from workstation.domain.remarks import Remark

SAID = "H29.17-260701-0001"
FORM = ("type_name", FIELD, "person_name")


def code(text: str = SAID, kind: CodeKind = CodeKind.OTHER) -> PageCode:
    return PageCode(kind, "qr", text, Sha256("0" * 64), (10.0, 20.0, 90.0, 100.0))


def read(value: str, *, doubt: bool = True) -> IndexField:
    return IndexField(FIELD, value, 0.4, page=0, box=(0.0, 0.0, 9.0, 9.0), doubt=doubt)


def test_what_was_not_read_is_filled_with_the_codes_place():
    (made,) = with_code((), FORM, [(), (code(),)])
    assert (made.name, made.value, made.page, made.box, made.doubt) == (FIELD, SAID, 1, (10.0, 20.0, 90.0, 100.0), False)
    assert with_code((read(""),), FORM, [(code(),)])[0].value == SAID


def test_a_form_without_the_field_takes_nothing():
    assert with_code((), ("type_name",), [(code(),)]) == ()


def test_what_was_read_alike_is_in_doubt_no_more():
    (made,) = with_code((read("h29.17-260701- 0001"),), FORM, [(code(),)])
    assert made.value == "h29.17-260701- 0001" and not made.doubt and made.confidence == 1.0
    assert remarks_on_code((made,), [(code(),)]) == ()


def test_a_value_that_differs_stays_and_is_put_in_doubt_with_what_the_code_says():
    wrong = read("H29.17-260701-0007", doubt=False)
    assert with_code((wrong,), FORM, [(code(),)]) == (wrong,)
    assert remarks_on_code((wrong,), [(code(),)]) == (Remark(FIELD, "code_differs", (Proposal(SAID, "code"),)),)


def test_two_codes_that_differ_and_our_own_slips_say_nothing():
    assert with_code((), FORM, [(code(), code("H29.17-260701-0002"))]) == ()
    assert with_code((), FORM, [(code("HS-0001", CodeKind.SLIP), code("", CodeKind.OTHER))]) == ()
    assert with_code((), FORM, [(code(),), (code(),)])[0].page == 0
