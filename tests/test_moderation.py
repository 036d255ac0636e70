"""Decisions of the staff: each does what it says at the next read, is written down, told, and can be undone."""

import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.models import User
from feedsite.errors import Conflict, DomainError, Forbidden, Invalid
from moderation import actions, tasks
from moderation.models import Act, Decision, Letter
from posts import actions as posts
from posts import tasks as post_tasks
from posts.models import Post
from social import actions as social
from tests.helpers import run_tasks
from tests.moderating import on_person, on_post, said, staff
from tests.pages import publish
from tests.test_verify import verified
from tests.timelines import contents, share


@pytest.fixture
def post(alice, bob, carol):
    """A post of alice that bob, who follows her, has shared and carol, who follows him, has liked and answered."""
    social.follow(follower=bob, author=alice)
    social.follow(follower=carol, author=bob)
    post = publish(alice, "Cheap watches #quay")
    share(bob, post)
    posts.like(actor=carol, post_id=post.pk)
    posts.comment(author=bob, post_id=post.pk, content="hm")
    run_tasks()
    return post


# --- Posts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("act", [Act.HOLD, Act.HIDE, Act.DELETE])
def test_what_is_taken_down_is_gone_everywhere_and_comes_back_as_it_was(post, mona, alice, bob, carol, api, act):
    def shown():
        card = api(carol).get(f"/posts/{post.pk}")
        return [api(reader).get("/timeline")[1]["posts"] for reader in (alice, bob, carol)], card

    before = shown()
    decision = on_post(mona, act, post)
    run_tasks()
    for reader in (alice, bob, carol, mona):
        assert contents(api, reader) == []
        assert api(reader).get(f"/posts/{post.pk}")[0] == 404
    assert api().get("/search?q=watches")[1]["posts"] == []
    verified()
    actions.undo(actor=mona, decision_id=decision.pk, reason="a mistake")
    run_tasks()
    assert shown() == before
    verified()


def test_a_comment_is_hidden_and_restored_with_its_count(post, mona, bob, api):
    comment = Post.objects.get(in_reply_to=post)
    decision = on_post(mona, Act.HIDE, comment)
    assert api(bob).get(f"/posts/{post.pk}/comments")[1]["posts"] == []
    assert api(bob).get(f"/posts/{post.pk}")[1]["comments_count"] == 0
    actions.undo(actor=mona, decision_id=decision.pk, reason="a mistake")
    assert api(bob).get(f"/posts/{post.pk}")[1]["comments_count"] == 1
    verified()


def test_its_author_neither_brings_back_nor_loses_what_staff_hide(post, mona, alice, api):
    posts.delete(actor=alice, post_id=post.pk)
    decision = on_post(mona, Act.HIDE, post)
    assert api(alice).post(f"/posts/{post.pk}/restore")[0] == 404
    actions.undo(actor=mona, decision_id=decision.pk, reason="a mistake")
    assert api(alice).get(f"/posts/{post.pk}")[0] == 404, "it is deleted by its author still"
    assert api(alice).post(f"/posts/{post.pk}/restore")[0] == 200
    verified()


def test_what_is_hidden_is_kept_and_what_staff_delete_is_erased_after_a_month(post, mona, alice):
    later = {Act.HIDE: publish(alice, "hidden"), Act.DELETE: publish(alice, "deleted")}
    for act, one in later.items():
        on_post(mona, act, one)
    posts.delete(actor=alice, post_id=post.pk)
    Post.objects.filter(author=alice).update(deleted_at=timezone.now() - timedelta(days=2))
    post_tasks.erase_deleted()
    assert set(Post.objects.filter(author=alice).values_list("content", flat=True)) == {"hidden", "deleted"}
    Post.objects.filter(author=alice).update(deleted_at=timezone.now() - timedelta(days=40))
    post_tasks.erase_deleted()
    assert list(Post.objects.filter(author=alice).values_list("content", flat=True)) == ["hidden"]
    assert Decision.objects.filter(act=Act.DELETE).get().facts["excerpt"] == "deleted"


def test_the_newest_decision_about_a_post_holds_and_is_the_one_to_be_undone(post, mona):
    held = on_post(None, Act.HOLD, post)
    hidden = on_post(mona, Act.HIDE, post)
    with pytest.raises(Conflict):
        actions.undo(actor=mona, decision_id=held.pk, reason="a mistake")
    undone = actions.undo(actor=mona, decision_id=hidden.pk, reason="a mistake")
    assert (undone.act, undone.undoes) == (Act.RESTORE, hidden)
    with pytest.raises(Conflict):
        actions.undo(actor=mona, decision_id=hidden.pk, reason="a mistake")
    for act in (Act.APPROVE, Act.RESTORE):
        with pytest.raises(Conflict):
            on_post(mona, act, post)
    assert on_post(mona, Act.HIDE, post).pk > undone.pk


def test_a_share_is_not_judged_and_a_post_is_its_author_s(post, mona, bob):
    with pytest.raises(Invalid):
        on_post(mona, Act.HIDE, Post.objects.get(share_of=post))
    with pytest.raises(Invalid):
        actions.decide(actor=mona, act=Act.HIDE, about=bob, post=post, reason="a test")
    with pytest.raises(Invalid) as refused:
        actions.decide(actor=mona, act=Act.HIDE, about=post.author, post=post, reason=" ")
    assert list(refused.value.fields) == ["reason"]


# --- Accounts ------------------------------------------------------------------------------------


def test_limit_and_suspension_hold_until_they_are_lifted(post, mona, alice, carol, api):
    limit = on_person(mona, Act.LIMIT, alice)
    assert api(carol).get(f"/posts/{post.pk}")[0] == 404
    with pytest.raises(Conflict):
        on_person(mona, Act.LIMIT, alice)
    suspension = on_person(mona, Act.SUSPEND, alice)
    assert api(carol).get(f"/users/{alice.pk}")[0] == 404
    actions.undo(actor=mona, decision_id=suspension.pk, reason="a mistake")
    assert api(carol).get(f"/users/{alice.pk}")[0] == 200
    lifted = on_person(mona, Act.UNLIMIT, alice)
    assert lifted.undoes == limit
    assert api(carol).get(f"/posts/{post.pk}")[0] == 200
    verified()


def test_who_may_decide(post, mona, alice, bob):
    peer, boss = staff("peer"), staff("boss", "administrator")
    for actor, about in ((bob, alice), (mona, mona), (mona, peer), (None, alice)):
        with pytest.raises(Forbidden):
            on_person(actor, Act.SUSPEND, about)
    assert on_person(boss, Act.SUSPEND, peer).act == Act.SUSPEND
    assert on_post(None, Act.HOLD, post).actor is None
    call_command("make_staff", "bob", "--role", "moderator")
    assert on_person(User.objects.get(pk=bob.pk), Act.WARN, alice).act == Act.WARN


# --- Told ----------------------------------------------------------------------------------------


def test_the_author_is_told_in_their_language_with_why_and_what_staff_say(post, mona, alice, api):
    User.objects.filter(pk=alice.pk).update(language="en")
    on_post(None, Act.HOLD, post)
    on_post(mona, Act.HIDE, post, category="spam", message="Please no adverts.")
    assert said(api, alice) == [
        "The moderators have hidden your post. “Cheap watches #quay” Why: Spam or advertising. Please no adverts.",
        "Your post waits until a moderator has looked at it. “Cheap watches #quay”",
    ]


def test_who_is_suspended_gets_one_letter_with_a_way_to_answer(mona, alice):
    on_person(mona, Act.SUSPEND, alice, message="Too many adverts.")
    run_tasks()
    tasks.sweep_letters()
    (letter,) = [one for one in mail.outbox if "/appeal/" in one.body]
    assert letter.to == ["alice@example.org"]
    assert "suspended your account. Too many adverts." in " ".join(letter.body.split())
    assert "/appeal/" in letter.body
    assert not Letter.objects.exists()


def test_a_letter_that_fails_is_tried_again_later(mona, alice, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "localhost", 1
    on_person(mona, Act.SUSPEND, alice)
    run_tasks()
    waiting = Letter.objects.get()
    assert waiting.failures == 1
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    tasks.sweep_letters()
    assert mail.outbox == []
    Letter.objects.update(due_at=timezone.now())
    tasks.sweep_letters()
    assert len(mail.outbox) == 1


# --- Kept ----------------------------------------------------------------------------------------


def test_the_audit_trail_cannot_be_changed(mona, alice):
    on_person(mona, Act.WARN, alice, category="spam")
    line = Decision.objects.get()
    assert line.facts == {"actor": "mona", "about": "alice", "excerpt": "@alice"}
    for change in (Decision.objects.update, Decision.objects.all().delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change(**({"reason": "none"} if change == Decision.objects.update else {}))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("deed", ["decide", "claim"])
def test_of_two_staff_at_once_one_is_told_that_the_other_was_first(alice, bob, deed):
    post = publish(alice, "Cheap watches")
    case = actions.report(reporter=bob, category="spam", post_id=post.pk).case
    people = [staff("mona"), staff("peer")]
    start, outcomes = threading.Barrier(2), []

    def act(actor):
        start.wait()
        try:
            if deed == "decide":
                on_post(actor, Act.HIDE, post, case=case)
            else:
                actions.claim(actor=actor, case_id=case.pk)
            outcomes.append("done")
        except DomainError as error:
            outcomes.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["conflict", "done"]
    assert Decision.objects.count() == (deed == "decide")
