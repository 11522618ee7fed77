"""Every way in which a place is known has its words."""

import pytest

from ui.placewords import HOW, WHY
from workstation.domain.fields import nfc
from workstation.domain.place import How, Why


@pytest.mark.parametrize(("table", "all_of"), [(HOW, How), (WHY, Why)])
def test_every_one_has_words_in_both_languages(table: dict[object, tuple[str, str]], all_of: type[How] | type[Why]) -> None:
    assert set(table) == set(all_of)
    for vietnamese, english in table.values():
        assert vietnamese == nfc(vietnamese) and not vietnamese.isascii() and english.isascii()
