"""From sessions to weights: a logistic regression per action, made comparable between posts, not between sessions.

1. Features are taken as their distance from the session's mean. Who reads when matters most for whether anything is
   done at all, and would teach a model that a busy hour makes good posts. Subtracting a session's mean from all its
   rows changes no order, so the weights serve as they are, without it.
2. The place on the screen is one more feature: what stands on top is liked more for standing there. When serving it is
   fixed at the first place, the same for all.
3. A row counts by one over its propensity, so that places filled by lot count as if each had been as likely.
4. How strongly weights are held back (C) is what does best on the validation part; then both parts teach together.
5. A logistic curve over the weighted sum brings back what step 1 took away: how often it happens at all. It is drawn
   on the validation part alone, the newer one: habits last, how much is going on does not.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import numpy as np
from sklearn.linear_model import LogisticRegression

from feeds.ranking import linear
from feeds.ranking.training.examples import Parts, Session
from feeds.ranking.training.metrics import Quality, quality

STRENGTHS = (1.0, 0.1, 0.01, 0.001)
# An action that was taken less often in these parts has no regression: it would learn names, not habits.
LEAST_OF_AN_ACTION = {"train": 50, "validation": 10}


class Rows(NamedTuple):
    """Sessions laid under each other; `inside` are features and position as distances from the session's mean."""

    inside: np.ndarray
    plain: np.ndarray
    weights: np.ndarray


def rows_of(sessions: Sequence[Session]) -> Rows:
    plain = [np.column_stack([one.features, one.positions]) for one in sessions]
    inside = np.concatenate([rows - rows.mean(axis=0) for rows in plain])
    return Rows(inside, np.concatenate(plain), np.concatenate([one.weights for one in sessions]))


def happened(sessions: Sequence[Session], action: str) -> np.ndarray:
    return np.array([action in done for one in sessions for done in one.outcomes])


def learnable(parts: Parts) -> list[str]:
    """The actions that were taken often enough."""
    least = LEAST_OF_AN_ACTION.items()
    return [one for one in linear.ACTIONS if all(happened(getattr(parts, part), one).sum() >= n for part, n in least)]


def fit(parts: Parts, trained_at: datetime) -> tuple[linear.Model, float]:
    """The model and the C it was made with; there has to be an action that is learnable."""

    def made(sessions: Sequence[Session], strength: float) -> linear.Model:
        rows, newest = rows_of(sessions), rows_of(parts.validation)
        found = []
        for name in learnable(parts):
            slopes = slopes_of(rows, happened(sessions, name), strength)
            found.append(levelled(name, slopes, newest, happened(parts.validation, name)))
        return linear.Model(trained_at, tuple(found), tuple(map(float, rows.plain[:, :-1].mean(axis=0))))

    def does(strength: float) -> float:
        return mean(judge(made(parts.train, strength), parts.validation)).ndcg

    best = max(STRENGTHS, key=does)
    return made(parts.train + parts.validation, best), best


def slopes_of(rows: Rows, did: np.ndarray, strength: float) -> np.ndarray:
    """What each feature, and last the position, adds to the log-odds."""
    scale = rows.inside.std(axis=0)
    scale[scale < 1e-6] = np.inf  # says nothing here, so weighs nothing
    return logistic(rows.inside / scale, did, rows.weights, strength)[0] / scale


def levelled(name: str, slopes: np.ndarray, rows: Rows, did: np.ndarray) -> linear.Action:
    """The regression with its level."""
    steep, intercept = logistic((rows.plain @ slopes)[:, None], did, rows.weights, strength=1e6)
    *weights, position = map(float, steep[0] * slopes)
    return linear.Action(name, linear.VALUES[name], intercept, tuple(weights), position)


def logistic(x: np.ndarray, did: np.ndarray, weights: np.ndarray, strength: float) -> tuple[np.ndarray, float]:
    """(slopes, intercept); lbfgs from nothing has no chance in it, so the same rows make the same numbers."""
    made = LogisticRegression(C=strength, max_iter=2000).fit(x, did, sample_weight=weights)
    return made.coef_[0], float(made.intercept_[0])


def scores(model: linear.Model, rows: np.ndarray) -> np.ndarray:
    """As served: each as if it stood first."""
    return sum((one.value * probabilities(one, rows) for one in model.actions), start=np.zeros(len(rows)))


def probabilities(action: linear.Action, rows: np.ndarray, positions: np.ndarray | float = 0.0) -> np.ndarray:
    at = action.intercept + rows.astype(float) @ np.array(action.weights) + action.position * positions
    return 1 / (1 + np.exp(-np.clip(at, -60, 60)))


def judge(model: linear.Model, sessions: Sequence[Session]) -> list[Quality]:
    """Of each session that can tell a good order from a bad one."""
    return [quality(scores(model, one.features), one.gains, one.weights) for one in sessions if one.tells()]


def mean(found: Sequence[Quality]) -> Quality:
    return Quality(*map(float, np.mean(found, axis=0)))
