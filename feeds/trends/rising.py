"""How much something rises: numbers in, numbers out. Pure.

An hour is a whole number, hours since the start of 2024 in UTC. What counts in an hour are accounts, each once. A
trend is worth what its best hour was worth, halved with every HALF_LIFE_HOURS since. Only one hour is ever looked at,
so whoever goes on for hours has one voice all the same.

A hashtag's hour is held against the same hour of the week before. A Poisson count scatters by the root of its mean, and
days differ by more than that: so the surprise is `(n - mean) / sqrt(1 + mean + variance)`, with the mean and the
variance of those days, and one account as the least that anything scatters. (A point-by-point Poisson model as in
Hendrickson, Kolb, Lehman and Montague, "Trend Detection in Social Data", Gnip 2015, widened by what the days say.)
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from math import sqrt
from statistics import fmean, variance
from typing import NamedTuple

from posts.models.ids import EPOCH

HOUR = timedelta(hours=1)
# A trend is looked for in so many hours, the running one among them.
WINDOW_HOURS = 24
HALF_LIFE_HOURS = 4
# What is usual is what these days had.
BASELINE_DAYS = 7
# So many hours are asked of a bucket: a day each for the window and the baseline, and the hour beside the last.
KEPT_HOURS = WINDOW_HOURS + 24 * BASELINE_DAYS + 1
# Fewer are no trend, whatever else holds.
LEAST_ACCOUNTS = 3
# Standard deviations. What came once in the week before and comes again stays below: 2.27 at most.
LEAST_SURPRISE = 3
# A share or a quote weighs more than a comment, and that more than a like; an account has the greatest of its own.
LIKE, COMMENT, SHARE = 1, 2, 3


class Rise(NamedTuple):
    """How much something rises now, in which hour it rose most, and how many accounts did that."""

    score: float
    hour: int
    accounts: int


def hour_of(moment: datetime) -> int:
    return (moment - EPOCH) // HOUR


def start_of(hour: int) -> datetime:
    return EPOCH + hour * HOUR


def first_id_of(hour: int) -> int:
    """The smallest id a post made in that hour can have."""
    return hour * 3_600_000 << 12


def window(now: int) -> range:
    return range(now - WINDOW_HOURS + 1, now + 1)


def decayed(score: float, age_hours: int) -> float:
    return float(score * 0.5 ** (age_hours / HALF_LIFE_HOURS))


def usual(accounts: Mapping[int, int], hour: int) -> list[int]:
    """What each day of the baseline had at that hour: the most of it and the hours beside it.

    People who meet at six are there at five to six too.
    """
    days = range(1, BASELINE_DAYS + 1)
    return [max(accounts.get(hour - 24 * day + beside, 0) for beside in (-1, 0, 1)) for day in days]


def surprise(number: int, before: Sequence[int]) -> float:
    """How many standard deviations the number lies above what was before; two days of it at least."""
    mean = fmean(before)
    return (number - mean) / sqrt(1 + mean + variance(before, mean))


def judge(accounts: Mapping[int, int], now: int) -> Rise | None:
    """What a hashtag used by so many accounts in each hour is worth now; None: it does not rise."""
    rises = [
        Rise(decayed(surprising, now - hour), hour, number)
        for hour in window(now)
        if (number := accounts.get(hour, 0)) >= LEAST_ACCOUNTS
        and (surprising := surprise(number, usual(accounts, hour))) >= LEAST_SURPRISE
    ]
    return max(rises, default=None)


def history(accounts: Mapping[int, int], now: int) -> list[int]:
    """The hours of the window, oldest first."""
    return [accounts.get(hour, 0) for hour in window(now)]
