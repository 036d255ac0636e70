"""Posts by their words, on the API and on the page: what is found, and what never is."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client

from accounts import actions as account_actions
from accounts.models import User
from feeds import search
from feeds.search import upkeep
from posts import actions
from posts.models import Media, Post, first_id_at
from social import actions as social
from tests.helpers import run_tasks
from tests.pages import next_link, page, publish, signed_in

pytestmark = pytest.mark.django_db


def found(api: Any, viewer: User | None, words: str) -> list[str]:
    """What is written in the posts found, newest first."""
    status, answer = api(viewer).get(f"/search?q={quote(words)}")
    assert status == 200, answer
    return [post["content"] for post in answer["posts"]]


def test_all_words_must_be_there_whatever_their_case_and_accents(alice, api):
    for content in ("Fresh bread", "Crème brûlée", "Bread of yesterday", "Straße nach Łódź", "ﬁne ΣΊΣΥΦΟΣ"):
        publish(alice, content)
    assert found(api, None, "BREAD") == ["Bread of yesterday", "Fresh bread"]
    assert found(api, None, "bread fresh") == ["Fresh bread"]
    assert found(api, None, "creme BRULÉE") == ["Crème brûlée"]
    assert found(api, None, "strasse lodz") == ["Straße nach Łódź"]
    assert found(api, None, "fine σισυφος") == ["ﬁne ΣΊΣΥΦΟΣ"]
    assert found(api, None, "brea") == []


def test_words_are_found_wherever_they_stand(alice, api):
    texts = ["See https://example.org/oven/door?x=1", "e-mail @oven_door", "<b>oven</b> 50% (door)", "“oven”—door"]
    for content in texts:
        publish(alice, content)
    assert found(api, None, "oven door") == texts[::-1]
    assert found(api, None, "e-mail") == texts[1:2]


def test_writing_without_blanks_and_emoji_are_found(alice, api):
    texts = ["我喜欢猫", "こんにちは世界", "Bread🍞🥖", "हिन्दी में", "한국어 글"]
    for content in texts:
        publish(alice, content)
    for words, content in zip(["喜欢", "世界", "🥖", "हिन्दी", "한국어"], texts, strict=True):
        assert found(api, None, words) == [content]
    assert found(api, None, "欢喜") == []


def test_a_phrase_is_words_one_after_the_other(alice, api):
    publish(alice, "the oven is warm")
    publish(alice, "warm is the oven")
    assert found(api, None, '"oven is warm"') == ["the oven is warm"]
    assert found(api, None, '"THE, oven"') == ["warm is the oven", "the oven is warm"]
    assert found(api, None, '-"oven is"') == ["warm is the oven"]


def test_a_minus_takes_away(alice, api):
    for content in ("bread and butter", "bread and jam", "jam"):
        publish(alice, content)
    assert found(api, None, "bread -butter") == ["bread and jam"]
    assert found(api, None, "-bread") == ["jam"]


def test_operators_narrow_what_is_found(alice, bob, api):
    files = {size: [f"{size}-0.webp", 10, 10, 99] for size in ("full", "preview")}
    media = Media.objects.create(
        owner=alice, kind="image", folder="0" * 32, files=files, width=9, height=9, digest=bytes(32)
    )
    publish(alice, "one #Crème", media_ids=[media.pk])
    publish(bob, "two #creme")
    publish(bob, "three")
    assert found(api, None, "#crème") == found(api, None, "#CREME") == ["two #creme", "one #Crème"]
    assert found(api, None, "from:bob") == ["three", "two #creme"]
    assert found(api, None, "from:bob from:alice one") == ["one #Crème"]
    assert found(api, None, "from:bob -#creme") == ["three"]
    assert found(api, None, "-from:bob") == found(api, None, "has:media") == ["one #Crème"]
    assert found(api, None, "-has:media #creme") == ["two #creme"]
    assert found(api, None, "from:nobody") == []


def test_days_bound_what_is_found(alice, api):
    for day in (1, 2, 3):
        at = first_id_at(datetime(2025, 5, day, 12, tzinfo=UTC))
        Post.objects.create(pk=at, author=alice, content=f"bread {day}", content_html="")
    assert found(api, None, "bread after:2025-05-02") == ["bread 3", "bread 2"]
    assert found(api, None, "bread before:2025-05-02") == ["bread 1"]
    assert found(api, None, "bread after:2025-05-02 before:2025-05-03") == ["bread 2"]
    assert found(api, None, "after:2025-05-02") == ["bread 3", "bread 2"]
    assert found(api, None, "after:2025-05-01 before:2025-05-03") == ["bread 2", "bread 1"]
    assert found(api, None, "after:2025-05-02 …") == found(api, None, "…") == []


def test_comments_and_quotes_are_found_shares_are_not(alice, bob, api):
    post = publish(alice, "bread")
    actions.comment(author=bob, post_id=post.pk, content="more bread")
    actions.share(actor=bob, post_id=post.pk)
    publish(bob, "good bread", quote_of=post.pk)
    run_tasks()
    assert found(api, None, "bread") == ["good bread", "more bread", "bread"]
    card = api(bob).get("/search?q=more")[1]["posts"][0]
    assert card["in_reply_to"] == str(post.pk)


def test_only_what_the_viewer_may_see_is_found(alice, bob, carol, dave, api):
    social.follow(follower=bob, author=alice)
    publish(alice, "bread for all")
    publish(alice, "bread for followers", visibility="followers")
    secret = publish(alice, "bread for @carol", visibility="private")
    actions.comment(author=carol, post_id=secret.pk, content="thanks for the bread")
    run_tasks()
    both = ["thanks for the bread", "bread for @carol"]
    assert found(api, None, "bread") == found(api, dave, "bread") == ["bread for all"]
    assert found(api, bob, "bread") == ["bread for followers", "bread for all"]
    assert found(api, carol, "bread") == [*both, "bread for all"]
    assert found(api, alice, "bread") == [*both, "bread for followers", "bread for all"]
    social.block(blocker=dave, blocked=alice)
    assert found(api, dave, "bread") == []
    assert "bread for all" not in found(api, alice, "from:dave bread")
    account_actions.change_privacy(alice, True)
    assert found(api, None, "bread") == []
    assert found(api, bob, "bread") == ["bread for followers", "bread for all"]
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert found(api, bob, "bread") == []


def test_who_is_muted_is_found_by_who_asks(alice, bob, api):
    publish(alice, "bread")
    social.mute(muter=bob, muted=alice)
    assert found(api, bob, "bread") == ["bread"]


def test_an_edit_a_delete_and_an_undo_hold_at_the_next_search(alice, api):
    post = publish(alice, "bread #oven")
    actions.edit(actor=alice, post_id=post.pk, content="cake")
    assert found(api, None, "bread") == found(api, None, "#oven") == []
    assert found(api, None, "cake") == ["cake"]
    actions.delete(actor=alice, post_id=post.pk)
    assert found(api, alice, "cake") == []
    actions.restore(actor=alice, post_id=post.pk)
    assert found(api, None, "cake") == ["cake"]
    actions.edit(actor=alice, post_id=post.pk, visibility="private")
    assert found(api, None, "cake") == []
    Post.objects.filter(pk=post.pk).delete()
    assert rows("SELECT count(*) FROM post_search") == [(0,)]


def rows(sql: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def test_paging_gives_each_hit_once_while_others_post(alice, bob, api):
    for number in range(30):
        publish(alice, f"bread {number}")
    seen, cursor = [], ""
    while True:
        answer = api().get(f"/search?q=bread&limit=7{cursor}")[1]
        seen += [post["content"] for post in answer["posts"]]
        publish(bob, "newer bread")
        if not answer["has_more"]:
            break
        cursor = f"&cursor={answer['next_cursor']}"
    assert seen == [f"bread {number}" for number in reversed(range(30))]


def test_a_cursor_is_of_one_search(alice, api):
    for number in range(3):
        publish(alice, f"bread {number}")
    cursor = api().get("/search?q=bread&limit=1")[1]["next_cursor"]
    for other in (f"/search?q=cake&cursor={cursor}", f"/search?q=bread&type=users&cursor={cursor}"):
        assert api().get(other)[0] == 400
    assert api(alice).get(f"/search?q=bread&cursor={cursor}")[0] == 400


@pytest.fixture
def bounds(monkeypatch):
    """Makes the bounds and windows so small that few posts need all of them."""

    def shrink(reads: int, checks: int, windows: list[int]) -> None:
        for name, value in (("READS", reads), ("CHECKS", checks), ("WINDOWS", windows)):
            monkeypatch.setattr(f"feeds.search.post_search.{name}", value)

    return shrink


def many(author: User, number: int, content: str = "filling {n}", **more: Any) -> None:
    made = [Post(author=author, content=content.format(n=n), content_html="", **more) for n in range(number)]
    Post.objects.bulk_create(made)


@pytest.mark.parametrize(
    "words", ["bread", '"warm bread"', "bread -cold", "bread from:alice", "bread #oven", "-filling"]
)
def test_what_is_far_back_is_found_by_every_kind_of_window(alice, bob, api, bounds, words):
    for n in range(3):
        publish(alice, f"warm bread {n} #oven")
        many(bob, 40, "filling {n} bread" if words in ("bread #oven", "bread from:alice") else "filling {n}")
    bounds(2000, 500, [5, 10, 20])
    expected = [f"warm bread {n} #oven" for n in (2, 1, 0)]
    if words in ("bread #oven", "bread from:alice", "-filling"):
        assert found(api, None, words) == expected
    else:
        assert found(api, None, words)[-3:] == expected


def test_a_search_that_reads_too_much_stops_and_goes_on_by_its_cursor(alice, bob, api, bounds):
    publish(alice, "bread warm")
    many(bob, 60, "warm is bread {n}")
    bounds(30, 500, [5, 10, 10])
    status, answer = api().get(f"/search?q={quote(chr(34) + 'bread warm' + chr(34))}")
    assert (status, answer["posts"], answer["has_more"]) == (200, [], True)
    pages = 0
    while answer["has_more"]:
        answer = api().get(f"/search?q=%22bread%20warm%22&cursor={answer['next_cursor']}")[1]
        pages += 1
    assert [post["content"] for post in answer["posts"]] == ["bread warm"]
    assert pages <= 3


def test_words_of_posts_nobody_may_see_cost_a_bounded_look(alice, bob, api, bounds):
    publish(alice, "bread 0")
    many(bob, 60, "bread secret {n}", visibility="followers")
    bounds(2000, 20, [5, 10, 20])
    seen, cursor, pages = [], "", 0
    while cursor is not None:
        answer = api().get("/search?q=bread" + (f"&cursor={cursor}" if cursor else ""))[1]
        seen += [post["content"] for post in answer["posts"]]
        cursor = answer["next_cursor"]
        pages += 1
    assert seen == ["bread 0"]
    assert 3 <= pages <= 5


def test_private_posts_of_others_are_told_by_nothing_and_cost_nothing(alice, bob, carol, api, bounds):
    publish(alice, "bread 0")
    many(bob, 60, "bread secret {n}", visibility="private")
    post = publish(bob, "letter for @alice", visibility="private")
    for n in range(30):
        actions.comment(author=alice, post_id=post.pk, content=f"bread below {n}")
    bounds(2000, 20, [5, 10, 20])
    for viewer in (None, carol):
        answer = api(viewer).get("/search?q=bread&limit=10")[1]
        assert ([one["content"] for one in answer["posts"]], answer["has_more"]) == (["bread 0"], False)
    assert len(found(api, bob, "bread")) == 20
    assert found(api, alice, "bread")[0] == "bread below 29"


def test_who_may_read_a_private_thread_finds_its_comments_as_that_changes(alice, bob, carol, api):
    post = publish(alice, "letter for @bob", visibility="private")
    actions.comment(author=bob, post_id=post.pk, content="bread for @carol")
    assert found(api, carol, "bread") == []
    actions.edit(actor=alice, post_id=post.pk, content="letter for @bob and @carol")
    assert found(api, carol, "bread") == found(api, alice, "bread") == found(api, bob, "bread") == ["bread for @carol"]
    actions.edit(actor=alice, post_id=post.pk, content="letter for @carol")
    assert found(api, bob, "bread") == []
    actions.edit(actor=alice, post_id=post.pk, visibility="public")
    assert found(api, None, "bread") == ["bread for @carol"]
    actions.edit(actor=alice, post_id=post.pk, visibility="private")
    assert found(api, None, "bread") == found(api, bob, "bread") == []
    words = rows("SELECT words FROM post_search ORDER BY post_id")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM post_search; INSERT INTO search_fill SELECT max(id) + 1 FROM post")
    upkeep.fill()
    assert rows("SELECT words FROM post_search ORDER BY post_id") == words


def test_posts_from_before_there_was_a_search_are_filled_in_newest_first(alice, api, monkeypatch):
    monkeypatch.setattr(upkeep, "AT_ONCE", 3)
    monkeypatch.setattr(upkeep, "BATCHES", 1)
    for number in range(4):
        publish(alice, f"bread {number} #oven")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM post_search; DELETE FROM hashtag_note")
        cursor.execute("INSERT INTO search_fill SELECT max(id) + 1 FROM post")
    assert upkeep.fill() == 3
    assert found(api, None, "bread") == ["bread 3 #oven", "bread 2 #oven", "bread 1 #oven"]
    assert [upkeep.fill() for _ in range(3)] == [1, 0, 0]
    assert len(found(api, None, "bread")) == 4
    assert rows("SELECT count(*) FROM search_fill") == [(0,)]
    assert rows("SELECT tag, posts_count FROM hashtag") == [("oven", 4)]


# --- The page -----------------------------------------------------------------------------------


def test_the_page_says_how_to_search_until_something_is_asked(visitor: Client) -> None:
    for url in ("/search", "/search?q=", "/search?q=%20&type=users"):
        html = page(visitor, url)
        assert "from:alice" in html
        assert 'role="alert"' not in html
    assert "at most 500" in page(visitor, f"/search?q={'x' * 501}")
    assert visitor.get("/search?q=x&type=nonsense").status_code == 400


def test_the_page_shows_the_same_and_keeps_the_words(alice, bob, visitor: Client) -> None:
    for number in range(25):
        publish(alice, f"bread & butter {number}")
    first = page(visitor, "/search?q=bread+%26+butter")
    assert first.count("<article") == 20
    assert 'value="bread &amp; butter"' in first
    second = page(visitor, "/search" + next_link(first).replace("&amp;", "&"))
    assert second.count("<article") == 5
    assert "No posts found" in page(visitor, "/search?q=zebra")
    assert 'href="/@alice"' in page(signed_in(bob), "/search?q=ali&type=users")


def test_words_are_escaped_on_the_page(visitor: Client) -> None:
    html = page(visitor, "/search?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E")
    assert "<script>alert" not in html


def test_the_interface_answers_three_questions() -> None:
    assert {"posts", "people", "hashtags"} <= set(search.__all__)
