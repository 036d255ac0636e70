"""How good an order is: numbers of one session, means over many, and how sure they are. Pure.

Sources: NDCG, Järvelin and Kekäläinen, ACM TOIS 20(4), 2002; expected calibration error, Naeini et al., AAAI 2015.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

AT = 10
RESAMPLES = 2000
BINS = 10


class Quality(NamedTuple):
    """Of one order, or the mean over sessions: all between 0 and 1, 1 being the best."""

    ndcg: float
    average_precision: float
    auc: float


def quality(scores: np.ndarray, gains: np.ndarray, weights: np.ndarray) -> Quality:
    """Of the order these scores make; of equal scores the later row comes first, so that no tie helps the newest."""
    order = np.lexsort((-np.arange(len(scores)), -scores))
    hits = (gains > 0)[order]
    return Quality(ndcg(gains[order] * weights[order]), average_precision(hits), auc(hits))


def ndcg(ordered: np.ndarray, at: int = AT) -> float:
    """Gains in the order shown, discounted by log2(place + 1), over those of the best order."""
    discounts = 1 / np.log2(np.arange(2, min(len(ordered), at) + 2))
    best = np.sort(ordered)[::-1][:at] @ discounts
    return float(ordered[:at] @ discounts / best) if best else 0.0


def average_precision(hits: np.ndarray) -> float:
    places = np.flatnonzero(hits) + 1
    return float(np.mean(np.arange(1, len(places) + 1) / places)) if len(places) else 0.0


def auc(hits: np.ndarray) -> float:
    """The share of pairs of a hit and a miss that stand the right way round."""
    found, missed = int(hits.sum()), int((~hits).sum())
    if not found or not missed:
        return 0.5
    misses_before = np.cumsum(~hits)[hits]
    return float(1 - misses_before.sum() / (found * missed))


class Interval(NamedTuple):
    """The middle 95 of 100 of what a mean would be over other sessions like these."""

    mean: float
    low: float
    high: float


def bootstrap(differences: Sequence[float] | np.ndarray, seed: int, resamples: int = RESAMPLES) -> Interval:
    """Of the mean of a number per session: sessions are drawn anew, with replacement."""
    values, chance = np.asarray(differences, dtype=float), np.random.default_rng(seed)
    means = [values[chance.integers(0, len(values), len(values))].mean() for _ in range(resamples)]
    low, high = np.percentile(means, [2.5, 97.5])
    return Interval(float(values.mean()), float(low), float(high))


class Calibration(NamedTuple):
    """Whether what is said to happen in one of ten cases does: the error, and what was said and seen in each bin."""

    error: float
    bins: list[tuple[float, float, int]]  # (probability said, share that happened, how many)


def calibration(said: np.ndarray, happened: np.ndarray, bins: int = BINS) -> Calibration:
    """Bins of as many rows each, for most probabilities are small: the expected calibration error over them."""
    order = np.argsort(said, kind="stable")
    found = [(float(said[b].mean()), float(happened[b].mean()), len(b)) for b in np.array_split(order, bins) if len(b)]
    error = sum(abs(p - share) * count for p, share, count in found) / max(len(said), 1)
    return Calibration(float(error), found)


def log_loss(said: np.ndarray, happened: np.ndarray) -> float:
    """The mean of -log(probability given to what happened)."""
    sure = np.clip(said, 1e-12, 1 - 1e-12)
    return float(-np.mean(np.where(happened, np.log(sure), np.log(1 - sure))))
