"""What people are told: each thing once, grouped, and never about what they may not see."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import actions as accounts
from accounts.models import User
from notifications import actions as notifications
from notifications import delivery, limits, tasks
from notifications.models import Actor, Notification
from posts import actions
from posts.models import Post, first_id_at
from social import actions as social
from social.models import Mute, Notice
from tests.pages import publish
from tests.telling import caught, deliver, short, told, unread

pytestmark = pytest.mark.django_db


@pytest.fixture
def post(alice: User) -> Post:
    return publish(alice, "Hello")


def crowd(number: int) -> list[User]:
    return User.objects.bulk_create([User(username=f"fan{n}", email=f"fan{n}@example.org") for n in range(number)])


# --- What is told ---


def test_each_type_is_told_with_its_post(alice, bob, carol, post, api):
    social.follow(follower=bob, author=alice)
    actions.like(actor=bob, post_id=post.pk)
    comment = actions.comment(author=bob, post_id=post.pk, content="An answer")
    actions.share(actor=bob, post_id=post.pk)
    quote = publish(bob, "See this", quote_of=post.pk)
    mention = publish(bob, "Where is @alice?")
    social.notify_moderation(recipient_id=alice.pk, text="Your post was looked at.", post_id=post.pk)
    found = {one["type"]: one for one in told(api, alice)}
    posts = {kind: one.get("post", {}).get("post_id") for kind, one in found.items()}
    own = str(post.pk)
    assert posts == {
        "follow": None,
        "like": own,
        "comment": str(comment.pk),
        "share": own,
        "quote": str(quote.pk),
        "mention": str(mention.pk),
        "moderation": own,
    }
    assert found["comment"]["post"]["in_reply_to"] == own
    assert found["quote"]["post"]["quote_of"] == own
    assert (found["moderation"]["text"], found["moderation"]["actors"]) == ("Your post was looked at.", [])
    assert [actor["following"] for actor in found["like"]["actors"]] == [False]
    assert unread(api, alice) == 7
    assert not Notice.objects.exists()


def test_a_private_account_is_told_who_asks_until_it_has_answered(alice, bob, carol, api):
    accounts.change_privacy(alice, True)
    for asking in (bob, carol):
        social.follow(follower=asking, author=alice)
    assert short(api, alice) == [("follow_request", ["carol", "bob"], 2)]
    social.accept_follow(owner=alice, follower=bob)
    assert short(api, alice) == [("follow_request", ["carol"], 1)]
    social.reject_follow(owner=alice, follower=carol)
    assert short(api, alice) == []


def test_nobody_is_told_of_their_own_doing(alice, post, api):
    actions.like(actor=alice, post_id=post.pk)
    actions.comment(author=alice, post_id=post.pk, content="@alice says")
    actions.share(actor=alice, post_id=post.pk)
    publish(alice, "I, @alice", quote_of=post.pk)
    assert told(api, alice) == []
    assert not Notice.objects.exists()


def test_an_answer_that_mentions_its_reader_is_told_once(alice, bob, carol, post, api):
    actions.comment(author=bob, post_id=post.pk, content="@alice and @carol, look")
    publish(bob, "@alice said", quote_of=post.pk)
    assert sorted(short(api, alice)) == [("comment", ["bob"], 1), ("quote", ["bob"], 1)]
    assert short(api, carol) == [("mention", ["bob"], 1)]


def test_an_edit_tells_whom_it_mentions_anew_and_takes_back_whom_it_no_longer_does(alice, bob, carol, dave, api):
    post = publish(alice, "With @bob")
    assert len(told(api, bob)) == 1
    actions.edit(actor=alice, post_id=post.pk, content="With @bob and @carol")
    assert (short(api, bob), short(api, carol)) == ([("mention", ["alice"], 1)],) * 2
    actions.edit(actor=alice, post_id=post.pk, content="With @carol")
    assert (short(api, bob), len(told(api, carol))) == ([], 1)
    assert Notification.objects.count() == 2


# --- Groups ---


def test_likes_of_a_post_are_one_until_they_are_read(alice, bob, carol, dave, post, api):
    actions.like(actor=bob, post_id=post.pk)
    first = told(api, alice)[0]
    publish(bob, "@alice?")
    actions.like(actor=carol, post_id=post.pk)
    grown, mention = sorted(told(api, alice), key=lambda one: one["type"])
    assert ([actor["username"] for actor in grown["actors"]], grown["actors_count"]) == (["carol", "bob"], 2)
    assert grown["group"] == first["group"]
    assert int(grown["notification_id"]) > int(mention["notification_id"]) > int(first["notification_id"])
    assert unread(api, alice) == 2
    assert api(alice).post("/notifications/read", {"up_to": mention["notification_id"]}) == (204, None)
    assert [one["read"] for one in told(api, alice)] == [False, True]
    assert api(alice).post("/notifications/read")[0] == 204
    assert unread(api, alice) == 0
    actions.like(actor=dave, post_id=post.pk)
    assert short(api, alice)[0] == ("like", ["dave"], 1)
    assert [one["read"] for one in told(api, alice)] == [False, True, True]


def test_followers_are_one_group_too(alice, bob, carol, dave, api):
    for follower in (bob, carol, dave):
        social.follow(follower=follower, author=alice)
    assert short(api, alice) == [("follow", ["dave", "carol", "bob"], 3)]


def test_a_crowd_is_counted_and_its_newest_are_shown(alice, post, api):
    fans = crowd(120)
    for fan in fans:
        actions.like(actor=fan, post_id=post.pk)
    assert short(api, alice) == [("like", ["fan119", "fan118", "fan117"], 120)]
    actions.unlike(actor=fans[119], post_id=post.pk)
    assert short(api, alice) == [("like", ["fan118", "fan117", "fan116"], 119)]
    assert Notification.objects.get().actors_count == Actor.objects.filter(ended_at=None).count() == 119


# --- Taken back ---


def test_what_is_taken_back_goes_and_is_told_once_when_it_comes_again(alice, bob, carol, post, api):
    for _ in range(2):
        actions.like(actor=bob, post_id=post.pk)
        actions.share(actor=bob, post_id=post.pk)
        social.follow(follower=bob, author=alice)
        assert sorted(short(api, alice)) == [(kind, ["bob"], 1) for kind in ("follow", "like", "share")]
        notifications.read(user=alice)
        actions.unlike(actor=bob, post_id=post.pk)
        actions.unshare(actor=bob, post_id=post.pk)
        social.unfollow(follower=bob, author=alice)
        assert told(api, alice) == []
    actions.like(actor=bob, post_id=post.pk)
    assert [one["read"] for one in told(api, alice)] == [True]
    assert Notification.objects.filter(type="like").count() == 1


def test_what_begins_anew_after_a_day_is_told_anew(alice, bob, post, api):
    actions.like(actor=bob, post_id=post.pk)
    deliver()
    notifications.read(user=alice)
    actions.unlike(actor=bob, post_id=post.pk)
    deliver()
    Actor.objects.update(ended_at=timezone.now() - timedelta(hours=25))
    actions.like(actor=bob, post_id=post.pk)
    assert [(one["type"], one["read"]) for one in told(api, alice)] == [("like", False)]
    assert Notification.objects.filter(is_read=True).get().actors_count == 0


def test_a_delete_takes_it_away_and_its_undo_brings_it_back_once(alice, bob, post, api):
    comment = actions.comment(author=bob, post_id=post.pk, content="Rash")
    actions.delete(actor=bob, post_id=comment.pk)  # before anybody was told
    assert told(api, alice) == []
    actions.restore(actor=bob, post_id=comment.pk)
    assert short(api, alice) == [("comment", ["bob"], 1)]
    actions.delete(actor=bob, post_id=comment.pk)
    assert (told(api, alice), unread(api, alice)) == ([], 0)
    actions.restore(actor=bob, post_id=comment.pk)
    assert short(api, alice) == [("comment", ["bob"], 1)]
    actions.delete(actor=alice, post_id=post.pk)
    assert told(api, alice) == []
    actions.erase([post.pk])
    assert not Notification.objects.exists()


# --- Once, and never lost ---


def test_delivering_again_and_again_tells_once(alice, bob, post, api, monkeypatch):
    actions.like(actor=bob, post_id=post.pk)
    actions.comment(author=bob, post_id=post.pk, content="hm")
    kept = list(Notice.objects.values("id", "recipient_id", "actor_id", "type", "post_id"))
    sent = caught(monkeypatch)
    for _ in range(3):
        deliver()
        Notice.objects.bulk_create([Notice(**notice) for notice in kept])  # as if their end had been lost
    deliver()
    assert sorted(short(api, alice)) == [("comment", ["bob"], 1), ("like", ["bob"], 1)]
    assert not [frame for frame, _ in sent if frame["type"] == "notification"]  # nobody is looking


def test_nothing_is_lost_when_delivery_fails_in_the_middle(alice, bob, carol, post, api, monkeypatch, caplog):
    actions.like(actor=bob, post_id=post.pk)
    publish(alice, "@carol")
    whole = delivery.write

    def broken(reader, *rest):
        whole(reader, *rest)
        if reader.pk == alice.pk:
            raise delivery.DatabaseError("gone")

    monkeypatch.setattr(delivery, "write", broken)
    assert len(told(api, carol)) == 1  # one person's trouble is nobody else's
    assert "could not be delivered" in caplog.text
    assert (Notification.objects.filter(recipient=alice).count(), Notice.objects.count()) == (0, 1)
    monkeypatch.undo()
    assert short(api, alice) == [("like", ["bob"], 1)]


def test_an_import_tells_nobody_of_its_follows(alice, tmp_path):
    from social import graph

    path = tmp_path / "edges.txt"
    path.write_text("1 2\n2 1\n3 1\n")
    graph.load(path, prefix="u")
    assert not Notice.objects.exists()


# --- What one may not see ---


def test_what_one_may_not_see_is_not_told(alice, bob, carol, api):
    quiet = publish(alice, "For the two of us, @bob", visibility="private")
    actions.comment(author=bob, post_id=quiet.pk, content="@carol should know")
    assert told(api, carol) == []
    assert short(api, alice) == [("comment", ["bob"], 1)]


def test_what_one_may_see_no_longer_is_gone_at_once(alice, bob, carol, post, api):
    found = publish(bob, "Ask @alice")
    quote = publish(bob, "So true", quote_of=post.pk)
    assert len(told(api, alice)) == 2
    actions.edit(actor=bob, post_id=quote.pk, visibility="followers")
    assert [one["post"]["post_id"] for one in told(api, alice)] == [str(found.pk)]
    assert unread(api, alice) == 1
    actions.edit(actor=bob, post_id=quote.pk, visibility="public")
    assert unread(api, alice) == 2


@pytest.mark.parametrize("apart", ["blocking", "blocked", "muting", "suspended"])
def test_whom_one_does_not_hear_is_in_no_notification(alice, bob, carol, post, api, apart):
    for liker in (bob, carol):
        actions.like(actor=liker, post_id=post.pk)
    actions.comment(author=bob, post_id=post.pk, content="hm")
    assert len(told(api, alice)) == 2
    {
        "blocking": lambda: social.block(blocker=alice, blocked=bob),
        "blocked": lambda: social.block(blocker=bob, blocked=alice),
        "muting": lambda: social.mute(muter=alice, muted=bob),
        "suspended": lambda: accounts.suspend(bob),
    }[apart]()
    assert short(api, alice) == [("like", ["carol"], 1)]
    assert unread(api, alice) == 1
    {
        "blocking": lambda: social.unblock(blocker=alice, blocked=bob),
        "blocked": lambda: social.unblock(blocker=bob, blocked=alice),
        "muting": lambda: social.unmute(muter=alice, muted=bob),
        "suspended": lambda: accounts.restore(bob),
    }[apart]()
    assert len(told(api, alice)) == 2


def test_what_happens_while_one_mutes_somebody_is_never_told(alice, bob, post, api):
    social.mute(muter=alice, muted=bob, expires_at=timezone.now() + timedelta(hours=1))
    actions.like(actor=bob, post_id=post.pk)
    assert told(api, alice) == []
    social.unmute(muter=alice, muted=bob)
    assert told(api, alice) == []
    actions.comment(author=bob, post_id=post.pk, content="hm")
    assert short(api, alice) == [("comment", ["bob"], 1)]


def test_a_mute_that_has_ended_hides_nobody(alice, bob, post, api):
    actions.like(actor=bob, post_id=post.pk)
    deliver()
    social.mute(muter=alice, muted=bob, expires_at=timezone.now() + timedelta(hours=1))
    assert told(api, alice) == []
    Mute.objects.update(expires_at=timezone.now() - timedelta(hours=1))
    assert short(api, alice) == [("like", ["bob"], 1)]


def test_a_muted_thread_is_quiet_and_others_are_not(alice, bob, carol, post, api):
    reply = actions.comment(author=alice, post_id=post.pk, content="and another thing")
    assert api(alice).post(f"/posts/{reply.pk}/mute") == (200, {"post_id": str(post.pk), "muting": True})
    actions.comment(author=bob, post_id=reply.pk, content="hm")
    actions.like(actor=bob, post_id=reply.pk)
    publish(bob, "So", quote_of=post.pk)
    publish(bob, "Elsewhere @alice")
    assert short(api, alice) == [("mention", ["bob"], 1)]
    assert api(alice).delete(f"/posts/{reply.pk}/mute") == (200, {"post_id": str(post.pk), "muting": False})
    actions.like(actor=carol, post_id=reply.pk)
    assert short(api, alice)[0] == ("like", ["carol"], 1)
    hidden = publish(bob, "Not for you", visibility="followers")
    assert api(alice).post(f"/posts/{hidden.pk}/mute")[0] == 404


# --- The list ---


def test_the_list_is_paged_and_holds_back_bad_cursors(alice, bob, api):
    for n in range(7):
        publish(bob, f"{n} @alice")
    deliver()
    pages, cursor = [], ""
    while cursor is not None:
        answer = api(alice).get(f"/notifications?limit=3{cursor and '&cursor=' + cursor}")[1]
        pages.append([one["post"]["content"] for one in answer["notifications"]])
        cursor = answer["next_cursor"]
        assert answer["has_more"] == (cursor is not None)
    assert pages == [[f"{n} @alice" for n in some] for some in ([6, 5, 4], [3, 2, 1], [0])]
    mine = api(alice).get("/notifications?limit=3")[1]["next_cursor"]
    assert api(bob).get(f"/notifications?cursor={mine}")[0] == 400
    assert api().get("/notifications")[0] == 401
    assert api(alice).post("/notifications/read", {"up_to": "x"})[0] == 400


def test_hidden_ones_leave_no_holes_in_a_page(alice, bob, carol, api):
    for n in range(30):
        publish(bob if n % 10 else carol, f"{n} @alice")
    deliver()
    social.mute(muter=alice, muted=bob)
    assert [one["post"]["content"] for one in told(api, alice, "?limit=3")] == ["20 @alice", "10 @alice", "0 @alice"]
    assert unread(api, alice) == 3


def test_more_than_a_hundred_unread_are_a_hundred(alice, bob, api):
    posts = [publish(bob, f"{n} @alice") for n in range(3)]
    deliver()
    made = Notification.objects.get(post=posts[0])
    more = [Notification(recipient=alice, type="moderation", text=str(n)) for n in range(110)]
    Notification.objects.bulk_create(more)
    assert unread(api, alice) == 100
    assert made.created_at


def test_old_read_ones_and_too_many_are_cleared_away(alice, bob, post, api, monkeypatch):
    monkeypatch.setattr(limits, "KEPT", 3)
    for n in range(5):
        publish(bob, f"{n} @alice")
        deliver()
    assert [one["post"]["content"][0] for one in told(api, alice)] == ["4", "3", "2"]
    notifications.read(user=alice)
    old = Notification.objects.order_by("place").first()
    long_ago = first_id_at(timezone.now() - limits.READ_KEPT - timedelta(days=1))
    Notification.objects.filter(pk=old.pk).update(place=long_ago)
    tasks.clear_read()
    assert (len(told(api, alice)), Actor.objects.count()) == (2, 2)


# --- Settings ---


def test_settings_say_what_is_told_where(alice, bob, post, api):
    app = api(alice)
    status, before = app.get("/notifications/settings")
    assert (status, before["types"]["like"]) == (200, {"page": True, "email": "off", "push": False})
    actions.like(actor=bob, post_id=post.pk)
    assert len(told(api, alice)) == 1
    status, after = app.patch("/notifications/settings", {"types": {"like": {"page": False}}})
    assert (status, after["types"]["like"]) == (200, {"page": False, "email": "off", "push": False})
    assert (told(api, alice), unread(api, alice)) == ([], 0)
    liked = publish(alice, "Again")
    actions.like(actor=bob, post_id=liked.pk)
    deliver()
    assert app.patch("/notifications/settings", {"types": {"like": {"page": True}}})[0] == 200
    assert [one["post"]["content"] for one in told(api, alice)] == ["Hello"]  # the other was wanted nowhere


@pytest.mark.parametrize(
    "body",
    [
        {"types": {"poke": {"page": True}}},
        {"types": {"like": {"fax": True}}},
        {"types": {"like": {"email": "sometimes"}}},
        {"types": {"moderation": {"page": False}}},
        {"time_zone": "Mars/Olympus"},
        {"mode": "quiet"},
    ],
)
def test_what_cannot_be_chosen_is_said(alice, api, body):
    status, answer = api(alice).patch("/notifications/settings", body)
    assert (status, answer["code"]) == (400, "invalid")
    assert answer["fields"]
