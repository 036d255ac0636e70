"""What opens on a page when somebody presses something, and what is dead there when no script runs."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.every_page import Visit
from tests.media import image

Opening = Callable[[Page], None]


def everything_in_the_composer(page: Page) -> None:
    for toggle in page.locator("[data-part-toggle]").all():
        toggle.click()
    page.get_by_label("What is on your mind?").fill("x" * 290)
    page.locator("[data-upload-input]").first.set_input_files(
        [{"name": f"{color}.png", "mimeType": "image/png", "buffer": image(color=color)} for color in ("teal", "navy")]
    )
    expect(page.locator("[data-upload-list] [data-upload]")).to_have_count(2)


def names_to_complete(page: Page) -> None:
    page.get_by_label("What is on your mind?").press_sequentially("@bo")
    expect(page.get_by_role("listbox")).to_be_visible()


def pressed(selector: str, shown: str) -> Opening:
    """Presses the first of `selector`, and waits until there is something to see."""

    def opening(page: Page) -> None:
        page.locator(selector).first.click()
        expect(page.locator(shown).first).to_be_visible()

    return opening


def the_keys(page: Page) -> None:
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()


def a_question(page: Page) -> None:
    page.locator(MENU).first.click()
    page.locator(".post-menu [data-ask]").first.click()
    expect(page.locator("#confirm-dialog")).to_be_visible()


def why_it_is_there(page: Page) -> None:
    page.locator(MENU).first.click()
    page.locator("[data-why]").first.click()
    expect(page.get_by_role("dialog", name="Why am I seeing this?").locator(".term-total")).to_be_visible()


MENU = ".post-menu > summary"
HOME, THREAD = Visit("alice", "/"), Visit("alice", "/@alice/{thread}")
OPENED: dict[str, tuple[Visit, Opening]] = {
    "everything in the composer": (HOME, everything_in_the_composer),
    "names to complete": (HOME, names_to_complete),
    "the menu of one's account": (HOME, pressed(".account-summary", ".account-panel")),
    "the menu of one's own post": (Visit("alice", "/@alice"), pressed(MENU, ".post-menu .menu-panel")),
    "the menu of another's post": (Visit("alice", "/@bob"), pressed(MENU, ".post-menu .menu-panel")),
    "a post behind a warning": (
        Visit("alice", "/@carol/{warned}"),
        pressed(".post-warning > summary", ".post-content"),
    ),
    "a question before one blocks": (Visit("alice", "/@bob"), a_question),
    "the keys": (HOME, the_keys),
    "why a post is there": (Visit("bob", "/"), why_it_is_there),
    "an answer among replies": (THREAD, pressed("[data-answer]", ".answer-form form")),
    "the viewer": (Visit("alice", "/@alice/{pictures_4}"), pressed("[data-media-view]", ".viewer")),
    "when to post a draft": (Visit("alice", "/drafts"), pressed(".draft-later > summary", ".draft-schedule")),
}

DEAD_WITHOUT_SCRIPTS = """() => {
  for (const part of document.querySelectorAll("details")) part.open = true;
  const dead = [];
  const say = (why, element) => dead.push(`${why}: ${element.outerHTML.slice(0, 200)}`);
  const isSeen = (element) => element.checkVisibility({ visibilityProperty: true });
  const all = (selector) => [...document.querySelectorAll(selector)].filter(isSeen);
  const isRealLink = (element) => /^(https?:|[/?])/.test(element.getAttribute("href") ?? "");

  for (const form of document.forms) {
    if (form.closest("dialog") || (form.hasAttribute("action") && !isSeen(form))) continue;
    const senders = [...form.elements].filter((control) => control.type === "submit" && isSeen(control));
    const isTaken = form.hasAttribute("action");
    if (!["get", "post"].includes(form.getAttribute("method"))) say("a form without a method", form);
    if (!isTaken && !senders.every((sender) => sender.formAction)) say("a form without an address", form);
    if (isTaken && !senders.length) say("a form nobody can send", form);
  }
  for (const button of all("button:not(#header button)")) { // but of the admin's own head
    if (button.type === "button") say("a button for scripts alone", button);
    else if (!button.form) say("a button of no form", button);
    else if (button.hasAttribute("data-offline-again")) continue; // leads to the page one wanted, whichever that is
    else if (!button.form.hasAttribute("action") && !button.hasAttribute("formaction")) say("leads nowhere", button);
  }
  for (const control of all("input, select, textarea")) if (!control.form) say("a field of no form", control);
  for (const link of all("a")) {
    const target = link.hash && document.getElementById(link.hash.slice(1));
    if (!isRealLink(link) && !target) say("a link that leads nowhere", link);
  }
  for (const element of all("[hx-get], [hx-post], [hx-put], [hx-delete]")) {
    const owner = element.closest("form") ?? element.form;
    const works = element.matches("button, form") ? owner : isRealLink(element);
    const trigger = element.getAttribute("hx-trigger");
    const hasLink = element.querySelector("a[href]");
    const isExtra = /^(every|revealed|intersect)/.test(trigger) || (/^load/.test(trigger) && hasLink);
    if (!works && !isExtra) say("works by htmx alone", element);
  }
  const madeUp = "[role=button]:not(button, summary), [tabindex='0']:not(a, button, summary, [role=region])";
  for (const made of all(`[onclick], ${madeUp}`)) {
    say("not a control without scripts", made);
  }
  return dead;
}"""
