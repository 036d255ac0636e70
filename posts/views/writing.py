"""The forms that make posts, take them away and bring them back."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import trigger_client_event

from feedsite.errors import DomainError, Forbidden, NotFound
from feedsite.pages import Request, checked, form_status, next_url, show_errors, signed_in
from feedsite.parameters import asked_id
from posts import actions, queries
from posts.forms import PostForm, from_draft
from posts.hydrate import complete
from posts.models import Draft, Post, as_id
from posts.views.uploading import sent_form, with_uploads

# What other apps share may be a whole book; the composer says itself what is too long to post.
MOST_SHARED_CHARACTERS = 5000


@require_safe
@signed_in
def compose(request: Request) -> HttpResponse:
    """The composer by itself: empty, with a draft, what it quotes or what it answers.

    For a page that has one already, what takes its place.
    """
    begun: dict[str, Any] = {"quote_of": asked_id(request.GET, "quote"), "in_reply_to": asked_id(request.GET, "reply")}
    begun["content"] = shared_text(request.GET)
    asked = asked_id(request.GET, "draft")
    if asked is not None:
        begun = from_draft(get_draft(request.user, asked))
    form = with_uploads(PostForm(initial=begun), request.user, begun.get("media_ids", []))
    around = beside if asked is None else still_beside
    context = {"form": form, "is_focused": not (request.htmx and asked is not None), **around(request.user, form)}
    if not request.htmx:
        return render(request, "posts/compose.html", context | {"is_whole": True})
    return render(request, "posts/_composer.html", context)


def shared_text(given: Mapping[str, str]) -> str:
    """What another app shares with the installed site, as words of a post: a line each, nothing twice."""
    parts = [given.get(name, "").replace("\0", "").strip() for name in ("title", "text", "url")]
    told = [part for n, part in enumerate(parts) if part and not any(part in other for other in parts[n + 1 :])]
    words = "\n".join(part for n, part in enumerate(told) if not any(part in other for other in told[:n]))
    return words[:MOST_SHARED_CHARACTERS]


def get_draft(author: Any, draft_id: Any) -> Draft:
    draft = Draft.objects.of(author).with_media().filter(pk=as_id(draft_id) or 0).first()
    if draft is None:
        raise NotFound()
    return draft


def beside(viewer: Any, form: PostForm) -> dict[str, Post | None]:
    """The posts that the one being written quotes and answers; raises NotFound or Forbidden."""
    answered = form["in_reply_to"].value()
    return {
        "quoted": quotable(viewer, form["quote_of"].value()),
        "answered_post": queries.get_original(viewer, as_id(answered) or 0) if answered else None,
    }


def still_beside(viewer: Any, form: PostForm) -> dict[str, Any]:
    """The same for what was begun earlier: what is gone since is left out, and said to be."""
    try:
        return dict(beside(viewer, form))
    except DomainError:
        return {"is_lost": True}


def quotable(viewer: Any, post_id: Any) -> Post | None:
    """The post that is to be quoted, for its look in the composer; raises NotFound or Forbidden."""
    post = actions.checked_quote(viewer, post_id)
    if post is not None:
        complete(viewer, [post])
    return post


@require_POST
@signed_in
def post_create(request: Request) -> HttpResponse:
    """Posts, or with a time to come keeps what is to be posted then."""
    form = sent_form(PostForm, request)
    try:
        given = checked(form)
        if given["due_at"]:
            return scheduled(request, schedule(request.user, form))
        post = post_now(request.user, form)
    except DomainError as error:
        return refused(request, form, error)
    if request.htmx:
        made = queries.get_complete(request.user, post.pk)
        return render(request, "posts/_created.html", {"post": made, "form": PostForm(), "answered": True})
    messages.success(request, _("Your post is published."))
    return redirect(next_url(request))


def post_now(author: Any, form: PostForm) -> Post:
    if draft_id := form.cleaned_data["draft"]:
        return actions.publish_in_place_of(author=author, draft_id=draft_id, **form.said())
    return actions.post_or_answer(author=author, **form.said())


def schedule(author: Any, form: PostForm) -> Draft:
    given = form.cleaned_data
    draft_id = as_id(given["draft"])
    return actions.save_draft(author=author, draft_id=draft_id, due_at=given["due_at"], **form.said())


def scheduled(request: Request, draft: Draft) -> HttpResponse:
    due = localtime(draft.due_at)
    said = _("This will be posted on %(day)s at %(time)s UTC.")
    said %= {"day": date_format(due, "DATE_FORMAT"), "time": date_format(due, "TIME_FORMAT")}
    if not request.htmx:
        messages.success(request, said)
        return redirect("drafts")
    answer = render(request, "posts/_composer.html", {"form": PostForm(), "answered": True})
    return trigger_client_event(answer, "say", {"text": said})


def refused(request: Request, form: PostForm, error: DomainError) -> HttpResponse:
    """The composer with the text in it and what to change."""
    if error.code == "conflict":  # sent again it is a post of its own
        form.data = without_draft(form.data)
    whole = "posts/_composer.html" if request.htmx else "posts/compose.html"
    context: dict[str, Any] = {"form": show_errors(form, error), "answered": True, "is_whole": not request.htmx}
    return render(request, whole, context | still_beside(request.user, form), status=form_status(request, error))


def without_draft(sent: Any) -> Any:
    sent = sent.copy()
    sent["draft"] = ""
    return sent


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def post_delete(request: Request, post_id: int) -> HttpResponse:
    if request.method != "POST":
        post = queries.get_visible(request.user, post_id)
        if post.author_id != request.user.pk:
            raise Forbidden()
        context = {"post": post, "next": next_url(request), "undo_minutes": settings.UNDO_MINUTES}
        return render(request, "posts/delete.html", context)
    actions.delete(actor=request.user, post_id=post_id)
    if request.htmx:
        return render(request, "posts/_deleted.html", {"post_id": post_id})
    messages.success(request, _("Your post is deleted."), extra_tags=resolve_url("post_restore", post_id))
    return redirect(next_url(request))


@require_POST
@signed_in
def post_restore(request: Request, post_id: int) -> HttpResponse:
    """Brings a post back; to the page it was deleted from, the card."""
    try:
        post = actions.restore(actor=request.user, post_id=post_id)
    except DomainError as error:
        if request.htmx or error.status == 403:
            raise
        messages.error(request, error.detail)
        return redirect(next_url(request))
    if request.htmx:
        complete(request.user, [post])
        return render(request, "posts/_card.html", {"post": post, "viewer": request.user})
    messages.success(request, _("Your post is back."))
    return redirect(next_url(request, post))
