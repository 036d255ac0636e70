"""Ids that tell the time."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import models

EPOCH = datetime(2024, 1, 1, tzinfo=UTC)


class NextPostId(models.Func):
    """The database's own maker of post ids: 41 bits of milliseconds since 2024, 12 of a sequence."""

    function = "next_post_id"
    template = "%(function)s()"
    arity = 0
    output_field = models.BigIntegerField()


def time_of(post_id: int) -> datetime:
    """When a post of that id was made, in UTC."""
    return EPOCH + timedelta(milliseconds=post_id >> 12)


def first_id_at(moment: datetime) -> int:
    """The smallest id a post made at that moment can have."""
    return max((moment - EPOCH) // timedelta(milliseconds=1), 0) << 12


def as_id(text: Any) -> int | None:
    """The id written in a path, or None when it cannot be one."""
    text = str(text)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 16 else None
