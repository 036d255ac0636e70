"""The log of who met which experiment in which arm."""

from collections.abc import Sequence

from feeds.rates import rows

LOG = """
INSERT INTO experiment_exposure (experiment_id, reader_id, arm_id, setting)
SELECT %(experiment)s, new.* FROM unnest(%(readers)s::bigint[], %(arms)s::bigint[], %(settings)s::text[]) new
    ON CONFLICT DO NOTHING
"""


def log(experiment_id: int, met: Sequence[tuple[int, int, str]]) -> None:
    """`met`: (reader, arm, the reader's own setting). The first time counts, however often it is told."""
    readers, arms, settings = ([one[part] for one in met] for part in range(3))
    rows(LOG, experiment=experiment_id, readers=readers, arms=arms, settings=settings)
