"""Everything on the lab's page but the what-if."""

from datetime import datetime
from typing import Any

from django.conf import settings

from feeds import hot, meter
from feeds.lab import backlog, days, people


def overview(now: datetime) -> dict[str, Any]:
    """The page's context: about 12 queries, 2 trips to Redis."""
    fortnight = days.days_until(meter.today(now))
    waiting = backlog.backlog(now)
    return {
        "status": meter.status(),
        "today": fortnight.costs[-1],
        "yesterday": fortnight.costs[-2],
        "push_cost": settings.FEED_PUSH_COST_US,
        "pull_cost": settings.FEED_PULL_COST_US,
        "backlog": waiting,
        "redis": hot.sizes(),
        "sections": [
            ("What delivery costs", days.cost_plots(fortnight)),
            ("How quick it is", [*days.time_plots(fortnight), backlog.plot(waiting)]),
            ("Who reads and who writes", people.plots()),
        ],
    }
