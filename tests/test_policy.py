"""The advice, by the hundred: pure functions, so no database and no settings."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds import models, policy
from feeds.policy import ACTIVE, EVERYBODY, INACTIVE, NEVER, Author, Group, Rules, Spent
from posts.models import NEVER as POSTS_NEVER

WEEK = 7
RATES = st.floats(1e-4, 1e4)
CLASSES = st.integers(policy.SLOWEST, policy.QUICKEST)
COSTS = st.floats(0.1, 100)
AUDIENCES = st.dictionaries(CLASSES, st.integers(1, 5000), max_size=12)
ADAPTIVE = Rules("adaptive", 100)


def class_of(reads: float, current: int = INACTIVE, idle: float | None = 0) -> int:
    return policy.reader_class(reads, idle, current, idle_most=WEEK)


def test_the_numbers_the_tables_know_are_those_of_the_policy():
    assert (models.INACTIVE, POSTS_NEVER) == (INACTIVE, NEVER)
    assert EVERYBODY < INACTIVE < ACTIVE < policy.SLOWEST < policy.QUICKEST < NEVER


@pytest.mark.parametrize(("days", "left"), [(0, 8), (7, 4), (14, 2), (-1, 8)])
def test_a_count_halves_each_half_life(days, left):
    assert policy.decayed(8, days, 7) == pytest.approx(left)


@pytest.mark.parametrize("rate", [0.3, 1, 24])
@pytest.mark.parametrize("half_life", [3.5, 7])
def test_the_rate_of_a_steady_habit_is_found(rate, half_life):
    count = 0.0
    for _ in range(int(60 * rate)):
        count = policy.decayed(count, 1 / rate, half_life) + 1
    assert policy.per_day(policy.decayed(count, 0.5 / rate, half_life), half_life) == pytest.approx(rate, rel=0.05)


@pytest.mark.parametrize(("reads", "expected"), [(1, 0), (2, 1), (0.5, -1), (24, 5), (1e-30, -20), (1e30, 20)])
def test_a_class_is_the_logarithm_of_the_reads_a_day(reads, expected):
    assert class_of(reads) == expected


@pytest.mark.parametrize("idle", [None, 7, 30])
@pytest.mark.parametrize("current", [INACTIVE, -3, 5])
def test_who_has_not_come_for_a_week_is_inactive(idle, current):
    assert class_of(4, current, idle) == INACTIVE


def test_an_author_who_never_posts_pushes_to_whoever_is_active():
    assert policy.author_cutoff(0, 5, 5, NEVER) == ACTIVE


@pytest.mark.parametrize(
    ("posts", "push", "pull", "expected"), [(1, 5, 5, 0), (8, 5, 5, 3), (1, 20, 5, 2), (1, 5, 20, -2)]
)
def test_a_cutoff_weighs_posts_by_the_costs(posts, push, pull, expected):
    assert policy.author_cutoff(posts, push, pull, NEVER) == expected


@given(RATES, RATES, st.one_of(CLASSES, st.just(INACTIVE)))
def test_more_reads_never_mean_less_push(one, other, current):
    less, more = sorted((one, other))
    assert class_of(less, current) <= class_of(more, current)


@given(RATES, RATES, COSTS, COSTS, st.one_of(CLASSES, st.just(NEVER)))
def test_more_posts_never_mean_more_push(one, other, push_cost, pull_cost, current):
    less, more = sorted((one, other))
    assert policy.author_cutoff(less, push_cost, pull_cost, current) <= policy.author_cutoff(
        more, push_cost, pull_cost, current
    )


@given(RATES, COSTS, COSTS, COSTS)
def test_dearer_pulls_never_mean_less_push(posts, push_cost, one, other):
    cheap, dear = sorted((one, other))
    assert policy.author_cutoff(posts, push_cost, dear, NEVER) <= policy.author_cutoff(posts, push_cost, cheap, NEVER)


@given(st.floats(-12, 12), st.lists(st.floats(-0.25, 0.25), min_size=1, max_size=30))
def test_a_rate_that_wavers_within_half_an_octave_moves_a_class_once(level, waves):
    current = class_of(2**level)
    for wave in waves:
        assert class_of(2 ** (level + wave), current) == current


@given(st.lists(st.floats(-12, 12), min_size=1, max_size=30))
def test_what_is_settled_is_never_more_than_an_octave_off(levels):
    current = INACTIVE
    for level in levels:
        current = class_of(2**level, current)
        assert abs(level - current) <= policy.HYSTERESIS + 1e-9


@given(RATES, RATES, COSTS, COSTS)
def test_an_edge_is_pushed_as_the_costs_say_but_for_an_octave(reads, posts, push_cost, pull_cost):
    pushed = policy.should_push(class_of(reads), policy.author_cutoff(posts, push_cost, pull_cost, NEVER))
    gain = math.log2(reads * pull_cost / (posts * push_cost))
    if abs(gain) > 1:
        assert pushed is (gain > 0)


@given(st.one_of(CLASSES, st.just(ACTIVE)), AUDIENCES, st.integers(1, 6000), st.one_of(CLASSES, st.just(EVERYBODY)))
def test_the_cap_is_never_exceeded_and_wastes_no_class(wanted, audience, cap, current):
    cutoff = policy.capped(wanted, audience, cap, current)
    assert cutoff >= wanted
    pushed = sum(number for level, number in audience.items() if level >= cutoff)
    assert pushed <= cap
    below = [level for level in audience if wanted <= level < cutoff]
    if below:
        assert pushed + audience[max(below)] > cap * policy.CAP_SLACK


@given(AUDIENCES, st.integers(1, 6000), st.one_of(CLASSES, st.just(ACTIVE)))
def test_a_cap_judged_twice_stays(audience, cap, wanted):
    once = policy.capped(wanted, audience, cap)
    assert policy.capped(wanted, audience, cap, once) == once


@pytest.mark.parametrize(
    ("strategy", "followers", "expected"),
    [
        ("push", 10**6, EVERYBODY), ("pull", 1, NEVER), ("hybrid", 100, EVERYBODY), ("hybrid", 101, NEVER),
        ("adaptive", 100, 0), ("adaptive", 101, 4),
    ],
)  # fmt: skip
def test_a_strategy_only_makes_the_cutoffs(strategy, followers, expected):
    author = Author(followers, posts_per_day=1, followers_by_class={5: 60, 4: 40, 0: 1, INACTIVE: 900})
    assert policy.cutoff(author, Rules(strategy, 100)) == expected


@pytest.mark.parametrize("strategy", ["adaptive", "hybrid", "push", "pull"])
@pytest.mark.parametrize(("pin", "expected"), [("push", EVERYBODY), ("pull", NEVER)])
def test_a_pin_stands_above_strategy_and_cap(strategy, pin, expected):
    author = Author(10**6, 50, pin=pin, followers_by_class={3: 10**6})
    assert policy.cutoff(author, Rules(strategy, 100)) == expected


def test_only_big_authors_under_adaptive_need_their_followers_counted():
    assert policy.needs_classes(101, "", ADAPTIVE)
    assert not policy.needs_classes(100, "", ADAPTIVE)
    assert not policy.needs_classes(101, "push", ADAPTIVE)
    assert not policy.needs_classes(101, "", Rules("hybrid", 100))


def group(**values) -> Group:
    return Group(
        **{"author": 0, "followers": 10, "reader_class": 0, "posting": 0, "edges": 1, "posts": 3, "reads": 2} | values
    )


@pytest.mark.parametrize(
    ("rules", "pushed", "pulled"),
    [
        (Rules("push", 1), 113, 0), (Rules("pull", 1), 0, 29), (Rules("hybrid", 10), 13, 20),
        (Rules("hybrid", 9), 0, 29),
        (Rules("hybrid", 100), 113, 0), (Rules("adaptive", 10), 3, 27), (Rules("adaptive", 10, 1, 16), 13, 20),
    ],
)  # fmt: skip
def test_what_other_rules_would_have_spent(rules, pushed, pulled):
    groups = [
        group(),
        group(reader_class=-2, posts=10, reads=7),
        group(author=7, followers=100, edges=100, posts=100, reads=20),
    ]
    assert policy.what_if(groups, rules) == Spent(pushed, pulled)


NUMBERS = st.integers(0, 99)
GROUPS = st.builds(
    group, reader_class=CLASSES, posting=st.integers(-20, 20), posts=NUMBERS, reads=NUMBERS,
    followers=st.sampled_from([10, 100, 1000]),
)  # fmt: skip


@given(st.lists(GROUPS, max_size=20))
def test_push_and_pull_are_the_ends_of_every_threshold(groups):
    spent = [policy.what_if(groups, Rules("hybrid", threshold)) for threshold in (0, 10, 100, 1000)]
    assert [spent[0], spent[-1]] == [policy.what_if(groups, Rules(way, 1)) for way in ("pull", "push")]
    assert [one.pushed for one in spent] == sorted(one.pushed for one in spent)
    assert [one.pulled for one in spent] == sorted((one.pulled for one in spent), reverse=True)


def test_costs_are_units_times_what_one_takes():
    assert Spent(pushed=10, pulled=3).cost(5, 2) == 56


def day(spent: float, adaptive: float = 0, **fixed: float) -> tuple:
    return spent, adaptive, {int(name[1:]): cost for name, cost in fixed.items()}


@pytest.mark.parametrize(
    ("days", "current", "expected"),
    [
        ([day(100, t0=300, t10=99)] * 3, None, None),
        ([day(100, t0=300, t10=90)] * 3, None, 10),
        ([day(100, t0=90, t10=90)] * 3, None, 0),
        ([day(100, t0=300, t10=50)] * 2, None, None),
        ([day(500, t10=100), day(10, t10=100), day(10, t10=300)], None, None),
        ([day(90, adaptive=95, t10=90)], 10, 10),
        ([day(90, adaptive=80, t10=90)], 10, 10),
        ([day(90, adaptive=70, t10=90)], 10, None),
        ([], 10, 10),
    ],
)
def test_a_fixed_threshold_stands_in_while_it_is_cheaper(days, current, expected):
    assert policy.fallback(days, current) == expected
