"""Home by the formula, through the API: what counts, what is frozen, what is said of it."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from feeds.models import FeedEntry, RankedScroll, ReaderRanking, ReaderState
from feeds.ranking import candidates, formula, frozen
from feeds.ranking.candidates import of_reader
from feeds.ranking.page import first_page
from feeds.ranking.values import ENGAGEMENT, SEED, Choice
from feedsite.pagination import PageRequest
from posts import actions
from social import actions as social
from social.models import Follow
from tests.helpers import flush_redis, run_tasks
from tests.pages import page


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
        status, answer = app.get(asked)
        assert status == 200, answer
        assert answer["ranking"] == ranking
        posts += answer["posts"]
        cursor = answer["next_cursor"]
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


def test_below_the_candidates_it_goes_on_chronologically(api, bob, harbour, monkeypatch):
    monkeypatch.setattr(candidates, "MOST", 4)
    posts = pages(api(bob), "engagement", 3)
    assert sorted(entries(posts[:4]), reverse=True) == harbour[:7:-1]
    assert entries(posts[4:]) == harbour[7::-1]
    assert ["score" in post["why"] for post in posts] == [True] * 4 + [False] * 8


@pytest.fixture(params=["old", "swept", "crowded out"])
def gone(request, bob) -> Any:
    """Lets bob's scrolls be gone in one of the ways there are."""

    def end() -> None:
        if request.param == "crowded out":
            for _ in range(frozen.MOST_SCROLLS):
                first_page(bob, PageRequest(2, None, "home:engagement", bob.pk), Choice(ENGAGEMENT))
            return
        RankedScroll.objects.update(used_at=timezone.now() - frozen.LIVES)
        if request.param == "swept":
            frozen.sweep()
            assert not RankedScroll.objects.exists()

    return end


@pytest.mark.parametrize("most", [4, 500])
def test_whose_order_is_gone_is_told_so_and_loses_nothing_unawares(api, bob, harbour, monkeypatch, most, gone):
    monkeypatch.setattr(candidates, "MOST", most)
    app = api(bob)
    cursor = app.get("/timeline?ranking=engagement&limit=2")[1]["next_cursor"]
    gone()
    status, answer = app.get(f"/timeline?ranking=engagement&cursor={cursor}")
    assert (status, list(answer["fields"])) == (400, ["cursor"])
    assert "not kept any more" in answer["detail"]
    assert len(pages(app, "engagement")) == len(harbour)


def test_a_scroll_of_which_nothing_is_left_to_see_ends_and_is_not_called_gone(api, bob, alice, carol, harbour):
    app = api(bob)
    cursor = app.get("/timeline?ranking=engagement&limit=2")[1]["next_cursor"]
    for author in (alice, carol):
        social.unfollow(follower=bob, author=author)
    status, answer = app.get(f"/timeline?ranking=engagement&cursor={cursor}")
    assert (status, answer["posts"], answer["has_more"]) == (200, [], False)


def test_below_the_candidates_a_cursor_needs_no_order_that_is_kept(api, bob, harbour, monkeypatch):
    monkeypatch.setattr(candidates, "MOST", 4)
    app = api(bob)
    first = app.get("/timeline?ranking=engagement&limit=5")[1]
    RankedScroll.objects.all().delete()
    rest = app.get(f"/timeline?cursor={first['next_cursor']}")[1]
    assert entries(first["posts"])[4:] + entries(rest["posts"]) == harbour[7::-1]


def test_each_page_lets_a_scroll_live_on(api, bob, harbour):
    def grow_old(number: int) -> None:
        RankedScroll.objects.update(used_at=timezone.now() - frozen.LIVES + timedelta(minutes=1))

    assert len(pages(api(bob), "engagement", 4, grow_old)) == len(harbour)


def test_of_one_reader_only_the_last_scrolls_are_kept(api, bob, harbour):
    app = api(bob)
    for _ in range(frozen.MOST_SCROLLS + 2):
        app.get("/timeline?ranking=engagement")
    assert RankedScroll.objects.count() == frozen.MOST_SCROLLS


def test_without_a_model_the_formula_ranks_and_the_answer_says_so(api, bob, harbour):
    app, by_formula = api(bob), entries(pages(api(bob), "engagement"))
    first = app.get("/timeline?ranking=ml&limit=5")[1]
    rest = app.get(f"/timeline?ranking=ml&cursor={first['next_cursor']}")[1]
    assert first["ranking"] == rest["ranking"] == "engagement"
    assert entries(first["posts"]) + entries(rest["posts"]) == by_formula


def test_the_readers_setting_holds_where_nothing_is_asked_for(api, bob, harbour):
    app = api(bob)
    app.patch("/users/me", {"ranking": "engagement"})
    first = app.get("/timeline?limit=5")[1]
    assert first["ranking"] == "engagement"
    assert app.get("/timeline?ranking=chronological")[1]["ranking"] == "chronological"
    app.patch("/users/me", {"ranking": "chronological"})
    # A scroll goes on as it began.
    assert app.get(f"/timeline?cursor={first['next_cursor']}")[1]["ranking"] == "engagement"


@pytest.mark.parametrize(("of", "asked"), [("chronological", "engagement"), ("engagement", "chronological")])
def test_a_cursor_is_of_its_ranking(api, bob, carol, harbour, of, asked):
    app = api(bob)
    cursor = app.get(f"/timeline?limit=2&ranking={of}")[1]["next_cursor"]
    status, answer = app.get(f"/timeline?ranking={asked}&cursor={cursor}")
    assert (status, list(answer["fields"])) == (400, ["cursor"])
    assert api(carol).get(f"/timeline?cursor={cursor}")[0] == 400


@pytest.mark.parametrize("explain", ["0", "", "yes"])
def test_explain_is_one_or_left_out(api, bob, explain):
    status, answer = api(bob).get(f"/timeline?explain={explain}")
    assert (status, list(answer["fields"])) == (400, ["explain"])


@pytest.mark.parametrize("ranking", ["chronological", "engagement"])
def test_the_source_is_how_an_entry_came(api, alice, bob, harbour, ranking):
    Follow.objects.filter(followee=alice).update(pull=True)
    FeedEntry.objects.filter(user_id=bob.pk).delete()
    FeedEntry.objects.bulk_create(FeedEntry(user_id=bob.pk, post_id=pk) for pk in harbour[1::2])
    ReaderState.objects.update_or_create(user=bob, defaults={"floor": harbour[3]})
    said = {int(post["entry_id"]): post["why"]["source"] for post in pages(api(bob), ranking)}
    assert said == {pk: "push" if pk in harbour[5::2] else "pull" for pk in harbour}


def test_diversity_is_a_part_like_any_other(api, bob, harbour):
    ReaderRanking.objects.create(user=bob, diversity=True)
    posts = pages(api(bob), "engagement", 4)
    assert any(post["why"]["parts"].get("diversity", 0) < 0 for post in posts)
    assert all(sum(post["why"]["parts"].values()) == post["why"]["score"] for post in posts)
    scores = [post["why"]["score"] for post in posts]
    assert scores == sorted(scores, reverse=True)


# --- The page ---


def test_the_page_is_in_the_order_asked_for_and_the_setting_stays(browser, alice, bob, harbour):
    social.follow(follower=alice, author=bob)
    liked = actions.publish(author=bob, content="the one that matters").pk
    newest = actions.publish(author=bob, content="the newest").pk
    actions.like(actor=alice, post_id=liked)
    text = page(browser, "/?ranking=engagement")
    assert text.index("the one that matters") < text.index("the newest")
    assert f'data-since="{newest}"' in text
    assert page(browser, "/").index("the newest") < page(browser, "/").index("the one that matters")


def test_on_the_page_whose_order_is_gone_finds_the_way_to_a_new_one(browser, alice, bob, harbour):
    social.follow(follower=alice, author=bob)
    for n in range(21):
        actions.publish(author=bob, content=f"more {n}")
    cursor = re.search(r'rel="next" href="([^"]*)"', page(browser, "/?ranking=engagement")).group(1)
    address = "/" + html.unescape(cursor)
    RankedScroll.objects.all().delete()
    fragment = browser.get(address, headers={"HX-Request": "true"}).content.decode()
    assert 'href="/?ranking=engagement"' in fragment
    assert "post-card" not in fragment
    answer = browser.get(address, follow=True)
    assert answer.redirect_chain == [("/?ranking=engagement", 302)]
    assert "This is home from the top." in answer.content.decode()


def test_an_order_is_kept_by_a_form(browser, alice, harbour):
    assert "Keep this order" not in page(browser, "/")
    assert "Keep this order" in page(browser, "/?ranking=engagement")
    assert browser.post("/settings/ranking/to/engagement")["Location"] == "/"
    assert "Keep this order" not in page(browser, "/")
    assert "Keep this order" in page(browser, "/?ranking=chronological")
    assert browser.post("/settings/ranking/to/best").status_code == 400
