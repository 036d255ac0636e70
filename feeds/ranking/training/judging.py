"""The whole of a training: split, fit, judge, and a report that says whether the new model is the better one."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np

from feeds.ranking import features, linear
from feeds.ranking.training import fitting, metrics
from feeds.ranking.training.examples import Parts, Session, split
from feeds.ranking.training.metrics import Quality

# Sessions in which something was done that a part has to have; fewer would tell chance.
LEAST_SESSIONS = {"train": 100, "validation": 30, "test": 30}
FORMULA, LEARNED = "seed formula", "learned"
COMMENTS, LIKES, ENTRY_AGE = map(features.NAMES.index, ("log_comments", "log_likes", "log_entry_age"))


class TooLittle(Exception):
    """There is not enough to learn from; says how much there is and how much it takes."""


class Trained(NamedTuple):
    model: linear.Model
    report: dict[str, Any]
    # Its NDCG@10 is above that of what it would replace, with the whole interval.
    is_better: bool


def train(
    sessions: Iterable[Session], *, now: datetime, seed: int, current: tuple[str, linear.Model] | None = None
) -> Trained:
    """A model of these sessions, held against `current` (its name and itself), or the seed formula if there is none.

    Raises TooLittle. The same sessions and seed make the same model and report.
    """
    parts = split(sessions)
    check(parts)
    model, strength = fitting.fit(parts, now)
    found = orders(parts.test, model, seed, current)
    rival = current[0] if current else FORMULA
    over = {name: gain(found[LEARNED], found[name], seed) for name in dict.fromkeys([rival, FORMULA])}
    report = {
        "sessions": {name: len(part) for name, part in parts._asdict().items()},
        "judged": len(found[LEARNED]),
        "examples": sum(len(one.gains) for part in parts for one in part),
        "from": moment(parts.train[0]),
        "until": moment(parts.test[-1]),
        "actions": {one.name: int(fitting.happened(parts.train, one.name).sum()) for one in model.actions},
        "strength": strength,
        "seed": seed,
        "quality": [(name, fitting.mean(each)._asdict()) for name, each in found.items()],
        "rival": rival,
        "over": {name: interval._asdict() for name, interval in over.items()},
        "probabilities": {one.name: truthfulness(one, parts.test) for one in model.actions},
    }
    return Trained(model, report, over[rival].low > 0)


def check(parts: Parts) -> None:
    for name, part in parts._asdict().items():
        told = sum(one.tells() for one in part)
        if told < LEAST_SESSIONS[name]:
            raise TooLittle(
                f"Too little to learn from: the {name} part has {told} pages on which something was done with one post "
                f"and not with another, and {LEAST_SESSIONS[name]} are needed."
            )
    if not fitting.learnable(parts):
        least = " and ".join(f"{times} times in the {name} part" for name, times in fitting.LEAST_OF_AN_ACTION.items())
        raise TooLittle(f"Too little to learn from: none of {', '.join(linear.ACTIONS)} was done {least}.")


def orders(
    sessions: Sequence[Session], model: linear.Model, seed: int, current: tuple[str, linear.Model] | None
) -> dict[str, list[Quality]]:
    """Name of an order → its quality in each session that can tell."""
    chance = np.random.default_rng(seed)
    ways = {
        "random": lambda rows: chance.random(len(rows)),
        "newest": lambda rows: -rows[:, ENTRY_AGE],
        "most engaged": lambda rows: np.expm1(rows[:, LIKES]) + 2 * np.expm1(rows[:, COMMENTS]),
        FORMULA: lambda rows: np.array([features.seed_score(row) for row in rows.astype(float)]),
    }
    told = [one for one in sessions if one.tells()]
    found = {
        name: [metrics.quality(way(one.features), one.gains, one.weights) for one in told] for name, way in ways.items()
    }
    if current:
        found[current[0]] = fitting.judge(current[1], told)
    return found | {LEARNED: fitting.judge(model, told)}


def gain(better: Sequence[Quality], worse: Sequence[Quality], seed: int) -> metrics.Interval:
    """By how much the NDCG@10 of the one is above that of the other, session by session."""
    return metrics.bootstrap([one.ndcg - other.ndcg for one, other in zip(better, worse, strict=True)], seed)


def truthfulness(action: linear.Action, sessions: Sequence[Session]) -> dict[str, Any]:
    """How well the probabilities of an action hold on sessions it has not seen."""
    did = fitting.happened(sessions, action.name)
    rows, places = (np.concatenate([getattr(one, name) for one in sessions]) for name in ("features", "positions"))
    said = fitting.probabilities(action, rows, places)
    error, bins = metrics.calibration(said, did)
    return {
        "log_loss": metrics.log_loss(said, did),
        # What is lost by who says the mean every time.
        "log_loss_of_the_mean": metrics.log_loss(np.full(len(did), did.mean()), did),
        "calibration_error": error,
        "bins": bins,
    }


def moment(session: Session) -> str:
    return datetime.fromtimestamp(session.at, UTC).isoformat()
