"""The rules of identity numbers."""

import json
from importlib import resources

import pytest

from workstation.rules.identity import identity_rules
from workstation.rules.reader import load_rules

ROW = json.loads((resources.files("workstation.rules") / "data" / "identity.json").read_text("utf-8"))


def test_the_numbers_are_those_of_63_provinces():
    rules = load_rules().identity
    assert rules == identity_rules(ROW)
    assert len(rules.provinces) == 63 and {"001", "079", "096"} <= rules.provinces and not {"000", "003", "097"} & rules.provinces


@pytest.mark.parametrize("change", [
    {"provinces": []}, {"provinces": ["1"]}, {"provinces": ["001", "001"]}, {"first_country": "096"}, {"first_country": "10"},
    {"first_century": 1950}, {"old_until": "31/12/2024"}, {"surplus": 1},
])  # fmt: skip
def test_what_can_not_be_is_refused(change):
    with pytest.raises(ValueError):
        identity_rules(ROW | change)
