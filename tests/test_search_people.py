"""People by the beginning of a name, hashtags by use, and what the search box offers."""

from typing import Any
from urllib.parse import quote

import pytest

from accounts import actions as account_actions
from accounts.models import NameWord, User
from feeds.models import Hashtag, HashtagNote
from feeds.search import tag_search as counting
from posts import actions
from posts.models import Post
from social import actions as social
from social import names
from tests.conftest import member
from tests.factories import UserFactory
from tests.helpers import queries_at_most
from tests.pages import publish

pytestmark = pytest.mark.django_db


def people(api: Any, viewer: User | None, words: str) -> list[str]:
    status, answer = api(viewer).get(f"/search?type=users&q={quote(words)}")
    assert status == 200, answer
    return [user["username"] for user in answer["users"]]


def tags(api: Any, words: str) -> list[tuple[str, int]]:
    counting.count()
    answer = api().get(f"/search?type=hashtags&q={quote(words)}")[1]
    return [(tag["name"], tag["posts_count"]) for tag in answer["hashtags"]]


def called(user: User, name: str, followers: int = 0) -> User:
    User.objects.filter(pk=user.pk).update(display_name=name, followers_count=followers)
    return user


def test_a_name_is_found_by_the_beginning_of_either_and_of_any_word(alice, bob, api):
    called(alice, "Zoë Ångström-Müller")
    for words in ("ali", "@ALICE", "zoe", "Zoë ang", "angstrom", "mull"):
        assert people(api, None, words) == ["alice"], words
    for words in ("\u0301", "@\u0301", "ice", "oe", "gstrom", "%", "_", "a\\", "'"):
        assert people(api, None, words) == [], words
    account_actions.change_profile(alice, display_name="Ann")
    assert people(api, None, "zoe") == []
    assert people(api, None, "ann") == ["alice"]


def test_those_followed_come_first_then_the_very_name_then_the_best_known(alice, api):
    for name, followers in (("moss", 0), ("moss_a", 5), ("moss_b", 500), ("moss_c", 0)):
        called(member(name), "", followers)
    social.follow(follower=alice, author=User.objects.get(username="moss_c"))
    assert people(api, alice, "moss") == ["moss_c", "moss", "moss_b", "moss_a"]
    assert people(api, None, "mos") == ["moss_b", "moss_a", "moss_c", "moss"]


@pytest.mark.parametrize("typed", ["margaert", "margret", "margarret", "nargaret", "margarte", "targaret", "mragaret"])
def test_one_typo_is_forgiven(alice, api, typed):
    called(alice, "Margaret Mead")
    assert people(api, None, typed) == ["alice"]


def test_a_typo_is_no_excuse_where_enough_begin_so_or_little_was_typed(alice, bob, api):
    for name in ("anna_a", "anna_b", "anna_c", "anne"):
        member(name)
    assert people(api, None, "anna") == ["anna_c", "anna_b", "anna_a"]
    assert people(api, None, "anx") == []
    assert people(api, None, "annx") == ["anne", "anna_c", "anna_b", "anna_a"]


def test_nobody_blocked_or_suspended_is_found(alice, bob, carol, dave, api):
    social.block(blocker=alice, blocked=bob)
    social.block(blocker=carol, blocked=alice)
    User.objects.filter(pk=dave.pk).update(is_active=False)
    for words in ("bob", "carol", "dave"):
        assert people(api, alice, words) == []
    assert people(api, bob, "carol") == ["carol"]
    dave.delete()
    assert not NameWord.objects.filter(word="dave").exists()


def test_paging_people_and_hashtags_gives_each_once(alice, api):
    for n in range(13):
        called(UserFactory(username=f"mo_{n:02}"), "", n % 4)
        publish(alice, " ".join(f"#mo{m}" for m in range(n + 1)))
    counting.count()
    for kind, name in (("users", "username"), ("hashtags", "name")):
        seen, cursor = [], ""
        while cursor is not None:
            answer = api().get(f"/search?type={kind}&q=mo&limit=4" + (f"&cursor={cursor}" if cursor else ""))[1]
            seen += [hit[name] for hit in answer[kind]]
            cursor = answer["next_cursor"]
        assert len(seen) == len(set(seen)) == 13


def test_however_many_begin_alike_one_query_looks_at_few_and_finds_the_best_known(alice, api, monkeypatch):
    monkeypatch.setattr(names, "LOOKED_AT", 5)
    monkeypatch.setattr(names, "WELL_KNOWN", 5)
    for n in range(40):
        called(UserFactory(username=f"mo{n:03}"), "", 1000 if n == 37 else 0)
    for words in ("m", "mo", "mo0"):
        with queries_at_most(1):
            hits = names.named_like(alice, words, limit=20)
        assert len(hits) <= 10
        assert hits[0].user.username == "mo037"


def test_hashtags_come_by_use_and_only_from_public_posts(alice, bob, api):
    for n in range(3):
        publish(bob, f"{n} #Möss")
    publish(bob, "#moth #tea")
    publish(bob, "#mosssecret", visibility="private")
    publish(bob, "#mosshidden", visibility="followers")
    assert tags(api, "mo") == tags(api, "#MO") == [("möss", 3), ("moth", 1)]
    assert tags(api, "moss") == [("möss", 3)]
    assert tags(api, "oss") == tags(api, "\u0301") == tags(api, "#\u0301") == []


def test_the_count_of_a_hashtag_follows_what_happens_to_posts(alice, api):
    one, two = publish(alice, "#moss a"), publish(alice, "#moss b")
    comment = actions.comment(author=alice, post_id=one.pk, content="#moss c")
    assert tags(api, "moss") == [("moss", 2)]
    actions.edit(actor=alice, post_id=one.pk, content="#moth a")
    assert tags(api, "mo") == [("moth", 1), ("moss", 1)]
    actions.delete(actor=alice, post_id=two.pk)
    assert tags(api, "mo") == [("moth", 1)]
    actions.restore(actor=alice, post_id=two.pk)
    actions.edit(actor=alice, post_id=one.pk, visibility="followers")
    assert tags(api, "mo") == [("moss", 1)]
    account_actions.change_privacy(alice, True)
    assert tags(api, "mo") == []
    account_actions.change_privacy(alice, False)
    assert tags(api, "mo") == [("moss", 1)]
    Post.objects.filter(pk__in=[comment.pk, two.pk]).delete()
    assert tags(api, "mo") == []


def test_a_change_of_privacy_notes_each_hashtag_once(alice, api):
    for n in range(3):
        publish(alice, f"{n} #moss")
    counting.count()
    account_actions.change_privacy(alice, True)
    assert list(HashtagNote.objects.values_list("tag", "change")) == [("moss", -3)]
    account_actions.change_privacy(alice, False)
    assert tags(api, "moss") == [("moss", 3)]


def test_hashtags_counted_anew_are_right_whatever_was_lost_or_waits(alice, api):
    publish(alice, "#moss #tea")
    counting.count()
    publish(alice, "#moss")
    Hashtag.objects.filter(tag="tea").update(posts_count=7)
    Hashtag.objects.create(tag="gone", folded="gone", posts_count=2)
    counting.recount()
    assert dict(Hashtag.objects.values_list("tag", "posts_count")) == {"moss": 2, "tea": 1}
    assert not HashtagNote.objects.exists()
    assert counting.count() == 0


def suggested(api: Any, viewer: User | None, words: str) -> tuple[list[str], list[str]]:
    answer = api(viewer).get(f"/search/suggest?q={quote(words)}")[1]
    return [user["username"] for user in answer["users"]], [tag["name"] for tag in answer["hashtags"]]


def test_the_box_offers_people_and_hashtags_that_begin_so(alice, bob, api):
    called(bob, "Alma")
    publish(bob, "#alps #alpha")
    counting.count()
    assert suggested(api, None, "al") == (["bob", "alice"], ["alpha", "alps"])
    assert suggested(api, None, "@al") == (["bob", "alice"], [])
    assert suggested(api, None, "#alp") == ([], ["alpha", "alps"])
    assert suggested(api, alice, "al ps") == ([], [])
    assert api().get("/search/suggest?q=")[0] == 400


def test_the_box_offers_what_fits_the_sign_of_the_last_word_and_nothing_for_operators(alice, bob, api):
    called(bob, "Al Psmith")
    publish(bob, "#oven #alps")
    counting.count()
    assert suggested(api, None, "bread #ov") == ([], ["oven"])
    assert suggested(api, None, "bread @ali") == (["alice"], [])
    assert suggested(api, None, "al ps") == (["bob"], [])
    called(alice, "from:al")
    for words in ("-al", "-#al", "bread -al", "from:al", "FROM:al", "bread has:", "before:2"):
        assert suggested(api, None, words) == ([], []), words
