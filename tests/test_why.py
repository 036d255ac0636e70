"""Why a post is in a feed, and why not: told by the rules, and held against what the timeline lists."""

import re
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feeds import timeline
from feeds.models import FeedEntry
from feeds.ranking import actions as ranking
from feeds.ranking import learned
from feeds.ranking.values import SEED, Scored
from feeds.ranking.why_not import Facts, facts_of, judge, read_address
from feedsite.errors import DomainError
from posts import actions
from posts.models import Post
from social import actions as social
from tests.pages import HTMX, page, publish, signed_in, text_of
from tests.timelines import share

NOW = timezone.now()


def ask(browser, post, status=200):
    return page(browser, f"/why-not?url=http://testserver/@{post.author.username}/{post.pk}", status)


def points(html):
    """The terms of a place in tenths of a point, and at last their sum."""
    return [int(number) for number in re.findall(r'data-points="(-?\d+)"', html)]


# --- Why not ---


@pytest.mark.parametrize(
    ("facts", "reasons"),
    [
        (Facts(is_comment=True, followed_since=NOW), ("comment",)),
        (Facts(is_muted=True, followed_since=NOW), ("muted",)),
        (Facts(is_muted=True, share_id=9, sharer_id=1), ("muted", "not_followed")),
        (Facts(), ("not_followed",)),
        (Facts(hidden_sharer_id=1, muted_sharer_id=2), ("not_followed", "shares_hidden", "sharer_muted")),
    ],
)
def test_the_reasons_stand_in_their_order(facts, reasons):
    assert judge(facts) == (False, False, reasons)


def test_a_post_is_there_as_itself_or_by_a_share():
    assert judge(Facts(is_own=True))[:2] == (True, False)
    assert judge(Facts(followed_since=NOW))[:2] == (True, False)
    assert judge(Facts(share_id=9, sharer_id=1))[:2] == (True, True)


@pytest.mark.parametrize(
    ("text", "post_id"),
    [
        ("http://testserver/@bob/17", 17),
        (" /@bob/17/likes ", 17),
        ("https://testserver/posts/17/why?scroll=3#x", 17),
        ("17", 17),
        ("HTTP://TestServer/@bob/17", 17),
        ("http://elsewhere.example/@bob/17", None),
        ("/@bob", None),
        ("http://[", None),
        ("bob", None),
    ],
)
def test_an_address_is_read(text, post_id):
    assert read_address(text, "testserver") == post_id


PEOPLE = 4
someone = st.integers(0, PEOPLE - 1)
deeds = st.one_of(
    st.tuples(st.sampled_from(["follow", "follow", "mute", "hide_shares", "block", "go_private"]), someone, someone),
    st.tuples(st.sampled_from(["public", "followers", "private"]), someone, someone),
    st.tuples(st.sampled_from(["share", "share", "comment", "delete"]), someone, st.integers(0, 5)),
)


def do(people, posts, deed):
    what, who, whom = deed
    actor = people[who]
    if what in ("public", "followers", "private"):
        posts.append(publish(actor, f"@{people[whom].username} hello", visibility=what))
    elif what in ("share", "comment", "delete") and posts:
        post_id = posts[whom % len(posts)].pk
        if what == "comment":
            posts.append(actions.comment(author=actor, post_id=post_id, content="hm"))
        else:
            getattr(actions, what)(actor=actor, post_id=post_id)
    elif what == "go_private":
        actor.is_private = True
        actor.save(update_fields=["is_private"])
    elif what == "follow":
        social.follow(follower=actor, author=people[whom])
    elif what == "mute":
        social.mute(muter=actor, muted=people[whom], expires_at=None)
    elif what == "hide_shares":
        social.hide_shares(follower=actor, author=people[whom])
    elif what == "block":
        social.block(blocker=actor, blocked=people[whom])


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(deeds, min_size=6, max_size=24))
def test_a_post_is_said_to_be_in_the_feed_exactly_when_it_is_listed(alice, bob, carol, dave, done):
    people, posts = [alice, bob, carol, dave], []
    with transaction.atomic():
        for deed in done:
            try:
                with transaction.atomic():
                    do(people, posts, deed)
            except DomainError:
                pass  # as the rules have it
        for reader in people:
            listed = {
                row.shown_id: row.entry_id for row in timeline.from_postgres(reader.pk, timeline.Scroll(), limit=100)
            }
            for post in Post.objects.visible_to(reader).filter(share_of=None):
                facts = facts_of(reader, post.pk)
                verdict = judge(facts)
                assert verdict.in_feed == (post.pk in listed), (facts, verdict)
                assert bool(verdict.reasons) != verdict.in_feed
                if verdict.in_feed:
                    assert listed[post.pk] == (facts.share_id if verdict.by_share else post.pk)
        transaction.set_rollback(True)


def test_the_page_tells_the_rule_that_keeps_a_post_out(bob, alice, carol):
    browser = signed_in(bob)
    post = publish(alice, "Tea at four")
    assert "You do not follow" in ask(browser, post)
    social.follow(follower=bob, author=carol)
    share(carol, post)
    assert "carol shared it: a post is listed once" in ask(browser, post)
    social.hide_shares(follower=bob, author=carol)
    assert "you left out what carol shares" in ask(browser, post)
    social.mute(muter=bob, muted=carol, expires_at=None)
    assert "but you muted carol" in ask(browser, post)
    social.follow(follower=bob, author=alice)
    assert "It is in your feed" in ask(browser, post)
    social.mute(muter=bob, muted=alice, expires_at=timezone.now() + timedelta(hours=2))
    assert "The mute ends on" in ask(browser, post)
    comment = actions.comment(author=bob, post_id=post.pk, content="Gladly")
    assert "It is a comment." in ask(browser, comment)


def test_what_one_may_not_see_is_answered_like_what_is_not_there(bob, alice, carol):
    browser = signed_in(bob)
    hidden = publish(alice, "for followers", visibility="followers")
    gone = publish(carol, "gone")
    actions.delete(actor=carol, post_id=gone.pk)
    blocked = publish(carol, "blocked")
    social.block(blocker=carol, blocked=bob)
    ids = [hidden.pk, gone.pk, blocked.pk, blocked.pk + 1_000_000]
    answers = {re.sub(str(pk), "ID", page(browser, f"/why-not?url={pk}", 404)) for pk in ids}
    answers = {re.sub(r'csrf[^>]*>|"X-CSRFToken": "[^"]*"', "", answer) for answer in answers}
    assert len(answers) == 1
    assert "There is no such post that you may see." in answers.pop()
    assert "This is not the address of a post here" in page(browser, "/why-not?url=tea", 400)


def test_the_place_of_a_post_is_shown_whatever_the_order(bob):
    browser = signed_in(bob)
    wanted = publish(bob, "The one")
    publish(bob, "A newer one")
    html = ask(browser, wanted)
    link = re.search(r'href="(/\?ranking=chronological&amp;cursor=[^"]*)"', html)[1].replace("&amp;", "&")
    assert re.search(r'data-entry-id="(\d+)"', page(browser, link))[1] == str(wanted.pk)


# --- Why ---


def test_every_post_at_home_says_why_it_is_there(shelf, bob, carol):
    browser = signed_in(bob)
    links = re.findall(r'href="(/posts/\d+/why[^"]*)" data-why', page(browser, "/"))
    assert len(links) >= 4
    told = " ".join(text_of(browser.get(link, **HTMX)) for link in links)
    assert "You wrote it." in told
    assert "You have followed alice since" in told
    assert "carol shared it. You have followed carol since" in told
    assert "Your home is newest first" in told
    assert "<h1" not in told
    assert "Why am I seeing this?" in page(browser, links[0])


def test_the_way_a_post_came_is_told(bob, alice):
    social.follow(follower=bob, author=alice)
    post, browser = publish(alice, "Tea"), signed_in(bob)
    FeedEntry.objects.filter(user_id=bob.pk).delete()
    assert "It was fetched when you opened your feed." in page(browser, f"/posts/{post.pk}/why")
    FeedEntry.objects.create(user_id=bob.pk, post_id=post.pk)
    assert "It was put into your feed when it was posted." in page(browser, f"/posts/{post.pk}/why")


def test_a_list_says_who_is_on_it(bob, alice):
    browser = signed_in(bob)
    social.follow(follower=bob, author=alice)
    one = social.make_list(owner=bob, name="Tea people")
    social.add_to_list(owner=bob, list_id=one.pk, person=alice)
    publish(alice, "Tea")
    link = re.search(r'href="(/posts/\d+/why[^"]*)" data-why', page(browser, f"/lists/{one.pk}"))[1]
    html = page(browser, link)
    assert "alice is on your list “Tea people”" in html
    assert "Lists are newest first" in html
    assert signed_in(alice).get(link).status_code == 404


def test_the_terms_of_a_ranked_post_add_up(shelf, bob, alice):
    browser = signed_in(bob)
    ranking.choose(reader=bob, ranking="engagement", weights=SEED, diversity=True)
    ranking.nudge(reader=bob, author=alice, amount=1)
    html = page(browser, f"/posts/{shelf.pk}/why")
    *terms, total = points(html)
    assert sum(terms) == total > 0
    assert "You want more of them".lower() in html
    assert re.search(r"place \d of \d posts", html)


def test_the_terms_told_are_those_of_the_scroll_that_is_looked_at(bob, alice, api):
    """They stay, whatever happens meanwhile; without the scroll the sum is made anew, and that is said."""
    browser = signed_in(bob)
    social.follow(follower=bob, author=alice)
    ranking.choose(reader=bob, ranking="engagement", weights=SEED, diversity=False)
    post = publish(alice, "Tea")
    link = re.search(rf'href="(/posts/{post.pk}/why[^"]*)" data-why', page(browser, "/"))[1]
    assert "?scroll=" in link
    before = page(browser, link)
    actions.like(actor=bob, post_id=post.pk)
    publish(alice, "More tea")
    after = page(browser, link)
    assert points(after) == points(before)
    assert "place 1 of 1 post." in after
    assert "1 like, 0 comments" in after
    anew = page(browser, f"/posts/{post.pk}/why?scroll=1")
    assert "this sum is made anew" in anew
    assert points(anew) != points(before)
    assert "Your home is newest first" in page(browser, f"/posts/{post.pk}/why?ranking=chronological")
    assert browser.get(f"/posts/{post.pk}/why?ranking=fate").status_code == 400
    assert browser.get(f"/posts/{post.pk}/why?scroll={'9' * 19}").status_code == 200
    # A scroll is its reader's alone.
    assert "Ordered by" not in page(signed_in(alice), link)


def test_what_the_page_sums_is_what_the_api_tells(shelf, bob, api):
    ranking.choose(reader=bob, ranking="engagement", weights=SEED._replace(replies=0.35), diversity=True)
    told = {one["entry_id"]: one["why"]["score"] for one in api(bob).get("/timeline?explain=1")[1]["posts"]}
    browser = signed_in(bob)
    links = re.findall(r'href="(/posts/(\d+)/why\?scroll=\d+)" data-why', page(browser, "/"))
    assert len(links) == len(told)
    for link, entry_id in links:
        *terms, total = points(page(browser, link))
        assert sum(terms) == total
        assert abs(total - told[entry_id] * 1000) <= 2  # a moment later


def test_a_learned_score_tells_what_weighed_most(monkeypatch, bob, alice):
    browser = signed_in(bob)
    social.follow(follower=bob, author=alice)
    ranking.choose(reader=bob, ranking="ml", weights=SEED, diversity=False)
    post = publish(alice, "Tea")
    scored = lambda found, choice: [Scored(one, 0.5, {"like": 0.75, "hide": -0.25}) for one in found]  # noqa: E731
    monkeypatch.setattr(learned, "rank", scored)
    moved = [("recency", 0.25), ("log_age", 0.1), ("media", -0.3), ("is_quote", 0.0)]
    monkeypatch.setattr(learned, "explain", lambda candidate: moved)
    html = page(browser, f"/posts/{post.pk}/why")
    assert "Ordered by what was learned" in html
    assert points(html) == [750, -250, 500]
    assert re.search(
        r"How new it is<span[^>]*>, which spoke for it.*pictures or videos<span[^>]*>, which spoke against", html, re.S
    )
    assert "quotes a post" not in html


def test_a_model_that_knows_only_shares_is_told_of_as_learned(monkeypatch, bob, alice):
    social.follow(follower=bob, author=alice)
    ranking.choose(reader=bob, ranking="ml", weights=SEED, diversity=False)
    post, browser = publish(alice, "Tea"), signed_in(bob)
    monkeypatch.setattr(learned, "rank", lambda found, choice: [Scored(one, 0.5, {"share": 0.5}) for one in found])
    link = re.search(rf'href="(/posts/{post.pk}/why\?scroll[^"]*)" data-why', page(browser, "/"))[1]
    html = page(browser, link)
    assert "Ordered by what was learned" in html
    assert "The points are those of the order you look at" in html


def test_a_place_that_was_drawn_by_lot_is_told_as_that(monkeypatch, settings, bob, alice):
    class Changes:
        def randrange(self, stop):
            return 0

        def random(self):
            return 0.0

    settings.RANKING_SWAPS = 0.05
    monkeypatch.setattr("feeds.ranking.page.Random", Changes)
    social.follow(follower=bob, author=alice)
    ranking.choose(reader=bob, ranking="engagement", weights=SEED, diversity=False)
    publish(alice, "Tea")
    newest, browser = publish(alice, "Cake"), signed_in(bob)
    link = re.search(rf'href="(/posts/{newest.pk}/why\?scroll[^"]*)" data-why', page(browser, "/"))[1]
    html = page(browser, link)
    assert "place 2 of 2 posts" in html
    assert "By lot it changed places with its neighbour" in html
    anew = page(browser, f"/posts/{newest.pk}/why")
    assert "place 1 of 2 posts" in anew
    assert "By lot" not in anew


def test_nobody_is_told_why_of_what_they_may_not_see(bob, alice):
    post = publish(alice, "@alice", visibility="private")
    assert signed_in(bob).get(f"/posts/{post.pk}/why").status_code == 404


def test_a_card_that_reads_anew_keeps_its_question(bob, alice):
    browser = signed_in(bob)
    social.follow(follower=bob, author=alice)
    post = publish(alice, "Tea")
    card = text_of(browser.get(f"/posts/{post.pk}/card?place=list&why=%3Fscroll%3Dabc"))
    assert f'href="/posts/{post.pk}/why?scroll=abc"' in card
    assert "data-why" not in text_of(browser.get(f"/posts/{post.pk}/card?place=list"))
    assert browser.get(f"/posts/{post.pk}/card?why=%3Fnext%3D//x").status_code == 400
