"""The learned ranking: features, swaps, training, when a model is served, and what happens when none can be."""

import gzip
import math
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from accounts.models import User
from feeds import actions
from feeds.impressions import days, outcomes
from feeds.impressions.models import Impression, features_of
from feeds.models import RankerModel
from feeds.ranking import features, formula, learned, linear
from feeds.ranking.swaps import is_moved_by, swapped
from feeds.ranking.terms import ABOUT
from feeds.ranking.training import higgs, impressed, judging, metrics
from feeds.ranking.training.examples import Example, Session, session_of, split
from feeds.ranking.training.fitting import fit
from feeds.ranking.values import Candidate, Choice, Scored
from feedsite.errors import Conflict
from posts import actions as posts_actions
from social import actions as social_actions
from tests.conftest import member
from tests.helpers import run_tasks
from tests.pages import publish
from tests.rankers import NOW, model_of, serve
from tests.test_formula import NOTHING, candidates, some
from tests.test_impressions import like, page_of, tell

ROOT = Path(__file__).resolve().parent.parent
HOUR_OF_IDS = 3_600_000 << 12


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The process knows of no model, before and after."""
    monkeypatch.setattr(learned, "known", learned.Known())
    return


# --- Features, order, swaps ---


def test_each_feature_is_what_its_name_says():
    one = NOTHING._replace(
        age_hours=2.0, likes=3, comments=4, shares=5, interactions=4, media=2, has_link=True, is_quote=True,
        length=99, follows_back=True, followers=7, posting=1.5, sharer_id=8, entry_id=HOUR_OF_IDS, shown_id=0,
    )  # fmt: skip
    assert features.of(one)._asdict() == pytest.approx({
        "recency": 1 / 3, "popularity": 11 / 12, "closeness": 0.4, "log_age": math.log(121),
        "log_entry_age": math.log(61), "entry_recency": 0.5, "just_now": 1 / 13, "today": math.exp(-1 / 6),
        "log_likes": math.log(4), "log_comments": math.log(5), "log_shares": math.log(6),
        "log_rate": math.log(1 + 11 / (2 + 1 / 60)), "log_interactions": math.log(5), "has_interacted": 1,
        "close_and_new": 0.5, "is_shared": 1, "follows_back": 1, "log_followers": math.log(8),
        "log_posting": math.log(2.5), "media": 2, "has_link": 1, "has_poll": 0, "is_quote": 1,
        "log_length": math.log(100),
    })  # fmt: skip


def test_what_each_feature_is_about_has_words():
    assert set(ABOUT) == set(features.NAMES)


@given(candidates)
def test_the_seed_formula_can_be_told_from_the_features(one):
    row = features.of(one)
    assert all(map(math.isfinite, row))
    assert math.isclose(features.seed_score(row), formula.score(one._replace(nudge=0)).score)


rows = st.lists(st.floats(-5, 5), min_size=len(features.NAMES), max_size=len(features.NAMES)).map(tuple)
models = st.lists(rows, min_size=1, max_size=4).map(
    lambda several: linear.Model(
        NOW,
        tuple(linear.Action(n, linear.VALUES[n], -1.0, row) for n, row in zip(linear.ACTIONS, several, strict=False)),
        (0.0,) * len(features.NAMES),
    )
)


@given(some, models, st.booleans(), st.randoms())
def test_the_parts_sum_to_the_score_and_the_order_is_always_the_same(some, model, diversity, random):
    learned.known.model, learned.known.asked_at = model._replace(trained_at=timezone.now()), math.inf
    choice = Choice("ml", diversity=diversity)
    expected = learned.rank(some, choice)
    assert expected is not None
    assert all(sum(one.parts.values()) == one.score for one in expected)
    assert {name for one in expected for name in one.parts} <= {*linear.ACTIONS, "person", "diversity"}
    random.shuffle(some)
    assert learned.rank(some, choice) == expected


@given(models)
def test_a_model_is_the_same_after_it_was_kept(model):
    kept = linear.as_json(model)
    assert linear.from_json(kept) == model
    # The database keeps no order of names.
    assert linear.from_json(kept | {"actions": dict(reversed(kept["actions"].items()))}) == model


def test_more_of_somebody_is_half_again_as_much_and_less_is_half():
    model = model_of(has_link=1.0)
    plain, more, less = (learned.score(NOTHING._replace(nudge=nudge), model).score for nudge in (0, 1, -1))
    assert (more, less) == (pytest.approx(1.5 * plain), pytest.approx(0.5 * plain))


def test_what_moves_a_score_most_is_named_first():
    learned.known.model, learned.known.asked_at = model_of(timezone.now(), has_link=3.0, media=-1.0), math.inf
    moved = learned.explain(NOTHING._replace(has_link=True, media=1))
    assert [name for name, by in moved[:2]] == ["has_link", "media"]
    assert moved[0][1] > 0 > moved[1][1]
    assert moved[2][1] == 0


def line_of(length: int) -> list[Scored]:
    return [Scored(NOTHING._replace(entry_id=pk), 1.0, {}) for pk in range(length)]


def ids(some: list[Scored]) -> list[int]:
    return [one.candidate.entry_id for one in some]


@given(st.integers(0, 30), st.floats(0, 0.5), st.integers())
def test_a_swap_moves_nobody_further_than_one_place(length, share, seed):
    shown = swapped(line_of(length), share, Random(seed))
    assert shown == swapped(line_of(length), share, Random(seed))
    assert sorted(ids(shown)) == list(range(length))
    for place, one in enumerate(shown):
        moved = abs(one.candidate.entry_id - place)
        assert moved <= (share > 0)
        assert one.propensity in ({share / 2} if moved else {1.0, 1 - share, 1 - share / 2})
        assert is_moved_by(one.propensity) == bool(moved)


@pytest.mark.parametrize("length", [1, 2, 3, 8])
def test_a_propensity_is_how_often_an_entry_stands_there(length):
    orders = [swapped(line_of(length), 0.4, Random(seed)) for seed in range(5000)]
    told = {(one.candidate.entry_id, place): one.propensity for shown in orders for place, one in enumerate(shown)}
    stood = Counter((pk, place) for shown in orders for place, pk in enumerate(ids(shown)))
    assert len(told) == 3 * length - 2  # each where it was and at each neighbour's
    for where, times in stood.items():
        assert times / len(orders) == pytest.approx(told[where], abs=0.02), where


def test_what_was_moved_by_the_smallest_share_that_pays_counts_in_full():
    orders = (swapped(line_of(2), 0.05, Random(seed)) for seed in range(1000))
    moved = next(shown for shown in orders if ids(shown) == [1, 0])
    examples = [Example(features.of(one.candidate), propensity=one.propensity) for one in moved]
    assert session_of(0.0, examples).weights == pytest.approx([40, 40])


# --- Numbers ---


@given(st.lists(st.tuples(st.integers(0, 10**6), st.booleans()), min_size=2, max_size=40, unique_by=lambda one: one[0]))
def test_the_metrics_are_those_of_scikit_learn(pairs):
    scores, hits = (np.array(each) for each in zip(*pairs, strict=True))
    if 0 < hits.sum() < len(hits):
        found = metrics.quality(scores, hits.astype(float), np.ones(len(hits)))
        assert found.auc == pytest.approx(roc_auc_score(hits, scores))
        assert found.average_precision == pytest.approx(average_precision_score(hits, scores))


def test_ndcg_looks_at_ten_places():
    gains = np.zeros(12)
    gains[11] = 1.0
    assert metrics.ndcg(gains[::-1]) == 1.0
    assert metrics.ndcg(np.roll(gains, 4)) == pytest.approx(1 / math.log2(5))
    assert metrics.ndcg(gains) == 0.0


def test_what_is_said_and_what_is_seen_differ_by_the_calibration_error():
    said, happened = np.repeat([0.1, 0.5], 100), np.tile([True, False, False, False, False], 40)
    found = metrics.calibration(said, happened)
    assert found.error == pytest.approx((0.1 + 0.3) / 2)
    assert sum(count for _, _, count in found.bins) == 200


@given(st.lists(st.integers(0, 50), max_size=60))
def test_no_part_of_a_split_reaches_into_the_next(moments):
    parts = split(session_of(at, [Example(features.of(NOTHING))]) for at in moments)
    assert sorted(moments) == [one.at for part in parts for one in part]
    for earlier, later in [(parts.train, parts.validation), (parts.train + parts.validation, parts.test)]:
        assert max((one.at for one in earlier), default=-1) < min((one.at for one in later), default=51)


# --- Learning ---


def reading(count: int, seed: int = 1, likes_links: float = 3.0) -> Iterator[list[tuple[Candidate, bool]]]:
    """Pages of eight posts, liked where they have a link and on top; new ones, which the formula looks at, are not."""
    chance = Random(seed)
    for _ in range(count):
        page = []
        for position in range(8):
            one = NOTHING._replace(age_hours=chance.random() * 24, has_link=chance.random() < 0.3)
            odds = likes_links * one.has_link - 2 - 0.3 * position
            page.append((one, chance.random() < 1 / (1 + math.exp(-odds))))
        yield page


def pages(count: int, seed: int = 1, likes_links: float = 3.0) -> list[Session]:
    return [
        session_of(
            float(number),
            [
                Example(features.of(one), frozenset({"like"} if liked else ()), position)
                for position, (one, liked) in enumerate(page)
            ],
        )
        for number, page in enumerate(reading(count, seed, likes_links))
    ]


def test_what_was_learned_beats_the_formula_the_same_way_each_time():
    trained = judging.train(pages(300), now=NOW, seed=1)
    assert trained.is_better
    assert trained.report["over"]["seed formula"]["low"] > 0.1
    assert trained.report["probabilities"]["like"]["calibration_error"] < 0.08
    weights = dict(zip(features.NAMES, trained.model.actions[0].weights, strict=True))
    assert weights["has_link"] > 2
    assert judging.train(pages(300), now=NOW, seed=1) == trained


def test_chance_is_not_taken_for_quality():
    trained = judging.train(pages(300), now=NOW, seed=1)
    again = judging.train(pages(300), now=NOW, seed=1, current=("model 1", trained.model))
    assert not again.is_better
    assert again.report["rival"] == "model 1"


def test_a_like_for_standing_on_top_is_not_put_down_to_the_post():
    """Links stand on top nine times in ten, and only the place makes likes."""
    chance, found = Random(1), []
    for number in range(2000):
        top_has_it = chance.random() < 0.9
        examples = []
        for position in range(2):
            one = NOTHING._replace(has_link=top_has_it == (position == 0))
            liked = chance.random() < (0.6 if position == 0 else 0.2)
            examples.append(Example(features.of(one), frozenset({"like"} if liked else ()), position))
        found.append(session_of(float(number), examples))
    weights = dict(zip(features.NAMES, fit(split(found), NOW)[0].actions[0].weights, strict=True))
    assert abs(weights["has_link"]) < 0.5  # 1.8 is what the place makes


@pytest.mark.parametrize(("count", "likes_links"), [(20, 3.0), (0, 3.0), (300, -90.0)])
def test_too_little_is_said_in_one_line(count, likes_links):
    with pytest.raises(judging.TooLittle, match=r"^Too little to learn from: .*\.$"):
        judging.train(pages(count, likes_links=likes_links)[:count], now=NOW, seed=1)


def test_an_impression_is_what_was_known_and_done_then():
    facts = [float(getattr(NOTHING._replace(likes=3, has_link=True), name)) for name in impressed.FACTS]
    row = impressed.Row(NOW, 1, 9, 9, 5, None, facts, 2, 0.25, True, False, False, True)
    (found,) = impressed.sessions_of([row, row._replace(like=False, hide=False), row._replace(reader_id=2)])
    assert dict(zip(features.NAMES, found.features[0], strict=True))["has_link"] == 1
    assert found.outcomes == (frozenset({"like", "hide"}), frozenset())
    assert (found.gains[0], found.weights[0], found.positions[0]) == (0.0, 4.0, pytest.approx(math.log(3)))


def test_what_a_reader_saw_and_did_is_a_session_a_day_later(alice, bob, api):
    social_actions.follow(follower=bob, author=alice)
    made = [publish(alice, text) for text in ("Tea", "Read https://example.org/tides")]
    token, entries = page_of(api(bob))
    tell(api(bob), token, entries)
    like(bob, made[0])
    now = timezone.now()
    outcomes.join(now - outcomes.OFTEN, now)
    assert not list(impressed.sessions(timezone.now()))
    (found,) = impressed.sessions(timezone.now() + timedelta(hours=26))
    assert found.outcomes == (frozenset(), frozenset({"like"}))
    assert found.positions == pytest.approx([0, math.log(2)])
    assert told(found, 0)["has_link"] == 1
    # What the reader did is not among what was known.
    assert told(found, 1)["popularity"] == told(found, 1)["has_interacted"] == 0


def test_a_model_of_the_sites_own_impressions_is_trained_and_served(db, monkeypatch, settings):
    first = timezone.now() - timedelta(days=2)
    for day in range(3):
        days.make((first + timedelta(days=day)).date())
    Impression.objects.bulk_create(
        Impression(
            reader_id=number, entry_id=position, shown_id=position, author_id=1, position=position, propensity=1.0,
            served_at=first + timedelta(seconds=number), seen_at=first + timedelta(seconds=number),
            ranking="engagement", features=features_of(one), liked_at=first if liked else None,
        )
        for number, page in enumerate(reading(300))
        for position, (one, liked) in enumerate(page)
    )  # fmt: skip
    out = StringIO()
    call_command("train_ranker", stdout=out)
    assert "300 sessions of 2,400 posts" in out.getvalue()
    assert "served from now on" in out.getvalue()
    liked, plain = learned.rank([NOTHING._replace(has_link=True), NOTHING._replace(entry_id=2)], Choice("ml")) or ()
    assert liked.candidate.has_link
    assert liked.score > plain.score
    monkeypatch.setattr(impressed, "MOST", 80)
    newest = [one.at for one in impressed.sessions(timezone.now())]
    assert newest == [(first + timedelta(seconds=second)).timestamp() for second in range(299, 289, -1)]
    settings.IMPRESSION_DAYS = 1
    assert not list(impressed.sessions(timezone.now()))


# --- The Higgs files ---

NETWORK = "1 10\n1 11\n1 12\n2 10\n10 1\n"
ACTIVITY = [
    "11 99 1000 MT",  # 11 writes something
    "10 20 2000 RT",  # 10 passes on what 20 wrote
    "30 20 2010 RT",
    "31 20 2020 RE",
    "1 20 5600 RT",  # and 1, who follows 10, does so an hour later
    "1 11 9000 RT",
    "10 20 9000 RT",
]


@pytest.fixture
def files(tmp_path: Path) -> Any:
    def write(activity: list[str], network: str = NETWORK) -> tuple[Path, Path]:
        (tmp_path / "network").write_text(network)
        (tmp_path / "activity.gz").write_bytes(gzip.compress("\n".join(activity).encode()))
        return tmp_path / "network", tmp_path / "activity.gz"

    return write


def told(session: Session, place: int) -> dict[str, float]:
    return dict(zip(features.NAMES, map(float, session.features[place]), strict=True))


def test_a_session_is_a_retweet_among_what_the_reader_had(files):
    first, second = higgs.sessions(*files(ACTIVITY))
    assert first.outcomes == (frozenset({"share"}), frozenset())
    passed_on, written = told(first, 0), told(first, 1)
    assert (passed_on["is_shared"], written["is_shared"]) == (1, 0)
    assert passed_on["log_age"] == pytest.approx(math.log1p(60))
    assert passed_on["popularity"] == pytest.approx(4 / 5)  # two retweets, and a reply counts twice
    assert told(second, 0)["has_interacted"] == 1
    assert second.outcomes == (frozenset(), frozenset({"share"}))


def test_nothing_that_comes_later_changes_a_session(files):
    whole = [(one.at, one.features.tolist(), one.outcomes) for one in higgs.sessions(*files(ACTIVITY))]
    for length in range(len(ACTIVITY) + 1):
        begun = [(one.at, one.features.tolist(), one.outcomes) for one in higgs.sessions(*files(ACTIVITY[:length]))]
        assert begun == whole[: len(begun)]
        # What was done in the same second as the retweet is not known to it either.
        assert len(begun) == (length >= 5) + (length >= 6)


@pytest.mark.parametrize("line", ["1 2", "1 2 x RT", "1 2 9 XX", "1 2 1 RT", ""])
def test_a_malformed_line_of_the_stream_is_named(files, line):
    with pytest.raises(higgs.BadData, match="activity.gz"):
        list(higgs.sessions(*files([*ACTIVITY[:3], line, "1 2 9999 RT"])))


def test_a_damaged_file_is_named(files):
    network, activity = files(ACTIVITY)
    packed = bytearray(activity.read_bytes())
    packed[15] ^= 0xFF
    activity.write_bytes(packed)
    with pytest.raises(higgs.BadData, match="activity.gz"):
        list(higgs.sessions(network, activity))


# --- Serving ---


def habits() -> list[str]:
    """Five authors write each hour; each of thirty readers passes one of the new posts on, another each time."""
    lines = []
    for hour in range(12):
        lines += [f"{author} 99 {hour * 3600 + author} MT" for author in range(1, 6)]
        lines += [f"{100 + n} {(hour + n) % 5 + 1} {hour * 3600 + 60 + n} RT" for n in range(30)]
    return lines


@pytest.fixture
def train(files: Any, db: None) -> Any:
    network = "".join(f"{100 + n} {author}\n" for n in range(30) for author in range(1, 6))
    paths = files(habits(), network)

    def run(**options: Any) -> str:
        out = StringIO()
        call_command("train_ranker", source="higgs", network=paths[0], activity=paths[1], stdout=out, **options)
        return out.getvalue()

    return run


def test_a_model_is_served_if_it_is_better_and_only_then(train):
    assert "Nothing was kept: it is better." in train(dry_run=True)
    assert not RankerModel.objects.exists()
    said = train()
    assert "| seed formula |" in said
    assert "served from now on" in said
    assert learned.rank([NOTHING], Choice("ml"))
    # The same again is no better than itself.
    assert "not served" in train()
    assert [one.is_current for one in RankerModel.objects.order_by("pk")] == [True, False]


def test_the_way_back_leads_to_the_model_before_and_then_to_the_formula(db):
    first = serve(model_of())
    second = actions.keep_ranker(
        model=model_of(media=1.0), report={}, source="impressions", is_better=True, judged_against=first.pk
    )
    assert RankerModel.objects.current() == second
    for expected in (first, None):
        call_command("train_ranker", rollback=True, stdout=StringIO())
        assert RankerModel.objects.current() == expected
    with pytest.raises(CommandError, match="No model is served"):
        call_command("train_ranker", rollback=True)


def test_the_way_back_leads_past_a_model_that_was_taken_back(db):
    def better() -> RankerModel:
        current = RankerModel.objects.current()
        return actions.keep_ranker(
            model=model_of(), report={}, source="impressions", is_better=True, judged_against=current and current.pk
        )

    first, _taken_back = better(), better()
    assert actions.roll_back_ranker() == first
    better()
    assert actions.roll_back_ranker() == first
    assert actions.roll_back_ranker() is None


def test_a_model_too_old_to_be_served_is_no_rival_and_not_put_back(train):
    train()
    old = RankerModel.objects.get()
    old.weights["trained_at"] = (timezone.now() - timedelta(days=61)).isoformat()
    old.save()
    assert "over the seed formula" in train()
    assert RankerModel.objects.current() != old
    with pytest.raises(Conflict, match="older than 60 days"):
        actions.serve_ranker(old)


@pytest.mark.parametrize("options", [["--rollback", "--dry-run"], ["--seed=-1"], ["--seed=x"]])
def test_options_that_make_no_sense_are_refused(db, options):
    with pytest.raises(CommandError):
        call_command("train_ranker", *options)


@pytest.mark.parametrize(
    ("source", "is_better", "against_current"),
    [("impressions", False, True), ("impressions", True, False), ("higgs", True, True)],
)
def test_a_worse_a_late_and_a_foreign_model_do_not_replace_what_is_served(db, source, is_better, against_current):
    served = serve(model_of())
    kept = actions.keep_ranker(
        model=model_of(), report={}, source=source, is_better=is_better,
        judged_against=served.pk if against_current else None,
    )  # fmt: skip
    assert not kept.is_current
    assert RankerModel.objects.current() == served


def test_models_that_are_not_served_do_not_pile_up(db, monkeypatch):
    monkeypatch.setattr(actions, "RANKERS_KEPT", 2)
    served = serve(model_of())
    made = [
        actions.keep_ranker(model=model_of(), report={}, source="higgs", is_better=False, judged_against=None)
        for _ in range(4)
    ]
    assert set(RankerModel.objects.all()) == {served, *made[-2:]}
    assert actions.roll_back_ranker() is None
    for _ in range(3):
        actions.keep_ranker(model=model_of(), report={}, source="higgs", is_better=False, judged_against=None)
    assert RankerModel.objects.filter(pk=served.pk).exists()  # it can be put back


def damaged(change: Any) -> dict[str, Any]:
    kept = linear.as_json(model_of(timezone.now()))
    change(kept)
    return kept


DAMAGE = {
    "older": lambda kept: kept.update(trained_at=(timezone.now() - timedelta(days=61)).isoformat()),
    "of another version": lambda kept: kept.update(features_version=0),
    "with other features": lambda kept: kept["features"].reverse(),
    "short of a weight": lambda kept: kept["actions"]["like"]["weights"].pop(),
    "not finite": lambda kept: kept["actions"]["like"].update(intercept="NaN"),
    "beyond any float": lambda kept: kept["actions"]["like"].update(intercept=10**400),
    "beyond all measure": lambda kept: kept["actions"]["like"]["weights"].__setitem__(0, 1e300),
    "of an unknown action": lambda kept: kept["actions"].update(bark=kept["actions"]["like"]),
    "of no action": lambda kept: kept["actions"].clear(),
    "without means": lambda kept: kept.pop("means"),
    "nothing": lambda kept: kept.clear(),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_model_that_cannot_be_served_is_not_and_that_is_said_once(db, caplog, damage):
    serve(model_of(timezone.now()))
    RankerModel.objects.update(weights=damaged(damage))
    for _ in range(3):
        assert learned.rank([NOTHING], Choice("ml")) is None
    assert len(caplog.records) == 1
    assert "gets the formula" in caplog.text


def test_home_is_ordered_by_the_model_and_by_the_formula_where_it_cannot_be(alice, bob, api):
    """A post with a link comes first by this model only; the parts that are said sum to the score."""
    social_actions.follow(follower=bob, author=alice)
    linking = posts_actions.publish(author=alice, content="Read https://example.org/tides")
    liked = posts_actions.publish(author=alice, content="A gull.")
    posts_actions.like(actor=bob, post_id=liked.pk)
    run_tasks()

    def read() -> tuple[str, list[dict[str, Any]]]:
        status, page = api(bob).get("/timeline?ranking=ml&explain=1")
        assert status == 200
        return page["ranking"], page["posts"]

    def first() -> tuple[str, int]:
        ranking, posts = read()
        return ranking, int(posts[0]["entry_id"])

    assert first() == ("engagement", liked.pk)
    kept = serve(model_of(timezone.now(), has_link=3.0))
    ranking, posts = read()
    assert (ranking, int(posts[0]["entry_id"])) == ("ml", linking.pk)
    for post in posts:
        assert list(post["why"]["parts"]) == ["like"]
        assert sum(post["why"]["parts"].values()) == post["why"]["score"]
    kept.weights["features_version"] = 0
    kept.save()
    learned.known = learned.Known()
    assert first() == ("engagement", liked.pk)


def test_swaps_are_off_until_the_site_has_them_on_and_nothing_is_lost_by_them(alice, bob, api, settings):
    social_actions.follow(follower=bob, author=alice)
    made = [posts_actions.publish(author=alice, content=f"post {number}").pk for number in range(20)]
    run_tasks()

    def read() -> list[int]:
        _, page = api(bob).get("/timeline?ranking=engagement&limit=50")
        return [int(post["entry_id"]) for post in page["posts"]]

    assert read() == made[::-1]
    settings.RANKING_SWAPS = 0.5
    shown = read()
    assert sorted(shown) == made
    assert max(abs(shown.index(pk) - place) for place, pk in enumerate(made[::-1])) == 1


def test_a_process_asks_for_the_model_once_a_minute(db, django_assert_num_queries, monkeypatch):
    serve(model_of(timezone.now()))
    with django_assert_num_queries(1):
        assert learned.rank([NOTHING], Choice("ml"))
        assert learned.rank([NOTHING], Choice("ml"))
        assert learned.explain(NOTHING)
    actions.roll_back_ranker()
    now = learned.time.monotonic()
    monkeypatch.setattr(learned.time, "monotonic", lambda: now + learned.ASK_AFTER_SECONDS + 1)
    assert learned.rank([NOTHING], Choice("ml")) is None


def test_no_process_that_serves_loads_the_libraries_of_training():
    code = (
        "import sys, django; django.setup(); import feedsite.urls, feeds.admin, feeds.ranking.learned;"
        "print(*{'numpy', 'scipy', 'sklearn'} & set(sys.modules))"
    )
    assert subprocess.check_output([sys.executable, "-c", code], cwd=ROOT, text=True).strip() == ""


# --- Staff ---


@pytest.fixture
def staff(db: None) -> Client:
    client, person = Client(), member("keeper")
    User.objects.filter(pk=person.pk).update(is_staff=True, is_superuser=True)
    client.force_login(person)
    return client


def act(client: Client, action: str, *models: RankerModel) -> str:
    data = {"action": action, ACTION_CHECKBOX_NAME: [str(one.pk) for one in models]}
    return client.post(reverse("admin:feeds_rankermodel_changelist"), data, follow=True).content.decode()


def test_staff_see_how_a_model_did_and_put_it_in_place_and_back(staff, train):
    train()
    served = RankerModel.objects.get()
    over = served.report["over"]["seed formula"]
    report = served.report | {"rival": f"model {served.pk}", "over": {f"model {served.pk}": over}}
    other = actions.keep_ranker(
        model=model_of(), report=report, source="higgs", is_better=False, judged_against=served.pk
    )
    listed = staff.get(reverse("admin:feeds_rankermodel_changelist")).content.decode()
    assert "over the seed formula" in listed
    assert f"over the model {served.pk}" in listed
    page = staff.get(reverse("admin:feeds_rankermodel_change", args=[served.pk])).content.decode()
    assert "expected calibration error" in page
    assert "log_interactions" in page
    assert "did not beat what was served" in act(staff, "serve", other)
    assert "the formula is served" in act(staff, "roll_back", served)
    assert RankerModel.objects.current() is None
    assert "served by every process" in act(staff, "serve", served)
    assert RankerModel.objects.current() == served
