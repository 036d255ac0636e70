"""Home by the formula, through the API: what counts, what is frozen, what is said of it."""

from typing import Any

import pytest

from accounts.models import User
from feeds.ranking import formula
from feeds.ranking.candidates import of_reader
from feeds.ranking.values import SEED
from posts import actions
from social import actions as social
from tests.helpers import flush_redis, run_tasks


@pytest.fixture
def harbour(alice: User, bob: User, carol: User) -> list[int]:
    """bob follows alice and carol, who have posted in turns: ids, oldest first."""
    for author in (alice, carol):
        social.follow(follower=bob, author=author)
    made = [actions.publish(author=(alice, carol)[n % 2], content=f"post {n}").pk for n in range(12)]
    run_tasks()
    return made


def pages(app: Any, ranking: str, limit: int = 5, between: Any = lambda number: None) -> list[dict[str, Any]]:
    """All posts of a scroll, each with its `why`; `between` is called after each page with its number."""
    posts: list[dict[str, Any]] = []
    cursor, number = "", 0
    while cursor is not None:
        asked = f"/timeline?ranking={ranking}&explain=1&limit={limit}{cursor and '&cursor=' + cursor}"
        status, page = app.get(asked)
        assert status == 200, page
        assert page["ranking"] == ranking
        posts += page["posts"]
        cursor = page["next_cursor"]
        between(number)
        number += 1
    return posts


def entries(posts: list[dict[str, Any]]) -> list[int]:
    return [int(post["entry_id"]) for post in posts]


def test_the_order_is_that_of_the_formula_over_what_is_known(api, bob, harbour):
    actions.like(actor=bob, post_id=harbour[3])
    actions.comment(author=bob, post_id=harbour[5], content="hm")
    expected = [one.candidate.entry_id for one in formula.ranked(of_reader(bob.pk), SEED)]
    assert expected[:2] == [harbour[5], harbour[3]]
    assert entries(pages(api(bob), "engagement")) == expected


def test_the_parts_that_are_said_sum_to_the_score(api, bob, harbour):
    actions.like(actor=bob, post_id=harbour[3])
    for post in pages(api(bob), "engagement"):
        why = post["why"]
        assert list(why["parts"]) == ["recency", "popularity", "closeness", "media", "replies"]
        assert sum(why["parts"].values()) == why["score"]


def test_a_scroll_stays_as_it_was_while_others_go_on(api, alice, bob, carol, harbour):
    expected = [one.candidate.entry_id for one in formula.ranked(of_reader(bob.pk), SEED)]

    def meanwhile(number: int) -> None:
        flush_redis()
        actions.publish(author=alice, content=f"new {number}")
        actions.like(actor=carol, post_id=harbour[0])
        actions.share(actor=carol, post_id=harbour[0])
        run_tasks()

    assert entries(pages(api(bob), "engagement", 3, meanwhile)) == expected


def test_what_the_rules_take_is_gone_from_the_rest_of_the_scroll_and_nothing_else(api, alice, bob, carol, harbour):
    expected = [one.candidate.entry_id for one in formula.ranked(of_reader(bob.pk), SEED)]

    def meanwhile(number: int) -> None:
        if number == 0:
            actions.delete(actor=User.objects.get(pk=alice.pk), post_id=harbour[0])
        if number == 1:
            social.unfollow(follower=bob, author=carol)

    got = entries(pages(api(bob), "engagement", 3, meanwhile))
    after = [pk for pk in expected[3:] if pk != harbour[0]]
    assert got == expected[:3] + after[:3] + [pk for pk in after[3:] if harbour.index(pk) % 2 == 0]
