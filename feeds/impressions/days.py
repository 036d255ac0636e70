"""The table of impressions in days, UTC: made ahead, made when somebody needs one, dropped when their time is over."""

from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from django.db import OperationalError, transaction
from psycopg2.errors import LockNotAvailable

from feeds.rates import rows

DAYS_AHEAD = 3
# A day is dropped so long before the first page of it is IMPRESSION_DAYS old: time for two tries, an hour apart.
EARLY = timedelta(hours=2)
NAME = "impression_%Y%m%d"
# One maker at a time. It is not asked for a day that is there.
ALONE = "SELECT pg_advisory_xact_lock(hashtextextended('feeds.impressions', 0))"
# By the table itself: `to_regclass` answers from what the connection remembers, though another made it meanwhile.
STANDS = """
SELECT 1 FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
 WHERE i.inhparent = 'impression'::regclass AND c.relname = %(name)s
"""
# Made first and attached then, for which nobody has to stop reading or writing.
MAKE = """
CREATE TABLE {name} (LIKE impression INCLUDING ALL);
ALTER TABLE impression ATTACH PARTITION {name} FOR VALUES FROM ('{day}T00:00:00Z') TO ('{next}T00:00:00Z')
"""
ALL = """
SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
 WHERE i.inhparent = 'impression'::regclass ORDER BY c.relname
"""
# Dropping waits for whoever is at the table, and all others for it: so it gives up soon, and is tried again.
BRIEFLY = "SET LOCAL lock_timeout = '2s'"


def keep(now: datetime) -> None:
    """Makes today's part and the next ones, and drops those in which something would soon be IMPRESSION_DAYS old."""
    for ahead in range(DAYS_AHEAD + 1):
        make(now.date() + timedelta(days=ahead))
    drop_before((now + EARLY).date() - timedelta(days=settings.IMPRESSION_DAYS - 1))


def oldest_kept(now: datetime) -> datetime:
    """Pages from before are read by nobody, should their day stand a little longer."""
    return now - timedelta(days=settings.IMPRESSION_DAYS)


def make(day: date) -> None:
    """Makes the part of that day unless it is there."""
    name = day.strftime(NAME)
    if stands(name):
        return
    with transaction.atomic():
        rows(ALONE)
        if not stands(name):
            rows(MAKE.format(name=name, day=day.isoformat(), next=(day + timedelta(days=1)).isoformat()))


def stands(name: str) -> bool:
    return bool(rows(STANDS, name=name))


def all_days() -> list[date]:
    """The days there are parts of, in order."""
    return [datetime.strptime(name, NAME).replace(tzinfo=UTC).date() for (name,) in rows(ALL)]


def drop_before(first: date) -> None:
    """Drops the parts of earlier days; what cannot be dropped within two seconds stays until the next time."""
    for day in all_days():
        if day < first:
            try:
                drop(day)
            except OperationalError as error:
                if not isinstance(error.__cause__, LockNotAvailable):
                    raise
                return


def drop(day: date) -> None:
    with transaction.atomic():
        rows(BRIEFLY)
        rows(f"DROP TABLE IF EXISTS {day.strftime(NAME)}")
