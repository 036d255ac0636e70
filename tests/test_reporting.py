"""Reporting, hearing what came of it, and answering what was decided: pages and API."""

import re

import pytest
from django.core import mail
from django.test import Client

from moderation import actions
from moderation.models import Act, Appeal, Decision, Report, SiteRules
from posts.models import Post
from social import actions as social
from social.models import Block, Mute
from tests.helpers import queries_at_most, run_tasks
from tests.moderating import on_person, on_post, staff
from tests.pages import HTMX, page, publish, signed_in, text_of
from tests.telling import deliver, told
from tests.timelines import share

pytestmark = pytest.mark.django_db


@pytest.fixture
def post(bob):
    return publish(bob, "Cheap watches")


# --- Reporting -----------------------------------------------------------------------------------


def test_the_api_takes_reports_of_posts_and_accounts_and_lists_them(post, alice, bob, mona, api):
    app = api(alice)
    status, first = app.post("/reports", {"post_id": str(post.pk), "category": "spam", "comment": "Again"})
    assert status == 201
    assert (first["post_id"], first["user_id"], first["category"]) == (str(post.pk), str(bob.pk), "spam")
    assert (first["comment"], first["state"]) == ("Again", "open")
    assert app.post("/reports", {"post_id": str(post.pk), "category": "hate"}) == (201, first)
    status, second = app.post("/reports", {"user_id": str(bob.pk), "category": "impersonation"})
    assert (status, second["post_id"]) == (201, None)
    on_post(mona, Act.HIDE, post)
    actions.decide(actor=mona, act=Act.DISMISS, about=bob, case=Report.objects.latest("pk").case, reason="")
    status, listed = app.get("/reports?limit=1")
    assert (listed["reports"][0]["report_id"], listed["reports"][0]["state"]) == (second["report_id"], "nothing")
    rest = app.get(f"/reports?cursor={listed['next_cursor']}")[1]
    assert [(one["report_id"], one["state"]) for one in rest["reports"]] == [(first["report_id"], "acted")]
    assert rest["has_more"] is False
    assert api(bob).get("/reports")[1]["reports"] == []


def test_what_may_not_be_reported_says_why(post, alice, bob, carol, api):
    secret = publish(bob, "For followers", visibility="followers")
    social.block(blocker=carol, blocked=alice)
    app = api(alice)
    refused = {
        400: [
            {"category": "spam"},
            {"category": "spam", "post_id": str(post.pk), "user_id": str(bob.pk)},
            {"category": "ugly", "post_id": str(post.pk)},
            {"category": "spam", "post_id": "x"},
            {"category": "spam", "user_id": str(alice.pk)},
            {"category": "spam", "post_id": str(post.pk), "comment": "x" * 1001},
            {"post_id": str(post.pk)},
        ],
        404: [
            {"category": "spam", "post_id": str(secret.pk)},
            {"category": "spam", "post_id": "7"},
            {"category": "spam", "user_id": str(carol.pk)},
        ],
    }
    for status, bodies in refused.items():
        for body in bodies:
            answer = app.post("/reports", body)
            assert answer[0] == status, (body, answer)
            assert status == 404 or answer[1]["fields"]
    assert api(bob).post("/reports", {"category": "spam", "post_id": str(post.pk)})[0] == 400
    assert api().post("/reports", {"category": "spam", "post_id": str(post.pk)})[0] == 401
    assert not Report.objects.exists()


def test_a_report_of_a_share_is_about_what_it_shares_and_is_made_once_under_a_key(post, alice, carol, api):
    share(carol, post)
    body = {"category": "spam", "post_id": str(Post.objects.get(share_of=post).pk)}
    answers = [api(alice).post("/reports", body, HTTP_IDEMPOTENCY_KEY="k") for _ in range(2)]
    assert answers[0] == answers[1]
    assert answers[0][1]["post_id"] == str(post.pk)


def test_the_form_reports_without_scripts_and_may_mute_or_block_as_well(post, alice, bob, browser):
    assert f'href="/posts/{post.pk}/report"' in page(browser, f"/@bob/{post.pk}")
    assert 'href="/@bob/report"' in page(browser, "/@bob")
    html = page(browser, f"/posts/{post.pk}/report?next=/@bob")
    assert "Cheap watches" in html
    assert '<input type="hidden" name="next" value="/@bob">' in html
    sent = {"category": "spam", "comment": "Third time", "also": "mute", "next": "/@bob"}
    answer = browser.post(f"/posts/{post.pk}/report", sent, follow=True)
    assert answer.redirect_chain == [("/@bob", 302)]
    assert "Thank you. The moderators look at it" in text_of(answer)
    assert Report.objects.get().excerpt == "Cheap watches"
    assert Mute.objects.filter(muter=alice, muted=bob).exists()
    browser.post("/@bob/report", {"category": "other", "also": "block"})
    assert Block.objects.filter(blocker=alice, blocked=bob).exists()


def test_a_form_that_says_nothing_is_shown_again_and_the_dialog_gets_only_the_form(post, browser):
    answer = browser.post(f"/posts/{post.pk}/report", {"comment": "Hm"})
    assert answer.status_code == 422
    assert "Hm</textarea>" in text_of(answer)
    fragment = text_of(browser.get(f"/posts/{post.pk}/report", **HTMX, HTTP_HX_CURRENT_URL="http://testserver/tags/x"))
    assert "<html" not in fragment
    assert 'name="next" value="/tags/x"' in fragment
    own = publish(browser_user(browser), "Mine")
    assert browser.get(f"/posts/{own.pk}/report").status_code == 403


def browser_user(client: Client):
    return client.get("/settings/standing").wsgi_request.user


def test_the_page_of_reports_shows_nothing_that_its_reader_may_no_longer_see(post, alice, bob, mona, browser):
    actions.report(reporter=alice, category="spam", post_id=post.pk)
    actions.report(reporter=alice, category="false", user_id=bob.pk)
    html = page(browser, "/reports")
    assert "Cheap watches" in html
    assert html.count("Being looked at") == 2
    on_post(mona, Act.HIDE, post)
    on_person(mona, Act.SUSPEND, bob)
    run_tasks()
    html = page(browser, "/reports")
    assert "watches" not in html
    assert "bob" not in html
    assert html.count("Something was done") == 2


# --- What was decided ----------------------------------------------------------------------------


def test_the_person_reads_what_was_decided_and_appeals(post, bob, mona, api):
    on_post(mona, Act.HIDE, post, category="spam", message="No adverts, please.")
    client = signed_in(bob)
    assert [one["type"] for one in told(api, bob)] == ["moderation"]
    link = re.search(r'href="(/notifications/\d+)"', page(client, "/notifications"))
    assert client.get(link.group(1)).headers["Location"] == "/settings/standing"
    html = page(client, "/settings/standing")
    for words in ("have hidden your post", "Cheap watches", "Spam or advertising", "No adverts, please."):
        assert words in html
    decision = Decision.objects.get()
    url = f"/settings/standing/{decision.pk}/appeal"
    assert "Write something first." in text_of(client.post(url, {"text": " "}, follow=True))
    assert "is with the moderators" in text_of(client.post(url, {"text": "They are mine."}, follow=True))
    assert "You have appealed against this already." in text_of(client.post(url, {"text": "Please"}, follow=True))
    html = page(client, "/settings/standing")
    assert "They are mine." in html
    assert "Send the appeal" not in html
    actions.answer(actor=staff("peer"), appeal_id=Appeal.objects.get().pk, grant=True, answer="So they are.")
    html = page(client, "/settings/standing")
    for words in ("Granted", "So they are.", "Taken back", "Your post is there again."):
        assert words in html
    assert page(client, f"/@bob/{post.pk}")


def test_decisions_and_appeals_by_the_api(post, alice, bob, mona, api):
    on_post(None, Act.HOLD, post)
    on_post(mona, Act.HIDE, post, category="spam")
    app = api(bob)
    status, answer = app.get("/me/decisions")
    hidden, held = answer["decisions"]
    assert (hidden["act"], hidden["stands"], hidden["may_appeal"], hidden["appeal"]) == ("hide", True, True, None)
    assert (hidden["excerpt"], hidden["post_id"]) == ("Cheap watches", str(post.pk))
    assert (held["act"], held["stands"], held["may_appeal"]) == ("hold", False, False)
    path = f"/me/decisions/{hidden['decision_id']}/appeal"
    assert api(alice).post(path, {"text": "Please"})[0] == 404
    assert app.post(path, {"text": ""})[0] == 400
    assert app.post(path, {"text": "Please"})[1]["state"] == "open"
    assert app.post(path, {"text": "Please"})[0] == 409
    assert app.post(f"/me/decisions/{held['decision_id']}/appeal", {"text": "Please"})[0] == 404
    assert app.get("/me/decisions")[1]["decisions"][0]["appeal"]["text"] == "Please"
    assert api(alice).get("/me/decisions")[1] == {"decisions": [], "next_cursor": None, "has_more": False}


def test_who_is_suspended_appeals_by_the_link_in_the_letter(bob, mona, visitor):
    on_person(mona, Act.SUSPEND, bob)
    run_tasks()
    path = re.search(r"https?://[^/\s]+(/appeal/\S+)", mail.outbox[-1].body).group(1)
    assert "have suspended your account" in page(visitor, path)
    assert visitor.post(path, {"text": " "}).status_code == 422
    assert "Please let me back in" in text_of(visitor.post(path, {"text": "Please let me back in"}, follow=True))
    assert visitor.post(path, {"text": "And again"}).status_code == 409
    assert visitor.get(path[:-1] + "x").status_code == 404
    actions.answer(actor=staff("peer"), appeal_id=Appeal.objects.get().pk, grant=False, answer="No.")
    run_tasks()
    assert "it stays as it is. No." in " ".join(mail.outbox[-1].body.split())


def test_lists_of_reports_and_decisions_cost_the_same_for_one_and_for_many(alice, bob, mona, browser, api):
    app = api(alice)
    for number in (1, 15):
        for n in range(number):
            actions.report(reporter=alice, category="spam", post_id=publish(bob, f"watch {n}").pk)
            on_post(mona, Act.HIDE, publish(alice, f"boat {n}"))
            actions.appeal(author=alice, decision_id=Decision.objects.latest("pk").pk, text="Why?")
        deliver()
        for path, most in {"/reports": 6, "/settings/standing": 4}.items():
            with queries_at_most(most):
                browser.get(path)
        for path in ("/reports", "/me/decisions"):
            with queries_at_most(2):
                app.get(path)


# --- Rules ---------------------------------------------------------------------------------------


def test_the_rules_are_public_linked_and_written_by_administrators(visitor, mona):
    assert "No spam" in page(visitor, "/rules")
    for linking in ("/signup", "/explore"):
        assert 'href="/rules"' in page(visitor, linking)
    boss = signed_in(staff("boss", "administrator"))
    assert "Be kind to people" in text_of(boss.get("/admin/moderation/siterules/add/"))
    sent = {"text": "Be punctual\r\nThe ferry waits for nobody.\r\n\r\nNo <b>dogs</b>"}
    assert boss.post("/admin/moderation/siterules/add/", sent).status_code == 302
    html = page(visitor, "/rules")
    assert "No spam" not in html
    assert re.findall(r'rule-name">([^<]*)', html) == ["Be punctual", "No &lt;b&gt;dogs&lt;/b&gt;"]
    assert "The ferry waits for nobody." in html
    assert boss.get("/admin/moderation/siterules/add/").status_code == 403
    assert signed_in(mona).get("/admin/moderation/siterules/").status_code == 403
    SiteRules.objects.all().delete()
    assert "No spam" in page(visitor, "/rules")
