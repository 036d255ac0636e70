"""Trends, through the task that finds them and the API that answers them."""

from datetime import datetime, timedelta
from typing import Any
from unittest import mock

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils import timezone

from accounts import actions as accounts
from accounts.models import User
from feeds import actions, tasks
from feeds.models import CountedHour, PostHour, Rising, TagHour
from feeds.trends import counting, rising
from feedsite.errors import Invalid
from posts import actions as posts
from posts.models import Like, Post, first_id_at
from posts.text import entities
from social import actions as social
from tests.factories import UserFactory
from tests.helpers import run_tasks
from tests.timelines import share

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def crowd(db: None) -> list[User]:
    return UserFactory.create_batch(50)


def find(after: timedelta = timedelta()) -> None:
    """The task as it runs so much later."""
    with mock.patch("django.utils.timezone.now", return_value=timezone.now() + after):
        tasks.find_trends()


def tags(api: Any, after: timedelta = timedelta()) -> list[str]:
    """What a visitor finds, best first, so much later."""
    find(after)
    with mock.patch("django.utils.timezone.now", return_value=timezone.now() + after):
        return [one["tag"] for one in listed(api, "hashtags")]


def listed(api: Any, kind: str, viewer: User | None = None) -> list[dict[str, Any]]:
    status, page = api(viewer).get(f"/trends/{kind}?limit=100")
    assert status == 200
    assert page["has_more"] is False
    return page[kind]  # type: ignore[no-any-return]


def rising_posts(api: Any, viewer: User | None = None) -> list[int]:
    find()
    return shown_posts(api, viewer)


def shown_posts(api: Any, viewer: User | None = None) -> list[int]:
    """As it was found last."""
    return [int(post["post_id"]) for post in listed(api, "posts", viewer)]


def burst(people: list[User], content: str, **more: Any) -> list[Post]:
    return [posts.publish(author=person, content=content, **more) for person in people]


def then(people: list[User], content: str, moment: datetime) -> None:
    """The same at another time."""
    hashtags, first = entities(content).hashtags, first_id_at(moment)
    while Post.objects.filter(pk=first).exists():
        first += len(people)
    made = [Post(pk=first + n, author=one, content=content, hashtags=hashtags) for n, one in enumerate(people)]
    Post.objects.bulk_create(made)
    User.objects.filter(pk__in=[one.pk for one in people]).update(posts_count=F("posts_count") + 1)


def liked(people: list[User], post: Post) -> None:
    for person in people:
        posts.like(actor=person, post_id=post.pk)


def test_a_burst_of_many_rises_that_of_one_does_not_nor_does_a_habit_and_all_of_it_fades(alice, crowd, api):
    for day in range(1, 8):
        then(crowd, "Good evening #regular", timezone.now() - day * DAY)
    burst(crowd, "Smoke over the mill! #fire")
    burst([alice] * 50, "Buy this #spam")
    burst(crowd, "Good evening #regular")
    assert tags(api) == ["fire"]
    found = listed(api, "hashtags")[0]
    assert found["authors_count"] == max(one["authors_count"] for one in found["history"]) >= 25
    assert len(found["history"]) == 24
    assert found["rose_at"] in [one["hour"] for one in found["history"]]
    strength = Rising.objects.get().score
    then(crowd[:20], "It is out #relief", timezone.now() + 8 * HOUR)
    assert tags(api, 8 * HOUR) == ["relief", "fire"]
    assert Rising.objects.get(tag="fire").score == pytest.approx(strength / 4)
    assert tags(api, 25 * HOUR) == ["relief"]
    assert tags(api, 33 * HOUR) == []


def test_what_all_use_every_day_leaves_room_for_a_burst(crowd, api):
    for day in range(1, 8):
        then(crowd, "Good evening #regular", timezone.now() - day * DAY)
    burst(crowd, "Good evening #regular")
    burst(crowd[:40], "Smoke over the mill! #fire")
    with mock.patch("feeds.trends.listing.MOST_CANDIDATES", 1):
        assert tags(api) == ["fire"]


def test_only_public_posts_of_public_active_accounts_count(crowd, api):
    burst(crowd[:5], "For followers #quiet", visibility="followers")
    burst(crowd[:5], "@fan1 #whispered", visibility="private")
    alike = [
        (crowd[5:8], "#hermits", lambda person: accounts.change_privacy(person, True)),
        (crowd[8:11], "#suspended", accounts.suspend),
    ]
    for people, tag, change in alike:
        burst(people, f"Hello {tag}")
        change(people[0])
    posts_of_three = burst(crowd[11:14], "Hello #deleted")
    posts.delete(actor=crowd[11], post_id=posts_of_three[0].pk)
    burst(crowd[14:17], "Hello #seen")
    assert tags(api) == ["seen"]
    assert set(TagHour.objects.values_list("tag", flat=True)) == {"hermits", "suspended", "deleted", "seen"}
    accounts.change_privacy(crowd[14], True)
    assert tags(api) == []


def test_what_is_taken_back_in_an_earlier_hour_is_found_when_its_turn_comes(crowd, api):
    earlier = timezone.now() - 5 * HOUR
    then(crowd[:9], "Smoke #fire", earlier)
    assert tags(api) == ["fire"]
    for post in Post.objects.filter(hashtags=["fire"]).select_related("author"):
        posts.delete(actor=post.author, post_id=post.pk)
    turns = rising.WINDOW_HOURS // counting.AGAIN_AT_ONCE
    for _ in range(turns):
        find()
    assert tags(api) == []


def test_posts_rise_by_accounts_each_once_by_its_weightiest_and_never_by_the_author(alice, bob, crowd, api):
    loud, quiet, alone = burst([alice, bob, crowd[0]], "Look")
    liked(crowd[1:5], loud)
    for person in crowd[5:8]:
        posts.comment(author=person, post_id=quiet.pk, content="So do I")
        posts.comment(author=person, post_id=quiet.pk, content="And again")
    liked(crowd[5:8], quiet)
    liked([crowd[0], crowd[1]], alone)
    for _ in range(5):
        posts.comment(author=crowd[0], post_id=alone.pk, content="Look again")
    assert rising_posts(api) == [quiet.pk, loud.pk]
    found = {row.post_id: (row.accounts, row.score) for row in PostHour.objects.all()}
    assert found == {loud.pk: (4, 4), quiet.pk: (3, 6), alone.pk: (1, 1)}
    share(crowd[1], loud)
    posts.publish(author=crowd[2], content="See", quote_of=loud.pk)
    posts.publish(author=crowd[3], content="Shh", quote_of=loud.pk, visibility="followers")
    assert rising_posts(api) == [loud.pk, quiet.pk]
    assert PostHour.objects.get(post_id=loud.pk).score == 3 + 3 + 1 + 1
    for person in crowd[3:5]:
        posts.unlike(actor=person, post_id=loud.pk)
    assert rising_posts(api) == [quiet.pk]


def test_engagement_counts_in_its_hour_and_fades(alice, bob, crowd, api):
    old, new = burst([alice, bob], "Look")
    liked(crowd[:12], old)
    liked(crowd[:5], new)
    Like.objects.filter(post=old).update(created_at=timezone.now() - 8 * HOUR)
    assert rising_posts(api) == [new.pk, old.pk]
    Like.objects.filter(post=old).update(created_at=timezone.now() - 25 * HOUR)
    CountedHour.objects.all().delete()
    assert rising_posts(api) == [new.pk]


def test_of_each_author_the_best_post_is_shown(alice, bob, crowd, api):
    first, second, other = burst([alice, alice, bob], "Look")
    for number, post in [(5, first), (7, second), (3, other)]:
        liked(crowd[:number], post)
    assert rising_posts(api) == [second.pk, other.pk]


def test_whoever_may_not_see_a_post_or_has_muted_its_author_does_not_find_it(alice, bob, carol, dave, crowd, api):
    one, other = burst([alice, bob], "Look")
    liked(crowd[:6], one)
    liked(crowd[:4], other)
    social.block(blocker=alice, blocked=carol)
    social.block(blocker=dave, blocked=alice)
    assert rising_posts(api) == [one.pk, other.pk]
    assert shown_posts(api, carol) == shown_posts(api, dave) == [other.pk]
    social.mute(muter=crowd[0], muted=bob)
    assert shown_posts(api, crowd[0]) == [one.pk]
    posts.edit(actor=alice, post_id=one.pk, visibility="followers")
    social.follow(follower=crowd[1], author=alice)
    social.follow(follower=crowd[1], author=bob)
    assert shown_posts(api) == shown_posts(api, crowd[1]) == [other.pk]
    accounts.change_privacy(bob, True)
    assert shown_posts(api) == shown_posts(api, crowd[1]) == []
    accounts.change_privacy(bob, False)
    posts.delete(actor=bob, post_id=other.pk)
    assert shown_posts(api) == []


def test_what_staff_hide_is_gone_at_the_next_read_and_comes_back(alice, bob, crowd, api):
    burst(crowd[:5], "Smoke #Fire")
    post = posts.publish(author=alice, content="Look")
    liked(crowd[:6], post)
    assert rising_posts(api) == [post.pk]
    hidden = [
        actions.hide_trend(staff=bob, reason="Rumours", tag="#FIRE"),
        actions.hide_trend(staff=bob, reason="Rumours", post_id=post.pk),
    ]
    assert actions.hide_trend(staff=alice, reason="Again", tag="fire") == hidden[0]
    assert (listed(api, "hashtags"), listed(api, "posts")) == ([], [])
    assert tags(api) == []
    assert api().get("/timeline/hashtag/fire")[1]["posts"]
    for one in hidden:
        actions.show_trend(one)
    assert [one["tag"] for one in listed(api, "hashtags")] == ["fire"]
    assert shown_posts(api) == [post.pk]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({}, "tag"),
        ({"tag": "a", "post_id": 1}, "tag"),
        ({"tag": "a b"}, "tag"),
        ({"tag": "a", "reason": " "}, "reason"),
    ],
)
def test_hiding_says_what_is_missing(alice, said, field):
    with pytest.raises(Invalid) as refused:
        actions.hide_trend(staff=alice, **({"reason": "Rumours"} | said))
    assert list(refused.value.fields) == [field]


def test_pages_go_on_where_the_last_ended(alice, bob, crowd, api):
    for number, tag in enumerate(("one", "two", "three")):
        burst(crowd[: 9 - number], f"#{tag}")
    for number, post in enumerate(burst([alice, bob, crowd[0]], "Look")):
        liked(crowd[1 : 9 - number], post)
    find()
    for kind, name in (("hashtags", "tag"), ("posts", "post_id")):
        whole = [one[name] for one in listed(api, kind)]
        assert len(whole) == 3
        page = api().get(f"/trends/{kind}?limit=2")[1]
        rest = api().get(f"/trends/{kind}?limit=2&cursor={page['next_cursor']}")[1]
        assert [one[name] for one in page[kind] + rest[kind]] == whole
        assert rest["next_cursor"] is None
        other = "posts" if kind == "hashtags" else "hashtags"
        for wrong in ("limit=0", "limit=101", "cursor=", f"cursor={page['next_cursor']}x"):
            assert api().get(f"/trends/{kind}?{wrong}")[0] == 400
        assert api().get(f"/trends/{other}?cursor={page['next_cursor']}")[0] == 400


def test_a_second_run_changes_nothing_and_one_beside_another_does_nothing(crowd, api):
    post = burst(crowd[:5], "Smoke #fire")[0]
    liked(crowd[5:10], post)
    find()
    run_tasks()
    before = snapshot()
    find()
    assert snapshot() == before
    with mock.patch.object(counting, "ALONE", "SELECT 1 WHERE false"), mock.patch("feeds.trends.listing.keep") as kept:
        find()
    assert not kept.called


def snapshot() -> list[Any]:
    kinds = [TagHour.objects.values_list(), PostHour.objects.values_list()]
    kinds.append(Rising.objects.values_list("kind", "place", "tag", "post", "score", "history"))
    return [sorted(rows, key=str) for rows in kinds]


def test_hours_that_were_missed_are_counted_later_and_old_ones_forgotten(crowd, api):
    then(crowd[:5], "Smoke #fire", timezone.now() - 4 * HOUR)
    assert tags(api) == ["fire"]
    assert CountedHour.objects.count() == rising.KEPT_HOURS
    find(2 * DAY)
    assert CountedHour.objects.count() == rising.KEPT_HOURS
    assert TagHour.objects.filter(tag="fire").exists()
    find(10 * DAY)
    assert not TagHour.objects.filter(tag="fire").exists()


def test_what_takes_too_long_goes_on_with_the_next_run(crowd, api):
    then(crowd[:5], "Smoke #fire", timezone.now() - 9 * HOUR)
    with mock.patch.object(counting, "SECONDS_FOR_MISSING", 0):
        assert tags(api) == []
    assert tags(api) == ["fire"]


def test_a_list_nobody_has_made_anew_says_nothing(crowd, api):
    burst(crowd[:5], "Smoke #fire")
    assert tags(api) == ["fire"]
    Rising.objects.update(listed_at=timezone.now() - 2 * HOUR)
    assert listed(api, "hashtags") == []


def test_a_trend_is_a_hashtag_or_a_post():
    for wrong in ({"kind": "tag"}, {"kind": "post", "tag": "x"}, {"kind": "tag", "tag": "x", "post_id": 1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Rising.objects.create(place=1, score=1, hour=1, accounts=3, listed_at=timezone.now(), **wrong)


def test_the_likes_of_an_hour_are_found_by_their_time(crowd, alice):
    """Whatever the planner thinks of a table this small, there is a way that reads no other hour."""
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexonlyscan = off")
        cursor.execute("EXPLAIN SELECT * FROM post_like WHERE created_at >= now() - interval '1 hour'")
        assert "like_time" in str(cursor.fetchall())
