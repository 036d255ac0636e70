"""The pages of what one is told, and how."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.addresses import is_confirmed
from feedsite.errors import DomainError
from feedsite.pages import Request, checked, next_url, page, render_list, show_errors, signed_in, with_undo
from feedsite.pagination import page_of, page_request
from notifications import actions, queries, unsubscribing
from notifications.forms import ReadForm, SettingsForm
from notifications.items import Choice, Item, choices
from notifications.mailboxes import time_zone_of
from notifications.messages import target
from notifications.preferences import wishes

GET_OR_POST = ["GET", "HEAD", "POST"]


@require_safe
@signed_in
def notifications(request: Request) -> HttpResponse:
    asked = page_request(request.GET, list_name="notifications", viewer=request.user)
    found = queries.page_rows(request.user, below=asked.after, limit=asked.limit + 1)
    rows, next_cursor = page_of(found, asked, "place")
    items = [Item(shown) for shown in queries.hydrate(request.user, rows)]
    context = {"items": items, "next_cursor": next_cursor}
    return render_list(request, "notifications/page.html", "notifications/_list.html", context)


@require_safe
@signed_in
def row(request: Request, group_id: int) -> HttpResponse:
    """One notification anew, for a page that shows the list; 204 when it is not there any more."""
    shown = queries.hydrate(request.user, queries.rows_of(request.user, [group_id]))
    if not shown:
        return HttpResponse(status=204)
    return render(request, "notifications/_item.html", {"item": Item(shown[0])})


@require_safe
@signed_in
def open_one(request: Request, group_id: int) -> HttpResponse:
    """Leads to what it is about, and marks it as read: its link is followed from pages, e-mails and devices."""
    shown = queries.hydrate(request.user, queries.rows_of(request.user, [group_id]))
    if not shown:
        messages.info(request, _("This notification is not there any more."))
        return redirect("notifications")
    actions.read_one(user=request.user, group_id=group_id)
    return redirect(target(shown[0]))


@require_POST
@signed_in
def read(request: Request) -> HttpResponse:
    up_to = checked(ReadForm(request.POST))["up_to"]
    actions.read(user=request.user, up_to=int(up_to) if up_to else None)
    if request.htmx:  # the socket tells all open pages, this one too
        return HttpResponse(status=204)
    return redirect("notifications")


@require_http_methods(GET_OR_POST)
@signed_in
def settings_notifications(request: Request) -> HttpResponse:
    if request.method != "POST":
        return settings_page(request, SettingsForm(), choices(wishes(request.user)), time_zone_of(request.user))
    form = SettingsForm(request.POST)
    try:
        actions.choose(user=request.user, types=form.chosen(), time_zone=form.cleaned_data["time_zone"] or None)
    except DomainError as error:
        sent = request.POST.get("time_zone", "")
        show_errors(form, error)
        return settings_page(request, form, choices(wishes(request.user)), sent, status=422)
    messages.success(request, _("Your choices are saved."))
    return redirect("settings_notifications")


def settings_page(
    request: Request, form: SettingsForm, rows: list[Choice], time_zone: str, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "choices": rows, "time_zone": time_zone}
    context["is_confirmed"] = is_confirmed(request.user)
    return render(request, "notifications/settings.html", context, status=status)


@require_safe
@signed_in
def muted_threads(request: Request) -> HttpResponse:
    asked = page_request(request.GET, list_name="muted_threads", viewer=request.user)
    mutes, next_cursor = page_of(queries.muted_threads(request.user, below=asked.after), asked, "place")
    context = {"threads": queries.with_roots(request.user, mutes), "next_cursor": next_cursor}
    return render_list(request, "notifications/muted_threads.html", "notifications/_muted_threads.html", context)


@require_POST
@signed_in
def mute_thread(request: Request, post_id: int) -> HttpResponse:
    root_id = actions.mute_thread(user=request.user, post_id=post_id)
    said = _("You hear nothing more of this conversation.")
    undo = resolve_url("thread_unmute", root_id)
    if request.htmx:
        return with_undo(HttpResponse(status=204), said, undo)
    messages.success(request, said, extra_tags=undo)
    return redirect(next_url(request))


@require_POST
@signed_in
def unmute_thread(request: Request, post_id: int) -> HttpResponse:
    actions.unmute_thread(user=request.user, post_id=post_id)
    if request.htmx:
        return HttpResponse()  # nothing in the place of its row
    messages.success(request, _("You hear of this conversation again."))
    return redirect(next_url(request))


@csrf_exempt  # mail programs send it by themselves, without any page of ours (RFC 8058); the token says who
@require_http_methods(GET_OR_POST)
@never_cache
@page
def stop(request: Request, token: str) -> HttpResponse:
    """Ends e-mails without logging in. A link is only looked at, for programs follow links; the button ends them."""
    user = unsubscribing.find_user(token)
    if request.method == "POST":
        actions.stop_mail(user=user)
    context = {"person": user, "token": token, "is_done": request.method == "POST"}
    return render(request, "notifications/stop.html", context)
