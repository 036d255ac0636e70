"""Push or pull? Pure: values in, advice out. The mover follows the advice at its leisure.

Writing one entry costs H, asking one author at one read costs L. An edge is cheaper pushed iff its
reader reads at least H/L times as often as its author posts: Silberstein, Terrace, Cooper and
Ramakrishnan, "Feeding Frenzy: Selectively Materializing Users' Event Feeds", SIGMOD 2010
(https://doi.org/10.1145/1807167.1807257). Both sides are kept as one small integer, so that the
advice for an edge is a comparison: push iff `reader_class >= cutoff`. A strategy is only a way to
make cut-offs. Whatever the advice, a reader sees the same.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

# Reader classes: about log2 of the reads a day; nothing is pushed to who has not come for a week.
INACTIVE = -99
SLOWEST, QUICKEST = -20, 20
# Cut-offs: everybody, also the inactive; whoever is active; nobody.
EVERYBODY, ACTIVE, NEVER = -128, -98, 127
# A class or cut-off stays until the rate is this far from it, in octaves. It is made by rounding, so
# a rate must go half an octave past the border before anything moves.
HYSTERESIS = 1.0
# A cap that was hit lets more readers in only when they fill it to at most this part.
CAP_SLACK = 0.9
# `Group.posting` of an author who never posts; any other is a rate in half octaves.
NO_POSTS = -9999
# What adaptive would have cost must be under this part of a threshold's cost to be believed.
FLATTERY = 0.8


def decayed(count: float, days: float, half_life: float) -> float:
    """What `count` is worth `days` later, when everything loses half its weight each `half_life` days."""
    return count * 0.5 ** (max(days, 0.0) / half_life)


def per_day(count: float, half_life: float) -> float:
    """Events a day that keep a decayed count at `count`."""
    return count * math.log(2) / half_life


def settled(level: float, current: int) -> int:
    """`current` while `level` is within HYSTERESIS of it, else the nearest whole number."""
    return current if abs(level - current) <= HYSTERESIS else round(level)


def reader_class(reads_per_day: float, idle_days: float | None, current: int, *, idle_most: float) -> int:
    """About log2 of the reads a day; INACTIVE who has not read for `idle_most` days, or never (None)."""
    if idle_days is None or idle_days >= idle_most or reads_per_day <= 0:
        return INACTIVE
    level = min(max(math.log2(reads_per_day), SLOWEST), QUICKEST)
    return settled(level, current)


def author_cutoff(posts_per_day: float, push_cost: float, pull_cost: float, current: int) -> int:
    """The least class worth pushing to: about log2(posts a day x H/L); ACTIVE for who never posts."""
    rate = posts_per_day * push_cost / pull_cost
    # Below the slowest reader there is nobody to tell apart.
    return settled(math.log2(rate), current) if rate >= 2.0 ** (SLOWEST - 1) else ACTIVE


def capped(cutoff: int, followers_by_class: Mapping[int, int], cap: int, current: int = EVERYBODY) -> int:
    """The least cut-off from `cutoff` up that pushes to at most `cap` followers, the most active first.

    `followers_by_class` is {reader class: followers}. Below `current`, where the cap holds the
    cut-off now, CAP_SLACK leaves room, so that one reader more or less does not move a whole class.
    """
    lowest, pushed = NEVER, 0
    for level in sorted((level for level in followers_by_class if level >= cutoff), reverse=True):
        pushed += followers_by_class[level]
        if pushed > (cap if level >= current else cap * CAP_SLACK):
            return lowest
        lowest = level
    return cutoff


def should_push(reader_class: int, cutoff: int) -> bool:
    """Whether an author's posts should be written into this follower's feed when posted."""
    return reader_class >= cutoff


@dataclass(frozen=True)
class Rules:
    """How cut-offs are made: the strategy, its threshold (also the cap), and H and L in microseconds."""

    strategy: str
    threshold: int
    push_cost: float = 1.0
    pull_cost: float = 1.0


@dataclass(frozen=True)
class Author:
    """What is known of an author; `followers_by_class` is only asked for when `needs_classes`."""

    followers: int
    posts_per_day: float = 0.0
    cutoff: int = NEVER
    pin: str = ""
    followers_by_class: Mapping[int, int] = field(default_factory=dict)


def needs_classes(followers: int, pin: str, rules: Rules) -> bool:
    """Whether the cap may bite: the followers by class, the one dear question, are needed."""
    return rules.strategy == "adaptive" and not pin and followers > rules.threshold


def cutoff(author: Author, rules: Rules) -> int:
    """The author's cut-off under these rules; what staff have pinned stands above every rule and cap."""
    way = author.pin or rules.strategy
    if way == "hybrid":
        return EVERYBODY if author.followers <= rules.threshold else NEVER
    if way != "adaptive":
        return EVERYBODY if way == "push" else NEVER
    wanted = author_cutoff(author.posts_per_day, rules.push_cost, rules.pull_cost, author.cutoff)
    if not needs_classes(author.followers, author.pin, rules):
        return wanted
    held = EVERYBODY if author.cutoff == NEVER else author.cutoff
    return capped(wanted, author.followers_by_class, rules.threshold, held)


def pushed_from_start(rules: Rules) -> int:
    """The most followers a new author may have to be pushed to all of them unasked; below 0 nobody."""
    return {"push": 2**31 - 1, "hybrid": rules.threshold}.get(rules.strategy, -1)


@dataclass(frozen=True)
class Group:
    """Edges of one day that every rule treats alike.

    `posts` and `reads` are summed over the edges: the entries that pushing them all would have
    written, the questions that pulling them all would have asked.
    """

    # The author, where the cap may bite; 0: many authors together.
    author: int
    # No author of the group has more followers than this.
    followers: int
    reader_class: int
    # round(2 x log2(posts a day)), or NO_POSTS.
    posting: int
    edges: int
    posts: int
    reads: int


@dataclass(frozen=True)
class Spent:
    """Units of work: entries written, authors asked."""

    pushed: int = 0
    pulled: int = 0

    def cost(self, push_cost: float, pull_cost: float) -> float:
        """In microseconds, with H and L in microseconds."""
        return self.pushed * push_cost + self.pulled * pull_cost


def what_if(groups: Iterable[Group], rules: Rules) -> Spent:
    """What these rules would have spent on the groups' posts and reads, cut-offs at rest.

    Exact for push and pull, and for hybrid with a threshold that bounds groups
    (`feeds.meter.THRESHOLDS`); adaptive is off by at most half a class. The cap is applied to
    authors with a group of their own. Pins are left out.
    """
    groups = list(groups)
    classes = classes_of_authors(groups)
    pushed = pulled = 0
    for group in groups:
        if should_push(group.reader_class, group_cutoff(group, rules, classes.get(group.author, {}))):
            pushed += group.posts
        else:
            pulled += group.reads
    return Spent(pushed, pulled)


def classes_of_authors(groups: Iterable[Group]) -> dict[int, dict[int, int]]:
    """{author: {reader class: followers}} of the authors with groups of their own."""
    found: dict[int, dict[int, int]] = {}
    for group in groups:
        if group.author:
            classes = found.setdefault(group.author, {})
            classes[group.reader_class] = classes.get(group.reader_class, 0) + group.edges
    return found


def group_cutoff(group: Group, rules: Rules, followers_by_class: Mapping[int, int]) -> int:
    rate = 0.0 if group.posting == NO_POSTS else 2.0 ** (group.posting / 2)
    followers = group.followers if group.author or rules.strategy == "hybrid" else 0
    # From NEVER no rate is near enough to stay: the cut-off is made anew.
    return cutoff(Author(followers, rate, NEVER, "", followers_by_class), rules)


def fallback(days: Iterable[tuple[float, float, Mapping[int, float]]], current: int | None) -> int | None:
    """The fixed threshold to use instead of adaptive, or None; asked once a day.

    `days`: the last three full days, oldest first, as (what was really spent, what adaptive would
    have spent, {threshold: what it would have spent}). Under adaptive (`current` None) the best
    threshold takes over when reality cost over 10 % more on the three days together; it stays until
    adaptive would have been clearly cheaper on the last day: a day judged by the rates that are known
    after it flatters adaptive by up to a fifth.
    """
    days = list(days)
    if current is not None:
        spent, adaptive, fixed = days[-1] if days else (0.0, math.inf, {})
        return None if adaptive < FLATTERY * fixed.get(current, spent) else current
    if len(days) < 3 or not all(fixed for _, _, fixed in days):
        return None
    sums = {threshold: sum(fixed[threshold] for _, _, fixed in days) for threshold in days[-1][2]}
    best = min(sums, key=lambda threshold: (sums[threshold], threshold))
    return best if sum(spent for spent, _, _ in days) > 1.1 * sums[best] else None
