"""Experiments: lots, arms, who is in and out, and what may be concluded."""

import threading
from collections import Counter
from datetime import timedelta
from random import Random
from statistics import NormalDist
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.actions import change_ranking
from accounts.models import User
from feeds import tasks
from feeds.experiments import actions, checks, outcomes, running, upkeep
from feeds.experiments.buckets import SLOTS, bucket, drawn, slot_of
from feeds.experiments.checks import Sample
from feeds.experiments.models import Experiment, Exposure, Look, Slot, State
from feeds.models import ReaderRanking
from feeds.ranking.actions import nudge
from feeds.ranking.choosing import chosen
from feeds.ranking.page import home
from feeds.rates import rows
from feedsite.celery import app
from feedsite.errors import Conflict, Invalid
from posts import actions as posts
from posts.models import Like
from social import actions as social
from tests.conftest import member
from tests.experimenting import CONTROL, TREATED, crowd, drafted, meet, put_in, running_one
from tests.helpers import queries_at_most

in_the_database = pytest.mark.django_db
SALTS, IDS = st.text(max_size=20), st.integers(1, 2**53)

# --- Lots ----------------------------------------------------------------------------------------


@given(SALTS, IDS)
def test_a_lot_is_a_number_from_0_to_1_and_always_the_same(salt, reader):
    assert 0 <= bucket(salt, reader) < 1
    assert bucket(salt, reader) == bucket(salt, reader)
    assert 0 <= slot_of(reader) < SLOTS


def test_a_lot_does_not_change_with_a_release():
    """Readers would change arms in the middle of an experiment."""
    assert bucket("salt", 42) == 0.30717663099005543
    assert [slot_of(reader) for reader in (1, 2, 3)] == [52, 66, 39]


def uniform(places: list[float]) -> float:
    """How probable it is that these lots are so uneven by chance, in twenty parts."""
    counted = Counter(int(place * 20) for place in places)
    return checks.split_probability([counted[part] for part in range(20)], [1] * 20)


def test_lots_are_uniform_and_those_of_two_experiments_are_independent():
    readers = range(1, 20_001)
    assert uniform([bucket("one", reader) for reader in readers]) > 1e-3
    half = [reader for reader in readers if bucket("one", reader) < 0.5]
    assert uniform([bucket("two", reader) for reader in half]) > 1e-3
    assert uniform([bucket("one", reader) for reader in readers if slot_of(reader) < 10]) > 1e-3


@given(st.floats(0, 1, exclude_max=True), st.lists(st.integers(1, 99), min_size=1, max_size=4))
def test_an_arm_has_the_part_of_the_places_that_is_its_share(place, shares):
    arms = [(number, share) for number, share in enumerate(shares)]
    arm = drawn(place, arms)
    assert sum(shares[:arm]) <= place * sum(shares) < sum(shares[: arm + 1])


# --- Conclusions, without tables -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statistic", "degrees", "tail"),
    [(3.841459, 1, 0.05), (10.82757, 1, 0.001), (5.991465, 2, 0.05), (16.26624, 3, 0.001)],
)
def test_the_tail_of_chi_square_is_that_of_the_tables(statistic, degrees, tail):
    assert checks.chi_square_tail(statistic, degrees) == pytest.approx(tail, rel=1e-4)
    assert checks.chi_square_tail(0.0, degrees) == 1


def test_an_uneven_split_is_told_from_chance():
    assert checks.split_probability([5050, 4950], [50, 50]) == pytest.approx(0.3173, abs=1e-4)
    assert checks.split_probability([5300, 4700], [50, 50]) < 1e-8
    assert checks.split_probability([1, 1], [1, 99]) == 1  # one of two readers tells nothing
    assert checks.split_probability([900, 9100], [10, 90]) < 0.001 < checks.split_probability([0, 0], [1, 9])
    assert checks.split_always([5300, 4700], [50, 50]) < checks.SRM_ALARM < checks.split_always([5150, 4850], [50, 50])
    assert checks.split_always([850, 9150], [10, 90]) < checks.SRM_ALARM < checks.split_always([900, 9100], [10, 90])
    assert checks.split_always([0, 20], [50, 50]) > checks.SRM_ALARM > checks.split_always([0, 100], [50, 50])
    assert checks.split_always([0, 0, 0], [1, 9, 90]) == 1


def test_whoever_looks_every_hour_at_a_sound_split_is_alarmed_by_one_look_s_probability_and_not_by_that_of_all():
    """600 sound experiments, each looked at 200 times while its readers come."""
    chance, alarmed = Random(3), Counter()
    for _ in range(600):
        first, found = 0, set()
        for look in range(1, 201):
            first += chance.getrandbits(20).bit_count()
            met = [first, 20 * look - first]
            found |= {"once"} if checks.split_probability(met, [50, 50]) < checks.SRM_ALARM else set()
            found |= {"always"} if checks.split_always(met, [50, 50]) < checks.SRM_ALARM else set()
        alarmed.update(found)
    assert alarmed["once"] >= 6
    assert alarmed["always"] <= 2


def test_whoever_looks_every_hour_is_misled_by_ordinary_intervals_and_not_by_those_that_hold_at_all_looks():
    """300 experiments without any difference, each looked at 60 times."""
    chance, misled = Random(7), Counter()
    for _ in range(300):
        sums, found = [[0.0, 0.0], [0.0, 0.0]], set()
        for look in range(1, 61):
            for arm in sums:
                for draw in (chance.gauss(1, 1) for _ in range(10)):
                    arm[0] += draw
                    arm[1] += draw * draw
            seen = checks.difference(*(Sample(10 * look, *arm) for arm in sums))
            if seen:
                found |= {way for way in ("once", "always") if abs(seen.value) > getattr(seen, way)}
        misled.update(found)
    assert misled["once"] > 45
    assert misled["always"] <= 15


@given(st.floats(1e-6, 1e3), st.floats(1e-6, 1e3), st.floats(0.001, 0.2))
def test_an_interval_for_all_looks_is_wider_than_one_for_one_look(variance, mixture, alpha):
    assert checks.always_valid(variance, mixture, alpha) > NormalDist().inv_cdf(1 - alpha / 2) * variance**0.5


def test_too_few_readers_or_events_say_nothing():
    many, few = Sample(1000, 500, 500), Sample(99, 50, 50)
    assert checks.difference(many, few) is None
    assert checks.difference(Sample(1000, 9, 9), Sample(1000, 9, 9)) is None
    assert checks.difference(many, many).value == 0


def test_a_guardrail_breaks_only_when_the_whole_interval_is_beyond_it():
    def figures(mutes: int) -> dict[str, Any]:
        return {arm: {"readers": 5000, "mutes": [n, n]} for arm, n in (("a", 500), ("b", mutes))}

    assert [one.arm for one in checks.breaches(figures(900), ["a", "b"], {"mutes": 20})] == ["b"]
    assert not list(checks.breaches(figures(900), ["a", "b"], {"mutes": 100}))
    assert not list(checks.breaches(figures(620), ["a", "b"], {"mutes": 20}))
    assert not list(checks.breaches(figures(100), ["a", "b"], {"mutes": 20})), "fewer mutes are no harm"
    fewer = {"a": {"readers": 5000, "likes": [5000, 9000]}, "b": {"readers": 5000, "likes": [3000, 5000]}}
    assert [one.metric.name for one in checks.breaches(fewer, ["a", "b"], {"likes": 20})] == ["likes"]


# --- Start, stop, extend -------------------------------------------------------------------------


@in_the_database
def test_an_experiment_starts_only_when_it_is_whole():
    for wrong, said in (
        ({"arms": [CONTROL]}, "2 to 4 arms"),
        ({"arms": [CONTROL | {"share": 50}, TREATED | {"share": 40}]}, "100 per cent"),
        ({"ends_at": timezone.now()}, "must end after"),
        ({"ends_at": timezone.now() + timedelta(days=91)}, "at most 90 days"),
    ):
        with pytest.raises(Invalid, match=said):
            actions.start(drafted(f"wrong-{Experiment.objects.count()}", **wrong))
    experiment = actions.start(drafted())
    assert Slot.objects.filter(experiment=experiment).count() == SLOTS
    with pytest.raises(Conflict, match="is running"):
        actions.start(experiment)


@in_the_database
def test_two_experiments_never_have_the_same_reader():
    first, second = running_one("first", percent=60), running_one("second", percent=40)
    with pytest.raises(Invalid, match="Only 0 %"):
        actions.start(drafted("third", percent=1))
    with pytest.raises(Invalid, match="Only 0 %"):
        actions.widen(first, percent=61)
    found = Counter(running.find_for(reader, "chronological").name for reader in range(1, 4001))
    assert found["first"] + found["second"] == 4000
    assert 2200 < found["first"] < 2600
    actions.stop(second, because="Enough")
    assert actions.start(Experiment.objects.get(name="third")).state == State.RUNNING


@in_the_database
def test_more_readers_move_nobody_to_another_arm():
    experiment = running_one(percent=20)
    arms = lambda: {pk: one.arm_of(pk).name for pk in range(1, 2001) if (one := running.find_for(pk, ""))}  # noqa: E731
    before = arms()
    actions.widen(experiment, percent=50)
    running.forget()
    after = arms()
    assert len(after) > 1.8 * len(before) > 0
    assert {pk: after[pk] for pk in before} == before


@in_the_database
def test_it_can_run_longer_and_is_over_by_itself():
    experiment = running_one()
    actions.extend(experiment, days=7)
    experiment.refresh_from_db()
    with pytest.raises(Invalid, match="at most 90 days"):
        actions.extend(experiment, days=90)
    Experiment.objects.update(ends_at=timezone.now())
    running.forget()
    assert running.find_for(1, "chronological") is None
    tasks.look_at_experiments()
    experiment.refresh_from_db()
    assert (experiment.state, experiment.stopped_because) == (State.STOPPED, upkeep.OVER)
    assert not Slot.objects.exists()
    assert Look.objects.get().at == experiment.ends_at, "what comes later is no outcome of it"
    assert upkeep.due(timezone.now()) == []
    tasks.look_at_experiments()
    with pytest.raises(Conflict):
        actions.extend(experiment, days=1)


@in_the_database
def test_a_stop_takes_a_last_look_and_a_lost_one_is_taken_later(django_capture_on_commit_callbacks):
    experiment = running_one()
    with django_capture_on_commit_callbacks(execute=True):
        stopped = actions.stop(experiment, because="Enough")
    assert Look.objects.get().at == stopped.stopped_at
    assert upkeep.due(timezone.now()) == []
    Look.objects.all().delete()
    for _ in range(2):
        tasks.look_at_experiments()
    assert Look.objects.get().at == stopped.stopped_at


@in_the_database
def test_one_that_cannot_be_looked_at_does_not_stop_the_others(monkeypatch):
    broken, sound = running_one("broken", percent=50), running_one("sound", percent=50)
    look_at = outcomes.look_at

    def failing(experiment: Experiment, *more: Any) -> Look:
        if experiment.pk == broken.pk:
            raise RuntimeError("too slow")
        return look_at(experiment, *more)

    monkeypatch.setattr(outcomes, "look_at", failing)
    app.conf.task_eager_propagates = False  # as a broker would have it; the next test begins anew
    tasks.look_at_experiments()
    assert [look.experiment_id for look in Look.objects.all()] == [sound.pk]


# --- Who is in -----------------------------------------------------------------------------------


@in_the_database
def test_an_arm_is_laid_over_the_setting_and_an_order_asked_for_is_not_touched(alice):
    experiment = running_one()
    put_in(alice, experiment, "what-matters")
    choice = chosen(alice)
    assert (choice.ranking, choice.experiment, choice.arm) == ("engagement", "fresher", "what-matters")
    assert chosen(alice, "chronological").experiment == ""
    put_in(alice, experiment, "as-set")
    assert (chosen(alice).ranking, chosen(alice).arm) == ("chronological", "as-set")


@in_the_database
def test_weights_that_an_arm_does_not_name_stay_the_reader_s(alice):
    User.objects.filter(pk=alice.pk).update(ranking="engagement")
    alice.refresh_from_db()
    ReaderRanking.objects.create(user=alice, weights={"media": 0.3})
    more_recent = {"name": "recent", "about": "Newer.", "weights": {"recency": 0.9}, "diversity": True, "swaps": 0.1}
    experiment = running_one(arms=[CONTROL, more_recent], readers="engagement")
    put_in(alice, experiment, "recent")
    choice = chosen(alice)
    assert (choice.weights.recency, choice.weights.media, choice.weights.popularity) == (0.9, 0.3, 0.4)
    assert (choice.diversity, choice.swaps, choice.ranking) == (True, 0.1, "engagement")


@in_the_database
def test_only_readers_with_the_setting_it_is_for_take_part(alice):
    running_one(readers="engagement")
    assert chosen(alice).experiment == ""
    alice.ranking = "engagement"
    assert chosen(alice).experiment == "fresher"


@in_the_database
def test_who_sets_an_order_has_chosen_though_they_go_back_to_the_one_they_had(alice, bob):
    experiment = running_one()
    put_in(alice, experiment, "what-matters")
    assert chosen(alice).arm
    home(alice, {})
    for ranking in ("ml", "chronological"):
        change_ranking(alice, ranking)
        assert (chosen(alice).ranking, chosen(alice).arm) == (ranking, "")
    change_ranking(bob, "chronological")
    assert not chosen(bob).arm, "nor is one treated who chose before they met it"
    (left,) = [arm["left"] for arm in outcomes.look_at(experiment).figures.values() if arm["readers"]]
    assert left == [1, 1]


@in_the_database
def test_an_order_set_before_an_experiment_began_is_no_word_on_it(alice):
    change_ranking(alice, "chronological")
    put_in(alice, running_one(), "what-matters")
    assert chosen(alice).arm == "what-matters"


@in_the_database
def test_who_meets_it_is_logged_once_and_who_does_not_is_not(alice, bob, carol):
    experiment = running_one()
    for _ in range(3):
        home(alice, {})
        home(bob, {})
    home(carol, {"ranking": "chronological"})
    chosen(carol)
    for wrong in ({"limit": "no"}, {"cursor": "no"}, {"ranking": "no"}):
        with pytest.raises(Invalid):
            home(carol, wrong)
    assert set(Exposure.objects.values_list("reader", flat=True)) == {alice.pk, bob.pk}
    met = Exposure.objects.get(reader=alice)
    assert met.arm.name == running.find_for(alice.pk, "chronological").arm_of(alice.pk).name
    assert met.experiment == experiment


@in_the_database
def test_nothing_is_asked_while_nothing_runs_and_one_thing_while_one_does(alice):
    chosen(alice)
    with queries_at_most(0):
        chosen(alice)
    running_one()
    home(alice, {})
    with queries_at_most(1):
        chosen(alice)
    with queries_at_most(0):
        chosen(alice, "chronological")


@in_the_database
def test_a_stop_and_a_departure_hold_at_the_next_page_whatever_a_process_remembers(alice, bob):
    experiment = running_one()
    assert chosen(alice).experiment
    assert chosen(bob).experiment
    remembered = running.known.until
    actions.leave(reader=alice, name="fresher")
    assert not chosen(alice).experiment
    assert chosen(bob).experiment
    actions.stop(experiment, because="Enough")
    running.known.until = remembered
    assert not chosen(bob).experiment


@pytest.mark.django_db(transaction=True)
def test_parallel_first_pages_log_one_exposure(alice):
    running_one()
    found: list[str] = []

    def read() -> None:
        found.append(home(alice, {}).arm)
        connection.close()

    threads = [threading.Thread(target=read) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert len(set(found)) == 1
    assert Exposure.objects.count() == 1


# --- What they did -------------------------------------------------------------------------------


@in_the_database
def test_what_readers_did_is_counted_from_the_moment_they_met_it(alice, bob, carol, dave):
    experiment = running_one(arms=[CONTROL | {"share": 99}, TREATED | {"share": 1}])
    early, late = (posts.publish(author=carol, content=text).pk for text in ("early", "late"))
    posts.like(actor=alice, post_id=early)
    posts.comment(author=alice, post_id=early, content="before")
    (arm, _) = experiment.arms.all()
    for reader in (alice, bob):
        Exposure.objects.create(experiment=experiment, reader=reader, arm=arm, setting="chronological")
    posts.like(actor=alice, post_id=late)
    Like.objects.filter(post=late).update(created_at=timezone.now())  # not when the test's transaction began
    posts.comment(author=alice, post_id=late, content="after")
    posts.comment(author=alice, post_id=late, content="and after")
    posts.share(actor=bob, post_id=late)
    social.mute(muter=bob, muted=carol)
    social.block(blocker=bob, blocked=carol)
    nudge(reader=bob, author=dave, amount=-1)
    nudge(reader=alice, author=dave, amount=1)
    actions.leave(reader=bob, name="fresher")
    rows("INSERT INTO feed_read_day (day, user_id, reads) SELECT %(day)s, id, 5 FROM accounts_user", day=timezone.now())
    soon = timezone.now() + timedelta(seconds=1)
    counted = outcomes.look_at(experiment, soon).figures["as-set"]
    wanted = {"likes": [1, 1], "comments": [2, 4], "shares": [1, 1], "mutes": [1, 1], "left": [1, 1], "days": [0, 0]}
    assert counted == {"readers": 2} | wanted | {"blocks": [1, 1], "less": [1, 1]}
    later = outcomes.look_at(experiment, soon).figures["as-set"]
    assert later == counted
    assert Look.objects.count() == 1
    Exposure.objects.update(first_at=timezone.now() - timedelta(days=2))
    assert outcomes.look_at(experiment, soon).figures["as-set"]["days"] == [2, 2]


def live_on(experiment: Experiment, *, mutes_of: str = "") -> None:
    """What a week brings: likes after a long-tailed law; mutes everywhere, or three times as many in one arm."""
    rows(LIVING, arm=mutes_of)


# A lot in [0, 1) from a text.
LOT = "(('x' || substr(md5({}), 1, 6))::bit(24)::int / power(2, 24))"
LIVING = f"""
INSERT INTO post (author_id, content) SELECT id, 'x' FROM accounts_user ORDER BY id LIMIT 40;
INSERT INTO post_like (post_id, user_id, created_at)
SELECT p.id, e.reader_id, clock_timestamp()
  FROM experiment_exposure e CROSS JOIN (SELECT id, row_number() OVER (ORDER BY id) AS n FROM post) p
 WHERE {LOT.format("p.n || ':' || e.reader_id")} < 0.6 / (1 + 13 * {LOT.format("'taste' || e.reader_id")});
INSERT INTO mute (muter_id, muted_id)
SELECT e.reader_id, author.id
  FROM experiment_exposure e JOIN experiment_arm a ON a.id = e.arm_id, (SELECT max(id) AS id FROM accounts_user) author
 WHERE e.reader_id <> author.id
   AND {LOT.format("'mute' || e.reader_id")} < CASE WHEN a.name = %(arm)s THEN 0.12 ELSE 0.04 END;
"""


@in_the_database
def test_an_a_a_experiment_over_ten_thousand_readers_shows_no_difference_and_a_clean_split():
    experiment = running_one(arms=[CONTROL, CONTROL | {"name": "the-same"}], guardrails={"likes": 5, "mutes": 20})
    readers = crowd(10_000)
    meet(experiment, readers)
    live_on(experiment)
    tasks.look_at_experiments()
    look = Look.objects.get()
    met, shares = outcomes.split_of(look.figures, list(experiment.arms.all()))
    assert sum(met) == 10_000
    assert checks.split_probability(met, shares) > 0.01
    assert checks.split_always(met, shares) == 1
    for metric in ("likes", "mutes"):
        control, same = (checks.sample_of(look.of(name), metric) for name in ("as-set", "the-same"))
        found = checks.difference(same, control)
        assert control.total > 150
        assert not found.is_clear, metric
    experiment.refresh_from_db()
    assert experiment.is_running


def test_a_hundred_a_a_experiments_with_the_same_ten_thousand_readers():
    """Ordinary intervals miss zero in about five of them, those for all looks in hardly any; every split is clean."""
    chance = Random(1)
    likes = {reader: chance.paretovariate(2) for reader in range(10_000)}
    missed, splits = Counter(), []
    for n in range(100):
        arms: list[list[float]] = [[], []]
        for reader, many in likes.items():
            arms[drawn(bucket(f"salt {n}", reader), [(0, 50), (1, 50)])].append(many)
        one, other = (Sample(len(arm), sum(arm), sum(value * value for value in arm)) for arm in arms)
        found = checks.difference(one, other)
        missed["once"] += abs(found.value) > found.once
        missed["always"] += found.is_clear
        splits.append(checks.split_always([one.readers, other.readers], [50, 50]))
    assert 1 <= missed["once"] <= 11
    assert missed["always"] <= 1
    assert min(splits) > checks.SRM_ALARM


@in_the_database
def test_a_broken_split_is_flagged_on_the_page_and_in_the_list(keeper):
    """Pages of the second arm fail for one reader in eleven, who is never logged."""
    experiment = running_one()
    meet(experiment, crowd(10_000))
    lost = Exposure.objects.filter(arm__name="what-matters").extra(where=["reader_id %% 11 = 0"])
    Exposure.objects.filter(reader__in=list(lost.values_list("reader", flat=True))).delete()
    tasks.look_at_experiments()
    assert "The split is broken." in keeper.get("/admin/feeds/experiments/fresher/").content.decode()
    assert ">broken</strong>" in keeper.get("/admin/feeds/experiment/").content.decode()


@in_the_database
def test_an_arm_that_does_harm_stops_the_experiment_and_says_why(alice):
    experiment = running_one(guardrails={"mutes": 50})
    meet(experiment, crowd(6000))
    live_on(experiment)
    tasks.look_at_experiments()
    assert Experiment.objects.get().is_running
    rows("DELETE FROM mute; DELETE FROM post_like")
    live_on(experiment, mutes_of="what-matters")
    assert chosen(alice).experiment
    tasks.look_at_experiments()
    stopped = Experiment.objects.get()
    assert stopped.state == State.STOPPED
    assert stopped.stopped_because.startswith("Guardrail: “Mutes” of arm what-matters rose above")
    assert not chosen(alice).experiment


@pytest.fixture
def keeper(client: Any, db: None) -> Any:
    person = member("keeper")
    User.objects.filter(pk=person.pk).update(is_staff=True, is_superuser=True)
    client.force_login(User.objects.get(pk=person.pk))
    return client
