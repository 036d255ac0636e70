"""Which arm decides a reader's home, and that they have met it."""

from datetime import datetime
from typing import Any, NamedTuple

from feeds.experiments import exposures, running
from feeds.experiments.running import ArmKnown, Running
from feeds.ranking.values import Choice
from feeds.rates import rows

# One index probe each. Whoever has set an order since it began has chosen, by whichever door, though they chose what
# they had. No row: it has been stopped a moment ago.
STANDING = """
SELECT coalesce((SELECT no_experiments FROM reader_ranking WHERE user_id = %(reader)s), false)
       OR EXISTS (SELECT FROM experiment_departure WHERE experiment_id = %(experiment)s AND reader_id = %(reader)s)
       OR coalesce(%(set_at)s > e.started_at, false) OR coalesce(met.setting <> %(setting)s, false),
       met.first_at
  FROM experiment e
  LEFT JOIN experiment_exposure met ON met.experiment_id = e.id AND met.reader_id = %(reader)s
 WHERE e.id = %(experiment)s AND e.state = 'running'
"""


class Treatment(NamedTuple):
    """The arm that decides a reader's home at this moment; `since` is None until it has decided a page of theirs."""

    experiment: Running
    arm: ArmKnown
    since: datetime | None

    def over(self, choice: Choice) -> Choice:
        """The choice with the arm laid over it, and its name in it."""
        return self.named(self.arm.over(choice))

    def named(self, choice: Choice) -> Choice:
        return choice._replace(experiment=self.experiment.name, arm=self.arm.name)


def find_treatment(reader: Any) -> Treatment | None:
    """No query while no experiment runs with the reader, else one. Nothing is written: a page may only be explained."""
    found = running.find_for(reader.pk, reader.ranking)
    if found is None:
        return None
    asked = {"experiment": found.pk, "reader": reader.pk, "setting": reader.ranking, "set_at": reader.ranking_set_at}
    standing = rows(STANDING, **asked)
    if not standing or standing[0][0]:
        return None
    return Treatment(found, found.arm_of(reader.pk), standing[0][1])


def note_met(reader: Any, treatment: Treatment) -> None:
    """To be called before the first page of a scroll that the arm decides; one query, the first time only."""
    if treatment.since is None:
        exposures.log(treatment.experiment.pk, [(reader.pk, treatment.arm.pk, reader.ranking)])
