"""An experiment's arm laid over what a reader has set."""

from typing import Any, NamedTuple

from feeds.experiments import exposures, running
from feeds.ranking.values import Choice
from feeds.rates import rows

# One index probe each. No row: it has been stopped a moment ago.
STANDING = """
SELECT coalesce((SELECT no_experiments FROM reader_ranking WHERE user_id = %(reader)s), false)
       OR EXISTS (SELECT FROM experiment_departure WHERE experiment_id = %(experiment)s AND reader_id = %(reader)s),
       (SELECT setting FROM experiment_exposure WHERE experiment_id = %(experiment)s AND reader_id = %(reader)s)
  FROM experiment WHERE id = %(experiment)s AND state = 'running'
"""


class Standing(NamedTuple):
    """How a reader stands to an experiment at this moment."""

    has_left: bool
    # What they had set when they first met it; None: not yet.
    setting: str | None


def treated(reader: Any, choice: Choice, *, asked: bool) -> Choice:
    """The choice with the reader's arm laid over it, and its name in it.

    `asked`: the page was asked for in a certain order, which is never overruled. No query while no experiment runs
    with this reader; else one, and a second when they meet it for the first time.
    """
    found = None if asked else running.find_for(reader.pk, reader.ranking)
    if found is None:
        return choice
    standing = find_standing(found.pk, reader.pk)
    if standing is None or standing.has_left or standing.setting not in (None, reader.ranking):
        return choice
    arm = found.arm_of(reader.pk)
    if standing.setting is None:
        exposures.log(found.pk, [(reader.pk, arm.pk, reader.ranking)])
    return arm.over(choice)._replace(experiment=found.name, arm=arm.name)


def find_standing(experiment_id: int, reader_id: int) -> Standing | None:
    found = rows(STANDING, experiment=experiment_id, reader=reader_id)
    return Standing(*found[0]) if found else None
