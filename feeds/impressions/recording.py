"""Keeps what a page told of, in the background."""

from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from feeds.impressions import days, facts, tokens
from feeds.impressions.models import features_of
from feeds.ranking.values import Candidate
from feeds.rates import rows
from feedsite.rendering import encode

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
   AND NOT EXISTS (SELECT FROM impression_forgetting f WHERE f.reader_id = %(reader)s AND f.before > %(served_at)s)
    ON CONFLICT DO NOTHING
"""


def record(reader_id: int, token: str, seen: dict[int, int]) -> None:
    """Keeps what was seen of a token's page, each entry once; `seen` is {entry id: milliseconds since 1970}.

    What is deleted by now is left out, and so is everything of a reader who has opted out or gone, also of a page
    from before they opted out and in again. What they have hidden meanwhile is kept: it was on their screen.
    """
    page = tokens.unsealed(reader_id, token)
    moments = {entry_id: datetime.fromtimestamp(ms / 1000, UTC) for entry_id, ms in seen.items()}
    known = facts.as_served(reader_id, page.served_at, moments)
    days.make(page.served_at.date())
    with transaction.atomic():
        if known and rows(HOLD_READER, reader=reader_id):
            rows(INSERT, **values(reader_id, page, known, moments))


def values(
    reader_id: int, page: tokens.Context, known: list[Candidate], moments: dict[int, datetime]
) -> dict[str, Any]:
    places = {entry_id: (place, chance) for place, (entry_id, chance) in enumerate(page.entries, page.first_position)}
    seen_rows = [
        {
            "entry_id": one.entry_id,
            "shown_id": one.shown_id,
            "author_id": one.author_id,
            "sharer_id": one.sharer_id,
            "seen_at": moments[one.entry_id],
            "position": places[one.entry_id][0],
            "propensity": places[one.entry_id][1],
            "features": features_of(one),
        }
        for one in known
    ]
    named = {name: getattr(page, name) for name in ("served_at", "ranking", "experiment", "arm", "model")}
    return {"reader": reader_id, "seen": encode(seen_rows).decode(), **named}
