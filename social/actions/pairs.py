"""What every change between two people begins and ends with."""

from django.db import connection
from django.db.models import F

from accounts.models import User
from social.models import Block


def lock_pair(one: int, other: int) -> None:
    """Only one change between two people at a time, so a follow and a block never cross."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"pair:{min(one, other)}:{max(one, other)}"]
        )


def count_relations(changes: dict[int, dict[str, int]]) -> None:
    """Adds to counters of the users named, in the order of their ids so that no two can deadlock."""
    for user_id in sorted(changes):
        change = {name: F(name) + by for name, by in changes[user_id].items()}
        User.objects.filter(pk=user_id).update(**change)


def is_blocked_either_way(one: int, other: int) -> bool:
    return Block.objects.filter(blocker__in=[one, other], blocked__in=[one, other]).exists()


def insert_if_absent(table: str, columns: str, one: int, other: int) -> bool:
    """Whether the edge is new. Table and columns are names in this file, never input."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({columns}) VALUES (%s, %s) ON CONFLICT DO NOTHING",  # noqa: S608
            [one, other],
        )
        return cursor.rowcount == 1
