"""Serving a learned ranking."""

from feeds.ranking.values import Candidate, Choice, Scored


def rank(candidates: list[Candidate], choice: Choice) -> list[Scored] | None:
    """The candidates best first; None while there is no model, and the formula is used."""
    return None


def model_name() -> str:
    """Which model answers, for impressions and the why of a post; empty where none does."""
    return ""


def explain(candidate: Candidate) -> list[tuple[str, float]]:
    """(feature, how far it moves the score) of a candidate, the strongest first; empty where nothing is served."""
    return []
