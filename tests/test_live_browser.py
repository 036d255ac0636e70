"""Open pages that change while somebody looks at them, in a real Chromium."""

import re

from playwright.sync_api import expect

from tests.test_browser import chromium, follow, join, person, pytestmark, sign_up, write  # noqa: F401 fixtures


def card(page, text):
    return page.locator(".post-card", has_text=text).first


def like(page, text):
    with page.expect_response(re.compile("/like$")):
        card(page, text).locator(".like-button").click()


def edit(page, text, new):
    page.goto("/")
    card(page, text).get_by_label("More about this post").click()
    card(page, text).get_by_role("link", name="Edit").click()
    page.locator("main textarea").first.fill(new)
    page.get_by_role("button", name=re.compile("save", re.I)).click()
    expect(card(page, new)).to_be_visible()


def delete(page, text):
    page.goto("/")
    card(page, text).get_by_label("More about this post").click()
    with page.expect_response(re.compile("/delete$")):
        card(page, text).get_by_role("link", name="Delete").click()


def test_counts_edits_and_deletes_show_on_an_open_home_page(person):  # noqa: F811
    alice, bob = join(person("alice")), join(person("bob"))
    follow(bob, alice)
    write(alice, "Stays below")
    write(alice, "Frist")
    bob.goto("/")
    bob.evaluate("window.notReloaded = true")
    shown = card(bob, "Frist")
    post_id = shown.get_attribute("data-post-id")
    by_id = bob.locator(f"#post-{post_id}")
    alice.goto("/")
    like(alice, "Frist")
    expect(by_id.locator('[data-count="likes"]')).to_have_text("1")
    expect(by_id.locator(".like-button")).to_have_attribute("aria-pressed", "false")
    by_id.locator(".share-menu > summary").click()
    by_id.locator(".post-author").focus()
    edit(alice, "Frist", "First of all")
    expect(by_id.locator(".post-content")).to_have_text("First of all")
    expect(by_id.locator(".post-edited")).to_be_visible()
    expect(by_id.locator(".post-author")).to_be_focused()
    expect(by_id.locator(".share-menu")).to_have_attribute("open", "")
    bob.keyboard.press("Escape")
    by_id.locator(".post-author").focus()
    like(bob, "First of all")  # its buttons work
    expect(by_id.locator('[data-count="likes"]')).to_have_text("2")
    by_id.locator(".post-author").focus()
    delete(alice, "First of all")
    expect(by_id).to_have_count(0)
    expect(card(bob, "Stays below").locator(".post-author")).to_be_focused()
    alice.get_by_role("button", name="Undo").click()
    expect(by_id.locator(".post-content")).to_have_text("First of all")
    expect(bob.locator(".post-card .post-content")).to_have_text(["First of all", "Stays below"])
    expect(bob.locator("[data-new-posts]")).to_be_hidden()
    like_button = by_id.locator(".like-button")
    with bob.expect_response(re.compile("/unlike$")):
        like_button.click()
    expect(by_id.locator('[data-count="likes"]')).to_have_text("1")
    assert bob.evaluate("window.notReloaded")


def test_a_stranger_s_thread_profile_and_public_page_change_too(person):  # noqa: F811
    alice, carol = join(person("alice")), join(person("carol"))
    write(alice, "Out in the open")
    alice.goto("/")
    pages = [carol, carol.context.new_page(), carol.context.new_page()]
    carol.goto("/public")
    pages[1].goto(f"/@{alice.name}")
    card(carol, "Out in the open").locator(".post-time").evaluate("(link) => window.threadUrl = link.href")
    pages[2].goto(carol.evaluate("window.threadUrl"))
    for page in pages:
        page.wait_for_timeout(300)
    like(alice, "Out in the open")
    for page in pages:
        expect(card(page, "Out in the open").locator('[data-count="likes"]')).to_have_text("1")
    edit(alice, "Out in the open", "Seen by all")
    for page in pages:
        expect(card(page, "Seen by all")).to_be_visible()
    delete(alice, "Seen by all")
    expect(carol.get_by_text("Seen by all")).to_have_count(0)
    expect(pages[1].get_by_text("Seen by all")).to_have_count(0)
    expect(pages[2].get_by_role("heading", name="This post is not here any more")).to_be_visible()
    expect(pages[2].locator("#comments")).to_have_count(0)


def test_what_is_being_written_and_chosen_stays_when_the_post_changes_or_goes(person):  # noqa: F811
    alice, bob = join(person("alice")), join(person("bob"))
    follow(bob, alice)
    write(alice, "Talk to me")
    card(alice, "Talk to me").locator(".post-time").click()
    thread = alice.url
    alice.get_by_label("Your comment").fill("I begin")
    alice.get_by_role("button", name="Comment", exact=True).click()
    expect(card(alice, "I begin")).to_be_visible()
    bob.goto(thread)
    card(bob, "I begin").locator("[data-answer]").click()
    reply = bob.get_by_label(f"Your reply to {alice.name}")
    reply.fill("What I am writing")
    with alice.expect_response(re.compile("/like$")):
        card(alice, "I begin").locator(".like-button").click()
    expect(card(bob, "I begin").locator('[data-count="likes"]')).to_have_text("1")
    expect(reply).to_be_focused()
    card(alice, "I begin").get_by_label("More about this post").click()
    with alice.expect_response(re.compile("/delete$")):
        card(alice, "I begin").get_by_role("link", name="Delete").click()
    expect(bob.get_by_text("This is not here any more.")).to_be_visible()
    expect(reply).to_have_value("What I am writing")
    expect(reply).to_be_focused()
    reply.press("Escape")
    expect(reply).to_have_count(0)
    bob.get_by_label("Your comment").fill("Last words")
    delete(alice, "Talk to me")
    expect(bob.get_by_role("heading", name="This post is not here any more")).to_be_visible()
    expect(bob.get_by_label("Your comment")).to_have_value("Last words")


def test_a_poll_shows_new_votes_and_keeps_the_choice_not_sent_yet(person):  # noqa: F811
    alice, bob, carol = (sign_up(person(name)) for name in ("alice", "bob", "carol"))
    alice.evaluate(
        """async () => {
          const body = new FormData(document.getElementById("action-form"));
          const token = body.get("csrfmiddlewaretoken");
          const asked = {content: "Which?", poll: {options: ["tea", "coffee"], seconds: 3600}};
          const headers = {"X-CSRFToken": token, "Content-Type": "application/json"};
          const answer = await fetch("/api/v1/posts", {method: "POST", headers, body: JSON.stringify(asked)});
          if (answer.status !== 201) throw new Error(await answer.text());
        }"""
    )
    for page in (bob, carol):
        page.goto("/public")
        card(page, "Which?").get_by_label("tea").check()
    with bob.expect_response(re.compile("/vote$")):
        card(bob, "Which?").get_by_role("button", name="Vote").click()
    expect(card(carol, "Which?").locator(".poll-facts")).to_contain_text("1 person has voted")
    expect(card(carol, "Which?").get_by_label("tea")).to_be_checked()
    with carol.expect_response(re.compile("/vote$")):
        card(carol, "Which?").get_by_role("button", name="Vote").click()
    expect(card(bob, "Which?").locator(".poll-facts")).to_contain_text("2 people have voted")
