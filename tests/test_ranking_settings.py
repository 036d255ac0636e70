"""Choosing the order of home, moving its weights, and more or less of somebody: by page, htmx and API."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.ranking import actions as ranking
from feeds.ranking.choosing import chosen
from feeds.ranking.models import Nudge, ReaderRanking
from feeds.ranking.terms import sum_of
from feeds.ranking.values import SEED, Weights
from feeds.ranking.weights import PRESETS, points_of, read_points, read_share, share_text
from feedsite.errors import Invalid
from posts import actions as post_actions
from social import actions as social
from tests.pages import HTMX, page, publish, signed_in, text_of

ALL = {"ranking": "engagement", "recency": "40", "popularity": "40", "closeness": "20", "media": "0", "replies": "0"}
points = st.integers(0, 20).map(lambda step: step * 5)


def order(html):
    return re.findall(r'data-entry-id="(\d+)"', html)


@given(st.lists(points, min_size=5, max_size=5).filter(any))
def test_weights_survive_a_link(moved):
    weights = read_points(dict(zip(Weights._fields, moved, strict=True)))
    assert read_share(share_text(weights)) == weights
    assert list(points_of(weights).values()) == moved


@pytest.mark.parametrize(
    "text",
    [
        *("", "recency", "recency:41", "recency:-5", "recency:105", "recency:x", "fame:5", "recency:5,recency:5"),
        *("recency:nan", "recency:inf", "recency:1e1", "recency:5.0", "recency:٥", "recency:5:5", "recency:5,", "\0:5"),
    ],
)
def test_a_link_that_makes_no_sense_is_refused(text):
    with pytest.raises(Invalid):
        read_share(text)
    with pytest.raises(Invalid, match="at least one"):
        read_share("recency:0,media:0")


def test_presets_are_at_steps_of_the_sliders():
    for preset in PRESETS:
        assert read_share(preset.share) == preset.weights
    assert PRESETS[0].weights == SEED


@given(st.dictionaries(st.sampled_from(["recency", "like", "hide", "person", "x"]), st.floats(-1, 1), min_size=1))
def test_points_as_shown_add_up_to_the_total_as_shown(parts):
    shown = sum_of(parts)
    assert sum(term.tenths for term in shown.terms) == shown.tenths == round(sum(parts.values()) * 1000)
    assert all(abs(term.tenths - parts[term.key] * 1000) <= 1 for term in shown.terms)


def test_one_chooses_an_order_and_what_counts_in_it(bob, alice):
    browser = signed_in(bob)
    assert 'value="chronological" checked' in page(browser, "/settings/ranking")
    answer = browser.post("/settings/ranking", ALL | {"recency": "75", "diversity": "on"}, follow=True)
    assert "Saved. Home is ordered by what matters to you." in text_of(answer)
    bob.refresh_from_db()
    assert chosen(bob)[:3] == ("engagement", SEED._replace(recency=0.75), True)
    html = page(browser, "/settings/ranking")
    assert 'value="engagement" checked' in html
    assert re.search(r'id="id_recency"[^>]* value="75"', html)
    browser.post("/settings/ranking", ALL)
    assert not ReaderRanking.objects.get(user=bob).weights  # those of the design, whatever they will be
    assert not chosen(bob).diversity


def test_nonsense_is_refused_and_says_at_which_slider(bob):
    browser = signed_in(bob)
    for wrong, said in [
        ({"recency": "41"}, "How new: Give a number from 0 to 100 in steps of 5."),
        ({"recency": "0", "popularity": "0", "closeness": "0"}, "Let at least one weight count"),
        ({"ranking": "fate"}, "Choose one of"),
    ]:
        answer = browser.post("/settings/ranking", ALL | wrong)
        assert answer.status_code == 422
        assert said in text_of(answer)
    bob.refresh_from_db()
    assert bob.ranking == "chronological"
    assert not ReaderRanking.objects.exists()


def test_a_link_fills_the_weights_in_and_saves_nothing(bob):
    browser = signed_in(bob)
    html = page(browser, "/settings/ranking?w=recency:10,media:90&diversity=on")
    assert "These weights come from a link" in html
    assert re.search(r'id="id_media"[^>]* value="90"', html)
    assert 'value="engagement" checked' in html
    assert not ReaderRanking.objects.exists()
    # A preset changes the weights alone.
    assert re.search(r'href="\?w=[^"#]*&amp;diversity=on#weights" data-preset', html)
    for wrong in ("w=fame:3", "w=recency:7", "w=", "w=recency:5&diversity=maybe"):
        assert "form-errors" in page(browser, f"/settings/ranking?{wrong}", 400)
    look = browser.post("/settings/ranking", ALL | {"media": "50", "then": "look"})
    assert look["Location"] == "/settings/ranking?w=recency:40,popularity:40,closeness:20,media:50,replies:0"
    assert not ReaderRanking.objects.exists()


def test_the_preview_follows_the_weights_without_storing_them(shelf, bob, carol):
    browser = signed_in(bob)
    talked = publish(carol, "Who has the long ladder?")
    post_actions.comment(author=carol, post_id=talked.pk, content="Nobody?")
    newest = publish(carol, "Good night")
    ask = "/settings/ranking/preview?recency={}&popularity=0&closeness=0&media=0&replies={}"
    by_time = order(text_of(browser.get(ask.format(100, 0), **HTMX)))
    by_talk = order(text_of(browser.get(ask.format(0, 100), **HTMX)))
    assert by_time[0] == str(newest.pk)
    assert by_talk.index(str(talked.pk)) < by_talk.index(str(newest.pk))
    assert sorted(by_time) == sorted(by_talk)
    answer = browser.get(ask.format(0, 0), **HTMX)
    assert answer.status_code == 422
    assert "Let at least one weight count" in text_of(answer)
    assert not ReaderRanking.objects.exists()


def test_newest_first_is_one_tap_away_and_back(bob):
    browser = signed_in(bob)
    ranking.choose(reader=bob, ranking="engagement", weights=SEED, diversity=False)
    assert "/settings/ranking/to/chronological" in page(browser, "/settings/ranking")
    answer = browser.post("/settings/ranking/to/chronological", {"next": "/"}, follow=True)
    bob.refresh_from_db()
    assert bob.ranking == "chronological"
    assert 'formaction="/settings/ranking/to/engagement"' in text_of(answer)
    assert browser.post("/settings/ranking/to/fate").status_code == 400


def test_more_and_less_of_somebody_counts_and_is_taken_back(bob, alice, carol):
    browser = signed_in(bob)
    for author in (alice, carol):
        social.follow(follower=bob, author=author)
    quiet, loud = publish(alice, "first"), publish(carol, "second")
    for path, first in [("/@alice/nudge/more", quiet), ("/@alice/nudge/off", loud), ("/@carol/nudge/less", quiet)]:
        browser.post(path)
        preview = browser.get("/settings/ranking/preview?recency=5&popularity=100", **HTMX)
        assert order(text_of(preview))[0] == str(first.pk), path
    assert Nudge.objects.get(reader=bob).author == carol
    assert "Less of them" in page(browser, "/settings/ranking")
    row = browser.post("/@carol/nudge/off", **HTMX)
    assert (row.status_code, row.content) == (200, b"")
    assert not Nudge.objects.exists()


def test_what_a_nudge_did_is_said_with_the_way_back(bob, alice):
    browser = signed_in(bob)
    said = browser.post("/@alice/nudge/more", **HTMX)["HX-Trigger"]
    assert "/@alice/nudge/off" in said
    assert "newest first" in said  # where it changes nothing
    assert "/@alice/nudge/more" in browser.post("/@alice/nudge/less", **HTMX)["HX-Trigger"]
    assert browser.post("/@alice/nudge/sideways").status_code == 404
    assert browser.post("/@bob/nudge/more").status_code == 400
    social.block(blocker=alice, blocked=bob)
    assert browser.post("/@alice/nudge/more").status_code == 404
    assert "@alice" not in page(browser, "/settings/ranking")


def test_apps_say_more_and_less(bob, alice, api, monkeypatch):
    app, path = api(bob), f"/users/{alice.pk}/nudge"
    assert app.post(path, {"amount": 1}) == (200, {"user_id": str(alice.pk), "nudge": 1})
    assert app.post(path, {"amount": -1}) == (200, {"user_id": str(alice.pk), "nudge": -1})
    assert Nudge.objects.get().amount == -1
    for wrong in ({}, {"amount": 0}, {"amount": 2}, {"amount": "x"}):
        status, answer = app.post(path, wrong)
        assert status == 400
        assert "amount" in answer["fields"]
    for _ in range(2):
        assert app.delete(path) == (200, {"user_id": str(alice.pk), "nudge": 0})
    assert app.post(f"/users/{bob.pk}/nudge", {"amount": 1})[0] == 400
    assert app.post("/users/999/nudge", {"amount": 1})[0] == 404
    monkeypatch.setattr(ranking, "MOST_NUDGES", 0)
    assert app.post(path, {"amount": 1})[0] == 400
