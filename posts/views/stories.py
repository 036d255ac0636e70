"""Stories: the row of them above the feed, looking at somebody's, telling one's own."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event

from accounts.models import User
from feedsite.errors import DomainError, Forbidden, Invalid, NotFound
from feedsite.pages import Request, checked, form_status, render_list, show_errors, signed_in
from feedsite.pagination import page_of, page_request
from feedsite.parameters import asked_id
from posts import actions, queries, stories
from posts.forms import StoryForm, WordsForm
from posts.models import Story
from posts.views.uploading import sent_form, with_uploads
from social.queries import get_known, with_relations

# Rows of viewers under one's own story; more are on a page of their own.
VIEWERS_SHOWN = 12


@require_safe
@signed_in
def tray(request: Request) -> HttpResponse:
    """The row above the feed, which home asks for when it is there: so home waits for no query of it."""
    return render(request, "posts/_story_tray.html", told_to(request))


@require_safe
@signed_in
def all_stories(request: Request) -> HttpResponse:
    return render_list(request, "posts/stories.html", "posts/_story_people.html", told_to(request))


def told_to(request: Request) -> dict[str, Any]:
    """Whose stories the viewer is shown, and whether there are own ones."""
    asked = page_request(request.GET, list_name="story people", viewer=request.user)
    told, next_cursor = stories.people(request.user, asked)
    has_own = asked.cursor is None and stories.has_stories(request.user, request.user)
    return {"told": told, "next_cursor": next_cursor, "has_own": has_own}


@require_safe
@signed_in
def of_person(request: Request, username: str) -> HttpResponse:
    """One story of somebody, `?story=` or the first that the viewer has not seen; being shown it is seen."""
    if username != username.lower():
        return redirect("stories_of", username.lower(), permanent=True)
    person = request.user if username == request.user.username else get_known(request.user, username)
    context = look_at(request, person, asked_id(request.GET, "story"))
    if context["story"] and request.method == "GET" and not is_only_fetched_ahead(request):
        actions.note_seen(request.user, context["story"])
    return render_list(request, "posts/story.html", "posts/_story.html", context)


def is_only_fetched_ahead(request: Request) -> bool:
    return request.headers.get("Sec-Purpose", "").startswith("prefetch")


def look_at(request: Request, person: User, story_id: int | None) -> dict[str, Any]:
    """What the page of a story shows: the story, its place among the person's, and where it leads on."""
    told = stories.of_person(request.user, person)
    place = place_in(told, story_id)
    story = told[place] if told else None
    is_last = place + 1 >= len(told)
    around: dict[str, Any] = {
        "before": told[place - 1] if place else None,
        "after": None if is_last else told[place + 1],
        "next_person": stories.next_unseen(request.user, person) if is_last else None,
        "seen_all": all(one.seen for one in told if one != story),  # type: ignore[attr-defined]
    }
    if story and person == request.user:
        around["viewers"] = stories.viewers(story, below=None, limit=VIEWERS_SHOWN)
        around["viewers_count"] = stories.viewers_count(story)
    return {"person": person, "told": told, "story": story, "place": place + 1, "form": WordsForm(), **around}


def place_in(told: list[Story], story_id: int | None) -> int:
    """Of the story asked for, or if that is over of the one after it; else of the first unseen, or the first."""
    if story_id is not None:
        found = [place for place, one in enumerate(told) if one.pk >= story_id]
        return found[0] if found else max(len(told) - 1, 0)
    unseen = [place for place, one in enumerate(told) if not one.seen]  # type: ignore[attr-defined]
    return unseen[0] if unseen else 0


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def story_new(request: Request) -> HttpResponse:
    if request.method != "POST":
        return render(request, "posts/story_new.html", {"form": with_uploads(StoryForm(), request.user, [])})
    form = sent_form(StoryForm, request)
    try:
        given = checked(form)
        media_id = the_one(given["media_ids"])
        actions.publish_story(owner=request.user, media_id=media_id, caption=given["caption"])
    except DomainError as error:
        return render(
            request, "posts/story_new.html", {"form": show_errors(form, error)}, status=form_status(request, error)
        )
    messages.success(request, _("Your story is there, for 24 hours."))
    return redirect("home")


def the_one(media_ids: list[str]) -> str:
    if len(media_ids) != 1:
        reason = _("A story has one picture or one video. Choose one.")
        raise Invalid(reason, fields={"media_ids": [reason]})
    return media_ids[0]


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def story_delete(request: Request, story_id: int) -> HttpResponse:
    story = stories.get_story(request.user, story_id)
    if story.owner_id != request.user.pk:
        raise Forbidden()
    if request.method != "POST":
        return render(request, "posts/story_delete.html", {"story": story})
    actions.delete_story(actor=request.user, story_id=story_id)
    said = _("Your story is deleted.")
    is_over_another = request.htmx and not is_on_its_own_page(request)
    if is_over_another:
        answer = trigger_client_event(HttpResponse(status=204), "story-gone", {})
        return trigger_client_event(answer, "say", {"text": said})
    messages.success(request, said)
    return HttpResponseClientRedirect(resolve_url("stories")) if request.htmx else redirect("stories")


def is_on_its_own_page(request: Request) -> bool:
    """Whether the browser shows no page below the story: there is nothing to go back to."""
    return (request.htmx.current_url_abs_path or "").startswith("/stories/")


@require_POST
@signed_in
def story_reply(request: Request, story_id: int) -> HttpResponse:
    """A private word to the owner; to the page itself the form anew, with what became of it."""
    story, form = stories.get_story(request.user, story_id), WordsForm(request.POST)
    try:
        actions.reply_to_story(author=request.user, story_id=story_id, content=checked(form)["content"])
    except DomainError as error:
        if error.status not in (400, 429):
            raise
        return not_sent(request, story, show_errors(form, error), form_status(request, error))
    if request.htmx:
        return render(request, "posts/_story_reply.html", {"story": story, "form": WordsForm(), "is_sent": True})
    messages.success(request, _("Your reply is sent. Only %(name)s sees it.") % {"name": story.owner.name})
    return redirect(f"{resolve_url('stories_of', story.owner.username)}?story={story.pk}")


def not_sent(request: Request, story: Story, form: Any, status: int) -> HttpResponse:
    if request.htmx:
        return render(request, "posts/_story_reply.html", {"story": story, "form": form}, status=status)
    context = look_at(request, story.owner, story.pk)
    return render(request, "posts/story.html", context | {"form": form}, status=status)


@require_safe
@signed_in
def story_viewers(request: Request, story_id: int) -> HttpResponse:
    """Who has seen one's own story."""
    story = stories.get_own(request.user, story_id)
    asked = page_request(request.GET, list_name=f"story viewers:{story_id}", viewer=request.user)
    found, next_cursor = page_of(stories.viewers(story, below=asked.after, limit=asked.limit + 1), asked)
    context = {"story": story, "people": with_relations(request.user, found), "next_cursor": next_cursor}
    return render_list(request, "posts/story_viewers.html", "social/_people.html", context)


@require_safe
@signed_in
def answered_story(request: Request, post_id: int) -> HttpResponse:
    """On to the story that a private post answers, while it lives."""
    post = queries.get_visible(request.user, post_id)
    if post.living_story_id is None:
        raise NotFound()
    story = stories.get_story(request.user, post.living_story_id)
    return redirect(f"{resolve_url('stories_of', story.owner.username)}?story={story.pk}")
