"""Forms of signing on behalf in a signer's title, and what an entry of the ledger lets somebody sign."""

import unicodedata
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.domain.authority import ALL_TYPES, Authority, Matter, Signatory, forms_of
from workstation.domain.ids import AuthorityId, UserName
from workstation.rules.reader import load_rules

DAY = date(2026, 11, 21)
FORMS = load_rules().behalf_forms(DAY)
DAYS = st.dates(DAY - timedelta(days=40), DAY + timedelta(days=40))


def entry(**change: object) -> Authority:
    given = {
        "id": AuthorityId("1"), "number": "1/QĐ", "form": "KT", "on_behalf_of": "Chủ tịch", "user": UserName("a"),
        "certificate": "", "scope": ("QD",), "valid_from": DAY, "valid_until": DAY,
        "created_at": datetime(2026, 11, 1, tzinfo=UTC), "created_by": UserName("b"),
    }  # fmt: skip
    return Authority(**{**given, **change})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("title", "forms"),
    [
        ("CHỦ TỊCH", ()),
        ("TM. ỦY BAN NHÂN DÂN / CHỦ TỊCH", ()),
        ("Q. CHỦ TỊCH", ()),
        ("", ()),
        ("KT. CHỦ TỊCH / PHÓ CHỦ TỊCH", ("KT",)),
        ("kt. chủ tịch phó chủ tịch", ("KT",)),
        ("KT CHỦ TỊCH", ("KT",)),
        ("K.T. CHỦ TỊCH", ("KT",)),
        ("KT.CHỦ TỊCH", ("KT",)),
        ("K\u200bT. CHỦ TỊCH", ("KT",)),
        ("\uff2b\uff34. CHỦ TỊCH", ("KT",)),
        ("PHÓ CHỦ TỊCH", ("KT",)),
        (unicodedata.normalize("NFD", "Phó Chủ tịch"), ("KT",)),
        ("TM. ỦY BAN NHÂN DÂN / PHÓ CHỦ TỊCH", ("KT",)),
        ("TL. CHỦ TỊCH / CHÁNH VĂN PHÒNG", ("TL",)),
        ("TUQ. CHỦ TỊCH / CÔNG CHỨC TƯ PHÁP", ("TUQ",)),
        ("TL. CHỦ TỊCH / KT. TRƯỞNG PHÒNG / PHÓ TRƯỞNG PHÒNG", ("KT", "TL")),
        ("ĐẠI TÁ ATLAT", ()),
    ],
)
def test_the_title_says_the_form(title: str, forms: tuple[str, ...]) -> None:
    assert forms_of(title, FORMS) == forms


@given(DAYS, DAYS, st.none() | DAYS, DAYS)
def test_an_entry_counts_from_its_first_to_its_last_day_and_not_once_it_has_ended(
    first: date, last: date, ended: date | None, on: date
) -> None:
    made = entry(valid_from=first, valid_until=last, ended=ended)
    days = {first + timedelta(days=n) for n in range((last - first).days + 1)}
    assert made.in_force(on) == (on in {d for d in days if ended is None or d < ended})


@given(
    st.sampled_from(["a", "c"]), st.sampled_from(["", "x", "y"]), st.sampled_from(["KT", "TL"]), st.sampled_from(["QD", "TB", ""])
)
def test_every_part_of_an_entry_has_to_fit(user: str, certificate: str, form: str, kind: str) -> None:
    who = Signatory(UserName(user), certificate, DAY, (entry(certificate="x"),), FORMS)
    fits = (user, certificate, form, kind) == ("a", "x", "KT", "QD")
    assert (who.authority(form, Matter(kind)) is not None) == fits


def test_a_list_of_types_covers_no_document_whose_type_is_unknown() -> None:
    assert not entry(scope=("QD",)).covers(Matter(""))
    assert entry(scope=(ALL_TYPES,)).covers(Matter(""))


def test_a_certificate_that_is_not_read_yet_is_not_judged() -> None:
    made = entry(user=None, certificate="x")
    assert Signatory(UserName("a"), None, DAY, (made,), FORMS).authority("KT", Matter("QD")) == made
    assert Signatory(UserName("a"), "", DAY, (made,), FORMS).authority("KT", Matter("QD")) is None


@pytest.mark.parametrize(
    ("procedure", "covered"),
    [
        ("1.005129", True),
        ("1.005129.000.00.00.H29", True),
        ("1.004746", False),
        ("1.00512", False),
        ("", False),
        ("1.0051290", False),
    ],
)
def test_an_entry_for_procedures_covers_their_dossiers_and_no_others(procedure: str, covered: bool) -> None:
    made = entry(scope=(ALL_TYPES,), procedures=("2.000815.000.00.00.H55", "1.005129"))
    assert made.covers(Matter("QD", procedure)) == covered
    assert not entry(scope=("TB",), procedures=("1.005129",)).covers(Matter("QD", "1.005129")), "both count"
    assert entry(scope=("QD",)).covers(Matter("QD", procedure)), "no list of procedures: any dossier"
