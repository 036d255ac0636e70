"""What was on screen: told by pages and apps, kept once, joined with what came of it, and forgotten."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.test import Client

from accounts.models import User
from feeds import tasks
from feeds.actions import keep_ranker
from feeds.impressions import actions, days, tokens
from feeds.impressions.models import FEATURES, Forgetting, Impression
from feeds.models import Nudge
from feeds.ranking import learned
from feeds.ranking.training import impressed
from feeds.ranking.values import Candidate
from posts import actions as posts
from posts.models import Like, Post
from social import actions as social
from social.models import Block, Mute
from tests.helpers import queries_at_most, run_tasks
from tests.pages import publish
from tests.rankers import model_of, serve
from tests.timelines import share

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parent.parent
DAY = timedelta(days=1)


@pytest.fixture
def quay(alice: User, bob: User) -> list[Post]:
    """What alice posted, newest first; bob reads it."""
    social.follow(follower=bob, author=alice)
    made = [publish(alice, f"boat {n}") for n in range(3)]
    run_tasks()
    return made[::-1]


def page_of(app: Any, query: str = "") -> tuple[str, list[str]]:
    """The token of a page of the timeline, and its entries."""
    page = app.get(f"/timeline?{query}")[1]
    return page.get("impression_token", ""), [post["entry_id"] for post in page["posts"]]


def tell(app: Any, token: str, entries: list[str], **more: Any) -> tuple[int, Any]:
    answer = app.post("/impressions", {"token": token, "entries": [{"entry_id": one} | more for one in entries]})
    run_tasks()
    return answer


def kept(reader: User) -> list[Impression]:
    return list(Impression.objects.filter(reader_id=reader.pk).order_by("served_at", "position"))


def like(actor: User, post: Post) -> None:
    """Likes it; a test is one transaction, whose beginning is `now()` to the database all the while."""
    posts.like(actor=actor, post_id=post.pk)
    Like.objects.filter(post=post, user=actor).update(created_at=datetime.now(UTC))


def later(after: timedelta) -> Any:
    return at(datetime.now(UTC) + after)


def at(moment: datetime) -> Any:
    return mock.patch("django.utils.timezone.now", return_value=moment)


# --- What is kept ---


def test_what_was_on_screen_is_kept_with_its_place_and_what_was_known_of_it(bob: User, quay: list[Post], api) -> None:
    like(quay[2].author, quay[2])
    token, entries = page_of(api(bob))
    assert tell(api(bob), token, [entries[0], entries[2]], seen_ms_ago=0) == (202, None)
    first, third = kept(bob)
    assert [first.position, third.position] == [0, 2]
    assert [first.entry_id, third.shown_id, third.author_id] == [quay[0].pk, quay[2].pk, quay[2].author_id]
    assert (first.ranking, first.experiment, first.arm, first.model) == ("chronological", "", "", "")
    assert first.propensity == 1
    assert isinstance(third.candidate, Candidate)
    assert (first.candidate.likes, third.candidate.likes, third.candidate.length) == (0, 1, 6)
    assert third.candidate.age_hours < 0.1
    assert third.served_at <= third.seen_at <= datetime.now(UTC)


def test_telling_it_twice_keeps_it_once(bob: User, quay: list[Post], api) -> None:
    token, entries = page_of(api(bob))
    for _ in range(2):
        assert tell(api(bob), token, entries[:2])[0] == 202
    assert len(kept(bob)) == 2
    again, entries = page_of(api(bob))
    tell(api(bob), again, entries[:1])
    assert len(kept(bob)) == 3


def test_the_place_counts_on_over_the_pages_of_a_scroll(bob: User, quay: list[Post], api) -> None:
    page = api(bob).get("/timeline?limit=2")[1]
    token, entries = page_of(api(bob), f"limit=2&cursor={page['next_cursor']}")
    tell(api(bob), token, entries)
    assert [one.position for one in kept(bob)] == [2]


def test_a_ranked_page_is_told_by_its_ranking_and_places(bob: User, quay: list[Post], api) -> None:
    like(bob, quay[2])
    first = api(bob).get("/timeline?ranking=engagement&limit=2")[1]
    tell(api(bob), first["impression_token"], [post["entry_id"] for post in first["posts"]])
    tell(api(bob), *page_of(api(bob), f"ranking=engagement&limit=2&cursor={first['next_cursor']}"))
    assert [(one.position, one.ranking, one.propensity) for one in kept(bob)] == [
        (place, "engagement", 1) for place in range(3)
    ]
    assert [one.entry_id for one in kept(bob)] == [quay[2].pk, quay[0].pk, quay[1].pk]
    assert [(one.candidate.likes, one.candidate.interactions) for one in kept(bob)] == [(1, 1), (0, 1), (0, 1)]


def test_a_scroll_is_told_by_the_model_that_ordered_it_also_once_another_is_served(bob, quay, api) -> None:
    publish(quay[0].author, "more")
    run_tasks()
    ordering = serve(model_of(datetime.now(UTC), has_link=1.0))
    page = api(bob).get("/timeline?ranking=ml&limit=2")[1]
    other = keep_ranker(
        model=model_of(datetime.now(UTC), has_link=2.0), report={}, source="impressions", is_better=True,
        judged_against=ordering.pk,
    )  # fmt: skip
    learned.known.ask()
    for first in (page, api(bob).get("/timeline?ranking=ml&limit=2")[1]):
        tell(api(bob), first["impression_token"], [post["entry_id"] for post in first["posts"]])
        tell(api(bob), *page_of(api(bob), f"limit=2&cursor={first['next_cursor']}"))
    told = sorted((one.model, one.position) for one in kept(bob))
    assert told == [(str(model.pk), place) for model in (ordering, other) for place in range(4)]


def test_when_it_was_seen_lies_between_the_page_and_now(bob: User, quay: list[Post], api) -> None:
    token, entries = page_of(api(bob))
    tell(api(bob), token, entries, seen_ms_ago=3_600_000)
    assert {one.seen_at - one.served_at for one in kept(bob)} == {timedelta()}


def test_a_share_is_kept_with_what_it_shows(alice: User, bob: User, carol: User, quay: list[Post], api) -> None:
    shown = publish(carol, "from afar")
    share(alice, shown)
    run_tasks()
    token, entries = page_of(api(bob))
    tell(api(bob), token, entries[:1])
    (one,) = kept(bob)
    assert (one.shown_id, one.author_id, one.sharer_id) == (shown.pk, carol.pk, alice.pk)
    assert one.entry_id != one.shown_id


def test_what_the_reader_did_before_the_page_told_is_not_known_beforehand(bob: User, quay: list[Post], api) -> None:
    token, entries = page_of(api(bob))
    like(bob, quay[0])
    posts.comment(author=bob, post_id=quay[0].pk, content="hm")
    tell(api(bob), token, entries)
    known = [one.candidate for one in kept(bob)]
    assert {(one.likes, one.comments, one.interactions) for one in known} == {(0, 0, 0)}


def test_new_posts_put_on_top_bring_a_token_of_their_own(client: Client, bob: User, quay: list[Post]) -> None:
    client.force_login(bob)
    html = client.get(f"/feed/new?since={quay[2].pk}").content.decode()
    page = tokens.read(bob.pk, html.partition('data-impressions="')[2].partition('"')[0])
    assert page.entries == [(quay[0].pk, 1.0), (quay[1].pk, 1.0)]
    assert (page.ranking, page.first_position) == ("chronological", 0)


@pytest.mark.parametrize("how", ["mute", "block", "less", "unfollow", "no shares"])
def test_what_is_hidden_before_the_page_told_was_seen_all_the_same(how, alice, bob, carol, quay, api) -> None:
    share(alice, publish(carol, "from afar"))
    run_tasks()
    token, entries = page_of(api(bob))
    hide(bob, alice, how)
    tell(api(bob), token, entries)
    assert [one.entry_id for one in kept(bob)] == [int(one) for one in entries]
    assert {one.candidate.nudge for one in kept(bob)} == {0}
    tasks.join_outcomes()
    is_no = how in ("mute", "block", "less")
    assert set(outcomes(bob).values()) == {"h" if is_no else ""}


def hide(reader: User, author: User, how: str) -> None:
    """Wants less of somebody, or none, from this moment on."""
    if how == "mute":
        social.mute(muter=reader, muted=author)
    elif how == "block":
        social.block(blocker=reader, blocked=author)
    elif how == "less":
        Nudge.objects.create(reader=reader, author=author, amount=-1)
    elif how == "unfollow":
        social.unfollow(follower=reader, author=author)
    else:
        social.hide_shares(follower=reader, author=author)
    for kind in (Mute, Block):
        kind.objects.update(created_at=datetime.now(UTC))


def test_nothing_that_is_shown_is_asked_without_the_rules() -> None:
    """What was known of a served page is for keeping it; whoever shows something asks what may be seen."""
    named = [path.relative_to(ROOT) for path in ROOT.glob("[!.]*/**/*.py") if "as_served(" in path.read_text()]
    asking = {str(path) for path in named if path.parts[0] != "tests"}
    assert asking == {"feeds/impressions/facts.py", "feeds/impressions/recording.py"}


def test_what_is_gone_meanwhile_is_left_out(alice: User, bob: User, quay: list[Post], api) -> None:
    token, entries = page_of(api(bob))
    posts.delete(actor=alice, post_id=quay[0].pk)
    assert tell(api(bob), token, entries)[0] == 202
    assert {one.entry_id for one in kept(bob)} == {quay[1].pk, quay[2].pk}


def test_recording_takes_as_many_queries_for_one_as_for_many(alice: User, bob: User, quay: list[Post], api) -> None:
    for n in range(30):
        publish(alice, f"more {n}")
    run_tasks()
    for number in (1, 30):
        app = api(bob)
        token, entries = page_of(app, f"limit={number}")
        with queries_at_most(1):  # the token of the app; the rest is done in the background
            app.post("/impressions", {"token": token, "entries": [{"entry_id": one} for one in entries]})
        moments = [[int(one), tokens.read(bob.pk, token).served_ms] for one in entries]
        tasks.record_impressions(bob.pk, token, moments)
        with queries_at_most(6):  # the facts, the day, the reader's row, the rows; a savepoint
            tasks.record_impressions(bob.pk, token, moments)


# --- What is refused ---


def test_a_token_of_another_a_changed_or_an_old_one_is_refused(bob: User, carol: User, quay: list[Post], api) -> None:
    token, entries = page_of(api(bob))
    changed = token[:30] + ("A" if token[30] != "A" else "B") + token[31:]
    for who, wrong in ((carol, token), (bob, changed), (bob, "x"), (bob, token[:-4]), (bob, "é")):
        status, answer = tell(api(who), wrong, entries)
        assert (status, list(answer["fields"])) == (400, ["token"])
    with mock.patch("time.time", return_value=datetime.now(UTC).timestamp() + 86_401):
        assert tell(api(bob), token, entries)[0] == 400
    assert not Impression.objects.exists()


def test_an_entry_that_was_not_on_the_page_is_refused_by_its_place(bob: User, quay: list[Post], api) -> None:
    token, entries = page_of(api(bob), "limit=2")
    status, answer = tell(api(bob), token, [entries[0], "7"])
    assert (status, answer["code"]) == (400, "invalid")
    assert answer["fields"]["entries"][0].startswith("1.entry_id: ")
    assert not kept(bob)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"token": "x"},
        {"token": "x", "entries": []},
        {"token": "x", "entries": [{"entry_id": "1"}] * 101},
        {"token": "x", "entries": [{"entry_id": "one"}]},
        {"token": "x", "entries": [{"entry_id": "1", "seen_ms_ago": -1}]},
        {"token": "x" * 5000, "entries": [{"entry_id": "1"}]},
    ],
)
def test_nonsense_is_refused_field_by_field(bob: User, api, body: Any) -> None:
    status, answer = api(bob).post("/impressions", body)
    assert status == 400
    assert answer["fields"]


def test_visitors_tell_nothing(api, client: Client) -> None:
    assert api().post("/impressions", {"token": "x", "entries": [{"entry_id": "1"}]})[0] == 401
    assert client.post("/impressions", {"token": "x", "entries": "1:0"}).status_code == 204
    assert not Impression.objects.exists()


def test_who_tells_more_than_sixty_times_a_minute_has_to_wait(limited, bob, quay, api, client: Client) -> None:
    token, entries = page_of(api(bob))
    client.force_login(bob)
    sent = {"token": token, "entries": f"{entries[0]}:0"}
    assert [client.post("/impressions", sent).status_code for _ in range(60)] == [204] * 60
    app, body = api(bob), {"token": token, "entries": [{"entry_id": entries[0]}]}
    by_app = app.client.post("/api/v1/impressions", body, content_type="application/json", **app.headers)
    refused = [client.post("/impressions", sent), by_app]
    assert by_app.json()["code"] == "too_many_requests"
    assert [answer.status_code for answer in refused] == [429, 429]
    assert all(0 < int(answer["Retry-After"]) <= 60 for answer in refused)


# --- By the page ---


def test_the_page_tells_with_the_token_on_its_first_card(client: Client, bob: User, quay: list[Post]) -> None:
    client.force_login(bob)
    html = client.get("/").content.decode()
    assert html.count("data-impressions=") == 1
    token = html.partition('data-impressions="')[2].partition('"')[0]
    sent = {"token": token, "entries": f"{quay[0].pk}:20 {quay[1].pk}:0"}
    assert client.post("/impressions", sent).status_code == 204
    run_tasks()
    assert [one.entry_id for one in kept(bob)] == [quay[0].pk, quay[1].pk]
    for wrong in ("", "7", "7:x", f"{quay[0].pk}:1," * 2, "7:0"):
        assert client.post("/impressions", sent | {"entries": wrong}).status_code == 400


def test_a_page_of_another_site_cannot_tell_for_a_member(bob: User, quay: list[Post]) -> None:
    foreign = Client(enforce_csrf_checks=True)
    foreign.force_login(bob)
    assert foreign.post("/impressions", {"token": "x", "entries": "1:0"}).status_code == 403


# --- Opting out ---


def test_who_opts_out_is_forgotten_and_tells_nothing_more(client: Client, bob: User, quay: list[Post], api) -> None:
    client.force_login(bob)
    token, entries = page_of(api(bob))
    tell(api(bob), token, entries[:1])
    assert 'name="track" type="checkbox" role="switch"' in client.get("/settings/privacy").content.decode()
    assert client.post("/settings/ranking/tracking", {}).status_code == 302
    run_tasks()
    assert not kept(bob)
    assert tell(api(bob), token, entries)[0] == 202
    tasks.record_impressions(bob.pk, token, [[int(entries[0]), tokens.read(bob.pk, token).served_ms]])
    assert not kept(bob)
    assert page_of(api(bob))[0] == ""
    assert b"data-impressions" not in client.get("/").content
    client.post("/settings/ranking/tracking", {"track": "on"})
    tell(api(bob), *page_of(api(bob)))
    assert len(kept(bob)) == 3


@pytest.mark.parametrize("header", ["sec-gpc", "dnt"])
def test_a_browser_that_asks_not_to_be_tracked_is_not(header: str, bob: User, quay: list[Post], client: Client, api):
    client.force_login(bob)
    token, entries = page_of(api(bob))
    assert b"data-impressions" not in client.get("/", headers={header: "1"}).content
    assert b"data-impressions" in client.get("/", headers={header: "0"}).content
    asking = {f"HTTP_{header.upper().replace('-', '_')}": "1"}
    assert "impression_token" not in api(bob).get("/timeline", **asking)[1]
    body = {"token": token, "entries": [{"entry_id": entries[0]}]}
    assert api(bob).post("/impressions", body, **asking)[0] == 202
    run_tasks()
    assert not kept(bob)


def test_what_a_lost_task_has_left_is_forgotten_all_the_same(bob: User, carol: User, quay, api) -> None:
    """Also where the reader has opted in again: nothing of before comes through, nothing of after goes."""
    social.follow(follower=carol, author=quay[0].author)
    tell(api(carol), *page_of(api(carol)))
    old = page_of(api(bob))
    tell(api(bob), *old)
    with mock.patch.object(tasks.forget_impressions, "try_delay"):
        actions.track(bob, False)
        actions.track(bob, True)
        run_tasks()
    assert len(kept(bob)) == 3
    tell(api(bob), *old)
    assert len(kept(bob)) == 3
    new = page_of(api(bob))
    tell(api(bob), *new)
    assert len(kept(bob)) == 6
    tasks.forget_owed()  # it is given a minute before it counts as lost
    assert len(kept(bob)) == 6
    with later(timedelta(minutes=2)):
        for _ in range(2):
            tasks.forget_owed()
    assert {one.served_at for one in kept(bob)} == {tokens.read(bob.pk, new[0]).served_at}
    assert len(kept(carol)) == 3
    tell(api(bob), *old)
    assert len(kept(bob)) == 3
    with later(timedelta(hours=24, minutes=30)):
        tasks.forget_owed()
        assert Forgetting.objects.exists()
    with later(timedelta(hours=26)):
        tasks.forget_owed()
    assert not Forgetting.objects.exists()


def test_who_opts_out_again_meanwhile_is_forgotten_again(bob: User, quay: list[Post], api) -> None:
    for _ in range(2):
        actions.track(bob, True)
        tell(api(bob), *page_of(api(bob)))
        actions.track(bob, False)
        run_tasks()
        assert not kept(bob)
    assert Forgetting.objects.count() == 1


def test_an_account_that_goes_takes_its_impressions_along(bob: User, carol: User, quay: list[Post], api) -> None:
    social.follow(follower=carol, author=quay[0].author)
    for reader in (bob, carol):
        tell(api(reader), *page_of(api(reader)))
    bob.delete()
    assert set(Impression.objects.values_list("reader_id", flat=True)) == {carol.pk}


# --- Outcomes ---


def outcomes(reader: User) -> dict[int, str]:
    """{entry id: the first letters of what came of it}"""
    names = ("liked_at", "commented_at", "shared_at", "hidden_at")
    return {one.entry_id: "".join(name[0] for name in names if getattr(one, name)) for one in kept(reader)}


def test_what_comes_of_a_post_is_joined_once_and_stays(alice: User, bob: User, quay: list[Post], api) -> None:
    posts.like(actor=bob, post_id=quay[2].pk)
    tell(api(bob), *page_of(api(bob)))
    like(bob, quay[0])
    said = posts.comment(author=bob, post_id=quay[1].pk, content="hm")
    posts.comment(author=bob, post_id=said.pk, content="hm?")
    share(bob, quay[1])
    for _ in range(2):
        tasks.join_outcomes()
        assert outcomes(bob) == {quay[0].pk: "l", quay[1].pk: "cs", quay[2].pk: ""}
    first = kept(bob)
    posts.unlike(actor=bob, post_id=quay[0].pk)
    like(bob, quay[0])
    tasks.join_missed_outcomes()
    assert [one.liked_at for one in kept(bob)] == [one.liked_at for one in first]
    assert first[0].served_at < first[0].liked_at


def test_what_comes_a_day_later_is_no_outcome_and_a_missed_hour_is_found(bob: User, quay: list[Post], api) -> None:
    tell(api(bob), *page_of(api(bob)))
    like(bob, quay[0])
    like(bob, quay[1])
    Like.objects.filter(post=quay[1]).update(created_at=datetime.now(UTC) + DAY)
    with later(timedelta(hours=26)):
        tasks.join_outcomes()
        assert outcomes(bob) == dict.fromkeys([one.pk for one in quay], "")
        tasks.join_missed_outcomes()
    assert outcomes(bob) == {quay[0].pk: "l", quay[1].pk: "", quay[2].pk: ""}


@pytest.mark.parametrize("how", ["mute", "block", "less"])
def test_wanting_less_of_a_person_is_an_outcome_of_what_was_seen_of_them(how, alice, bob, carol, quay, api) -> None:
    social.follow(follower=bob, author=carol)
    publish(carol, "calm")
    tell(api(bob), *page_of(api(bob)))
    hide(bob, alice, how)
    Nudge.objects.create(reader=bob, author=carol, amount=1)
    tasks.join_outcomes()
    assert sorted(outcomes(bob).values()) == ["", "h", "h", "h"]


# --- Days ---


def test_days_are_made_ahead_and_dropped_before_anything_in_them_is_too_old(settings: Any) -> None:
    settings.IMPRESSION_DAYS = 5
    midnight = datetime.combine(datetime.now(UTC).date(), time(), UTC)
    for _ in range(2):
        with at(midnight):
            tasks.keep_impression_days()
        assert days.all_days()[-4:] == [(midnight + n * DAY).date() for n in range(4)]
    oldest_at = midnight + 5 * DAY
    with at(oldest_at - timedelta(hours=2, seconds=1)):
        tasks.keep_impression_days()
    assert days.all_days()[0] == midnight.date()
    with at(oldest_at - timedelta(hours=2)):
        tasks.keep_impression_days()
    assert days.all_days()[0] == (midnight + DAY).date()


def test_nothing_older_than_the_days_that_are_told_is_learned_from(bob: User, quay: list[Post], api) -> None:
    """Even where its day could not be dropped in time."""
    tell(api(bob), *page_of(api(bob)))
    now = datetime.now(UTC)
    assert [len(one.outcomes) for one in impressed.sessions(now + 89 * DAY)] == [3]
    assert not list(impressed.sessions(now + 90 * DAY))


def test_a_day_that_nobody_made_is_made_by_its_first_impression(bob: User, quay: list[Post], api) -> None:
    for day in days.all_days():
        days.drop(day)
    tell(api(bob), *page_of(api(bob)))
    assert days.all_days() == [datetime.now(UTC).date()]
    assert len(kept(bob)) == 3


def test_the_features_are_those_of_a_candidate_in_their_order() -> None:
    """Rows that are kept are read by this order: a new field comes last."""
    assert list(FEATURES)[:14] == [
        "age_hours", "likes", "comments", "shares", "interactions", "media", "has_link", "has_poll", "is_quote",
        "length", "follows_back", "followers", "posting", "nudge",
    ]  # fmt: skip


def test_a_token_carries_arm_model_and_how_likely_each_place_was() -> None:
    token = tokens.context(7, "ml", "Früh & spät", "b", "m-3", 40, [(9, 0.5), (2**53 - 1, 1.0)])
    page = tokens.read(7, token)
    assert page[:5] == ("ml", "Früh & spät", "b", "m-3", 40)
    assert page.entries == [(9, 0.5), (2**53 - 1, 1.0)]
    assert len(tokens.context(7, "chronological", "", "", "", 0, [(n, 1.0) for n in range(20)])) < 270
