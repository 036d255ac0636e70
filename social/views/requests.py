"""Those who ask to follow one's private account."""

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from feedsite.pages import Request, render_list, signed_in
from feedsite.pagination import page_of, page_request
from social import actions, queries
from social.views.answers import answered


@require_safe
@signed_in
def follow_requests(request: Request) -> HttpResponse:
    asked = page_request(request.GET, list_name="follow_requests", viewer=request.user)
    found = queries.asking(request.user, below=asked.after, limit=asked.limit + 1)
    people, next_cursor = page_of(found, asked)
    context = {"people": people, "next_cursor": next_cursor}
    return render_list(request, "social/follow_requests.html", "social/_requests.html", context)


@require_POST
@signed_in
def accept(request: Request, username: str) -> HttpResponse:
    person = queries.get_known(request.user, username)
    actions.accept_follow(owner=request.user, follower=person)
    return answered(request, _("%(name)s follows you now.") % {"name": person.name})


@require_POST
@signed_in
def reject(request: Request, username: str) -> HttpResponse:
    person = queries.get_known(request.user, username)
    actions.reject_follow(owner=request.user, follower=person)
    return answered(request, _("You rejected %(name)s. They are not told.") % {"name": person.name})
