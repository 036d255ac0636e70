"""The report of a training in words and rows: for the command that made it, and for staff pages later. Pure."""

from collections.abc import Iterator, Sequence
from typing import Any

from feeds.ranking import features
from feeds.ranking.linear import ACTIONS

ORDERS = ("order", "NDCG@10", "MAP", "AUC")


def lines(report: dict[str, Any]) -> Iterator[str]:
    """All of it, as a text."""
    yield about(report)
    yield ""
    yield from (f"| {' | '.join(row)} |" for row in [ORDERS, ["---"] * len(ORDERS), *orders(report)])
    yield ""
    yield from gains(report)
    for action in learned(report["probabilities"]):
        yield ""
        yield truthfulness(report, action)
        yield from (
            f"  {name:5}" + "".join(f"{value:>8}" for value in row) for name, *row in calibration(report, action)
        )


def about(report: dict[str, Any]) -> str:
    sessions = report["sessions"]
    return (
        f"{sum(sessions.values()):,} sessions of {report['examples']:,} posts, {report['from'][:16]} to "
        f"{report['until'][:16]} UTC: {sessions['train']:,} to learn from, {sessions['validation']:,} to choose by, "
        f"{sessions['test']:,} to judge ({report['judged']:,} of them can tell)."
    )


def orders(report: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """Rows under ORDERS."""
    for name, of in report["quality"]:
        yield name, f"{of['ndcg']:.3f}", f"{of['average_precision']:.3f}", f"{of['auc']:.3f}"


def gains(report: dict[str, Any]) -> Iterator[str]:
    for rival, by in report["over"].items():
        yield f"NDCG@10 over the {rival}: {by['mean']:+.4f}, 95 % interval {by['low']:+.4f} to {by['high']:+.4f}."


def learned(actions: Any) -> list[str]:
    """The actions that are known there, in their usual order: a database keeps no order of names."""
    return [name for name in ACTIONS if name in actions]


def truthfulness(report: dict[str, Any], action: str) -> str:
    found = report["probabilities"][action]
    return (
        f"{action}, learned from {report['actions'][action]:,}: log-loss {found['log_loss']:.4f} (always saying the "
        f"mean: {found['log_loss_of_the_mean']:.4f}), expected calibration error {found['calibration_error']:.4f}."
    )


def calibration(report: dict[str, Any], action: str) -> Iterator[tuple[str, ...]]:
    """Two rows: the probabilities that were said, in ten steps, and how often it happened."""
    bins = report["probabilities"][action]["bins"]
    yield "said", *(f"{said:.4f}" for said, _, _ in bins)
    yield "seen", *(f"{seen:.4f}" for _, seen, _ in bins)


def weights(actions: dict[str, Any]) -> Iterator[Sequence[str]]:
    """A row for each feature, with what it adds to the log-odds of each action that was learned."""
    for place, name in enumerate(features.NAMES):
        yield name, *(f"{actions[action]['weights'][place]:.3f}" for action in learned(actions))
