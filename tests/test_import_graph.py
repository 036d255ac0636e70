"""`manage.py import_graph`: an edge list becomes users and follows, all of it or nothing."""

import gzip
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db.models import Count

from accounts.models import User
from feeds.models import FeedEntry
from posts import actions as posts_actions
from social import actions as social_actions
from social.models import Follow

FACEBOOK = Path(settings.BASE_DIR).parent / "shared" / "data" / "facebook_combined.txt.gz"

pytestmark = pytest.mark.django_db


@pytest.fixture
def load(tmp_path: Path) -> Any:
    """Writes the text to a file and imports it; answers what the command printed."""

    def run(content: str | bytes, name: str = "graph.txt", **options: Any) -> str:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        out = StringIO()
        call_command("import_graph", str(path), stdout=out, **options)
        return out.getvalue()

    return run


def follows() -> set[tuple[str, str]]:
    return set(Follow.objects.values_list("follower__username", "followee__username"))


def wrong_counters() -> list[str]:
    """Usernames whose counters differ from the rows."""
    followers = dict(Follow.objects.values_list("followee").annotate(Count("follower")))
    following = dict(Follow.objects.values_list("follower").annotate(Count("followee")))
    return [
        user.username
        for user in User.objects.all()
        if (user.followers_count, user.following_count) != (followers.get(user.pk, 0), following.get(user.pk, 0))
    ]


@pytest.mark.parametrize(
    "line", ["1 2", "1\t2", "1,2", "1, 2", "  1   2  ", "1 2 7 more", "1,2,0.5", "1\t2\t1577836800"]
)
def test_an_edge_is_two_ids_and_whatever_follows(load: Any, line: str) -> None:
    load(f"{line}\r\n")
    assert follows() == {("u1", "u2")}


def test_comments_and_empty_lines_are_passed_over(load: Any) -> None:
    load("\ufeff# a b\n% 3 4\n\n   \n1 2\n  # 5 6\n3 1")
    assert follows() == {("u1", "u2"), ("u3", "u1")}
    assert User.objects.count() == 3


@pytest.mark.parametrize("name", ["graph.txt.gz", "graph.dat"])
def test_gzip_is_known_by_its_content(load: Any, name: str) -> None:
    load(gzip.compress(b"1 2\n2 3\n"), name)
    assert follows() == {("u1", "u2"), ("u2", "u3")}


def test_self_loops_and_repeats_are_counted_and_make_no_follow(load: Any) -> None:
    said = load("1 1\n1 2\n1 2\n3 3\n")
    assert follows() == {("u1", "u2")}
    assert "3 users, 4 edges, 2 self-loops (skipped), 1 repeated" in said
    assert "Added 3 users and 1 follows" in said


def test_names_are_the_prefix_and_the_id_in_lower_case(load: Any) -> None:
    load("Ann BOB_2", prefix="Sd_")
    assert follows() == {("sd_ann", "sd_bob_2")}
    ann = User.objects.get(username="sd_ann")
    assert (ann.display_name, ann.email, ann.is_active, ann.has_usable_password()) == ("sd_ann", None, True, False)


def test_a_second_run_adds_nothing_and_says_so(load: Any) -> None:
    load("1 2\n2 3\n")
    before = list(User.objects.order_by("pk").values())
    assert "Nothing to add" in load("1 2\n2 3\n")
    assert list(User.objects.order_by("pk").values()) == before


@pytest.mark.parametrize("line", ["justone", "a-b c", "1;2", "1 2;3", "1,,2", ",1 2", "naïve 2", "1 \x002", "1 2\r3 4"])
def test_a_malformed_line_is_named_and_nothing_is_loaded(load: Any, line: str) -> None:
    with pytest.raises(CommandError, match=r"Line 3: .* is no edge\. A line is two ids") as refusal:
        load(f"# comment\n1 2\n{line}\n3 4\n")
    assert "Nothing was loaded" in str(refusal.value)
    assert not User.objects.exists()


def test_ids_that_differ_only_in_case_are_refused(load: Any) -> None:
    with pytest.raises(CommandError, match=r"Line 2: 'AB' and 'ab' differ only in case"):
        load("ab cd\nAB ef\n")
    assert not User.objects.exists()


@pytest.mark.parametrize(("line", "prefix"), [("1 " + "x" * 30, "u"), ("a bb", ""), ("dmin bb", "a")])
def test_ids_that_make_no_username_are_refused(load: Any, line: str, prefix: str) -> None:
    with pytest.raises(CommandError, match="Line 1: .* cannot be a username"):
        load(line, prefix=prefix)


@pytest.mark.parametrize("prefix", ["a-", "ü", "a b", "x" * 30])
def test_a_prefix_no_username_can_have_is_refused(load: Any, prefix: str) -> None:
    with pytest.raises(CommandError, match="The prefix .* does not do"):
        load("1 2", prefix=prefix)


@pytest.mark.parametrize("spoil", [lambda whole: whole[:-9], lambda whole: whole[:30], lambda whole: b"1 2\n"])
def test_a_broken_gzip_file_is_named_and_nothing_is_loaded(load: Any, spoil: Any) -> None:
    whole = gzip.compress("".join(f"{a} {a * 7 % 1000}\n" for a in range(1, 1000)).encode())
    with pytest.raises(CommandError, match=r"graph\.gz is (cut short|no whole gzip file)"):
        load(spoil(whole), "graph.gz")
    assert not User.objects.exists()


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"nowhere\.txt cannot be opened: No such file"):
        call_command("import_graph", str(tmp_path / "nowhere.txt"))


def test_an_empty_file_is_no_error(load: Any) -> None:
    assert "0 users, 0 edges" in load("# nothing here\n")


def test_counters_are_exact_also_for_those_who_knew_each_other(load: Any, alice: User, bob: User, carol: User) -> None:
    social_actions.follow(follower=alice, author=bob)
    social_actions.follow(follower=carol, author=alice)
    load("alice bob\nbob alice\ncarol bob\nnew_one alice\nalice new_one\nalice alice\n", prefix="")
    assert wrong_counters() == []
    alice.refresh_from_db()
    assert (alice.followers_count, alice.following_count, alice.relations_version) == (3, 2, 2)


def test_people_who_block_each_other_do_not_follow(load: Any, alice: User, bob: User, carol: User) -> None:
    social_actions.block(blocker=alice, blocked=bob)
    said = load("alice bob\nbob alice\ncarol bob\n", prefix="")
    assert follows() == {("carol", "bob")}
    assert "2 between people who block each other (skipped)" in said
    assert wrong_counters() == []


def test_edges_are_settled_by_the_number_of_followers(load: Any, settings: Any) -> None:
    settings.CELEBRITY_THRESHOLD = 2
    load("1 9\n2 9\n3 9\n1 5\n2 5\n")
    pulled = Follow.objects.filter(pull=True).values_list("followee__username", flat=True)
    assert set(pulled) == {"u9"}
    load("3 5\n")
    assert set(pulled.all()) == {"u9", "u5"}


def test_an_author_who_has_posted_is_pushed_with_the_back_fill(load: Any, alice: User) -> None:
    post = posts_actions.publish(author=alice, content="Before anybody came.")
    load("reader alice\n", prefix="")
    reader = User.objects.get(username="reader")
    assert Follow.objects.get(follower=reader).pull is False
    assert FeedEntry.objects.filter(user_id=reader.pk, post_id=post.pk).exists()


@pytest.mark.skipif(not FACEBOOK.exists(), reason=f"needs the real graph {FACEBOOK}, which is not part of the project")
def test_the_facebook_graph_is_loaded_whole() -> None:
    out = StringIO()
    call_command("import_graph", str(FACEBOOK), prefix="fb", stdout=out)
    assert "4,039 users, 88,234 edges, 0 self-loops" in out.getvalue()
    assert (User.objects.count(), Follow.objects.count()) == (4039, 88234)
    assert wrong_counters() == []
    assert not Follow.objects.filter(pull=True).exists()
