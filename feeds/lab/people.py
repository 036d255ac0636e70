"""How the site's people are distributed: by followers, by how often they read, by who is pushed to."""

from collections.abc import Mapping

from django.db.models import Count

from feeds import rates
from feeds.models import ReaderState
from feeds.plots import Plot, Series, short
from feeds.policy import ACTIVE, EVERYBODY, INACTIVE, NEVER
from posts.models import AuthorState

# Upper bounds of the bars; whoever has more is in the last one.
BOUNDS = (0, 1, 3, 10, 30, 100, 300, 1000, 3000, 10_000, 30_000, 100_000, 300_000, 1_000_000)

# Everybody of one size becomes one row before the bounds are looked at.
BY_FOLLOWERS = """
SELECT (SELECT min(bound) FROM unnest(%(bounds)s::int[]) bound WHERE bound >= size.followers_count),
       sum(size.people)::bigint, sum(size.people * size.followers_count)::bigint
  FROM (SELECT followers_count, count(*) AS people FROM accounts_user GROUP BY 1) size
 GROUP BY 1 ORDER BY 1 NULLS LAST
"""


def plots() -> list[Plot]:
    """3 queries, of which the first passes all accounts once."""
    found = rates.rows(BY_FOLLOWERS, bounds=list(BOUNDS))
    return [followers_plot(found), readers_plot(sum(people for _, people, _ in found)), authors_plot()]


def followers_plot(found: list[tuple[int | None, int, int]]) -> Plot:
    """`found`: (the most followers, people, their follows); no bound for those beyond the last."""
    sizes = {bound: (people, follows) for bound, people, follows in found}
    last = max((place for place, bound in enumerate(BOUNDS) if bound in sizes), default=-1)
    shown: list[int | None] = [*BOUNDS[: last + 1]] if None not in sizes else [*BOUNDS, None]
    people, follows = ([sizes.get(bound, (0, 0))[part] for bound in shown] for part in (0, 1))
    return Plot(
        name="followers",
        title="Followers",
        about="How many people have so many followers; each step up is ten times as many people.",
        across="Followers, at most",
        unit="people",
        labels=["more" if bound is None else short(bound) for bound in shown],
        series=[Series("People", people, "push")],
        more=[Series("Follows of theirs", follows, "")],
        nothing="There is nobody here yet.",
        log=True,
    )


def readers_plot(everybody: int) -> Plot:
    states = ReaderState.objects.filter(reader_class__gt=INACTIVE).values_list("reader_class")
    active = dict(states.annotate(Count("pk")).order_by())
    levels = levels_between(active)
    return Plot(
        name="readers",
        title="Readers by class",
        about="How often people open their home page; who has not come for a week is away and is not pushed to.",
        across="Pages a day, about",
        unit="people",
        labels=["away", *(rate_words(level) for level in levels)],
        series=[
            Series("People", [everybody - sum(active.values()), *(active.get(level, 0) for level in levels)], "pull")
        ],
        nothing="There is nobody here yet.",
        log=True,
    )


def authors_plot() -> Plot:
    found = dict(AuthorState.objects.values_list("cutoff").annotate(Count("pk")).order_by())
    levels = levels_between({level: 1 for level in found if ACTIVE < level < NEVER})
    named = {EVERYBODY: "all", ACTIVE: "active", NEVER: "nobody"}
    shown = [level for level in (EVERYBODY, ACTIVE, *levels, NEVER) if level in found or level in levels]
    return Plot(
        name="authors",
        title="Authors by cut-off",
        about="Whom authors are pushed to: readers of at least so many pages a day, all active ones, or nobody.",
        across="Pushed to readers of … pages a day",
        unit="authors",
        labels=[named.get(level) or rate_words(level) for level in shown],
        series=[Series("Authors", [found.get(level, 0) for level in shown], "best")],
        nothing="No author has been judged yet.",
        log=True,
    )


def levels_between(found: Mapping[int, int]) -> range:
    """Every class from the least to the greatest, so that the axis has no gap."""
    return range(min(found), max(found) + 1) if found else range(0)


def rate_words(level: int) -> str:
    """The class as times a day: 2 is "4", -3 is "1/8"."""
    return f"{2**level}" if level >= 0 else f"1/{2**-level}"
