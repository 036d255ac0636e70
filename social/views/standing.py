"""The buttons that say how one stands to somebody, and all whom one keeps out."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import resolve_url
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from accounts.models import User
from feedsite.errors import Invalid
from feedsite.pages import Request, checked, render_list, signed_in
from feedsite.pagination import page_of, page_request
from feedsite.parameters import is_asked
from social import actions, queries
from social.forms import MuteForm, PutIntoListsForm
from social.hidden import KINDS, hidden
from social.lists import lists_for
from social.views.answers import muted, out_of_the_list, standing

FOLLOWED = {
    True: gettext_lazy("You follow %(name)s."),
    False: gettext_lazy("You asked to follow %(name)s. Their posts come when they accept."),
}
UNFOLLOWED = {
    True: gettext_lazy("You no longer ask to follow %(name)s."),
    False: gettext_lazy("You no longer follow %(name)s."),
}
# By the seconds that the page offers (MUTE_TIMES), and for good.
MUTED = {
    3_600: gettext_lazy("You muted %(name)s for 1 hour. Their posts stay out of your home feed."),
    28_800: gettext_lazy("You muted %(name)s for 8 hours. Their posts stay out of your home feed."),
    86_400: gettext_lazy("You muted %(name)s for 1 day. Their posts stay out of your home feed."),
    604_800: gettext_lazy("You muted %(name)s for 1 week. Their posts stay out of your home feed."),
    None: gettext_lazy("You muted %(name)s. Their posts stay out of your home feed."),
}


@require_POST
@signed_in
def follow(request: Request, username: str) -> HttpResponse:
    person = queries.get_known(request.user, username)
    actions.follow(follower=request.user, author=person)
    if request.GET:
        take_up(request, person)
    relation = queries.relations(request.user, [person.pk])[person.pk]
    return standing(request, person, FOLLOWED[relation.following] % {"name": person.name})


def take_up(request: Request, person: User) -> None:
    """What had ended with the follow that is being undone: the lists they were on, their shares left out."""
    form = PutIntoListsForm(request.GET, lists_for(request.user, person))
    if list_ids := checked(form)["lists"]:
        actions.put_into_lists(owner=request.user, person=person, list_ids=list_ids)
    if is_asked(request.GET, "shares", "hidden"):
        actions.hide_shares(follower=request.user, author=person)


@require_POST
@signed_in
def unfollow(request: Request, username: str) -> HttpResponse:
    person = queries.get_known(request.user, username)
    relation = queries.relations(request.user, [person.pk])[person.pk]
    undo = undo_unfollow(request.user, person, relation)
    actions.unfollow(follower=request.user, author=person)
    return standing(request, person, UNFOLLOWED[relation.requested] % {"name": person.name}, undo)


def undo_unfollow(viewer: User, person: User, relation: Any) -> str:
    """The address that follows again as before; "" where that is not in one's hands: who is private must be asked."""
    if not relation.following or person.is_private:
        return ""
    own = lists_for(viewer, person).filter(has_person=True).values_list("pk", flat=True)
    query = urlencode({"lists": list(own)} | ({"shares": "hidden"} if relation.hides_shares else {}), doseq=True)
    return resolve_url("follow", person.username) + (f"?{query}" if query else "")


@require_POST
@signed_in
def block(request: Request, username: str) -> HttpResponse:
    person = queries.get_known(request.user, username)
    actions.block(blocker=request.user, blocked=person)
    return standing(
        request, person, _("You blocked %(name)s. You no longer see each other's posts.") % {"name": person.name}
    )


@require_POST
@signed_in
def unblock(request: Request, username: str) -> HttpResponse:
    person = queries.get_other(username)
    actions.unblock(blocker=request.user, blocked=person)
    return out_of_the_list(request, person, _("%(name)s is no longer blocked.") % {"name": person.name})


@require_POST
@signed_in
def mute(request: Request, username: str) -> HttpResponse:
    """Mutes for so many `seconds`, one of MUTE_TIMES; without them until it is taken back."""
    person = queries.get_known(request.user, username)
    seconds = checked(MuteForm(request.POST))["seconds"]
    until = timezone.now() + timedelta(seconds=seconds) if seconds else None
    actions.mute(muter=request.user, muted=person, expires_at=until)
    return muted(
        request, person, MUTED[seconds or None] % {"name": person.name}, undo=resolve_url("unmute", person.username)
    )


@require_POST
@signed_in
def unmute(request: Request, username: str) -> HttpResponse:
    person = queries.get_other(username)
    actions.unmute(muter=request.user, muted=person)
    answer = out_of_the_list(request, person, _("%(name)s is no longer muted.") % {"name": person.name})
    if request.htmx:
        return trigger_client_event(answer, "author-unmuted", {"address": person.get_absolute_url()})
    return answer


@require_POST
@signed_in
def hide_shares(request: Request, username: str) -> HttpResponse:
    person = queries.get_known(request.user, username)
    actions.hide_shares(follower=request.user, author=person)
    return standing(request, person, _("What %(name)s shares stays out of your feeds.") % {"name": person.name})


@require_POST
@signed_in
def show_shares(request: Request, username: str) -> HttpResponse:
    person = queries.get_known(request.user, username)
    actions.show_shares(follower=request.user, author=person)
    return out_of_the_list(request, person, _("You see again what %(name)s shares.") % {"name": person.name})


@require_POST
@signed_in
def remove_follower(request: Request, username: str) -> HttpResponse:
    person = queries.get_known(request.user, username)
    actions.remove_follower(owner=request.user, follower=person)
    return out_of_the_list(
        request, person, _("%(name)s no longer follows you. They are not told.") % {"name": person.name}
    )


@require_safe
@signed_in
def settings_blocks(request: Request) -> HttpResponse:
    kind = request.GET.get("show", KINDS[0])
    if kind not in KINDS:
        raise Invalid(_("Show one of %(names)s.") % {"names": ", ".join(KINDS)})
    asked = page_request(request.GET, list_name=f"hidden:{kind}", viewer=request.user)
    rows, next_cursor = page_of(hidden(request.user, kind, below=asked.after, limit=asked.limit + 1), asked)
    context = {"kind": kind, "rows": rows, "next_cursor": next_cursor}
    return render_list(request, "social/settings_blocks.html", "social/_hidden.html", context)
