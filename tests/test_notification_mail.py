"""E-mails about what was not read: at once or once a day, each thing once, and a way to end them."""

import re
from datetime import UTC, datetime, timedelta
from smtplib import SMTPException
from typing import Any

import html5lib
import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.core import mail as outgoing
from django.test import Client

from accounts.models import User
from feedsite import mailing
from notifications import actions as notifications
from notifications import mail, tasks
from notifications.mailboxes import next_morning
from notifications.models import Mailbox, Notification
from posts import actions
from social import actions as social
from tests.pages import page, publish, signed_in
from tests.telling import deliver

pytestmark = pytest.mark.django_db
ALL = ["follow", "like", "comment", "share", "quote", "mention"]


@pytest.fixture
def outbox(alice: User) -> list[Any]:
    """alice gets e-mails at once."""
    notifications.choose(user=alice, types={kind: {"email": "now"} for kind in ALL})
    outgoing.outbox.clear()
    return outgoing.outbox


def later(**after: float) -> None:
    """So much time goes by for the mailboxes."""
    for name in ("now_at", "digest_at", "sent_at"):
        for box in Mailbox.objects.exclude(**{name: None}):
            Mailbox.objects.filter(pk=box.pk).update(**{name: getattr(box, name) - timedelta(**after)})


def send() -> None:
    deliver()
    tasks.sweep_mail()


def test_an_email_tells_at_once_in_text_and_html(alice, bob, outbox, settings):
    settings.SITE_URL = "https://quay.example"
    post = publish(alice, "Low water at six")
    actions.like(actor=bob, post_id=post.pk)
    send()
    (letter,) = outbox
    assert (letter.to, letter.subject) == (["alice@example.org"], "bob likes your post")
    group = Notification.objects.get()
    for part in (letter.body, letter.alternatives[0].content):
        assert "bob likes your post" in part
        assert "Low water at six" in part
        assert f"https://quay.example/notifications/{group.pk}" in part
    html5lib.HTMLParser(strict=True).parse(letter.alternatives[0].content)
    stop = letter.extra_headers["List-Unsubscribe"]
    assert re.fullmatch(r"<https://quay\.example/notifications/stop/\S+>", stop)
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert stop[1:-1] in letter.body


def test_names_and_words_of_others_are_only_text(alice, bob, outbox):
    bob.display_name = "<b>Bob</b>"
    bob.save()
    publish(bob, "@alice <script>alert(1)</script>")
    send()
    html = outbox[0].alternatives[0].content
    assert "<script>" not in html
    assert "&lt;b&gt;Bob" in html
    assert "<script>" in outbox[0].body  # plain text needs no escaping


def test_what_happens_within_minutes_comes_with_the_next_one(alice, bob, carol, outbox):
    publish(bob, "One @alice")
    send()
    publish(bob, "Two @alice")
    publish(carol, "Three @alice")
    send()
    assert [letter.subject for letter in outbox] == ["bob mentioned you"]
    later(minutes=5)
    send()
    assert outbox[1].subject == "carol mentioned you, and more"
    assert "Two @alice" in outbox[1].body
    later(days=1)
    send()
    assert len(outbox) == 2


def test_each_is_mailed_once_however_often_it_grows_or_the_task_runs(alice, bob, carol, outbox):
    post = publish(alice, "Hello")
    actions.like(actor=bob, post_id=post.pk)
    for _ in range(3):
        send()
    actions.like(actor=carol, post_id=post.pk)
    later(days=1)
    send()
    assert len(outbox) == 1


@pytest.mark.parametrize("wish", ["now", "digest"])
def test_a_group_left_unread_does_not_end_the_emails_of_its_kind(alice, bob, carol, outbox, wish):
    notifications.choose(user=alice, types={"follow": {"email": wish}})
    for number, person in enumerate((bob, carol), start=1):
        social.follow(follower=person, author=alice)
        deliver()
        later(days=1)
        send()
        assert len(outbox) == number
        if wish == "now":  # nobody is left in it
            social.unfollow(follower=person, author=alice)
            deliver()


def test_what_is_read_hidden_or_taken_back_before_is_not_mailed(alice, bob, carol, outbox):
    publish(bob, "One @alice")
    deliver()
    notifications.read(user=alice)
    gone = publish(bob, "Two @alice")
    social.follow(follower=carol, author=alice)
    publish(carol, "Three @alice")
    deliver()
    actions.delete(actor=bob, post_id=gone.pk)
    social.unfollow(follower=carol, author=alice)
    social.mute(muter=alice, muted=carol)
    send()
    later(days=2)
    send()
    assert outbox == []


def test_whoever_wants_none_has_no_address_or_is_suspended_gets_none(alice, bob, carol, dave, outbox):
    notifications.choose(user=carol, types={"mention": {"email": "off"}})
    User.objects.filter(pk=alice.pk).update(email=None)
    User.objects.filter(pk=dave.pk).update(is_active=False)
    publish(bob, "@alice @carol @dave")
    send()
    later(days=2)
    send()
    assert outbox == []


def test_the_digest_comes_once_in_the_morning_with_what_was_not_read(alice, bob, carol, outbox):
    notifications.choose(user=alice, types={kind: {"email": "digest"} for kind in ALL}, time_zone="Asia/Tokyo")
    post = publish(alice, "Hello")
    for person in (bob, carol):
        actions.like(actor=person, post_id=post.pk)
    publish(bob, "@alice?")
    send()
    assert outbox == []
    due = Mailbox.objects.get(user=alice).digest_at
    assert due.astimezone(UTC).hour == 23  # eight in Tokyo
    later(days=1)
    for _ in range(2):
        send()
    (letter,) = outbox
    assert letter.subject.endswith("2 things you have not seen")
    assert "carol and bob like your post" in letter.body
    assert "bob mentioned you" in letter.body


def test_a_new_time_zone_moves_the_digest_that_is_due(alice, bob, outbox):
    notifications.choose(user=alice, types={"mention": {"email": "digest"}}, time_zone="Asia/Tokyo")
    publish(bob, "@alice?")
    deliver()
    notifications.choose(user=alice, types={}, time_zone="America/Bogota")
    assert Mailbox.objects.get(user=alice).digest_at.astimezone(UTC).hour == 13  # eight in Bogota


@pytest.mark.parametrize(
    ("zone", "now", "morning"),
    [
        ("UTC", "2026-11-30T07:59:00", "2026-11-30T08:00:00"),
        ("UTC", "2026-11-30T08:00:00", "2026-12-01T08:00:00"),
        ("Europe/Berlin", "2026-03-28T12:00:00", "2026-03-29T06:00:00"),  # the clock goes forward that night
        ("America/New_York", "2026-11-30T01:00:00", "2026-11-30T13:00:00"),
    ],
)
def test_a_day_is_the_reader_s_own(zone, now, morning):
    moments = [datetime.fromisoformat(moment).replace(tzinfo=UTC) for moment in (now, morning)]
    assert next_morning(moments[0], zone) == moments[1]


def test_a_mail_server_that_refuses_is_asked_again_and_sends_once(alice, bob, outbox, monkeypatch, caplog):
    publish(bob, "@alice")
    real = mail.EmailMultiAlternatives.send
    refuse = lambda letter: (_ for _ in ()).throw(SMTPException("busy"))  # noqa: E731
    monkeypatch.setattr(mail.EmailMultiAlternatives, "send", refuse)
    send()
    assert "was not sent" in caplog.text
    monkeypatch.setattr(mail.EmailMultiAlternatives, "send", real)
    send()
    assert outbox == []  # not at once
    later(hours=1)
    for _ in range(2):
        send()
    assert len(outbox) == 1


@pytest.mark.parametrize("error", [ValueError, SoftTimeLimitExceeded])
def test_whatever_fails_neither_letter_is_lost(alice, bob, outbox, monkeypatch, error):
    notifications.choose(user=alice, types={"comment": {"email": "digest"}})
    post = publish(alice, "Hello")
    actions.comment(author=bob, post_id=post.pk, content="hm")
    publish(bob, "@alice")
    deliver()
    later(days=1)
    real = mail.build

    def build(letter):
        if letter.kind == "now":
            raise error
        return real(letter)

    monkeypatch.setattr(mail, "build", build)
    try:
        tasks.send_mail(alice.pk)
    except SoftTimeLimitExceeded:
        assert outbox == []  # no time for it
    monkeypatch.undo()
    later(days=1)
    tasks.send_mail(alice.pk)
    assert sorted("mentioned" in letter.subject for letter in outbox) == [False, True]


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("", ("localhost", 25, "", "", False, False)),
        ("smtp://a%40b:s%2Ft@mail.example:2525", ("mail.example", 2525, "a@b", "s/t", True, False)),
        ("smtps://mail.example", ("mail.example", 465, "", "", False, True)),
        ("smtp://localhost", ("localhost", 587, "", "", False, False)),
    ],
)
def test_one_address_names_the_mail_server(url, server):
    assert tuple(mailing.from_url(url)) == server


def test_what_is_long_past_is_not_mailed(alice, bob, outbox, monkeypatch):
    publish(bob, "@alice")
    monkeypatch.setattr("notifications.limits.MAILED_WITHIN", timedelta(seconds=-60))
    send()
    assert outbox == []
    assert Notification.objects.count() == 1


def test_the_link_in_it_ends_them_without_a_log_in(alice, bob, outbox):
    publish(bob, "@alice")
    send()
    path = outbox[0].extra_headers["List-Unsubscribe"][1:-1].partition("localhost")[2]
    path = path[path.index("/") :]
    visitor = Client(enforce_csrf_checks=True)
    html = page(visitor, path)
    assert "Stop the e-mails" in html
    publish(bob, "@alice again")
    later(days=1)
    send()
    assert len(outbox) == 2  # looking at it ends nothing
    answer = visitor.post(path, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert "You get no more" in answer.content.decode()
    publish(bob, "@alice once more")
    social.notify_moderation(recipient_id=alice.pk, text="Looked at.")
    later(days=1)
    send()
    assert len(outbox) == 2
    for token in ("nonsense", f"{alice.pk}", path.rpartition("/")[2][:-1]):
        assert visitor.get(f"/notifications/stop/{token}").status_code == 404
        assert visitor.post(f"/notifications/stop/{token}").status_code == 404


def test_the_settings_page_changes_all_of_it(alice):
    browser = signed_in(alice)
    html = page(browser, "/settings/notifications")
    assert 'name="like-page" checked' in html
    form = {f"{kind}-email": "off" for kind in [*ALL, "follow_request", "moderation"]}
    answer = browser.post("/settings/notifications", {**form, "like-page": "on", "time_zone": "Europe/Lisbon"})
    assert answer.status_code == 302
    html = page(browser, "/settings/notifications")
    assert 'value="Europe/Lisbon"' in html
    assert len(re.findall(r"check-box[^>]* checked", html)) == 2  # likes, and moderation, which is always told
    refused = browser.post("/settings/notifications", {**form, "time_zone": "Atlantis"})
    assert refused.status_code == 422
    assert "This is no time zone" in refused.content.decode()
    assert Mailbox.objects.get(user=alice).time_zone == "Europe/Lisbon"
