"""What a reader is told of the experiments they take part in, or have taken part in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from feeds.experiments import running
from feeds.experiments.choosing import find_treatment
from feeds.experiments.models import Exposure
from feeds.ranking.models import ReaderRanking

MOST_EARLIER = 20


@dataclass(frozen=True)
class Part:
    """A reader's part in an experiment that runs; `since` is None until it has decided a page of theirs."""

    name: str
    title: str
    about: str
    arm: str
    arm_about: str
    since: datetime | None


def parts_of(reader: Any) -> list[Part]:
    """What the reader takes part in: one at most, for each experiment has readers of its own. 1 query at most."""
    found = find_treatment(reader)
    if found is None:
        return []
    one, arm = found.experiment, found.arm
    return [Part(one.name, one.title, one.about, arm.name, arm.about, found.since)]


def earlier_of(reader: Any, parts: list[Part]) -> list[Exposure]:
    """What they once met and is not decided by any more, newest first."""
    met = Exposure.objects.filter(reader=reader).exclude(experiment__name__in=[part.name for part in parts])
    return list(met.select_related("experiment", "arm").order_by("-first_at")[:MOST_EARLIER])


def takes_part(reader: Any) -> bool:
    return not ReaderRanking.objects.filter(pk=reader.pk, no_experiments=True).exists()


def told_of(page: Any) -> dict[str, str] | None:
    """What stands above a page whose order an arm has decided: `name`, `title`, `arm`. No query."""
    if not page.experiment:
        return None
    title = next((one.title for one in running.known.now() if one.name == page.experiment), page.experiment)
    return {"name": page.experiment, "title": title, "arm": page.arm}
