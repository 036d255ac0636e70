"""Experiments by their doors: the reader's page and API, the staff's form, list and results."""

import re
from collections import Counter
from datetime import timedelta
from typing import Any

import html5lib
import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from feeds import tasks
from feeds.experiments import actions, outcomes, running, upkeep
from feeds.experiments.models import Arm, Departure, Experiment, Exposure, State
from feeds.impressions import tokens
from feeds.models import ReaderRanking
from feeds.ranking.choosing import chosen
from feedsite.errors import Invalid
from posts import actions as posts
from posts.models import Post
from social import actions as social
from tests.conftest import member
from tests.experimenting import CONTROL, TREATED, crowd, drafted, meet, put_in, running_one
from tests.helpers import queries_at_most, run_tasks
from tests.pages import page, text_of

pytestmark = pytest.mark.django_db
MINE, LIST, ADD = "/settings/ranking/experiments", "/admin/feeds/experiment/", "/admin/feeds/experiment/add/"


@pytest.fixture
def keeper(db: None) -> Client:
    person = member("keeper")
    User.objects.filter(pk=person.pk).update(is_staff=True, is_superuser=True)
    client = Client()
    client.force_login(User.objects.get(pk=person.pk))
    return client


# --- Readers -------------------------------------------------------------------------------------


def test_a_reader_reads_what_they_are_in_and_leaves_it(browser, alice):
    assert "You are in no test." in page(browser, MINE)
    put_in(alice, running_one(), "what-matters")
    html = page(browser, MINE)
    for told in ("A fresher home", "Whether home is better", "what-matters", "What matters to you comes first."):
        assert told in html
    assert "the next time you open home" in html
    page(browser, "/")
    assert "the next time you open home" not in page(browser, MINE)
    assert browser.post(f"{MINE}/fresher/leave")["Location"] == MINE
    html = page(browser, MINE)
    assert "You have left the test “A fresher home”." in html
    assert "You are in no test." in html
    assert "“A fresher home”, arm what-matters, from" in html
    assert chosen(alice).arm == ""
    browser.post(f"{MINE}/fresher/leave")
    assert Departure.objects.count() == 1


def test_leaving_leads_back_to_where_one_was_and_nowhere_else(browser, alice):
    running_one()
    assert browser.post(f"{MINE}/fresher/leave", {"next": "/"})["Location"] == "/"
    assert browser.post(f"{MINE}/fresher/leave", {"next": "https://example.org/"})["Location"] == MINE
    assert browser.post(f"{MINE}/unheard-of/leave").status_code == 404
    drafted("secret")
    assert browser.post(f"{MINE}/secret/leave").status_code == 404
    assert Client().post(f"{MINE}/fresher/leave")["Location"].startswith("/login")


def test_who_wants_no_tests_is_in_none_and_may_come_back(browser, alice):
    running_one("first")
    assert chosen(alice).experiment == "first"
    browser.post(MINE, {})
    assert chosen(alice).experiment == ""
    html = page(browser, MINE)
    assert "You take part in no tests." in html
    assert not re.search(r'name="takes_part"[^>]* checked', html)
    browser.post(MINE, {"takes_part": "on"})
    assert chosen(alice).experiment == "", "the one they left stays left"
    actions.stop(Experiment.objects.get(), because="Enough")
    running_one("second")
    assert chosen(alice).experiment == "second"


def test_by_api_one_sees_leaves_and_leaves_all(alice, bob, api):
    app = api(alice)
    nothing = {"experiments": [], "next_cursor": None, "has_more": False, "takes_part": True}
    assert app.get("/experiments") == (200, nothing)
    put_in(alice, running_one(), "what-matters")
    (part,) = app.get("/experiments")[1]["experiments"]
    assert (part["name"], part["title"], part["arm"], part["since"]) == (
        *("fresher", "A fresher home", "what-matters"),
        None,
    )
    app.get("/timeline")
    assert app.get("/experiments")[1]["experiments"][0]["since"].endswith("Z")
    for _ in range(2):
        assert app.delete("/experiments/fresher") == (204, None)
    assert app.get("/experiments") == (200, nothing)
    assert app.delete("/experiments/unheard-of")[0] == 404
    assert api(bob).delete("/experiments") == (204, None)
    assert api(bob).get("/experiments")[1]["takes_part"] is False
    assert ReaderRanking.objects.get(user=bob).no_experiments
    assert api().get("/experiments")[0] == 401


# --- Home ----------------------------------------------------------------------------------------


@pytest.fixture
def liked_first(alice: User, bob: User, carol: User) -> list[str]:
    """alice's home: what was said first is liked, so the two orders differ. The contents, newest first."""
    social.follow(follower=alice, author=bob)
    said = [posts.publish(author=bob, content=f"number {n}").pk for n in range(4)]
    for person in (bob, carol):
        posts.like(actor=person, post_id=said[0])
    run_tasks()
    return [f"number {n}" for n in (3, 2, 1, 0)]


def test_home_is_in_the_order_of_the_arm_says_so_and_is_one_s_own_again_after_leaving(browser, alice, liked_first):
    line = "You are in the test “A fresher home” (arm what-matters)."
    contents = lambda html: re.findall(r"number \d", html.split('id="post-list"')[1])  # noqa: E731
    put_in(alice, running_one(), "what-matters")
    html = page(browser, "/")
    assert line in html
    assert contents(html)[0] == "number 0"
    for asked in ("chronological", "engagement"):
        assert "You are in the test" not in page(browser, f"/?ranking={asked}")
    assert contents(page(browser, "/?ranking=chronological")) == liked_first
    assert browser.post(f"{MINE}/fresher/leave", {"next": "/"}, follow=True).redirect_chain[0][0] == "/"
    html = page(browser, "/")
    assert "You are in the test" not in html
    assert contents(html) == liked_first


def test_who_chooses_an_order_leaves_the_test_though_it_is_the_order_they_had(browser, alice):
    put_in(alice, running_one(), "what-matters")
    assert chosen(alice).arm == "what-matters"
    assert browser.post("/settings/ranking/to/chronological").status_code == 302
    assert chosen(User.objects.get(pk=alice.pk)).arm == ""


def test_the_timeline_names_the_arm_as_long_as_it_decides(alice, api, liked_first):
    app, experiment = api(alice), running_one()
    put_in(alice, experiment, "what-matters")
    answer = app.get("/timeline?limit=2")[1]
    assert (answer["ranking"], answer["experiment"], answer["arm"]) == ("engagement", "fresher", "what-matters")
    onward = app.get(f"/timeline?limit=2&cursor={answer['next_cursor']}")[1]
    assert (onward["ranking"], onward["arm"]) == ("engagement", "what-matters")
    seen = [post["content"] for post in answer["posts"] + onward["posts"]]
    assert sorted(seen, reverse=True) == liked_first
    assert "arm" not in app.get("/timeline?ranking=engagement")[1]
    actions.stop(experiment, because="Enough")
    after = app.get(f"/timeline?limit=2&cursor={answer['next_cursor']}")[1]
    assert after["ranking"] == "engagement", "a scroll goes on as it began"
    assert "arm" not in after
    again = app.get("/timeline")[1]
    assert again["ranking"] == "chronological"
    assert "experiment" not in again
    assert [post["content"] for post in again["posts"]] == liked_first


@pytest.mark.parametrize("treated", ["engagement", "chronological"])
def test_the_pages_of_a_scroll_are_labelled_by_what_decided_it_and_not_by_what_would(alice, api, liked_first, treated):
    app, arm = api(alice), TREATED | {"ranking": treated}
    put_in(alice, running_one(arms=[CONTROL, arm]), "what-matters")
    by_arm, asked = (app.get(f"/timeline?limit=2{more}")[1] for more in ("", f"&ranking={treated}"))
    for begun, labels in ((by_arm, ("fresher", "what-matters")), (asked, (None, None))):
        onward = app.get(f"/timeline?limit=2&cursor={begun['next_cursor']}")[1]
        for answer in (begun, onward):
            assert answer["ranking"] == treated
            assert (answer.get("experiment"), answer.get("arm")) == labels
            told = tokens.unsealed(alice.pk, answer["impression_token"])
            assert (told.experiment or None, told.arm or None) == labels
        assert [post["entry_id"] for post in begun["posts"] + onward["posts"]] == seen_by(app, treated)
        assert app.get(f"/timeline?ranking=ml&cursor={begun['next_cursor']}")[0] == 400
    actions.leave(reader=alice, name="fresher")
    after = app.get(f"/timeline?limit=2&cursor={by_arm['next_cursor']}")[1]
    assert (after["ranking"], "arm" in after) == (treated, False)


def seen_by(app: Any, ranking: str) -> list[str]:
    return [post["entry_id"] for post in app.get(f"/timeline?ranking={ranking}")[1]["posts"]]


def test_a_scroll_of_an_earlier_experiment_has_no_part_in_the_next(alice, api, liked_first):
    app, first = api(alice), running_one("first")
    begun = app.get("/timeline?limit=2")[1]
    actions.stop(first, because="Enough")
    running_one("second")
    onward = app.get(f"/timeline?limit=2&cursor={begun['next_cursor']}")[1]
    assert (begun["experiment"], "experiment" in onward) == ("first", False)
    assert not Exposure.objects.filter(experiment__name="second").exists()


def test_a_later_page_asks_of_experiments_only_where_one_decided_the_scroll(alice, api, liked_first):
    app = api(alice)
    app.get("/timeline")  # whose cards are kept
    before = app.get("/timeline?limit=2")[1]["next_cursor"]
    put_in(alice, running_one(), "as-set")
    decided = app.get("/timeline?limit=2")[1]["next_cursor"]
    for cursor, queries in ((before, 2), (decided, 3)):
        with queries_at_most(queries):
            app.get(f"/timeline?limit=2&cursor={cursor}")


def test_why_names_the_arm_of_pages_that_it_decided_and_meets_nobody(browser, alice, liked_first):
    line = "You take part in the experiment “fresher”"
    put_in(alice, running_one(), "what-matters")
    post = Post.objects.earliest("pk").pk
    assert line in page(browser, f"/posts/{post}/why")
    page(browser, f"/why-not?url={post}")
    assert not Exposure.objects.exists()
    for address, is_told in (("/", True), ("/?ranking=engagement", False), ("/?ranking=chronological", False)):
        link = html5lib.parse(page(browser, address), namespaceHTMLElements=False).find(".//a[@data-why]").get("href")
        assert (line in page(browser, link)) == is_told, link
        card = browser.get(f"/posts/{post}/card", {"why": link[link.index("?") :]}).content.decode()
        assert f'href="/posts/{post}/why{link[link.index("?") :].replace("&", "&amp;")}"' in card


def test_setting_an_order_by_api_leaves_the_test_and_changing_one_s_name_does_not(alice, api):
    app = api(alice)
    put_in(alice, running_one(), "what-matters")
    assert app.get("/timeline")[1]["arm"] == "what-matters"
    app.patch("/users/me", {"display_name": "Alice"})
    assert app.get("/timeline")[1]["arm"] == "what-matters"
    for ranking in ("engagement", "chronological"):
        assert app.patch("/users/me", {"ranking": ranking})[0] == 200
        assert "arm" not in app.get("/timeline")[1]
    assert app.get("/experiments")[1]["experiments"] == []


def test_an_experiment_costs_a_chronological_home_one_query(alice, api, liked_first):
    app = api(alice)
    app.get("/timeline")
    with queries_at_most(2):
        app.get("/timeline")
    put_in(alice, running_one(), "as-set")
    assert app.get("/timeline")[1]["arm"] == "as-set"
    with queries_at_most(3):
        app.get("/timeline")


# --- Staff ---------------------------------------------------------------------------------------


def sent(**changes: Any) -> dict[str, Any]:
    ends = timezone.now() + timedelta(days=10)
    form = {"name": "fresher", "title": "A fresher home", "about": "Why.", "readers": "", "percent": "20"}
    form |= {"ends_at_0": f"{ends:%Y-%m-%d}", "ends_at_1": f"{ends:%H:%M}", "guard_mutes": "50"}
    form |= {"arms-TOTAL_FORMS": "2", "arms-INITIAL_FORMS": "0"}
    for n, arm in enumerate((CONTROL, TREATED)):
        form |= {f"arms-{n}-{name}": value for name, value in (arm | {"share": "50", "diversity": "unknown"}).items()}
    return form | {"arms-1-weight_recency": "0.9", "arms-1-swaps": "0.1"} | changes


def test_staff_write_a_draft_in_a_form(keeper):
    assert keeper.get(ADD).status_code == 200
    assert keeper.post(ADD, sent())["Location"] == LIST
    experiment = Experiment.objects.get()
    assert (experiment.state, experiment.percent, experiment.guardrails) == ("draft", 20, {"mutes": 50})
    control, treated = experiment.arms.all()
    assert (control.ranking, control.weights, control.diversity) == ("", {}, None)
    assert (treated.ranking, treated.weights, treated.swaps) == ("engagement", {"recency": 0.9}, 0.1)
    change = f"{LIST}{experiment.pk}/change/"
    html = text_of(keeper.get(change))
    assert "You are in the test “A fresher home” (arm what-matters). Leave" in html
    assert 'name="arms-1-weight_recency" value="0.9"' in html
    kept = {"arms-INITIAL_FORMS": "2", "arms-0-id": control.pk, "arms-1-id": treated.pk}
    again = sent(**kept, percent="30", guard_mutes="", **{"arms-1-weight_recency": ""})
    assert keeper.post(change, again)["Location"] == LIST
    experiment.refresh_from_db()
    treated.refresh_from_db()
    assert (experiment.percent, experiment.guardrails, treated.weights) == (30, {}, {})


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": "Not a name"}, "valid"),
        ({"percent": "0"}, "greater than or equal to 1"),
        ({"ends_at_0": "2020-01-01"}, "must end after this moment"),
        ({"ends_at_0": "2099-01-01"}, "at most 90 days"),
        ({"guard_mutes": "0"}, "greater than or equal to 1"),
        ({"arms-1-share": "40"}, "90 per cent together; make it 100"),
        ({"arms-TOTAL_FORMS": "1", "arms-0-share": "99"}, "2 to 4 arms"),
        ({"arms-1-name": "as-set"}, "duplicate"),
        ({"arms-1-swaps": "0.9"}, "less than or equal to 0.5"),
        ({"arms-1-weight_recency": "7"}, "less than or equal to 2"),
        ({"arms-1-about": ""}, "required"),
    ],
)
def test_what_is_wrong_in_the_form_is_told_and_nothing_is_kept(keeper, wrong, said):
    answer = keeper.post(ADD, sent(**wrong))
    assert answer.status_code == 200
    assert said in text_of(answer)
    assert not Experiment.objects.exists()
    assert not Arm.objects.exists()


def act(client: Client, action: str, experiment: Experiment, **more: str) -> str:
    answer = client.post(LIST, {"action": action, "_selected_action": [experiment.pk], **more}, follow=True)
    experiment.refresh_from_db()
    return text_of(answer)


def test_staff_lead_it_by_actions_of_the_list(keeper, alice):
    experiment = drafted(percent=30)
    ends_at = experiment.ends_at
    assert "Fresher: started." in act(keeper, "start", experiment)
    assert "Fresher: fresher is running." in act(keeper, "start", experiment)
    assert "with more readers" in act(keeper, "wider", experiment)
    assert experiment.percent == 60
    assert "a week longer" in act(keeper, "longer", experiment)
    assert experiment.ends_at == ends_at + timedelta(days=7)
    assert "Fresher: counted." in act(keeper, "count", experiment)
    assert "Say why it is stopped." in act(keeper, "stop", experiment, reason=" ")
    assert "Fresher: stopped." in act(keeper, "stop", experiment, reason="Readers wrote to us.")
    assert (experiment.state, experiment.stopped_because) == (State.STOPPED, "Readers wrote to us.")
    assert "fresher is stopped." in act(keeper, "longer", experiment)


def test_one_may_be_set_to_start_later(keeper, alice):
    starts_at = (timezone.now() + timedelta(days=2)).replace(second=0, microsecond=0)
    wishes = {"starts_at_0": f"{starts_at:%Y-%m-%d}", "starts_at_1": f"{starts_at:%H:%M}"}
    too_soon = {"ends_at_0": f"{starts_at:%Y-%m-%d}", "ends_at_1": f"{starts_at:%H:%M}"}
    assert "must end after this moment and after its start" in text_of(keeper.post(ADD, sent(**wishes, **too_soon)))
    assert keeper.post(ADD, sent(**wishes, percent="100"))["Location"] == LIST
    experiment = Experiment.objects.get()
    html = act(keeper, "start", experiment)
    assert f"Waiting for its start, {starts_at:%-d %B %Y, %H:%M} UTC" in html
    assert experiment.started_at == starts_at
    assert (chosen(alice).experiment, upkeep.due(timezone.now())) == ("", [])
    with pytest.raises(Invalid, match="Only 0 %"):
        actions.start(drafted("another"))
    Experiment.objects.update(started_at=timezone.now())
    running.forget()
    assert chosen(alice).experiment == "fresher"
    assert upkeep.due(timezone.now()) == [experiment.pk]


def test_what_runs_is_looked_at_and_not_changed(keeper):
    experiment = running_one(guardrails={"mutes": 50}, arms=[CONTROL, TREATED | {"weights": {"media": 0.2}}])
    change = f"{LIST}{experiment.pk}/change/"
    html = text_of(keeper.get(change))
    assert "order engagement, media 0.2" in html
    assert "Mutes: 50 %" in html
    assert 'name="percent"' not in html
    assert keeper.post(change, sent()).status_code == 403
    assert keeper.post(f"{LIST}{experiment.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Experiment.objects.get().percent == 100


def test_only_staff_see_the_results(client, alice):
    running_one()
    url = "/admin/feeds/experiments/fresher/"
    assert client.get(url)["Location"].startswith("/admin/login/")
    client.force_login(alice)
    assert client.get(url, follow=True).status_code == 403


def test_the_results_tell_each_arm_with_its_interval(keeper):
    experiment = running_one(
        arms=[CONTROL | {"share": 34}, TREATED, TREATED | {"name": "third"}], guardrails={"left": 20}
    )
    url = "/admin/feeds/experiments/fresher/"
    assert "Nothing has been counted yet." in text_of(keeper.get(url))
    readers = crowd(900)
    meet(experiment, readers)
    third = Exposure.objects.filter(arm__name="third").values_list("reader", flat=True)[:60]
    Departure.objects.bulk_create(Departure(experiment=experiment, reader_id=pk) for pk in {*third, *readers[:40]})
    for ago in (2, 1, 0):
        outcomes.look_at(experiment, timezone.now() - timedelta(days=ago) + timedelta(seconds=1))
    with queries_at_most(6):
        response = keeper.get(url)
    html = text_of(response)
    html5lib.HTMLParser(strict=True).parse(html)
    ids = re.findall(r'\sid="([^"]*)"', html)
    assert not [name for name, times in Counter(ids).items() if times > 1]
    assert "The split is broken." not in html
    assert "what-matters against as-set" in html
    comparison = next(one for one in response.context["comparisons"] if one.arm.name == "third")
    left = next(one for one in comparison.metrics if one.metric.name == "left")
    assert left.verdict == "worse"
    assert left.found.value > left.found.always > left.found.once > 0
    assert "broken by third" in html
    tasks.look_at_experiments()
    experiment.refresh_from_db()
    assert "of arm third rose above" in experiment.stopped_because


def test_the_list_costs_the_same_for_few_and_for_many(keeper):
    running_one("first", percent=1)
    keeper.get(LIST)
    with queries_at_most(7):
        keeper.get(LIST)
    for n in range(8):
        running_one(f"more-{n}", percent=1)
    with queries_at_most(7):
        keeper.get(LIST)
