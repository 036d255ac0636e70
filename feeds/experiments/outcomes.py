"""What the readers of an experiment did after they met it, from rows that are there anyway."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from feeds.experiments.checks import METRICS
from feeds.experiments.models import Experiment, Look
from feeds.rates import rows
from posts.models import first_id_at

WEEK = timedelta(days=7)

# One row for each metric, each by an index of the reader's own rows; the id of a comment or share tells its time.
# Everybody who met the experiment counts in the arm of that moment, also who left, by a button or by setting an order:
# else arms would be compared by whom they have driven away. The readers without a row of a metric are zeros, which add
# nothing to either sum.
TOTALS = """
WITH met AS MATERIALIZED (
    SELECT e.reader_id, arm.name AS arm, e.first_at,
           ((extract(epoch FROM e.first_at) * 1000)::bigint - 1704067200000) * 4096 AS first_id
      FROM experiment_exposure e JOIN experiment_arm arm ON arm.id = e.arm_id
     WHERE e.experiment_id = %(experiment)s AND e.first_at < %(upto)s
), done AS (
    SELECT 'likes' AS metric, met.arm, met.reader_id, count(*) AS times
      FROM met JOIN post_like l ON l.user_id = met.reader_id
     WHERE l.created_at >= met.first_at AND l.created_at < %(upto)s GROUP BY 2, 3
    UNION ALL
    SELECT 'comments', met.arm, met.reader_id, count(*)
      FROM met JOIN post p ON p.author_id = met.reader_id AND p.root_id IS NOT NULL
     WHERE p.id >= met.first_id AND p.id < %(upto_id)s GROUP BY 2, 3
    UNION ALL
    SELECT 'shares', met.arm, met.reader_id, count(*)
      FROM met JOIN post p ON p.author_id = met.reader_id AND p.root_id IS NULL AND p.deleted_at IS NULL
     WHERE p.share_of_id IS NOT NULL AND p.id >= met.first_id AND p.id < %(upto_id)s GROUP BY 2, 3
    UNION ALL
    SELECT 'days', met.arm, met.reader_id, count(*)
      FROM met JOIN feed_read_day d ON d.user_id = met.reader_id
     WHERE d.day > %(week_ago)s AND d.day > (met.first_at AT TIME ZONE 'UTC')::date GROUP BY 2, 3
    UNION ALL
    SELECT 'mutes', met.arm, met.reader_id, count(*)
      FROM met JOIN mute m ON m.muter_id = met.reader_id
     WHERE m.created_at >= met.first_at AND m.created_at < %(upto)s GROUP BY 2, 3
    UNION ALL
    SELECT 'blocks', met.arm, met.reader_id, count(*)
      FROM met JOIN block b ON b.blocker_id = met.reader_id
     WHERE b.created_at >= met.first_at AND b.created_at < %(upto)s GROUP BY 2, 3
    UNION ALL
    SELECT 'less', met.arm, met.reader_id, count(*)
      FROM met JOIN nudge n ON n.reader_id = met.reader_id AND n.amount < 0
     WHERE n.changed_at >= met.first_at AND n.changed_at < %(upto)s GROUP BY 2, 3
    UNION ALL
    SELECT 'left', met.arm, met.reader_id, 1
      FROM met JOIN accounts_user u ON u.id = met.reader_id
     WHERE u.ranking_set_at >= met.first_at AND u.ranking_set_at < %(upto)s
        OR EXISTS (SELECT FROM experiment_departure gone WHERE gone.experiment_id = %(experiment)s
                      AND gone.reader_id = met.reader_id AND gone.left_at < %(upto)s)
)
SELECT 'readers', arm, count(*), 0 FROM met GROUP BY 2
UNION ALL
SELECT metric, arm, sum(times)::bigint, sum(times * times)::bigint FROM done GROUP BY 1, 2
"""


def figures_of(experiment: Experiment, upto: datetime) -> dict[str, dict[str, Any]]:
    """{arm: {"readers": n, metric: [sum, sum of squares], …}}; 1 query, whose work grows with those who met it."""
    found: dict[str, dict[str, Any]] = {
        arm.name: {"readers": 0} | {metric.name: [0, 0] for metric in METRICS} for arm in experiment.arms.all()
    }
    asked = {"experiment": experiment.pk, "upto": upto, "upto_id": first_id_at(upto), "week_ago": (upto - WEEK).date()}
    for metric, arm, total, squares in rows(TOTALS, **asked):
        found[arm][metric] = total if metric == "readers" else [total, squares]
    return found


@transaction.atomic
def look_at(experiment: Experiment, now: datetime | None = None) -> Look:
    """Counts anew, until its end at the latest, and keeps it as that day's last look; twice is fine."""
    now = now or timezone.now()
    upto = min(now, experiment.counted_until or now)
    counted = {"at": upto, "figures": figures_of(experiment, upto)}
    return Look.objects.update_or_create(experiment=experiment, day=upto.date(), defaults=counted)[0]


def split_of(figures: Mapping[str, Any], arms: list[Any]) -> tuple[list[int], list[int]]:
    """Who met each arm, and the arms' shares, in the arms' order."""
    return [figures.get(arm.name, {}).get("readers", 0) for arm in arms], [arm.share for arm in arms]
