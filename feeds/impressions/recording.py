"""Keeps what a page told of, and forgets what a reader wants forgotten; both in the background."""

from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from feeds.impressions import days, tokens
from feeds.impressions.models import features_of
from feeds.ranking import candidates
from feeds.ranking.values import Candidate
from feeds.rates import rows
from feedsite.rendering import encode
from posts.models import first_id_at

HOUR_MS = 3_600_000
# Whoever opts out takes this row for themselves, as does who erases the account: they wait for a batch that is being
# written, and a later one finds what they said.
HOLD_READER = "SELECT 1 FROM accounts_user WHERE id = %(reader)s FOR KEY SHARE"
INSERT = """
INSERT INTO impression (reader_id, entry_id, served_at, shown_id, author_id, sharer_id, seen_at, position,
                        ranking, experiment, arm, model, propensity, features)
SELECT %(reader)s, s.entry_id, %(served_at)s, s.shown_id, s.author_id, s.sharer_id, s.seen_at, s.position,
       %(ranking)s, %(experiment)s, %(arm)s, %(model)s, s.propensity, s.features
  FROM jsonb_to_recordset(%(seen)s::jsonb) AS s(
         entry_id bigint, shown_id bigint, author_id bigint, sharer_id bigint, seen_at timestamptz,
         position integer, propensity real, features real[])
 WHERE NOT EXISTS (SELECT FROM accounts_user u WHERE u.id = %(reader)s AND u.untracked)
    ON CONFLICT DO NOTHING
"""
# What the reader did with these posts since they had the page. It would tell a model what it is to foretell.
DONE_SINCE = """
SELECT s.shown_id, s.author_id,
       (SELECT count(*) FROM post_like l
         WHERE l.post_id = s.shown_id AND l.user_id = %(reader)s AND l.created_at >= %(served_at)s),
       (SELECT count(*) FROM post c WHERE c.author_id = %(reader)s AND c.id >= %(first)s
           AND c.in_reply_to_id = s.shown_id AND c.deleted_at IS NULL),
       (SELECT count(*) FROM post c WHERE c.author_id = %(reader)s AND c.id >= %(first)s
           AND c.share_of_id = s.shown_id AND c.deleted_at IS NULL)
  FROM unnest(%(shown)s::bigint[], %(authors)s::bigint[]) AS s(shown_id, author_id)
"""
FORGET = "DELETE FROM impression WHERE reader_id = %(reader)s"
FORGET_UNTRACKED = "DELETE FROM impression i USING accounts_user u WHERE u.untracked AND i.reader_id = u.id"


def record(reader_id: int, token: str, seen: dict[int, int]) -> None:
    """Keeps what was seen of a token's page, each entry once; `seen` is {entry id: milliseconds since 1970}.

    What the reader may not see any more is left out, and so is everything of a reader who has opted out or gone.
    """
    page = tokens.unsealed(reader_id, token)
    known = as_served(reader_id, page.served_at, candidates.of_entries(reader_id, list(seen)))
    days.make(page.served_at.date())
    with transaction.atomic():
        if known and rows(HOLD_READER, reader=reader_id):
            rows(INSERT, **values(reader_id, page, known, seen))


def values(reader_id: int, page: tokens.Context, known: list[Candidate], seen: dict[int, int]) -> dict[str, Any]:
    places = {entry_id: (place, chance) for place, (entry_id, chance) in enumerate(page.entries, page.first_position)}
    now_ms = datetime.now(UTC).timestamp() * 1000
    seen_rows = [
        {
            "entry_id": one.entry_id,
            "shown_id": one.shown_id,
            "author_id": one.author_id,
            "sharer_id": one.sharer_id,
            "seen_at": datetime.fromtimestamp(seen[one.entry_id] / 1000, UTC),
            "position": places[one.entry_id][0],
            "propensity": places[one.entry_id][1],
            "features": features_of(younger(one, now_ms - seen[one.entry_id])),
        }
        for one in known
    ]
    named = {name: getattr(page, name) for name in ("served_at", "ranking", "experiment", "arm", "model")}
    return {"reader": reader_id, "seen": encode(seen_rows).decode(), **named}


def younger(candidate: Candidate, ms: float) -> Candidate:
    """The candidate as old as it was that many milliseconds ago."""
    return candidate._replace(age_hours=max(candidate.age_hours - ms / HOUR_MS, 0.0))


def as_served(reader_id: int, served_at: datetime, found: list[Candidate]) -> list[Candidate]:
    """The candidates without what the reader did with them since they had the page."""
    shown, authors = [one.shown_id for one in found], [one.author_id for one in found]
    params = {"reader": reader_id, "served_at": served_at, "first": first_id_at(served_at)}
    marks: dict[int, tuple[int, int, int]] = {}
    dealings: dict[int, int] = {}
    for shown_id, author_id, *counts in rows(DONE_SINCE, shown=shown, authors=authors, **params) if found else []:
        marks[shown_id] = (counts[0], counts[1], counts[2])
        dealings[author_id] = dealings.get(author_id, 0) + sum(counts)
    return [without(one, *marks[one.shown_id], dealings[one.author_id]) for one in found]


def without(candidate: Candidate, likes: int, comments: int, shares: int, interactions: int) -> Candidate:
    return candidate._replace(
        likes=max(candidate.likes - likes, 0),
        comments=max(candidate.comments - comments, 0),
        shares=max(candidate.shares - shares, 0),
        interactions=max(candidate.interactions - interactions, 0),
    )


def forget(reader_id: int) -> None:
    """Deletes all impressions of a reader."""
    rows(FORGET, reader=reader_id)


def forget_untracked() -> None:
    """The same for everybody who has opted out: finds what a lost task has left."""
    rows(FORGET_UNTRACKED)
