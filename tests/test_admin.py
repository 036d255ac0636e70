"""The staff pages: lists that find, actions that go through the site's own functions."""

from typing import Any

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts import actions as accounts_actions
from accounts.models import User
from feeds import actions as feeds_actions
from feeds.models import HiddenTrend, Rising
from posts import actions as posts_actions
from posts import queries
from posts.models import Post
from social import actions as social_actions
from social.models import Block, Follow, FollowRequest, Mute
from tests.conftest import member
from tests.helpers import PASSWORD, run_tasks

LISTS = [
    "accounts_user", "oauth2_provider_accesstoken", "posts_post",
    "social_followrow", "social_followrequestrow", "social_blockrow", "social_muterow", "social_list",
    "feeds_rising", "feeds_hiddentrend",
]  # fmt: skip
FILTERS = [
    (
        "accounts_user",
        "q=ali&is_active__exact=1&is_staff__exact=0&is_private__exact=0&created_at__gte=2024-01-01+00%3A00%3A00%2B00%3A00",
    ),
    ("accounts_user", "q=alice@example"),
    ("accounts_user", "o=1"),
    ("oauth2_provider_accesstoken", "q=@alice&created__gte=2024-01-01+00%3A00%3A00%2B00%3A00"),
    ("posts_post", "q=apple+day"),
    ("posts_post", "q=%40alice&within=7&kind=post&visibility__exact=public&deleted=no"),
    ("posts_post", "q=%23apples"),
    ("posts_post", "q=9007199254740991"),
    ("posts_post", "kind=comment&deleted=yes"),
    ("posts_post", "kind=share&within=1"),
    ("social_followrow", "q=alice"),
    ("social_followrow", "q=bob+alice"),
    ("social_followrow", "q=nobody_there"),
    ("social_followrequestrow", "q=carol+dave"),
    ("social_blockrow", "q=alice"),
    ("social_muterow", "q=@alice"),
    ("social_list", "q=@bob"),
    ("feeds_rising", "kind__exact=post"),
    ("feeds_hiddentrend", "q=rum"),
]


@pytest.fixture
def staff(db: None, client: Client) -> Client:
    person = member("keeper")
    User.objects.filter(pk=person.pk).update(is_staff=True, is_superuser=True)
    client.force_login(person)
    return client


@pytest.fixture
def life(alice: User, bob: User, carol: User, dave: User) -> Post:
    """A little of everything to list: alice's post is answered."""
    post = posts_actions.publish(author=alice, content="Apple day tomorrow #apples")
    posts_actions.comment(author=bob, post_id=post.pk, content="I bring a press.")
    social_actions.follow(follower=bob, author=alice)
    social_actions.block(blocker=alice, blocked=dave)
    social_actions.mute(muter=carol, muted=alice)
    accounts_actions.change_privacy(dave, True)
    social_actions.follow(follower=carol, author=dave)
    accounts_actions.issue_token(alice)
    social_actions.make_list(owner=bob, name="Friends")
    rise(dave, 0)
    return post


def rise(person: User, number: int) -> None:
    """A trend, and one that is hidden."""
    Rising.objects.create(
        kind="tag", place=number + 1, tag=f"tag{number}", score=1, hour=1, accounts=3, listed_at=timezone.now()
    )
    feeds_actions.hide_trend(staff=person, reason="A rumour", tag=f"rumour{number}")


def page(client: Client, name: str, query: str = "") -> Any:
    return client.get(f"{reverse(f'admin:{name}_changelist')}?{query}")


def act(client: Client, name: str, action: str, *keys: Any) -> Any:
    data = {"action": action, ACTION_CHECKBOX_NAME: [str(key) for key in keys]}
    response = client.post(reverse(f"admin:{name}_changelist"), data)
    assert response.status_code == 302
    return response


def shown(response: Any) -> list[Any]:
    return list(response.context["cl"].result_list)


@pytest.mark.parametrize("name", LISTS)
def test_each_list_is_for_staff(staff: Client, life: Post, name: str) -> None:
    assert page(staff, name).status_code == 200
    assert len(shown(page(staff, name))) >= 1


@pytest.mark.parametrize(("name", "query"), FILTERS)
def test_each_search_and_filter_answers(staff: Client, life: Post, name: str, query: str) -> None:
    response = page(staff, name, query)
    assert response.status_code == 200
    assert "e=1" not in response.headers.get("Location", "")


@pytest.mark.parametrize("name", LISTS)
def test_strangers_and_members_are_sent_away(client: Client, alice: User, name: str) -> None:
    answer = page(client, name)
    assert answer.status_code == 302
    client.force_login(alice)
    assert page(client, name).status_code == 302
    assert client.get(reverse("admin:login")).status_code == 403


def test_signing_in_for_the_staff_pages_is_the_site_s_own_page(client: Client, db: None) -> None:
    answer = client.get("/admin/", follow=True)
    assert answer.redirect_chain[-1][0].startswith(reverse("account_login"))


def test_the_front_page_names_the_site_and_hides_what_is_not_for_people(staff: Client) -> None:
    text = staff.get("/admin/").content.decode()
    assert "Feedsite staff" in text
    assert "Idempotent" not in text
    assert "Authenticator" not in text  # it would show secrets


@pytest.mark.parametrize("name", LISTS)
def test_a_list_costs_the_same_for_one_row_and_for_many(staff: Client, life: Post, alice: User, name: str) -> None:
    page(staff, name)
    with CaptureQueriesContext(connection) as few:
        before = len(shown(page(staff, name)))
    for number in range(5):
        person = member(f"more_{number}")
        post = posts_actions.publish(author=person, content=f"Post {number}")
        posts_actions.comment(author=person, post_id=post.pk, content="And more.")
        social_actions.follow(follower=person, author=alice)
        social_actions.follow(follower=person, author=User.objects.get(username="dave"))
        social_actions.block(blocker=person, blocked=User.objects.get(username="carol"))
        social_actions.mute(muter=person, muted=alice)
        accounts_actions.issue_token(person)
        social_actions.make_list(owner=person, name="Friends")
        rise(person, number + 1)
    with CaptureQueriesContext(connection) as many:
        assert len(shown(page(staff, name))) >= before + 5
    assert len(many) == len(few)


def test_names_and_addresses_are_found_by_how_they_begin(staff: Client, alice: User, bob: User) -> None:
    accounts_actions.change_profile(bob, display_name="Robert the Boat")
    for query, found in [("ALI", alice), ("@alice", alice), ("alice@ex", alice), ("robert the", bob)]:
        assert shown(page(staff, "accounts_user", f"q={query}")) == [found]


def test_a_post_is_found_by_words_author_tag_and_id(staff: Client, life: Post) -> None:
    for query in ("apple tomorrow", "%40alice", "%23Apples", str(life.pk)):
        assert shown(page(staff, "posts_post", f"q={query}")) == [life]
    assert shown(page(staff, "posts_post", "q=%40carol")) == []


def test_follows_are_found_by_one_name_both_ways_and_by_two_in_order(
    staff: Client, alice: User, bob: User, carol: User
) -> None:
    social_actions.follow(follower=bob, author=alice)
    social_actions.follow(follower=alice, author=carol)
    social_actions.follow(follower=bob, author=carol)
    assert len(shown(page(staff, "social_followrow", "q=alice"))) == 2
    assert [row.key for row in shown(page(staff, "social_followrow", "q=bob+carol"))] == [f"{bob.pk}-{carol.pk}"]


def test_a_suspended_person_is_logged_out_and_seen_nowhere(staff: Client, life: Post, alice: User, bob: User) -> None:
    token, browser = accounts_actions.issue_token(alice), Client()
    browser.force_login(alice)
    act(staff, "accounts_user", "suspend", alice.pk)
    assert not Post.objects.visible_to(bob).exists()
    assert not queries.public_timeline(bob).exists()
    assert browser.get("/settings/profile").status_code == 302
    assert browser.get("/api/v1/timeline", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    assert not Client().login(username="alice", password=PASSWORD)


def test_a_restored_person_is_back_as_before(staff: Client, life: Post, alice: User, bob: User) -> None:
    act(staff, "accounts_user", "suspend", alice.pk)
    act(staff, "accounts_user", "restore", alice.pk)
    assert life in Post.objects.visible_to(bob)
    assert Client().login(username="alice", password=PASSWORD)


def test_nobody_suspends_oneself(staff: Client) -> None:
    keeper = User.objects.get(username="keeper")
    act(staff, "accounts_user", "suspend", keeper.pk)
    keeper.refresh_from_db()
    assert keeper.is_active


def test_deleting_a_post_hides_it_and_keeps_the_row(staff: Client, life: Post, alice: User, bob: User) -> None:
    asked = staff.get(reverse("admin:posts_post_delete", args=[life.pk]))
    assert asked.status_code == 200
    staff.post(reverse("admin:posts_post_delete", args=[life.pk]), {"post": "yes"})
    life.refresh_from_db()
    alice.refresh_from_db()
    assert life.deleted_at is not None
    assert alice.posts_count == 0
    assert not Post.objects.visible_to(bob).exists()


def test_many_posts_are_deleted_at_once(staff: Client, life: Post, alice: User) -> None:
    other = posts_actions.publish(author=alice, content="Another")
    data = {"action": "delete_selected", ACTION_CHECKBOX_NAME: [life.pk, other.pk]}
    assert "Another" in staff.post(reverse("admin:posts_post_changelist"), data).content.decode()
    staff.post(reverse("admin:posts_post_changelist"), {**data, "post": "yes"})
    assert Post.objects.filter(pk__in=[life.pk, other.pk], deleted_at__isnull=False).count() == 2


def test_a_removed_comment_no_longer_counts(life: Post) -> None:
    comment = Post.objects.get(in_reply_to=life)
    assert posts_actions.remove(comment) is True
    assert posts_actions.remove(comment) is False
    life.refresh_from_db()
    assert life.comments_count == 0


def test_a_post_can_be_read_but_not_rewritten(staff: Client, life: Post) -> None:
    address = reverse("admin:posts_post_change", args=[life.pk])
    assert "Apple day tomorrow" in staff.get(address).content.decode()
    assert staff.post(address, {"content": "Changed"}).status_code == 403


def test_edges_are_ended_by_the_site_s_own_functions(staff: Client, life: Post, alice: User, bob: User) -> None:
    follow, block, mute = Follow.objects.get(), Block.objects.get(), Mute.objects.get()
    asked = FollowRequest.objects.get()
    act(staff, "social_followrow", "end", f"{follow.follower_id}-{follow.followee_id}", "nonsense", "1-x")
    act(staff, "social_followrequestrow", "end", f"{asked.follower_id}-{asked.followee_id}", "1-2")
    act(staff, "social_blockrow", "end", f"{block.blocker_id}-{block.blocked_id}")
    act(staff, "social_muterow", "end", f"{mute.muter_id}-{mute.muted_id}")
    assert [model.objects.count() for model in (Follow, FollowRequest, Block, Mute)] == [0] * 4
    alice.refresh_from_db()
    bob.refresh_from_db()
    assert (alice.followers_count, bob.following_count) == (0, 0)


def test_a_password_is_changed_and_an_account_is_made(staff: Client, alice: User) -> None:
    fresh = {"password1": "a new and longer one", "password2": "a new and longer one", "usable_password": "true"}
    assert staff.post(reverse("admin:auth_user_password_change", args=[alice.pk]), fresh).status_code == 302
    assert Client().login(username="alice", password="a new and longer one")
    made = staff.post(reverse("admin:accounts_user_add"), {"username": "newcomer", "email": "N@Example.org", **fresh})
    assert made.status_code == 302
    assert User.objects.get(username="newcomer").email == "n@example.org"


def test_a_profile_is_corrected_and_the_name_stays(staff: Client, alice: User) -> None:
    address = reverse("admin:accounts_user_change", args=[alice.pk])
    form = {"email": "alice@example.org", "display_name": "Alice M.", "bio": "", "is_active": "on", "username": "eve"}
    assert staff.post(address, form).status_code == 302
    alice.refresh_from_db()
    assert (alice.username, alice.display_name) == ("alice", "Alice M.")


def test_a_form_of_the_staff_does_not_make_a_private_account_public(
    staff: Client, life: Post, carol: User, dave: User
) -> None:
    address = reverse("admin:accounts_user_change", args=[dave.pk])
    form = {"email": "dave@example.org", "display_name": "", "bio": "changed", "is_active": "on"}
    assert staff.post(address, form).status_code == 302
    run_tasks()
    dave.refresh_from_db()
    assert (dave.bio, dave.is_private) == ("changed", True)
    assert not Follow.objects.filter(follower=carol, followee=dave).exists()


def test_tokens_are_listed_without_the_token_and_revoked(staff: Client, alice: User) -> None:
    raw = accounts_actions.issue_token(alice)
    listing = page(staff, "oauth2_provider_accesstoken")
    token = shown(listing)[0]
    details = staff.get(reverse("admin:oauth2_provider_accesstoken_change", args=[token.pk])).content.decode()
    for text in (listing.content.decode(), details):
        assert raw not in text
        assert token.token_checksum not in text
    act(staff, "oauth2_provider_accesstoken", "revoke", token.pk)
    assert staff.get("/api/v1/timeline", headers={"Authorization": f"Bearer {raw}"}).status_code == 401


def test_staff_hide_a_trend_with_a_reason_and_show_it_again(staff: Client, life: Post) -> None:
    trend = Rising.objects.get()
    said = {"action": "hide", ACTION_CHECKBOX_NAME: [str(trend.pk)]}
    listing = reverse("admin:feeds_rising_changelist")
    assert b"Say why" in staff.post(listing, said, follow=True).content
    staff.post(listing, said | {"reason": "A rumour"})
    hidden = HiddenTrend.objects.get(tag=trend.tag)
    assert (hidden.reason, hidden.hidden_by and hidden.hidden_by.username) == ("A rumour", "keeper")
    assert not Rising.objects.shown().exists()
    act(staff, "feeds_hiddentrend", "show", hidden.pk)
    assert Rising.objects.shown().get() == trend


def test_staff_hide_a_hashtag_before_it_rises(staff: Client, life: Post) -> None:
    add = reverse("admin:feeds_hiddentrend_add")
    assert staff.get(add).status_code == 200
    assert b"one of them" in staff.post(add, {"tag": "", "post": "", "reason": "x"}).content
    assert staff.post(add, {"tag": "#Panic", "post": "", "reason": "A rumour"}).status_code == 302
    assert b"hidden already" in staff.post(add, {"tag": "panic", "post": "", "reason": "Once more"}).content
    assert staff.post(add, {"tag": "", "post": str(life.pk), "reason": "A rumour"}).status_code == 302
    assert set(HiddenTrend.objects.values_list("tag", "post")) >= {("panic", None), ("", life.pk)}
    assert HiddenTrend.objects.count() == 3
