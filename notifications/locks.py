"""One lock for each recipient, held by whoever writes what they are told until the end of the transaction.

Delivery, reading and e-mail change the same rows, each in an order of its own; one at a time they cannot deadlock.
"""

from django.db import connection

KEY = "hashtextextended(%s, 0)"


def hold_notices(user_id: int) -> None:
    """Waits for it: for the first statement of a transaction that changes someone's notifications or mailbox."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_xact_lock({KEY})", [f"notices:{user_id}"])


def try_to_hold_notices(user_id: int) -> bool:
    """Whether it was free: for a worker that comes again anyway."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_try_advisory_xact_lock({KEY})", [f"notices:{user_id}"])  # noqa: S608
        return bool(cursor.fetchone()[0])
