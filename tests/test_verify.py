"""`verify_feeds`, and random histories against the plain query."""

from contextlib import suppress
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from accounts.models import User
from feeds import fanout, lists, mover, oracle, timeline, upkeep, verify
from feeds.models import FeedEntry, ReaderState
from feedsite.errors import DomainError
from posts import actions
from posts.models import Outbox, Poll, Post
from social import actions as social
from tests.helpers import flush_redis, run_tasks
from tests.timelines import share


def verified() -> str:
    out = StringIO()
    call_command("verify_feeds", stdout=out)
    return out.getvalue()


def faults() -> str:
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("verify_feeds", stdout=out)
    return out.getvalue()


@pytest.fixture
def busy(alice, bob, carol):
    for author in (alice, carol):
        social.follow(follower=bob, author=author)
    mover.settle()
    for n in range(6):
        actions.publish(author=[alice, carol, bob][n % 3], content=f"{n}")
    post = Post.objects.visible_to(bob).first()
    actions.like(actor=bob, post_id=post.pk)
    actions.comment(author=carol, post_id=post.pk, content="hm")
    run_tasks()


def test_a_sound_site_is_found_sound(busy):
    assert "no faults" in verified()


def test_a_lost_feed_row_is_found(busy, bob):
    FeedEntry.objects.filter(user_id=bob.pk).order_by("post_id").first().delete()
    assert "invariant 1: user bob" in faults()


def test_a_wrong_counter_is_found(busy, bob):
    User.objects.filter(pk=bob.pk).update(following_count=7)
    Post.objects.visible_to(bob).update(likes_count=9)
    found = faults()
    assert "following_count is 7, its rows are 2" in found
    assert "likes_count is 9" in found


def test_a_post_owed_for_long_is_found(busy, alice):
    old = Post.objects.create(id=5 << 12, author=alice, content="old")
    User.objects.filter(pk=alice.pk).update(posts_count=3)
    owed = Outbox.objects.create(post=old, author=alice)
    verified()  # a post that was restored a moment ago may be as old as it likes
    Outbox.objects.filter(pk=owed.pk).update(since=timezone.now() - timedelta(minutes=2))
    assert "invariant 5: user alice" in faults()


def test_a_wrong_count_of_votes_is_found(busy, alice, bob, carol):
    poll = {"options": ["Tea", "Coffee"], "multiple": True, "seconds": 3600}
    post = actions.publish(author=alice, content="What?", poll=poll)
    actions.vote(actor=bob, post_id=post.pk, choices=[0, 1])
    actions.vote(actor=carol, post_id=post.pk, choices=[1])
    verified()
    Poll.objects.update(votes=[2, 1])
    assert "votes is [2, 1], its rows are [1, 2]" in faults()


def test_what_is_missing_from_a_list_is_found(busy, bob, carol, monkeypatch):
    made = social.make_list(owner=bob, name="some")
    social.add_to_list(owner=bob, list_id=made.pk, person=carol)
    verified()
    monkeypatch.setattr(lists, "rows", lambda *args, **kwargs: [])
    assert f"is missing from the list {made.pk}" in faults()


def test_a_quote_told_to_whom_it_is_hidden_from_is_found(busy, alice, bob, carol, monkeypatch):
    quoted = actions.publish(author=alice, content="for all")
    post = actions.publish(author=carol, content="look", quote_of=quoted.pk)
    verified()
    actions.edit(actor=alice, post_id=quoted.pk, visibility="private")
    verified()
    real = timeline.skeleton
    told = lambda *args, **kwargs: [  # noqa: E731
        row._replace(quote_of=quoted.pk) if row.shown_id == post.pk else row for row in real(*args, **kwargs)
    ]
    monkeypatch.setattr(timeline, "skeleton", told)
    assert f"invariant 2: user bob post {post.pk}: tells that it quotes {quoted.pk}" in faults()


def test_a_difference_in_the_served_pages_is_told_by_its_invariant(alice):
    here, there = oracle.Place(5, 5), oracle.Place(9, 9)
    told = [fault.invariant for fault in verify.compare(alice, [here], [there, there])]
    assert sorted(told) == [1, 2, 3]


def test_rebuilding_gives_the_same_pages_from_nothing(busy, alice, bob, settings):
    settings.TIMELINE_SIZE = 3
    FeedEntry.objects.all().delete()
    FeedEntry.objects.create(user_id=bob.pk, post_id=77)
    out = StringIO()
    call_command("rebuild_feeds", stdout=out)
    assert "Rebuilt 3 feeds: 3 entries." in out.getvalue()
    assert not FeedEntry.objects.filter(post_id=77).exists()
    assert ReaderState.objects.get(user=bob).floor > 0
    assert ReaderState.objects.get(user=alice).floor == 0
    assert "no faults" in verified()


def test_an_old_post_pushed_while_feeds_are_rebuilt_takes_nothing_away(alice, bob, settings, monkeypatch):
    settings.TIMELINE_SIZE = 3
    social.follow(follower=bob, author=alice)
    mover.settle()
    posts = [actions.publish(author=alice, content=f"{n}") for n in range(8)]
    run_tasks()
    chunk = f"INSERT INTO feed VALUES ({bob.pk}, {posts[0].pk}) ON CONFLICT DO NOTHING;"
    monkeypatch.setattr(upkeep, "SET_FLOORS", chunk + upkeep.SET_FLOORS)
    upkeep.rebuild([bob.pk])
    flush_redis()
    History([alice, bob], settings).do_read(1, 2)


def test_a_post_that_cannot_be_delivered_does_not_stop_the_sweeper(alice, bob, monkeypatch):
    posts = [actions.publish(author=alice, content=f"{n}") for n in range(3)]
    connection.run_on_commit = []
    real = fanout.deliver

    def failing(post_id):
        if post_id == posts[0].pk:
            raise DatabaseError("of this post only")
        real(post_id)

    monkeypatch.setattr(fanout, "deliver", failing)
    fanout.sweep(timezone.now() + timedelta(seconds=10))
    assert list(Outbox.objects.values_list("pk", flat=True)) == [posts[0].pk]


def test_one_readers_feed_is_rebuilt_by_name(busy, alice, bob):
    FeedEntry.objects.all().delete()
    out = StringIO()
    call_command("rebuild_feeds", "--user", "bob", stdout=out)
    assert "feed of @bob: 4 entries" in out.getvalue()
    with pytest.raises(CommandError, match="There is no user nobody"):
        call_command("rebuild_feeds", "--user", "nobody")


PEOPLE = st.integers(0, 3)
DEEDS = st.one_of(
    st.tuples(st.just("publish"), PEOPLE, st.sampled_from(["public", "followers", "private"]), PEOPLE),
    st.tuples(st.sampled_from(["follow", "unfollow", "block", "unblock", "mute", "unmute"]), PEOPLE, PEOPLE),
    st.tuples(st.sampled_from(["share", "unshare", "delete", "deliver", "chunk"]), PEOPLE, st.integers(0, 30)),
    st.tuples(st.sampled_from(["settle", "trim", "tasks"])),
    st.tuples(st.just("threshold"), st.integers(1, 4)),
    st.tuples(st.just("read"), PEOPLE, st.integers(1, 4)),
)


class History:
    """Does one deed after another and, at each read, compares a whole scroll with the oracle."""

    def __init__(self, people, settings):
        self.people, self.settings = people, settings

    def some_post(self, number):
        posts = list(Post._base_manager.filter(root=None, share_of=None, deleted_at=None).order_by("pk"))
        return posts[number % len(posts)] if posts else None

    def do(self, deed, *args):
        getattr(self, f"do_{deed}", self.relate)(*((deed, *args) if not hasattr(self, f"do_{deed}") else args))

    def relate(self, deed, one, other):
        names = {"follow": ("follower", "author"), "block": ("blocker", "blocked"), "mute": ("muter", "muted")}
        kind = deed.removeprefix("un")
        roles = dict(zip(names[kind], (self.people[one], self.people[other]), strict=True))
        try:
            with transaction.atomic():
                getattr(social, deed)(**roles)
        except DomainError:
            pass

    def do_publish(self, author, visibility, mentioned):
        text = f"hello @{self.people[mentioned].username}"
        actions.publish(author=self.people[author], content=text, visibility=visibility)

    def do_share(self, sharer, number):
        if post := self.some_post(number):
            with suppress(DomainError), transaction.atomic():
                share(self.people[sharer], post)

    def do_unshare(self, sharer, number):
        if post := self.some_post(number):
            with suppress(DomainError), transaction.atomic():
                actions.unshare(actor=self.people[sharer], post_id=post.pk)

    def do_delete(self, _, number):
        if post := self.some_post(number):
            actions.delete(actor=post.author, post_id=post.pk)

    def do_deliver(self, _, number):
        owed = list(Outbox.objects.order_by("pk"))
        if owed:
            fanout.deliver(owed[number % len(owed)].pk)

    def do_chunk(self, _, number):
        owed = list(Outbox.objects.order_by("pk"))
        if owed:
            fanout.push_chunk(owed[number % len(owed)].pk)

    def do_settle(self):
        mover.settle()

    def do_trim(self):
        upkeep.trim()

    def do_tasks(self):
        run_tasks()

    def do_threshold(self, threshold):
        self.settings.CELEBRITY_THRESHOLD = threshold

    def do_read(self, person, size):
        reader = User.objects.get(pk=self.people[person].pk)
        expected = [place.entry_id for place in oracle.timeline(reader.pk, 1000)]
        got, scroll = [], timeline.Scroll()
        while rows := timeline.skeleton(reader, scroll, limit=size):
            got += [row.entry_id for row in rows]
            scroll = scroll.after(rows)
        assert got == expected


@pytest.mark.parametrize("strategy", ["push", "hybrid", "pull", "adaptive"])
@hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)
@given(deeds=st.lists(DEEDS, min_size=5, max_size=40))
def test_any_history_reads_as_the_plain_query(alice, bob, carol, dave, settings, strategy, deeds):
    settings.FEED_STRATEGY, settings.CELEBRITY_THRESHOLD = strategy, 2
    settings.TIMELINE_SIZE, settings.TIMELINE_SLACK = 3, 1
    settings.FANOUT_INLINE_FOLLOWERS, settings.FANOUT_CHUNK_FOLLOWERS = 1, 1
    settings.HOT_TIMELINE_LENGTH = 4
    with transaction.atomic():
        history = History([alice, bob, carol, dave], settings)
        for deed in deeds:
            history.do(*deed)
        for person in range(4):
            history.do_read(person, 3)
        transaction.set_rollback(True)
    connection.run_on_commit = []  # the tasks of what has been rolled back
    flush_redis()
