"""What is a trend, by the hundred: pure functions, so no database."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.trends import rising
from feeds.trends.sparkline import EDGE, HEIGHT, WIDTH, sparkline
from posts.models import first_id_at

NOW = 25_000
DAYS = range(1, rising.BASELINE_DAYS + 1)
NUMBERS = st.integers(0, 100_000)
WEEKS = st.lists(NUMBERS, min_size=rising.BASELINE_DAYS, max_size=rising.BASELINE_DAYS)


def score(accounts: dict[int, int], now: int = NOW) -> float:
    rise = rising.judge(accounts, now)
    return rise.score if rise else 0.0


def daily(number: int, hour: int = NOW) -> dict[int, int]:
    return {hour - 24 * day: number for day in (0, *DAYS)}


def test_an_hour_begins_where_its_ids_begin():
    moment = datetime(2026, 11, 30, 21, 59, 59, tzinfo=UTC)
    hour = rising.hour_of(moment)
    assert rising.start_of(hour) == datetime(2026, 11, 30, 21, tzinfo=UTC)
    assert rising.first_id_of(hour) == first_id_at(rising.start_of(hour))
    assert rising.first_id_of(hour) <= first_id_at(moment) < rising.first_id_of(hour + 1)


@pytest.mark.parametrize("number", [3, 50, 10_000])
def test_what_nobody_used_before_rises_by_its_accounts(number):
    assert rising.judge({NOW: number}, NOW) == (number, NOW, number)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_two_are_no_trend(number):
    assert rising.judge({NOW: number}, NOW) is None


@given(NUMBERS)
def test_what_is_used_as_much_every_day_at_that_hour_does_not_rise(number):
    assert rising.judge(daily(number), NOW) is None


@given(NUMBERS, st.sampled_from([-1, 1]), st.integers(1, rising.BASELINE_DAYS))
def test_a_habit_that_is_an_hour_early_or_late_is_one_all_the_same(number, beside, day):
    shifted = {hour + beside if hour == NOW - 24 * day else hour: n for hour, n in daily(number).items()}
    assert rising.judge(shifted, NOW) is None


@given(NUMBERS, st.integers(1, rising.BASELINE_DAYS))
def test_what_came_on_one_day_of_the_week_and_comes_again_does_not_rise(number, day):
    assert rising.judge({NOW: number, NOW - 24 * day: number}, NOW) is None


def test_a_habit_that_swells_rises_and_one_that_ends_does_not():
    assert rising.judge(daily(10) | {NOW: 60}, NOW)
    assert rising.judge(daily(10) | {NOW: 0}, NOW) is None


@given(WEEKS, NUMBERS, NUMBERS)
def test_more_accounts_surprise_more_and_never_infinitely(before, one, other):
    less, more = sorted((one, other))
    assert rising.surprise(less, before) <= rising.surprise(more, before) <= more


@given(WEEKS, NUMBERS, st.permutations(range(rising.BASELINE_DAYS)))
def test_the_order_of_the_days_is_nothing(before, number, order):
    assert rising.surprise(number, [before[day] for day in order]) == pytest.approx(rising.surprise(number, before))


@given(st.integers(3, 10_000))
def test_a_trend_halves_with_each_half_life_and_is_gone_after_the_window(number):
    burst = {NOW: number}
    scores = [score(burst, NOW + age) for age in range(rising.WINDOW_HOURS)]
    assert scores == sorted(scores, reverse=True)
    assert scores[rising.HALF_LIFE_HOURS] == pytest.approx(number / 2)
    assert score(burst, NOW + rising.WINDOW_HOURS) == 0


# The hour beside yesterday's is what was usual.
@given(st.integers(3, 1000), st.integers(1, rising.WINDOW_HOURS - 1))
def test_whoever_goes_on_for_hours_counts_once(number, hours):
    assert score({NOW - age: number for age in range(hours)}) == number


@given(st.dictionaries(st.integers(NOW - rising.KEPT_HOURS, NOW + 1), NUMBERS))
def test_any_history_is_judged_and_drawn(accounts):
    rise = rising.judge(accounts, NOW)
    assert rise is None or (rise.score > 0 and rise.hour in rising.window(NOW) and accounts[rise.hour] == rise.accounts)
    history = rising.history(accounts, NOW)
    assert history == [accounts.get(hour, 0) for hour in range(NOW - 23, NOW + 1)]
    points = [tuple(map(float, point.split(","))) for point in sparkline(history).line.split()]
    assert len(points) == rising.WINDOW_HOURS
    assert all(EDGE <= x <= WIDTH - EDGE and EDGE <= y <= HEIGHT - EDGE for x, y in points)
    assert not any(history) or min(y for _, y in points) == EDGE
