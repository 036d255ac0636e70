"""Editing a post through the API and the pages; its history; who sees it before and after."""

from feeds import mover
from feeds.models import FeedEntry
from posts import actions
from posts.models import Post, Revision
from social import actions as social
from tests.helpers import queries_at_most, run_tasks
from tests.pages import HTMX, page, publish, signed_in, text_of
from tests.timelines import contents, share, warm


def test_an_edit_keeps_how_the_post_read_before(alice, bob, api):
    pk = publish(alice, "Helo #tea @bob").pk
    status, edited = api(alice).patch(f"/posts/{pk}", {"content": "Hello #moss", "content_warning": " long "})
    assert (status, edited["content"], edited["content_warning"]) == (200, "Hello #moss", "long")
    assert (edited["hashtags"], edited["mentions"]) == (["moss"], [])
    assert 'href="/tags/moss"' in edited["content_html"]
    assert edited["edited_at"] > edited["created_at"]
    api(alice).patch(f"/posts/{pk}", {"content_warning": ""})
    revisions = api().get(f"/posts/{pk}/history")[1]["revisions"]
    read = [(one["content"], one["content_warning"]) for one in revisions]
    assert read == [("Hello #moss", "long"), ("Helo #tea @bob", "")]
    assert revisions[1]["written_at"] == edited["created_at"]
    assert api(bob).get("/timeline/hashtag/tea")[1]["posts"] == []


def test_what_stays_as_it_was_is_no_edit(alice, api):
    pk = publish(alice, "Hello").pk
    answer = api(alice).patch(f"/posts/{pk}", {"content": "Hello ", "content_warning": "", "visibility": "public"})[1]
    assert answer["edited_at"] is None
    assert not Revision.objects.exists()


def test_history_is_paged(alice, api):
    pk = publish(alice, "0").pk
    for n in range(1, 5):
        actions.edit(actor=alice, post_id=pk, content=str(n))
    first = api().get(f"/posts/{pk}/history?limit=3")[1]
    rest = api().get(f"/posts/{pk}/history?limit=3&cursor={first['next_cursor']}")[1]
    assert [one["content"] for one in first["revisions"] + rest["revisions"]] == ["3", "2", "1", "0"]
    assert rest["has_more"] is False


def test_only_its_author_edits_a_post_and_nobody_learns_of_a_hidden_one(alice, bob, api):
    seen, hidden = publish(alice, "a").pk, publish(alice, "b", visibility="private").pk
    assert api(bob).patch(f"/posts/{seen}", {"content": "x"})[0] == 403
    assert api(bob).patch(f"/posts/{hidden}", {"content": "x"})[0] == 404
    assert api(bob).get(f"/posts/{hidden}/history")[0] == 404
    assert api().patch(f"/posts/{seen}", {"content": "x"})[0] == 401
    actions.delete(actor=alice, post_id=seen)
    assert api(alice).patch(f"/posts/{seen}", {"content": "x"})[0] == 404


def test_an_edit_is_judged_like_a_new_post(alice, api):
    pk = publish(alice, "Hello").pk
    for body in ({"content": ""}, {"content": "x" * 281}, {"visibility": "friends"}, {"content_warning": "x" * 201}):
        status, answer = api(alice).patch(f"/posts/{pk}", body)
        assert (status, list(answer["fields"])) == (400, list(body))
    assert Post.objects.get(pk=pk).content == "Hello"


def test_shares_are_not_edited(alice, bob, api):
    share(bob, publish(alice, "Hello"))
    made = Post.objects.get(share_of__isnull=False)
    assert api(bob).patch(f"/posts/{made.pk}", {"content": "x"})[0] == 403


def test_a_comment_is_seen_as_its_thread_is_and_cannot_say_otherwise(alice, bob, api):
    social.follow(follower=bob, author=alice)
    pk = publish(alice, "Hello", visibility="followers").pk
    comment = actions.comment(author=bob, post_id=pk, content="hm").pk
    status, answer = api(bob).patch(f"/posts/{comment}", {"visibility": "public"})
    assert (status, list(answer["fields"])) == (400, ["visibility"])
    assert api(bob).patch(f"/posts/{comment}", {"content": "hm!", "visibility": "followers"})[0] == 200
    api(alice).patch(f"/posts/{pk}", {"visibility": "public"})
    assert api().get(f"/posts/{comment}")[1]["visibility"] == "public"


def pushed_followers(author, *followers):
    for follower in followers:
        social.follow(follower=follower, author=author)
    run_tasks()
    mover.settle()


def test_a_post_made_wider_reaches_all_followers_and_their_copies(alice, bob, carol, api, settings):
    pushed_followers(alice, bob, carol)
    publish(alice, "another")
    run_tasks()
    for reader in (bob, carol):
        warm(api, reader)
    pk = publish(alice, "psst @bob", visibility="private").pk
    run_tasks()
    assert contents(api, carol) == ["another"]
    api(alice).patch(f"/posts/{pk}", {"visibility": "followers"})
    run_tasks()
    assert contents(api, carol) == ["psst @bob", "another"]
    assert FeedEntry.objects.filter(post_id=pk).count() == 2


def test_whoever_a_private_post_newly_mentions_has_it_in_the_timeline(alice, bob, carol, api):
    pushed_followers(alice, bob, carol)
    pk = publish(alice, "psst @bob", visibility="private").pk
    run_tasks()
    actions.edit(actor=alice, post_id=pk, content="psst @carol")
    run_tasks()
    assert (contents(api, bob), contents(api, carol)) == ([], ["psst @carol"])
    assert api(bob).get(f"/posts/{pk}")[0] == 404


def test_a_narrower_post_is_gone_for_others_at_the_next_read_and_comes_back_wider(alice, bob, carol, api):
    pushed_followers(alice, bob)
    pushed_followers(bob, carol)
    publish(alice, "else")
    post = publish(alice, "Hello")
    share(bob, post)
    run_tasks()
    warm(api, bob)
    assert contents(api, carol) == ["Hello"]
    api(alice).patch(f"/posts/{post.pk}", {"visibility": "private"})
    assert (contents(api, bob), contents(api, carol)) == (["else"], [])
    assert api(bob).get(f"/posts/{post.pk}")[0] == 404
    api(alice).patch(f"/posts/{post.pk}", {"visibility": "public"})
    run_tasks()
    assert (contents(api, bob), contents(api, carol)) == (["Hello", "else"], ["Hello"])


def test_what_was_written_for_fewer_is_not_in_the_history_for_more(alice, bob, api):
    pk = publish(alice, "secret", visibility="private").pk
    actions.edit(actor=alice, post_id=pk, content="fine", visibility="public")
    actions.edit(actor=alice, post_id=pk, content="finer")

    def told(viewer):
        return [one["content"] for one in api(viewer).get(f"/posts/{pk}/history")[1]["revisions"]]

    assert (told(alice), told(bob), told(None)) == (["fine", "secret"], ["fine"], ["fine"])


def test_an_edit_is_a_few_queries_whatever_the_audience(alice, bob, api):
    social.follow(follower=bob, author=alice)
    pk = publish(alice, "Hello").pk
    run_tasks()
    with queries_at_most(11):
        actions.edit(actor=alice, post_id=pk, content="Hello again")


def test_the_pages_edit_and_tell(alice, bob, carol, browser):
    post = publish(alice, "Helo")
    edit = f"{post.get_absolute_url()}/edit"
    assert "Helo</textarea>" in page(browser, edit)
    answer = browser.post(edit, {"content": "Hello", "content_warning": "greeting", "visibility": "followers"})
    assert answer["Location"] == post.get_absolute_url()
    html = page(browser, post.get_absolute_url())
    assert f'href="/@alice/{post.pk}/history"' in html
    assert "Your changes are saved." in html
    history = page(browser, f"{post.get_absolute_url()}/history")
    assert "Helo" in history
    assert "greeting" in history
    assert browser.get(f"/@bob/{post.pk}/edit").status_code == 302


def test_a_refused_edit_keeps_what_was_written(alice, browser):
    post = publish(alice, "Hello")
    answer = browser.post(f"{post.get_absolute_url()}/edit", {"content": "x" * 290, "visibility": "public"})
    assert answer.status_code == 422
    assert "10 too long" in text_of(answer)
    assert "x" * 290 + "</textarea>" in text_of(answer)


def test_the_pages_refuse_others(alice, bob, visitor):
    seen, hidden = publish(alice, "a"), publish(alice, "b", visibility="private")
    other = signed_in(bob)
    assert other.get(f"{seen.get_absolute_url()}/edit").status_code == 403
    assert other.post(f"{seen.get_absolute_url()}/edit", {"content": "x"}).status_code == 403
    assert other.get(f"{hidden.get_absolute_url()}/edit").status_code == 404
    assert other.get(f"{hidden.get_absolute_url()}/history").status_code == 404
    assert visitor.get(f"{seen.get_absolute_url()}/edit")["Location"].startswith("/login")
    assert "never edited" in page(visitor, f"{seen.get_absolute_url()}/history")


def test_a_warning_folds_away_all_of_the_post(browser, alice):
    answer = browser.post("/posts", {"content": "Boo", "visibility": "public", "content_warning": "scary"}, **HTMX)
    html = text_of(answer)
    assert html.index("<summary") < html.index("Content warning: </span>") < html.index("scary")
    assert html.index("scary") < html.index("Boo")
    assert Post.objects.get().content_warning == "scary"


def test_a_comment_is_edited_by_the_same_page(alice, bob, browser):
    comment = actions.comment(author=alice, post_id=publish(bob, "Hello").pk, content="hm")
    edit = f"{comment.get_absolute_url()}/edit"
    assert 'name="visibility"' not in page(browser, edit)
    browser.post(edit, {"content": "hm!"})
    assert Post.objects.get(pk=comment.pk).content == "hm!"
