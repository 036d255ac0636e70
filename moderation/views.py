"""The pages of reporting, of what was decided about oneself, and of the rules."""

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from feedsite.errors import Conflict, DomainError, Forbidden, NotFound
from feedsite.pages import Request, checked, next_url, page, render_list, show_errors, signed_in
from feedsite.pagination import page_of, page_request
from moderation import actions, letters, queries
from moderation import rules as site_rules
from moderation.forms import AppealForm, ReportForm
from moderation.items import DecisionItem, ReportItem
from moderation.models import COMMENT_LENGTH, MESSAGE_LENGTH
from posts.hydrate import complete
from posts.models import Post
from posts.queries import get_original
from social import actions as social
from social.queries import get_known

GET_OR_POST = ["GET", "HEAD", "POST"]


@require_safe
def rules(request: Request) -> HttpResponse:
    return render(request, "moderation/rules.html", {"rules": site_rules.shown()})


@require_safe
@signed_in
def reports(request: Request) -> HttpResponse:
    asked = page_request(request.GET, list_name="reports", viewer=request.user)
    found, next_cursor = page_of(queries.reports_by(request.user, below=asked.after), asked)
    posts, people = queries.subjects(request.user, found)
    items = [ReportItem(one, posts.get(one.case.post_id or 0), people.get(one.case.about_id)) for one in found]
    context = {"items": items, "next_cursor": next_cursor}
    return render_list(request, "moderation/reports.html", "moderation/_reports.html", context)


@require_http_methods(GET_OR_POST)
@signed_in
def report_post(request: Request, post_id: int) -> HttpResponse:
    post = get_original(request.user, post_id)
    complete(request.user, [post])
    return report(request, post.author, post)


@require_http_methods(GET_OR_POST)
@signed_in
def report_person(request: Request, username: str) -> HttpResponse:
    return report(request, get_known(request.user, username), None)


def report(request: Request, person: User, post: Post | None) -> HttpResponse:
    """The form, whole or for the dialog of a page that has one; sent, it may also mute or block the person."""
    if person.pk == request.user.pk:
        raise Forbidden()
    form = ReportForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return report_page(request, form, person, post)
    try:
        given = checked(form)
        about: dict[str, int] = {"post_id": post.pk} if post else {"user_id": person.pk}
        actions.report(reporter=request.user, category=given["category"], comment=given["comment"], **about)
    except DomainError as error:
        return report_page(request, show_errors(form, error), person, post, status=422)
    also(given["also"], request.user, person)
    messages.success(request, _("Thank you. The moderators look at it, and you hear what came of it."))
    return redirect(next_url(request, "reports"))


def also(what: str, viewer: User, person: User) -> None:
    if what == "mute":
        social.mute(muter=viewer, muted=person)
    elif what == "block":
        social.block(blocker=viewer, blocked=person)


def report_page(request: Request, form: Form, person: User, post: Post | None, status: int = 200) -> HttpResponse:
    back = request.htmx.current_url_abs_path or "" if request.htmx else next_url(request, "reports")
    context = {"form": form, "person": person, "post": post, "most": COMMENT_LENGTH, "next": back}
    template = "moderation/_report_form.html" if request.htmx else "moderation/report.html"
    return render(request, template, context, status=status)


@require_safe
@signed_in
def standing(request: Request) -> HttpResponse:
    """What was decided about oneself, and the way to answer."""
    asked = page_request(request.GET, list_name="decisions", viewer=request.user)
    found, next_cursor = page_of(queries.decisions_about(request.user, below=asked.after), asked)
    items = [DecisionItem(one) for one in found]
    context = {"items": items, "next_cursor": next_cursor, "most": MESSAGE_LENGTH}
    return render_list(request, "moderation/standing.html", "moderation/_decisions.html", context)


@require_POST
@signed_in
def appeal(request: Request, decision_id: int) -> HttpResponse:
    if send_appeal(request, request.user, decision_id) is None:
        messages.success(request, _("Your appeal is with the moderators. You are told what they answer."))
    return redirect("standing")


def send_appeal(request: Request, author: User, decision_id: int) -> DomainError | None:
    """What kept it from being sent, said to whoever sent it; raises NotFound."""
    form = AppealForm(request.POST)
    try:
        actions.appeal(author=author, decision_id=decision_id, text=checked(form)["text"])
    except NotFound:
        raise
    except DomainError as error:
        messages.error(request, error.detail)
        return error
    return None


@require_http_methods(GET_OR_POST)
@never_cache
@page
def appeal_by_link(request: Request, token: str) -> HttpResponse:
    """The way to answer for those who are suspended and cannot log in; the link in the letter says who."""
    decision = letters.find_decision(token)
    refused = send_appeal(request, decision.about, decision.pk) if request.method == "POST" else None
    if refused is None and request.method == "POST":
        return redirect("appeal_by_link", token)
    found = queries.decisions_about(decision.about, below=None).get(pk=decision.pk)
    context: dict[str, Any] = {"item": DecisionItem(found), "token": token, "most": MESSAGE_LENGTH}
    context["sent"] = request.POST.get("text", "")
    status = 200 if refused is None else 409 if isinstance(refused, Conflict) else 422
    return render(request, "moderation/appeal.html", context, status=status)
