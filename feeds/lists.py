"""Timelines of lists: exact as home is, and always from PostgreSQL, for a list has 500 authors at most."""

from typing import Any

from django.db import connection

from feeds.timeline import Page, Row, Scroll, array, page_of_rows
from feedsite.pagination import PageRequest
from social.models import List


def timeline_of(reader: Any, one: List, asked: PageRequest) -> Page:
    """A page of what those on the reader's list post and share, newest first; one query."""
    scroll = Scroll.read(asked.cursor)
    return page_of_rows(rows(reader.pk, one.pk, scroll, limit=asked.limit + 1), scroll, asked)


def rows(reader_id: int, list_id: int, scroll: Scroll, *, limit: int) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM timeline_list(%s, %s, %s, %s)", [reader_id, list_id, array(scroll.flat()), limit])
        return list(map(Row._make, cursor.fetchall()))
