"""The order that the database makes by the formula, against the formula: to the last bit."""

import random
from functools import reduce
from operator import add

import pytest

from accounts.models import User
from feeds.models import Nudge, RankedScroll
from feeds.ranking import candidates, formula, frozen
from feeds.ranking.values import SEED, Candidate, Scored, Weights
from feeds.rates import rows
from posts import actions
from posts.models import Post

TERMS = """
SELECT ranked_terms(c.age, c.likes, c.comments, c.deeds, c.media, c.nudge, %(weights)s::float8[])
  FROM unnest(%(age_hours)s::float8[], %(likes)s::int[], %(comments)s::int[], %(interactions)s::int[],
              %(media)s::int[], %(nudge)s::int[]) AS c(age, likes, comments, deeds, media, nudge)
"""
FACTS = ["age_hours", "likes", "comments", "interactions", "media", "nudge"]
NOTHING = Candidate(1, 1, 1, None, 0.0, 0, 0, 0, 0, 0, False, False, False, 0, False, 0, 0.0, 0)
SOME_WEIGHTS = [SEED, Weights(1, 1, 1, 1, 1), Weights(0.1, 0.7, 0, 0.3, 0), Weights(0, 0, 0, 0, 0)]


def some_candidate(chance: random.Random) -> Candidate:
    return NOTHING._replace(
        age_hours=chance.choice([0.0, chance.random(), chance.expovariate(0.01)]),
        likes=chance.choice([0, chance.randrange(20), 2**31 - 1]),
        comments=chance.choice([0, chance.randrange(20), 2**31 - 1]),
        interactions=chance.choice([0, chance.randrange(14), 3000]),
        media=chance.randrange(5),
        nudge=chance.choice([-1, 0, 1]),
    )


@pytest.mark.parametrize("weights", [*SOME_WEIGHTS, *(Weights(*[random.Random(n).random()] * 5) for n in range(3))])
def test_the_terms_are_those_of_the_formula_to_the_last_bit(db: None, weights: Weights) -> None:
    some = [some_candidate(random.Random(n)) for n in range(400)]
    facts = {name: [getattr(one, name) for one in some] for name in FACTS}
    found = rows(TERMS, weights=[*weights, formula.NUDGE], **facts)
    for one, (terms,) in zip(some, found, strict=True):
        expected = formula.parts_of(one, weights)
        assert terms == [*expected.values(), *([] if one.nudge else [0.0])], one


def kept(reader: User, scroll_id: int) -> list[tuple[int, dict[str, float], float]]:
    """(entry, terms, their sum) in the order that is kept."""
    entries = RankedScroll.objects.get(pk=scroll_id, reader_id=reader.pk).entries
    found = [(pk, frozen.find(reader.pk, scroll_id, pk)) for pk in entries]
    # Added up plainly, as the database does: `sum` of a later Python mends the last bit.
    return [(pk, one.explained.parts, reduce(add, one.explained.parts.values())) for pk, one in found]  # type: ignore[union-attr]


def check(reader: User, weights: Weights, most: int) -> None:
    """What the database keeps is in the order of its own scores, and what Python would have kept a moment later."""
    ordered = formula.ranked(candidates.of_reader(reader.pk, limit=most), weights)
    begun = frozen.begin_by_formula(reader.pk, weights, most)
    if not ordered:
        assert begun is None
        return
    assert begun is not None
    again = frozen.begin(reader.pk, ordered)
    assert begun[1:] == again[1:]
    ours, theirs = kept(reader, begun.scroll_id), kept(reader, again.scroll_id)
    assert [(-score, -pk) for pk, _, score in ours] == sorted((-score, -pk) for pk, _, score in ours)
    assert {pk: parts for pk, parts, _ in ours} == {pk: pytest.approx(parts, abs=1e-4) for pk, parts, _ in theirs}
    assert all(list(parts) == list(as_scored(pk, ordered).parts) for pk, parts, _ in ours)


def as_scored(entry_id: int, ordered: list[Scored]) -> Scored:
    return next(one for one in ordered if one.candidate.entry_id == entry_id)


@pytest.mark.parametrize("weights", SOME_WEIGHTS)
def test_a_scroll_is_kept_as_if_it_had_been_ordered_here(
    alice: User, bob: User, carol: User, shelf: Post, weights: Weights
) -> None:
    actions.comment(author=bob, post_id=shelf.pk, content="hm")
    for most in (3, 500):
        check(bob, weights, most)
    Nudge.objects.create(reader=bob, author=alice, amount=-1)
    for reader in (bob, alice, carol):
        check(reader, weights, 500)


def test_nothing_is_kept_of_an_empty_home(dave: User) -> None:
    check(dave, SEED, 500)
    assert not RankedScroll.objects.exists()
