"""Posting, commenting, liking, deleting and visibility through the API."""

import re

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.actions import issue_token
from posts.cards import post_card
from posts.hydrate import visible_posts
from posts.models import Post
from social import actions as social


def post(api, user, content="Hello", **body):
    status, answer = api(user).post("/posts", {"content": content, **body})
    assert status == 201, answer
    return answer


def test_a_post_comes_back_with_links_mentions_and_hashtags(alice, bob, api):
    answer = post(api, alice, "Hi @Bob and @nobody, see https://example.org/a?b=1 #Tea <b>")
    assert answer["mentions"] == ["bob"]
    assert answer["hashtags"] == ["tea"]
    assert 'href="/@bob"' in answer["content_html"]
    assert 'href="/tags/tea"' in answer["content_html"]
    assert 'href="https://example.org/a?b=1"' in answer["content_html"]
    assert "&lt;b&gt;" in answer["content_html"]
    assert answer["user"]["username"] == "alice"
    assert answer["created_at"].endswith("Z")
    assert api().get(f"/posts/{answer['post_id']}")[1] == answer | {"has_liked": False}


@pytest.mark.parametrize("content", ["", "   \n ", "\u200b", "x" * 281, "\x00"])
def test_a_post_without_anything_to_see_or_with_too_much_is_refused(alice, api, content):
    status, answer = api(alice).post("/posts", {"content": content})
    assert status == 400
    assert answer["fields"]["content"]
    assert not Post.objects.exists()


def test_length_is_counted_as_people_count(alice, api):
    assert api(alice).post("/posts", {"content": "👩🏽‍🚀" * 280})[0] == 201


def test_a_missing_content_and_a_wrong_visibility_are_named(alice, api):
    assert api(alice).post("/posts", {})[1]["fields"]["content"]
    assert api(alice).post("/posts", {"content": "x", "visibility": "friends"})[1]["fields"]["visibility"]
    assert api(alice).post("/posts", {"content": "x", "media_ids": ["1"]})[1]["fields"]["media_ids"]


def test_signed_out_people_cannot_write(alice, api):
    made = post(api, alice)
    for path in ("/posts", f"/posts/{made['post_id']}/like", f"/posts/{made['post_id']}/comments"):
        assert api().post(path, {"content": "x"})[0] == 401


def test_each_visibility_reaches_whom_it_should(alice, bob, carol, dave, api):
    social.follow(follower=bob, author=alice)
    social.block(blocker=alice, blocked=dave)
    public = post(api, alice)["post_id"]
    followers = post(api, alice, "only you @carol", visibility="followers")["post_id"]
    private = post(api, alice, "psst @carol", visibility="private")["post_id"]
    seen = {
        name: [api(user).get(f"/posts/{pk}")[0] == 200 for pk in (public, followers, private)]
        for name, user in {"alice": alice, "bob": bob, "carol": carol, "dave": dave, "nobody": None}.items()
    }
    assert seen == {
        "alice": [True, True, True],
        "bob": [True, True, False],
        "carol": [True, True, True],
        "dave": [False, False, False],
        "nobody": [True, False, False],
    }


def test_lists_follow_the_same_rule_as_single_posts(alice, bob, carol, dave, api):
    social.follow(follower=bob, author=alice)
    social.block(blocker=alice, blocked=dave)
    for visibility in ("public", "followers", "private"):
        post(api, alice, visibility, visibility=visibility)

    def texts(user, path):
        return [item["content"] for item in api(user).get(path)[1]["posts"]]

    path = f"/users/{alice.pk}/posts"
    assert texts(alice, path) == ["private", "followers", "public"]
    assert texts(bob, path) == ["followers", "public"]
    assert texts(carol, path) == texts(None, path) == ["public"]
    assert api(dave).get(path)[0] == 404
    assert texts(dave, "/timeline/public") == []
    assert texts(bob, "/timeline/public") == ["public"]


def test_liking_is_counted_once_and_taken_back_once(alice, bob, api):
    path = f"/posts/{post(api, alice)['post_id']}/like"
    for _ in range(2):
        assert api(bob).post(path)[1] == {"post_id": path.split("/")[2], "likes_count": 1, "has_liked": True}
    assert api(bob).get(path.removesuffix("/like"))[1]["has_liked"] is True
    assert [user["username"] for user in api().get(path + "s")[1]["users"]] == ["bob"]
    for _ in range(2):
        assert api(bob).delete(path)[1]["likes_count"] == 0


def test_comments_are_listed_oldest_first_and_counted(alice, bob, api):
    pk = post(api, alice)["post_id"]
    for n in range(5):
        status, answer = api(bob).post(f"/posts/{pk}/comments", {"content": f"answer {n}"})
        assert (status, answer["in_reply_to"]) == (201, pk)
    api(bob).post(f"/posts/{answer['post_id']}/comments", {"content": "deeper"})
    assert api().get(f"/posts/{pk}")[1]["comments_count"] == 5
    page = api().get(f"/posts/{pk}/comments?limit=3")[1]
    rest = api().get(f"/posts/{pk}/comments?limit=3&cursor={page['next_cursor']}")[1]
    assert [p["content"] for p in page["posts"] + rest["posts"]] == [f"answer {n}" for n in range(5)]
    assert rest["has_more"] is False


def test_a_post_with_in_reply_to_is_a_comment(alice, bob, api):
    pk = post(api, alice)["post_id"]
    assert post(api, bob, "yes", in_reply_to=pk)["in_reply_to"] == pk
    assert api(bob).post("/posts", {"content": "x", "in_reply_to": "12345"})[0] == 404
    assert api(bob).get("/timeline")[1]["posts"] == []


def test_comments_are_seen_by_those_who_see_the_thread(alice, bob, carol, api):
    social.follow(follower=bob, author=alice)
    pk = post(api, alice, visibility="followers")["post_id"]
    comment = api(bob).post(f"/posts/{pk}/comments", {"content": "hm"})[1]["post_id"]
    assert api(alice).get(f"/posts/{comment}")[0] == 200
    assert api(carol).get(f"/posts/{comment}")[0] == 404
    assert api(carol).get(f"/posts/{pk}/comments")[0] == 404
    assert api(carol).post(f"/posts/{pk}/comments", {"content": "hm"})[0] == 404


def test_a_deleted_post_is_gone_everywhere_and_only_its_author_deletes(alice, bob, api):
    social.follow(follower=bob, author=alice)
    pk = post(api, alice)["post_id"]
    comment = api(bob).post(f"/posts/{pk}/comments", {"content": "hm"})[1]["post_id"]
    assert api(bob).delete(f"/posts/{pk}")[0] == 403
    assert api(alice).delete(f"/posts/{pk}") == (204, None)
    assert api(alice).delete(f"/posts/{pk}")[0] == 404
    for path in (f"/posts/{pk}", f"/posts/{comment}", f"/posts/{pk}/comments", f"/posts/{pk}/likes"):
        assert api(bob).get(path)[0] == 404
    assert api(bob).get("/timeline")[1]["posts"] == []
    alice.refresh_from_db()
    assert alice.posts_count == 0


def test_deleting_a_comment_lowers_the_count(alice, bob, api):
    pk = post(api, alice)["post_id"]
    comment = api(bob).post(f"/posts/{pk}/comments", {"content": "hm"})[1]["post_id"]
    assert api(bob).delete(f"/posts/{comment}")[0] == 204
    assert api().get(f"/posts/{pk}")[1]["comments_count"] == 0


def test_the_same_idempotency_key_makes_one_post(alice, bob, api):
    key = {"HTTP_IDEMPOTENCY_KEY": "k1"}
    first = api(alice).post("/posts", {"content": "once"}, **key)
    again = api(alice).post("/posts", {"content": "once"}, **key)
    assert first == again
    assert first[0] == 201
    assert api(alice).post("/posts", {"content": "else"}, **key)[0] == 422
    assert api(bob).post("/posts", {"content": "mine"}, **key)[0] == 201
    assert Post.objects.filter(author=alice).count() == 1


def test_a_key_whose_request_was_refused_may_be_used_again(alice, api):
    key = {"HTTP_IDEMPOTENCY_KEY": "k1"}
    assert api(alice).post("/posts", {"content": ""}, **key)[0] == 400
    assert api(alice).post("/posts", {"content": "better"}, **key)[0] == 201
    assert api(alice).post("/posts", {"content": "x"}, HTTP_IDEMPOTENCY_KEY=" ")[0] == 400


def test_hashtags_are_found_whatever_their_case(alice, api):
    post(api, alice, "a #Tea")
    post(api, alice, "b #tea #Äpfel")
    assert [p["content"][0] for p in api().get("/timeline/hashtag/TEA")[1]["posts"]] == ["b", "a"]
    assert len(api().get("/timeline/hashtag/äpfel")[1]["posts"]) == 1


@pytest.mark.parametrize(
    ("written", "kept"),
    [("#हिन्दी", "हिन्दी"), ("#Straße", "straße"), ("#İstanbul", "i̇stanbul"), ("#ﷺ", "صلىاللهعليهوسلم"), ("#c_3", "c_3")],
)
def test_hashtags_of_every_script_are_kept_found_and_linked(alice, api, client, written, kept):
    made = post(api, alice, written)
    assert made["hashtags"] == [kept]
    assert api().get(f"/timeline/hashtag/{written[1:]}")[1]["posts"][0]["post_id"] == made["post_id"]
    address = re.search('href="(/tags/[^"]+)"', made["content_html"]).group(1)
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("tag", ["½", "%00", "...", "123"])
def test_what_cannot_be_a_hashtag_is_never_an_error(db, api, client, tag):
    assert api().get(f"/timeline/hashtag/{tag}")[0] in {200, 404}
    assert client.get(f"/tags/{tag}").status_code in {200, 301, 404}


def test_lists_of_people_leave_out_who_blocks_the_viewer(alice, bob, dave, api):
    pk = post(api, alice)["post_id"]
    for person in (bob, dave):
        social.follow(follower=person, author=alice)
        api(person).post(f"/posts/{pk}/like")
    social.block(blocker=bob, blocked=dave)

    def names(viewer, path):
        return [user["username"] for user in api(viewer).get(path)[1]["users"]]

    for path in (f"/posts/{pk}/likes", f"/users/{alice.pk}/followers"):
        assert names(dave, path) == ["dave"]
        assert names(alice, path) == ["dave", "bob"]


def test_a_body_that_is_far_too_large_is_refused_before_it_is_read(alice, api):
    status, answer = api(alice).post("/posts", {"content": "x" * 300_000})
    assert (status, answer["code"]) == (413, "too_large")
    assert api(alice).post("/posts", {"content": "x" * 200_000})[0] == 400


def test_a_repeat_is_answered_byte_for_byte(alice, client):
    headers = {"authorization": f"Bearer {issue_token(alice)}", "idempotency-key": "k"}
    answers = {
        client.post("/api/v1/posts", {"content": "x"}, content_type="application/json", headers=headers).content
        for _ in range(3)
    }
    assert len(answers) == 1


@pytest.mark.parametrize("accept", ["text/html", "application/yaml", "*/*", "nonsense"])
def test_the_api_answers_json_whatever_is_accepted(db, client, accept):
    answer = client.get("/api/v1/timeline/public", headers={"accept": accept})
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")


def test_the_schema_is_json_for_those_who_ask_for_json(db, client):
    answer = client.get("/api/v1/schema", headers={"accept": "application/json"})
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    assert answer.json()["openapi"].startswith("3.1")
    like = answer.json()["paths"]["/api/v1/posts/{post_id}/like"]
    assert "200" in like["delete"]["responses"]


@pytest.mark.parametrize("pk", ["0", "abc", "-1", "9" * 16, "9" * 30])
def test_ids_that_are_nonsense_are_simply_not_found(alice, api, pk):
    assert api(alice).get(f"/posts/{pk}")[0] == 404
    assert api(alice).post(f"/posts/{pk}/like")[0] == 404


def test_the_schema_names_exactly_the_fields_a_post_has(alice, api):
    from accounts.serializers import UserSerializer
    from feeds.api import EntrySerializer
    from posts.serializers import PostSerializer

    made = post(api, alice)
    assert set(made) == set(PostSerializer().fields)
    assert set(api(alice).get("/timeline")[1]["posts"][0]) == set(EntrySerializer().fields)
    assert set(api(alice).get("/users/me")[1]) == set(UserSerializer().fields)


def test_posts_by_id_are_those_of_the_one_door(alice, bob, carol, dave, api):
    social.follow(follower=bob, author=alice)
    social.block(blocker=alice, blocked=dave)
    for visibility in ("public", "followers", "private"):
        pk = post(api, alice, f"{visibility} @carol", visibility=visibility)["post_id"]
        api(carol).post(f"/posts/{pk}/like")
        api(carol).post(f"/posts/{pk}/comments", {"content": "hm"})
    ids = list(Post._base_manager.values_list("pk", flat=True))
    assert len(ids) == 6
    for viewer in (alice, bob, carol, dave, AnonymousUser()):
        fast = visible_posts(viewer, ids)
        slow = Post.objects.visible_to(viewer).for_cards(viewer).in_bulk(ids)
        assert set(fast) == set(slow)
        for pk, expected in slow.items():
            assert post_card(fast[pk]) == post_card(expected)
            assert fast[pk].author.__dict__.keys() == expected.author.__dict__.keys()
