"""Backs come out last sheet first; whatever lies in the dossier beside the stack, nothing is lost and no other page moves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.domain.handduplex import Stack, paired
from workstation.domain.ids import Sha256


def test_the_turned_stack_comes_out_last_sheet_first() -> None:
    order, follows = paired(["x", "1", "2", "3", "3b", "2b", "1b"], ["1", "2", "3"], ["3b", "2b", "1b"])
    assert order == ("x", "1", "1b", "2", "2b", "3", "3b")
    assert follows == {"1b": "1", "2b": "2", "3b": "3"}


def test_a_front_stays_where_the_clerk_put_it() -> None:
    order, _ = paired(["2", "1", "y", "2b", "1b"], ["1", "2"], ["2b", "1b"])
    assert order == ("2", "2b", "1", "1b", "y")


@pytest.mark.parametrize(
    ("fronts", "backs", "order"),
    [
        (["1", None, "3"], ["3b", "2b", "1b"], ("1", "1b", "2b", "3", "3b")),
        ([None, "2"], ["2b", "1b"], ("1b", "2", "2b")),
        (["1", "2"], ["2b", None], ("1", "2", "2b")),
        ([None, None], ["2b", "1b"], ("2b", "1b")),
    ],
)
def test_a_side_that_is_no_page_leaves_the_others_in_step(
    fronts: list[str | None], backs: list[str | None], order: tuple[str, ...]
) -> None:
    lying = [x for x in (*fronts, *backs) if x is not None]
    assert paired(lying, fronts, backs)[0] == order


def test_counts_that_differ_are_never_put_together() -> None:
    with pytest.raises(ValueError, match="2 fronts, 1 backs"):
        paired(["1", "2", "2b"], ["1", "2"], ["2b"])


@given(st.integers(1, 12), st.data())
def test_any_dossier_any_gaps(sheets: int, data: st.DataObject) -> None:
    fronts = [f"f{n}" for n in range(sheets)]
    backs = [f"b{n}" for n in reversed(range(sheets))]
    others = [f"x{n}" for n in range(data.draw(st.integers(0, 5)))]
    gone = data.draw(st.sets(st.sampled_from([*fronts, *backs])))
    order = data.draw(st.permutations([x for x in (*others, *fronts, *backs) if x not in gone]))
    known = [None if f in gone else f for f in fronts], [None if b in gone else b for b in backs]
    after, follows = paired(order, *known)
    assert sorted(after) == sorted(order), "nothing is lost, nothing comes twice"
    rest = [x for x in order if not x.startswith("b")]
    assert [x for x in after if not x.startswith("b")] == rest, "nothing but backs moves"
    for n in range(sheets):
        if f"f{n}" not in gone and f"b{n}" not in gone:
            assert after[after.index(f"f{n}") + 1] == f"b{n}" and follows[f"b{n}"] == f"f{n}"
    assert paired(after, *known)[0] == after, "once more changes nothing"


def test_a_stack_knows_where_it_is() -> None:
    stack = Stack().plus(Sha256("a")).plus(Sha256("b"))
    assert (stack.sides, stack.disagrees, stack.complete) == (("a", "b"), False, False)
    turned = Stack(stack.fronts, turned=True)
    assert not turned.disagrees, "no back is there yet"
    one = turned.plus(Sha256("c"))
    assert one.disagrees and not one.complete
    assert one.plus(Sha256("d")).complete
    assert not Stack(one.fronts, one.backs, turned=True, broken=True).disagrees, "more backs may come"
