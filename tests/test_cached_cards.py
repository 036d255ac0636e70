"""What is kept of a card is never wrong: it is the card made afresh, at every moment."""

import json

import pytest
from django_redis import get_redis_connection

from accounts import actions as accounts
from accounts.models import User
from feeds import cards, live, timeline
from feeds.api import EntrySerializer
from feedsite.pagination import PageRequest
from posts import actions
from posts.cards import post_card
from posts.models import Post
from tests.helpers import flush_redis
from tests.timelines import warm

pytestmark = pytest.mark.usefixtures("nothing_at_hand")


def forget_at_hand():
    for kept in (cards.posts_at_hand, cards.people_at_hand):
        kept.newer, kept.older = {}, {}


def by_objects(reader):
    """The page's cards by way of model objects, as the pages make them."""
    page = timeline.home(reader, PageRequest(20, None, "home", reader.pk))
    return [
        post_card(item.post, entry_id=item.entry.entry_id, sharer=item.sharer, reason=item.reason)
        for item in timeline.hydrate(reader, page.rows)
    ]


def test_a_card_of_the_quick_way_is_the_card_of_the_pages_and_of_the_schema(bob, api, shelf):
    expected = by_objects(bob)
    assert {card["reason"] for card in expected} == {"own", "following", "shared_by"}
    for _ in ("made", "at hand"):
        assert api(bob).get("/timeline")[1]["posts"] == expected
    forget_at_hand()  # and now out of Redis
    assert api(bob).get("/timeline")[1]["posts"] == expected
    assert set(expected[0]) == set(EntrySerializer().fields)


def test_counters_and_marks_on_cached_cards_are_those_of_this_moment(alice, bob, carol, api, shelf):
    app = api(bob)
    app.get("/timeline")
    actions.like(actor=carol, post_id=shelf.pk)
    actions.unlike(actor=bob, post_id=shelf.pk)
    actions.comment(author=carol, post_id=shelf.pk, content="so")
    (card,) = [p for p in app.get("/timeline")[1]["posts"] if p["post_id"] == str(shelf.pk)]
    assert (card["likes_count"], card["comments_count"], card["has_liked"]) == (1, 2, False)
    (card,) = [p for p in api(carol).get("/timeline")[1]["posts"] if p["post_id"] == str(shelf.pk)]
    assert (card["likes_count"], card["has_liked"], card["has_shared"]) == (1, True, True)


def test_a_new_name_or_text_shows_at_once(alice, carol, bob, api, shelf):
    app = api(bob)
    app.get("/timeline")
    accounts.change_profile(alice, display_name="Alice of the Quay")
    accounts.change_profile(carol, display_name="Carol too")
    User.objects.filter(pk=bob.pk).update(display_name="By whatever way")
    Post._base_manager.filter(pk=shelf.pk).update(content="edited", edited_at="2026-01-02T03:04:05.678Z")
    cards_now = app.get("/timeline")[1]["posts"]
    assert {c["user"]["display_name"] for c in cards_now} == {"Alice of the Quay", "By whatever way"}
    (card,) = [p for p in cards_now if p["post_id"] == str(shelf.pk)]
    assert (card["content"], card["edited_at"]) == ("edited", "2026-01-02T03:04:05.678Z")
    assert card["shared_by"]["display_name"] == "Carol too"


def test_a_narrower_visibility_holds_on_cached_cards(alice, carol, bob, api, shelf):
    warm(api, bob)
    assert str(shelf.pk) in str(api(bob).get("/timeline"))
    Post._base_manager.filter(pk=shelf.pk).update(visibility="private", mentioned_ids=[])
    assert str(shelf.pk) not in str(api(bob).get("/timeline"))
    User.objects.filter(pk=alice.pk).update(is_private=True)
    assert {c["visibility"] for c in api(bob).get("/timeline")[1]["posts"]} >= {"followers"}


def test_pieces_of_another_process_are_used_and_only_in_their_version(bob, api, shelf):
    app = api(bob)
    before = app.get("/timeline")[1]["posts"]
    redis = get_redis_connection("default")
    pieces = [name for name in redis.scan_iter("*") if b":card:" in name or b":person:" in name]
    assert pieces
    assert all(redis.ttl(name) > 0 for name in pieces)
    for name in pieces:
        if b":card:" in name:
            redis.set(name, json.dumps({**json.loads(redis.get(name)), "content": "from Redis"}))
    forget_at_hand()
    assert {card["content"] for card in app.get("/timeline")[1]["posts"]} == {"from Redis"}
    flush_redis()
    forget_at_hand()
    assert app.get("/timeline")[1]["posts"] == before


def test_what_a_process_keeps_at_hand_is_bounded(settings):
    settings.CARDS_AT_HAND = 10
    kept = cards.AtHand()
    for n in range(100):
        kept.keep({(n, 0): b"x"})
    assert len(kept.newer) + len(kept.older) <= 10
    assert kept.find([(99, 0), (0, 0)]) == {(99, 0): b"x"}


def test_a_live_frame_is_the_card_of_the_timeline(alice, bob, carol, api, shelf):
    """Also where a share brings what the reader has liked long ago."""
    for reader in (bob, carol):
        for post in api(reader).get("/timeline")[1]["posts"]:
            entry, card = live.new_post(int(post["entry_id"]))
            told = {pk: card | differs for differs, some in live.groups(entry, [bob.pk, carol.pk]) for pk in some}
            untouched = {} if post["shared_by"] else {"has_liked": False, "has_shared": False}
            assert told[reader.pk] == post | untouched
