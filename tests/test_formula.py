"""The seed formula and the order it makes: pure, so tested by the hundred."""

import math

from hypothesis import given
from hypothesis import strategies as st

from feeds.ranking import formula
from feeds.ranking.values import SEED, Candidate, Weights

NOTHING = Candidate(1, 1, 1, None, 0.0, 0, 0, 0, 0, 0, False, False, False, 0, False, 0, 0.0, 0)
counts = st.integers(0, 100_000)
candidates = st.builds(
    Candidate,
    *(st.integers(1, 2**53), st.integers(1, 2**53), st.integers(1, 5), st.none(), st.floats(0, 10_000)),
    *(counts, counts, counts, counts, st.integers(0, 4), st.booleans(), st.booleans(), st.booleans()),
    *(st.integers(0, 280), st.booleans(), counts, st.floats(0, 100), st.sampled_from([-1, 0, 1])),
)
some = st.lists(candidates, max_size=60, unique_by=lambda one: one.entry_id)
weights = st.builds(Weights, *[st.floats(0, 1)] * 5)


def test_the_seed_formula_is_the_one_of_the_design():
    one = NOTHING._replace(age_hours=3.0, likes=2, comments=3, interactions=4)
    assert math.isclose(formula.score(one).score, 0.4 / 4 + 0.4 * 8 / 9 + 0.2 * 4 / 10)
    assert math.isclose(formula.score(NOTHING._replace(interactions=99)).score, 0.4 + 0.2)


@given(some, weights, st.booleans())
def test_the_parts_shown_sum_to_the_score_used(some, weights, diversity):
    for one in formula.ranked(some, weights, diversity=diversity):
        assert sum(one.parts.values()) == one.score


@given(some, weights, st.booleans(), st.randoms())
def test_the_same_candidates_stand_in_the_same_order_however_they_come(some, weights, diversity, random):
    expected = formula.ranked(some, weights, diversity=diversity)
    random.shuffle(some)
    assert formula.ranked(some, weights, diversity=diversity) == expected
    assert sorted(one.candidate.entry_id for one in expected) == sorted(one.entry_id for one in some)


def test_more_of_somebody_comes_before_and_less_of_somebody_after():
    more, plain, less = (NOTHING._replace(entry_id=pk, nudge=nudge) for pk, nudge in [(1, 1), (2, 0), (3, -1)])
    assert [one.candidate for one in formula.ranked([less, plain, more])] == [more, plain, less]


def test_with_diversity_one_author_does_not_take_the_whole_top():
    loud = [NOTHING._replace(entry_id=pk, author_id=1, likes=50) for pk in (9, 8, 7)]
    quiet = NOTHING._replace(entry_id=1, author_id=2, likes=9)
    assert [one.candidate.author_id for one in formula.ranked([*loud, quiet])] == [1, 1, 1, 2]
    spread = formula.ranked([*loud, quiet], diversity=True)
    assert [one.candidate.author_id for one in spread] == [1, 2, 1, 1]
    top = formula.score(loud[0], SEED).score
    kept = [round(one.score / top, 6) for one in spread if one.candidate.author_id == 1]
    assert kept == [1, 0.625, 0.4375]
