"""What it takes a web process to rank 500 posts by a learned model; no engine is asked."""

import math
from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random
from unittest import mock

from bench.results import Row, figure
from bench.timing import medians
from feeds.ranking import candidates, features, learned, linear
from feeds.ranking.values import ML, Candidate, Choice

LIMIT_MS = 5
AN_HOUR_OF_IDS = 3_600_000 << 12
DAY_OF_IDS = 1000 * 24 * AN_HOUR_OF_IDS


def learning(*, posts: int = candidates.MOST, rounds: int = 100) -> Iterator[Row]:
    """Milliseconds by a model of all four actions; raw is the limit that was given."""
    chance = Random(1)
    found = [candidate(chance) for _ in range(posts)]
    known = learned.Known()
    known.model, known.asked_at = model(chance), math.inf
    ways = {"": Choice(ML), ", with diversity": Choice(ML, diversity=True)}
    with mock.patch.object(learned, "known", known):
        taken = medians({name: lambda one=one: learned.rank(found, one) for name, one in ways.items()}, rounds=rounds)
    for how, seconds in taken.items():
        yield figure(
            f"learned: {posts} posts by a model of four actions{how}", "ms", 1000 * seconds, LIMIT_MS, 1, most=True
        )


def candidate(chance: Random) -> Candidate:
    """One of 200 authors; every fifth is a share, which came an hour later."""
    shown_id, is_share = DAY_OF_IDS + chance.randrange(48 * AN_HOUR_OF_IDS), chance.random() < 0.2
    return Candidate(
        entry_id=shown_id + is_share * AN_HOUR_OF_IDS,
        shown_id=shown_id,
        author_id=chance.randrange(1, 201),
        sharer_id=201 if is_share else None,
        age_hours=48 * chance.random(),
        likes=chance.randrange(200),
        comments=chance.randrange(30),
        shares=chance.randrange(20),
        interactions=chance.choice([0, 0, 0, 1, 3, 9]),
        media=chance.choice([0, 0, 1, 2]),
        has_link=chance.random() < 0.2,
        has_poll=chance.random() < 0.05,
        is_quote=chance.random() < 0.1,
        length=chance.randrange(280),
        follows_back=chance.random() < 0.4,
        followers=chance.randrange(1000),
        posting=5 * chance.random(),
        nudge=0,
    )


def model(chance: Random) -> linear.Model:
    rows = [tuple(chance.uniform(-0.3, 0.3) for _ in features.NAMES) for _ in linear.ACTIONS]
    actions = (linear.Action(n, linear.VALUES[n], -3.0, row) for n, row in zip(linear.ACTIONS, rows, strict=True))
    return linear.Model(datetime.now(UTC), tuple(actions), (0.0,) * len(features.NAMES))
