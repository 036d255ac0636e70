"""Where the pages send what was on screen, and the switch that ends it."""

import re

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from feeds.impressions import actions
from feeds.impressions.actions import Seen
from feeds.impressions.consent import may_keep
from feedsite.errors import Invalid, TooMany
from feedsite.pages import Request, next_url, page, signed_in
from feedsite.pagination import MOST_LIMIT

SEEN = re.compile(r"([0-9]{1,16}):([0-9]{1,8})")


@require_POST
@page
def seen(request: Request) -> HttpResponse:
    """What `static/js/impressions.js` sends while the page is read and when it is left.

    204 but for nonsense and too much: by then its reader may have signed out, and nobody waits for the answer.
    """
    told = read_seen(request.POST.get("entries", ""))
    try:
        if may_keep(request):
            actions.tell_seen(reader=request.user, token=request.POST.get("token", ""), seen=told)
    except TooMany as refused:  # no page about it, for nobody would see it
        return HttpResponse(status=429, headers={"Retry-After": str(refused.retry_after_seconds)})
    return HttpResponse(status=204)


def read_seen(text: str) -> list[Seen]:
    """`"<entry id>:<milliseconds ago> …"`, as many as a page has at most."""
    found = [SEEN.fullmatch(one) for one in text.split()]
    if not 0 < len(found) <= MOST_LIMIT or None in found:
        raise Invalid(_("This request cannot be understood."))
    return [Seen(int(match[1]), int(match[2])) for match in found if match]


@require_POST
@signed_in
def tracking(request: Request) -> HttpResponse:
    on = request.POST.get("track") == "on"
    actions.track(request.user, on)
    if on:
        messages.success(request, _("From here on it is kept which posts you have on screen."))
    else:
        messages.success(request, _("Nothing is kept of what you look at. What there was is being deleted."))
    return redirect(next_url(request, "settings_privacy"))
