"""The feed lab: what staff read there is what the tables say, and its what-if is the policy's."""

import re
from collections import Counter
from datetime import timedelta
from random import Random
from typing import Any

import html5lib
import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from feeds import cache, counts, hot, meter, tasks
from feeds.lab.words import time_words
from feeds.models import FeedDay, ReadDay
from feeds.plots import Plot
from feeds.policy import Rules, what_if
from posts import actions
from posts.models import AuthorState, Outbox
from social import actions as social
from social.models import Follow
from tests.conftest import member
from tests.helpers import flush_redis, queries_at_most, redis_away, run_tasks
from tests.pages import HTMX

pytestmark = pytest.mark.django_db
LAB, WHAT_IF = "/admin/feeds/lab/", "/admin/feeds/lab/what-if/"
QUERIES = 16


@pytest.fixture
def staff(db: None) -> Client:
    """A member of the staff who may see the lab and nothing else."""
    person = member("keeper")
    User.objects.filter(pk=person.pk).update(is_staff=True)
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def town(settings: Any) -> list[User]:
    """Ten people who follow, post and read; the first is followed by all."""
    settings.FEED_STRATEGY, settings.CELEBRITY_THRESHOLD = "adaptive", 6
    chance = Random(3)
    people = [member(f"citizen{n}") for n in range(10)]
    for reader in people:
        for author in people:
            if author != reader and (author == people[0] or chance.random() < 0.4):
                social.follow(follower=reader, author=author)
    for person in people:
        for n in range(chance.choice([1, 4])):
            actions.publish(author=person, content=f"{n}")
        for _ in range(chance.choice([0, 2, 9])):
            counts.note_read(person.pk)
    counts.note_hot_read(people[0].pk)
    run_tasks()
    tasks.count_reads()
    return people


def text_of(response: Any) -> str:
    assert response.status_code == 200
    html: str = response.content.decode()
    return re.sub(r"\s+", " ", html)


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html)).replace(" ,", ",").replace(" .", ".")


def plot_of(response: Any, name: str) -> Plot:
    found = [plot for _, some in response.context["sections"] for plot in some if plot.name == name]
    assert len(found) == 1
    return found[0]


def table(plot: Plot) -> dict[str, list[str]]:
    return dict(plot.rows)


def yesterday() -> Any:
    return meter.today(timezone.now()) - timedelta(days=1)


# --- Who ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("url", [LAB, WHAT_IF])
def test_only_staff_see_it(client, alice, staff, url):
    assert client.get(url)["Location"].startswith("/admin/login/")
    client.force_login(alice)
    assert client.get(url, follow=True).status_code == 403
    assert staff.get(url).status_code == 200
    assert staff.post(url).status_code == 405


def test_an_htmx_request_without_a_session_leads_the_page_to_log_in(client):
    answer = client.get(WHAT_IF, **HTMX)
    assert (answer["HX-Redirect"], answer.content) == (LAB, b"")


def test_the_front_page_of_the_staff_pages_leads_there(staff):
    assert f'href="{LAB}"' in text_of(staff.get("/admin/"))


# --- The page -----------------------------------------------------------------------------------


@pytest.mark.parametrize("url", [LAB, WHAT_IF])
def test_the_page_is_valid_with_names_for_everything(staff, town, url):
    response = staff.get(url)
    html = response.content.decode()
    html5lib.HTMLParser(strict=True).parse(html)
    ids = re.findall(r'\sid="([^"]*)"', html)
    assert not [name for name, times in Counter(ids).items() if times > 1]
    for names in re.findall(r'aria-labelledby="([^"]*)"', html):
        assert set(names.split()) <= set(ids)
    own = html[html.index('<div id="content-main">') : html.index('<footer id="footer"')]
    assert not re.search(r'\s(style|on\w+)="', own)
    assert own.count("<svg") == own.count("<desc") == own.count("<details>")


def test_the_headline_says_what_the_day_has_cost(staff, town, settings):
    settings.FEED_PUSH_COST_US, settings.FEED_PULL_COST_US = 4.0, 1000.0
    FeedDay.objects.update(pushed=2_000_000)
    day = FeedDay.objects.get()
    words = plain(text_of(staff.get(LAB)))
    assert "The strategy is adaptive." in words
    assert "A push costs 4 µs, a pull 1000 µs." in words
    assert f"2,000,000 entries written (8 s), {day.pulled} authors asked ({time_words(day.pulled / 1000)})" in words
    assert f"Pages: 1 from hot copies, {day.reads} from PostgreSQL" in words
    assert day.reads == sum(ReadDay.objects.values_list("reads", flat=True))


def test_yesterday_is_held_against_the_best_threshold(staff, settings):
    settings.FEED_PUSH_COST_US = settings.FEED_PULL_COST_US = 1000.0
    units = {str(threshold): [900, 100] for threshold in meter.THRESHOLDS} | {"10": [700, 100], "adaptive": [300, 0]}
    past = {"day": yesterday(), "strategy": "adaptive", "thresholds": units}
    FeedDay.objects.create(pushed=500, pulled=100, reads=30, hot_reads=70, **past)
    response = staff.get(LAB)
    words = plain(text_of(response))
    assert "600 ms of work" in words
    assert "25 % less than the best fixed threshold: Push authors with up to 10 followers." in words
    day = f"{yesterday().day} {yesterday():%b}"
    assert table(plot_of(response, "spent"))[day] == ["0.5", "0.1", "0.8", "500", "100"]
    assert table(plot_of(response, "ways"))[day] == ["1", "1", "0.3", "0.6"]
    assert table(plot_of(response, "hits"))[day] == ["70", "70", "30"]
    FeedDay.objects.update(pushed=1500)
    assert "100 % more than the best fixed threshold" in plain(text_of(staff.get(LAB)))


def test_a_fallback_is_told_in_the_meter_s_words(staff, settings):
    settings.FEED_STRATEGY = "adaptive"
    FeedDay.objects.create(day=yesterday(), strategy="adaptive", fallback=300)
    assert meter.status().fallback == 300
    assert meter.status().words in plain(text_of(staff.get(LAB)))
    assert staff.get(WHAT_IF).context["form"]["strategy"].value() == "hybrid"


def test_people_are_counted_where_they_belong(staff, town):
    response = staff.get(LAB)
    sizes = Counter(User.objects.values_list("followers_count", flat=True))
    bounds = {"0": (0, 0), "1": (1, 1), "3": (2, 3), "10": (4, 10)}
    shown = table(plot_of(response, "followers"))
    for label, (low, high) in bounds.items():
        inside = {size: people for size, people in sizes.items() if low <= size <= high}
        follows = sum(size * people for size, people in inside.items())
        assert shown[label] == [str(sum(inside.values())), str(follows)]
    readers = table(plot_of(response, "readers"))
    assert sum(int(people) for (people,) in readers.values()) == User.objects.count()
    assert int(readers["away"][0]) == User.objects.count() - ReadDay.objects.count()
    authors = table(plot_of(response, "authors"))
    assert sum(int(number) for (number,) in authors.values()) == AuthorState.objects.count()


def test_times_of_the_week_are_added_up(staff):
    times = {"push:1": [2, 1.0], "push:1000": [10, 50.0], "fresh:0.1": 3, "fresh:inf": 1}
    for ago in (1, 2, 7, 20):
        FeedDay.objects.create(day=meter.today(timezone.now()) - timedelta(days=ago), times=times)
    response = staff.get(LAB)
    assert table(plot_of(response, "fanout")) == {"1": ["0.5", "4"], "1k": ["5", "20"]}
    fresh = table(plot_of(response, "fresh"))
    assert (fresh["0.1"], fresh["0.3"], fresh["more"]) == (["75", "6"], ["0", "0"], ["25", "2"])


def test_what_waits_is_told_with_its_age(staff, alice):
    post = actions.publish(author=alice, content="x")
    assert "0 posts: every post is pushed" in plain(text_of(staff.get(LAB)))
    Outbox.objects.filter(post=post).update(next_follower=0)
    AuthorState.objects.update(unsettled=True)
    response = staff.get(LAB)
    assert "1 post not pushed yet" in plain(text_of(response))
    assert "1 author and 0 readers" in plain(text_of(response))
    assert sum(int(posts) for (posts,) in table(plot_of(response, "backlog")).values()) == 1


def test_an_empty_site_says_so_everywhere(staff):
    response = staff.get(LAB)
    words = plain(text_of(response))
    empty = [plot.name for _, some in response.context["sections"] for plot in some if plot.is_empty]
    assert set(empty) >= {"spent", "ways", "hits", "fanout", "fresh", "backlog", "authors"}
    for plot in (plot_of(response, name) for name in empty):
        assert plot.nothing in words
    assert words.count("Nothing was delivered or read.") == 2
    assert "every way would have cost nothing" in plain(text_of(staff.get(WHAT_IF)))


def test_redis_is_measured_flushed_and_away(staff, alice, monkeypatch):
    token = hot.start_fill(alice.pk)
    hot.finish_fill(alice.pk, token, version=0, entries=list(range(2**45, 2**45 - 200, -1)))
    sizes = hot.sizes()
    assert sizes.timelines == 1
    assert 8 < sizes.entry_bytes < 30
    assert "1 hot timeline," in plain(text_of(staff.get(LAB)))
    flush_redis()
    assert "0 hot timelines." in plain(text_of(staff.get(LAB)))
    monkeypatch.setattr(hot, "client", redis_away)
    assert "Redis does not answer." in plain(text_of(staff.get(LAB)))
    cache.breaker.wait_for_redis()


def test_the_page_costs_the_same_for_few_and_for_many(staff, town, settings):
    settings.FEED_STRATEGY = "adaptive"
    for ago in range(1, 14):
        FeedDay.objects.create(day=meter.today(timezone.now()) - timedelta(days=ago), pushed=ago, strategy="adaptive")
    staff.get(LAB)
    with queries_at_most(QUERIES):
        staff.get(LAB)
    with queries_at_most(9):
        staff.get(WHAT_IF, {"day": "today"})


# --- What if ------------------------------------------------------------------------------------


@pytest.mark.parametrize("strategy", ["adaptive", "hybrid", "push", "pull"])
def test_what_if_is_the_policy_s(staff, town, strategy):
    asked = {"strategy": strategy, "threshold": "10", "push_cost": "2000", "pull_cost": "3000", "day": "today"}
    answer = staff.get(WHAT_IF, asked).context["answer"]
    found = meter.groups(meter.today(timezone.now()))
    assert answer.edges == Follow.objects.count()
    assert answer.asked.spent == what_if(found, Rules(strategy, 10, 2000, 3000))
    assert answer.adaptive.spent == what_if(found, Rules("adaptive", 10, 2000, 3000))
    assert [way.spent for way in answer.fixed] == [what_if(found, Rules("hybrid", most)) for most in meter.THRESHOLDS]
    assert answer.asked.seconds == pytest.approx(answer.asked.spent.cost(2000, 3000) / 1e6)
    assert [float(cells[2]) for _, cells in answer.plot.rows] == [
        pytest.approx(answer.adaptive.seconds, rel=0.01) for _ in meter.THRESHOLDS
    ]
    day = FeedDay.objects.get()
    assert (answer.real.spent.pushed, answer.real.spent.pulled) == (day.pushed, day.pulled)


def test_the_answer_is_on_the_page_and_alone_for_htmx(staff, town):
    query = {"strategy": "pull", "day": "today"}
    page, fragment = staff.get(WHAT_IF, query), staff.get(WHAT_IF, query, **HTMX)
    for response in (page, fragment):
        assert f"Pull everybody: {response.context['answer'].asked.words} on" in plain(text_of(response))
        assert "HX-Request" in response["Vary"]
    assert "<html" in text_of(page)
    assert text_of(fragment).startswith('<section class="lab-section lab-what-if" id="what-if">')
    assert '<option value="pull" selected>' in text_of(fragment)


def test_yesterday_is_replayed_unless_today_is_asked_for(staff, town):
    assert staff.get(WHAT_IF).context["answer"].is_empty
    assert not staff.get(WHAT_IF, {"day": "today"}).context["answer"].is_empty
    ReadDay.objects.update(day=yesterday())
    assert staff.get(WHAT_IF, {"strategy": "pull"}).context["answer"].asked.spent.pulled > 0


NONSENSE = [
    ("strategy", "magic", "Select a valid choice"), ("threshold", "many", "Enter a whole number"),
    ("threshold", "-1", "greater than or equal to 0"), ("threshold", "9" * 30, "less than or equal to"),
    ("threshold", "9" * 9000, "Enter a whole number"), ("push_cost", "nan", "Enter a number"),
    ("push_cost", "0", "greater than or equal to 0.001"), ("pull_cost", "1e400", "Enter a number"),
    ("pull_cost", "", "This field is required"), ("day", "1999-01-01\x00<b>", "Select a valid choice"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value", "reason"), NONSENSE)
def test_nonsense_is_refused_at_its_field(staff, name, value, reason):
    for more in ({}, HTMX):
        response = staff.get(WHAT_IF, {name: value}, **more)
        html = text_of(response)
        assert list(response.context["form"].errors) == [name]
        field = html[html.index(f'id="id_{name}_error"') :][:200]
        assert reason in field
        assert 'aria-invalid="true"' in html
        assert "answer" not in response.context
        assert "<b>" not in html
