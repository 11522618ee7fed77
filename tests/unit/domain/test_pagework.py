"""What can be asked of a page, in any order: the same wishes are the same page."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.domain.page import Recipe, Transform
from workstation.domain.pagework import (
    TOGGLES,
    TONES,
    arranged,
    asked,
    cropped,
    for_all,
    half_of,
    halves,
    is_work,
    made_anew,
    rectified,
    straightened,
    toggled,
    turned,
    work_key,
)

CORNERS = ((10.0, 20.0), (900.0, 30.0), (880.0, 1200.0), (5.0, 1180.0))
quarter = st.sampled_from([90, 180, 270])
tone = st.sampled_from(TONES)
wish = st.one_of(
    quarter.map(lambda d: lambda work: turned(work, d)),
    st.floats(-5, 5).map(lambda d: lambda work: straightened(work, d)),
    tone.map(lambda name: lambda work: toggled(work, name)),
    st.sampled_from(["dewarp", "as_scanned"]).map(lambda name: lambda work: toggled(work, name)),
    st.just(lambda work: cropped(work, (10, 20, 300, 400))),
    st.just(lambda work: cropped(work, None)),
    st.just(lambda work: rectified(work, CORNERS)),
    st.just(lambda work: halves(work)[1]),
)
works = st.lists(wish, max_size=6).map(lambda wishes: _after(wishes))


def _after(wishes: list) -> Recipe:
    work: Recipe = ()
    for change in wishes:
        work = change(work)
    return work


def names(work: Recipe) -> list[str]:
    return [t.name for t in work]


def test_a_lone_turn_is_named_by_its_degrees_as_caches_always_were():
    assert work_key(()) == "0"
    assert [work_key(turned((), d)) for d in (90, 180, 270)] == ["90", "180", "270"]


@given(works, works)
def test_keys_tell_works_apart_and_know_them_again(one: Recipe, other: Recipe):
    """Whatever the reason says, and whether a number was once an integer: stored and loaded it is a float."""
    same = tuple(Transform(t.name, t.version, tuple((k, float(v)) for k, v in t.params), "anders") for t in one)
    assert work_key(same) == work_key(one)
    plain = [(t.name, t.params) for t in one], [(t.name, t.params) for t in other]
    assert (work_key(one) == work_key(other)) == (plain[0] == plain[1])


def test_the_name_of_a_work_never_changes():
    """Derived files are found by it after an update of the program."""
    assert work_key(arranged((asked("crop", x0=1, y0=2, x1=3, y1=4.5), asked("flatten")))) == "6d2123d35c7b3849"


@given(st.lists(quarter, max_size=6))
def test_turns_add_up(all_of_them: list[int]):
    work: Recipe = ()
    for degrees in all_of_them:
        work = turned(work, degrees)
    assert work == (turned((), sum(all_of_them) % 360) if sum(all_of_them) % 360 else ())


def test_turns_between_which_something_was_taken_off_are_one_turn():
    work = turned(cropped(turned((), 90), (1, 2, 30, 40)), 180)
    assert names(work) == ["rotate", "crop", "rotate"]
    assert cropped(work, None) == turned((), 270)


@given(works)
def test_putting_in_order_changes_nothing_that_is_in_order(work: Recipe):
    assert arranged(work) == work


@given(works, quarter)
def test_a_turn_there_and_back_is_none(work: Recipe, degrees: int):
    assert turned(turned(work, degrees), 360 - degrees) == work


@given(works, st.floats(-5, 5))
def test_a_slope_there_and_back_is_none(work: Recipe, degrees: float):
    assert straightened(straightened(work, degrees), -degrees) == work


@given(works, tone)
def test_a_tone_asked_twice_is_as_before_and_disturbs_nothing(work: Recipe, name: str):
    assert toggled(toggled(work, name), name) == work


@given(st.permutations(TONES))
def test_tones_are_done_in_one_order_whatever_was_asked_first(order: list[str]):
    work = turned((), 90)
    for name in order:
        work = toggled(work, name)
    assert names(work) == ["rotate", *TONES]


@pytest.mark.parametrize("name", TOGGLES)
def test_what_a_profile_asks_is_what_a_clerk_would_and_can_take_off(name: str):
    asked_of_all = for_all((name, "flatten") if name != "flatten" else (name,))
    assert work_key(for_all((name,))) == work_key(toggled((), name))
    assert toggled(asked_of_all, name) == for_all(() if name == "flatten" else ("flatten",))
    with pytest.raises(KeyError, match="crop"):
        for_all((name, "crop"))


@given(works)
def test_whatever_was_asked_by_the_desk_s_moves_is_a_work(work: Recipe):
    assert is_work(work)


@pytest.mark.parametrize("wrong", [
    asked("rotate", degrees=45), asked("rotate"), asked("deskew", degrees=float("nan")), asked("deskew", degrees=46),
    asked("crop", x0=5, y0=0, x1=5, y1=9), asked("crop", x0=5), asked("spread", side=2), asked("perspective", x0=1),
    rectified((), (CORNERS[1], CORNERS[0], *CORNERS[2:]))[0], Transform("flatten", 2, ()), Transform("whiten", 1, ()),
])  # fmt: skip
def test_what_no_program_of_this_version_can_do_is_no_work(wrong: Transform):
    assert not is_work((asked("flatten"), wrong))


def test_what_was_placed_on_a_page_goes_with_the_step_that_made_that_page():
    work = cropped(straightened(rectified(toggled((), "flatten"), CORNERS), 1.5), (10, 10, 200, 300))
    assert names(work) == ["perspective", "deskew", "crop", "flatten"]
    assert names(rectified(work, None)) == ["flatten"]
    assert names(toggled(turned(work, 90), "as_scanned")) == ["as_scanned", "rotate", "flatten"]
    assert names(cropped(toggled(work, "dewarp"), None)) == ["perspective", "deskew", "dewarp", "flatten"]
    assert cropped((), None) == () == rectified((), None)


def test_a_cut_page_cut_again_is_cut_once():
    work = cropped(cropped((), (100, 200, 900, 800)), (10, 20, 300, 400))
    assert [(t.name, dict(t.params)) for t in work] == [("crop", {"x0": 110, "y0": 220, "x1": 400, "y1": 600})]
    turned_between = cropped(turned(cropped((), (100, 200, 900, 800)), 90), (10, 20, 300, 400))
    assert names(turned_between) == ["crop", "rotate", "crop"], "boxes of differently turned pages don't add up"


@given(works)
def test_halves_are_two_and_know_their_whole(work: Recipe):
    left, right = halves(work)
    assert work_key(left) != work_key(right) != work_key(work)
    assert half_of(left) == half_of(right) == work
    assert half_of(turned(cropped(left, (1, 2, 30, 40)), 90)) == work


def test_what_was_done_before_a_split_is_the_other_half_s_too():
    left, _ = halves(cropped(rectified((), CORNERS), (1, 2, 30, 40)))
    assert cropped(left, None) == left == rectified(left, None)
    assert names(toggled(left, "as_scanned")) == ["perspective", "crop", "spread", "as_scanned"]
    assert half_of(()) is None


@pytest.mark.parametrize("name", ["perspective", "dewarp", *TONES])
def test_what_moves_pixels_otherwise_or_changes_them_is_made_anew(name: str):
    assert made_anew((asked("rotate", degrees=90), asked(name)))


def test_what_a_matrix_says_is_drawn_from_the_scan():
    assert not made_anew(cropped(straightened(turned(halves(())[0], 90), 1.0), (1, 2, 3, 4)))
