"""Pages of one's lists: all of them, who is on one, and on which somebody is. Their timelines are in `feeds.views`."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import trigger_client_event

from feedsite.errors import DomainError, Invalid
from feedsite.pages import Request, checked, next_url, show_errors, signed_in
from feedsite.pagination import page_of, page_request
from feedsite.text import clean
from social import actions, lists, queries
from social.forms import ListForm, PutIntoListsForm
from social.models import List

GET_OR_POST = ["GET", "HEAD", "POST"]


@require_http_methods(GET_OR_POST)
@signed_in
def all_lists(request: Request) -> HttpResponse:
    """One's lists, and the form that makes another."""
    form = ListForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        try:
            made = actions.make_list(owner=request.user, name=checked(form)["name"])
            return redirect("list_members", made.pk)
        except Invalid as error:
            form = show_errors(form, error)  # type: ignore[assignment]
    context = {"lists": lists.lists_of(request.user).order_by("name"), "form": form}
    return render(request, "social/lists.html", context, status=422 if form.errors else 200)


@require_safe
@signed_in
def list_members(request: Request, list_id: int) -> HttpResponse:
    return editing(request, lists.get_list(request.user, list_id), ListForm())


@require_POST
@signed_in
def list_rename(request: Request, list_id: int) -> HttpResponse:
    one, form = lists.get_list(request.user, list_id), ListForm(request.POST)
    try:
        renamed = actions.rename_list(owner=request.user, list_id=list_id, name=checked(form)["name"])
    except Invalid as error:
        return editing(request, one, show_errors(form, error))  # type: ignore[arg-type]
    messages.success(request, _("The list is called “%(name)s” now.") % {"name": renamed.name})
    return redirect("list_members", list_id)


def editing(request: Request, one: List, form: ListForm) -> HttpResponse:
    """The page of one list: its name, who is on it, and among whom one follows those who might be."""
    asked = page_request(request.GET, list_name=f"members:{one.pk}", viewer=request.user)
    people, next_cursor = page_of(lists.members(one, below=asked.after, limit=asked.limit + 1), asked)
    context = {"list": one, "form": form, "people": people, "next_cursor": next_cursor}
    if request.htmx and asked.cursor:
        return render(request, "social/_members.html", context | {"words": ""})
    words = clean(request.GET.get("q", ""))
    context |= {"words": words, "found": lists.find_followees(request.user, one, words)}
    return render(request, "social/list_members.html", context, status=422 if form.errors else 200)


@require_POST
@signed_in
def list_delete(request: Request, list_id: int) -> HttpResponse:
    actions.delete_list(owner=request.user, list_id=list_id)
    messages.success(request, _("The list is gone. You still follow everybody who was on it."))
    return redirect("lists")


@require_POST
@signed_in
def list_add(request: Request, list_id: int, username: str) -> HttpResponse:
    person = queries.get_known(request.user, username)
    try:
        actions.add_to_list(owner=request.user, list_id=list_id, person=person)
    except DomainError as error:
        if request.htmx:
            return trigger_client_event(HttpResponse(status=204), "say", {"text": error.detail})
        messages.error(request, error.detail)
    return back_to_members(request, list_id)


@require_POST
@signed_in
def list_remove(request: Request, list_id: int, username: str) -> HttpResponse:
    person = queries.get_known(request.user, username)
    actions.remove_from_list(owner=request.user, list_id=list_id, person=person)
    return back_to_members(request, list_id)


def back_to_members(request: Request, list_id: int) -> HttpResponse:
    """To the page of the list with the words that were searched for; htmx takes from it what has changed."""
    words = request.POST.get("q", "")
    return redirect(resolve_url("list_members", list_id) + (f"?{urlencode({'q': words})}" if words else ""))


@require_http_methods(GET_OR_POST)
@signed_in
def lists_of_person(request: Request, username: str) -> HttpResponse:
    """On which of one's lists somebody is, as boxes to tick."""
    person = queries.get_known(request.user, username)
    own = lists.lists_for(request.user, person)
    if request.method == "POST":
        chosen = checked(PutIntoListsForm(request.POST, own))["lists"]
        try:
            actions.put_into_lists(owner=request.user, person=person, list_ids=chosen)
            messages.success(request, _("Your lists with %(name)s are saved.") % {"name": person.name})
        except DomainError as error:
            messages.error(request, error.detail)
        return redirect(next_url(request, person))
    relation = queries.relations(request.user, [person.pk])[person.pk]
    return render(request, "social/lists_of_person.html", {"person": person, "lists": own, "relation": relation})
