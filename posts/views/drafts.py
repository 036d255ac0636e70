"""What is begun and not posted: kept from the composer, gone on with, posted, put off, thrown away."""

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from feedsite.errors import DomainError, Invalid
from feedsite.pages import Request, checked, render_list, show_errors, signed_in
from feedsite.pagination import page_of, page_request
from posts import actions
from posts.forms import PostForm, moment
from posts.models import Draft, as_id
from posts.views.uploading import sent_form
from posts.views.writing import get_draft, refused


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def drafts(request: Request) -> HttpResponse:
    """The list; what the composer sends here is kept."""
    if request.method == "POST":
        return draft_save(request)
    asked = page_request(request.GET, list_name="drafts", viewer=request.user)
    found = Draft.objects.of(request.user).with_media().below(asked.after)
    shown, next_cursor = page_of(found, asked)
    context = {"drafts": shown, "next_cursor": next_cursor, "now": timezone.now()}
    return render_list(request, "posts/drafts.html", "posts/_drafts.html", context)


def draft_save(request: Request) -> HttpResponse:
    form = sent_form(PostForm, request)
    try:
        keep(request, form)
    except DomainError as error:
        return refused(request, form, error)
    messages.success(request, _("Your draft is kept."))
    return redirect("drafts")


def keep(request: Request, form: PostForm) -> Draft:
    """Everything but the time: that is chosen when it is sent, or on the list."""
    checked(form)
    return actions.save_draft(author=request.user, draft_id=as_id(form.cleaned_data["draft"] or ""), **form.said())


@require_POST
@signed_in
def autosave(request: Request) -> HttpResponse:
    """Keeps what is being written, for the page's script; a draft with nothing left in it goes."""
    form = PostForm(request.POST)
    try:
        checked(form)
        if form.has_something():
            return JsonResponse({"draft_id": str(keep(request, form).pk)})
        if draft_id := as_id(form.cleaned_data["draft"] or ""):
            actions.discard_draft(author=request.user, draft_id=draft_id)
    except DomainError as error:
        return JsonResponse({"detail": show_errors(form, error) and error.detail}, status=error.status)
    return JsonResponse({"draft_id": ""})


@require_POST
@signed_in
def draft_publish(request: Request, draft_id: int) -> HttpResponse:
    get_draft(request.user, draft_id)
    try:
        post = actions.publish_draft(author=request.user, draft_id=draft_id)
    except DomainError as error:
        messages.error(request, error.detail)
        return redirect("drafts")
    messages.success(request, _("Your post is published."))
    return redirect(post)


@require_POST
@signed_in
def draft_delete(request: Request, draft_id: int) -> HttpResponse:
    actions.discard_draft(author=request.user, draft_id=draft_id)
    messages.success(request, _("Your draft is deleted."))
    return redirect("drafts")


@require_POST
@signed_in
def draft_schedule(request: Request, draft_id: int) -> HttpResponse:
    """Another time, or with none a plain draft again."""
    try:
        due_at = moment(request.POST.get("due_at", ""), request.POST.get("time_zone", ""))
        actions.save_draft(author=request.user, draft_id=draft_id, due_at=due_at)
    except Invalid as error:
        messages.error(request, error.detail)
    else:
        messages.success(request, _("It will be posted at that time.") if due_at else _("It stays a draft."))
    return redirect("drafts")
