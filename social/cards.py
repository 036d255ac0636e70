"""Accounts as the viewer sees them, and the viewer's lists."""

from typing import Any

from django.db import connection

from accounts.cards import public_card
from accounts.models import User
from feedsite.rendering import stamp
from social.models import List
from social.queries import RELATION_COLUMNS, RELATIONS, relations

# What the User of the contract says of how the viewer stands to the account.
RELATION = ("following", "requested", "followed_by", "blocking", "muting")


def user_cards(viewer: Any, users: list[User]) -> list[dict[str, Any]]:
    """The User of the contract for each, with the viewer's relations when signed in; one query."""
    if not viewer.is_authenticated:
        return [public_card(user) for user in users]
    known = relations(viewer, [user.pk for user in users])
    return [public_card(user) | {name: getattr(known[user.pk], name) for name in RELATION} for user in users]


def user_cards_by_id(viewer: Any, user_ids: list[int]) -> dict[int, dict[str, Any]]:
    """{user id: the User of the contract} for somebody signed in; one query, and none for nobody."""
    if not user_ids:
        return {}
    columns = [field.column for field in User._meta.concrete_fields]
    statement = f"SELECT {', '.join(f'u.{name}' for name in columns)}, {', '.join(f'r.{name}' for name in RELATION)}"
    statement += f" FROM ({RELATIONS}) r ({RELATION_COLUMNS}) JOIN accounts_user u ON u.id = r.id"
    with connection.cursor() as cursor:
        cursor.execute(statement, {"viewer": viewer.pk, "ids": user_ids})
        rows = cursor.fetchall()
    names = [field.attname for field in User._meta.concrete_fields]
    users = [User.from_db(connection.alias, names, row[: len(names)]) for row in rows]
    return {
        user.pk: public_card(user) | dict(zip(RELATION, row[len(names) :], strict=True))
        for user, row in zip(users, rows, strict=True)
    }


def list_card(one: List) -> dict[str, Any]:
    """A list as its owner's app sees it; it comes from `social.lists`."""
    return {
        "list_id": str(one.pk),
        "name": one.name,
        "members_count": one.members_count,  # type: ignore[attr-defined]
        "created_at": stamp(one.created_at),
    }
