"""Which of the engines answer."""

from django.db import Error, connection
from django_redis import get_redis_connection
from redis.exceptions import RedisError


def postgres_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return False
    return True


def redis_answers() -> bool:
    try:
        return bool(get_redis_connection("default").ping())
    except (RedisError, OSError):
        return False


def missing_parts() -> list[str]:
    """Of `postgres` and `redis`, those that do not answer."""
    parts = {"postgres": postgres_answers, "redis": redis_answers}
    return [name for name, answers in parts.items() if not answers()]
