"""Fan-out with all it entails: each entry is written once and trimmed once."""

from collections.abc import Iterator
from statistics import median

from django.conf import settings
from django.test.utils import override_settings

from bench import fan_out, people, seams, service
from bench.people import execute
from bench.results import Row, figure
from bench.timing import Work, seconds
from feeds import upkeep

GOAL = 0.40


def trimming(*, readers: int = 2_000, size: int = 1_000, rounds: int = 2) -> Iterator[Row]:
    """Rows a second through the task, the trimming of as many rows counted in; a fifth of the readers are hot.

    Each round starts with full feeds and delivers until trimming is due. Raw is the INSERT … SELECT of the same rows.
    """
    with override_settings(FEED_STRATEGY="push", FANOUT_INLINE_FOLLOWERS=0, TIMELINE_SIZE=size):
        author = people.make_people("author_", 1)[0]
        crowd = people.make_people("fan_", readers)
        people.make_follows(crowd, [author], pull=False)
        people.make_history([author], size)
        people.make_feeds(crowd)
        people.tidy_tables("accounts_user", "follow", "feed", "post")
        seams.make_hot(crowd[:: fan_out.HOT_SHARE])
        with service.running("worker-fanout", workers=1):
            taken = [one_round(author, round(size * (settings.TIMELINE_SLACK - 1)) + 1) for _ in range(rounds)]
    yield from rows_of(taken)


def one_round(author: int, posts: int) -> dict[str, float]:
    """Rows a second of delivering, trimming and raw inserting."""
    queued = people.publish_quietly(author, posts)
    rates = {
        "deliver": rate(lambda: fan_out.queue(queued)),
        "trim": rate(upkeep.trim),
    }
    trimmed = rows_in_feed()
    rates["raw"] = rate(lambda: fan_out.raw(author, posts, 1))
    # Its rows are of no post, so they go; then the vacuum has the dead rows of one trimming to clear, as it should.
    execute("DELETE FROM feed WHERE NOT EXISTS (SELECT FROM post WHERE id = post_id)")
    execute("VACUUM feed")
    assert rows_in_feed() == trimmed
    return rates


def rate(work: Work) -> float:
    """Rows a second that the work adds to Feed or takes from it."""
    before = rows_in_feed()
    taken = seconds(work)
    changed = abs(rows_in_feed() - before)
    assert changed, "the work did not change Feed"
    return changed / taken


def rows_in_feed() -> int:
    return int(execute("SELECT count(*) FROM feed")[0][0])


def rows_of(taken: list[dict[str, float]]) -> Iterator[Row]:
    rates = {name: median(one[name] for one in taken) for name in taken[0]}
    # Each row is written once and deleted once, so the times of both add up.
    together = 1 / (1 / rates["deliver"] + 1 / rates["trim"])
    yield figure("trimming: fan-out with trimming", "rows/s", together, rates["raw"], GOAL)
    yield figure("trimming: fan-out of the same posts alone", "rows/s", rates["deliver"], rates["raw"])
    yield figure("trimming: trimming alone", "rows/s", rates["trim"], rates["raw"])
